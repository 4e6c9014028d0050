"""Recommendations of an index type in HTML and as text."""

import html

from vdbcourse.choosers.index_chooser.candidates import Candidate
from vdbcourse.choosers.index_chooser.ranking import Assessment, Reason, Recommendation
from vdbcourse.choosers.index_chooser.rules import CONDITION, MEASURED, REACHED, READ
from vdbcourse.facts import Source, milvus_indexes
from vdbcourse.facts.display import LEFT, described, link, wrapped

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
            f"{self.assessment.index_type}: {result(self.assessment)}."
            f" {described_candidate(self.assessment.candidate)}"
        ]
        for reason in self.assessment.reasons:
            lines.append(
                wrapped(
                    f"  {mark(reason)}: {reason.rule.text} [{origin_text(reason.rule.origin)}]",
                    "      ",
                )
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        one = self.assessment
        title = html.escape(
            f"{one.index_type}: {result(one)}. {described_candidate(one.candidate)}"
        )
        return f"<div style='text-align:left'><p><strong>{title}</strong></p>{reasons(one)}</div>"


def text(answer: Recommendation) -> str:
    """The answer as text."""
    lines = [headline(answer), needs_line(answer)]
    for one in answer.assessments:
        lines.append(
            "; ".join(
                [f"{one.index_type}: {result(one)}, {gigabytes(one.candidate)}", *missing(one)]
            )
        )
    lines += [f"Reconsider: {change}" for change in grouped(answer)]
    lines += [CAUTION, *(f"Source: {origin_text(source)}" for source in sources(answer))]
    return "\n".join(wrapped(line, "    ") for line in lines)


def page(answer: Recommendation, full: bool = False) -> str:
    """The answer as HTML; `full` adds to each type all its reasons."""
    titles = ("Index type", "Result", "Memory", "Parameters", "What is missing")
    head = "".join(f"<th scope='col' style='{LEFT}'>{title}</th>" for title in titles)
    rows = "".join(row(one, full) for one in answer.assessments)
    changes = "".join(f"<li>{html.escape(line)}</li>" for line in grouped(answer))
    notes = "; ".join(origin_html(source) for source in sources(answer))
    parts = [
        f"<p><strong>{html.escape(headline(answer))}</strong></p>",
        f"<p>{html.escape(needs_line(answer))}</p>",
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>",
        f"<p><strong>Reconsider</strong></p><ul>{changes}</ul>" if changes else "",
        f"<p>{CAUTION}</p><p><small>Sources: {notes}</small></p>",
    ]
    return f"<div style='text-align:left'>{''.join(parts)}</div>"


def row(one: Assessment, full: bool) -> str:
    """A row of the table."""
    lacks = "<br>".join(map(html.escape, missing(one))) or "nothing that was asked"
    if full:
        lacks += f"<details><summary>All rules</summary>{reasons(one)}</details>"
    contents = [
        html.escape(words)
        for words in (result(one), gigabytes(one.candidate), parameters(one.candidate))
    ] + [lacks]
    cells = "".join(f"<td style='{LEFT}'>{content}</td>" for content in contents)
    return f"<tr><th scope='row' style='{LEFT}'>{html.escape(one.index_type)}</th>{cells}</tr>"


def reasons(one: Assessment) -> str:
    """All reasons as a list with sources."""
    items = "".join(
        f"<li>{html.escape(f'{mark(reason)}: {reason.rule.text}')}<br><small>{origin_html(reason.rule.origin)}</small></li>"
        for reason in one.reasons
    )
    return f"<ul>{items}</ul>"


def headline(answer: Recommendation) -> str:
    """The recommendation, with parameters and memory."""
    best = answer.best
    unknown = "".join(
        f" Not measured here, so try first: that it {reason.rule.text}." for reason in best.unknown
    )
    others = [one.index_type for one in answer.assessments[1:] if not one.ruled_out]
    second = f" Next: {others[0]}." if others else " All others are ruled out."
    return (
        f"Recommendation: {best.index_type},"
        f" {described_candidate(best.candidate)}.{unknown}{second}"
    )


def needs_line(answer: Recommendation) -> str:
    """The needs in words."""
    needs = answer.needs
    where = milvus_indexes.book().deployments[needs.deployment]
    kept = (
        f", a filter keeps {needs.share_kept_by_filter:.3g} of the rows"
        if needs.share_kept_by_filter < 1
        else ""
    )
    return (
        f"For {needs.rows:,} rows x {needs.dimensions:,} dimensions x 4 bytes ="
        f" {size(needs.raw_bytes)} of vectors, in {needs.memory_gb:g} GB, recall@{needs.k} of"
        f" {needs.recall:g}{kept}, on {where}."
    )


def described_candidate(candidate: Candidate) -> str:
    """Parameters and memory in a sentence."""
    settings = parameters(candidate)
    return f"{settings + ', ' if settings else ''}about {gigabytes(candidate)}"


def parameters(candidate: Candidate) -> str:
    """Build and search parameters."""
    words = [", ".join(f"{name}={value}" for name, value in candidate.build.items())]
    if candidate.search:
        words.append(
            "search with "
            + ", ".join(f"{name}={value}" for name, value in candidate.search.items())
        )
    if candidate.rerank:
        words.append(f"fetch {candidate.rerank} hits and order them anew by whole vectors")
    return "; ".join(filter(None, words))


def gigabytes(candidate: Candidate) -> str:
    """The memory."""
    return size(candidate.memory_bytes)


def size(number: float) -> str:
    """Bytes in GB or MB."""
    return f"{number / 1e9:,.2f} GB" if number >= 1e9 else f"{number / 1e6:,.1f} MB"


def result(one: Assessment) -> str:
    """Ruled out, or the points of those that there are."""
    return (
        "ruled out"
        if one.ruled_out
        else f"{one.points} of {sum(reason.rule.weight for reason in one.reasons)} points"
    )


def missing(one: Assessment) -> list[str]:
    """What rules the type out; otherwise what costs it points or is not known."""
    wanted = (
        (lambda reason: reason.rules_out) if one.ruled_out else (lambda reason: not reason.holds)
    )
    return [f"{mark(reason)}: {reason.rule.text}" for reason in one.reasons if wanted(reason)]


def mark(reason: Reason) -> str:
    """How a rule came out."""
    if reason.holds is None:
        return "not measured"
    if reason.rule.weight == CONDITION:
        return "met" if reason.holds else "not met"
    if reason.holds:
        return f"+{reason.points}"
    return f"misses {reason.rule.weight} point{'s' if reason.rule.weight > 1 else ''}"


def grouped(answer: Recommendation) -> list[str]:
    """What would turn the choice; changes with the same outcome in one line."""
    lines: dict[str, list[str]] = {}
    for change in answer.reconsider:
        lines.setdefault(change.index_type or "nothing fits", []).append(change.text)
    return [f"{found} when {'; or '.join(texts)}" for found, texts in lines.items()]


def sources(answer: Recommendation) -> list[Source]:
    """What the rules that were asked rest on, each once."""
    return list(dict.fromkeys(reason.rule.origin for reason in answer.best.reasons))


def origin_text(source: Source) -> str:
    """A source with its address and the day."""
    return (
        f"{source.title}, {READ}"
        if source in (MEASURED, REACHED)
        else f"{described(source)} {source.url}, read {READ}"
    )


def origin_html(source: Source) -> str:
    """The same with a link."""
    return (
        html.escape(origin_text(source))
        if source in (MEASURED, REACHED)
        else f"{link(source)}, read {READ}"
    )
