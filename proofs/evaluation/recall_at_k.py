"""Answers that prove the check of `recall_at_k` in exercise 07_evaluation."""

import numpy as np

from vdbcourse.authoring.proof.answers import equivalent, right, wrong


@wrong("divided by k (that is precision)", says="rows requested or shown, gives precision")
def recall_at_k(found, relevant, k):
    return len(set(list(found)[:k]) & set(relevant)) / k


@wrong("k ignored", says="1 and 3 come later")
def recall_at_k(found, relevant, k):
    return len(set(found) & set(relevant)) / len(set(relevant)) if len(relevant) else 0.0


@wrong("compared position by position", says="in another order")
def recall_at_k(found, relevant, k):
    return sum(f == r for f, r in zip(list(found)[:k], relevant, strict=False)) / len(relevant)


@wrong("repeated ids counted each time", says="was found once")
def recall_at_k(found, relevant, k):
    return (
        sum(i in set(relevant) for i in list(found)[:k]) / len(set(relevant))
        if len(relevant)
        else 0.0
    )


@wrong("nothing relevant not handled", says="Your code raised this error")
def recall_at_k(found, relevant, k):
    return len(set(list(found)[:k]) & set(relevant)) / len(set(relevant))


@wrong(
    "the list of relevant ids counted with repetitions",
    says="count ids, not entries",
)
def recall_at_k(found, relevant, k):
    return len(set(list(found)[:k]) & set(relevant)) / len(relevant) if len(relevant) else 0.0


@wrong("repeated ids removed before the cut", says="still takes a position")
def recall_at_k(found, relevant, k):
    return (
        len(set(list(dict.fromkeys(found))[:k]) & set(relevant)) / len(set(relevant))
        if len(relevant)
        else 0.0
    )


@wrong("rounded", says="the right number, rounded")
def recall_at_k(found, relevant, k):
    wanted = set(relevant)
    return round(len(set(list(found)[:k]) & wanted) / len(wanted), 2) if wanted else 0.0


@wrong("1 when nothing is relevant", says="0/0 has no value")
def recall_at_k(found, relevant, k):
    wanted = set(relevant)
    return len(set(list(found)[:k]) & wanted) / len(wanted) if wanted else 1.0


@wrong("whether anything was found", says="what share was found")
def recall_at_k(found, relevant, k):
    return float(bool(set(list(found)[:k]) & set(relevant)))


@wrong("F1", says="That is F1")
def recall_at_k(found, relevant, k):
    return 2 * len(set(list(found)[:k]) & set(relevant)) / (k + len(set(relevant)))


@right("NumPy")
def recall_at_k(found, relevant, k):
    wanted = np.unique(np.array(list(relevant), dtype=int))
    return np.isin(wanted, np.asarray(found)[:k]).mean() if wanted.size else 0


@right("a dict, a loop")
def recall_at_k(found, relevant, k):
    hits = dict.fromkeys(relevant, False)
    for row in list(found)[:k]:
        if row in hits:
            hits[row] = True
    return sum(hits.values()) / len(hits) if hits else 0.0


equivalent(
    "return len(set(list(found)[:k]) & wanted) / len(wanted) -> return len(set(found[:k]) & wanted)"
    " / len(wanted)",
    reason="Lists and arrays can be cut as they are; list() is for other sequences.",
)
