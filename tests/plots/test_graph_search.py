"""The pictures of index lessons: they hold what was given, each value once, and refuse what does
not fit.
"""

import json

import altair as alt
import nbformat
import numpy as np
import pytest
from support import jupyterlab

from vdbcourse import plots
from vdbcourse.plots import graph_search, inline_data
from vdbcourse.plots.ivf_cells import _region as ivf_region
from vdbcourse.plots.ivf_cells import bounds

NAMES = ["a", "b", "c", "d"]
POINTS = np.array([[0, 0], [1, 0], [2, 0], [2, 1]])
LINKS = {0: [1], 1: [0, 2], 2: [1, 3], 3: []}  # the link from 2 to 3 has no way back
# here, candidates, best, seen: as a beam from node 0 to a query at (2.1, 1) hands them out
WALKS = {
    1: [
        (0, [1], [1], [0, 1]),
        (1, [2], [2], [0, 1, 2]),
        (2, [3], [3], [0, 1, 2, 3]),
        (3, [], [3], [0, 1, 2, 3]),
    ],
    2: [(0, [1], [1, 0], [0, 1]), (1, [2], [2, 1], [0, 1, 2])],
}
QUERY = (2.1, 1)
RNG = np.random.default_rng(1)
SPREAD = RNG.normal(size=(100, 2))


def walk(**changed):
    given = {
        "points": POINTS,
        "links": LINKS,
        "query": QUERY,
        "walks": WALKS,
        "names": NAMES,
        "title": "A walk",
    } | changed
    return plots.graph_walk(
        given["points"],
        given["links"],
        given["query"],
        given["walks"],
        **{k: given[k] for k in ("names", "title")},
    )


def ivf(**changed):
    centroids = np.array([[0.0, 0.0], [2.0, 1.0]])
    given = {
        "points": POINTS,
        "cells": [0, 0, 1, 1],
        "centroids": centroids,
        "query": (1, 0),
    } | changed
    rest = {"k": 2, "names": NAMES, "title": "Cells"} | {
        k: v for k, v in changed.items() if k == "names"
    }
    return plots.ivf_cells(
        given["points"], given["cells"], given["centroids"], given["query"], **rest
    )


def values(chart):
    """Parameters of the chart by name, as far as they have a value."""
    return {one["name"]: one["value"] for one in chart.to_dict()["params"] if "value" in one}


# --- graph_walk -----------------------------------------------------------------------------------


def test_a_walk_holds_each_link_and_each_step_once():
    held = values(walk())
    assert held["walk_to"] == [[1], [2], [3], []]
    assert held["walk_steps"][0][1] == [1, [2], [2], 3]
    assert held["walk_order"] == [[0, 1, 2, 3], [0, 1, 2]]
    assert (held["walk_x"], held["walk_y"], held["walk_name"]) == (
        [0, 1, 2, 2],
        [0, 0, 0, 1],
        NAMES,
    )


def test_a_link_without_a_way_back_is_drawn_from_the_higher_number_too():
    assert values(walk(links={0: [], 1: [0], 2: [1], 3: [2]}))["walk_to"] == [[], [0], [1], [2]]


def test_a_walk_has_sliders_for_its_longest_walk_and_for_ef():
    bound = {one["name"]: one["bind"] for one in walk().to_dict()["params"] if "bind" in one}
    assert {name: (bind["min"], bind["max"]) for name, bind in bound.items()} == {
        "walk_step": (1, 4),
        "walk_ef": (1, 2),
    }


def test_the_nearest_is_found_by_the_picture_itself():
    assert "datum.node == 3" in json.dumps(walk().to_dict())


def test_the_order_of_nodes_is_that_of_the_steps():
    assert graph_search._order([(0, [], [], {5, 0, 2}), (2, [], [], {7, 5, 2, 1, 0})]) == [
        0,
        2,
        5,
        1,
        7,
    ]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"points": np.zeros((4, 3))}, r"points must be \(n, 2\)"),
        ({"query": (1, 2, 3)}, r"query \(2,\)"),
        ({"names": ["a"]}, "4 points need 4 names"),
        ({"links": {0: [1]}}, "links of each"),
        ({"walks": {}}, "at least one step"),
        ({"walks": {1: []}}, "at least one step"),
        ({"walks": {1: WALKS[1], 3: WALKS[2]}}, r"not \[1, 3\]"),
    ],
)
def test_a_walk_refuses(changed, message):
    with pytest.raises(ValueError, match=message):
        walk(**changed)


