"""Can these ids match? Ids of two kinds never do, and a measure of them would silently be 0.0."""

import itertools
import numbers
from collections.abc import Hashable, Iterable, Sequence, Sized
from typing import Any

import numpy as np


def ids_of(values: Iterable[Any], name: str) -> list[Hashable]:
    """`values` as a list of ids. Raises `ValueError` if they are text, or lists where ids
    belong.
    """
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise ValueError(f"{name} is {shown(values)}, not a list of ids")
    ids = list(values)
    for entry in ids:
        if isinstance(entry, tuple) and len(entry) == 1:
            raise ValueError(
                f"{name} holds rows such as {shown(entry)}, not ids; take their column: [row[0]"
                f" for row in {name}]"
            )
        if isinstance(entry, (list, np.ndarray, set, dict)):
            raise ValueError(
                f"{name} holds {shown(entry)} where an id belongs; ids of one query are a flat list"
            )
    return ids


def refuse_strangers(
    ids: Iterable[Hashable], name: str, targets: Iterable[Hashable], target_name: str
) -> None:
    """Raise `ValueError` if an id in `ids` is of a kind that no id in `targets` has: it can match
    none of them.
    """
    kinds: dict[type, Hashable] = {}
    for entry in targets:
        kinds.setdefault(kind_of(entry), entry)
    for entry in ids:
        if kinds and kind_of(entry) not in kinds:
            example = next(iter(kinds.values()))
            kinds_differ = f"{name} holds {shown(entry)}, {target_name} holds {shown(example)}"
            raise ValueError(f"{kinds_differ}: ids of two kinds never match; make them one kind")


def refuse_rows(
    found: Sequence[Any] | np.ndarray, truth: Sequence[Any] | np.ndarray, k: int
) -> None:
    """Raise `ValueError` for the rows of two `fetchall()`: they look like many queries with one id
    each.
    """
    rows = all(
        isinstance(entry, tuple) and len(entry) == 1 for entry in itertools.chain(found, truth)
    )
    if rows and k > 1 and len(found) > 1:
        raise ValueError(
            f"found and truth hold rows such as {shown(truth[0])}, not ids; take their column:"
            " [row[0] for row in rows]"
        )


def kind_of(value: Hashable) -> type:
    """What an id can be equal to: numbers to numbers, texts to texts, everything else to its own
    type.
    """
    return next(
        (kind for kind in (numbers.Number, str, bytes, tuple) if isinstance(value, kind)),
        type(value),
    )


def shown(value: object) -> str:
    """A value and its type, in short: `'3' (str)`."""
    plain = value.item() if isinstance(value, np.generic) else value
    text = repr(plain) if not isinstance(plain, np.ndarray) else repr(plain.tolist())
    size = f" of {len(plain)}" if isinstance(plain, Sized) and len(text) > 40 else ""
    return f"{text[:37] + '...' if len(text) > 40 else text} ({type(plain).__name__}{size})"
