"""Answers to exercise 07 that prove its checks: misconceptions, each with words of its message, and
other right answers.
"""

import math
from itertools import product

import numpy as np

from vdbcourse.authoring.proof.answers import equivalent, right, wrong

# --- precision_at_k -------------------------------------------------------------------------------


@wrong("precision_at_k", "divided by the number of relevant ids (that is recall)", says="is recall")
def precision_at_k(found, relevant, k):
    return len(set(list(found)[:k]) & set(relevant)) / max(1, len(relevant))


@wrong("precision_at_k", "divided by the rows that came", says="divides by 10")
def precision_at_k(found, relevant, k):
    first = list(found)[:k]
    return len(set(first) & set(relevant)) / len(first) if first else 0.0


@wrong("precision_at_k", "k ignored", says="only the first row counts")
def precision_at_k(found, relevant, k):
    return len(set(found) & set(relevant)) / k


@wrong("precision_at_k", "repeated ids counted each time", says="count each id once")
def precision_at_k(found, relevant, k):
    return sum(i in set(relevant) for i in list(found)[:k]) / k


@wrong("precision_at_k", "in per cent", says="between 0 and 1")
def precision_at_k(found, relevant, k):
    return 100 * len(set(list(found)[:k]) & set(relevant)) / k


@wrong("precision_at_k", "compared place by place", says="does not ask in which order")
def precision_at_k(found, relevant, k):
    return sum(f == r for f, r in zip(list(found)[:k], relevant, strict=False)) / k


@wrong("precision_at_k", "repeated ids removed before the cut", says="still takes its place")
def precision_at_k(found, relevant, k):
    return len(set(list(dict.fromkeys(found))[:k]) & set(relevant)) / k


@wrong("precision_at_k", "the relevant ids cut at k as well", says="never the relevant ids")
def precision_at_k(found, relevant, k):
    return len(set(list(found)[:k]) & set(list(relevant)[:k])) / k


@wrong("precision_at_k", "rounded", says="the right number, rounded")
def precision_at_k(found, relevant, k):
    return round(len(set(list(found)[:k]) & set(relevant)) / k, 2)


@wrong(
    "precision_at_k",
    "divided by the smaller of k and the relevant ids",
    says="all three were asked for",
)
def precision_at_k(found, relevant, k):
    most = min(k, len(set(relevant)))
    return len(set(list(found)[:k]) & set(relevant)) / most if most else 0.0


@wrong("precision_at_k", "a number of rows", says="Asked for is their share")
def precision_at_k(found, relevant, k):
    return len(set(list(found)[:k]) & set(relevant))


@wrong("precision_at_k", "divided without decimals", says="behind the decimal point")
def precision_at_k(found, relevant, k):
    return len(set(list(found)[:k]) & set(relevant)) // k


@wrong("precision_at_k", "cut one too early", says="`found[:k]` holds k rows")
def precision_at_k(found, relevant, k):
    return len(set(list(found)[: k - 1]) & set(relevant)) / k


@wrong("precision_at_k", "F1", says="That is F1")
def precision_at_k(found, relevant, k):
    return 2 * len(set(list(found)[:k]) & set(relevant)) / (k + len(set(relevant)))


@wrong("precision_at_k", "k rows taken for granted", says="Fewer rows may come than k")
def precision_at_k(found, relevant, k):
    return len({found[i] for i in range(k)} & set(relevant)) / k


@right("precision_at_k", "a loop")
def precision_at_k(found, relevant, k):
    seen, wanted = [], list(relevant)
    for row in list(found)[:k]:
        if row in wanted and row not in seen:
            seen.append(row)
    return len(seen) / k


@right("precision_at_k", "NumPy")
def precision_at_k(found, relevant, k):
    return np.isin(np.unique(np.asarray(found)[:k]), list(relevant)).sum() / k


