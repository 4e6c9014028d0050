"""Checks of needs: each function raises a one-line `CourseError` for an impossible value."""

import math
from collections.abc import Collection

from vdbcourse.errors import CourseError


def one_of(name: str, value: object, options: Collection[str]) -> None:
    """Is the value one of the known words?"""
    if value not in options:
        raise CourseError(f"{name}={value!r} is not known. Use one of: {', '.join(options)}.")


def whole(name: str, value: object, least: int, most: int) -> None:
    """Is the value a whole number from `least` to `most`?"""
    if isinstance(value, bool) or not isinstance(value, int):
        raise CourseError(
            f"{name}={value!r} is not a whole number. Give digits, for example 1_000_000."
        )
    if not least <= value <= most:
        raise CourseError(
            f"{name}={value:,} is not possible. Give a number from {least:,} to {most:,}."
        )


def number(name: str, value: object, most: float = math.inf, zero: bool = False) -> None:
    """Is the value a finite number above 0 (or 0, if `zero`) and up to `most`?"""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise CourseError(f"{name}={value!r} is not a number.")
    if not 0 <= value <= most or (value == 0 and not zero):
        least = "of at least 0" if zero else "above 0"
        upper = f" and up to {most:g}" if math.isfinite(most) else ""
        raise CourseError(f"{name}={value:g} is not possible. Give a number {least}{upper}.")
