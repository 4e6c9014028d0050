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
    """Where the page for JupyterLab is."""
    return lessons.chapters_folder() / "glossary.md"


def text(terms: Iterable[Term]) -> str:
    """The page for JupyterLab; it lies beside the lessons' folders."""
    return HEAD + markdown(terms, lambda key: f"{quote(key)}.ipynb", attr_list=False)


def markdown(terms: Iterable[Term], link: Callable[[str], str], attr_list: bool) -> str:
    """A line of letters, then each term below its letter; `terms` come by alphabet."""
    by_letter = [
        (letter, list(some))
        for letter, some in itertools.groupby(terms, lambda one: one.term[0].upper())
    ]
    names = {one.id: one.term for _, some in by_letter for one in some}
    titles = {one.key: one.title for one in lessons.lessons()}
    lines = [" · ".join(f"[{letter}](#letter-{letter.lower()})" for letter, _ in by_letter)]
    for letter, some in by_letter:
        lines.append(heading("##", letter, f"letter-{letter.lower()}", attr_list))
        for one in some:
            see_also = ", ".join(f"[{names[id]}](#{id})" for id in one.see_also)
            lesson = f"[{titles[one.lesson]}]({link(one.lesson)})"
            lines += [
                heading("###", one.term, one.id, attr_list),
                one.definition,
                f"*Why it matters:* {one.why}",
                f"See also: {see_also}. Lesson: {lesson}. Source: {source(one)}.",
            ]
    return "\n\n".join(lines) + "\n"


def heading(level: str, words: str, anchor: str, attr_list: bool) -> str:
    """A heading that a link can lead to."""
    return (
        f"{level} {words} {{ #{anchor} }}" if attr_list else f'{level} <a id="{anchor}"></a>{words}'
    )


def source(term: Term) -> str:
    """Where the definition comes from."""
    if term.source is None:
        return "cells of that lesson"
    return f"[{term.source.title}]({term.source.url}), read {term.source.read}"
