"""Made-up card payments, drawn from the distributions below, with the frauds known."""

from collections.abc import Callable

import numpy as np
import pandas as pd

Columns = dict[str, np.ndarray]
FEATURES = ["amount", "hour", "km_from_home", "purchases_last_hour", "failed_pins"]


def transactions(n: int = 4000, seed: int = 2026) -> pd.DataFrame:
    """`n` payments, the same ones for the same `seed`; index `transaction_id`, columns as
    `card("transactions")` says.

    Shares and distributions are invented, to give a lesson something to find and something to miss;
    they estimate nothing real. Raises `ValueError` if `n` is negative.
    """
    rng = np.random.default_rng(seed)
    shares = [share for share, _, _ in PATTERNS.values()]
    pattern = rng.choice(list(PATTERNS), size=n, p=shares)
    frame = pd.DataFrame(
        0.0, index=pd.RangeIndex(1, n + 1, name="transaction_id"), columns=FEATURES
    )
    for name, (_, _, draw) in PATTERNS.items():
        selected = pattern == name
        frame.loc[selected, FEATURES] = pd.DataFrame(draw(rng, int(selected.sum())))[
            FEATURES
        ].to_numpy()
    frame = frame.round({"amount": 2, "hour": 2, "km_from_home": 1}).astype(
        {"purchases_last_hour": int, "failed_pins": int}
    )
    frauds = [name for name, (_, fraud, _) in PATTERNS.items() if fraud]
    return frame.assign(pattern=pattern, fraud=np.isin(pattern, frauds))


def everyday(rng: np.random.Generator, size: int) -> Columns:
    """Groceries and coffee by day, near home."""
    return {
        "amount": rng.lognormal(np.log(25), 0.7, size),
        "hour": rng.normal(14, 3.5, size).clip(6, 23),
        "km_from_home": rng.exponential(4, size),
        "purchases_last_hour": rng.poisson(0.3, size),
        "failed_pins": rng.binomial(1, 0.03, size),
    }


def large_purchase(rng: np.random.Generator, size: int) -> Columns:
    """A sofa, a bicycle, a flight: honest and rare."""
    return everyday(rng, size) | {"amount": rng.lognormal(np.log(900), 0.5, size)}


def trip(rng: np.random.Generator, size: int) -> Columns:
    """The same customers, away from home."""
    return everyday(rng, size) | {"km_from_home": rng.uniform(80, 600, size)}


def shopping_spree(rng: np.random.Generator, size: int) -> Columns:
    """A market day: one stall after another."""
    return everyday(rng, size) | {"purchases_last_hour": rng.integers(3, 8, size)}


def forgotten_pin(rng: np.random.Generator, size: int) -> Columns:
    """The right person with the wrong PIN."""
    return everyday(rng, size) | {"failed_pins": rng.integers(1, 3, size)}


def card_testing(rng: np.random.Generator, size: int) -> Columns:
    """Fraud: copied numbers are tried with many small payments, at any hour."""
    return everyday(rng, size) | {
        "amount": rng.uniform(0.5, 5, size),
        "hour": rng.uniform(0, 24, size),
        "purchases_last_hour": rng.integers(5, 15, size),
    }


def stolen_card(rng: np.random.Generator, size: int) -> Columns:
    """Fraud: a thief at night, guessing the number."""
    return everyday(rng, size) | {
        "amount": rng.lognormal(np.log(60), 0.6, size),
        "hour": rng.uniform(0, 5, size),
        "km_from_home": rng.uniform(2, 40, size),
        "failed_pins": rng.integers(1, 4, size),
    }


# Each pattern: its share of all payments, whether it is fraud, and how its columns are drawn.
PATTERNS: dict[str, tuple[float, bool, Callable[[np.random.Generator, int], Columns]]] = {
    "everyday": (0.920, False, everyday),
    "large purchase": (0.030, False, large_purchase),
    "trip": (0.025, False, trip),
    "shopping spree": (0.006, False, shopping_spree),
    "forgotten PIN": (0.004, False, forgotten_pin),
    "card testing": (0.006, True, card_testing),
    "stolen card": (0.006, True, stolen_card),
    "fraud like everyday": (0.003, True, everyday),
}
