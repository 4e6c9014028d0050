"""Recommendations in HTML and as text."""

import html

from vdbcourse.choosers.engine_chooser.ranking import Assessment, Reason, Recommendation
from vdbcourse.choosers.engine_chooser.rules import CONDITION, Rule
from vdbcourse.facts.display import LEFT, Notes, cell, origin, wrapped

SPEED = "No rule speaks of speed: measure it on your own data."


class Why:
    """All reasons for one engine, each with the facts that decided it."""

    def __init__(self, assessment: Assessment) -> None:
        self.assessment = assessment

    def __repr__(self) -> str:
        notes = Notes()
        lines = [f"{self.assessment.engine.name}: {result(self.assessment)}"]
        for reason in self.assessment.reasons:
            lines.append(f"  {mark(reason)}: {reason.rule.text}")
            lines += [
                wrapped(f"      {fact.label}: {notes.marked(fact)}", "        ")
                for fact in reason.facts
            ]
        return "\n".join([*lines, *notes.lines()])

    def _repr_html_(self) -> str:
        title = html.escape(f"{self.assessment.engine.name}: {result(self.assessment)}")
        return (
            "<div"
            f" style='text-align:left'><p><strong>{title}</strong></p>{reasons_with_facts(self.assessment)}</div>"
        )


def text(answer: Recommendation) -> str:
    """The answer as text."""
    notes = Notes()
    lines = [headline(answer), f"{memory(answer)} {notes.mark(answer.memory.fact)}", *asked(answer)]
    for one in answer.assessments:
        lines.append("; ".join([f"{one.engine.name}: {result(one)}", *missing(one)]))
    lines += [f"Reconsider: {change}" for change in grouped(answer)]
    return "\n".join(wrapped(line, "    ") for line in [*lines, SPEED, *notes.lines()])


def page(answer: Recommendation, full: bool = False) -> str:
    """The answer as HTML; `full` adds to each engine all its reasons with their facts."""
    head = "".join(
        f"<th scope='col' style='{LEFT}'>{title}</th>"
        for title in ("Engine", "Result", "What is missing")
    )
    rows = "".join(row(one, full) for one in answer.assessments)
    changes = grouped(answer)
    parts = [
        f"<p><strong>{html.escape(headline(answer))}</strong></p>",
        f"<p>{html.escape(memory(answer))}<br><small>{origin(answer.memory.fact)}</small></p>",
        *(f"<p>{html.escape(line)}</p>" for line in asked(answer)),
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>",
        "<p><strong>Reconsider</strong></p>" + listed(changes) if changes else "",
        f"<p>{SPEED}</p>",
    ]
    return f"<div style='text-align:left'>{''.join(parts)}</div>"


def row(one: Assessment, full: bool) -> str:
    """A row of the table: engine, result, what is missing."""
    lacks = "<br>".join(html.escape(line) for line in missing(one)) or "nothing that was asked"
    if full:
        lacks += (
            f"<details><summary>All rules and facts</summary>{reasons_with_facts(one)}</details>"
        )
    cells = "".join(
        f"<td style='{LEFT}'>{content}</td>" for content in (html.escape(result(one)), lacks)
    )
    return f"<tr><th scope='row' style='{LEFT}'>{html.escape(one.engine.name)}</th>{cells}</tr>"


def reasons_with_facts(one: Assessment) -> str:
    """All reasons as a list; below each its facts."""
    items = "".join(
        f"<li>{html.escape(f'{mark(reason)}: {reason.rule.text}')}<ul>"
        + "".join(f"<li>{html.escape(fact.label)}: {cell(fact)}</li>" for fact in reason.facts)
        + "</ul></li>"
        for reason in one.reasons
    )
    return f"<ul>{items}</ul>"


def listed(lines: list[str]) -> str:
    """A list of lines."""
    return "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in lines) + "</ul>"


def headline(answer: Recommendation) -> str:
    """The recommendation, what to ask before, and what comes next."""
    if not answer.winners:
        return (
            "No engine meets all conditions. See which condition rules each one out, and give"
            " one up."
        )
    tie = ", a tie that the facts do not decide" if len(answer.winners) > 1 else ""
    best = [one for one in answer.assessments if one.engine.key in answer.winners]
    ask = [
        f" Not stated, so ask first: that {one.engine.name} {reason.rule.text}."
        for one in best
        for reason in one.open_questions
    ]
    second = in_words(answer, answer.runners_up) or "none, all others are ruled out"
    return f"Recommendation: {in_words(answer, answer.winners)}{tie}.{''.join(ask)} Next: {second}."


def memory(answer: Recommendation) -> str:
    """The estimate, with how it is computed."""
    needs, size = answer.needs, answer.memory
    vendor = engine_names(answer)[size.fact.engine]
    return (
        f"Memory: {needs.vectors:,} vectors x {needs.dimensions:,} dimensions x 4 bytes ="
        f" {size.raw_bytes / 1e9:,.2f} GB; {size.factor:g} times that with an index ="
        f" {size.total_bytes / 1e9:,.2f} GB, by the rule of {vendor}"
    )


def asked(answer: Recommendation) -> list[str]:
    """The rules that your needs call for."""
    rules: list[Rule] = [reason.rule for reason in answer.assessments[0].reasons]
    conditions = [rule.text for rule in rules if rule.weight == CONDITION]
    points = [f"{rule.text} ({rule.weight})" for rule in rules if rule.weight != CONDITION]
    return [
        f"{title}: {'; '.join(texts)}"
        for title, texts in (("Conditions", conditions), ("Points", points))
        if texts
    ]


def result(one: Assessment) -> str:
    """Ruled out, or the points of those that there are."""
    return (
        "ruled out"
        if one.ruled_out
        else f"{one.points} of {sum(reason.rule.weight for reason in one.reasons)} points"
    )


def missing(one: Assessment) -> list[str]:
    """What rules the engine out; otherwise what costs it points, and what the facts leave open."""
    if one.ruled_out:
        return [f"{mark(reason)}: {reason.rule.text}" for reason in one.reasons if reason.rules_out]
    return [f"{mark(reason)}: {reason.rule.text}" for reason in one.reasons if not reason.holds]


def mark(reason: Reason) -> str:
    """How a rule came out."""
    if reason.holds is None:
        return "not stated"
    if reason.rule.weight == CONDITION:
        return "met" if reason.holds else "not met"
    if reason.holds:
        return f"+{reason.points}"
    return f"misses {reason.rule.weight} point{'s' if reason.rule.weight > 1 else ''}"


def engine_names(answer: Recommendation) -> dict[str, str]:
    """Names by key."""
    return {one.engine.key: one.engine.name for one in answer.assessments}


def in_words(answer: Recommendation, keys: tuple[str, ...]) -> str:
    """Names of engines in a sentence."""
    *most, last = [engine_names(answer)[key] for key in keys] or [""]
    return f"{', '.join(most)} or {last}" if most else last


def grouped(answer: Recommendation) -> list[str]:
    """What would turn the choice; changes that lead to the same engines in one line."""
    lines: dict[str, list[str]] = {}
    for change in answer.reconsider:
        ask = f" (not stated: {', '.join(change.ask)})" if change.ask else ""
        lines.setdefault(f"{in_words(answer, change.winners)}{ask}", []).append(change.text)
    return [f"{engines} when {'; or '.join(texts)}" for engines, texts in lines.items()]
