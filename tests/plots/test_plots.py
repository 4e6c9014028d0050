"""The charts: what they show is what was given, they need no network, and the moving one computes
what `measure` computes.
"""

import json
import math

import altair as alt
import nbformat
import numpy as np
import pandas as pd
import pytest
from support import jupyterlab

from vdbcourse import plots
from vdbcourse.measure import METRICS, exact_knn

VECTORS = {"a": (1.2, 0.9), "b": (2.9, 4.1), "c": (8, 1), "d": (5.8, 3)}
MEASURED = pd.DataFrame(
    {
        "rows": [1000, 2000, 1000, 2000],
        "ms": [1.5, 3.0, 0.1, 0.2],
        "engine": ["exact", "exact", "index", "index"],
        "ef": [1, 2, 3, 4],
    }
)
TITLES = {"title": "Time grows", "x_title": "rows", "y_title": "time (ms)"}


def histogram():
    rng = np.random.default_rng(1)
    values = {"one": rng.normal(size=9000), "two": rng.random(9000)}
    return plots.histogram(values, title="Spread", x_title="value")


CHARTS = {
    "metric_picture": lambda: plots.metric_picture(VECTORS, (4, 3)),
    "curves": lambda: plots.curves(MEASURED, "rows", "ms", by="engine", label="ef", **TITLES),
    "histogram": histogram,
}


def data_of(chart):
    """The rows that a chart carries, by data set."""
    return list(chart.to_dict()["datasets"].values())


# --- every chart ----------------------------------------------------------------------------------


def test_jupyterlab_gets_the_chart_itself_and_no_page_that_loads_scripts():
    assert alt.renderers.active == "mimetype"
    bundle = CHARTS["curves"]()._repr_mimebundle_()
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "text/html" not in bundle
    assert any(kind.startswith("application/vnd.vegalite.v5") for kind in bundle)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_small_titled_and_carries_its_data(name):
    spec = CHARTS[name]().to_dict()
    text = json.dumps(spec)
    assert len(text) < 15_000
    assert spec["title"]
    assert '"url"' not in text


# --- curves ---------------------------------------------------------------------------------------


def test_curves_hold_every_point_and_name_each_line_at_its_last():
    sets = data_of(CHARTS["curves"]())
    assert sorted(map(len, sets)) == [2, 4]
    points, ends = sorted(sets, key=len, reverse=True)
    assert [(p["rows"], p["ms"], p["engine"]) for p in points] == list(
        MEASURED[["rows", "ms", "engine"]].itertuples(index=False)
    )
    assert [(p["engine"], p["ms"], p["height"]) for p in ends] == [
        ("exact", 3.0, 3.0),
        ("index", 0.2, 0.2),
    ]


@pytest.mark.parametrize("log_y", [False, True])
def test_names_of_lines_that_end_together_do_not_cover_each_other(log_y):
    together = pd.DataFrame(
        {"rows": [1, 2] * 3, "ms": [1, 10, 2, 9.9, 3, 10], "engine": ["a", "a", "b", "b", "c", "c"]}
    )
    sets = data_of(plots.curves(together, "rows", "ms", by="engine", log_y=log_y, **TITLES))
    (ends,) = [rows for rows in sets if "height" in rows[0]]
    heights = [end["height"] for end in ends]
    assert [end["engine"] for end in ends] == ["a", "c", "b"]
    apart = -np.diff(
        np.log(heights) / np.log(10) if log_y else np.array(heights) / 9
    )  # in shares of the chart's height
    assert apart == pytest.approx([15 / 260] * 2)
    assert heights[0] == pytest.approx(10)


def test_curves_join_the_points_in_the_order_of_the_rows():
    back = MEASURED.iloc[::-1]
    points = max(data_of(plots.curves(back, "rows", "ms", by="engine", **TITLES)), key=len)
    assert [p["step"] for p in sorted(points, key=lambda p: -p["ms"])] == [2, 3, 0, 1]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (MEASURED.drop(columns="ms"), "no column 'ms'; it has rows, engine, ef"),
        (MEASURED.head(0), "no rows"),
    ],
)
def test_curves_refuse(frame, message):
    with pytest.raises(ValueError, match=message):
        plots.curves(frame, "rows", "ms", by="engine", **TITLES)


# --- histogram ------------------------------------------------------------------------------------


def test_a_histogram_shows_shares_of_each_sample_in_common_bins():
    (rows,) = data_of(
        plots.histogram(
            {"few": [0.0, 1.0], "many": [0.0] * 30 + [1.0] * 10}, title="t", x_title="x"
        )
    )
    shares = {(r["sample"], r["value"]): r["share"] for r in rows if r["share"]}
    assert shares == {
        ("few", 0.0083): 0.5,
        ("few", 0.9917): 0.5,
        ("many", 0.0083): 0.75,
        ("many", 0.9917): 0.25,
    }


