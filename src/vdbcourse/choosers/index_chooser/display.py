"""Recommendations of an index type in HTML and as text."""

import html

from vdbcourse.choosers import core
from vdbcourse.choosers.index_chooser.candidates import Candidate
from vdbcourse.choosers.index_chooser.ranking import Assessment, Ranking, Reason
from vdbcourse.choosers.index_chooser.rules import MEASURED, REACHED, READ
from vdbcourse.facts import Source, milvus_indexes
from vdbcourse.facts.fact_display import LEFT, described, link, wrapped

NOT_MEASURED = "not measured"
CAUTION = (
    "The parameters are a start: the recall they reach was measured on one hard collection (lesson"
    " 7). Measure on your own data. The memory is that of the index alone, without other fields and"
    " the server itself."
)


class Why:
    """All reasons for one type, each with its source."""

    def __init__(self, assessment: Assessment) -> None:
        self.assessment = assessment

    def __repr__(self) -> str:
        lines = [
            f"{self.assessment.index_type}: {self.assessment.result}."
            f" {_described_candidate(self.assessment.candidate)}"
        ]
        for reason in self.assessment.reasons:
            line = f"  {_outcome(reason)} [{origin_text(reason.rule.origin)}]"
            lines.append(wrapped(line, "      "))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        candidate = _described_candidate(self.assessment.candidate)
        title = html.escape(f"{self.assessment.index_type}: {self.assessment.result}. {candidate}")
        reasons = _reasons(self.assessment)
        return f"<div style='text-align:left'><p><strong>{title}</strong></p>{reasons}</div>"


def text(answer: Ranking) -> str:
    """The answer as text."""
    lines = [_headline(answer), _needs_line(answer)]
    for assessment in answer.assessments:
        result = f"{assessment.result}, {_gigabytes(assessment.candidate)}"
        lines.append("; ".join([f"{assessment.index_type}: {result}", *_missing(assessment)]))
    lines += [f"Reconsider: {change}" for change in _grouped(answer)]
    lines += [CAUTION, *(f"Source: {origin_text(source)}" for source in _sources(answer))]
    return "\n".join(wrapped(line, "    ") for line in lines)


def page(answer: Ranking, full: bool = False) -> str:
    """The answer as HTML; `full` adds to each type all its reasons."""
    titles = ("Index type", "Result", "Memory", "Parameters", "What is missing")
    head = "".join(f"<th scope='col' style='{LEFT}'>{title}</th>" for title in titles)
    rows = "".join(_row(assessment, full) for assessment in answer.assessments)
    changes = "".join(f"<li>{html.escape(line)}</li>" for line in _grouped(answer))
    notes = "; ".join(_origin_html(source) for source in _sources(answer))
    parts = [
        f"<p><strong>{html.escape(_headline(answer))}</strong></p>",
        f"<p>{html.escape(_needs_line(answer))}</p>",
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>",
        f"<p><strong>Reconsider</strong></p><ul>{changes}</ul>" if changes else "",
        f"<p>{CAUTION}</p><p><small>Sources: {notes}</small></p>",
    ]
    return f"<div style='text-align:left'>{''.join(parts)}</div>"


def _row(assessment: Assessment, full: bool) -> str:
    """A row of the table."""
    lacks = "<br>".join(map(html.escape, _missing(assessment))) or "nothing that was asked"
    if full:
        lacks += f"<details><summary>All rules</summary>{_reasons(assessment)}</details>"
    contents = [
        html.escape(words)
        for words in (
            assessment.result,
            _gigabytes(assessment.candidate),
            _parameters(assessment.candidate),
        )
    ] + [lacks]
    cells = "".join(f"<td style='{LEFT}'>{content}</td>" for content in contents)
    return (
        f"<tr><th scope='row' style='{LEFT}'>{html.escape(assessment.index_type)}</th>{cells}</tr>"
    )


def _reasons(assessment: Assessment) -> str:
    """All reasons as a list with sources."""
    items = "".join(
        f"<li>{html.escape(_outcome(reason))}"
        f"<br><small>{_origin_html(reason.rule.origin)}</small></li>"
        for reason in assessment.reasons
    )
    return f"<ul>{items}</ul>"


def _headline(answer: Ranking) -> str:
    """The recommendation, with parameters and memory."""
    best = answer.best
    unknown = "".join(
        f" Not measured here, so try first: that it {reason.rule.text}."
        for reason in best.open_questions
    )
    others = [
        assessment.index_type for assessment in answer.assessments[1:] if not assessment.ruled_out
    ]
    second = f" Next: {others[0]}." if others else " All others are ruled out."
    return (
        f"Recommendation: {best.index_type},"
        f" {_described_candidate(best.candidate)}.{unknown}{second}"
    )


def _needs_line(answer: Ranking) -> str:
    needs = answer.needs
    where = milvus_indexes.book().deployments[needs.deployment]
    filter_note = (
        f", a filter keeps {needs.share_kept_by_filter:.3g} of the rows"
        if needs.share_kept_by_filter < 1
        else ""
    )
    replaced_note = (
        f", {round(needs.rows * needs.replaced_a_day):,} rows replaced a day"
        if needs.replaced_a_day
        else ""
    )
    return (
        f"For {needs.rows:,} rows x {needs.dimensions:,} dimensions x 4 bytes ="
        f" {_size(needs.raw_bytes)} of vectors, in {needs.memory_gb:g} GB, recall@{needs.k} of"
        f" {needs.recall:g}{filter_note}{replaced_note}, on {where}."
    )


def _described_candidate(candidate: Candidate) -> str:
    """Parameters and memory in a sentence."""
    settings = _parameters(candidate)
    return f"{settings + ', ' if settings else ''}about {_gigabytes(candidate)}"


def _parameters(candidate: Candidate) -> str:
    words = [", ".join(f"{name}={value}" for name, value in candidate.build.items())]
    if candidate.search:
        words.append(
            "search with "
            + ", ".join(f"{name}={value}" for name, value in candidate.search.items())
        )
    if candidate.rerank:
        words.append(f"fetch {candidate.rerank} hits and order them anew by whole vectors")
    return "; ".join(filter(None, words))


def _gigabytes(candidate: Candidate) -> str:
    return _size(candidate.memory_bytes)


def _size(number: float) -> str:
    """Bytes in GB or MB."""
    return f"{number / 1e9:,.2f} GB" if number >= 1e9 else f"{number / 1e6:,.1f} MB"


def _missing(assessment: Assessment) -> list[str]:
    """What rules the type out; otherwise what costs it points or is not known."""
    return [_outcome(reason) for reason in assessment.shortcomings]


def _outcome(reason: Reason) -> str:
    return f"{reason.outcome(NOT_MEASURED)}: {reason.rule.text}"


def _grouped(answer: Ranking) -> list[str]:
    """What would turn the choice; changes with the same outcome in one line."""
    return core.by_outcome(
        (change.index_type or "nothing fits", change.text) for change in answer.reconsider
    )


def _sources(answer: Ranking) -> list[Source]:
    """What the rules that were asked rest on, each once."""
    return list(dict.fromkeys(reason.rule.origin for reason in answer.best.reasons))


def origin_text(source: Source) -> str:
    """A source with its address and the day."""
    return (
        f"{source.title}, {READ}"
        if source in (MEASURED, REACHED)
        else f"{described(source)} {source.url}, read {READ}"
    )


def _origin_html(source: Source) -> str:
    """The same with a link."""
    return (
        html.escape(origin_text(source))
        if source in (MEASURED, REACHED)
        else f"{link(source)}, read {READ}"
    )