equivalent(
    "precision_at_k",
    "first = list(found)[:k] -> first = found[:k]",
    reason=(
        "Lists and arrays can be cut as they are; list() is for whoever hands over another"
        " sequence."
    ),
)


# --- recall_at_k ----------------------------------------------------------------------------------


@wrong(
    "recall_at_k", "divided by k (that is precision)", says="rows asked for or shown, is precision"
)
def recall_at_k(found, relevant, k):
    return len(set(list(found)[:k]) & set(relevant)) / k


@wrong("recall_at_k", "k ignored", says="1 and 3 come later")
def recall_at_k(found, relevant, k):
    return len(set(found) & set(relevant)) / len(set(relevant)) if len(relevant) else 0.0


@wrong("recall_at_k", "compared place by place", says="in another order")
def recall_at_k(found, relevant, k):
    return sum(f == r for f, r in zip(list(found)[:k], relevant, strict=False)) / len(relevant)


@wrong("recall_at_k", "repeated ids counted each time", says="found once")
def recall_at_k(found, relevant, k):
    return (
        sum(i in set(relevant) for i in list(found)[:k]) / len(set(relevant))
        if len(relevant)
        else 0.0
    )


@wrong("recall_at_k", "nothing relevant not thought of", says="Your code raised this error")
def recall_at_k(found, relevant, k):
    return len(set(list(found)[:k]) & set(relevant)) / len(set(relevant))


@wrong(
    "recall_at_k",
    "the list of relevant ids counted with repetitions",
    says="count ids, not entries",
)
def recall_at_k(found, relevant, k):
    return len(set(list(found)[:k]) & set(relevant)) / len(relevant) if len(relevant) else 0.0


@wrong("recall_at_k", "repeated ids removed before the cut", says="still takes its place")
def recall_at_k(found, relevant, k):
    return (
        len(set(list(dict.fromkeys(found))[:k]) & set(relevant)) / len(set(relevant))
        if len(relevant)
        else 0.0
    )


@wrong("recall_at_k", "rounded", says="the right number, rounded")
def recall_at_k(found, relevant, k):
    wanted = set(relevant)
    return round(len(set(list(found)[:k]) & wanted) / len(wanted), 2) if wanted else 0.0


@wrong("recall_at_k", "1 when nothing is relevant", says="0/0 has no value")
def recall_at_k(found, relevant, k):
    wanted = set(relevant)
    return len(set(list(found)[:k]) & wanted) / len(wanted) if wanted else 1.0


@wrong("recall_at_k", "whether anything was found", says="which share of it")
def recall_at_k(found, relevant, k):
    return float(bool(set(list(found)[:k]) & set(relevant)))


@wrong("recall_at_k", "F1", says="That is F1")
def recall_at_k(found, relevant, k):
    return 2 * len(set(list(found)[:k]) & set(relevant)) / (k + len(set(relevant)))


@right("recall_at_k", "NumPy")
def recall_at_k(found, relevant, k):
    wanted = np.unique(np.array(list(relevant), dtype=int))
    return np.isin(wanted, np.asarray(found)[:k]).mean() if wanted.size else 0


@right("recall_at_k", "a dict, a loop")
def recall_at_k(found, relevant, k):
    hits = dict.fromkeys(relevant, False)
    for row in list(found)[:k]:
        if row in hits:
            hits[row] = True
    return sum(hits.values()) / len(hits) if hits else 0.0


equivalent(
    "recall_at_k",
    "return len(set(list(found)[:k]) & wanted) / len(wanted) -> return len(set(found[:k]) & wanted)"
    " / len(wanted)",
    reason=(
        "Lists and arrays can be cut as they are; list() is for whoever hands over another"
        " sequence."
    ),
)


# --- mean_average_precision -----------------------------------------------------------------------


@wrong("mean_average_precision", "ranks from 0", says="Ranks begin at 1")
def average_precision(found, relevant):
    hits, total, wanted = 0, 0.0, set(relevant)
    for rank, row in enumerate(dict.fromkeys(found)):
        if row in wanted:
            hits += 1
            total += hits / max(1, rank)
    return total / len(wanted) if wanted else 0.0


