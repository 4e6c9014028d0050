"""The chooser as a form: fields above, the answer below; every change answers anew."""

import html
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import ipywidgets as widgets

from vdbcourse.choosers.engine_chooser import display
from vdbcourse.choosers.engine_chooser.needs import HOSTING, PURPOSES, Needs
from vdbcourse.choosers.engine_chooser.ranking import choose
from vdbcourse.choosers.engine_chooser.scenarios import SCENARIOS
from vdbcourse.errors import CourseError

WIDE = widgets.Layout(width="42em")
LABELS = {"description_width": "22em"}
CHOICES = {"purpose": ("What is it for?", PURPOSES), "hosting": ("Where may it run?", HOSTING)}
NUMBERS = {
    "vectors": "How many vectors?",
    "dimensions": "How many dimensions has each?",
    "machine_gb": "Memory of the largest machine, in GB",
    "budget": "Budget in USD a month (empty: no limit)",
    "tenants": "Customers to be kept apart",
}
SWITCHES = {
    "runs_servers": "Somebody can run servers",
    "runs_kubernetes": "Somebody can run Kubernetes",
    "runs_postgres": "We run PostgreSQL already",
    "filters": "Searches are filtered",
    "full_text": "Search for words as well",
    "hybrid": "Keyword hits and vector hits in one list",
    "vectorization": "Send text, not vectors",
    "transactions": "Vectors and other data change in one transaction",
}
FRACTIONS = ("machine_gb", "budget")


class Form(widgets.VBox):
    """`preset` chooses a scenario, `fields` holds one widget for each need, `answer` shows the
    recommendation or the mistake.
    """

    def __init__(self) -> None:
        options = [("choose one ...", ""), *((one.title, key) for key, one in SCENARIOS.items())]
        self.preset = widgets.Dropdown(
            options=options, description="Start from", layout=WIDE, style=LABELS
        )
        self.fields = self.make_fields()
        self.answer = widgets.HTML()
        super().__init__([self.preset, *self.fields.values(), self.answer])
        self.show(Needs())
        self.preset.observe(self.preset_chosen, "value")
        for field in self.fields.values():
            field.observe(self.changed, "value")
        self.changed()

    def __repr__(self) -> str:  # what a notebook shows where no kernel runs
        return "The chooser as a form. Run this cell in JupyterLab to use it."

    def make_fields(self) -> dict[str, widgets.Widget]:
        """One widget for each need, each with its label."""
        fields: dict[str, widgets.Widget] = {}
        for name, (label, known) in CHOICES.items():
            options = [(words, key) for key, words in known.items()]
            fields[name] = widgets.Dropdown(
                options=options, description=label, layout=WIDE, style=LABELS
            )
        for name, label in NUMBERS.items():
            fields[name] = widgets.Text(description=label, layout=WIDE, style=LABELS)
        for name, label in SWITCHES.items():
            fields[name] = widgets.Checkbox(
                description=label, layout=WIDE, style=LABELS, indent=False
            )
        return fields

    def show(self, needs: Needs) -> None:
        """Fill the fields."""
        for name, value in asdict(needs).items():
            self.fields[name].value = written(value) if name in NUMBERS else value

    def needs(self) -> Needs:
        """What the fields say. Raises `CourseError` for a text that is no number, and for needs
        that cannot be.
        """
        values: dict[str, Any] = {}
        for name, field in self.fields.items():
            values[name] = (
                number(NUMBERS[name], field.value, name in FRACTIONS)
                if name in NUMBERS
                else field.value
            )
        if self.fields["budget"].value.strip() == "":
            values["budget"] = None
        return Needs(**values)

    def preset_chosen(self, change: dict) -> None:
        """Fill the fields with the scenario's needs, and answer once."""
        if change["new"]:
            silently(self, lambda: self.show(SCENARIOS[change["new"]].needs))
            self.changed()

    def changed(self, change: dict | None = None) -> None:
        """Show the answer to the fields, or what is wrong with them."""
        try:
            self.answer.value = display.page(choose(self.needs()), full=True)
        except CourseError as error:
            self.answer.value = (
                "<p role='alert' style='text-align:left'><strong>Please mend:</strong>"
                f" {html.escape(str(error))}</p>"
            )


def silently(form: Form, action: Callable[[], None]) -> None:
    """Do something to the fields without an answer to each."""
    for field in form.fields.values():
        field.unobserve(form.changed, "value")
    action()
    for field in form.fields.values():
        field.observe(form.changed, "value")


def written(value: float | None) -> str:
    """A number as one writes it; empty for None."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def number(label: str, typed: str, fraction: bool) -> float | int | None:
    """The number in a text field; spaces and commas between digits are fine. Raises `CourseError`
    if it is none.
    """
    digits = typed.replace(",", "").replace("_", "").replace(" ", "")
    if fraction and not digits:
        return None
    try:
        return float(digits) if fraction else int(digits)
    except ValueError:
        example = "12.5" if fraction else "1,000,000"
        raise CourseError(
            f"{label}: {typed!r} is not a {'' if fraction else 'whole '}number. Write digits, for"
            f" example {example}."
        ) from None
