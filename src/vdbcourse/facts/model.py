"""A fact says one thing about one engine, with its sources and the day it was checked."""

import datetime
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeVar

from vdbcourse.errors import CourseError
from vdbcourse.facts import fact_display

Value = TypeVar("Value")
NOT_STATED = "not-stated"  # the tag, of any feature, if the sources do not say


@dataclass(frozen=True)
class Source:
    """A document: its title, its address (https), and its own date or version."""

    key: str
    title: str
    url: str
    state: str


@dataclass(frozen=True)
class Feature:
    """What is compared, and the tags and numbers that its facts may have, each with its meaning."""

    key: str
    label: str
    question: str
    tags: Mapping[str, str]
    numbers: Mapping[str, str]


@dataclass(frozen=True)
class Fact:
    """One feature of one engine: `value` to read; `tags`, `numbers` and `packages` (version by
    name) for programs.
    """

    engine: str
    feature: str
    label: str  # the feature in words
    value: str
    checked: datetime.date
    sources: tuple[Source, ...]
    tags: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    packages: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def stated(self) -> bool:
        """False if the sources do not say."""
        return NOT_STATED not in self.tags

    def __str__(self) -> str:
        return fact_display.fact_text(self)

    def _repr_html_(self) -> str:
        return fact_display.fact_html(self)


@dataclass(frozen=True)
class Statement:
    """Our sentence about an engine, and the features whose facts it rests on."""

    text: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Engine:
    """An engine in the version that its facts describe."""

    key: str
    name: str
    version: str
    about: str
    facts: Mapping[str, Fact]
    strengths: tuple[Statement, ...]
    weaknesses: tuple[Statement, ...]
    best_for: Statement


@dataclass(frozen=True)
class Book:
    """All facts. Look up by key; an unknown name raises a `CourseError` that lists the known
    ones.
    """

    sources: Mapping[str, Source]
    features: Mapping[str, Feature]
    engines: Mapping[str, Engine]

    def engine(self, key: str) -> Engine:
        """The engine `key`, for example "milvus"."""
        return look_up(key, self.engines, "engine")

    def feature(self, key: str) -> Feature:
        """The feature `key`, for example "licence"."""
        return look_up(key, self.features, "feature")

    def fact(self, engine: str, feature: str) -> Fact:
        """What is known about `feature` of `engine`."""
        self.feature(feature)
        return self.engine(engine).facts[feature]

    def changed(self, engine: str, feature: str, **parts: Any) -> "Book":
        """A copy in which one fact has other parts (`value`, `tags`, `numbers` ...): for "what if";
        this book stays as it is.
        """
        old = self.fact(engine, feature)
        facts = {**self.engines[engine].facts, feature: replace(old, **parts)}
        changed = replace(self.engines[engine], facts=MappingProxyType(facts))
        return replace(self, engines=MappingProxyType({**self.engines, engine: changed}))


def look_up(key: str, entries: Mapping[str, Value], what: str) -> Value:
    """`entries[key]`. Raises `CourseError` with the nearest name, or with all, for an unknown
    key.
    """
    if key in entries:
        return entries[key]
    raise CourseError(f"There is no {what} {key!r}. {_did_you_mean(str(key), entries)}")


def _did_you_mean(word: str, names: Iterable[str]) -> str:
    """The nearest known word, and all of them."""
    names = list(names)
    near = difflib.get_close_matches(word.lower().replace(" ", "_").replace("-", "_"), names, n=1)
    question = f"Did you mean {near[0]!r}? " if near else ""
    return f"{question}There are: {', '.join(names)}."
