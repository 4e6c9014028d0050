"""Songs: titles, artists, years and genres are facts, moods and sentences are the course's own; and
made-up listening events, drawn from the habits below.
"""

import numpy as np
import pandas as pd

from vdbcourse.datasets.synthetic_texts import read

START, DAYS = pd.Timestamp("2026-01-01", tz="UTC"), 180
HOURS = (2, 1, 1, 1, 1, 1, 2, 5, 7, 5, 4, 4, 5, 4, 4, 5, 6, 8, 9, 9, 9, 8, 6, 4)  # weights, from 0
FAVOURITES = 4  # genres of a listener
LOYALTY = 12  # how much more often a song of a favourite genre is chosen
FAME = 1.1  # exponent: the share of the song at rank r is about r ** -FAME


def songs() -> pd.DataFrame:
    """603 songs of eleven decades; index `song_id`, columns as `card("songs")` says."""
    return read("songs.jsonl", "song_id")


def song_questions() -> pd.DataFrame:
    """64 moods and situations with the songs that suit them; index `question_id`, columns as
    `card("song_questions")` says.

    `best` (gain 2) and `fitting` (gain 1) are lists of rows of `songs`. Choose with `part`
    "tuning", and report with `part` "test".
    """
    return read("song_questions.jsonl", "question_id")


def listening_events(n: int = 20_000, listeners: int = 400, seed: int = 2026) -> pd.DataFrame:
    """`n` plays by made-up listeners, the same ones for the same `seed`; index `event_id`, in order
    of time, columns as `card("listening_events")` says.

    Which song is famous and who likes what is drawn by lot: the events say nothing of real
    popularity. Raises `ValueError` if `n` is negative or `listeners` not positive.
    """
    if listeners < 1:
        raise ValueError(f"listeners is {listeners}; there must be at least one")
    rng = np.random.default_rng(seed)
    catalogue = songs()
    genres = catalogue["genre"].unique()
    fame = (1.0 + rng.permutation(len(catalogue))) ** -FAME
    chosen = np.empty(n, dtype=int)
    who = rng.choice(listeners, size=n, p=_shares(rng, listeners))
    for listener in np.unique(who):
        likes = rng.choice(genres, size=FAVOURITES, replace=False)
        weights = fame * np.where(catalogue["genre"].isin(likes), LOYALTY, 1)
        plays = who == listener
        chosen[plays] = rng.choice(len(catalogue), size=plays.sum(), p=weights / weights.sum())
    hours = np.array(HOURS) / sum(HOURS)
    seconds = (
        rng.integers(DAYS, size=n) * 86_400
        + rng.choice(24, size=n, p=hours) * 3_600
        + rng.integers(3_600, size=n)
    )
    events = pd.DataFrame(
        {
            "listener_id": who + 1,
            "song_id": catalogue.index.to_numpy()[chosen],
            "played_at": START + pd.to_timedelta(seconds, unit="s"),
            "finished": rng.random(n) < 0.8,
        }
    ).sort_values("played_at", ignore_index=True)
    events.index = pd.RangeIndex(1, n + 1, name="event_id")
    return events


def _shares(rng: np.random.Generator, listeners: int) -> np.ndarray:
    """How much of all plays is by each listener: a few listen all day, many rarely."""
    weights = rng.lognormal(0, 1, listeners)
    shares: np.ndarray = weights / weights.sum()
    return shares