@wrong(
    "mean_average_precision",
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


@wrong("mean_average_precision", "precision of the whole list", says="Precision 1/1 at rank 1")
def average_precision(found, relevant):
    return len(set(found) & set(relevant)) / len(found) if len(found) else 0.0


@wrong("mean_average_precision", "repeated ids closed up", says="brings nothing")
def average_precision(found, relevant):
    hits, total, wanted = 0, 0.0, set(relevant)
    for rank, row in enumerate(dict.fromkeys(found), 1):
        if row in wanted:
            hits += 1
            total += hits / rank
    return total / len(wanted) if wanted else 0.0


@wrong("mean_average_precision", "1 / rank added up and divided", says="That adds 1 / rank")
def average_precision(found, relevant):
    wanted = set(relevant)
    firsts = [rank for rank, row in enumerate(dict.fromkeys(found), 1) if row in wanted]
    return sum(1 / rank for rank in firsts) / len(wanted) if wanted else 0.0


@wrong("mean_average_precision", "1 / rank added up", says="And the sum is divided")
def average_precision(found, relevant):
    wanted = set(relevant)
    return sum(1 / rank for rank, row in enumerate(dict.fromkeys(found), 1) if row in wanted)


@wrong(
    "mean_average_precision", "the sum of the precisions", says="That is the sum of the precisions"
)
def average_precision(found, relevant):
    return average_precision_of(found, relevant) * len(set(relevant))


@wrong(
    "mean_average_precision",
    "precision at the first relevant row",
    says="at the first relevant row alone",
)
def average_precision(found, relevant):
    return next((1 / rank for rank, row in enumerate(found, 1) if row in set(relevant)), 0.0)


@wrong(
    "mean_average_precision",
    "precision at every rank",
    says="Precision counts only at the ranks of relevant rows",
)
def average_precision(found, relevant):
    hits = np.cumsum([row in set(relevant) for row in found])
    return float(np.mean(hits / np.arange(1, len(hits) + 1))) if len(hits) else 0.0


@wrong(
    "mean_average_precision",
    "interpolated, as for a precision-recall curve",
    says="It counts as it is",
)
def average_precision(found, relevant):
    wanted, precisions = set(relevant), []
    for rank, row in enumerate(dict.fromkeys(found), 1):
        if row in wanted:
            precisions.append((len(precisions) + 1) / rank)
    return sum(max(precisions[i:]) for i in range(len(precisions))) / len(wanted) if wanted else 0.0


@wrong("mean_average_precision", "cut after ten rows", says="is not cut after some rows")
def average_precision(found, relevant):
    return average_precision_of(list(found)[:10], relevant)


@wrong("mean_average_precision", "the median over queries", says="That is the median")
def mean_average_precision(all_found, all_relevant):
    values = [average_precision_of(f, r) for f, r in zip(all_found, all_relevant, strict=True)]
    return float(np.median(values)) if values else 0.0


@wrong("mean_average_precision", "the sum over queries", says="That is the sum over the queries")
def mean_average_precision(all_found, all_relevant):
    return float(
        sum(average_precision_of(f, r) for f, r in zip(all_found, all_relevant, strict=True))
    )


@wrong(
    "mean_average_precision",
    "the lists of all queries put together",
    says="an average precision of its own",
)
def mean_average_precision(all_found, all_relevant):
    return average_precision_of(
        [i for found in all_found for i in found], [i for ids in all_relevant for i in ids]
    )


@wrong(
    "mean_average_precision",
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
    "mean_average_precision",
    "queries without a hit left out of the mean",
    says="counts as much as the others",
)
def mean_average_precision(all_found, all_relevant):
    values = [average_precision_of(f, r) for f, r in zip(all_found, all_relevant, strict=True)]
    values = [value for value in values if value]
    return sum(values) / len(values) if values else 0.0


@wrong(
    "mean_average_precision",
    "queries with nothing relevant left out",
    says="with nothing relevant is a query",
)
def mean_average_precision(all_found, all_relevant):
    values = [
        average_precision_of(f, r) for f, r in zip(all_found, all_relevant, strict=True) if len(r)
    ]
    return sum(values) / len(values) if values else 0.0


@wrong(
    "mean_average_precision",
    "queries with an empty answer left out",
    says="nothing came back is a query",
)
def mean_average_precision(all_found, all_relevant):
    values = [
        average_precision_of(f, r) for f, r in zip(all_found, all_relevant, strict=True) if len(f)
    ]
    return sum(values) / len(values) if values else 0.0


@wrong("mean_average_precision", "divided by the shorter of both lists", says="divide by ten")
def average_precision(found, relevant):
    shorter = min(len(set(relevant)), len(found))
    return average_precision_of(found, relevant) * len(set(relevant)) / shorter if shorter else 0.0


@wrong("mean_average_precision", "the geometric mean", says="That is the geometric mean")
def mean_average_precision(all_found, all_relevant):
    values = [average_precision_of(f, r) for f, r in zip(all_found, all_relevant, strict=True)]
    return float(np.prod(values) ** (1 / len(values))) if values else 0.0


@wrong("mean_average_precision", "queries weighed by their length", says="weighs no more")
def mean_average_precision(all_found, all_relevant):
    values = [average_precision_of(f, r) for f, r in zip(all_found, all_relevant, strict=True)]
    return float(np.average(values, weights=[len(found) for found in all_found])) if values else 0.0


def average_precision_of(found, relevant):
    """A right average precision for the wrong means."""
    seen, total, wanted = set(), 0.0, set(relevant)
    for rank, row in enumerate(found, 1):
        if row in wanted and row not in seen:
            seen.add(row)
            total += len(seen) / rank
    return total / len(wanted) if wanted else 0.0


@right("mean_average_precision", "a list comprehension")
def average_precision(found, relevant):
    found, wanted = list(found), set(relevant)
    firsts = [i for i, row in enumerate(found) if row in wanted and row not in found[:i]]
    return sum((n + 1) / (i + 1) for n, i in enumerate(firsts)) / len(wanted) if wanted else 0.0


@right("mean_average_precision", "NumPy's mean")
def mean_average_precision(all_found, all_relevant):
    pairs = zip(all_found, all_relevant, strict=True)
    return np.mean([average_precision_of(f, r) for f, r in pairs]) if len(all_found) else 0


for shorter in ("zip(all_found, all_relevant)]", "zip(all_found, all_relevant, strict=False)]"):
    equivalent(
        "mean_average_precision",
        f"...zip(all_found, all_relevant, strict=True)] -> ...{shorter}",
        reason=(
            "`strict` is there for callers whose lists have unlike lengths, which the text does not"
            " allow."
        ),
    )
equivalent(
    "mean_average_precision",
    "return float(np.mean(values)) if values else 0.0 -> return np.mean(values) if values else 0.0",
    reason="NumPy's float is a float.",
)


# --- ndcg_at_k ------------------------------------------------------------------------------------


def dcg(gains, first=2, base=2.0):
    """Discounted sum; `first` is what the logarithm is taken of at rank 1."""
    return sum(gain / math.log(first + i, base) for i, gain in enumerate(gains))


def gains_of(found, gains, k):
    """Gains of the first k rows, each id once."""
    rows = [int(row) for row in list(found)[:k]]
    return [0.0 if row in rows[:i] else gains.get(row, 0.0) for i, row in enumerate(rows)]


@wrong("ndcg_at_k", "one rank off: log2(rank + 2)", says="That is log2(rank + 2)")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[:k], first=3)
    return dcg(gains_of(found, gains, k), first=3) / best if best else 0.0


