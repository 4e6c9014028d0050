"""One fact, in HTML for notebooks and as text: its value, its sources and the day of the check."""

import html
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vdbcourse.facts.model import Fact, Source

LEFT = "text-align:left; vertical-align:top; padding:0.2em 0.6em"
WIDTH = 110


def fact_text(fact: "Fact") -> str:
    """A fact in one line: value, sources with state and address, day of the check."""
    sources = "; ".join(f"{described(source)} {source.url}" for source in fact.sources)
    return f"{fact.engine}, {fact.feature}: {fact.value} [{sources}; checked {fact.checked}]"


def fact_html(fact: "Fact") -> str:
    """A fact as a paragraph."""
    return (
        f"<p style='text-align:left'>{html.escape(fact.engine)}, {html.escape(fact.feature)}:"
        f" {cell(fact)}</p>"
    )


def cell(fact: "Fact") -> str:
    """Value, sources and day as HTML."""
    return f"{html.escape(fact.value)}<br><small>{origin(fact)}</small>"


def origin(fact: "Fact") -> str:
    """Sources as links with their state, and the day of the check, as HTML."""
    return f"{'; '.join(map(link, fact.sources))}; checked {fact.checked}"


def link(source: "Source") -> str:
    """A source as a link with its state; underlined, because forms in JupyterLab do not mark
    links.
    """
    address, title, state = map(html.escape, (source.url, source.title, source.state))
    return f'<a href="{address}" style="text-decoration:underline">{title}</a> ({state})'


def described(source: "Source") -> str:
    """Title and state of a source."""
    return f"{source.title} ({source.state})"


def wrapped(text: str, indent: str) -> str:
    """Lines of readable length."""
    return textwrap.fill(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
