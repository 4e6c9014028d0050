"""Read a glossary and refuse it if anything is missing, unknown or given twice; the message names
the line.
"""

import datetime
import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from vdbcourse import lessons
from vdbcourse.errors import CourseError
from vdbcourse.glossary.model import Source, Term
from vdbcourse.glossary.word_forms import spellings

PATH = Path(__file__).with_name("terms.yaml")
SOURCE_FIELDS = ("title", "url", "read")
TERM_FIELDS = ("id", "term", "definition", "why", "see_also", "lesson", "source")
OPTIONAL = ("aliases", "also", "ambiguous")
LISTS = ("aliases", "also", "see_also")
MOST_WORDS = {"definition": 45, "why": 40}
THE_LESSON = "lesson"  # as a source: a cell of the lesson shows it
SHOWN = 10

Problem = tuple[yaml.Node, str]  # where, what


@dataclass(frozen=True)
class Entry:
    """A term as it stands in the file: the node of each field, and of each item of a list."""

    node: yaml.Node
    fields: dict[str, yaml.Node]

    def text(self, field: str) -> str:
        """The text of a field."""
        return self.fields[field].value.strip()

    def items(self, field: str) -> list[yaml.Node]:
        """The items of a list; none if the field is not there."""
        return self.fields[field].value if field in self.fields else []

    def texts(self, field: str) -> tuple[str, ...]:
        """The items of a list as texts."""
        return tuple(item.value for item in self.items(field))

    def names(self) -> list[yaml.Node]:
        """Everything that stands for this term."""
        return [self.fields["term"], *self.items("aliases"), *self.items("also")]


def load(path: Path) -> list[Term]:
    """The terms of the file, in its order. Raises `CourseError` naming file and line of what is
    wrong, at most ten.
    """
    sources, entries = parts(path)
    refuse(path, (one for node in sources.values() for one in badly_formed(node, SOURCE_FIELDS)))
    refuse(path, (one for node in entries for one in badly_formed(node, TERM_FIELDS, OPTIONAL)))
    known = {key: dict(fields_of(node)) for key, node in sources.items()}
    read = [Entry(node, dict(fields_of(node))) for node in entries]
    refuse(
        path,
        [
            *wrong_sources(known, read),
            *doubled(read),
            *wrong_values(read),
            *leading_nowhere(read, known),
        ],
    )
    return [made(one, known) for one in read]


