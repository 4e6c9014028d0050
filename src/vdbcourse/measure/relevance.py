"""How good a ranking is for the person who asked: NDCG and reciprocal rank, against human
judgements.
"""

import math
from collections.abc import Collection, Hashable, Mapping, Sequence

from vdbcourse.measure.ids import ids_of, refuse_strangers


def ndcg_at_k(found: Sequence[Hashable], gains: Mapping[Hashable, float], k: int) -> float:
    """Normalised discounted cumulative gain of the first `k` of `found`, from 0.0 to 1.0, of one
    query.

    `found` are ids, best first; `gains` is id -> gain, and an id that is not in it has gain 0. DCG
    is the sum of gain / log2(rank + 1), ranks from 1 (Jaervelin and Kekaelaeinen 2002,
    https://doi.org/10.1145/582415.582418); it is divided by the DCG of the best possible order. A
    repeated id gains once, at its first place, and still takes up its second.

    Raises `ValueError` if k < 1, a gain is negative or not finite, no gain is above 0, or ids can
    never match: texts against numbers, rows against ids.
    """
    if k < 1:
        raise ValueError(f"k = {k}; NDCG needs k of at least 1")
    if any(not math.isfinite(gain) or gain < 0 for gain in gains.values()):
        raise ValueError("a gain is negative, NaN or infinite")
    if not math.isfinite(sum(gains.values())):
        raise ValueError(
            "the gains are too large to be added up; divide them all by one number, which changes"
            " no NDCG"
        )
    best = _dcg(sorted(gains.values(), reverse=True)[:k])
    if best == 0:
        raise ValueError("no gain is above 0: there is nothing to find, so NDCG is not defined")
    hits = ids_of(found, "found")[:k]
    refuse_strangers(hits, "found", gains, "gains")
    dcg = _dcg(
        [0.0 if hit in hits[:place] else gains.get(hit, 0.0) for place, hit in enumerate(hits)]
    )
    return min(1.0, dcg / best)  # two orders of nearly equal gains can differ by a rounding


def reciprocal_rank(found: Sequence[Hashable], relevant: Collection[Hashable]) -> float:
    """1 / rank of the first of `found` that is among `relevant`, of one query; 0.0 if none is. Its
    mean over queries is MRR.

    Raises `ValueError` if `relevant` is empty, or ids can never match: texts against numbers, rows
    against ids.
    """
    relevant_ids = ids_of(relevant, "relevant")
    if not relevant_ids:
        raise ValueError(
            "relevant is empty: there is nothing to find, so the reciprocal rank is not defined"
        )
    ids = ids_of(found, "found")
    refuse_strangers(ids, "found", relevant_ids, "relevant")
    targets = set(relevant_ids)
    return next((1 / rank for rank, hit in enumerate(ids, start=1) if hit in targets), 0.0)


def _dcg(gains: Sequence[float]) -> float:
    """Discounted cumulative gain of gains in order of rank."""
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
