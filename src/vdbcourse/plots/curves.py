"""Lines of measured points, labelled at their ends."""

import altair as alt
import numpy as np
import pandas as pd

from vdbcourse.plots.style import INK, WIDTH, colour

HEIGHT = 260
NAME = 15  # pixels from one name to the next


def curves(
    frame: pd.DataFrame,
    x: str,
    y: str,
    *,
    by: str,
    title: str,
    x_title: str,
    y_title: str,
    label: str | None = None,
    log_x: bool = False,
    log_y: bool = False,
) -> alt.LayerChart:
    """One line for each value of column `by` through its points (`x`, `y`), joined in the order of
    the rows of `frame`.

    The axis titles name the units. `label` is a column whose value is written at each point (a
    setting such as ef_search). A point under the pointer shows its row. Raises `ValueError` if
    `frame` is empty or lacks one of the columns.
    """
    columns = [x, y, by] + ([label] if label else [])
    if missing := [name for name in columns if name not in frame.columns]:
        raise ValueError(
            f"the frame has no column {missing[0]!r}; it has {', '.join(map(str, frame.columns))}"
        )
    if frame.empty:
        raise ValueError("the frame has no rows: there is nothing to draw")
    rows = frame[list(dict.fromkeys(columns))].reset_index(drop=True).assign(step=range(len(frame)))
    ends = _last_points(rows, y, by, log_y)
    base = alt.Chart(rows).encode(
        x=alt.X(x, type="quantitative", title=x_title, scale=_scale(log_x)),
        y=alt.Y(y, type="quantitative", title=y_title, scale=_scale(log_y)),
        color=colour(by, rows[by].drop_duplicates().tolist()),
    )
    names = base.mark_text(align="left", dx=9, fontWeight="bold").encode(
        y=alt.Y("height", type="quantitative", title=y_title), text=alt.Text(by, type="nominal")
    )
    names.data = ends
    layers = [
        base.mark_line().encode(order=alt.Order("step", type="quantitative")),
        base.mark_circle(size=50, opacity=1).encode(tooltip=columns),
        names,
    ]
    if label:
        text = alt.Text(label, type="nominal")
        layers.append(
            base.mark_text(align="right", dx=-7, dy=-5, fontSize=10).encode(
                text=text, color=alt.value(INK)
            )
        )
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT, title=title)


def _last_points(rows: pd.DataFrame, y: str, by: str, log_y: bool) -> pd.DataFrame:
    """The last point of each line, with the `height` of its name: at the point, or below another
    name.
    """
    last = rows.groupby(by, sort=False).tail(1).sort_values(y, ascending=False, kind="stable")
    to, back = (np.log, np.exp) if log_y else (np.asarray, np.asarray)
    gap = (to(rows[y].max()) - to(rows[y].min())) * NAME / HEIGHT
    heights: list[float] = []
    for height in to(last[y].to_numpy(dtype=float)):
        heights.append(min(height, heights[-1] - gap) if heights else height)
    return last.assign(height=back(heights))


def _scale(log: bool) -> alt.Scale:
    """A scale for measured values: logarithmic, or linear without starting at zero."""
    return (
        alt.Scale(type="log", nice=False, padding=20) if log else alt.Scale(zero=False, nice=True)
    )