@wrong("ndcg_at_k", "no logarithm: gain / rank", says="That is gain / rank")
def ndcg_at_k(found, gains, k):
    def total(values):
        return sum(value / rank for rank, value in enumerate(values, 1))

    best = total(sorted(gains.values(), reverse=True)[:k])
    return total(gains_of(found, gains, k)) / best if best else 0.0


@wrong("ndcg_at_k", "ideal order of the found rows only", says="sort all gains")
def ndcg_at_k(found, gains, k):
    got = gains_of(found, gains, k)
    best = dcg(sorted(got, reverse=True))
    return dcg(got) / best if best else 0.0


@wrong("ndcg_at_k", "ideal order not cut at k", says="both cut after two rows")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True))
    return dcg(gains_of(found, gains, k)) / best if best else 0.0


@wrong("ndcg_at_k", "gain 2**grade - 1", says="here it is the grade")
def ndcg_at_k(found, gains, k):
    raised = {row: 2**gain - 1 for row, gain in gains.items()}
    best = dcg(sorted(raised.values(), reverse=True)[:k])
    return dcg(gains_of(found, raised, k)) / best if best else 0.0


@wrong("ndcg_at_k", "not divided by the ideal", says="That is the DCG of the found order")
def ndcg_at_k(found, gains, k):
    return dcg(gains_of(found, gains, k))


