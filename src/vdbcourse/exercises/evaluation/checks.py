"""The checks of exercise 07. Definitions: Manning, Raghavan, Schütze, Introduction to Information
Retrieval (2008), chapter 8; the paired permutation test: Smucker, Allan, Carterette, CIKM 2007,
doi:10.1145/1321440.1321528.
"""

import itertools
import math
from collections.abc import Sequence

import numpy as np

from vdbcourse.grading import Answer, Data, Reply, check, rounded


@check("precision_at_k")
def check_precision_at_k(precision_at_k: Answer, data: Data) -> None:
    """`precision_at_k(found, relevant, k)` -> float."""
    reply = precision_at_k([1, 9, 8, 7], [1, 2, 3, 4, 5, 6, 10, 11], 4)
    reply.number(0, 1)
    reply.equals(
        0.25,
        "One of the four rows shown is relevant.",
        mistakes={
            1 / 8: (
                "Precision divides by k, the number of rows requested. Dividing by the number of"
                " relevant rows gives recall."
            ),
            1: (
                "That is how many relevant rows are among the four, or whether there is any. Return"
                " their share: divide by k."
            ),
            0: "One of the four rows is relevant, and 1/4 is not 0. `//` discards the decimals.",
            3 / 4: "That is the share of the rows that are not relevant.",
            2 / 12: "That is F1, which combines precision and recall. Return precision alone.",
            1 / 11: (
                "That divides by the number of ids in both lists together. Precision divides by k."
            ),
        },
    )
    precision_at_k([9, 1, 3], [1, 3], 1).equals(
        0.0, "At k = 1 only the first row counts, and 9 is not relevant."
    )
    precision_at_k([3, 1], [1, 3], 2).equals(
        1.0,
        "Both rows shown are relevant; precision does not depend on their order.",
        mistakes={
            0.5: (
                "Two rows were shown, and only one of them was examined: `found[:k]` holds k rows."
            )
        },
    )
    precision_at_k([3, 9], [1, 2, 3], 2).equals(
        0.5,
        "Row 3 is relevant, at any position in `relevant`: k cuts the rows that were found, never"
        " the relevant ids.",
    )
    precision_at_k([9, 8, 1], [1], 3).equals(
        1 / 3,
        "One of three rows is relevant.",
        mistakes={
            1.0: (
                "One of three rows is relevant, and all three were requested: divide by k, not by"
                " the number of relevant ids if that is smaller."
            ),
            **rounded(1 / 3),
        },
    )
    precision_at_k.explained(
        [1, 2], [1, 2], 10, raised={"IndexError": "There may be fewer than k rows."}
    ).equals(
        0.2,
        "Ten rows were requested and two returned. Missing rows are not hits: precision@10 divides"
        " by 10.",
    )
    precision_at_k([5, 5, 5, 5], [5], 4).equals(
        0.25, "The same id four times is one relevant row: count each id once."
    )
    precision_at_k([5, 5, 1], [1, 5], 2).equals(
        0.5,
        "A repeated row still takes a position: the first two positions hold row 5 twice. Cut"
        " first, then count each id once.",
    )
    precision_at_k([], [1], 3).equals(0.0, "Nothing was returned, so no row is relevant.")
    precision_at_k([1, 2], [], 2).equals(0.0, "Nothing is relevant, so no row is.")
    found, relevant, k, hits = judged(data)
    precision_at_k.on_data(found, relevant, k).equals(
        hits / k, "NumPy arrays, as search functions return them."
    )
    precision_at_k.on_data(found.tolist(), set(relevant.tolist()), k).equals(
        hits / k, "The relevant ids may be a set."
    )


