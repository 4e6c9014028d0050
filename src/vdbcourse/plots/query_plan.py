"""PostgreSQL's plan of a query: a box per node, with what it reads, its rows, and its own pages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import altair as alt

from vdbcourse.plots.inline_data import inline
from vdbcourse.plots.style import COLOURS, INK, PALE

SIDE = 600  # pixels from the left edge of the root to the right edge of every box
INDENT = 22  # pixels that a child stands to the right of its parent
BOX, GAP, LINE = 64, 10, 18
LETTER = 6.2  # pixels of an average letter at 11 pixels
VECTOR = re.compile(r"'\[[^\]]*\]'(::(public\.)?\w+(\(\d+\))?)?")
CAST = re.compile(r"::(text|bpchar|character varying)\b")
CONDITIONS = {
    "Index Cond": "by",
    "Order By": "nearest by",
    "Sort Key": "sorted by",
    "Hash Cond": "join",
    "Join Filter": "join",
    "One-Time Filter": "only if",
    "Filter": "filter",
}
FILLS = {"run": "#eef4fa", "never run": "#f2f2f2"}


def query_plan(plan: Sequence[Mapping[str, Any]], *, title: str) -> alt.LayerChart:
    """The tree of a plan, the root on top and each child below its parent, to the right.

    `plan` is the parsed list that `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)` returns. A box says
    what a node is and reads, its conditions (a vector is called "query"), the rows that were
    planned, that came, and that a filter threw away, and the pages asked for. Rows are those of all
    loops together. The bar is the node's own share of the pages, without its children; of the
    planned cost, if the plan has no buffers. Without ANALYZE there are planned rows alone.

    Raises `ValueError` if `plan` is something else.
    """
    root = _root(plan)
    by_pages = "Shared Hit Blocks" in root
    rows = [
        _box(node, depth, line, above, by_pages)
        for line, (node, depth, above) in enumerate(_nodes(root))
    ]
    whole = sum(row["own"] for row in rows) or 1
    longest = SIDE - max(row["left"] for row in rows)
    for row in rows:
        row["bar"] = row["left"] + longest * row["own"] / whole
    picture: alt.LayerChart = (
        alt.layer(*_layers(rows))
        .properties(
            width=SIDE,
            height=len(rows) * (BOX + GAP),
            title=alt.Title(
                title,
                subtitle=f"bar: a node's own share of {'all pages' if by_pages else 'the cost'}; "
                "orange: rows thrown away by a filter",
                subtitleColor=INK,
                anchor="start",
            ),
        )
        .configure_view(strokeOpacity=0)
    )
    return picture


def _root(plan: object) -> Mapping[str, Any]:
    """The topmost node. Raises `ValueError` for what is no plan."""
    first = plan[0] if isinstance(plan, (list, tuple)) and len(plan) == 1 else None
    root = first.get("Plan") if isinstance(first, Mapping) else None
    if not isinstance(root, Mapping) or "Node Type" not in root:
        raise ValueError(
            "this is no plan: pass the list that EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) returns, "
            "cursor.fetchone()[0]"
        )
    return root


def _nodes(
    node: Mapping[str, Any], depth: int = 0, above: int = -1, line: int = 0
) -> Iterator[tuple[Mapping[str, Any], int, int]]:
    """Each node with its depth and the line of its parent (-1: none), a parent before its
    children.
    """
    yield node, depth, above
    below = line + 1
    for child in node.get("Plans", []):
        found = list(_nodes(child, depth + 1, line, below))
        yield from found
        below += len(found)


def _box(
    node: Mapping[str, Any], depth: int, line: int, above: int, by_pages: bool
) -> dict[str, Any]:
    """What is drawn for one node, one row of the chart's data."""
    children = node.get("Plans", [])
    amount = pages if by_pages else _cost
    own = max(amount(node) - sum(amount(child) for child in children), 0)
    if by_pages and node["Node Type"] == "CTE Scan":
        own = 0  # its pages are those of the CTE, which stands elsewhere in the tree
    left = depth * INDENT
    letters = int((SIDE - left - 16) / LETTER)
    lost = node.get("Rows Removed by Filter", 0) * node.get("Actual Loops", 1)
    return {
        "name": _cut(_name(node), letters),
        "conditions": _cut(_conditions(node), letters),
        "numbers": _cut(_numbers(node, by_pages), letters),
        "lost": f"{lost:.0f} thrown away" if lost else "",
        "state": "never run" if node.get("Actual Loops") == 0 else "run",
        "left": left,
        "top": line * (BOX + GAP),
        "from": -1 if above < 0 else above * (BOX + GAP) + BOX,
        "own": own,
    }


