"""Four metrics at once: vectors in the plane, and beside them the order of each metric, computed by
the chart itself.
"""

import math
from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from vdbcourse.plots.style import INK, PALE, colour

# Name in the picture, and the distance of the vector (vx, vy) from the query (qx, qy); smaller is
# nearer, as with pgvector's operators.
DISTANCES = {
    "cosine <=>": (
        "1 - (datum.vx * datum.qx + datum.vy * datum.qy) / (hypot(datum.vx, datum.vy) *"
        " hypot(datum.qx, datum.qy))"
    ),
    "L2 <->": "hypot(datum.vx - datum.qx, datum.vy - datum.qy)",
    "inner product <#>": "-(datum.vx * datum.qx + datum.vy * datum.qy)",
    "L1 <+>": "abs(datum.vx - datum.qx) + abs(datum.vy - datum.qy)",
}
# The query and, if there is an x and a y, the vector, with the switch off or on.
PLACES = {
    "vx": "normalise ? datum.x / hypot(datum.x, datum.y) : datum.x",
    "vy": "normalise ? datum.y / hypot(datum.x, datum.y) : datum.y",
    "qx": "(normalise ? 1 : length) * cos(angle * PI / 180)",
    "qy": "(normalise ? 1 : length) * sin(angle * PI / 180)",
    "zero": "0",
}
ROW = 46  # pixels per rank
COLUMN = 78  # pixels per metric
PLANE = 205  # pixels of the plane's side


def metric_picture(
    vectors: Mapping[str, Sequence[float]], query: Sequence[float]
) -> alt.HConcatChart:
    """`vectors` (name to two numbers) and `query` in the plane; beside them the names in the order
    of each metric, nearest first.

    Below the picture are sliders for the query's angle (degrees) and length, and a switch that
    scales every vector and the query to length 1. Orders are those of `measure.exact_knn`: of
    equally near vectors the earlier one comes first. The chart needs no Python.

    Raises `ValueError` if there is no vector, one (or the query) is not two finite numbers, or is
    (0, 0), which has no direction.
    """
    if not vectors:
        raise ValueError("vectors is empty: there is nothing to draw")
    points = {name: _pair(vector, f"vectors[{name!r}]") for name, vector in vectors.items()}
    start = _pair(query, "query")
    longest = max(math.hypot(*point) for point in [*points.values(), start])
    rows = pd.DataFrame(
        [(name, *point) for name, point in points.items()], columns=["name", "x", "y"]
    )
    picture = alt.hconcat(_plane(rows, longest), _ranks(rows), spacing=25).add_params(
        *_controls(start, longest)
    )
    titled: alt.HConcatChart = picture.properties(
        title="Which vector is nearest to the query? Four metrics answer"
    ).configure_view(strokeOpacity=0)
    return titled


def _pair(vector: Sequence[float], name: str) -> tuple[float, float]:
    """`vector` as two floats. Raises `ValueError` if it is something else, or (0, 0)."""
    values = [float(value) for value in vector]
    if len(values) != 2 or not all(map(math.isfinite, values)):
        raise ValueError(f"{name} must be two finite numbers, not {vector!r}")
    if not any(values):
        raise ValueError(f"{name} is (0, 0): it has no direction, so no cosine distance")
    return values[0], values[1]


def _controls(start: tuple[float, float], longest: float) -> list[alt.Parameter]:
    """The parameters `angle`, `length` and `normalise`, bound to two sliders and a switch."""
    step = 10.0 ** (math.floor(math.log10(longest)) - 1)
    angle = alt.binding_range(min=-180, max=180, step=1, name="angle of the query (degrees) ")
    length = alt.binding_range(
        min=step, max=math.ceil(longest / step) * step, step=step, name="length of the query "
    )
    switch = alt.binding_checkbox(name="normalise: scale everything to length 1 ")
    return [
        alt.param(
            "angle", value=round(math.degrees(math.atan2(start[1], start[0])), 2), bind=angle
        ),
        alt.param("length", value=round(math.hypot(*start), 3), bind=length),
        alt.param("normalise", value=False, bind=switch),
    ]


