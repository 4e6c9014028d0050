"""Tables with text in them, to be read: left-aligned, nothing cut off. (JupyterLab aligns pandas'
own tables right.)
"""

import re
import textwrap

import pandas as pd


class Text:
    """`frame` shown with complete, left-aligned texts; numbers rounded to `decimals` places."""

    def __init__(self, frame: pd.DataFrame, decimals: int = 3) -> None:
        self.frame = frame.round(decimals)

    def __repr__(self) -> str:
        rows = [self.frame.columns, *self.frame.itertuples(index=False)]
        return "\n".join(
            textwrap.fill(" | ".join(map(str, row)), 100, subsequent_indent="    ") for row in rows
        )

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            table = self.frame.to_html(index=False, border=0, justify="left")
        return re.sub(r"<(td|th)( style=\"[^\"]*\")?>", r'<\1 style="text-align: left">', table)