# --- ivf_cells ------------------------------------------------------------------------------------


def test_regions_hold_exactly_the_places_nearest_to_their_centroid():
    centroids = SPREAD[:7]
    low, high = bounds(SPREAD)
    places = low + (high - low) * RNG.random((300, 2))
    nearest = ((places[:, None] - centroids) ** 2).sum(axis=2).argmin(axis=1)
    for cell in range(7):
        corners = ivf_region(cell, centroids, low, high)
        sides = np.roll(corners, -1, axis=0) - corners
        to = places[:, None] - corners
        inside = (sides[:, 0] * to[:, :, 1] - sides[:, 1] * to[:, :, 0] >= 0).all(
            axis=1
        )  # left of every side
        assert (inside == (nearest == cell)).all()


def test_bounds_are_a_square_so_that_distances_look_alike():
    low, high = bounds(np.array([[0.0, 0.0], [10.0, 1.0]]))
    assert high - low == pytest.approx([11.2, 11.2])
    assert (low + high) / 2 == pytest.approx([5, 0.5])


def test_cells_have_sliders_for_nprobe_and_the_query():
    params = ivf().to_dict()["params"]
    bound = {one["name"]: (one["value"], one["bind"]["max"]) for one in params if "bind" in one}
    assert bound["nprobe"] == (1, 2)
    assert bound["query_x"][0] == 1
    assert bound["query_y"][0] == 0
    assert values(ivf())["cell_x"] == [0, 2]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"points": np.zeros((4, 3))}, r"points \(n, 2\)"),
        ({"query": (1,)}, r"query \(2,\)"),
        ({"names": ["a"]}, "1 names"),
        ({"cells": [0, 0, 0, 0]}, "each of the 2 cells must hold a point"),
    ],
)
def test_cells_refuse(changed, message):
    with pytest.raises(ValueError, match=message):
        ivf(**changed)


# --- lookup_table ---------------------------------------------------------------------------------


def test_a_lookup_table_adds_up_the_entries_of_the_code():
    table = [[0.5, 1.0], [0.25, 2.0], [3.0, 4.0]]
    sets = plots.lookup_table(table, [0, 1, 0], title="Table").to_dict()["datasets"].values()
    grid, picked = sorted((text.splitlines() for text in sets), key=len, reverse=True)
    assert len(grid) == 1 + 6
    assert [line.split("\t") for line in picked[1:]] == [
        ["0", "0", "0.5", "0.500"],
        ["1", "1", "2.0", "2.500"],
        ["2", "0", "3.0", "= 5.500"],
    ]


@pytest.mark.parametrize(
    ("table", "code"), [([[1, 2]], [2]), ([[1, 2]], [0, 0]), ([1, 2], [0]), ([[1, 2]], [-1])]
)
def test_a_lookup_table_refuses(table, code):
    with pytest.raises(ValueError, match="needs a code"):
        plots.lookup_table(table, code, title="Table")


# --- all of them ----------------------------------------------------------------------------------


TITLED = {"names": [f"A film with a long title {n}" for n in range(100)], "title": "t"}


def large_walk():
    near = ((SPREAD[:, None] - SPREAD) ** 2).sum(axis=2).argsort(axis=1)[:, 1:6]
    links = dict(enumerate(near.tolist()))
    steps = [(n, list(range(7)), list(range(6)), list(range(2 * n))) for n in range(1, 13)]
    return plots.graph_walk(SPREAD, links, (0, 0), dict.fromkeys(range(1, 9), steps), **TITLED)


def large_cells():
    nearest = ((SPREAD[:, None] - SPREAD[:8]) ** 2).sum(axis=2).argmin(axis=1)
    return plots.ivf_cells(SPREAD, nearest.tolist(), SPREAD[:8], (0, 0), k=10, **TITLED)


def large_table():
    return plots.lookup_table(RNG.random((8, 16)), [0] * 8, title="t")


@pytest.mark.parametrize("chart", [large_walk, large_cells, large_table])
def test_a_chart_as_large_as_in_the_lessons_fits_into_a_notebook_and_needs_no_network(chart):
    bundle = str(chart()._repr_mimebundle_())
    assert len(bundle) < 20_000
    assert '"url"' not in bundle
    assert "'url'" not in bundle


