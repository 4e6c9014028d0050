"""Questions as JSON for the script, as plain HTML for readers without scripts, and as text."""

import html
import json
import re
from collections.abc import Callable, Iterable

from vdbcourse import lessons
from vdbcourse.quiz.model import Option, Question

CODE = re.compile(r"`([^`]+)`")
EMPHASIS = re.compile(r"\*(\S(?:[^*]*\S)?)\*")


def beside_the_chapters(lesson: str) -> str:
    """The address of a lesson for a notebook in chapters/."""
    return f"{lesson}.ipynb"


def as_json(questions: Iterable[Question], link: Callable[[str], str] = beside_the_chapters) -> str:
    """The input of quiz.js: a JSON list, safe inside `<script type="application/json">`.

    `link` turns a lesson's key into its address, as seen from the page that asks.
    """
    entries = [
        {
            "id": question.id,
            "lesson": question.lesson,
            "lesson_title": lessons.lesson(question.lesson).title,
            "lesson_url": link(question.lesson),
            "question": question.question,
            "listing": question.listing,
            "right": question.right,
            "options": [
                {"text": option.text, "right": option.right, "why": option.why}
                for option in question.options
            ],
        }
        for question in questions
    ]
    return json.dumps(entries, ensure_ascii=False).replace("<", "\\u003c")


def fallback(
    questions: Iterable[Question], link: Callable[[str], str] = beside_the_chapters
) -> str:
    """The questions as HTML, with the answers folded; no blank line in it, so it may stand in
    Markdown and in `<noscript>`.
    """
    return (
        f'<ol class="vdb-quiz-plain">{"".join(item(question, link) for question in questions)}</ol>'
    )


def item(question: Question, link: Callable[[str], str]) -> str:
    """One question of the fallback."""
    listing = f"<pre><code>{lines(question.listing)}</code></pre>" if question.listing else ""
    options = "".join(f"<li>{inline(option.text)}</li>" for option in question.options)
    answers = "".join(f"<li>{answer(option)}</li>" for option in question.options)
    title = html.escape(lessons.lesson(question.lesson).title)
    lesson = f'<a href="{html.escape(link(question.lesson))}">{title}</a>'
    return (
        f"<li><p>{inline(question.question)} <em>{choose(question)}</em></p>{listing}"
        f"<ul>{options}</ul><details><summary>Answer</summary><ul>{answers}</ul>"
        f"<p>Lesson: {lesson}</p></details></li>"
    )


def answer(option: Option) -> str:
    """An option with its explanation."""
    return (
        f"<strong>{'Right' if option.right else 'Wrong'}:</strong>"
        f" <em>{inline(option.text)}</em><br>{inline(option.why)}"
    )


def choose(question: Question) -> str:
    """How many answers to choose, in words."""
    return "Choose one answer." if question.right == 1 else f"Choose {question.right} answers."


def inline(text: str) -> str:
    """A text as HTML: `code` and *emphasis* become elements, everything else is escaped."""
    parts = CODE.split(html.escape(text, quote=False))  # parts at odd places were between backticks
    return "".join(
        f"<code>{part}</code>" if place % 2 else EMPHASIS.sub(r"<em>\1</em>", part)
        for place, part in enumerate(parts)
    )


def lines(listing: str) -> str:
    """A listing as HTML in one line."""
    return html.escape(listing, quote=False).replace("\n", "&#10;")


def as_text(questions: Iterable[Question]) -> str:
    """The questions as text, and one line with the letters of the right options."""
    shown, key = [], []
    for number, question in enumerate(questions, start=1):
        letters = "abcde"[: len(question.options)]
        listing = [f"     {line}" for line in question.listing.splitlines()]
        options = [
            f"   {letter}) {option.text}"
            for letter, option in zip(letters, question.options, strict=True)
        ]
        shown += [f"{number}. {question.question} {choose(question)}", *listing, *options]
        right = [
            letter for letter, option in zip(letters, question.options, strict=True) if option.right
        ]
        key.append(f"{number} {''.join(right)}")
    return "\n".join([*shown, f"Right: {', '.join(key)}."])
