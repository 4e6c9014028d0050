"""The distribution of values, several samples on one axis."""

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from vdbcourse.plots.style import WIDTH, colour

BINS = 60


def histogram(samples: Mapping[str, ArrayLike], *, title: str, x_title: str) -> alt.LayerChart:
    """One outline for each named sample: the share of its values in each of 60 bins of equal width,
    common to all samples.

    Only the shares are kept in the chart, so a sample may have millions of values. Raises
    `ValueError` if there is no sample, or one is empty or holds NaN or infinity.
    """
    values = {
        name: np.asarray(sample, dtype=np.float64).ravel() for name, sample in samples.items()
    }
    if not values:
        raise ValueError("no samples: there is nothing to draw")
    for name, sample in values.items():
        if sample.size == 0 or not np.isfinite(sample).all():
            raise ValueError(f"the sample {name!r} is empty or holds NaN or infinity")
    edges = np.histogram_bin_edges(np.concatenate(list(values.values())), bins=BINS)
    base = alt.Chart(shares(values, edges)).encode(
        x=alt.X("value:Q", title=x_title, scale=alt.Scale(zero=False)),
        y=alt.Y(
            "share:Q", title="share of the values in a bin", axis=alt.Axis(format="%"), stack=None
        ),
        color=colour("sample", list(values)),
    )
    area = base.mark_area(interpolate="step", opacity=0.25, line=True).encode(
        tooltip=["sample:N", "value:Q", "share:Q"]
    )
    names = base.transform_window(
        rank="row_number()", sort=[alt.SortField("share", order="descending")], groupby=["sample"]
    ).transform_filter("datum.rank == 1")
    return alt.layer(
        area, names.mark_text(dy=-8, fontWeight="bold").encode(text="sample:N")
    ).properties(width=WIDTH, height=240, title=title)


def shares(values: Mapping[str, np.ndarray], edges: np.ndarray) -> pd.DataFrame:
    """A row for each sample and each bin that is not empty (or next to one): the bin's middle and
    its share of the values.
    """
    middles = (edges[:-1] + edges[1:]) / 2
    parts = []
    for name, sample in values.items():
        share = np.histogram(sample, edges)[0] / sample.size
        near = np.convolve(share > 0, [1, 1, 1], mode="same") > 0
        parts.append(
            pd.DataFrame(
                {"sample": name, "value": middles[near].round(4), "share": share[near].round(5)}
            )
        )
    return pd.concat(parts, ignore_index=True)
