"""Small tables inside a chart, as tab-separated text: without the column's name in every value a
chart stays small.
"""

from collections.abc import Mapping, Sequence

import altair as alt


def inline(rows: Sequence[Mapping[str, object]]) -> alt.InlineData:
    """`rows` as a chart's data: numbers stay numbers, a list becomes text with blanks between.

    In the chart, `split(datum.name, ' ')` makes a list of that text again. All rows have the
    columns of the first.

    Raises `ValueError` if there is none, or if a text holds a tab or a line break.
    """
    if not rows:
        raise ValueError("no rows: there is nothing to draw")
    columns = list(rows[0])
    numbers = {name: "number" for name in columns if isinstance(rows[0][name], (int, float))}
    lines = ["\t".join(columns)] + [
        "\t".join(written(row[name]) for name in columns) for row in rows
    ]
    return alt.InlineData(
        values="\n".join(lines), format=alt.CsvDataFormat(type="tsv", parse=numbers)
    )


def written(value: object) -> str:
    """One value of the table. Raises `ValueError` for text that would break it."""
    text = " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    if "\t" in text or "\n" in text:
        raise ValueError(f"{text!r} holds a tab or a line break, which the table needs itself")
    return text.replace('"', "'")  # a quote at the beginning of a value would swallow the rest
