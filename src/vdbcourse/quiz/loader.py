"""Read a file of questions and refuse it if anything is missing, unknown or inconsistent; the
message names file and line.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import yaml

from vdbcourse import lessons
from vdbcourse.errors import CourseError
from vdbcourse.quiz.model import Option, Question

FOLDER = Path(__file__).parent
FIELDS = {"id": str, "lesson": str, "question": str, "right": int, "options": list}
EXTRAS = {"listing": str, "b01": bool}
OPTION_FIELDS = {"text": str, "why": str}
OPTION_EXTRAS = {"right": bool}
KINDS = {
    str: "a text (in quotes, if it looks like something else)",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
}
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

Problem = tuple[int, str]  # a line, from 1, and what is wrong there


def load(path: Path = FOLDER / "questions.yaml") -> list[Question]:
    """The questions in `path`, in its order. Raises `CourseError` naming file and line of
    everything wrong, at most ten.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        entries = plain(node) if node else None
    except FileNotFoundError as error:
        raise CourseError(
            f"{path} does not exist, so there is no quiz. Name a file of questions."
        ) from error
    except yaml.YAMLError as error:
        raise CourseError(f"{path.name} is no YAML file of questions: {error}") from error
    problems = sorted(problems_of(entries, {one.key for one in lessons.lessons()}))
    if problems:
        lines = "\n".join(
            f"  {path.name}, line {line}: {problem}" for line, problem in problems[:10]
        )
        raise CourseError(
            f"{path.name} is not in order, so no question of it is asked. Mend:\n{lines}"
        )
    return [question(entry) for entry in entries]


class Placed(dict):
    """A mapping that knows its line, and with `line_of` those of its values; `twice` are the keys
    that are given again.
    """

    def __init__(self, node: yaml.MappingNode) -> None:
        names = [str(key.value) for key, _ in node.value]
        super().__init__(zip(names, (plain(value) for _, value in node.value), strict=True))
        self.line = node.start_mark.line + 1
        self.lines = {
            name: key.start_mark.line + 1 for name, (key, _) in zip(names, node.value, strict=True)
        }
        self.twice = [name for name in self if names.count(name) > 1]

    def line_of(self, key: str) -> int:
        """The line of `key`, or of the mapping if it lacks the key."""
        return self.lines.get(key, self.line)


def plain(node: yaml.Node) -> Any:
    """The value of a node; mappings keep their lines."""
    if isinstance(node, yaml.MappingNode):
        return Placed(node)
    if isinstance(node, yaml.SequenceNode):
        return [plain(one) for one in node.value]
    return yaml.SafeLoader("").construct_object(node, deep=True)


def problems_of(entries: Any, known_lessons: Collection[str]) -> Iterator[Problem]:
    """What is wrong in a file of questions."""
    if not isinstance(entries, list) or not all(isinstance(one, Placed) for one in entries):
        yield 1, "must be a list of questions, each with: " + ", ".join(FIELDS)
        return
    first: dict[str, int] = {}
    for entry in entries:
        wrong_fields = list(fields_of(entry, FIELDS, EXTRAS))
        yield from wrong_fields
        if not wrong_fields:
            yield from meaning_of(entry, known_lessons)
            if entry["id"] in first:
                yield (
                    entry.line_of("id"),
                    f"the id {entry['id']!r} is given twice, first in line {first[entry['id']]}",
                )
            first.setdefault(entry["id"], entry.line_of("id"))


def fields_of(entry: Placed, needed: dict[str, type], extras: dict[str, type]) -> Iterator[Problem]:
    """Fields that are missing, unknown, given twice, empty or of another kind."""
    for name in needed.keys() - entry.keys():
        yield entry.line, f"{name!r} is missing"
    for name in entry.twice:
        yield entry.line_of(name), f"{name!r} is given twice"
    for name, value in entry.items():
        kind = (needed | extras).get(name)
        if kind is None:
            yield (
                entry.line_of(name),
                f"unknown field {name!r}. Known: {', '.join(needed | extras)}",
            )
        elif type(value) is not kind:
            yield entry.line_of(name), f"{name!r} must be {KINDS[kind]}, not {value!r}"
        elif kind is str and not value.strip():
            yield entry.line_of(name), f"{name!r} is empty"


def meaning_of(entry: Placed, known_lessons: Collection[str]) -> Iterator[Problem]:
    """A question that has all fields, and cannot be asked."""
    if not SLUG.fullmatch(entry["id"]):
        yield (
            entry.line_of("id"),
            f"the id {entry['id']!r} must be small letters, digits and hyphens: why-indexes",
        )
    if entry["lesson"] not in known_lessons:
        yield entry.line_of("lesson"), f"there is no lesson {entry['lesson']!r}"
    if not 3 <= len(entry["options"]) <= 5:
        yield (
            entry.line_of("options"),
            f"{len(entry['options'])} options; a question has three to five",
        )
    if not all(isinstance(one, Placed) for one in entry["options"]):
        yield entry.line_of("options"), "an option must have the fields text and why"
        return
    wrong_fields = [
        problem
        for one in entry["options"]
        for problem in fields_of(one, OPTION_FIELDS, OPTION_EXTRAS)
    ]
    yield from wrong_fields or options_of(entry)


def options_of(entry: Placed) -> Iterator[Problem]:
    """Options that are the same, and a number of right ones that is not the one stated."""
    texts: dict[str, int] = {}
    for one in entry["options"]:
        if one["text"] in texts:
            yield one.line, f"the same option as in line {texts[one['text']]}: {one['text']!r}"
        texts.setdefault(one["text"], one.line)
    right = sum(one.get("right", False) for one in entry["options"])
    if not right:
        yield entry.line_of("options"), "no option is right. Write `right: true` below its text"
    elif right != entry["right"]:
        yield (
            entry.line_of("right"),
            f"{entry['right']} right options are stated, {right} are marked with `right: true`",
        )
    elif right == len(entry["options"]):
        yield entry.line_of("right"), "all options are right, so there is nothing to choose"


def question(entry: Placed) -> Question:
    """A question from an entry that is in order."""
    options = tuple(
        Option(one["text"], one["why"], one.get("right", False)) for one in entry["options"]
    )
    words = {name: entry[name] for name in ("id", "lesson", "question", "right")}
    return Question(
        **words, options=options, listing=entry.get("listing", ""), b01=entry.get("b01", False)
    )
