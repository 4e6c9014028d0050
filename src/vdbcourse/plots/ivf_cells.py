"""Cells of an IVF index in the plane, and the look-up table of product quantisation."""

from collections.abc import Sequence

import altair as alt
import numpy as np
from numpy.typing import ArrayLike

from vdbcourse.plots.inline_data import inline
from vdbcourse.plots.style import COLOURS, INK, PALE

SIDE = 340  # pixels of the plane
FOUND, MISSED, SEARCHED = COLOURS[2], COLOURS[1], COLOURS[5]
KEY = [
    "blue cells are searched, all others are skipped; cross: the query; small squares: centroids",
    "green: a true neighbour that is found; red: one that is missed, because its cell is skipped",
]
KINDS = ["found", "missed", "compared", "skipped"]
DISTANCES = {  # of a row with a place (x, y) in a cell
    "distance": "hypot(datum.x - query_x, datum.y - query_y)",
    "to_cell": "hypot(cell_x[datum.cell] - query_x, cell_y[datum.cell] - query_y)",
}


def ivf_cells(
    points: ArrayLike,
    cells: Sequence[int],
    centroids: ArrayLike,
    query: ArrayLike,
    *,
    k: int,
    names: Sequence[str],
    title: str,
) -> alt.LayerChart:
    """The cells of an index in the plane: sliders for nprobe and the query show what is searched,
    found and missed.

    `points` is (n, 2), `cells` the number of each point's cell, `centroids` (nlist, 2), `query`
    (2,) the initial query. The `k` nearest points are the true neighbours; the chart itself finds
    them and ranks the cells, without Python. Raises `ValueError` if shapes do not fit or a cell is
    empty.
    """
    places, middles = np.asarray(points, dtype=float), np.asarray(centroids, dtype=float)
    start = np.asarray(query, dtype=float)
    if (
        places.ndim != 2
        or places.shape[1] != 2
        or middles.ndim != 2
        or middles.shape[1] != 2
        or start.shape != (2,)
    ):
        raise ValueError(
            f"need points (n, 2), centroids (m, 2), query (2,), not {places.shape},"
            f" {middles.shape}, {start.shape}"
        )
    if not len(places) == len(cells) == len(names):
        raise ValueError(f"{len(places)} points, but {len(cells)} cells and {len(names)} names")
    if set(map(int, cells)) != set(range(len(middles))):
        raise ValueError(f"each of the {len(middles)} cells must hold a point")
    low, high = bounds(np.vstack([places, middles]))
    rows = [
        {"x": x, "y": y, "cell": int(cell), "name": name[:24]}
        for (x, y), cell, name in zip(places.round(3).tolist(), cells, names, strict=True)
    ]
    corners = [
        {"x": x, "y": y, "cell": cell, "corner": number}
        for cell in range(len(middles))
        for number, (x, y) in enumerate(_region(cell, middles, low, high).round(3).tolist())
    ]
    layers = _plane(inline(rows), inline(corners), low, high, k, len(rows), len(middles))
    return (
        alt.layer(*layers)
        .add_params(*_controls(low, high, start, middles))
        .properties(
            width=SIDE,
            height=SIDE,
            title=alt.Title(title, subtitle=KEY, subtitleColor=INK, anchor="start"),
        )
    )


