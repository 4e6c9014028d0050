"""The one source of facts on the compared engines: each with the document it is from, and the day
it was checked.

    facts.fact("milvus", "licence")         one fact
    facts.table(["licence", "hosting"])     a table of all engines
    facts.portrait("qdrant")                strengths, weaknesses, best use, and their facts
    facts.book()                            everything, for programs such as the chooser

The data are in facts.yaml, their form in facts.schema.json.
"""

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from vdbcourse.facts.model import Book, Engine, Fact, Feature, Source, Statement

if TYPE_CHECKING:
    from vdbcourse.facts.display import Portrait, Table

__all__ = [
    "Book",
    "Engine",
    "Fact",
    "Feature",
    "Source",
    "Statement",
    "book",
    "engines",
    "fact",
    "features",
    "portrait",
    "table",
]


@functools.cache
def book() -> Book:
    """All facts, read and checked once. Raises `CourseError` if the file is invalid."""
    from vdbcourse.facts import loader  # noqa: PLC0415

    return loader.load()


def fact(engine: str, feature: str) -> Fact:
    """What is known about `feature` of `engine`. Raises `CourseError` for an unknown name."""
    return book().fact(engine, feature)


def engines() -> list[Engine]:
    """The engines."""
    return list(book().engines.values())


def features() -> list[Feature]:
    """What is compared."""
    return list(book().features.values())


def table(
    features: str | Iterable[str] | None = None, engines: str | Iterable[str] | None = None
) -> "Table":
    """The facts as a table with a row for each engine; None stands for all, a single key needs no
    list.

    Raises `CourseError` for an unknown name.
    """
    from vdbcourse.facts import display  # noqa: PLC0415

    return display.Table(book(), chosen(features, book().features), chosen(engines, book().engines))


def portrait(engine: str) -> "Portrait":
    """Strengths, weaknesses and best use of `engine`, with their facts. Raises `CourseError` for an
    unknown engine.
    """
    from vdbcourse.facts import display  # noqa: PLC0415

    return display.Portrait(book().engine(engine))


def chosen(keys: str | Iterable[str] | None, all_keys: Iterable[str]) -> list[str]:
    """The keys as a list."""
    if keys is None:
        return list(all_keys)
    return [keys] if isinstance(keys, str) else list(keys)
