"""How long calls take, in percentiles: a mean hides the slow ones."""

import time
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def time_calls(
    call: Callable[[Any], object], inputs: Iterable[Any], warm_up: int = 1
) -> np.ndarray:
    """Seconds that `call(x)` takes for each x of `inputs`, shape (n,) float64.

    The first `warm_up` inputs are called once before, untimed: the first call pays for connections
    and caches. Raises `ValueError` if there are no inputs.
    """
    inputs = list(inputs)
    if not inputs:
        raise ValueError("no inputs: there is nothing to time")
    for value in inputs[:warm_up]:
        call(value)
    seconds = np.empty(len(inputs))
    for position, value in enumerate(inputs):
        start = time.perf_counter()
        call(value)
        seconds[position] = time.perf_counter() - start
    return seconds


def latency_percentiles(
    seconds: ArrayLike, percentiles: Sequence[float] = (50, 95, 99)
) -> dict[str, float]:
    """Percentiles of `seconds` in milliseconds: `{"p50_ms": ..., "p95_ms": ..., "p99_ms": ...}`.

    Nearest rank: each value is a latency that was measured, the smallest that at least p % of the
    calls did not exceed. Raises `ValueError` for no values, a negative or non-finite one, or a
    percentile outside (0, 100].
    """
    values = np.array(seconds, dtype=np.float64).ravel()
    if values.size == 0:
        raise ValueError("no latencies: percentiles are not defined")
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError("a latency is negative, NaN or infinite")
    if not all(0 < p <= 100 for p in percentiles):
        raise ValueError(f"percentiles {tuple(percentiles)} must lie above 0 and up to 100")
    values.sort()
    exact = [Decimal(str(p)) for p in percentiles]
    return {
        f"p{p.normalize():f}_ms": float(values[nearest_rank(p, values.size) - 1] * 1000)
        for p in exact
    }


def nearest_rank(percentile: Decimal, n: int) -> int:
    """The smallest rank, counted from 1, that at least `percentile` % of `n` values do not exceed.

    In whole numbers: in floating point 7 % of 100 values is a little more than 7.
    """
    numerator, denominator = percentile.as_integer_ratio()
    return -(-numerator * n // (denominator * 100))
