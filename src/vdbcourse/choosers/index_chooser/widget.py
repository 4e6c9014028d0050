"""The index chooser as a form: fields above, the answer below; every change updates it."""

from dataclasses import asdict
from typing import Any

import ipywidgets as widgets

from vdbcourse.choosers import form_fields
from vdbcourse.choosers.index_chooser import display
from vdbcourse.choosers.index_chooser.needs import Needs
from vdbcourse.choosers.index_chooser.recommendation import choose
from vdbcourse.errors import CourseError
from vdbcourse.facts import milvus_indexes

NUMBERS = {
    "rows": "How many rows?",
    "dimensions": "How many dimensions does a vector have?",
    "memory_gb": "Memory for the index, in GB",
    "recall": "Recall you need, from 0 to 1",
    "share_kept_by_filter": "Share of rows that a filter keeps (1: no filter)",
    "k": "Hits for each search",
    "replaced_a_day": "Share of rows replaced each day (0: none)",
}
FRACTIONS = ("memory_gb", "recall", "share_kept_by_filter", "replaced_a_day")
START = Needs(rows=1_000_000)


class Form(widgets.VBox):  # type: ignore[misc] # ipywidgets has no types
    """`fields` holds one widget for each need, `answer` shows the recommendation or the mistake."""

    def __init__(self) -> None:
        self.fields: dict[str, widgets.Widget] = {
            name: form_fields.text_field(label, form_fields.written(asdict(START)[name]))
            for name, label in NUMBERS.items()
        }
        deployments = milvus_indexes.book().deployments
        self.fields["deployment"] = form_fields.choice_field(
            "Where does it run?",
            [(str(deployment), key) for key, deployment in deployments.items()],
            START.deployment,
        )
        self.answer = widgets.HTML()
        super().__init__([*self.fields.values(), self.answer])
        for field in self.fields.values():
            field.observe(self.changed, "value")
        self.changed()

    def __repr__(self) -> str:  # what a notebook shows where no kernel runs
        return "The index chooser as a form. Run this cell in JupyterLab to use it."

    def needs(self) -> Needs:
        """The values of the fields. Raises `CourseError` for text that is not a number, and for
        impossible needs.
        """
        values: dict[str, Any] = {"deployment": self.fields["deployment"].value}
        for name, label in NUMBERS.items():
            typed = self.fields[name].value
            if not typed.strip():
                raise CourseError(f"{label} Write a number.")
            values[name] = form_fields.number(label, typed, name in FRACTIONS)
        return Needs(**values)

    def changed(self, change: dict[str, Any] | None = None) -> None:
        """Show the answer to the fields, or what is wrong with them."""
        try:
            self.answer.value = display.page(choose(self.needs()), full=True)
        except CourseError as error:
            self.answer.value = form_fields.mistake(error)