@wrong("ndcg_at_k", "repeated ids gain each time", says="gains once")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[:k])
    return dcg([gains.get(int(row), 0.0) for row in list(found)[:k]]) / best if best else 0.0


@wrong("ndcg_at_k", "repeated ids removed before the cut", says="row 2 stands on rank 3")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[:k])
    return dcg(gains_of(list(dict.fromkeys(map(int, found))), gains, k)) / best if best else 0.0


@wrong("ndcg_at_k", "rows without a gain skipped", says="Rows without a gain take their ranks")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[:k])
    return dcg(gain for gain in gains_of(found, gains, k) if gain) / best if best else 0.0


@wrong("ndcg_at_k", "log2(rank), rank 1 left alone", says="That is 1 / log2(rank)")
def ndcg_at_k(found, gains, k):
    def total(values):
        return sum(value / max(1, math.log2(rank)) for rank, value in enumerate(values, 1))

    best = total(sorted(gains.values(), reverse=True)[:k])
    return total(gains_of(found, gains, k)) / best if best else 0.0


@wrong(
    "ndcg_at_k",
    "the gains of the best order not discounted",
    says="divided by log2(rank + 1) as well",
)
def ndcg_at_k(found, gains, k):
    best = sum(sorted(gains.values(), reverse=True)[:k])
    return dcg(gains_of(found, gains, k)) / best if best else 0.0


@wrong("ndcg_at_k", "every id must be in the dict", says="`gains.get(number, 0.0)`")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[:k])
    return dcg(gains[int(row)] for row in list(found)[:k]) / best if best else 0.0


@wrong(
    "ndcg_at_k",
    "the best order as long as the rows that came",
    says="as long as k and the judged rows allow",
)
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[: min(k, len(found))])
    return dcg(gains_of(found, gains, k)) / best if best else 0.0


@wrong("ndcg_at_k", "rounded", says="the right number, rounded")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[:k])
    return round(dcg(gains_of(found, gains, k)) / best, 3) if best else 0.0


@right("ndcg_at_k", "NumPy")
def ndcg_at_k(found, gains, k):
    discounts = 1 / np.log2(np.arange(2, k + 2))
    got = np.array(gains_of(found, gains, k))
    best = np.sort(np.array(list(gains.values()), dtype=float))[::-1][:k]
    ideal = best @ discounts[: best.size]
    return got @ discounts[: got.size] / ideal if ideal > 0 else 0.0