def _plane(rows: pd.DataFrame, longest: float) -> alt.LayerChart:
    """The vectors and the query as lines from the origin, with the circle of length 1."""
    end = f"(normalise ? 1.4 : {1.15 * longest:.6g})"
    scale = alt.Scale(
        domainMin=alt.ExprRef(f"-{end}"), domainMax=alt.ExprRef(end), nice=False, zero=False
    )
    axis = alt.Axis(grid=False, tickCount=5)

    def at(x: str, y: str) -> dict[str, alt.X | alt.Y]:
        """Encodings of a place in the plane."""
        return {
            "x": alt.X(x, type="quantitative", scale=scale, axis=axis, title="first number"),
            "y": alt.Y(y, type="quantitative", scale=scale, axis=axis, title="second number"),
        }

    def arrows(
        data: pd.DataFrame, x: str, y: str, paint: alt.Color | alt.ColorValue, side: str
    ) -> alt.LayerChart:
        """A line from the origin to each place, the place itself and its name, aligned `side`."""
        blank = alt.Chart()
        layers = (
            blank.mark_rule(strokeWidth=2).encode(**at("zero", "zero"), x2=x, y2=y, color=paint),
            blank.mark_point(filled=True, size=60, opacity=1).encode(**at(x, y), color=paint),
            blank.mark_text(align=side, dx=6 if side == "left" else -6, dy=-6, color=INK).encode(
                **at(x, y), text="name:N"
            ),
        )
        return alt.layer(*layers, data=data).transform_calculate(**PLACES)

    circle = (
        alt.Chart(alt.sequence(0, 361, 5, as_="t"))
        .transform_calculate(cx="cos(datum.t * PI / 180)", cy="sin(datum.t * PI / 180)")
        .mark_line(strokeDash=[3, 3], color=PALE, strokeWidth=1)
        .encode(**at("cx", "cy"), order="t:Q")
    )
    vectors = arrows(rows, "vx", "vy", colour("name", rows["name"].tolist()), "left")
    query = arrows(pd.DataFrame({"name": ["query"]}), "qx", "qy", alt.ColorValue(INK), "right")
    return alt.layer(circle, vectors, query).properties(width=PLANE, height=PLANE)


def _ranks(rows: pd.DataFrame) -> alt.LayerChart:
    """A column for each metric with the names from near to far; a line joins the places of one
    vector.
    """
    height = ROW * len(rows)
    two_lines = "split(datum.label, / (?=<)/)"  # the name above, the operator below
    names = alt.Axis(
        orient="top",
        labelAngle=0,
        labelLimit=0,
        labelPadding=16,
        domain=False,
        ticks=False,
        labelExpr=two_lines,
    )
    x = alt.X("metric:N", sort=list(DISTANCES), title=None, axis=names)
    y = alt.Y("rank:O", title="rank, 1 is nearest", axis=alt.Axis(grid=False))
    paint = colour("name", rows["name"].tolist())
    blank = alt.Chart().encode(x=x, y=y)
    layers = (
        blank.mark_line(strokeWidth=3, opacity=0.4).encode(color=paint),
        blank.mark_point(filled=True, size=60, opacity=1).encode(color=paint),
        blank.mark_text(dy=-11, color=INK, fontWeight="bold").encode(text="name:N"),
        blank.mark_text(dy=13, color=INK, fontSize=10).encode(
            text=alt.Text("distance:Q", format=".2f")
        ),
        _verdict(x, height),
    )
    return (
        alt.layer(*layers, data=rows.assign(position=range(len(rows))))
        .transform_calculate(**PLACES)
        .transform_calculate(**DISTANCES)
        .transform_fold(list(DISTANCES), as_=["metric", "exact"])
        .transform_calculate(
            distance="round(datum.exact * 1e9) / 1e9"
        )  # equal distances tie in spite of floating point
        .transform_window(
            rank="row_number()",
            sort=[alt.SortField("distance"), alt.SortField("position")],
            groupby=["metric"],
        )
        .properties(width=COLUMN * len(DISTANCES), height=height)
    )


def _verdict(x: alt.X, height: int) -> alt.Chart:
    """Below each metric: does it order the vectors as cosine does?"""
    first = next(iter(DISTANCES))
    same = (
        f"datum.metric == '{first}' ? 'same as cosine?' : datum.others == 0 ? 'same order' : 'other"
        " order'"
    )
    chart: alt.Chart = (
        alt.Chart()
        .transform_calculate(first=f"datum.metric == '{first}' ? datum.rank : 0")
        .transform_joinaggregate(cosine_rank="max(first)", groupby=["name"])
        .transform_calculate(other="datum.rank != datum.cosine_rank ? 1 : 0")
        .transform_aggregate(others="sum(other)", groupby=["metric"])
        .transform_calculate(verdict=same)
        .mark_text(color=INK, fontStyle="italic")
        .encode(x=x, y=alt.value(height + 12), text="verdict:N")
    )
    return chart
