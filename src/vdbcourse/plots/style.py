"""What all charts share: colours that colour-blind readers tell apart, a width that fits a cell."""

from collections.abc import Sequence

import altair as alt

# Okabe and Ito's palette without its yellow, which is hard to see on white:
# https://jfly.uni-koeln.de/color/
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
INK = "#222222"
PALE = "#8c8c8c"
WIDTH = 460  # plus axis and direct labels: at most 620 pixels, the width of a cell's output


def colour(field: str, names: Sequence[str]) -> alt.Color:
    """The colour of each name of column `field`, the same in every chart that lists `names` in the
    same order; no legend.
    """
    palette = [COLOURS[position % len(COLOURS)] for position in range(len(names))]
    return alt.Color(
        field, type="nominal", scale=alt.Scale(domain=list(names), range=palette), legend=None
    )
