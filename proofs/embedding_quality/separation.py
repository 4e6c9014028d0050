"""Answers that prove the check of `separation` in exercise 02_embedding_quality."""

import math

import numpy as np

from vdbcourse.authoring.proof.answers import right, wrong


@wrong("inner product for cosine", says="50 is the inner product")
def separation(same, different):
    def mean_product(pairs):
        return np.mean([np.dot(a, b) for a, b in pairs])

    return mean_product(same) - mean_product(different)


@wrong("distances for cosines", says="That comes from distances")
def separation(same, different):
    def mean_distance(pairs):
        return np.mean([np.linalg.norm(np.subtract(a, b)) for a, b in pairs])

    return mean_distance(same) - mean_distance(different)


@wrong("cosine distance for cosine", says="The sign is reversed")
def separation(same, different):
    return np.mean([1 - cosine(a, b) for a, b in same]) - np.mean(
        [1 - cosine(a, b) for a, b in different]
    )


@wrong("one mean over all pairs", says="Each group has its own mean")
def separation(same, different):
    return np.mean([cosine(a, b) for a, b in same] + [-cosine(a, b) for a, b in different])


@wrong("absolute cosines", says="keep the sign")
def separation(same, different):
    return np.mean([abs(cosine(a, b)) for a, b in same]) - np.mean(
        [abs(cosine(a, b)) for a, b in different]
    )


@wrong("sums for means", says="A sum would grow")
def separation(same, different):
    return sum(cosine(a, b) for a, b in same) - sum(cosine(a, b) for a, b in different)


@wrong("each with each", says="Only the two vectors of a pair")
def separation(same, different):
    def mean_of_all(pairs):
        unit = np.asarray(pairs, float) / np.linalg.norm(pairs, axis=2, keepdims=True)
        return (unit[:, 0] @ unit[:, 1].T).mean()

    return mean_of_all(same) - mean_of_all(different)


@wrong("cosine of the mean vectors", says="not the cosine of mean vectors")
def separation(same, different):
    return cosine(*np.mean(same, axis=0)) - cosine(*np.mean(different, axis=0))


@wrong(
    "both groups divided by the number of pairs in `same`",
    says="Each mean divides by its own number",
)
def separation(same, different):
    return sum(cosine(a, b) for a, b in same) / len(same) - sum(
        cosine(a, b) for a, b in different
    ) / len(same)


@wrong("the caller's array normalised", says="work on a copy")
def separation(same, different):
    if isinstance(same, np.ndarray):
        same /= np.linalg.norm(same, axis=2, keepdims=True)
        different /= np.linalg.norm(different, axis=2, keepdims=True)
    return np.mean([cosine(a, b) for a, b in same]) - np.mean([cosine(a, b) for a, b in different])


@wrong("medians for means", says="their median, 0, hides it")
def separation(same, different):
    return np.median([cosine(a, b) for a, b in same]) - np.median(
        [cosine(a, b) for a, b in different]
    )


@wrong("divided by one of the lengths", says="Here it was divided by one of them")
def separation(same, different):
    def mean_of(pairs):
        return np.mean([np.dot(a, b) / np.linalg.norm(a) for a, b in pairs])

    return mean_of(same) - mean_of(different)


@wrong("angles for cosines", says="the angle between the vectors")
def separation(same, different):
    def mean_angle(pairs):
        return np.mean([np.arccos(np.clip(cosine(a, b), -1, 1)) for a, b in pairs])

    return mean_angle(different) - mean_angle(same)


@wrong("the worst pair against the best", says="not the smallest")
def separation(same, different):
    return min(cosine(a, b) for a, b in same) - max(cosine(a, b) for a, b in different)


@wrong("negative cosines replaced by 0", says="Do not leave it out")
def separation(same, different):
    return np.mean([max(0, cosine(a, b)) for a, b in same]) - np.mean(
        [max(0, cosine(a, b)) for a, b in different]
    )


@wrong("as many pairs as both groups have", says="even if `different` has only one")
def separation(same, different):
    return np.mean(
        [cosine(*near) - cosine(*far) for near, far in zip(same, different, strict=False)]
    )


@wrong("sums of products by sums of lengths", says="gives long vectors more weight")
def separation(same, different):
    def share(pairs):
        return sum(np.dot(a, b) for a, b in pairs) / sum(
            np.linalg.norm(a) * np.linalg.norm(b) for a, b in pairs
        )

    return share(same) - share(different)


@wrong("rounded", says="the right number, rounded")
def separation(same, different):
    return round(
        float(
            np.mean([cosine(a, b) for a, b in same]) - np.mean([cosine(a, b) for a, b in different])
        ),
        3,
    )


@wrong("correlations for cosines", says="nothing is subtracted from the vectors first")
def separation(same, different):
    return np.mean([np.corrcoef(a, b)[0, 1] for a, b in same]) - np.mean(
        [np.corrcoef(a, b)[0, 1] for a, b in different]
    )


def cosine(a, b):
    """The right cosine of two vectors."""
    return np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b))


@right("loops without NumPy")
def separation(same, different):
    means = []
    for group in (same, different):
        total = 0.0
        for a, b in group:
            inner = sum(float(x) * float(y) for x, y in zip(a, b, strict=True))
            total += inner / math.hypot(*map(float, a)) / math.hypot(*map(float, b))
        means.append(total / len(group))
    return means[0] - means[1]


@right("unit vectors and einsum")
def separation(same, different):
    def mean_cosine(pairs):
        unit = np.array(pairs) / np.linalg.norm(pairs, axis=-1, keepdims=True)
        return np.einsum("nd,nd->n", unit[:, 0], unit[:, 1]).mean()

    return mean_cosine(same) - mean_cosine(different)
