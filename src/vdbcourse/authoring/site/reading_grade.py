"""How hard the prose of a page is to read: the grade of Flesch and Kincaid.

0.39 * words per sentence + 11.8 * syllables per word - 15.59; J. P. Kincaid and others, "Derivation
of New Readability Formulas for Navy Enlisted Personnel", 1975. Syllables are counted by the
hyphenation dictionary of Pyphen, which finds a few too few.
"""

import functools
import re

import pyphen
from bs4 import Tag

SENTENCE = re.compile(r"[^.!?]+[.!?]+(?=\s|$)|[^.!?]+$")
WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
LEFT_OUT = ["pre", "code", "table", "script", "style", "figure", "form", "noscript"]
LEAST = 100  # words; a grade of fewer says little


def grade(article: Tag) -> float | None:
    """The grade of paragraphs and list items, None if they have fewer than 100 words. Code and
    tables do not count.
    """
    return of_texts(
        [
            words_of(one)
            for one in article.find_all(["p", "li"])
            if not one.find_parent(LEFT_OUT) and not one.find(["p", "li"])
        ]
    )


def words_of(block: Tag) -> str:
    """The text of a block without code."""
    texts = (text for text in block.find_all(string=True) if not text.find_parent(LEFT_OUT))
    return " ".join(" ".join(texts).split())


def of_texts(texts: list[str]) -> float | None:
    """The grade of texts, each of whole sentences."""
    sentences = [
        found[0] for text in texts for found in SENTENCE.finditer(text) if WORD.search(found[0])
    ]
    words = [word for sentence in sentences for word in WORD.findall(sentence)]
    if len(words) < LEAST:
        return None
    return (
        0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    )


@functools.cache
def syllables(word: str) -> int:
    """Syllables of an English word, at least one."""
    hyphenated: str = dictionary().inserted(word.lower())
    return hyphenated.count("-") - word.count("-") + 1


@functools.cache
def dictionary() -> pyphen.Pyphen:
    """The hyphenation dictionary."""
    return pyphen.Pyphen(lang="en_US", left=1, right=1)