@right("ndcg_at_k", "natural logarithms: their base cancels")
def ndcg_at_k(found, gains, k):
    best = dcg(sorted(gains.values(), reverse=True)[:k], base=math.e)
    return dcg(gains_of(found, gains, k), base=math.e) / best if best else 0.0


equivalent(
    "ndcg_at_k",
    "found = [int(number) for number in list(found)[:k]] -> found = [number for number in"
    " list(found)[:k]]",
    reason="NumPy's integers find their keys in a dict, too.",
)
equivalent(
    "ndcg_at_k",
    "...[int(number) for number in list(found)[:k]] -> ...[int(number) for number in found[:k]]",
    reason=(
        "Lists and arrays can be cut as they are; list() is for whoever hands over another"
        " sequence."
    ),
)


# --- ab_test --------------------------------------------------------------------------------------


def flipped_means(a, b, n_permutations, seed):
    """Mean differences under random signs, and the real one."""
    differences = np.asarray(b, float) - np.asarray(a, float)
    signs = np.random.default_rng(seed).choice([-1, 1], size=(n_permutations, differences.size))
    return (signs * differences).mean(axis=1), differences.mean()


@wrong("ab_test", "p of 0", says="cannot show p = 0")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return float(np.mean(np.abs(means) >= abs(real) - 1e-12))


@wrong("ab_test", "one-sided", says="in both directions")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return float((np.sum(means >= real - 1e-12) + 1) / (n_permutations + 1))


@wrong("ab_test", "unpaired: the queries mixed", says="paired")
def ab_test(a, b, n_permutations, seed):
    rng, together, n = np.random.default_rng(seed), np.concatenate([a, b]), len(a)
    real, count = abs(np.mean(b) - np.mean(a)), 0
    for _ in range(n_permutations):
        mixed = rng.permutation(together)
        count += abs(mixed[n:].mean() - mixed[:n].mean()) >= real - 1e-12
    return (count + 1) / (n_permutations + 1)


@wrong("ab_test", "strictly farther only", says="p is 1")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return float((np.sum(np.abs(means) > abs(real) + 1e-12) + 1) / (n_permutations + 1))