def pages(node: Mapping[str, Any]) -> int:
    """The pages that a node and everything below it asked for, found in memory or read."""
    return int(node.get("Shared Hit Blocks", 0) + node.get("Shared Read Blocks", 0))


def _cost(node: Mapping[str, Any]) -> float:
    return float(node.get("Total Cost", 0))


def _name(node: Mapping[str, Any]) -> str:
    """The node's type, its index, its table, and the CTE that it computes."""
    name = str(node["Node Type"])
    if "Index Name" in node:
        name += f" using {node['Index Name']}"
    read = node.get("Relation Name") or node.get("CTE Name") or node.get("Alias")
    name += f" on {read}" if read else ""
    return f"{node['Subplan Name']}: {name}" if "Subplan Name" in node else name


def _conditions(node: Mapping[str, Any]) -> str:
    parts = []
    for key, word in CONDITIONS.items():
        if key in node:
            value = node[key] if isinstance(node[key], str) else ", ".join(node[key])
            parts.append(f"{word} {CAST.sub('', VECTOR.sub('query', value))}")
    if node.get("Subplans Removed"):
        parts.append(f"{node['Subplans Removed']} more left out before the start")
    return re.sub(r"\s+", " ", "; ".join(parts))


def _numbers(node: Mapping[str, Any], by_pages: bool) -> str:
    loops = node.get("Actual Loops")
    if loops == 0:
        return f"rows: {node['Plan Rows']:,} planned; never run"
    text = f"rows: {node['Plan Rows'] * (loops or 1):,} planned"
    if loops:
        text += f", {round(node['Actual Rows'] * loops):,} came"
    text += f" in {loops} loops" if loops and loops > 1 else ""
    return text + (f"; pages: {pages(node):,}" if by_pages else f"; cost: {_cost(node):,.0f}")


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "…"


def _layers(rows: Sequence[Mapping[str, Any]]) -> list[alt.Chart]:
    """Lines to the parents, boxes, bars and texts, from the back to the front."""
    base = alt.Chart(inline(rows))
    children = base.transform_filter("datum.from >= 0")
    down = children.transform_calculate(
        x=f"datum.left - {INDENT / 2}", end=f"datum.top + {BOX / 2}"
    )
    line = {"color": PALE, "strokeWidth": 1.5}
    fill = alt.Color(
        "state:N", scale=alt.Scale(domain=list(FILLS), range=list(FILLS.values())), legend=None
    )
    layers = [
        down.mark_rule(**line).encode(x=_x("x"), y=_y("from"), y2="end:Q"),
        down.mark_rule(**line).encode(x=_x("x"), x2="left:Q", y=_y("end")),
        base.transform_calculate(right=str(SIDE), bottom=f"datum.top + {BOX}")
        .mark_rect(stroke=PALE, cornerRadius=4)
        .encode(x=_x("left"), x2="right:Q", y=_y("top"), y2="bottom:Q", color=fill),
        base.transform_calculate(upper=f"datum.top + {BOX - 6}", bottom=f"datum.top + {BOX - 1}")
        .transform_filter("datum.bar > datum.left")
        .mark_rect(color=COLOURS[5])
        .encode(x=_x("left"), x2="bar:Q", y=_y("upper"), y2="bottom:Q"),
    ]
    for place, field in enumerate(("name", "conditions", "numbers")):
        layers.append(
            base.transform_calculate(x="datum.left + 8", y=f"datum.top + {12 + LINE * place}")
            .mark_text(
                align="left", color=INK, fontSize=11, fontWeight="bold" if not place else "normal"
            )
            .encode(x=_x("x"), y=_y("y"), text=f"{field}:N")
        )
    layers.append(
        base.transform_calculate(x=str(SIDE - 8), y=f"datum.top + {12 + LINE * 2}")
        .mark_text(align="right", color=COLOURS[1], fontSize=11, fontWeight="bold")
        .encode(x=_x("x"), y=_y("y"), text="lost:N")
    )
    return layers


def _x(field: str) -> alt.X:
    return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, SIDE], nice=False))


def _y(field: str) -> alt.Y:
    return alt.Y(f"{field}:Q", axis=None, scale=alt.Scale(reverse=True, zero=True, nice=False))