@check("recall_at_k")
def check_recall_at_k(recall_at_k: Answer, data: Data) -> None:
    """`recall_at_k(found, relevant, k)` -> float."""
    reply = recall_at_k([1, 2, 9, 8], [1, 2, 3, 4, 5, 6, 7, 10], 4)
    reply.number(0, 1)
    reply.equals(
        0.25,
        "Two of eight relevant rows were returned.",
        mistakes={
            0.5: (
                "Recall divides by all that there was to find, here eight. Dividing by four, the"
                " rows requested or shown, gives precision; and k does not cut the relevant ids."
            ),
            1: (
                "That says whether anything was found. Recall says what share was found: two of"
                " eight."
            ),
            2 / 6: "That is F1, which combines precision and recall. Return recall alone.",
            2 / 10: (
                "That divides by the number of ids in both lists together. Recall divides by the"
                " number of relevant ids."
            ),
        },
    )
    recall_at_k([1], [1, 2, 3], 4).equals(
        1 / 3, "One of three relevant rows was returned.", mistakes=rounded(1 / 3)
    )
    recall_at_k([3, 1], [1, 3], 2).equals(
        1.0,
        "The same rows in another order: recall depends only on what was found.",
        mistakes={
            0.5: (
                "Two rows were shown, and only one of them was examined: `found[:k]` holds k rows."
            )
        },
    )
    recall_at_k([1, 2, 3, 4], [1, 3], 4).equals(1.0, "Both relevant rows were returned.")
    recall_at_k([9, 8, 1, 3], [1, 3], 2).equals(
        0.0, "At k = 2 only the first two rows count; 1 and 3 come later."
    )
    recall_at_k([5, 5, 6], [5, 6, 7, 8], 3).equals(
        0.5, "An id that is returned twice was found once."
    )
    recall_at_k([5, 5, 1], [1, 5], 2).equals(
        0.5,
        "A repeated row still takes a position: the first two positions hold row 5 twice. Cut"
        " first, then count each id once.",
    )
    recall_at_k([5], [5, 5, 6], 3).equals(
        0.5, "A relevant id that is listed twice is one row to find: count ids, not entries."
    )
    recall_at_k([], [1], 3).equals(0.0, "Nothing was returned, so nothing was found.")
    recall_at_k([1, 2], [], 2).equals(
        0.0, "Nothing is relevant. 0/0 has no value; the task says: return 0.0."
    )
    found, relevant, k, hits = judged(data)
    recall_at_k.on_data(found, relevant, k).equals(
        hits / len(relevant), "NumPy arrays, as search functions return them."
    )
    recall_at_k.on_data(found.tolist(), set(relevant.tolist()), k).equals(
        hits / len(relevant), "The relevant ids may be a set."
    )


