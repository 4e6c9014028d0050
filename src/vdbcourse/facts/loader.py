"""Read a file of facts and refuse it if anything is missing, unknown or misspelt; the message names
the place.
"""

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jsonschema
import yaml

from vdbcourse.errors import CourseError
from vdbcourse.facts.model import (
    NOT_STATED,
    Book,
    Engine,
    Fact,
    Feature,
    Source,
    Statement,
    did_you_mean,
)

FOLDER = Path(__file__).parent


def load(path: Path = FOLDER / "facts.yaml") -> Book:
    """The facts in `path`. Raises `CourseError` naming every place that is wrong, at most ten."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=Strict)
    except yaml.YAMLError as error:
        raise CourseError(f"{path.name} is no YAML file of facts: {error}") from error
    problems = list(malformed(data)) or list(inconsistent(data))
    if problems:
        lines = "\n".join(f"  {place}: {problem}" for place, problem in problems[:10])
        raise CourseError(f"{path.name} is not in order, so no fact of it is used. Mend:\n{lines}")
    return book(data)


class Strict(yaml.SafeLoader):
    """YAML without two of its traps: a key given twice is an error, and a date stays the text that
    it is.
    """

    yaml_implicit_resolvers = {
        start: [
            (tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"
        ]
        for start, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        """As the parent's, after looking for keys given twice."""
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is given twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


def malformed(data: Any) -> Iterator[tuple[str, str]]:
    """Places that schema.json does not allow."""
    schema = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    for error in sorted(
        jsonschema.Draft202012Validator(schema).iter_errors(data),
        key=lambda error: list(map(str, error.path)),
    ):
        yield " > ".join(map(str, error.path)) or "the file", error.message


def inconsistent(data: dict) -> Iterator[tuple[str, str]]:
    """Places that name what does not exist: sources, tags, numbers, facts, days."""
    used = set()
    for key, engine in data["engines"].items():
        for feature in data["features"]:
            if feature not in engine["facts"]:
                yield f"engines > {key} > facts", f"{feature!r} is missing"
        for feature, fact in engine["facts"].items():
            place = f"engines > {key} > facts > {feature}"
            if feature not in data["features"]:
                yield place, f"is no feature. {did_you_mean(feature, data['features'])}"
                continue
            used |= set(fact["sources"])
            yield from (
                (place, problem)
                for problem in problems_of(fact, data["features"][feature], data["sources"])
            )
        for part in ("strengths", "weaknesses"):
            for number, statement in enumerate(engine[part], start=1):
                yield from unfounded(
                    statement, data["features"], f"engines > {key} > {part} > {number}"
                )
        yield from unfounded(engine["best_for"], data["features"], f"engines > {key} > best_for")
    yield from (
        (f"sources > {key}", "no fact uses it") for key in data["sources"] if key not in used
    )


def problems_of(fact: dict, feature: dict, sources: dict) -> Iterator[str]:
    """What a fact names that does not exist."""
    words = {
        "source": ("sources", sources),
        "tag": ("tags", {**feature.get("tags", {}), NOT_STATED: ""}),
    }
    words["number"] = ("numbers", feature.get("numbers", {}))
    for word, (part, known) in words.items():
        yield from (
            f"unknown {word} {name!r}. {did_you_mean(name, known)}"
            for name in fact.get(part, ())
            if name not in known
        )
    try:
        datetime.date.fromisoformat(fact["checked"])
    except ValueError:
        yield f"checked: {fact['checked']!r} is no day"


def unfounded(statement: dict, features: dict, place: str) -> Iterator[tuple[str, str]]:
    """The features of a statement that do not exist."""
    yield from (
        (place, f"unknown fact {name!r}. {did_you_mean(name, features)}")
        for name in statement["facts"]
        if name not in features
    )


def book(data: dict) -> Book:
    """The checked data as objects."""
    sources = {key: Source(key, **source) for key, source in data["sources"].items()}
    features = {
        key: Feature(
            key, one["label"], one["question"], frozen(one.get("tags")), frozen(one.get("numbers"))
        )
        for key, one in data["features"].items()
    }
    engines = {key: engine(key, one, features, sources) for key, one in data["engines"].items()}
    return Book(frozen(sources), frozen(features), frozen(engines))


def engine(
    key: str, data: dict, features: dict[str, Feature], sources: dict[str, Source]
) -> Engine:
    """One engine; its facts in the order of the features."""
    facts = {name: fact(key, one, data["facts"][name], sources) for name, one in features.items()}
    strengths, weaknesses = (
        [statement(one) for one in data[part]] for part in ("strengths", "weaknesses")
    )
    return Engine(
        key,
        data["name"],
        data["version"],
        data["about"],
        frozen(facts),
        tuple(strengths),
        tuple(weaknesses),
        statement(data["best_for"]),
    )


def fact(engine: str, feature: Feature, data: dict, sources: dict[str, Source]) -> Fact:
    """One fact."""
    return Fact(
        engine=engine,
        feature=feature.key,
        label=feature.label,
        value=data["value"],
        checked=datetime.date.fromisoformat(data["checked"]),
        sources=tuple(sources[name] for name in data["sources"]),
        tags=tuple(data.get("tags", ())),
        numbers=frozen(data.get("numbers")),
        packages=frozen(data.get("packages")),
    )


def statement(data: dict) -> Statement:
    """One sentence."""
    return Statement(data["text"], tuple(data["facts"]))


def frozen(data: dict | None) -> MappingProxyType:
    """A mapping that nobody can change by accident; every notebook reads the same one."""
    return MappingProxyType(dict(data or {}))
