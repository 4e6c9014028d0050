"""What a message tells of hidden data."""

import re
from collections.abc import Iterable


def leaks(text: str, known: set[str], titles: Iterable[str]) -> set[str]:
    """What a message on hidden data holds of it: numbers that stand in no source, titles. `<...>`
    is a kind and a size.
    """
    said = numbers(re.sub(r"<[^<>]*>", " ", text)) - known
    significant = {number for number in said if len(number.replace(".", "").strip("0")) >= 3}
    return significant | {title for title in titles if len(title) >= 8 and title in text}


def numbers(text: str) -> set[str]:
    """The numbers in a text, without sign, exponent and thousands separators."""
    return {
        re.sub("[,_]", "", number)
        for number in re.findall(r"\d(?:[\d_]|,(?=\d{3}))*(?:\.\d+)?", text)
    }