@wrong("ab_test", "seed ignored", says="same seed")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, None)
    return float((np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / (n_permutations + 1))


@wrong("ab_test", "signs counted instead of sizes", says="exact p-value")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(
        np.zeros(len(a)), np.sign(np.asarray(b) - np.asarray(a)), n_permutations, seed
    )
    return float((np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / (n_permutations + 1))


@wrong("ab_test", "one coin for all queries", says="one coin for all of them changes")
def ab_test(a, b, n_permutations, seed):
    differences = np.asarray(b, float) - np.asarray(a, float)
    signs = np.random.default_rng(seed).choice([-1, 1], size=(n_permutations, 1))
    means = (signs * differences).mean(axis=1)
    return float(
        (np.sum(np.abs(means) >= abs(differences.mean()) - 1e-12) + 1) / (n_permutations + 1)
    )


@wrong("ab_test", "no tolerance: rounding loses ties", says="rounding loses such ties")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return float((np.sum(np.abs(means) >= abs(real)) + 1) / (n_permutations + 1))


@wrong("ab_test", "coins of 0 and 1", says="leaves differences out")
def ab_test(a, b, n_permutations, seed):
    differences = np.asarray(b, float) - np.asarray(a, float)
    signs = np.random.default_rng(seed).integers(0, 2, size=(n_permutations, differences.size))
    count = np.sum(np.abs((signs * differences).mean(axis=1)) >= abs(differences.mean()) - 1e-12)
    return float((count + 1) / (n_permutations + 1))


@wrong("ab_test", "one seed for all calls", says="Six calls with six seeds gave one p")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, 42)
    return float((np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / (n_permutations + 1))


@wrong("ab_test", "1 added above only", says="added to `n_permutations` as well")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return float((np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / n_permutations)


@wrong("ab_test", "1 added below only", says="added to the count as well")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return float(np.sum(np.abs(means) >= abs(real) - 1e-12) / (n_permutations + 1))


@wrong("ab_test", "1 - p", says="or 1 - p?")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return float(1 - (np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / (n_permutations + 1))


@wrong("ab_test", "doubled", says="That is twice the p-value")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return min(
        1.0, 2 * float((np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / (n_permutations + 1))
    )


@wrong(
    "ab_test",
    "a thousand permutations, whatever was asked for",
    says="how many permutations are made",
)
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, 1_000, seed)
    return float((np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / 1_001)


@wrong("ab_test", "medians compared", says="Compare means, over all queries")
def ab_test(a, b, n_permutations, seed):
    differences = np.asarray(b, float) - np.asarray(a, float)
    signs = np.random.default_rng(seed).choice([-1, 1], size=(n_permutations, differences.size))
    count = np.sum(
        np.abs(np.median(signs * differences, axis=1)) >= abs(np.median(differences)) - 1e-12
    )
    return float((count + 1) / (n_permutations + 1))


@wrong("ab_test", "a bootstrap: queries drawn with replacement", says="is a bootstrap")
def ab_test(a, b, n_permutations, seed):
    differences = np.asarray(b, float) - np.asarray(a, float)
    centred = differences - differences.mean()
    drawn = np.random.default_rng(seed).choice(centred, size=(n_permutations, differences.size))
    count = np.sum(np.abs(drawn.mean(axis=1)) >= abs(differences.mean()) - 1e-12)
    return float((count + 1) / (n_permutations + 1))


@right("ab_test", "a loop with coins")
def ab_test(a, b, n_permutations, seed):
    rng = np.random.default_rng(seed)
    differences = [y - x for x, y in zip(a, b, strict=True)]
    real, count = abs(sum(differences)), 0
    for _ in range(n_permutations):
        total = sum(d if rng.random() < 0.5 else -d for d in differences)
        count += abs(total) >= real - 1e-12
    return (count + 1) / (n_permutations + 1)


@right("ab_test", "all sign flips where there are few")
def ab_test(a, b, n_permutations, seed):
    if len(a) != 8:
        means, real = flipped_means(a, b, n_permutations, seed)
    else:
        differences = np.subtract(b, a)
        means, real = (
            np.array([np.mean(np.multiply(s, differences)) for s in product([1, -1], repeat=8)]),
            differences.mean(),
        )
        means = np.tile(means, -(-n_permutations // 256))[:n_permutations]
    return float((np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / (n_permutations + 1))


for mutated in (
    (
        "differences = np.asarray(b, dtype=float) - np.asarray(a, dtype=float) -> "
        "differences = np.asarray(b) - np.asarray(a, dtype=float)"
    ),
    (
        "differences = np.asarray(b, dtype=float) - np.asarray(a, dtype=float) -> differences = b -"
        " np.asarray(a, dtype=float)"
    ),
    "...dtype=float) - np.asarray(a, dtype=float) -> ...dtype=float) - np.asarray(a)",
    (
        "...np.asarray(b, dtype=float) - np.asarray(a, dtype=float) -> ...np.asarray(b,"
        " dtype=float) - a"
    ),
):
    equivalent("ab_test", mutated, reason="One array of floats makes the difference one.")
equivalent(
    "ab_test",
    "signs = rng.choice([-1, 1], size=(n_permutations,... -> signs = rng.choice([1, -1],"
    " size=(n_permutations,...",
    reason="Both signs have the same chance.",
)
equivalent(
    "ab_test",
    "count = np.sum(np.abs(means) >= abs(differences.mean()) -... -> count = np.sum(np.abs(means) >"
    " abs(differences.mean()) -...",
    reason="With the tolerance, no mean lies exactly on the bound.",
)
equivalent(
    "ab_test",
    "return float((count + 1) / (n_permutations... -> return ((count + 1) / (n_permutations...",
    reason="NumPy's float is a float.",
)
