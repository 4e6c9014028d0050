"""Facts as tables and portraits, in HTML for notebooks and as text; never without
source and date.
"""

import html
from collections.abc import Iterable

from vdbcourse.facts.fact_display import LEFT, cell, described, wrapped
from vdbcourse.facts.model import Book, Engine, Fact, Source, Statement


class Table:
    """Engines as rows, features as columns; each cell holds the value, links to its sources, and
    the day of the check.
    """

    def __init__(self, book: Book, features: Iterable[str], engines: Iterable[str]) -> None:
        self.features = [book.feature(key) for key in features]
        self.engines = [book.engine(key) for key in engines]

    def __repr__(self) -> str:
        notes = Notes()
        lines = []
        for feature in self.features:
            lines += [f"{feature.label}: {feature.question}"]
            facts = [engine.facts[feature.key] for engine in self.engines]
            lines += [
                wrapped(f"  {engine.name}: {notes.marked(fact)}", "      ")
                for engine, fact in zip(self.engines, facts, strict=True)
            ]
        return "\n".join([*lines, *notes.lines()])

    def _repr_html_(self) -> str:
        head = "".join(
            f"<th scope='col' style='{LEFT}'>{html.escape(feature.label)}</th>"
            for feature in self.features
        )
        rows = "".join(
            f"<tr><th scope='row' style='{LEFT}'>{html.escape(engine.name)}</th>"
            + "".join(
                f"<td style='{LEFT}'>{cell(engine.facts[feature.key])}</td>"
                for feature in self.features
            )
            + "</tr>"
            for engine in self.engines
        )
        return (
            "<table><thead><tr><th scope='col'"
            f" style='{LEFT}'>Engine</th>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )


class Portrait:
    """Strengths, weaknesses and best use of an engine, each sentence with the facts it rests on."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.parts = {
            "Strengths": engine.strengths,
            "Weaknesses": engine.weaknesses,
            "Best for": (engine.best_for,),
        }

    def __repr__(self) -> str:
        notes = Notes()
        lines = [f"{self.engine.name} {self.engine.version}", wrapped(self.engine.about, "")]
        for title, statements in self.parts.items():
            lines.append(f"{title}:")
            for statement in statements:
                lines.append(wrapped(f"  - {statement.text}", "    "))
                lines += [
                    wrapped(f"      {fact.label}: {notes.marked(fact)}", "        ")
                    for fact in self.grounds(statement)
                ]
        return "\n".join([*lines, *notes.lines()])

    def _repr_html_(self) -> str:
        parts = "".join(
            f"<p><strong>{title}</strong></p><ul>"
            + "".join(self.item(statement) for statement in statements)
            + "</ul>"
            for title, statements in self.parts.items()
        )
        title = html.escape(f"{self.engine.name} {self.engine.version}")
        about = html.escape(self.engine.about)
        return (
            f"<div style='text-align:left'><p><strong>{title}</strong><br>{about}</p>{parts}</div>"
        )

    def item(self, statement: Statement) -> str:
        """A sentence and, below it, its facts."""
        facts = "".join(
            f"<li>{html.escape(fact.label)}: {cell(fact)}</li>" for fact in self.grounds(statement)
        )
        return f"<li>{html.escape(statement.text)}<ul>{facts}</ul></li>"

    def grounds(self, statement: Statement) -> list[Fact]:
        """The facts that a sentence rests on."""
        return [self.engine.facts[key] for key in statement.facts]


class Notes:
    """Sources as numbered notes below a text."""

    def __init__(self) -> None:
        self.sources: list[Source] = []

    def marked(self, fact: Fact) -> str:
        """The value with its mark."""
        return f"{fact.value} {self.mark(fact)}"

    def mark(self, fact: Fact) -> str:
        """The numbers of the fact's sources and the day of the check."""
        self.sources += [source for source in fact.sources if source not in self.sources]
        numbers = ", ".join(str(self.sources.index(source) + 1) for source in fact.sources)
        return f"[{numbers}; checked {fact.checked}]"

    def lines(self) -> list[str]:
        """The notes."""
        return [
            f"[{number}] {described(source)} {source.url}"
            for number, source in enumerate(self.sources, start=1)
        ]
