"""The work that every engine gets: real vectors to store, held-out questions, and the
true answers.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from vdbcourse import datasets, embedding, measure
from vdbcourse.bench.adapters.base import Row
from vdbcourse.errors import CourseError

K = 10  # neighbours asked for


@dataclass(frozen=True)
class Work:
    """Rows to store and questions to ask, with the exact answers by cosine."""

    what: str
    rows: list[Row]
    query_vectors: np.ndarray  # (n_queries, dim) float32; none of them is a row
    truth: np.ndarray  # (n_queries, K) int64: ids of the true nearest rows, nearest first

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self.query_vectors.shape[1])


def film_work(n_rows: int | None = None, n_queries: int = 200) -> Work:
    """Films as rows (`film_lines`, the `n_rows` with most reviews or all), plots as questions.

    Raises `CourseError` for more rows or questions than there are, or fewer rows than K or
    questions than 1.
    """
    films, plots = datasets.films(), datasets.film_plots()["plot"].tolist()
    n_rows = len(films) if n_rows is None else n_rows
    if not K <= n_rows <= len(films):
        raise CourseError(
            f"{n_rows:,} rows cannot be compared; there are {len(films):,} films, and at least {K}"
            " are needed."
        )
    if not 1 <= n_queries <= len(plots):
        raise CourseError(
            f"{n_queries:,} questions cannot be asked; there are 1 to {len(plots)} plots to ask"
            " with."
        )
    films = films.head(n_rows)
    return against_plots(f"{n_rows:,} film lines", films, datasets.film_lines(films), n_queries)


def against_plots(what: str, frame: pd.DataFrame, texts: list[str], n_queries: int) -> Work:
    """Rows of `frame` (index: ids, column `year`), whose `texts` are stored, and `n_queries` plots
    of all years as questions.
    """
    plots = datasets.film_plots()["plot"].tolist()
    vectors = embedding.encode(texts)
    # Plots are sorted by year; take them from all years.
    spread = np.linspace(0, len(plots) - 1, n_queries).astype(int)
    query_vectors = embedding.encode([plots[i] for i in spread])
    ids = frame.index.to_numpy()
    rows = [
        Row(int(i), vector, int(year))
        for i, vector, year in zip(ids, vectors, frame.year, strict=True)
    ]
    truth = ids[measure.exact_knn(query_vectors, vectors, K).indices]
    return Work(f"{what}, {n_queries} plots as questions, cosine", rows, query_vectors, truth)
