"""Index types of Milvus and where each can be built, from milvus_indexes.yaml.

milvus_indexes.book().types["IVF_PQ"].deployments      the deployments that have it
milvus_indexes.table(["DISKANN", "IVF_RABITQ"])        a table with sources and days
"""

import datetime
import functools
import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import yaml

from vdbcourse.errors import CourseError
from vdbcourse.facts.display import LEFT, described, link, wrapped
from vdbcourse.facts.loader import Strict
from vdbcourse.facts.model import Source, look_up

PATH = Path(__file__).with_name("milvus_indexes.yaml")
PARTS = {
    "sources": {"title", "url", "state"},
    "deployments": {"label", "version", "sources", "checked"},
    "types": {"field", "about", "in", "sources"},
}


@dataclass(frozen=True)
class Deployment:
    """Where Milvus runs, in which version, and what says which index types it has."""

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
    """Everything that the file says."""

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
        for one in self.types:
            where = ", ".join(str(self.book.deployments[key]) for key in one.deployments)
            sources = "; ".join(f"{described(source)} {source.url}" for source in one.sources)
            lines.append(
                wrapped(f"{one.key} ({one.field}): {one.about}. In: {where}. [{sources}]", "    ")
            )
        return "\n".join(
            [*lines, *(wrapped(checked(one), "    ") for one in self.book.deployments.values())]
        )

    def _repr_html_(self) -> str:
        titles = ["Index type", "What it is", *map(str, self.book.deployments.values())]
        head = "".join(
            f"<th scope='col' style='{LEFT}'>{html.escape(title)}</th>" for title in titles
        )
        rows = "".join(f"<tr>{self.row(one)}</tr>" for one in self.types)
        notes = "<br>".join(
            f"{html.escape(str(one))}: {'; '.join(map(link, one.sources))}; checked {one.checked}"
            for one in self.book.deployments.values()
        )
        below = f"<p style='text-align:left'><small>{notes}</small></p>"
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{below}"

    def row(self, one: IndexType) -> str:
        """The cells of a type."""
        about = f"{html.escape(one.about)}<br><small>{'; '.join(map(link, one.sources))}</small>"
        cells = [
            about,
            *("yes" if key in one.deployments else "no" for key in self.book.deployments),
        ]
        name = f"<th scope='row' style='{LEFT}'>{html.escape(one.key)}</th>"
        return name + "".join(f"<td style='{LEFT}'>{cell}</td>" for cell in cells)


@functools.cache
def book() -> IndexBook:
    """The file, read and checked once. Raises `CourseError` if it is not in order."""
    return load(PATH)


def table(types: Iterable[str] | None = None) -> Table:
    """The types as a table; None stands for all. Raises `CourseError` for an unknown one."""
    return Table(book(), book().types if types is None else types)


def load(path: Path) -> IndexBook:
    """The types in `path`. Raises `CourseError` naming every place that is wrong, at most ten."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=Strict)
    except yaml.YAMLError as error:
        raise CourseError(f"{path.name} is no YAML file of index types: {error}") from error
    if problems := list(wrong(data)):
        raise CourseError(
            f"{path.name} is not in order. Mend:\n" + "\n".join(f"  {one}" for one in problems[:10])
        )
    sources = {
        key: Source(key, one["title"], one["url"], str(one["state"]))
        for key, one in data["sources"].items()
    }
    deployments = {
        key: Deployment(
            key,
            one["label"],
            str(one["version"]),
            tuple(sources[name] for name in one["sources"]),
            datetime.date.fromisoformat(one["checked"]),
        )
        for key, one in data["deployments"].items()
    }
    types = {
        key: IndexType(
            key,
            one["field"],
            one["about"],
            tuple(one["in"]),
            tuple(sources[name] for name in one["sources"]),
        )
        for key, one in data["types"].items()
    }
    return IndexBook(*map(MappingProxyType, (sources, deployments, types)))


def wrong(data: object) -> Iterable[str]:
    """Places that miss something, or name what does not exist."""
    if not isinstance(data, dict) or set(data) != set(PARTS):
        yield f"the file must hold {', '.join(PARTS)}"
        return
    for part, expected in PARTS.items():
        for key, one in data[part].items():
            if set(one) != expected:
                yield f"{part} > {key} must hold {', '.join(sorted(expected))}"
                continue
            yield from (
                f"{part} > {key}: unknown source {name!r}"
                for name in one.get("sources", ())
                if name not in data["sources"]
            )
            if part == "types":
                yield from (
                    f"types > {key}: unknown deployment {name!r}"
                    for name in one["in"]
                    if name not in data["deployments"]
                )
            if part == "deployments":
                try:
                    datetime.date.fromisoformat(one["checked"])
                except ValueError:
                    yield f"deployments > {key}: checked: {one['checked']!r} is no day"


def checked(one: Deployment) -> str:
    """What says which types a deployment has, and the day we looked."""
    return (
        f"{one}: {'; '.join(f'{described(source)} {source.url}' for source in one.sources)};"
        f" checked {one.checked}"
    )
