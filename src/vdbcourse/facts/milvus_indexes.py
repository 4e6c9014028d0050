"""Index types of Milvus and where each can be built, from milvus_indexes.yaml.

milvus_indexes.book().types["IVF_PQ"].deployments      the deployments that have it
milvus_indexes.table(["DISKANN", "IVF_RABITQ"])        a table with sources and days
"""

import datetime
import functools
import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from vdbcourse import yamlfile
from vdbcourse.facts.fact_display import LEFT, described, link, wrapped
from vdbcourse.facts.model import Source, look_up
from vdbcourse.yamlfile import Document, Problem, nearest

PATH = Path(__file__).with_name("milvus_indexes.yaml")
SCHEMA = Path(__file__).with_name("milvus_indexes.schema.json")


@dataclass(frozen=True)
class Deployment:
    """Where Milvus runs, in which version, and the sources on its index types."""

    key: str
    label: str
    version: str
    sources: tuple[Source, ...]
    checked: datetime.date

    def __str__(self) -> str:
        return f"{self.label} {self.version}"


@dataclass(frozen=True)
class IndexType:
    """An index type, the kind of field it is for, and the deployments that have it."""

    key: str
    field: str
    about: str
    deployments: tuple[str, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class IndexBook:
    """The content of the file."""

    sources: Mapping[str, Source]
    deployments: Mapping[str, Deployment]
    types: Mapping[str, IndexType]


class Table:
    """Index types as rows, deployments as columns; sources of each type, and below those of each
    deployment.
    """

    def __init__(self, book: IndexBook, types: Iterable[str]) -> None:
        self.book = book
        self.types = [look_up(key, book.types, "index type") for key in types]

    def __repr__(self) -> str:
        lines = []
        for index_type in self.types:
            where = ", ".join(str(self.book.deployments[key]) for key in index_type.deployments)
            name = f"{index_type.key} ({index_type.field})"
            sources = _as_text(index_type.sources)
            lines.append(wrapped(f"{name}: {index_type.about}. In: {where}. [{sources}]", "    "))
        return "\n".join(
            [
                *lines,
                *(wrapped(_checked(place), "    ") for place in self.book.deployments.values()),
            ]
        )

    def _repr_html_(self) -> str:
        titles = ["Index type", "What it is", *map(str, self.book.deployments.values())]
        head = "".join(
            f"<th scope='col' style='{LEFT}'>{html.escape(title)}</th>" for title in titles
        )
        rows = "".join(f"<tr>{self._row(index_type)}</tr>" for index_type in self.types)
        notes = "<br>".join(
            f"{html.escape(str(place))}: {_as_html(place.sources)}; checked {place.checked}"
            for place in self.book.deployments.values()
        )
        below = f"<p style='text-align:left'><small>{notes}</small></p>"
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{below}"

    def _row(self, index_type: IndexType) -> str:
        sources = _as_html(index_type.sources)
        about = f"{html.escape(index_type.about)}<br><small>{sources}</small>"
        cells = [
            about,
            *("yes" if key in index_type.deployments else "no" for key in self.book.deployments),
        ]
        name = f"<th scope='row' style='{LEFT}'>{html.escape(index_type.key)}</th>"
        return name + "".join(f"<td style='{LEFT}'>{cell}</td>" for cell in cells)


@functools.cache
def book() -> IndexBook:
    """The file, read and checked once. Raises `CourseError` if it is invalid."""
    return load(PATH)


def table(types: Iterable[str] | None = None) -> Table:
    """The types as a table; None stands for all. Raises `CourseError` for an unknown one."""
    return Table(book(), book().types if types is None else types)


def load(path: Path) -> IndexBook:
    """The types in `path`. Raises `CourseError` with file and line of each problem, at most ten."""
    document = yamlfile.read(path, SCHEMA)
    yamlfile.refuse(_names_leading_nowhere(document))
    data = document.data
    sources = {key: Source(key, **source) for key, source in data["sources"].items()}
    deployments = {
        key: Deployment(
            key,
            content["label"],
            content["version"],
            tuple(sources[name] for name in content["sources"]),
            datetime.date.fromisoformat(content["checked"]),
        )
        for key, content in data["deployments"].items()
    }
    types = {
        key: IndexType(
            key,
            content["field"],
            content["about"],
            tuple(content["in"]),
            tuple(sources[name] for name in content["sources"]),
        )
        for key, content in data["types"].items()
    }
    return IndexBook(
        MappingProxyType(sources), MappingProxyType(deployments), MappingProxyType(types)
    )


def _names_leading_nowhere(document: Document) -> Iterator[Problem]:
    """Names of sources and deployments that do not exist."""
    valid_names = {"sources": document.data["sources"], "in": document.data["deployments"]}
    for part in ("deployments", "types"):
        for key, content in document.data[part].items():
            for field, names in valid_names.items():
                for index, name in enumerate(content.get(field, ())):
                    if name not in names:
                        words = f"unknown name {name!r}.{nearest(name, names)}"
                        yield document.problem((part, key, field, index), words)


def _checked(deployment: Deployment) -> str:
    """The sources on a deployment's types, and the day they were checked."""
    return f"{deployment}: {_as_text(deployment.sources)}; checked {deployment.checked}"


def _as_text(sources: Iterable[Source]) -> str:
    return "; ".join(f"{described(source)} {source.url}" for source in sources)


def _as_html(sources: Iterable[Source]) -> str:
    return "; ".join(map(link, sources))
