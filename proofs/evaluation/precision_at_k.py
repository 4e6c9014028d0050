"""Answers that prove the check of `precision_at_k` in exercise 07_evaluation."""

import numpy as np

from vdbcourse.authoring.proof.answers import equivalent, right, wrong


@wrong("divided by the number of relevant ids (that is recall)", says="gives recall")
def precision_at_k(found, relevant, k):
    return len(set(list(found)[:k]) & set(relevant)) / max(1, len(relevant))


@wrong("divided by the number of rows returned", says="divides by 10")
def precision_at_k(found, relevant, k):
    first = list(found)[:k]
    return len(set(first) & set(relevant)) / len(first) if first else 0.0


@wrong("k ignored", says="only the first row counts")
def precision_at_k(found, relevant, k):
    return len(set(found) & set(relevant)) / k


@wrong("repeated ids counted each time", says="count each id once")
def precision_at_k(found, relevant, k):
    return sum(i in set(relevant) for i in list(found)[:k]) / k


@wrong("in per cent", says="between 0 and 1")
def precision_at_k(found, relevant, k):
    return 100 * len(set(list(found)[:k]) & set(relevant)) / k


@wrong("compared position by position", says="does not depend on their order")
def precision_at_k(found, relevant, k):
    return sum(f == r for f, r in zip(list(found)[:k], relevant, strict=False)) / k


@wrong("repeated ids removed before the cut", says="still takes a position")
def precision_at_k(found, relevant, k):
    return len(set(list(dict.fromkeys(found))[:k]) & set(relevant)) / k


@wrong("the relevant ids cut at k as well", says="never the relevant ids")
def precision_at_k(found, relevant, k):
    return len(set(list(found)[:k]) & set(list(relevant)[:k])) / k


@wrong("rounded", says="the right number, rounded")
def precision_at_k(found, relevant, k):
    return round(len(set(list(found)[:k]) & set(relevant)) / k, 2)


@wrong(
    "divided by the smaller of k and the relevant ids",
    says="all three were requested",
)
def precision_at_k(found, relevant, k):
    most = min(k, len(set(relevant)))
    return len(set(list(found)[:k]) & set(relevant)) / most if most else 0.0


@wrong("a number of rows", says="Return their share")
def precision_at_k(found, relevant, k):
    return len(set(list(found)[:k]) & set(relevant))


@wrong("divided without decimals", says="discards the decimals")
def precision_at_k(found, relevant, k):
    return len(set(list(found)[:k]) & set(relevant)) // k


@wrong("cut one too early", says="`found[:k]` holds k rows")
def precision_at_k(found, relevant, k):
    return len(set(list(found)[: k - 1]) & set(relevant)) / k


@wrong("F1", says="That is F1")
def precision_at_k(found, relevant, k):
    return 2 * len(set(list(found)[:k]) & set(relevant)) / (k + len(set(relevant)))


@wrong("k rows taken for granted", says="There may be fewer than k rows")
def precision_at_k(found, relevant, k):
    return len({found[i] for i in range(k)} & set(relevant)) / k


@right("a loop")
def precision_at_k(found, relevant, k):
    seen, wanted = [], list(relevant)
    for row in list(found)[:k]:
        if row in wanted and row not in seen:
            seen.append(row)
    return len(seen) / k


@right("NumPy")
def precision_at_k(found, relevant, k):
    return np.isin(np.unique(np.asarray(found)[:k]), list(relevant)).sum() / k


equivalent(
    "first = list(found)[:k] -> first = found[:k]",
    reason="Lists and arrays can be cut as they are; list() is for other sequences.",
)
