"""Answers that prove the check of `ndcg_at_k` in exercise 07_evaluation."""

import math

import numpy as np

from vdbcourse.authoring.proof.answers import equivalent, right, wrong


def dcg(gains, first=2, base=2.0):
    """Discounted sum; `first` is the argument of the logarithm at rank 1."""
    return sum(gain / math.log(first + i, base) for i, gain in enumerate(gains))


def gains_of(found, gains, k):
    """Gains of the first k rows, each id once."""
    rows = [int(row) for row in list(found)[:k]]
    return [0.0 if row in rows[:i] else gains.get(row, 0.0) for i, row in enumerate(rows)]


@wrong("one rank off: log2(rank + 2)", says="That is log2(rank + 2)")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[:k], first=3)
    return dcg(gains_of(found, gains, k), first=3) / best if best else 0.0


@wrong("no logarithm: gain / rank", says="That is gain / rank")
def ndcg_at_k(found, gains, k):
    def total(values):
        return sum(value / rank for rank, value in enumerate(values, 1))

    best = total(sorted(gains.values(), reverse=True)[:k])
    return total(gains_of(found, gains, k)) / best if best else 0.0


@wrong("ideal order of the found rows only", says="sort all gains")
def ndcg_at_k(found, gains, k):
    got = gains_of(found, gains, k)
    best = dcg(sorted(got, reverse=True))
    return dcg(got) / best if best else 0.0


@wrong("ideal order not cut at k", says="both cut after two rows")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True))
    return dcg(gains_of(found, gains, k)) / best if best else 0.0


@wrong("gain 2**grade - 1", says="here it is the grade")
def ndcg_at_k(found, gains, k):
    raised = {row: 2**gain - 1 for row, gain in gains.items()}
    best = dcg(sorted(raised.values(), reverse=True)[:k])
    return dcg(gains_of(found, raised, k)) / best if best else 0.0


@wrong("not divided by the ideal", says="That is the DCG of the found order")
def ndcg_at_k(found, gains, k):
    return dcg(gains_of(found, gains, k))


@wrong("repeated ids gain each time", says="gains once")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[:k])
    return dcg([gains.get(int(row), 0.0) for row in list(found)[:k]]) / best if best else 0.0


@wrong("repeated ids removed before the cut", says="row 2 is at rank 3")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[:k])
    return dcg(gains_of(list(dict.fromkeys(map(int, found))), gains, k)) / best if best else 0.0


@wrong("rows without a gain skipped", says="Rows without a gain take their ranks")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[:k])
    return dcg(gain for gain in gains_of(found, gains, k) if gain) / best if best else 0.0


@wrong("log2(rank), except at rank 1", says="That is 1 / log2(rank)")
def ndcg_at_k(found, gains, k):
    def total(values):
        return sum(value / max(1, math.log2(rank)) for rank, value in enumerate(values, 1))

    best = total(sorted(gains.values(), reverse=True)[:k])
    return total(gains_of(found, gains, k)) / best if best else 0.0


@wrong(
    "the gains of the best order not discounted",
    says="divided by log2(rank + 1) as well",
)
def ndcg_at_k(found, gains, k):
    best = sum(sorted(gains.values(), reverse=True)[:k])
    return dcg(gains_of(found, gains, k)) / best if best else 0.0


@wrong("every id must be in the dict", says="`gains.get(number, 0.0)`")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[:k])
    return dcg(gains[int(row)] for row in list(found)[:k]) / best if best else 0.0


@wrong(
    "the best order only as long as the returned rows",
    says="as long as k and the judged rows allow",
)
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[: min(k, len(found))])
    return dcg(gains_of(found, gains, k)) / best if best else 0.0


@wrong("rounded", says="the right number, rounded")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[:k])
    return round(dcg(gains_of(found, gains, k)) / best, 3) if best else 0.0


@right("NumPy")
def ndcg_at_k(found, gains, k):
    discounts = 1 / np.log2(np.arange(2, k + 2))
    got = np.array(gains_of(found, gains, k))
    best = np.sort(np.array(list(gains.values()), dtype=float))[::-1][:k]
    ideal = best @ discounts[: best.size]
    return got @ discounts[: got.size] / ideal if ideal > 0 else 0.0


@right("natural logarithms: their base cancels")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[:k], base=math.e)
    return dcg(gains_of(found, gains, k), base=math.e) / best if best else 0.0


equivalent(
    "found = [int(number) for number in list(found)[:k]] -> found = [number for number in"
    " list(found)[:k]]",
    reason="NumPy's integers find their keys in a dict, too.",
)


equivalent(
    "...[int(number) for number in list(found)[:k]] -> ...[int(number) for number in found[:k]]",
    reason="Lists and arrays can be cut as they are; list() is for other sequences.",
)
