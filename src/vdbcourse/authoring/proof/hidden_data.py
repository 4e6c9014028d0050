"""What a message reveals of hidden data."""

import re
from collections.abc import Iterable


def leaks(text: str, public: set[str], titles: Iterable[str]) -> set[str]:
    """What a message reveals of hidden data: numbers that are not `public`, and titles. `<...>` is
    a type and a size.
    """
    figures = numbers(re.sub(r"<[^<>]*>", " ", text)) - public
    significant = {number for number in figures if len(number.replace(".", "").strip("0")) >= 3}
    return significant | {title for title in titles if len(title) >= 8 and title in text}


def numbers(text: str) -> set[str]:
    """The numbers in a text, without sign, exponent and thousands separators."""
    return {
        re.sub("[,_]", "", number)
        for number in re.findall(r"\d(?:[\d_]|,(?=\d{3}))*(?:\.\d+)?", text)
    }
