"""Answers that prove the check of `mean_average_precision` in exercise 07_evaluation."""

import numpy as np

from vdbcourse.authoring.proof.answers import equivalent, right, wrong


@wrong("ranks from 0", says="Ranks start at 1")
def average_precision(found, relevant):
    hits, total, wanted = 0, 0.0, set(relevant)
    for rank, row in enumerate(dict.fromkeys(found)):
        if row in wanted:
            hits += 1
            total += hits / max(1, rank)
    return total / len(wanted) if wanted else 0.0


@wrong(
    "divided by the rows that were found",
    says="not by how many were found",
)
def average_precision(found, relevant):
    hits, total, wanted = 0, 0.0, set(relevant)
    for rank, row in enumerate(dict.fromkeys(found), 1):
        if row in wanted:
            hits += 1
            total += hits / rank
    return total / hits if hits else 0.0


@wrong("precision of the whole list", says="Precision 1/1 at rank 1")
def average_precision(found, relevant):
    return len(set(found) & set(relevant)) / len(found) if len(found) else 0.0


@wrong("repeated ids removed before ranks are counted", says="rank 2 adds nothing")
def average_precision(found, relevant):
    hits, total, wanted = 0, 0.0, set(relevant)
    for rank, row in enumerate(dict.fromkeys(found), 1):
        if row in wanted:
            hits += 1
            total += hits / rank
    return total / len(wanted) if wanted else 0.0


@wrong("1 / rank added up and divided", says="That adds 1 / rank")
def average_precision(found, relevant):
    wanted = set(relevant)
    firsts = [rank for rank, row in enumerate(dict.fromkeys(found), 1) if row in wanted]
    return sum(1 / rank for rank in firsts) / len(wanted) if wanted else 0.0


@wrong("1 / rank added up", says="And divide the sum")
def average_precision(found, relevant):
    wanted = set(relevant)
    return sum(1 / rank for rank, row in enumerate(dict.fromkeys(found), 1) if row in wanted)


@wrong("the sum of the precisions", says="That is the sum of the precisions")
def average_precision(found, relevant):
    return average_precision_of(found, relevant) * len(set(relevant))


@wrong(
    "precision at the first relevant row",
    says="at the first relevant row alone",
)
def average_precision(found, relevant):
    return next((1 / rank for rank, row in enumerate(found, 1) if row in set(relevant)), 0.0)


@wrong(
    "precision at every rank",
    says="Precision counts only at the ranks of relevant rows",
)
def average_precision(found, relevant):
    hits = np.cumsum([row in set(relevant) for row in found])
    return float(np.mean(hits / np.arange(1, len(hits) + 1))) if len(hits) else 0.0


@wrong(
    "interpolated, as for a precision-recall curve",
    says="It counts unchanged",
)
def average_precision(found, relevant):
    wanted, precisions = set(relevant), []
    for rank, row in enumerate(dict.fromkeys(found), 1):
        if row in wanted:
            precisions.append((len(precisions) + 1) / rank)
    return sum(max(precisions[i:]) for i in range(len(precisions))) / len(wanted) if wanted else 0.0


@wrong("cut after ten rows", says="is not cut after a number of rows")
def average_precision(found, relevant):
    return average_precision_of(list(found)[:10], relevant)


@wrong("the median over queries", says="That is the median")
def mean_average_precision(all_found, all_relevant):
    values = [average_precision_of(f, r) for f, r in zip(all_found, all_relevant, strict=True)]
    return float(np.median(values)) if values else 0.0


@wrong("the sum over queries", says="That is the sum over the queries")
def mean_average_precision(all_found, all_relevant):
    return float(
        sum(average_precision_of(f, r) for f, r in zip(all_found, all_relevant, strict=True))
    )


@wrong(
    "the lists of all queries merged",
    says="its own average precision",
)
def mean_average_precision(all_found, all_relevant):
    return average_precision_of(
        [i for found in all_found for i in found], [i for ids in all_relevant for i in ids]
    )


@wrong(
    "the mean reciprocal rank",
    says="the reciprocal rank of the first relevant row",
)
def mean_average_precision(all_found, all_relevant):
    pairs = zip(all_found, all_relevant, strict=True)
    firsts = [
        next((1 / rank for rank, row in enumerate(found, 1) if row in set(ids)), 0.0)
        for found, ids in pairs
    ]
    return sum(firsts) / len(firsts) if firsts else 0.0


@wrong(
    "queries without a hit left out of the mean",
    says="counts as much as the others",
)
def mean_average_precision(all_found, all_relevant):
    values = [average_precision_of(f, r) for f, r in zip(all_found, all_relevant, strict=True)]
    values = [value for value in values if value]
    return sum(values) / len(values) if values else 0.0


@wrong(
    "queries with nothing relevant left out",
    says="with nothing relevant is still a query",
)
def mean_average_precision(all_found, all_relevant):
    values = [
        average_precision_of(f, r) for f, r in zip(all_found, all_relevant, strict=True) if len(r)
    ]
    return sum(values) / len(values) if values else 0.0


@wrong(
    "queries with an empty answer left out",
    says="nothing was returned is still a query",
)
def mean_average_precision(all_found, all_relevant):
    values = [
        average_precision_of(f, r) for f, r in zip(all_found, all_relevant, strict=True) if len(f)
    ]
    return sum(values) / len(values) if values else 0.0


@wrong("divided by the shorter of both lists", says="divide by ten")
def average_precision(found, relevant):
    shorter = min(len(set(relevant)), len(found))
    return average_precision_of(found, relevant) * len(set(relevant)) / shorter if shorter else 0.0


@wrong("the geometric mean", says="That is the geometric mean")
def mean_average_precision(all_found, all_relevant):
    values = [average_precision_of(f, r) for f, r in zip(all_found, all_relevant, strict=True)]
    return float(np.prod(values) ** (1 / len(values))) if values else 0.0


@wrong("queries weighted by their length", says="has no more weight")
def mean_average_precision(all_found, all_relevant):
    values = [average_precision_of(f, r) for f, r in zip(all_found, all_relevant, strict=True)]
    return float(np.average(values, weights=[len(found) for found in all_found])) if values else 0.0


def average_precision_of(found, relevant):
    """The right average precision, for answers with a wrong mean."""
    seen, total, wanted = set(), 0.0, set(relevant)
    for rank, row in enumerate(found, 1):
        if row in wanted and row not in seen:
            seen.add(row)
            total += len(seen) / rank
    return total / len(wanted) if wanted else 0.0


@right("a list comprehension")
def average_precision(found, relevant):
    found, wanted = list(found), set(relevant)
    firsts = [i for i, row in enumerate(found) if row in wanted and row not in found[:i]]
    return sum((n + 1) / (i + 1) for n, i in enumerate(firsts)) / len(wanted) if wanted else 0.0


@right("NumPy's mean")
def mean_average_precision(all_found, all_relevant):
    pairs = zip(all_found, all_relevant, strict=True)
    return np.mean([average_precision_of(f, r) for f, r in pairs]) if len(all_found) else 0


for shorter in ("zip(all_found, all_relevant)", "zip(all_found, all_relevant, strict=False)"):
    equivalent(
        f"...zip(all_found, all_relevant, strict=True) -> ...{shorter}",
        reason=(
            "`strict` matters only for lists of different lengths, which the task does not allow."
        ),
    )


equivalent(
    "return float(np.mean(values)) if values else 0.0 -> return np.mean(values) if values else 0.0",
    reason="NumPy's float is a float.",
)