@pytest.mark.parametrize("samples", [{}, {"a": []}, {"a": [1.0, math.nan]}, {"a": [math.inf]}])
def test_a_histogram_refuses(samples):
    with pytest.raises(ValueError, match="sample"):
        plots.histogram(samples, title="t", x_title="x")


# --- the metric picture ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vectors", "query", "message"),
    [
        ({}, (1, 1), "empty"),
        ({"a": (0, 0)}, (1, 1), r"vectors\['a'\] is \(0, 0\)"),
        ({"a": (1, 1)}, (0, 0.0), r"query is \(0, 0\)"),
        ({"a": (1, 2, 3)}, (1, 1), "two finite numbers"),
        ({"a": (1, math.nan)}, (1, 1), "two finite numbers"),
    ],
)
def test_the_metric_picture_refuses(vectors, query, message):
    with pytest.raises(ValueError, match=message):
        plots.metric_picture(vectors, query)


KIND = "application/vnd.vegalite.v5+json"
TIES = {"later": (0, 2), "b": (2, 0), "a": (2, 0), "opposite": (-3, -3), "small": (0.1, 0.1)}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab in a folder with two notebooks that hold the picture as a stored output."""
    folder = tmp_path_factory.mktemp("lab")
    for name, vectors, query in (("four", VECTORS, (4, 3)), ("ties", TIES, (1, 1))):
        bundle = {KIND: plots.metric_picture(vectors, query).to_dict()}
        output = nbformat.v4.new_output(
            "display_data", bundle, metadata={KIND: {"embed_options": {"renderer": "svg"}}}
        )
        cell = nbformat.v4.new_code_cell("picture", outputs=[output])
        notebook = nbformat.v4.new_notebook(
            cells=[cell], metadata={"kernelspec": {"name": "python3", "display_name": "Python"}}
        )
        nbformat.write(notebook, folder / f"{name}.ipynb")
    with jupyterlab(folder) as address:
        yield f"{address}/lab/workspaces/{{0}}/tree/{{0}}.ipynb?token=t&reset"


def move(page, angle, length, normalise):
    """Set the two sliders and the switch as a hand would."""
    for control, value in zip(
        page.locator(".vega-bind input[type=range]").all(), (angle, length), strict=True
    ):
        control.evaluate(
            "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})) }",
            str(value),
        )
    page.locator(".vega-bind input[type=checkbox]").set_checked(normalise)


def shown_orders(page, names):
    """Read from the picture: for each column from left to right the names from top to bottom, and
    the words below.
    """
    texts = page.locator(".jp-OutputArea-output svg text").evaluate_all(
        "all => all.map(e => [e.textContent, e.getAttribute('font-weight'),"
        " e.getBoundingClientRect().x + e.getBoundingClientRect().width / 2,"
        " e.getBoundingClientRect().y])"
    )
    bold = [(x, y, text) for text, weight, x, y in texts if weight == "bold" and text in names]
    middles = sorted({round(x / 10) for x, _, _ in bold})
    columns = [
        sorted((y, text) for x, y, text in bold if round(x / 10) == middle) for middle in middles
    ]
    verdicts = [
        text
        for x, text in sorted(
            (x, text) for text, _, x, _ in texts if text in ("same order", "other order")
        )
    ]
    return [[text for _, text in column] for column in columns], verdicts


@pytest.mark.browser
@pytest.mark.parametrize(("name", "vectors"), [("four", VECTORS), ("ties", TIES)])
def test_the_picture_orders_as_measure_does_wherever_the_sliders_stand(lab, browser, name, vectors):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(lab.format(name))
    page.locator(".vega-bind input[type=checkbox]").wait_for(timeout=60_000)
    rows = np.array(list(vectors.values()), dtype=float)
    for angle, length, normalise in [
        (45, 1, False),
        (-120, 2, False),
        (0, 0.5, False),
        (10, 3, True),
        (60, 4, True),
    ]:
        move(page, angle, length, normalise)
        turn = math.radians(angle)
        query, points = np.array([math.cos(turn), math.sin(turn)]) * length, rows
        if normalise:
            query, points = (
                query / np.linalg.norm(query),
                rows / np.linalg.norm(rows, axis=1, keepdims=True),
            )
        expected = [
            [list(vectors)[i] for i in exact_knn(query, points, len(points), metric).indices[0]]
            for metric in ("cosine", "l2", "inner_product", "l1")
        ]
        words = ["same order" if order == expected[0] else "other order" for order in expected[1:]]
        assert shown_orders(page, vectors) == (expected, words), (angle, length, normalise)
        assert not normalise or words[:2] == ["same order", "same order"]
    page.close()


def test_the_picture_knows_every_metric_of_measure():
    names = [name.split(" <")[0].lower().replace(" ", "_") for name in plots.metrics.DISTANCES]
    assert names == list(METRICS)
