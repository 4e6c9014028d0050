"""A search on a graph, step by step: the current node, the candidates, the best so far."""

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
from numpy.typing import ArrayLike

from vdbcourse.plots.ivf_cells import bounds
from vdbcourse.plots.style import COLOURS, INK, PALE

SIDE = 330  # pixels of the plane
COLUMN = 135  # pixels of a list of names
ROW = 17  # pixels per name
SHOWN = 14  # names that fit into a list
BEST, WAITING, NEAREST = COLOURS[0], COLOURS[4], COLOURS[2]
SEEN = "#b5b5b5"
FILLS = ["best", "seen", "not seen"]
KEY = [
    "blue: best so far; orange ring: waits as a candidate; grey: seen; hollow: not seen",
    "square: the walk is here; cross: the query; green ring: the true nearest",
]
# A step for `graph_walk`: the node, the candidates, the best so far (both nearest first), all nodes
# seen.
Step = tuple[int, Sequence[int], Sequence[int], Sequence[int]]


def graph_walk(
    points: ArrayLike,
    links: Mapping[int, Sequence[int]],
    query: ArrayLike,
    walks: Mapping[int, Sequence[Step]],
    *,
    names: Sequence[str],
    title: str,
) -> alt.HConcatChart:
    """A graph in the plane and a search on it, with one slider for the step and one for ef.

    `points` is (n, 2), `query` (2,); `links[node]` are the neighbours of node 0 ... n - 1; `names`
    has a name for each. `walks[ef]` lists the steps of the search with that ef: the node whose
    neighbours the step examines, the candidates and the best nodes after it (both nearest first),
    and all nodes seen so far. Values of ef are consecutive whole numbers (1, 2, 3). Candidates and
    best are listed by name beside the plane. The chart needs no Python.

    Raises `ValueError` if shapes do not fit, a walk has no step, or a value of ef is missing.
    """
    places, target = np.asarray(points, dtype=float), np.asarray(query, dtype=float)
    if places.ndim != 2 or places.shape[1] != 2 or target.shape != (2,):
        raise ValueError(
            f"points must be (n, 2) and query (2,), not {places.shape} and {target.shape}"
        )
    if len(names) != len(places) or sorted(links) != list(range(len(places))):
        raise ValueError(
            f"{len(places)} points need {len(places)} names and links of each, not {len(names)} and"
            f" {len(links)}"
        )
    if (
        not walks
        or sorted(walks) != list(range(min(walks), max(walks) + 1))
        or not all(walks.values())
    ):
        raise ValueError(
            f"walks must hold at least one step for each ef from a to b, not {sorted(walks)}"
        )
    nearest = int(((places - target) ** 2).sum(axis=1).argmin())
    beside = alt.vconcat(
        words(len(places), nearest),
        alt.hconcat(_names_list("waiting"), _names_list("best"), spacing=5),
        spacing=5,
    )
    drawn = alt.hconcat(_plane(places, target, nearest), beside, spacing=15)
    picture: alt.HConcatChart = (
        drawn.add_params(*_held(places, links, names, walks), *_controls(walks))
        .properties(title=alt.Title(title, subtitle=KEY, subtitleColor=INK, anchor="start"))
        .configure_view(strokeOpacity=0)
    )
    return picture


def _held(
    places: np.ndarray,
    links: Mapping[int, Sequence[int]],
    names: Sequence[str],
    walks: Mapping[int, Sequence[Step]],
) -> list[alt.Parameter]:
    """The data of the picture as parameters (each value once): the nodes' places, names and links,
    and the walks.
    """
    once = [
        [int(other) for other in links[node] if node < other or node not in links[other]]
        for node in range(len(places))
    ]
    steps = [
        [
            [int(here), list(map(int, waiting)), list(map(int, best)), len(seen)]
            for here, waiting, best, seen in walks[ef]
        ]
        for ef in sorted(walks)
    ]
    x, y = places.round(3).T.tolist()
    values = {"x": x, "y": y, "name": [name[:24] for name in names], "to": once, "steps": steps}
    values["order"] = [_order(walks[ef]) for ef in sorted(walks)]
    return [alt.param(f"walk_{key}", value=value) for key, value in values.items()]


def _order(walk: Sequence[Step]) -> list[int]:
    """The nodes in the order in which the walk saw them: a step has seen the first `seen` of
    them.
    """
    order: dict[int, None] = {}
    for *_, seen in walk:
        order |= dict.fromkeys(sorted(int(node) for node in seen if node not in order))
    return list(order)


def _controls(walks: Mapping[int, Sequence[Step]]) -> list[alt.Parameter]:
    """The parameters `walk_step` and `walk_ef`, bound to sliders, and `walk_now`: the step that is
    shown.
    """
    first, longest = min(walks), max(map(len, walks.values()))
    step = alt.binding_range(min=1, max=longest, step=1, name="step of the walk ")
    ef = alt.binding_range(
        min=first, max=max(walks), step=1, name="ef, places in the list of the best "
    )
    walk = f"walk_steps[walk_ef - {first}]"
    return [
        alt.param("walk_step", value=1, bind=step),
        alt.param("walk_ef", value=first, bind=ef),
        alt.param("walk_last", expr=f"length({walk})"),
        alt.param(
            "walk_now", expr=f"{walk}[min(walk_step, length({walk})) - 1]"
        ),  # a walk that has ended stays at its end
        alt.param(
            "walk_seen",
            expr=(
                f"slice(walk_order[walk_ef - {first}], 0, {walk}[min(walk_step, length({walk})) -"
                " 1][3])"
            ),
        ),
    ]


