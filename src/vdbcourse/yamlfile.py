"""YAML files that people edit: read with the line of every value, and validated against a schema.

    document = yamlfile.read(path, SCHEMA)
    document.data                                          the content; a date stays text
    document.problem(("terms", 0, "lesson"), "there is no such lesson.")
    yamlfile.refuse(problems)                              a `CourseError`, if there are any

The schema (JSON Schema, draft 2020-12) is beside the loader of the data. It says which fields exist
and what each may hold; the `description` of a value completes "must be ...". A loader checks only
what a schema cannot say, such as names that lead nowhere. All messages look alike: `facts.yaml,
line 12: sources > docs > url: must be an address that ..., not 'x.org'.`
"""

import difflib
import functools
import json
import reprlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from vdbcourse import settings
from vdbcourse.errors import CourseError

if TYPE_CHECKING:
    from jsonschema import ValidationError

SHOWN = 10  # problems in one message
NAMES = ("id", "term", "name", "title")  # fields that name an entry of a list
KINDS = {
    "string": "text (in quotes if it looks like something else)",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping (name: value)",
}

Place = tuple[str | int, ...]  # the keys and the indices (from 0) that lead to a value


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong in a file. line: from 1."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.what}"


@dataclass(frozen=True)
class Document:
    """A file that satisfies its schema. lines: the line of each key and of each entry of a list,
    from 1.
    """

    path: Path
    data: Any
    lines: Mapping[Place, int]

    def problem(self, place: Place, what: str) -> Problem:
        """A problem at `place`, or at its nearest parent in the file."""
        ancestor = place
        while ancestor and ancestor not in self.lines:
            ancestor = ancestor[:-1]
        where = " > ".join(_names(self.data, place))
        line = self.lines.get(ancestor, 1)
        return Problem(_name(self.path), line, f"{where}: {what}" if where else what)

    def where(self, place: Place) -> str:
        """The file and the line of `place`, which must be in the file."""
        return f"{_name(self.path)}, line {self.lines[place]}"


def read(path: Path, schema: Path) -> Document:
    """The file, validated. Raises `CourseError` with file and line of what is wrong (at most ten)
    if it is missing, is not YAML, repeats a key, or breaks the schema.
    """
    return read_all([path], schema)[0]


def read_all(paths: Iterable[Path], schema: Path) -> list[Document]:
    """Like `read`, for several files; the error names the problems in all of them."""
    documents, problems = [], []
    for path in paths:
        document, duplicates = _parsed(path)
        documents.append(document)
        problems += [*duplicates, *_invalid(document, schema)]
    refuse(problems)
    return documents


def files(path: Path) -> list[Path]:
    """The YAML files of a folder, in the order of their names; or the one file that `path` is."""
    return sorted(path.glob("*.yaml")) if path.is_dir() else [path]


def refuse(problems: Iterable[Problem]) -> None:
    """Raises `CourseError` if there are problems: one per line in file order, at most ten."""
    in_order = sorted(set(problems))
    if in_order:
        rest = [f"and {len(in_order) - SHOWN} more."] if len(in_order) > SHOWN else []
        raise CourseError("\n".join([*map(str, in_order[:SHOWN]), *rest]))


def nearest(word: str, names: Iterable[str]) -> str:
    """The question " Did you mean ...?" for the nearest name; empty if none is near."""
    near = difflib.get_close_matches(word, list(names), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


# ---------------------------------------------------------------------------------------- YAML


def _parsed(path: Path) -> tuple[Document, list[Problem]]:
    """The file, and its duplicate keys."""
    try:
        loader = _loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        data = None if node is None else loader.construct_document(node)
    except FileNotFoundError as error:
        raise CourseError(f"{path} does not exist.") from error
    except UnicodeDecodeError as error:
        raise CourseError(f"{_name(path)} is not UTF-8 text.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        words = f"this is not YAML: {error.problem}"
        if error.context and error.context_mark:
            words += f" {error.context} that begins in line {error.context_mark.line + 1}"
        raise CourseError(f"{_name(path)}, line {line}: {words}.") from error
    except yaml.YAMLError as error:
        raise CourseError(f"{_name(path)}: this is not YAML: {error}") from error
    if node is None:
        raise CourseError(f"{_name(path)}, line 1: the file is empty.")
    document = Document(path, data, dict(_lines(node, ())))
    return document, [document.problem(*duplicate) for duplicate in _duplicates(node, ())]


def _loader(text: str) -> "yaml.SafeLoader | yaml.CSafeLoader":
    """Reads safe YAML, in which a date stays text."""
    loader = yaml.CSafeLoader(text) if yaml.__with_libyaml__ else yaml.SafeLoader(text)
    loader.yaml_implicit_resolvers = {
        start: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for start, resolvers in loader.yaml_implicit_resolvers.items()
    }
    return loader


def _lines(node: yaml.Node, place: Place) -> Iterator[tuple[Place, int]]:
    """Each place below `node` with its line, from 1."""
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*place, str(key.value))
            yield from _lines(value, below)
            yield below, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*place, index))


