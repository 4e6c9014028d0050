"""The glossary as a Markdown page: the body for the site, and chapters/glossary.md for
JupyterLab.
"""

import itertools
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote

from vdbcourse import lessons
from vdbcourse.glossary.model import Term

HEAD = """\
<!-- Written by `./course author glossary` from src/vdbcourse/glossary/terms/. \
Change it there. -->

# Glossary

The terms of the course, each with why it matters, a lesson that uses it and its source. \
In a notebook,
`from vdbcourse import glossary` and `glossary.define("recall")` show one of them.

"""


def path() -> Path:
    """The path of the page for JupyterLab."""
    return lessons.chapters_folder() / "glossary.md"


def text(terms: Iterable[Term]) -> str:
    """The page for JupyterLab; it is beside the lessons' folders."""
    return HEAD + markdown(terms, lambda key: f"{quote(key)}.ipynb", attr_list=False)


def markdown(terms: Iterable[Term], link: Callable[[str], str], attr_list: bool) -> str:
    """A line of letters, then each term below its letter; `terms` come in alphabetical order."""
    by_letter = [
        (letter, list(group))
        for letter, group in itertools.groupby(terms, lambda term: term.term[0].upper())
    ]
    names = {term.id: term.term for _, group in by_letter for term in group}
    titles = {lesson.key: lesson.title for lesson in lessons.lessons()}
    lines = [" · ".join(f"[{letter}](#letter-{letter.lower()})" for letter, _ in by_letter)]
    for letter, group in by_letter:
        lines.append(heading("##", letter, f"letter-{letter.lower()}", attr_list))
        for term in group:
            see_also = ", ".join(f"[{names[other]}](#{other})" for other in term.see_also)
            lesson = f"[{titles[term.lesson]}]({link(term.lesson)})"
            lines += [
                heading("###", term.term, term.id, attr_list),
                term.definition,
                f"*Why it matters:* {term.why}",
                f"See also: {see_also}. Lesson: {lesson}. Source: {source(term)}.",
            ]
    return "\n\n".join(lines) + "\n"


def heading(level: str, words: str, anchor: str, attr_list: bool) -> str:
    """A heading with an anchor."""
    return (
        f"{level} {words} {{ #{anchor} }}" if attr_list else f'{level} <a id="{anchor}"></a>{words}'
    )


def source(term: Term) -> str:
    """Where the definition comes from."""
    if term.source is None:
        return "cells of that lesson"
    return f"[{term.source.title}]({term.source.url}), read {term.source.read}"
