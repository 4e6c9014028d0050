"""What a learner's function returned, as plain values: numbers, strings, lists, tuples, dicts,
sets, arrays.

Checks see nothing else, in the notebook as in the sandbox. So an object with its own `__eq__`
cannot pass for the right answer, and JSON carries every value between two processes without running
anybody's code.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

MOST_ITEMS = 200_000  # in lists and dicts
MOST_BYTES = 64 * 2**20  # of an array
DEEPEST = 12  # lists in lists
# of whole numbers; one with hundreds of digits does not fit into a float, and breaks calculations
LARGEST = 2**64


@dataclass(frozen=True)
class Opaque:
    """A value that no check asks for: a generator, a class, a query that was not executed. Only its
    type is known.
    """

    type_name: str


@dataclass(frozen=True)
class Handle:
    """What cannot be copied to the learner's process, only opened there: a connection, a client,
    the course's `encode`.

    kind: "postgres" (address: a DSN, and a line each for statements that are run first), "milvus"
    (address: a URI), "encode" (with an address: of another model) or "dict" (a dict that stays
    there from one call to the next; address: its name).
    """

    kind: str
    address: str = ""


class _Encoder:
    """Turns one value into JSON's types, and counts its items."""

    def __init__(self) -> None:
        self.items = 0

    def encode(self, value: Any, depth: int = 0) -> Any:
        """`value` as JSON lists, dicts, strings and numbers; too large or unknown parts as an
        `Opaque`.
        """
        self.items += 1
        if value is None or value is True or value is False:
            return value
        if value is Ellipsis:
            return {"ellipsis": 0}
        if isinstance(value, (bool, np.bool_)):
            return bool(value)
        if isinstance(value, (int, np.integer)):
            return (
                int(value)
                if abs(int(value)) < LARGEST
                else {"opaque": "whole number beyond 64 bits"}
            )
        if isinstance(value, (float, np.floating)):
            return float(value)
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, (Opaque, Handle)):
            return (
                {"opaque": value.type_name}
                if isinstance(value, Opaque)
                else {"handle": [value.kind, value.address]}
            )
        if depth > DEEPEST or self.items > MOST_ITEMS:
            return {"opaque": f"{type(value).__name__} that is too large or too deep"}
        return self._encode_container(value, depth)

    def _encode_container(self, value: Any, depth: int) -> Any:
        """Arrays, lists, tuples, sets, mappings, and what can be read as one of them."""
        if hasattr(value, "to_numpy") and type(value).__module__.partition(".")[0] in (
            "pgvector",
            "pandas",
        ):
            named = type(value).__name__ == "DataFrame"
            return self.encode(
                list(value.itertuples(index=False, name=None)) if named else value.to_numpy(), depth
            )
        if type(value).__module__ == "torch" and hasattr(value, "detach"):
            return self.encode(value.detach().cpu().numpy(), depth)
        if isinstance(value, np.ndarray):
            return self._encode_array(value, depth)
        if isinstance(value, list):
            return {"list": [self.encode(item, depth + 1) for item in list.__iter__(value)]}
        if isinstance(value, tuple):
            return {"tuple": [self.encode(item, depth + 1) for item in tuple.__iter__(value)]}
        if isinstance(value, (set, frozenset)):
            return {"set": sorted((self.encode(item, depth + 1) for item in value), key=json.dumps)}
        if isinstance(value, (Mapping, dict)):
            return {
                "dict": [
                    [self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in value.items()
                ]
            }
        if isinstance(value, (type({}.keys()), type({}.values()), type({}.items()), range)):
            return self.encode(list(value), depth)
        return {"opaque": type(value).__name__}

    def _encode_array(self, value: np.ndarray, depth: int) -> Any:
        """Numbers as their bytes, anything else item by item."""
        if value.dtype.kind in "biuf" and value.dtype.itemsize <= 8:
            if value.nbytes > MOST_BYTES:
                return {"opaque": f"array of {value.nbytes:,} bytes"}
            data = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
            return {
                "array": [
                    data.dtype.str,
                    list(value.shape),
                    base64.b64encode(data.tobytes()).decode(),
                ]
            }
        return self.encode(value.tolist(), depth)


def encode(value: Any) -> Any:
    """`value` in JSON's types."""
    return _Encoder().encode(value)


def encode_arguments(args: Iterable[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call: `{"args": [...], "kwargs": {...}}`."""
    return {
        "args": [encode(arg) for arg in args],
        "kwargs": {name: encode(arg) for name, arg in kwargs.items()},
    }


def decode(coded: Any) -> Any:
    """The value that `encode` turned into `coded`. Raises `ValueError` for anything else."""
    if not isinstance(coded, dict):
        if coded is None or isinstance(coded, (bool, int, float, str)):
            return coded
        raise ValueError(f"{type(coded).__name__} without a name")
    if len(coded) != 1:
        raise ValueError(f"{len(coded)} names for one value")
    ((kind, content),) = coded.items()
    match kind:
        case "ellipsis":
            return Ellipsis
        case "opaque":
            return Opaque(str(content)[:100])
        case "handle":
            return Handle(*map(str, content))
        case "list":
            return [decode(item) for item in content]
        case "tuple":
            return tuple(decode(item) for item in content)
        case "set":
            return {_as_key(decode(item)) for item in content}
        case "dict":
            return {_as_key(decode(key)): decode(item) for key, item in content}
        case "array":
            return _decode_array(*content)
    raise ValueError(f"unknown kind of value {kind!r}")


def _decode_array(dtype: str, shape: list[int], data: str) -> np.ndarray:
    """An array of numbers from its bytes."""
    kind = np.dtype(dtype)
    if kind.kind not in "biuf":
        raise ValueError(f"array of {dtype}")
    return np.frombuffer(base64.b64decode(data), dtype=kind).reshape(shape).copy()


def _as_key(value: Any) -> Any:
    """Keys of dicts and members of sets must be hashable, which an array, a list, or a tuple with a
    set in it is not.
    """
    try:
        hash(value)
    except TypeError:
        return Opaque(type(value).__name__)
    return value


def through_json(coded: Any) -> Any:
    """`coded` after a trip through JSON: subclasses of `int` and `str` become plain values."""
    return json.loads(json.dumps(coded))
