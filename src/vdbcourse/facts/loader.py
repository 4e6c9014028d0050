"""Read the facts, and reject unknown names."""

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from vdbcourse import yamlfile
from vdbcourse.facts.model import NOT_STATED, Book, Engine, Fact, Feature, Source, Statement
from vdbcourse.yamlfile import Document, Place, Problem, nearest

PATH = Path(__file__).with_name("facts.yaml")
SCHEMA = Path(__file__).with_name("facts.schema.json")

Value = TypeVar("Value")


def load(path: Path = PATH) -> Book:
    """The facts in `path`. Raises `CourseError` with file and line of each problem, at most ten."""
    document = yamlfile.read(path, SCHEMA)
    yamlfile.refuse([*_missing_or_unknown(document), *_unused(document), *_unfounded(document)])
    return _book(document.data)


def _missing_or_unknown(document: Document) -> Iterator[Problem]:
    """Facts that an engine lacks, facts of unknown features, and unknown names in facts."""
    features = document.data["features"]
    for engine, content in document.data["engines"].items():
        place = ("engines", engine, "facts")
        for feature in features:
            if feature not in content["facts"]:
                yield document.problem(place, f"the fact `{feature}` is missing.")
        for feature, fact in content["facts"].items():
            if feature in features:
                yield from _unknown_names(document, (*place, feature), fact, features[feature])
            else:
                words = f"is not a feature.{nearest(feature, features)}"
                yield document.problem((*place, feature), words)


def _unknown_names(
    document: Document, place: Place, fact: dict[str, Any], feature: dict[str, Any]
) -> Iterator[Problem]:
    valid_names = {
        "sources": document.data["sources"],
        "tags": {**feature.get("tags", {}), NOT_STATED: ""},
        "numbers": feature.get("numbers", {}),
    }
    for field, names in valid_names.items():
        for name in fact.get(field, ()):
            if name not in names:
                words = f"unknown name {name!r}.{nearest(name, names)}"
                yield document.problem((*place, field), words)


def _unused(document: Document) -> Iterator[Problem]:
    used = {
        source
        for engine in document.data["engines"].values()
        for fact in engine["facts"].values()
        for source in fact["sources"]
    }
    for source in document.data["sources"].keys() - used:
        yield document.problem(("sources", source), "no fact uses this source.")


def _unfounded(document: Document) -> Iterator[Problem]:
    """Statements that rest on unknown features."""
    features = document.data["features"]
    for engine, content in document.data["engines"].items():
        statements: dict[Place, dict[str, Any]] = {("best_for",): content["best_for"]}
        for part in ("strengths", "weaknesses"):
            statements |= {(part, index): entry for index, entry in enumerate(content[part])}
        for place, statement in statements.items():
            for name in statement["facts"]:
                if name not in features:
                    words = f"there is no fact {name!r}.{nearest(name, features)}"
                    yield document.problem(("engines", engine, *place), words)


def _book(data: dict[str, Any]) -> Book:
    sources = {key: Source(key, **source) for key, source in data["sources"].items()}
    features = {
        key: Feature(
            key,
            content["label"],
            content["question"],
            _frozen(content.get("tags", {})),
            _frozen(content.get("numbers", {})),
        )
        for key, content in data["features"].items()
    }
    engines = {
        key: _engine(key, content, features, sources) for key, content in data["engines"].items()
    }
    return Book(_frozen(sources), _frozen(features), _frozen(engines))


def _engine(
    key: str, data: dict[str, Any], features: dict[str, Feature], sources: dict[str, Source]
) -> Engine:
    """One engine; its facts in the order of the features."""
    facts = {
        name: _fact(key, feature, data["facts"][name], sources)
        for name, feature in features.items()
    }
    return Engine(
        key,
        data["name"],
        data["version"],
        data["about"],
        _frozen(facts),
        tuple(map(_statement, data["strengths"])),
        tuple(map(_statement, data["weaknesses"])),
        _statement(data["best_for"]),
    )


def _fact(engine: str, feature: Feature, data: dict[str, Any], sources: dict[str, Source]) -> Fact:
    return Fact(
        engine=engine,
        feature=feature.key,
        label=feature.label,
        value=data["value"],
        checked=datetime.date.fromisoformat(data["checked"]),
        sources=tuple(sources[name] for name in data["sources"]),
        tags=tuple(data.get("tags", ())),
        numbers=_frozen(data.get("numbers", {})),
        packages=_frozen(data.get("packages", {})),
    )


def _statement(data: dict[str, Any]) -> Statement:
    return Statement(data["text"], tuple(data["facts"]))


def _frozen(data: Mapping[str, Value]) -> Mapping[str, Value]:
    """A mapping that nobody can change by accident; every notebook reads the same one."""
    return MappingProxyType(dict(data))