def parts(path: Path) -> tuple[dict[str, yaml.Node], list[yaml.Node]]:
    """The nodes of the sources, by key, and of the terms."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CourseError(
            f"{path.name}, line {line}: this is no YAML: {error.problem}. Mend it there or just"
            " above."
        ) from error
    if root is None:
        raise CourseError(
            f"{path.name}, line 1: the file is empty. It must hold `sources` and `terms`."
        )
    refuse(path, badly_formed(root, ("sources", "terms"), lists=("terms",), texts=False))
    found = dict(fields_of(root))
    if not isinstance(found["sources"], yaml.MappingNode):
        refuse(
            path, [(found["sources"], "`sources` must hold a title, url and read for each key.")]
        )
    refuse(path, given_twice(found["sources"]))
    return dict(fields_of(found["sources"])), found["terms"].value


def refuse(path: Path, problems: Iterable[Problem]) -> None:
    """Raises `CourseError` if there are problems, in the order of the file."""
    lines = sorted({(line_of(node), what) for node, what in problems})
    if lines:
        told = [f"{path.name}, line {line}: {what}" for line, what in lines[:SHOWN]]
        rest = f"\nand {len(lines) - SHOWN} more." if len(lines) > SHOWN else ""
        raise CourseError("\n".join(told) + rest)


def fields_of(node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
    """Name and value of each field."""
    return ((key.value, value) for key, value in node.value)


def badly_formed(
    node: yaml.Node,
    required: tuple[str, ...],
    optional: tuple[str, ...] = (),
    lists: tuple[str, ...] = LISTS,
    texts: bool = True,
) -> Iterator[Problem]:
    """Fields that are missing, unknown, given twice, empty, or a list where a text belongs."""
    if not isinstance(node, yaml.MappingNode):
        yield node, f"here belong the fields {', '.join(required)}."
        return
    yield from given_twice(node)
    found = dict(fields_of(node))
    yield from (
        (node, f"the field `{name}` is missing{beside(found)}.")
        for name in required
        if name not in found
    )
    for key, value in node.value:
        if key.value not in (*required, *optional):
            yield key, f"unknown field `{key.value}`.{nearest(key.value, (*required, *optional))}"
        elif key.value in lists and not (
            isinstance(value, yaml.SequenceNode) and (not texts or all(map(is_text, value.value)))
        ):
            yield value, f"`{key.value}` must be a list [of, words]."
        elif key.value not in lists and texts and not is_text(value):
            yield value, f"`{key.value}` must be a text."


def given_twice(node: yaml.MappingNode) -> Iterator[Problem]:
    """Keys that the node has already."""
    first = {}
    for key, _ in node.value:
        if key.value in first:
            yield key, f"`{key.value}` is given twice, first in line {line_of(first[key.value])}."
        first.setdefault(key.value, key)


def is_text(node: yaml.Node) -> bool:
    """Is it a text with something in it?"""
    return isinstance(node, yaml.ScalarNode) and bool(node.value.strip())


def beside(found: dict[str, yaml.Node]) -> str:
    """Which entry lacks the field, if that can be said."""
    names = [
        found[field].value
        for field in ("id", "term", "title")
        if field in found and is_text(found[field])
    ]
    return f" in the entry {names[0]!r}" if names else ""


def wrong_sources(
    sources: dict[str, dict[str, yaml.Node]], entries: list[Entry]
) -> Iterator[Problem]:
    """Sources with a wrong address or day, and those that no term names."""
    used = {one.text("source") for one in entries}
    for key, fields in sources.items():
        if not fields["url"].value.startswith("https://"):
            yield (
                fields["url"],
                f"the address {fields['url'].value!r} does not begin with https://.",
            )
        try:
            datetime.date.fromisoformat(fields["read"].value)
        except ValueError:
            yield fields["read"], f"{fields['read'].value!r} is no day such as 2026-11-21."
        if key not in used:
            yield fields["title"], f"no term has the source {key!r}. Name it in one or remove it."


def doubled(entries: list[Entry]) -> Iterator[Problem]:
    """Ids and names that another term has already, with the line of that one."""
    ids, names = {}, {}
    for one in entries:
        node = one.fields["id"]
        if node.value in ids:
            yield (
                node,
                (
                    f"the id {node.value!r} is defined twice, first in line"
                    f" {line_of(ids[node.value])}."
                ),
            )
        ids.setdefault(node.value, node)
        for name in one.names():
            for spelling in spellings(name.value):
                if spelling in names:
                    yield (
                        name,
                        (
                            f"{name.value!r} is defined twice, first in line"
                            f" {line_of(names[spelling])}."
                        ),
                    )
                names.setdefault(spelling, name)


def wrong_values(entries: list[Entry]) -> Iterator[Problem]:
    """Ids that make no anchor, texts that are too long, and `ambiguous` that is neither true nor
    left out.
    """
    for one in entries:
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", one.text("id")):
            yield (
                one.fields["id"],
                f"the id {one.text('id')!r} must be lower-case words joined by hyphens.",
            )
        for field, most in MOST_WORDS.items():
            if (count := len(one.text(field).split())) > most:
                yield (
                    one.fields[field],
                    f"the {field} of {one.text('id')!r} has {count} words; at most {most}.",
                )
        if "ambiguous" in one.fields and one.text("ambiguous") != "true":
            yield one.fields["ambiguous"], "`ambiguous` must be true or left out."


def leading_nowhere(entries: list[Entry], sources: dict[str, dict]) -> Iterator[Problem]:
    """Terms, lessons and sources that are named and do not exist."""
    ids = [one.text("id") for one in entries]
    for one in entries:
        for item in one.items("see_also"):
            if item.value == one.text("id"):
                yield item, f"{item.value!r} sees itself."
            elif item.value not in ids:
                yield (
                    item,
                    f"see_also names {item.value!r}, which is no id.{nearest(item.value, ids)}",
                )
        if not (lessons.chapters_folder() / f"{one.text('lesson')}.ipynb").is_file():
            yield one.fields["lesson"], f"there is no lesson {one.text('lesson')!r}."
        if one.text("source") not in (THE_LESSON, *sources):
            hint = f"Add it above, or write `lesson`.{nearest(one.text('source'), sources)}"
            yield one.fields["source"], f"there is no source {one.text('source')!r}. {hint}"


def nearest(word: str, known: Iterable[str]) -> str:
    """A question for the nearest known word, if one is near."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def line_of(node: yaml.Node) -> int:
    """Its line, from 1."""
    return node.start_mark.line + 1


def made(one: Entry, sources: dict[str, dict[str, yaml.Node]]) -> Term:
    """The checked entry as a term."""
    fields = {
        field: " ".join(one.text(field).split())
        for field in ("id", "term", "definition", "why", "lesson")
    }
    source = sources.get(one.text("source"))
    lists = {field: one.texts(field) for field in LISTS}
    return Term(
        **fields,
        **lists,
        ambiguous="ambiguous" in one.fields,
        source=source and made_source(source),
    )


def made_source(fields: dict[str, yaml.Node]) -> Source:
    """The checked source."""
    return Source(
        fields["title"].value,
        fields["url"].value,
        datetime.date.fromisoformat(fields["read"].value),
    )
