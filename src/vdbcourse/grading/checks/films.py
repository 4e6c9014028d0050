"""Real films and their vectors, from which checks draw.

The notebook's checks draw from one half of a pool of films, graded runs from the other half.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

HALF = 2_400  # films in each half of the pool
DIM = 384


@dataclass(frozen=True)
class Films:
    """n films. ids, years, decades: (n,) int64; genres: the first one or None; vectors: (n, 384)
    float32 of length 1.
    """

    ids: np.ndarray
    titles: list[str]
    years: np.ndarray
    decades: np.ndarray
    genres: list[str | None]
    lines: list[str]
    vectors: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, positions: Iterable[int]) -> "Films":
        """The films at these positions."""
        at = np.asarray(list(positions), dtype=int)
        names = ("titles", "genres", "lines")
        return Films(
            ids=self.ids[at],
            years=self.years[at],
            decades=self.decades[at],
            vectors=self.vectors[at],
            **{name: [getattr(self, name)[i] for i in at] for name in names},
        )


class Pool:
    """Half of 4,800 films, always in the same order. Films are embedded when first taken."""

    def __init__(self, hidden: bool) -> None:
        from vdbcourse import datasets  # noqa: PLC0415

        frame = datasets.films(2 * HALF)
        order = np.random.default_rng(20261121).permutation(len(frame))
        self.frame = frame.iloc[order[HALF:] if hidden else order[:HALF]]
        self.lines = datasets.film_lines(self.frame)
        self.vectors = np.zeros((HALF, DIM), dtype=np.float32)
        self.embedded = np.zeros(HALF, dtype=bool)

    @property
    def titles(self) -> list[str]:
        """The titles of all films."""
        return [str(title) for title in self.frame.title]

    def take(self, positions: Iterable[int]) -> Films:
        """The films at these positions."""
        from vdbcourse import embedding  # noqa: PLC0415

        at = np.asarray(list(positions), dtype=int)
        missing = np.unique(at[~self.embedded[at]])
        if missing.size:
            self.vectors[missing] = embedding.encode([self.lines[i] for i in missing])
            self.embedded[missing] = True
        taken = self.frame.iloc[at]
        return Films(
            ids=taken.index.to_numpy(np.int64),
            titles=taken.title.tolist(),
            years=taken.year.to_numpy(np.int64),
            decades=taken.decade.to_numpy(np.int64),
            genres=[genre if isinstance(genre, str) else None for genre in taken.genre],
            lines=[self.lines[i] for i in at],
            vectors=self.vectors[at],
        )


@functools.cache
def pool(hidden: bool) -> Pool:
    """The half for the notebook's checks, or the one for graded runs."""
    return Pool(hidden)
