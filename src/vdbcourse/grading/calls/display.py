"""How a value is shown in a message: in one short line, or by its type and size if it is hidden
data.
"""

import reprlib
from typing import Any

import numpy as np

from vdbcourse.grading.calls.codec import Handle, Opaque

LONGEST = 300  # characters of a value that is shown
SHORT = reprlib.Repr()
SHORT.maxlevel, SHORT.maxlist, SHORT.maxtuple, SHORT.maxset, SHORT.maxdict = 3, 12, 8, 8, 6
SHORT.maxstring, SHORT.maxlong, SHORT.maxother = 80, 30, 60


def shown(value: Any, shapes_only: bool = False) -> str:
    """One short line for `value`; with `shapes_only`, only its type and size."""
    line = _described(value, shapes_only)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."


def _described(value: Any, shapes_only: bool) -> str:
    """The line, of any length."""
    match value:
        case Opaque():
            return f"{'an' if value.type_name[:1].lower() in 'aeiou' else 'a'} {value.type_name}"
        case Handle():
            return {"postgres": "conn", "milvus": "client", "encode": "encode"}.get(
                value.kind, value.address
            )
        case np.ndarray():
            if shapes_only or value.size > 12:
                return f"<array {value.shape} {value.dtype}>"
            return f"np.array({np.round(value, 4).tolist()})"
        case bool() | None:
            return repr(value)
        case _ if value is Ellipsis:
            return "..."
        case list() | tuple() | set() | dict():
            if shapes_only:
                return f"<{type(value).__name__} of {len(value)}>"
            return SHORT.repr(_tidy(value))
        case str() if shapes_only:
            return f"<text of {len(value)} characters>"
        case float():
            return "<a number>" if shapes_only else f"{value:.6g}"
        case int() if shapes_only:
            return repr(value) if abs(value) <= 10_000 else "<a number>"
    return SHORT.repr(value)


def _tidy(value: Any) -> Any:
    """Floats with six digits, also inside lists, so that a line stays short; large arrays by their
    shape.
    """
    match value:
        case float():
            return float(f"{value:.6g}")
        case list() | tuple():
            return type(value)(_tidy(item) for item in value[:20])
        case dict():
            return {key: _tidy(item) for key, item in list(value.items())[:20]}
        case np.ndarray() if value.size > 4:
            return _Shape(value)
        case np.ndarray():
            return np.round(value, 4).tolist()
    return value


class _Shape:
    """Shows the shape of an array inside a list."""

    def __init__(self, array: np.ndarray) -> None:
        self.text = f"<array {array.shape} {array.dtype}>"

    def __repr__(self) -> str:
        return self.text
