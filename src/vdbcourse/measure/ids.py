"""Can these ids match? Ids of two kinds never do, and a measure of them would be 0.0 without a
word.
"""

import itertools
import numbers
from collections.abc import Hashable, Iterable, Sequence, Sized
from typing import Any

import numpy as np


def ids_of(values: Iterable[Any], name: str) -> list[Hashable]:
    """`values` as a list of ids. Raises `ValueError` if they are a text, or lists where
    ids belong.
    """
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise ValueError(f"{name} is {shown(values)}, no list of ids")
    ids = list(values)
    for one in ids:
        if isinstance(one, tuple) and len(one) == 1:
            raise ValueError(
                f"{name} holds rows such as {shown(one)}, no ids; take their column: [one[0] for"
                f" one in {name}]"
            )
        if isinstance(one, (list, np.ndarray, set, dict)):
            raise ValueError(
                f"{name} holds {shown(one)} where an id belongs; ids of one query are a flat list"
            )
    return ids


def refuse_strangers(
    found: Iterable[Hashable], found_name: str, known: Iterable[Hashable], known_name: str
) -> None:
    """Raise `ValueError` if an id among `found` is of a kind that no id among `known` has, since it
    can match none of them.
    """
    kinds: dict[type, Hashable] = {}
    for one in known:
        kinds.setdefault(kind_of(one), one)
    for one in found:
        if kinds and kind_of(one) not in kinds:
            example = next(iter(kinds.values()))
            kinds_differ = f"{found_name} holds {shown(one)}, {known_name} holds {shown(example)}"
            raise ValueError(f"{kinds_differ}: ids of two kinds never match; make them one kind")


def refuse_rows(
    found: Sequence[Any] | np.ndarray, truth: Sequence[Any] | np.ndarray, k: int
) -> None:
    """Raise `ValueError` for the rows of two `fetchall()`: they look like many queries of one id
    each.
    """
    rows = all(isinstance(one, tuple) and len(one) == 1 for one in itertools.chain(found, truth))
    if rows and k > 1 and len(found) > 1:
        raise ValueError(
            f"found and truth hold rows such as {shown(truth[0])}, no ids; take their column, as"
            " [one[0] for one in rows]"
        )


def kind_of(one: Hashable) -> type:
    """What an id can be equal to: numbers to numbers, texts to texts, everything else to its own
    type.
    """
    return next(
        (kind for kind in (numbers.Number, str, bytes, tuple) if isinstance(one, kind)), type(one)
    )


def shown(value: object) -> str:
    """A value and its type, in short: `'3' (str)`."""
    plain = value.item() if isinstance(value, np.generic) else value
    text = repr(plain) if not isinstance(plain, np.ndarray) else repr(plain.tolist())
    size = f" of {len(plain)}" if isinstance(plain, Sized) and len(text) > 40 else ""
    return f"{text[:37] + '...' if len(text) > 40 else text} ({type(plain).__name__}{size})"