def _duplicates(node: yaml.Node, place: Place) -> Iterator[tuple[Place, str]]:
    """The keys below `node` that appear twice."""
    if isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in first:
                yield (*place, name), f"is given twice, first in line {first[name]}."
            first.setdefault(name, line)
            yield from _duplicates(value, (*place, name))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _duplicates(value, (*place, index))


def _names(data: Any, place: Place) -> Iterator[str]:
    """The place in words: an entry of a list by its id or another name if it has one, or by its
    number from 1.
    """
    for step in place:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):  # a missing value has no entries
            data = None
        names = [data[name] for name in NAMES if name in data] if isinstance(data, dict) else []
        if isinstance(step, int):
            yield names[0] if names and isinstance(names[0], str) else str(step + 1)
        else:
            yield step


def _name(path: Path) -> str:
    """The file below the course folder, or its name alone."""
    root = settings.root()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


# -------------------------------------------------------------------------------------- schema


@functools.cache
def _schema(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _invalid(document: Document, schema: Path) -> Iterator[Problem]:
    """What the schema does not allow."""
    import jsonschema  # slow, and most importers of this module read no file  # noqa: PLC0415

    kind = jsonschema.Draft202012Validator
    validator = kind(_schema(schema), format_checker=kind.FORMAT_CHECKER)
    for error in validator.iter_errors(document.data):
        for place, what in _problems(error):
            yield document.problem(place, what)


def _problems(error: "ValidationError") -> Iterator[tuple[Place, str]]:
    """Places and words of an error; one for each field that is missing or unknown."""
    place: Place = tuple(error.absolute_path)
    value: Any = error.instance
    limit: Any = error.validator_value
    schema: Any = error.schema
    if error.validator == "required":
        for name in limit:
            if name not in value:
                yield place, f"the field `{name}` is missing."
    elif error.validator == "additionalProperties":
        fields = schema.get("properties", {})
        for name in value.keys() - fields.keys():
            words = f"unknown field.{nearest(str(name), fields)} There are: {', '.join(fields)}."
            yield (*place, str(name)), words
    elif "propertyNames" in error.schema_path:
        yield (*place, str(value)), f"the name must be {_expected(error)}."
    elif (validator := str(error.validator)) in COUNTS:
        singular, plural, bound = COUNTS[validator]
        yield place, f"{len(value)} {singular if len(value) == 1 else plural}; {bound} {limit}."
    else:
        near = nearest(value, limit) if error.validator == "enum" and isinstance(value, str) else ""
        yield place, f"must be {_expected(error)}, not {reprlib.repr(value)}.{near}"


COUNTS = {
    "minItems": ("entry", "entries", "at least"),
    "maxItems": ("entry", "entries", "at most"),
    "minLength": ("character", "characters", "at least"),
    "maxLength": ("character", "characters", "at most"),
}
LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "uniqueItems": "a list without duplicates",
    "pattern": "like {}",
    "format": "a {}",
}


def _expected(error: "ValidationError") -> str:
    """What a value must be, in words."""
    validator = str(error.validator)
    limit: Any = error.validator_value
    schema: Any = error.schema
    if validator == "type":
        kinds = [limit] if isinstance(limit, str) else limit
        return " or ".join(KINDS.get(kind, kind) for kind in kinds)
    if "description" in schema:
        return str(schema["description"])
    if validator in ("enum", "const"):
        return ", ".join(map(json.dumps, limit if validator == "enum" else [limit]))
    return LIMITS.get(validator, f"as the schema says ({validator})").format(limit)