def bounds(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two opposite corners of a square around `places`, with a margin: a distance looks the same in
    every direction.
    """
    low, high = places.min(axis=0), places.max(axis=0)
    half = 0.56 * (high - low).max()
    return ((low + high) / 2 - half).round(3), ((low + high) / 2 + half).round(3)


def _region(cell: int, centroids: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Corners (m, 2), in order, of the part of the box that is nearer to centroid `cell` than to
    any other.
    """
    corners = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    for other in centroids[np.arange(len(centroids)) != cell]:
        across = other - centroids[cell]
        beyond = (
            corners - (other + centroids[cell]) / 2
        ) @ across  # positive: nearer to the other centroid
        clipped = []
        for corner, next_corner, excess, next_excess in zip(
            corners, np.roll(corners, -1, axis=0), beyond, np.roll(beyond, -1), strict=True
        ):
            if excess <= 0:
                clipped.append(corner)
            if excess * next_excess < 0:  # this side crosses the border: add a corner there
                clipped.append(corner + (next_corner - corner) * excess / (excess - next_excess))
        corners = np.array(clipped)
    return corners


def _controls(
    low: np.ndarray, high: np.ndarray, query: np.ndarray, centroids: np.ndarray
) -> list[alt.Parameter]:
    """The parameters `nprobe`, `query_x` and `query_y`, bound to three sliders; `cell_x` and
    `cell_y`, the centroids.
    """
    nprobe = alt.binding_range(
        min=1, max=len(centroids), step=1, name="nprobe, cells that are searched "
    )
    x, y = centroids.round(3).T.tolist()
    parameters = [
        alt.param("nprobe", value=1, bind=nprobe),
        alt.param("cell_x", value=x),
        alt.param("cell_y", value=y),
    ]
    for position, name in enumerate(["x", "y"]):
        bind = alt.binding_range(
            min=float(low[position]), max=float(high[position]), step=0.005, name=f"query, {name} "
        )
        parameters.append(
            alt.param(f"query_{name}", value=round(float(query[position]), 3), bind=bind)
        )
    return parameters


def _plane(
    rows: alt.Data, corners: alt.Data, low: np.ndarray, high: np.ndarray, k: int, n: int, nlist: int
) -> list[alt.Chart]:
    """The layers: regions, centroids, points, query, and a line of text."""

    def at(x: str, y: str) -> dict[str, alt.X | alt.Y]:
        """Encodings of a place in the plane."""
        return {
            "x": alt.X(
                x,
                type="quantitative",
                scale=alt.Scale(domain=[float(low[0]), float(high[0])], nice=False),
                axis=None,
            ),
            "y": alt.Y(
                y,
                type="quantitative",
                scale=alt.Scale(domain=[float(low[1]), float(high[1])], nice=False),
                axis=None,
            ),
        }

    def ranked(data: alt.Data) -> alt.Chart:
        """Rows of `data` with `cell_rank`: 1 in the cell whose centroid is nearest to the query."""
        return (
            alt.Chart(data)
            .transform_calculate(**DISTANCES)
            .transform_window(cell_rank="dense_rank()", sort=[alt.SortField("to_cell")])
        )

    searched = "datum.cell_rank <= nprobe"
    kind = (
        f"datum.place <= {k} ? ({searched} ? 'found' : 'missed')"
        f" : {searched} ? 'compared' : 'skipped'"
    )
    points = (
        ranked(rows)
        .transform_window(place="row_number()", sort=[alt.SortField("distance")])
        .transform_calculate(
            kind=kind, got=f"datum.place <= {k} && {searched} ? 1 : 0", read=f"{searched} ? 1 : 0"
        )
    )
    line = (
        f"'nprobe ' + nprobe + ' of {nlist} cells: ' + datum.compared + ' of {n} points compared, '"
        f" + datum.found + ' of {k} true neighbours found'"
    )
    counts = points.transform_aggregate(compared="sum(read)", found="sum(got)")
    paint = alt.Scale(domain=KINDS, range=[FOUND, MISSED, "#555555", "#b5b5b5"])
    shape = alt.Scale(domain=KINDS, range=["circle", "diamond", "circle", "circle"])
    size = alt.condition(
        "datum.kind == 'found' || datum.kind == 'missed'", alt.value(85), alt.value(22)
    )
    return [
        ranked(corners)
        .transform_calculate(inside="datum.cell_rank <= nprobe ? 'searched' : 'skipped'")
        .mark_line(
            filled=True, stroke=PALE, strokeWidth=1, fillOpacity=0.4, interpolate="linear-closed"
        )
        .encode(
            **at("x", "y"),
            order="corner:Q",
            detail="cell:N",
            fill=alt.Fill(
                "inside:N",
                scale=alt.Scale(domain=["searched", "skipped"], range=[SEARCHED, "#f4f4f4"]),
                legend=None,
            ),
        ),
        alt.Chart(alt.sequence(nlist, as_="cell"))
        .transform_calculate(x="cell_x[datum.cell]", y="cell_y[datum.cell]")
        .mark_point(shape="square", size=35, filled=True, color=INK, opacity=0.8)
        .encode(**at("x", "y")),
        points.mark_point(filled=True, opacity=1).encode(
            **at("x", "y"),
            color=alt.Color("kind:N", scale=paint, legend=None),
            shape=alt.Shape("kind:N", scale=shape, legend=None),
            size=size,
            tooltip=["name:N", "kind:N"],
        ),
        alt.Chart(alt.sequence(1, as_="one"))
        .transform_calculate(x="query_x", y="query_y")
        .mark_point(shape="cross", size=130, filled=True, opacity=1, color=INK)
        .encode(**at("x", "y")),
        counts.transform_calculate(line=line)
        .mark_text(align="left", color=INK, fontWeight="bold")
        .encode(x=alt.value(0), y=alt.value(SIDE + 14), text="line:N"),
    ]


def lookup_table(table: ArrayLike, code: Sequence[int], *, title: str) -> alt.LayerChart:
    """The look-up table of one query: a row for each part, a column for each centroid, its squared
    distance as a shade.

    `table` is (m, centroids); `code` (m,) names the centroid of each part of one stored vector:
    these are outlined, with their numbers, and the last column holds the sum so far. Raises
    `ValueError` if the shapes do not fit.
    """
    values = np.asarray(table, dtype=float)
    if (
        values.ndim != 2
        or len(code) != len(values)
        or not all(0 <= centroid < values.shape[1] for centroid in code)
    ):
        raise ValueError(
            f"a table {values.shape} needs a code of {len(values)} numbers below its second size,"
            f" not {list(code)}"
        )
    cells = [
        {"part": part, "centroid": number, "distance": value}
        for part, row in enumerate(values.round(3).tolist())
        for number, value in enumerate(row)
    ]
    code_cells: list[dict[str, float | str]] = [
        {"part": part, "centroid": int(number), "distance": round(float(values[part, number]), 3)}
        for part, number in enumerate(code)
    ]
    sums = np.cumsum([values[part, number] for part, number in enumerate(code)])
    for row, total in zip(code_cells, sums.tolist(), strict=True):
        row["sum"] = f"{'= ' if row['part'] == len(code) - 1 else ''}{total:.3f}"
    x = alt.X("centroid:O", title="centroid of the part", axis=alt.Axis(labelAngle=0, orient="top"))
    y = alt.Y("part:O", title="part of the vector")
    grid = alt.Chart(inline(cells)).encode(x=x, y=y)
    chosen = alt.Chart(inline(code_cells)).encode(x=x, y=y)
    width = 30 * values.shape[1]
    shade = alt.Scale(range=["#ffffff", COLOURS[5]], interpolate="rgb")
    layers = (
        grid.mark_rect(stroke="#dddddd").encode(
            color=alt.Color("distance:Q", scale=shade, legend=None),
            tooltip=["part:O", "centroid:O", "distance:Q"],
        ),
        chosen.mark_rect(filled=False, stroke=COLOURS[1], strokeWidth=2.5),
        chosen.mark_text(color=INK, fontSize=10).encode(text=alt.Text("distance:Q", format=".3f")),
        chosen.mark_text(color=INK, align="left", fontWeight="bold").encode(
            x=alt.value(width + 8), text="sum:N"
        ),
    )
    return alt.layer(*layers).properties(width=width, height=24 * len(values), title=title)
