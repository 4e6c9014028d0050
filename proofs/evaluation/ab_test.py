"""Answers that prove the check of `ab_test` in exercise 07_evaluation."""

from itertools import product

import numpy as np

from vdbcourse.authoring.proof.answers import equivalent, right, wrong


def flipped_means(a, b, n_permutations, seed):
    """Mean differences under random signs, and the real one."""
    differences = np.asarray(b, float) - np.asarray(a, float)
    signs = np.random.default_rng(seed).choice([-1, 1], size=(n_permutations, differences.size))
    return (signs * differences).mean(axis=1), differences.mean()


@wrong("p of 0", says="cannot show p = 0")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return float(np.mean(np.abs(means) >= abs(real) - 1e-12))


@wrong("one-sided", says="in both directions")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return float((np.sum(means >= real - 1e-12) + 1) / (n_permutations + 1))


@wrong("unpaired: the queries mixed", says="paired")
def ab_test(a, b, n_permutations, seed):
    rng, together, n = np.random.default_rng(seed), np.concatenate([a, b]), len(a)
    real, count = abs(np.mean(b) - np.mean(a)), 0
    for _ in range(n_permutations):
        mixed = rng.permutation(together)
        count += abs(mixed[n:].mean() - mixed[:n].mean()) >= real - 1e-12
    return (count + 1) / (n_permutations + 1)


@wrong("strictly farther only", says="p is 1")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return float((np.sum(np.abs(means) > abs(real) + 1e-12) + 1) / (n_permutations + 1))


@wrong("seed ignored", says="same seed")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, None)
    return float((np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / (n_permutations + 1))


@wrong("signs counted instead of sizes", says="exact p-value")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(
        np.zeros(len(a)), np.sign(np.asarray(b) - np.asarray(a)), n_permutations, seed
    )
    return float((np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / (n_permutations + 1))


@wrong("one coin for all queries", says="one coin for all of them changes only the sign")
def ab_test(a, b, n_permutations, seed):
    differences = np.asarray(b, float) - np.asarray(a, float)
    signs = np.random.default_rng(seed).choice([-1, 1], size=(n_permutations, 1))
    means = (signs * differences).mean(axis=1)
    return float(
        (np.sum(np.abs(means) >= abs(differences.mean()) - 1e-12) + 1) / (n_permutations + 1)
    )


@wrong("no tolerance: rounding loses ties", says="rounding loses such ties")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return float((np.sum(np.abs(means) >= abs(real)) + 1) / (n_permutations + 1))


@wrong("coins of 0 and 1", says="leaves differences out")
def ab_test(a, b, n_permutations, seed):
    differences = np.asarray(b, float) - np.asarray(a, float)
    signs = np.random.default_rng(seed).integers(0, 2, size=(n_permutations, differences.size))
    count = np.sum(np.abs((signs * differences).mean(axis=1)) >= abs(differences.mean()) - 1e-12)
    return float((count + 1) / (n_permutations + 1))


@wrong("one seed for all calls", says="Six calls with six seeds gave the same p")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, 42)
    return float((np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / (n_permutations + 1))


@wrong("1 added above only", says="to `n_permutations` as well")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return float((np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / n_permutations)


@wrong("1 added below only", says="to the count as well")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return float(np.sum(np.abs(means) >= abs(real) - 1e-12) / (n_permutations + 1))


@wrong("1 - p", says="or 1 - p?")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return float(1 - (np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / (n_permutations + 1))


@wrong("doubled", says="That is twice the p-value")
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, n_permutations, seed)
    return min(
        1.0, 2 * float((np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / (n_permutations + 1))
    )


@wrong(
    "a thousand permutations, whatever was requested",
    says="how many permutations are made",
)
def ab_test(a, b, n_permutations, seed):
    means, real = flipped_means(a, b, 1_000, seed)
    return float((np.sum(np.abs(means) >= abs(real) - 1e-12) + 1) / 1_001)


@wrong("medians compared", says="Compare means, over all queries")
def ab_test(a, b, n_permutations, seed):
    differences = np.asarray(b, float) - np.asarray(a, float)
    signs = np.random.default_rng(seed).choice([-1, 1], size=(n_permutations, differences.size))
    count = np.sum(
        np.abs(np.median(signs * differences, axis=1)) >= abs(np.median(differences)) - 1e-12
    )
    return float((count + 1) / (n_permutations + 1))


@wrong("a bootstrap: queries drawn with replacement", says="is a bootstrap")
def ab_test(a, b, n_permutations, seed):
    differences = np.asarray(b, float) - np.asarray(a, float)
    centred = differences - differences.mean()
    drawn = np.random.default_rng(seed).choice(centred, size=(n_permutations, differences.size))
    count = np.sum(np.abs(drawn.mean(axis=1)) >= abs(differences.mean()) - 1e-12)
    return float((count + 1) / (n_permutations + 1))


@right("a loop with coins")
def ab_test(a, b, n_permutations, seed):
    rng = np.random.default_rng(seed)
    differences = [y - x for x, y in zip(a, b, strict=True)]
    real, count = abs(sum(differences)), 0
    for _ in range(n_permutations):
        total = sum(d if rng.random() < 0.5 else -d for d in differences)
        count += abs(total) >= real - 1e-12
    return (count + 1) / (n_permutations + 1)


@right("all sign flips where there are few")
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
    equivalent(mutated, reason="If one operand is an array of floats, so is the difference.")


equivalent(
    "signs = rng.choice([-1, 1], size=(n_permutations,... -> signs = rng.choice([1, -1],"
    " size=(n_permutations,...",
    reason="Both signs have the same chance.",
)


equivalent(
    "count = np.sum(np.abs(means) >= abs(differences.mean()) -... -> count = np.sum(np.abs(means) >"
    " abs(differences.mean()) -...",
    reason="With the tolerance, no mean lies exactly on the bound.",
)


equivalent(
    "return float((count + 1) / (n_permutations... -> return ((count + 1) / (n_permutations...",
    reason="NumPy's float is a float.",
)
