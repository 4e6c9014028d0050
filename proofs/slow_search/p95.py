"""Answers that prove the check of `p95` in exercise 09_slow_search."""

import math

import numpy as np

from vdbcourse.authoring.proof.answers import right, wrong


@wrong("the mean", says="That is the mean")
def p95(latencies):
    return sum(latencies) / len(latencies) if len(latencies) else math.nan


@wrong("the median", says="That is the median")
def p95(latencies):
    return float(np.median(latencies)) if len(latencies) else math.nan


@wrong("the maximum", says="That is the slowest call")
def p95(latencies):
    return max(latencies) if len(latencies) else math.nan


@wrong("rank used as a position", says="one too far")
def p95(latencies):
    ordered = sorted(latencies)
    return ordered[int(0.95 * len(ordered))] if ordered else math.nan


@wrong("rank rounded down", says="rounded up, to 20")
def p95(latencies):
    ordered = sorted(latencies)
    return ordered[max(0, int(0.95 * len(ordered)) - 1)] if ordered else math.nan


@wrong("rank rounded to the nearest", says="not to the nearest")
def p95(latencies):
    ordered = sorted(latencies)
    return ordered[max(1, round(0.95 * len(ordered))) - 1] if ordered else math.nan


@wrong("not sorted", says="sort them first")
def p95(latencies):
    return latencies[math.ceil(0.95 * len(latencies)) - 1] if len(latencies) else math.nan


@wrong("sorted slowest first", says="count from the fastest call")
def p95(latencies):
    ordered = sorted(latencies, reverse=True)
    return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else math.nan


@wrong("NumPy's default, between two values", says="nearest rank")
def p95(latencies):
    return float(np.percentile(latencies, 95)) if len(latencies) else math.nan


@wrong("the caller's list sorted in place", says="work on a copy")
def p95(latencies):
    latencies.sort()
    return latencies[math.ceil(0.95 * len(latencies)) - 1] if len(latencies) else math.nan


@wrong("0 for no latencies", says="return NaN")
def p95(latencies):
    ordered = sorted(latencies)
    return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else 0.0


@wrong("an empty list not handled", says="Your code raised this error")
def p95(latencies):
    return sorted(latencies)[math.ceil(0.95 * len(latencies)) - 1]


def right_p95(latencies):
    """The right percentile, for answers that change it."""
    return (
        float(np.percentile(latencies, 95, method="inverted_cdf")) if len(latencies) else math.nan
    )


@wrong("seconds converted to milliseconds", says="a thousand times the right value")
def p95(latencies):
    return 1000 * right_p95(latencies)


@wrong("milliseconds converted to seconds", says="a thousandth of the right value")
def p95(latencies):
    return right_p95(latencies) / 1000


@wrong("the 90th percentile", says="the 90th percentile")
def p95(latencies):
    return (
        float(np.percentile(latencies, 90, method="inverted_cdf")) if len(latencies) else math.nan
    )


@wrong("the mean of the slowest", says="the mean of the slowest 5 %")
def p95(latencies):
    return (
        float(np.mean(sorted(latencies)[-max(1, len(latencies) // 20) :]))
        if len(latencies)
        else math.nan
    )


@wrong("the position instead of the latency", says="the position in the sorted list")
def p95(latencies):
    return math.ceil(0.95 * len(latencies)) - 1 if len(latencies) else math.nan


@wrong("equal latencies counted once", says="do not drop any")
def p95(latencies):
    return right_p95(sorted(set(latencies)))


@wrong("rounded", says="the right number, rounded")
def p95(latencies):
    return round(right_p95(latencies), 2)


@right("NumPy's nearest rank")
def p95(latencies):
    return np.percentile(latencies, 95, method="inverted_cdf") if len(latencies) else np.nan


@right("counting")
def p95(latencies):
    for latency in sorted(latencies):
        if sum(other <= latency for other in latencies) * 100 >= 95 * len(latencies):
            return latency
    return float("nan")


@right("from the slow end, in whole numbers")
def p95(latencies):
    n = len(latencies)
    return np.sort(latencies)[n - 1 - 5 * n // 100] if n else math.nan
