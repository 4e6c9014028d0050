"""Read the terms of a glossary, and reject unknown names and names of two terms."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vdbcourse import lessons, yamlfile
from vdbcourse.glossary.model import Source, Term
from vdbcourse.glossary.word_forms import spellings
from vdbcourse.yamlfile import Document, Place, Problem, nearest

FOLDER = Path(__file__).with_name("terms")
SCHEMA = Path(__file__).with_name("terms.schema.json")
MOST_WORDS = {"definition": 45, "why": 40}
THE_LESSON = "lesson"  # as a source: a cell of the lesson shows it


@dataclass(frozen=True)
class _Entry:
    """A source or a term as written in a file."""

    document: Document
    place: Place
    fields: dict[str, Any]

    def text(self, field: str) -> str:
        return " ".join(self.fields[field].split())

    def problem(self, what: str, *below: str | int) -> Problem:
        return self.document.problem((*self.place, *below), what)

    def where(self, *below: str | int) -> str:
        return self.document.where((*self.place, *below))

    def names(self) -> Iterator[tuple[str, Place]]:
        """Every name of this term, and its place in the entry."""
        yield self.text("term"), ("term",)
        for field in ("aliases", "also"):
            for index, name in enumerate(self.fields.get(field, ())):
                yield name, (field, index)


def load(path: Path) -> list[Term]:
    """The terms of a file, or of all files of a folder, which may refer to each other's sources and
    terms. Raises `CourseError` with file and line of each problem, at most ten.
    """
    documents = yamlfile.read_all(yamlfile.files(path), SCHEMA)
    sources = [
        _Entry(document, ("sources", key), source)
        for document in documents
        for key, source in document.data.get("sources", {}).items()
    ]
    terms = [
        _Entry(document, ("terms", index), term)
        for document in documents
        for index, term in enumerate(document.data.get("terms", ()))
    ]
    yamlfile.refuse(
        [
            *_sources_in_disorder(sources, terms),
            *_names_of_two_terms(terms),
            *_long_texts(terms),
            *_names_leading_nowhere(terms, {str(source.place[-1]) for source in sources}),
        ]
    )
    read = {str(source.place[-1]): _source(source.fields) for source in sources}
    return [_term(entry, read) for entry in terms]


def _sources_in_disorder(sources: list[_Entry], terms: list[_Entry]) -> Iterator[Problem]:
    """Sources that no term names, and keys in two files."""
    used = {entry.text("source") for entry in terms}
    first: dict[str, _Entry] = {}
    for source in sources:
        key = str(source.place[-1])
        if key not in used:
            yield source.problem("no term names this source. Name it in one or remove it.")
        if key in first:
            yield source.problem(f"is given twice, first in {first[key].where()}.")
        first.setdefault(key, source)


def _names_of_two_terms(terms: list[_Entry]) -> Iterator[Problem]:
    """Ids and names that another term already has."""
    ids: dict[str, str] = {}
    names: dict[str, str] = {}
    for entry in terms:
        term_id = entry.text("id")
        if term_id in ids:
            yield entry.problem(f"{term_id!r} is defined twice, first in {ids[term_id]}.", "id")
        ids.setdefault(term_id, entry.where("id"))
        for name, place in entry.names():
            for spelling in spellings(name):
                if spelling in names:
                    words = f"{name!r} is defined twice, first in {names[spelling]}."
                    yield entry.problem(words, *place)
                names.setdefault(spelling, entry.where(*place))


def _long_texts(terms: list[_Entry]) -> Iterator[Problem]:
    for entry in terms:
        for field, most in MOST_WORDS.items():
            if (count := len(entry.text(field).split())) > most:
                yield entry.problem(f"{count} words; at most {most}.", field)


def _names_leading_nowhere(terms: list[_Entry], sources: set[str]) -> Iterator[Problem]:
    """Names of terms, lessons and sources that do not exist."""
    ids = [entry.text("id") for entry in terms]
    keys = [lesson.key for lesson in lessons.lessons()]
    for entry in terms:
        for index, name in enumerate(entry.fields["see_also"]):
            if name == entry.text("id"):
                yield entry.problem("a term cannot refer to itself.", "see_also", index)
            elif name not in ids:
                words = f"{name!r} is the id of no term.{nearest(name, ids)}"
                yield entry.problem(words, "see_also", index)
        lesson, source = entry.text("lesson"), entry.text("source")
        if lesson not in keys:
            words = f"there is no lesson {lesson!r}.{nearest(lesson, keys)}"
            yield entry.problem(words, "lesson")
        if source not in (THE_LESSON, *sources):
            hint = f"Add it to `sources`, or write `lesson`.{nearest(source, sources)}"
            yield entry.problem(f"there is no source {source!r}. {hint}", "source")


def _term(entry: _Entry, sources: dict[str, Source]) -> Term:
    return Term(
        id=entry.text("id"),
        term=entry.text("term"),
        definition=entry.text("definition"),
        why=entry.text("why"),
        see_also=tuple(entry.fields["see_also"]),
        lesson=entry.text("lesson"),
        source=sources.get(entry.text("source")),
        aliases=tuple(entry.fields.get("aliases", ())),
        also=tuple(entry.fields.get("also", ())),
        ambiguous="ambiguous" in entry.fields,
    )


def _source(fields: dict[str, str]) -> Source:
    return Source(fields["title"], fields["url"], datetime.date.fromisoformat(fields["read"]))
