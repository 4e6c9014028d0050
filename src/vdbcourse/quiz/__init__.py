"""The self-check quiz: questions on every lesson, each option explained. One script asks them in
notebooks and on the site.

    quiz.ask("1_concepts")                     the questions of a chapter, to answer in a notebook
    quiz.questions("1_concepts")               the same as data; all chapters by default
    quiz.as_json(quiz.questions())             the input of quiz.js
    quiz.fallback(quiz.questions())            plain HTML for readers without scripts

The questions are in questions/, a file for each chapter.
"""

import functools
from typing import TYPE_CHECKING

from vdbcourse.errors import CourseError
from vdbcourse.quiz.display import as_json, as_text, fallback
from vdbcourse.quiz.loader import FOLDER, load
from vdbcourse.quiz.model import Option, Question

if TYPE_CHECKING:
    from vdbcourse.quiz.widget import Quiz

__all__ = [
    "FOLDER",
    "Option",
    "Question",
    "as_json",
    "as_text",
    "ask",
    "chapters",
    "fallback",
    "load",
    "questions",
]


def questions(chapter: str | None = None) -> list[Question]:
    """The questions of `chapter`, such as "1_concepts", in the order of the lessons; None stands
    for all chapters.

    Raises `CourseError` for a chapter without questions, and for invalid questions.
    """
    if chapter is not None and chapter not in chapters():
        raise CourseError(
            f"There is no quiz on {chapter!r}. Chapters with a quiz: {', '.join(chapters())}."
        )
    return [question for question in _all_questions() if chapter in (None, question.chapter)]


def chapters() -> list[str]:
    """The chapters that have questions, in reading order."""
    return list(dict.fromkeys(question.chapter for question in _all_questions()))


def ask(chapter: str) -> "Quiz":
    """The questions of `chapter` as a widget. Raises `CourseError` for a chapter
    without questions.
    """
    from vdbcourse.quiz.widget import Quiz  # noqa: PLC0415

    return Quiz(chapter, questions(chapter))


@functools.cache
def _all_questions() -> tuple[Question, ...]:
    """All questions, read and checked once, in the order of the lessons."""
    return tuple(sorted(load(), key=lambda question: question.lesson))
