"""Answers that prove the check of `search_exact` in exercise 01_basic_search."""

import numpy as np
import pandas as pd

from vdbcourse.authoring.proof.answers import right, wrong


def similarities(vectors, question):
    """Cosine of every vector with a question."""
    vectors = np.asarray(vectors, dtype=float)
    return (
        vectors @ np.asarray(question) / np.linalg.norm(vectors, axis=1) / np.linalg.norm(question)
    )


@wrong("the inner product for the cosine", says="Divide it by the length of each")
def search_exact(ids, vectors, question, k):
    inner = np.asarray(vectors) @ np.asarray(question)
    return [ids[i] for i in np.lexsort([ids, -inner])[:k]]


@wrong("L2 for the cosine", says="the distance between the end points")
def search_exact(ids, vectors, question, k):
    distances = np.linalg.norm(np.asarray(vectors) - np.asarray(question), axis=1)
    return [ids[i] for i in np.lexsort([ids, distances])[:k]]


@wrong("L1 for the cosine", says="the order by L1")
def search_exact(ids, vectors, question, k):
    distances = np.abs(np.asarray(vectors, float) - np.asarray(question, float)).sum(axis=1)
    return [ids[i] for i in np.lexsort([ids, distances])[:k]]


@wrong("a correlation for the cosine", says="the order by a correlation")
def search_exact(ids, vectors, question, k):
    correlations = [round(np.corrcoef(vector, question)[0, 1], 9) for vector in vectors]
    return [ids[i] for i in np.lexsort([ids, -np.array(correlations)])[:k]]


@wrong("cosines without their sign", says="The sign of the cosine is lost")
def search_exact(ids, vectors, question, k):
    return [ids[i] for i in np.lexsort([ids, -abs(similarities(vectors, question))])[:k]]


@wrong("the first film dropped", says="do not leave anything out")
def search_exact(ids, vectors, question, k):
    return [ids[i] for i in np.lexsort([ids, -similarities(vectors, question)])[1 : k + 1]]


@wrong("sorted from small to large", says="The farthest film is first")
def search_exact(ids, vectors, question, k):
    return [ids[i] for i in np.lexsort([ids, similarities(vectors, question)])[:k]]


@wrong("the last k, not reversed", says="in ascending order; reverse them")
def search_exact(ids, vectors, question, k):
    return [ids[i] for i in np.argsort(similarities(vectors, question))[-k:]]


@wrong("positions for ids", says="These are positions")
def search_exact(ids, vectors, question, k):
    return np.lexsort([ids, -similarities(vectors, question)])[:k].tolist()


@wrong("ties by position", says="the smaller id comes first")
def search_exact(ids, vectors, question, k):
    return [ids[i] for i in np.argsort(-similarities(vectors, question), kind="stable")[:k]]


@wrong("cut before ties are settled", says="Sort first, then cut")
def search_exact(ids, vectors, question, k):
    cosines = similarities(vectors, question)
    first = np.argsort(-cosines, kind="stable")[:k]
    return [ids[i] for i in sorted(first, key=lambda i: (-cosines[i], ids[i]))]


@wrong(
    "argpartition, which does not sort",
    says="`argpartition` cuts and does not sort",
)
def search_exact(ids, vectors, question, k):
    k = min(k, len(ids))
    nearest = np.argpartition(-similarities(vectors, question), k - 1)[:k]
    return np.asarray(ids)[nearest]


@wrong(
    "argpartition with k larger than the number of films",
    says="Your code raised this error",
)
def search_exact(ids, vectors, question, k):
    cosines = similarities(vectors, question)
    ids = np.asarray(ids)
    nearest = np.argpartition(-cosines, k)[:k]
    return ids[nearest[np.lexsort([ids[nearest], -cosines[nearest]])]]


@wrong("the vectors scaled in place", says="changed its argument")
def search_exact(ids, vectors, question, k):
    vectors = np.asarray(vectors)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [ids[i] for i in np.lexsort([ids, -(vectors @ np.asarray(question))])[:k]]


@right("a loop, sorted by a key")
def search_exact(ids, vectors, question, k):
    def cosine(vector):
        return np.dot(vector, question) / (np.linalg.norm(vector) * np.linalg.norm(question))

    pairs = [(-cosine(vector), number) for number, vector in zip(ids, vectors, strict=True)]
    return [int(number) for _, number in sorted(pairs)[:k]]


@right("pandas, sorted by two columns")
def search_exact(ids, vectors, question, k):
    frame = pd.DataFrame({"id": ids, "score": similarities(vectors, question)})
    return frame.sort_values(["score", "id"], ascending=[False, True])["id"].head(k).to_numpy()


@right("scaled to length 1 in a copy")
def search_exact(ids, vectors, question, k):
    vectors, ids = np.asarray(vectors, dtype=float), np.asarray(ids, dtype=int)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    order = np.argsort(ids)
    return ids[order[np.argsort(-(units[order] @ np.asarray(question)), kind="stable")[:k]]]
