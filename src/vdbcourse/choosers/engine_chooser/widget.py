"""The chooser as a form: fields above, the answer below; every change updates it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import ipywidgets as widgets

from vdbcourse.choosers import form_fields
from vdbcourse.choosers.engine_chooser import display
from vdbcourse.choosers.engine_chooser.needs import FRAMEWORKS, HOSTING, PURPOSES, Needs
from vdbcourse.choosers.engine_chooser.recommendation import choose
from vdbcourse.choosers.engine_chooser.scenarios import SCENARIOS
from vdbcourse.errors import CourseError

CHOICES = {
    "purpose": ("What is it for?", PURPOSES),
    "hosting": ("Where may it run?", HOSTING),
    "framework": ("Which framework do you use?", FRAMEWORKS),
}
NUMBERS = {
    "vectors": "How many vectors?",
    "dimensions": "How many dimensions does each have?",
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
    "roles": "Not everybody may change everything",
    "sign_on": "People sign in with the accounts of the company",
    "audit": "Somebody asks who did what",
    "guarantee": "Somebody must answer by contract",
    "no_downtime": "Searches go on during an update",
    "way_out": "We must be able to go on without the vendor",
}
FRACTIONS = ("machine_gb", "budget")


class Form(widgets.VBox):  # type: ignore[misc] # ipywidgets has no types
    """`preset` chooses a scenario, `fields` holds one widget for each need, `answer` shows the
    recommendation or the mistake.
    """

    def __init__(self) -> None:
        scenarios = ((scenario.title, key) for key, scenario in SCENARIOS.items())
        self.preset = form_fields.choice_field("Start from", [("choose one ...", ""), *scenarios])
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
        for name, (label, choices) in CHOICES.items():
            options = [(words, key) for key, words in choices.items()]
            fields[name] = form_fields.choice_field(label, options)
        for name, label in NUMBERS.items():
            fields[name] = form_fields.text_field(label)
        for name, label in SWITCHES.items():
            fields[name] = form_fields.switch_field(label)
        return fields

    def show(self, needs: Needs) -> None:
        """Fill the fields."""
        for name, value in asdict(needs).items():
            self.fields[name].value = form_fields.written(value) if name in NUMBERS else value

    def needs(self) -> Needs:
        """The values of the fields. Raises `CourseError` for text that is not a number, and for
        impossible needs.
        """
        values: dict[str, Any] = {}
        for name, field in self.fields.items():
            values[name] = (
                form_fields.number(NUMBERS[name], field.value, name in FRACTIONS)
                if name in NUMBERS
                else field.value
            )
        if self.fields["budget"].value.strip() == "":
            values["budget"] = None
        return Needs(**values)

    def preset_chosen(self, change: dict[str, Any]) -> None:
        """Fill the fields with the scenario's needs, and answer once."""
        if change["new"]:
            _silently(self, lambda: self.show(SCENARIOS[change["new"]].needs))
            self.changed()

    def changed(self, change: dict[str, Any] | None = None) -> None:
        """Show the answer to the fields, or what is wrong with them."""
        try:
            self.answer.value = display.page(choose(self.needs()), full=True)
        except CourseError as error:
            self.answer.value = form_fields.mistake(error)


def _silently(form: Form, action: Callable[[], None]) -> None:
    """Change the fields without an answer to each change."""
    for field in form.fields.values():
        field.unobserve(form.changed, "value")
    action()
    for field in form.fields.values():
        field.observe(form.changed, "value")