@pytest.mark.parametrize("rows", [[], [{"name": "a\tb"}], [{"name": "a\nb"}]])
def test_a_table_in_a_chart_refuses(rows):
    with pytest.raises(ValueError, match="no rows|tab or a line break"):
        inline_data.inline(rows)


def test_a_table_in_a_chart_keeps_numbers_and_has_no_quotes():
    data = inline_data.inline([{"n": 1.5, "name": 'She said "no"', "to": [1, 2]}])
    assert data.values == "n\tname\tto\n1.5\tShe said 'no'\t1 2"
    assert data.format.to_dict() == {"type": "tsv", "parse": {"n": "number"}}
    assert isinstance(data, alt.InlineData)


# --- in a browser ---------------------------------------------------------------------------------

KIND = "application/vnd.vegalite.v5+json"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab with two notebooks, each with one picture as a stored output."""
    folder = tmp_path_factory.mktemp("lab")
    for name, chart in (("walk", walk()), ("cells", large_cells())):
        metadata = {KIND: {"embed_options": {"renderer": "svg"}}}
        output = nbformat.v4.new_output("display_data", {KIND: chart.to_dict()}, metadata=metadata)
        cell = nbformat.v4.new_code_cell("picture", outputs=[output])
        notebook = nbformat.v4.new_notebook(
            cells=[cell], metadata={"kernelspec": {"name": "python3", "display_name": "Python"}}
        )
        nbformat.write(notebook, folder / f"{name}.ipynb")
    with jupyterlab(folder) as address:
        yield f"{address}/lab/workspaces/{{0}}/tree/{{0}}.ipynb?token=t&reset"


def opened(lab, browser, name):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(lab.format(name))
    page.locator(".vega-bind input[type=range]").first.wait_for(timeout=60_000)
    return page


def texts(page, *values):
    """Set the sliders as a hand would; all words of the picture, in the order of the drawing."""
    for control, value in zip(
        page.locator(".vega-bind input[type=range]").all(), values, strict=True
    ):
        control.evaluate(
            "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})) }",
            str(value),
        )
    return page.locator(".jp-OutputArea-output svg text").evaluate_all(
        "all => all.map(e => [...e.childNodes].map(n => n.textContent).join('|'))"
    )


@pytest.mark.browser
def test_the_walk_shows_each_step_and_stays_at_its_end(lab, browser):
    page = opened(lab, browser, "walk")
    for step, ef in [(1, 1), (3, 1), (4, 1), (1, 2), (4, 2)]:
        here, waiting, best, seen = WALKS[ef][min(step, len(WALKS[ef])) - 1]
        shown = texts(page, step, ef)
        listed = [NAMES[node] for node in [*waiting, *best]]  # nodes in the plane have no names
        assert [text for text in shown if text in NAMES] == listed, (step, ef)
        last = len(WALKS[ef])
        end = "" if step < last else ": ends, right" if best[0] == 3 else ": ends, WRONG"
        lines = (
            f"step {min(step, last)} of {last}{end}|at {NAMES[here]}|{len(seen)} of 4 distances"
            " computed"
        )
        assert lines in shown, (step, ef, shown)
    page.close()


@pytest.mark.browser
def test_the_cells_count_as_numpy_does(lab, browser):
    page = opened(lab, browser, "cells")
    middles, points = SPREAD[:8].round(3), SPREAD.round(3)
    cell = ((SPREAD[:, None] - SPREAD[:8]) ** 2).sum(axis=2).argmin(axis=1)
    for nprobe, place in [(1, 3), (2, 40), (3, 70), (8, 12)]:
        texts(page, nprobe, *SPREAD[place])
        x, y = (
            float(one.input_value())
            for one in page.locator(".vega-bind input[type=range]").all()[1:]
        )
        shown = texts(page, nprobe, x, y)
        searched = ((middles - (x, y)) ** 2).sum(axis=1).argsort()[:nprobe]
        true = ((points - (x, y)) ** 2).sum(axis=1).argsort()[:10]
        read, found = int(np.isin(cell, searched).sum()), int(np.isin(cell[true], searched).sum())
        line = (
            f"nprobe {nprobe} of 8 cells: {read} of 100 points compared, {found} of 10 true"
            " neighbours found"
        )
        assert line in shown, (line, shown)
    page.close()
