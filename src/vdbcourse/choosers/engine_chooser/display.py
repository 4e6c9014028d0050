"""Recommendations in HTML and as text."""

import html

from vdbcourse.choosers import core
from vdbcourse.choosers.core import CONDITION
from vdbcourse.choosers.engine_chooser.ranking import Assessment, Change, Ranking
from vdbcourse.facts.display import Notes
from vdbcourse.facts.fact_display import LEFT, cell, origin, wrapped

NOT_STATED = "not stated"
SPEED = "No rule speaks of speed: measure it on your own data."


class Why:
    """All reasons for one engine, each with the facts that decided it."""

    def __init__(self, assessment: Assessment) -> None:
        self.assessment = assessment

    def __repr__(self) -> str:
        notes = Notes()
        lines = [f"{self.assessment.engine.name}: {self.assessment.result}"]
        for reason in self.assessment.reasons:
            lines.append(f"  {reason.outcome(NOT_STATED)}: {reason.rule.text}")
            lines += [
                wrapped(f"      {fact.label}: {notes.marked(fact)}", "        ")
                for fact in reason.facts
            ]
        return "\n".join([*lines, *notes.lines()])

    def _repr_html_(self) -> str:
        title = html.escape(f"{self.assessment.engine.name}: {self.assessment.result}")
        reasons = _reasons_with_facts(self.assessment)
        return f"<div style='text-align:left'><p><strong>{title}</strong></p>{reasons}</div>"


def text(answer: Ranking) -> str:
    """The answer as text."""
    notes = Notes()
    lines = [
        _headline(answer),
        f"{_memory(answer)} {notes.mark(answer.memory.fact)}",
        *_asked(answer),
    ]
    for assessment in answer.assessments:
        lines.append(
            "; ".join([f"{assessment.engine.name}: {assessment.result}", *_missing(assessment)])
        )
    lines += [f"Reconsider: {change}" for change in _grouped(answer)]
    return "\n".join(wrapped(line, "    ") for line in [*lines, SPEED, *notes.lines()])


def page(answer: Ranking, full: bool = False) -> str:
    """The answer as HTML; `full` adds to each engine all its reasons with their facts."""
    head = "".join(
        f"<th scope='col' style='{LEFT}'>{title}</th>"
        for title in ("Engine", "Result", "What is missing")
    )
    rows = "".join(_row(assessment, full) for assessment in answer.assessments)
    changes = _grouped(answer)
    parts = [
        f"<p><strong>{html.escape(_headline(answer))}</strong></p>",
        f"<p>{html.escape(_memory(answer))}<br><small>{origin(answer.memory.fact)}</small></p>",
        *(f"<p>{html.escape(line)}</p>" for line in _asked(answer)),
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>",
        "<p><strong>Reconsider</strong></p>" + _listed(changes) if changes else "",
        f"<p>{SPEED}</p>",
    ]
    return f"<div style='text-align:left'>{''.join(parts)}</div>"


def _row(assessment: Assessment, full: bool) -> str:
    """A row of the table: engine, result, what is missing."""
    lacks = "<br>".join(map(html.escape, _missing(assessment))) or "nothing that was asked"
    if full:
        reasons = _reasons_with_facts(assessment)
        lacks += f"<details><summary>All rules and facts</summary>{reasons}</details>"
    cells = "".join(
        f"<td style='{LEFT}'>{content}</td>" for content in (html.escape(assessment.result), lacks)
    )
    return (
        f"<tr><th scope='row' style='{LEFT}'>{html.escape(assessment.engine.name)}</th>{cells}</tr>"
    )


def _reasons_with_facts(assessment: Assessment) -> str:
    """All reasons as a list; below each its facts."""
    items = "".join(
        f"<li>{html.escape(f'{reason.outcome(NOT_STATED)}: {reason.rule.text}')}<ul>"
        + "".join(f"<li>{html.escape(fact.label)}: {cell(fact)}</li>" for fact in reason.facts)
        + "</ul></li>"
        for reason in assessment.reasons
    )
    return f"<ul>{items}</ul>"


def _listed(lines: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in lines) + "</ul>"


def _headline(answer: Ranking) -> str:
    """The recommendation, what to ask before, and what comes next."""
    if not answer.winners:
        return (
            "No engine meets all conditions. See which condition rules each one out, and give"
            " one up."
        )
    tie = ", a tie that the facts do not decide" if len(answer.winners) > 1 else ""
    best = [
        assessment for assessment in answer.assessments if assessment.engine.key in answer.winners
    ]
    ask = [
        f" Not stated, so ask first: that {assessment.engine.name} {reason.rule.text}."
        for assessment in best
        for reason in assessment.open_questions
    ]
    second = _in_words(answer, answer.runners_up) or "none, all others are ruled out"
    return (
        f"Recommendation: {_in_words(answer, answer.winners)}{tie}.{''.join(ask)} Next: {second}."
    )


def _memory(answer: Ranking) -> str:
    """The estimate, with how it is computed."""
    needs, size = answer.needs, answer.memory
    vendor = _engine_names(answer)[size.fact.engine]
    return (
        f"Memory: {needs.vectors:,} vectors x {needs.dimensions:,} dimensions x 4 bytes ="
        f" {size.raw_bytes / 1e9:,.2f} GB; {size.factor:g} times that with an index ="
        f" {size.total_bytes / 1e9:,.2f} GB, by the rule of {vendor}"
    )


def _asked(answer: Ranking) -> list[str]:
    """The rules that your needs call for."""
    rules = [reason.rule for reason in answer.assessments[0].reasons]
    conditions = [rule.text for rule in rules if rule.weight == CONDITION]
    points = [f"{rule.text} ({rule.weight})" for rule in rules if rule.weight != CONDITION]
    return [
        f"{title}: {'; '.join(texts)}"
        for title, texts in (("Conditions", conditions), ("Points", points))
        if texts
    ]


def _missing(assessment: Assessment) -> list[str]:
    """What rules the engine out; otherwise what costs it points, and what the facts leave open."""
    return [
        f"{reason.outcome(NOT_STATED)}: {reason.rule.text}" for reason in assessment.shortcomings
    ]


def _engine_names(answer: Ranking) -> dict[str, str]:
    return {assessment.engine.key: assessment.engine.name for assessment in answer.assessments}


def _in_words(answer: Ranking, keys: tuple[str, ...]) -> str:
    """Names of engines in a sentence."""
    *most, last = [_engine_names(answer)[key] for key in keys] or [""]
    return f"{', '.join(most)} or {last}" if most else last


def _grouped(answer: Ranking) -> list[str]:
    """What would turn the choice; changes that lead to the same engines in one line."""
    return core.by_outcome(
        (f"{_in_words(answer, change.winners)}{_to_ask(change)}", change.text)
        for change in answer.reconsider
    )


def _to_ask(change: Change) -> str:
    return f" (not stated: {', '.join(change.ask)})" if change.ask else ""