def _plane(places: np.ndarray, query: np.ndarray, nearest: int) -> alt.LayerChart:
    """Links, nodes and the query."""
    blank = alt.Chart()
    shown = (
        blank.mark_point(size=75, filled=True, opacity=1).encode(
            fill=alt.Fill(
                "fill:N", scale=alt.Scale(domain=FILLS, range=[BEST, SEEN, "#ffffff"]), legend=None
            ),
            stroke=alt.Stroke(
                "ring:N",
                scale=alt.Scale(domain=["waits", "no"], range=[WAITING, PALE]),
                legend=None,
            ),
            strokeWidth=alt.condition("datum.ring == 'waits'", alt.value(3), alt.value(1)),
            tooltip=["name:N", "fill:N"],
        ),
        blank.mark_point(shape="square", size=230, strokeWidth=2.5, color=INK).transform_filter(
            "datum.node == walk_now[0]"
        ),
        blank.mark_point(size=330, strokeWidth=2.5, color=NEAREST).transform_filter(
            f"datum.node == {nearest}"
        ),
        blank.mark_point(shape="cross", size=130, filled=True, opacity=1, color=COLOURS[1])
        .transform_filter("datum.node == 0")  # one mark is enough
        .transform_calculate(x=f"{query[0]:.3f}", y=f"{query[1]:.3f}"),
    )
    links = (
        blank.mark_rule(color=PALE, opacity=0.45)
        .transform_calculate(to="walk_to[datum.node]")
        .transform_flatten(["to"])
        .transform_filter("isValid(datum.to)")  # a node may have no link
        .transform_calculate(x2="walk_x[datum.to]", y2="walk_y[datum.to]")
        .encode(x2="x2:Q", y2="y2:Q")
    )
    low, high = bounds(np.vstack([places, query]))
    x, y = (
        axis(
            field=name,
            type="quantitative",
            scale=alt.Scale(domain=[start, end], nice=False),
            axis=None,
        )
        for name, axis, start, end in zip(
            "xy", (alt.X, alt.Y), low.tolist(), high.tolist(), strict=True
        )
    )
    return (
        alt.layer(
            *[layer.encode(x=x, y=y) for layer in (links, *shown)],
            data=alt.sequence(len(places), as_="node"),
        )
        .transform_calculate(
            x="walk_x[datum.node]",
            y="walk_y[datum.node]",
            name="walk_name[datum.node]",
            fill=(
                "indexof(walk_now[2], datum.node) >= 0 ? 'best' : indexof(walk_seen, datum.node) >="
                " 0 ? 'seen' : 'not seen'"
            ),
            ring="indexof(walk_now[1], datum.node) >= 0 ? 'waits' : 'no'",
        )
        .properties(width=SIDE, height=SIDE)
    )


def words(n: int, nearest: int) -> alt.Chart:
    """Three lines above the lists: step, place, amount of work; at the end, whether the answer is
    right.
    """
    step = "'step ' + min(walk_step, walk_last) + ' of ' + walk_last"
    end = (
        f"(walk_step < walk_last ? '' : walk_now[2][0] == {nearest} ? ': ends, right' : ': ends,"
        " WRONG')"
    )
    lines = (
        f"[{step} + {end}, 'at ' + walk_name[walk_now[0]], walk_now[3] + ' of {n} distances"
        " computed']"
    )
    chart: alt.Chart = (
        alt.Chart(alt.sequence(1, as_="one"))
        .transform_calculate(lines=lines)
        .mark_text(align="left", baseline="top", lineHeight=ROW, color=INK, fontWeight="bold")
        .encode(x=alt.value(0), y=alt.value(0), text="lines:N")
        .properties(width=2 * COLUMN, height=3 * ROW)
    )
    return chart


def _names_list(column: str) -> alt.LayerChart:
    """The names in "waiting" or "best", nearest first."""
    heading, paint, position = {
        "waiting": ("candidates", WAITING, 1),
        "best": ("best so far", BEST, 2),
    }[column]
    marks = (
        alt.Chart().mark_point(
            filled=column == "best", size=40, color=paint, opacity=1, strokeWidth=2.5
        ),
        alt.Chart()
        .mark_text(align="left", dx=9, color=INK, limit=COLUMN - 14)
        .encode(text="name:N"),
    )
    y = alt.Y(
        "place:Q", scale=alt.Scale(domain=[SHOWN - 0.5, -0.5], nice=False, zero=False), axis=None
    )
    return (
        alt.layer(
            *[mark.encode(x=alt.value(4), y=y) for mark in marks],
            data=alt.sequence(SHOWN, as_="place"),
        )
        .transform_filter(f"datum.place < length(walk_now[{position}])")
        .transform_calculate(name=f"walk_name[walk_now[{position}][datum.place]]")
        .properties(
            width=COLUMN, height=SHOWN * ROW, title=alt.Title(heading, anchor="start", fontSize=11)
        )
    )
