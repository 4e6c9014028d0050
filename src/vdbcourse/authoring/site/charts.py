"""Charts: the Vega-Lite specification for the script on the page, the finding, what it shows in a
sentence for screen readers, and its data as a table.
"""

import functools
import html
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vdbcourse import yamlfile

FINDINGS = Path(__file__).with_name("chart_findings.yaml")
SCHEMA = FINDINGS.with_name("chart_findings.schema.json")
Spec = Mapping[str, Any]
ROWS_SHOWN = 60
CHANNELS = ("x", "y", "color", "column", "row", "facet")
MARKS = {
    "line": "Line chart",
    "bar": "Bar chart",
    "point": "Scatter plot",
    "circle": "Scatter plot",
    "area": "Area chart",
    "rect": "Grid",
}


def figure(spec: Spec) -> str:
    """The chart for the page."""
    said = summary(spec)
    drawn = {
        key: value for key, value in spec.items() if key != "$schema"
    }  # the site's Vega-Lite is a newer one
    text = json.dumps(
        {**drawn, "description": said}, ensure_ascii=False, separators=(",", ":")
    ).replace("<", "\\u003c")
    return (
        '<figure class="chart">\n<script'
        f' type="application/json">{text}</script>\n'
        f"<figcaption>{html.escape(finding(spec))}"
        f'<span class="for-screen-readers"> {html.escape(said)}</span></figcaption>\n'
        f"{data_table(spec)}\n</figure>"
    )


def finding(spec: Spec) -> str:
    """What a reader sees in the chart: the line of chart_findings.yaml for its title, else the
    title.
    """
    title = any_title(spec)
    starts = [start for start in findings() if title.startswith(start)]
    return findings()[max(starts, key=len)] if starts else title


@functools.cache
def findings() -> Mapping[str, str]:
    """The findings by the beginning of a title. Raises `CourseError` with line if the file is
    invalid.
    """
    read: Mapping[str, str] = yamlfile.read(FINDINGS, SCHEMA).data
    return read


def any_title(spec: Spec) -> str:
    """The title of the chart, or of the first picture in it that has one."""
    return plain_title(spec) or next(filter(None, map(plain_title, units(spec))), "")


def summary(spec: Spec) -> str:
    """A sentence for each picture in `spec`: kind, title, what stands against what, and from where
    to where the numbers go.

    Layers that show nothing new, such as the points on a line, get none.
    """
    said: list[str] = []
    shown: set[tuple[str, str]] = set()
    for unit in units(spec):
        here = {(channel, name(field)) for channel, field in fields(unit)}
        if not here <= shown or not said:
            said.append(sentence(spec, unit))
            shown |= here
    return " ".join(said)


def sentence(spec: Spec, unit: Spec) -> str:
    """One picture in words."""
    mark = unit["mark"] if isinstance(unit["mark"], str) else unit["mark"]["type"]
    parts = [
        f"{name(field)} ({channel}{extent(rows(spec, unit), field)})"
        for channel, field in fields(unit)
    ]
    heading = plain_title(unit) or plain_title(spec)
    return (
        f"{MARKS.get(mark, 'Chart')}{f', {heading}' if heading else ''}:"
        f" {', '.join(parts) or 'marks and labels'}."
    )


def units(spec: Spec, inherited: Spec | None = None) -> Iterator[Spec]:
    """The single pictures in layers and beside each other, each with the data and encoding of what
    it stands in.
    """
    here = {**(inherited or {}), **{key: spec[key] for key in ("data", "title") if key in spec}}
    here["encoding"] = {**here.get("encoding", {}), **spec.get("encoding", {})}
    inner = [
        part for key in ("layer", "hconcat", "vconcat", "concat") for part in spec.get(key, [])
    ]
    if isinstance(spec.get("spec"), Mapping):
        inner.append(spec["spec"])
    for part in inner:
        yield from units(part, here)
    if not inner and "mark" in spec:
        yield {**here, **{key: value for key, value in spec.items() if key != "encoding"}}


def fields(unit: Spec) -> Iterator[tuple[str, Spec]]:
    """Channel and field definition of what a picture encodes by data."""
    for channel in CHANNELS:
        field = unit["encoding"].get(channel)
        if isinstance(field, Mapping) and ("field" in field or "aggregate" in field):
            yield channel, field


def name(field: Spec) -> str:
    """How the axis or legend calls a field."""
    titles = (
        field.get("title"),
        (field.get("axis") or {}).get("title"),
        (field.get("legend") or {}).get("title"),
    )
    found = next(filter(None, titles), None) or field.get("field") or field.get("aggregate")
    return " ".join(found) if isinstance(found, list) else str(found)


def extent(data: Sequence[Mapping[str, Any]], field: Spec) -> str:
    """`, 0.2 to 1` of numbers, `: a, b, c` of a few names, else nothing."""
    values = (
        [row[field["field"]] for row in data if row.get(field["field"]) is not None]
        if field.get("field")
        else []
    )
    if not values:
        return ""
    if all(isinstance(value, (int, float)) for value in values):
        return f", {min(values):.4g} to {max(values):.4g}"
    names = list(dict.fromkeys(map(str, values)))
    return f": {', '.join(names)}" if len(names) <= 8 else f", {len(names)} values"


def rows(spec: Spec, unit: Spec) -> list[dict[str, Any]]:
    """The data of a picture as rows; nothing if they come from elsewhere or are no rows."""
    data = unit.get("data") or spec.get("data") or {}
    values = (
        spec.get("datasets", {}).get(data["name"], []) if "name" in data else data.get("values", [])
    )
    if isinstance(values, str):
        head, *lines = [line.split("\t") for line in values.splitlines()]
        values = [
            {key: number(value) for key, value in zip(head, line, strict=False)} for line in lines
        ]
    return [row for row in values if isinstance(row, dict)]


def number(value: str) -> float | str:
    """The number that a text stands for, or the text."""
    try:
        return float(value)
    except ValueError:
        return value


def data_table(spec: Spec) -> str:
    """The drawn fields of the largest set of rows, behind a click; the first rows of a long one."""
    best: tuple[list[dict[str, Any]], list[str]] = ([], [])
    for unit in units(spec):
        drawn = list(dict.fromkeys(field["field"] for _, field in fields(unit) if "field" in field))
        data = [row for row in rows(spec, unit) if any(column in row for column in drawn)]
        if len(data) > len(best[0]):
            best = (data, drawn)
    data, columns = best
    if not data:
        return ""
    head = "".join(f'<th scope="col">{html.escape(column)}</th>' for column in columns)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{html.escape(cell(row.get(column)))}</td>" for column in columns)
        + "</tr>"
        for row in data[:ROWS_SHOWN]
    )
    more = f" (the first {ROWS_SHOWN} of {len(data):,} rows)" if len(data) > ROWS_SHOWN else ""
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<details><summary>The data of the chart{more}</summary>{table}</details>"


def cell(value: object) -> str:
    """A value as the table shows it."""
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else str(value)


def plain_title(spec: Spec) -> str:
    """The title as one text."""
    title = spec.get("title") or ""
    title = title.get("text", "") if isinstance(title, Mapping) else title
    return " ".join(title) if isinstance(title, list) else str(title)