def judged(data: Data) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Found ids (up to 60), relevant ids, k, and how many of the first k are relevant; some
    relevant ids come after the first k.
    """
    ids = data.rng.permutation(5_000)[:90]
    k = int(data.rng.integers(20, 40))
    hits = int(data.rng.integers(5, 15))
    first, later, missed = ids[:hits], ids[hits : hits + 4], ids[hits + 4 : hits + 9]
    others = ids[40:90]
    head = data.rng.permutation(np.concatenate([first, others[: k - hits]]))
    found = np.concatenate([head, later, others[k - hits :]])[:60]
    return found, data.rng.permutation(np.concatenate([first, later, missed])), k, hits


@check("mean_average_precision")
def check_mean_average_precision(
    average_precision: Answer, mean_average_precision: Answer, data: Data
) -> None:
    """`average_precision(found, relevant)` -> float; `mean_average_precision(all_found,
    all_relevant)` -> float.
    """
    average_precision([9, 1], [1]).equals(
        0.5,
        "The only relevant row is at rank 2: precision there is 1/2. Ranks start at 1.",
        mistakes={
            0.25: (
                "Precision counts only at the ranks of relevant rows, here at rank 2; and the sum"
                " is divided by the number of relevant ids, not by the number of rows returned."
            )
        },
    )
    average_precision([1, 2, 3], [1, 2, 3]).equals(
        1.0,
        "Precision is 1/1 at rank 1, 2/2 at rank 2 and 3/3 at rank 3; the mean of the three is 1.",
        mistakes={
            (1 + 1 / 2 + 1 / 3) / 3: RECIPROCAL,
            1 + 1 / 2 + 1 / 3: (f"{RECIPROCAL} And divide the sum by the number of relevant ids."),
            3: "That is the sum of the precisions. Divide it by the number of relevant ids.",
        },
    )
    average_precision([1, 9, 2], [1, 2]).equals(
        (1 / 1 + 2 / 3) / 2,
        "Precision 1/1 at rank 1 and 2/3 at rank 3, and the mean of the two.",
        mistakes={
            1: (
                "That is the precision at the first relevant row alone. Row 2 counts as well, with"
                " 2/3 at its rank."
            ),
            **rounded((1 / 1 + 2 / 3) / 2),
        },
    )
    average_precision([9, 1, 2], [1, 2]).equals(
        (1 / 2 + 2 / 3) / 2,
        "Precision 1/2 at rank 2 and 2/3 at rank 3, and the mean of the two.",
        mistakes={
            2 / 3: (
                "At rank 2 precision is 1/2. It counts unchanged, even if a later rank has a higher"
                " precision."
            )
        },
    )
    average_precision([*range(90, 101), 1], [1]).equals(
        1 / 12,
        "The relevant row is at rank 12. All of `found` counts: average precision is not cut after"
        " a number of rows.",
    )
    average_precision([1, 9, 8, 7], [1, 2]).equals(
        0.5,
        "Row 2 is missing and counts as 0: divide by the number of relevant ids, not by how many"
        " were found.",
    )
    average_precision([1, 1, 2], [1, 2]).equals(
        (1 / 1 + 2 / 3) / 2,
        "Row 1 is returned twice: rank 2 adds nothing, but it is taken, so row 2 is at rank 3.",
    )
    average_precision([1], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).equals(
        0.1, "There were ten rows to find and one was returned: divide by ten."
    )
    average_precision([7, 8], [1]).equals(0.0, "No relevant row was returned.")
    average_precision([], [1]).equals(0.0, "Nothing was returned.")
    average_precision([1], []).equals(0.0, "Nothing is relevant; the task says: return 0.0.")
    runs = [judged(data)[:2] for _ in range(6)]
    expected = [reference_average_precision(found, relevant) for found, relevant in runs]
    for (found, relevant), value in zip(runs, expected, strict=True):
        average_precision.on_data(found, relevant).equals(
            value, "Dozens of rows as NumPy arrays, with relevant rows at various ranks."
        )
    mean_average_precision([[1], [9, 1], [9]], [[1], [1], [1]]).equals(
        0.5,
        "The mean of 1, 1/2 and 0: a query without any hit counts as much as the others.",
        mistakes={
            0: (
                "That is the geometric mean, which is 0 as soon as one query has no hit. MAP adds"
                " up the values of the queries and divides by their number."
            ),
            1.5: "That is the sum over the queries. Divide it by the number of queries.",
            1: (
                "Each query has its own average precision, here 1, 1/2 and 0. Do not merge the"
                " lists of all queries."
            ),
        },
    )
    mean_average_precision([[1, 2], [9, 9, 9, 3]], [[1, 2], [3]]).equals(
        0.625,
        "The mean over queries, (1 + 1/4) / 2: a query with a long list has no more weight than one"
        " with a short list.",
    )
    mean_average_precision([[1], [1], [9], [9], [8, 9, 1]], [[1]] * 5).equals(
        (1 + 1 + 1 / 3) / 5,
        "The mean of 1, 1, 0, 0 and 1/3: add up and divide by five.",
        mistakes={
            1 / 3: "That is the median. MAP is the mean, to which every query contributes.",
            **rounded(7 / 15),
        },
    )
    mean_average_precision([[1, 9, 2]], [[1, 2]]).equals(
        5 / 6,
        "One query: MAP is its average precision, (1/1 + 2/3) / 2.",
        mistakes={
            1: (
                "That is the reciprocal rank of the first relevant row. Take `average_precision` of"
                " each query."
            )
        },
    )
    mean_average_precision([[1], [2]], [[1], []]).equals(
        0.5, "A query with nothing relevant is still a query: it counts as 0.0."
    )
    mean_average_precision([[1], []], [[1], [2]]).equals(
        0.5, "A query for which nothing was returned is still a query: it counts as 0.0."
    )
    mean_average_precision.on_data(
        [found for found, _ in runs], [relevant for _, relevant in runs]
    ).equals(float(np.mean(expected)), "Six queries as NumPy arrays.")
    mean_average_precision([], []).equals(0.0, "There is no query; the task says: return 0.0.")


RECIPROCAL = (
    "That adds 1 / rank. At the rank of a relevant row take the precision: the number of relevant"
    " rows up to there, divided by the rank."
)


def reference_average_precision(found: np.ndarray, relevant: np.ndarray) -> float:
    """The right answer, by cumulative sums, for found ids that are all different."""
    hit = np.isin(found, relevant)
    return float((np.cumsum(hit) / np.arange(1, len(found) + 1))[hit].sum() / len(relevant))


@check("ndcg_at_k")
def check_ndcg_at_k(ndcg_at_k: Answer, data: Data) -> None:
    """`ndcg_at_k(found, gains, k)` with `gains` as {id: gain} -> float."""
    missing = {"KeyError": "An id that is not in `gains` has gain 0: `gains.get(number, 0.0)`."}
    ndcg_at_k.explained([9, 8, 1], {1: 4}, 3, raised=missing).equals(
        0.5,
        "Rank 3 counts 1 / log2(3 + 1) = 1/2, where rank 1 would count 1.",
        mistakes={
            2.0: (
                "That is the DCG of the found order. Divide it by the DCG of the best order, with"
                " row 1 at rank 1."
            ),
            1.0: (
                "Row 1 is at rank 3 but counts as if it were at rank 1. Rows without a gain take"
                " their ranks as well, and each gain is divided by log2(rank + 1) for the rank of"
                " its row."
            ),
            1 / np.log2(3): (
                "That is 1 / log2(rank), except at rank 1. Here every rank counts 1 / log2(rank +"
                " 1)."
            ),
            1 / 3: "That is gain / rank. The discount of DCG is smaller: 1 / log2(rank + 1).",
            np.log(3)
            / np.log(
                5
            ): "That is log2(rank + 2): the first rank is 1, and its discount log2(1 + 1) = 1.",
        },
    )
    ndcg_at_k([9, 1], {1: 1}, 2).equals(
        1 / np.log2(3), "Rank 2 counts 1 / log2(2 + 1) = 0.63.", mistakes=rounded(1 / np.log2(3))
    )
    ndcg_at_k([1, 2, 3], {1: 3, 2: 2, 3: 1}, 3).equals(
        1.0,
        "The found order is the best possible one, so both DCGs are the same. The best order has"
        " the largest gain first, and its gains are divided by log2(rank + 1) as well.",
    )
    ndcg_at_k([2, 1], {1: 3, 2: 1}, 2).equals(
        (1 + 3 / np.log2(3)) / (3 + 1 / np.log2(3)),
        "Gains count as they are: 3 is three times 1. (Some use 2**grade - 1 as the gain; here it"
        " is the grade.)",
    )
    ndcg_at_k([1, 9], {1: 1, 2: 5}, 2).equals(
        1 / (5 + 1 / np.log2(3)),
        "Row 2 was not found, but the ideal order has it first: sort all gains, found or not.",
    )
    ndcg_at_k([1, 2, 3], {1: 1, 2: 1, 3: 9}, 2).equals(
        (1 + 1 / np.log2(3)) / (9 + 1 / np.log2(3)),
        "k = 2: the found and the ideal order are both cut after two rows.",
    )
    ndcg_at_k([1], {1: 1, 2: 1}, 5).equals(
        1 / (1 + 1 / np.log2(3)),
        "There are fewer rows than k: the ideal order is as long as k and the judged rows allow,"
        " here two.",
    )
    ndcg_at_k([1, 1], {1: 1, 2: 1}, 2).equals(
        1 / (1 + 1 / np.log2(3)), "An id that is returned twice gains once, at its first rank."
    )
    ndcg_at_k([1, 1, 2], {1: 1, 2: 1}, 3).equals(
        1.5 / (1 + 1 / np.log2(3)),
        "A repeated row adds nothing but takes its rank, so row 2 is at rank 3.",
    )
    ndcg_at_k([], {1: 1}, 3).equals(0.0, "Nothing was returned.")
    ndcg_at_k([1], {1: 0}, 1).equals(
        0.0, "No row has a gain, so the ideal DCG is 0; the task says: return 0.0."
    )
    ndcg_at_k([1], {}, 1).equals(0.0, "Nothing was judged; the task says: return 0.0.")
    ids = data.rng.permutation(900)[:40]
    gains = {
        int(i): float(gain) for i, gain in zip(ids[:25], data.rng.integers(0, 4, 25), strict=True)
    }
    gains[int(ids[0])] = 3.0  # at least one
    found = data.rng.permutation(ids)
    for k in (3, 10, 40):
        ndcg_at_k.on_data(found, gains, k).equals(
            reference_ndcg(found, gains, k), "Forty rows, twenty-five of them judged from 0 to 3."
        )


def reference_ndcg(found: np.ndarray, gains: dict[int, float], k: int) -> float:
    """The right answer, as a dot product with the discounts."""
    discounts = 1 / np.log2(np.arange(2, k + 2))
    got = np.array([gains.get(int(i), 0.0) for i in found[:k]])
    best = np.array(sorted(gains.values(), reverse=True)[:k])
    return float(got @ discounts[: len(got)] / (best @ discounts[: len(best)]))


@check("ab_test")
def check_ab_test(ab_test: Answer, data: Data) -> None:
    """`ab_test(a, b, n_permutations, seed)` -> two-sided p-value of a paired permutation test."""
    same = [0.2, 0.8, 0.5, 0.5]
    ab_test(same, same, 200, 1).equals(
        1.0,
        "No query differs: there is no evidence against chance, so p is 1.",
        mistakes={
            201 / 200: (
                "All 200 permutations and the real order count, 201 of 201. Add the 1 that you add"
                " to the count to `n_permutations` as well."
            ),
            200 / 201: (
                "All 200 permutations and the real order count, 201 of 201. Add the 1 that you add"
                " to `n_permutations` to the count as well."
            ),
            0: (
                "Every permutation is as far from 0 as the real order, so the count is 200 and p is"
                " 1. Yours is 0: do you return the difference, or 1 - p?"
            ),
        },
    )
    ab_test([0.0] * 20, [1.0] * 20, 100, 1).equals(
        1 / 101,
        "B is better for all 20 queries, so no permutation has a mean difference as far from 0 as"
        " the real order, which counts as one of them: (0 + 1) / (100 + 1). Compare means, over all"
        " queries.",
        mistakes={
            0.0: (
                "100 permutations cannot show p = 0: the real order counts as one of them, (count +"
                " 1) / (n_permutations + 1)."
            ),
            1.0: (
                "Every permutation is as extreme as the real order. Toss a coin for each query: one"
                " coin for all of them changes only the sign, shuffling a list does not change its"
                " mean, and absolute differences have no signs to flip."
            ),
            2 / 101: (
                "That is twice the p-value: comparing absolute means already counts both"
                " directions."
            ),
            1 / 1001: (
                "That is (0 + 1) / 1,001. `n_permutations` says how many permutations are made,"
                " here 100."
            ),
        },
    )
    ab_test([1.0] * 20, [0.0] * 20, 100, 1).equals(
        1 / 101,
        "B is worse for every query. Two-sided: a difference counts in both directions, so compare"
        " absolute means.",
    )
    varied = data.rng.uniform(0, 1, 24)
    better = varied + data.rng.uniform(0.0, 0.04, 24)
    ab_test.on_data(varied, better, 2_000, 3).expect(
        ab_test.on_data(varied, better, 2_000, 3).number(0, 1) < 0.01,
        "B is a little better for each of 24 queries, which differ a lot from each other. Compare"
        " query by query (paired): a test that mixes the queries cannot detect it.",
        "less than 0.01",
    )
    a, b = [0.1, 0.9, 0.4, 0.6, 0.3, 0.8, 0.2, 0.7], [0.3, 1.0, 0.3, 0.9, 0.5, 0.8, 0.5, 0.8]
    near_exact(
        ab_test(a, b, 4_000, 5),
        a,
        b,
        "Eight queries: all 256 ways to flip signs give the exact p-value, and 4,000 random ones"
        " are close to it. Flip each sign with its own fair coin, and toss new coins in every"
        " round.",
    )
    lucky = data.rng.normal(0.5, 0.2, 10)
    other = lucky + np.array([0.3, -0.28, 0.25, -0.27, 0.2, -0.22, 0.24, -0.2, 0.26, -0.23])
    near_exact(
        ab_test.on_data(lucky, other, 4_000, 9),
        lucky,
        other,
        "Gains and losses alternate: this difference is chance, and its p-value is large.",
    )
    for seed in (
        11,
        12,
        13,
    ):  # without a seed, two calls may agree by chance, but hardly ever for three seeds
        ab_test(a, b, 4_000, seed).equals(
            ab_test(a, b, 4_000, seed).number(0, 1),
            "Two calls with the same seed must give the same p: use np.random.default_rng(seed).",
        )
    many = data.rng.normal(0.5, 0.2, 30)
    near = many + data.rng.normal(0.02, 0.2, 30)
    with_seeds = [ab_test.on_data(many, near, 1_000, seed) for seed in range(21, 27)]
    with_seeds[-1].expect(
        len({reply.number(0, 1) for reply in with_seeds}) > 1,
        "Six calls with six seeds gave the same p. Toss the coins with np.random.default_rng(seed):"
        " another seed makes other permutations, and the p-value differs a little.",
        "a p-value that depends on the seed",
    )


def near_exact(
    reply: Reply, a: Sequence[float] | np.ndarray, b: Sequence[float] | np.ndarray, why: str
) -> None:
    """Is the reply close to the exact p-value of all sign flips, within the chance error of 4,000
    permutations?
    """
    differences = np.asarray(b) - np.asarray(a)
    value = reply.number(0, 1)
    exact = share_as_far(differences, (-1, 1))
    if abs(value - exact) <= chance_error(exact):
        return
    without_ties, half = (
        share_as_far(differences, (-1, 1), -1e-12),
        share_as_far(differences, (0, 1)),
    )
    if abs(value - half) <= chance_error(half):
        why = (
            "The coins give 0 and 1 (or 0 and -1), which leaves differences out. When two results"
            " are swapped, the sign of their difference flips: use 1 and -1."
        )
    elif abs(value - (bootstrap := share_drawn(differences))) <= chance_error(bootstrap):
        why = (
            "Queries were drawn with replacement: that is a bootstrap, which shows how the mean"
            " varies with the queries chosen. A permutation keeps every query and flips the sign of"
            " its difference, or keeps it."
        )
    elif without_ties - chance_error(without_ties) <= value < exact:
        why = (
            "Too few permutations were counted. A mean that is equal to the real one counts, and"
            " rounding loses such ties: compare with >= real - 1e-12. (Ranks or signs instead of"
            " the differences make a different test.)"
        )
    expected = (
        "close to the exact p-value"
        if reply.shapes_only
        else f"{exact:.4f} ± {chance_error(exact):.4f}"
    )
    reply.fail(why, expected)


def share_as_far(differences: np.ndarray, coin: tuple[int, int], tolerance: float = 1e-12) -> float:
    """The share of all coin tosses, one coin for each difference, that give a mean at least as far
    from 0 as the real one.
    """
    tosses = np.array(list(itertools.product(coin, repeat=len(differences))))
    means = np.abs((tosses * differences).mean(axis=1))
    return float(np.mean(means >= abs(differences.mean()) - tolerance))


def share_drawn(differences: np.ndarray) -> float:
    """The share of 100,000 bootstrap samples of the centred differences whose mean is as far from 0
    as the real one.
    """
    samples = np.random.default_rng(1).choice(
        differences - differences.mean(), size=(100_000, len(differences))
    )
    return float(np.mean(np.abs(samples.mean(axis=1)) >= abs(differences.mean()) - 1e-12))


def chance_error(share: float) -> float:
    """Four standard errors of a share that 4,000 tosses estimate, plus the contribution of the real
    order.
    """
    return 4 * math.sqrt(share * (1 - share) / 4_000) + 1 / 4_000
