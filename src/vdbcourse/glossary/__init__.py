"""The terms of the course, each with a definition, why it matters, a lesson and a source; they
stand in the files of terms/.

    glossary.define("recall")   in a notebook: what it is, why it matters, where it comes from
    glossary.terms()            all of them
    glossary.pattern()          finds terms in running text; glossary.by_words() says which
    glossary.markdown(link)     the page
    glossary.csv_text()         a table to learn them from; glossary.write_deck(path): a deck

`./course author glossary` writes chapters/glossary.md.
"""

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vdbcourse.errors import CourseError
from vdbcourse.facts.model import look_up
from vdbcourse.glossary import word_forms
from vdbcourse.glossary.model import Source, Term
from vdbcourse.yamlfile import nearest

if TYPE_CHECKING:
    from vdbcourse.glossary.display import Definition

__all__ = [
    "Source",
    "Term",
    "by_words",
    "csv_text",
    "define",
    "find",
    "load",
    "markdown",
    "pattern",
    "term",
    "terms",
    "write_deck",
]


@functools.cache
def _book() -> dict[str, Term]:
    """The terms by id, read and checked once. Raises `CourseError` if a file is invalid."""
    return {term.id: term for term in load()}


def terms() -> list[Term]:
    """All terms, in alphabetical order."""
    return sorted(_book().values(), key=lambda term: (term.term.lower(), term.id))


def term(term_id: str) -> Term:
    """The term with the id `term_id`, which is also its anchor on the page.

    Raises `CourseError` if there is none.
    """
    return look_up(term_id, _book(), "term")


def find(words: str) -> Term:
    """The term that these words name, by any of its forms or its id. Line breaks and a capital
    first letter do not matter.

    Raises `CourseError` with the nearest name if there is none.
    """
    name = " ".join(words.split())
    if name in names():
        return names()[name]
    if name.lower() in _book():
        return _book()[name.lower()]
    question = nearest(name, names())
    raise CourseError(f"The glossary has no {name!r}.{question} All terms: chapters/glossary.md")


def define(words: str) -> "Definition":
    """The term that these words name, to be shown in a notebook. Raises `CourseError` if there is
    none.
    """
    from vdbcourse.glossary import display  # noqa: PLC0415

    return display.Definition(find(words), [term(term_id) for term_id in find(words).see_also])


@functools.cache
def names() -> dict[str, Term]:
    """Every word for a term, including those that mean it only where it is introduced."""
    return {
        spelling: term
        for term in terms()
        for name in (*term.names, *term.also)
        for spelling in word_forms.spellings(name)
    }


@functools.cache
def by_words() -> dict[str, Term]:
    """The forms that always mean a term, as they may appear in a text: "recall" and "Recall", but
    only "HNSW".

    A match of `pattern()` may hold a line break: look up `" ".join(match[0].split())`.
    """
    return word_forms.by_words(terms())


@functools.cache
def pattern() -> re.Pattern[str]:
    """Finds the forms of `by_words()` in running text: whole words, the longest form first."""
    return word_forms.pattern(by_words())


def markdown(link: Callable[[str], str], attr_list: bool = False) -> str:
    """The page's body: a heading for each letter and term. `link` turns the key of a lesson into an
    address.

    Anchors are `<a id="hnsw"></a>`, which JupyterLab and GitHub know; with `attr_list` they are `{
    #hnsw }`, as MkDocs expects.
    """
    from vdbcourse.glossary import page  # noqa: PLC0415

    return page.markdown(terms(), link, attr_list)


def csv_text() -> str:
    """All terms as CSV, with a header."""
    from vdbcourse.glossary import flash_cards  # noqa: PLC0415

    return flash_cards.csv_text(terms())


def write_deck(path: Path) -> None:
    """Write the terms as a deck of flash cards for Anki. Importing it again updates its cards.

    Raises `CourseError` if genanki is not installed or `path` cannot be written.
    """
    from vdbcourse.glossary import flash_cards  # noqa: PLC0415

    flash_cards.write_deck(terms(), path)


def load(path: Path | None = None) -> list[Term]:
    """The terms of the course, or of another file or folder. Raises `CourseError` with file and
    line of each problem.
    """
    from vdbcourse.glossary import loader  # noqa: PLC0415

    return loader.load(path or loader.FOLDER)
