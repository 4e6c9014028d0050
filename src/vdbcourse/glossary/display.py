"""A term in a notebook, as text and as HTML."""

import html
import re

from vdbcourse import lessons
from vdbcourse.facts.fact_display import wrapped
from vdbcourse.glossary.model import Term


class Definition:
    """A term's definition, importance, related terms and source."""

    def __init__(self, term: Term, see_also: list[Term]) -> None:
        self.term = term
        self.see_also = [other.term for other in see_also]
        self.lesson = lessons.lesson(term.lesson).title

    def __repr__(self) -> str:
        lines = [
            f"{self.term.term}: {self.term.definition}",
            f"Why it matters: {self.term.why}",
            f"See also: {', '.join(self.see_also)}",
            f"Lesson: {self.lesson} (chapters/{self.term.lesson}.ipynb)",
            f"Source: {source_text(self.term)}",
        ]
        return "\n".join(wrapped(line, "    ") for line in lines)

    def _repr_html_(self) -> str:
        lines = [
            f"<strong>{html.escape(self.term.term)}</strong>: {as_html(self.term.definition)}",
            f"<em>Why it matters:</em> {as_html(self.term.why)}",
            (
                f"<small>See also: {html.escape(', '.join(self.see_also))}<br>Lesson:"
                f" {html.escape(self.lesson)}"
                f" (chapters/{html.escape(self.term.lesson)}.ipynb)<br>Source:"
                f" {source_html(self.term)}</small>"
            ),
        ]
        return "".join(f"<p style='text-align:left'>{line}</p>" for line in lines)


def as_html(text: str) -> str:
    """A text of the glossary, with code between backticks, as HTML."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text))


def source_text(term: Term) -> str:
    """Where the definition comes from: title, address and day."""
    if term.source is None:
        return "cells of that lesson"
    return f"{term.source.title}, {term.source.url}, read {term.source.read}"


def source_html(term: Term) -> str:
    """Like `source_text`, with a link."""
    if term.source is None:
        return source_text(term)
    title, url = html.escape(term.source.title), html.escape(term.source.url)
    return f'<a href="{url}" style="text-decoration:underline">{title}</a>, read {term.source.read}'
