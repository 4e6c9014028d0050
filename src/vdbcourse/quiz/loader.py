"""Read the questions of the quiz, and reject invalid ones."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from vdbcourse import lessons, yamlfile
from vdbcourse.quiz.model import Option, Question
from vdbcourse.yamlfile import Document, Problem, nearest

FOLDER = Path(__file__).parent
QUESTIONS = FOLDER / "questions"
SCHEMA = FOLDER / "questions.schema.json"


def load(path: Path = QUESTIONS) -> list[Question]:
    """The questions of a file, or of all files of a folder. Raises `CourseError` with file and line
    of each problem, at most ten.
    """
    documents = yamlfile.read_all(yamlfile.files(path), SCHEMA)
    yamlfile.refuse([*_unaskable(documents), *_repeated(documents)])
    return [_question(entry) for document in documents for entry in document.data]


def _unaskable(documents: Iterable[Document]) -> Iterator[Problem]:
    """Questions without a lesson, with a duplicate option, or with a wrong count of right
    options.
    """
    keys = [lesson.key for lesson in lessons.lessons()]
    for document in documents:
        for index, entry in enumerate(document.data):
            lesson = entry["lesson"]
            if lesson not in keys:
                words = f"there is no lesson {lesson!r}.{nearest(lesson, keys)}"
                yield document.problem((index, "lesson"), words)
            texts = [option["text"] for option in entry["options"]]
            for number, text in enumerate(texts):
                if (first := texts.index(text)) < number:
                    words = f"the same option as in {document.where((index, 'options', first))}."
                    yield document.problem((index, "options", number), words)
            yield from _miscounted(document, index)


def _miscounted(document: Document, index: int) -> Iterator[Problem]:
    entry = document.data[index]
    right = sum(option.get("right", False) for option in entry["options"])
    if not right:
        words = "no option is right. Write `right: true` below its text."
        yield document.problem((index, "options"), words)
    elif right != entry["right"]:
        words = f"{right} options are marked with `right: true`, not {entry['right']}."
        yield document.problem((index, "right"), words)
    elif right == len(entry["options"]):
        words = "all options are right, so there is nothing to choose."
        yield document.problem((index, "right"), words)


def _repeated(documents: Iterable[Document]) -> Iterator[Problem]:
    """Ids that another question already has."""
    first: dict[str, str] = {}
    for document in documents:
        for index, entry in enumerate(document.data):
            place = (index, "id")
            if entry["id"] in first:
                yield document.problem(place, f"is given twice, first in {first[entry['id']]}.")
            first.setdefault(entry["id"], document.where(place))


def _question(entry: dict[str, Any]) -> Question:
    return Question(
        id=entry["id"],
        lesson=entry["lesson"],
        question=entry["question"],
        right=entry["right"],
        options=tuple(
            Option(option["text"], option["why"], option.get("right", False))
            for option in entry["options"]
        ),
        listing=entry.get("listing", ""),
        b01=entry.get("b01", False),
    )
