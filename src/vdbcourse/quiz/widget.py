"""The quiz in a notebook: quiz.js, the script of the site, in an anywidget."""

import anywidget
import traitlets

from vdbcourse.quiz.display import as_json, as_text
from vdbcourse.quiz.loader import FOLDER
from vdbcourse.quiz.model import Question


class Quiz(anywidget.AnyWidget):
    """The questions of one chapter, one at a time; answers are kept in the browser."""

    _esm = FOLDER / "quiz.js"
    _css = FOLDER / "quiz.css"
    questions = traitlets.Unicode().tag(sync=True)
    storage_key = traitlets.Unicode().tag(sync=True)

    def __init__(self, chapter: str, questions: list[Question]) -> None:
        self.shown = as_text(questions)
        super().__init__(questions=as_json(questions), storage_key=f"vdb-quiz:{chapter}")

    def __repr__(self) -> str:  # what a notebook shows where no kernel runs
        return (
            f"{self.shown}\n(Run this cell in JupyterLab to answer, with an explanation for every"
            " option.)"
        )
