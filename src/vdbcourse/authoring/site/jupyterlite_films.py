"""The data of the lesson that runs in the page, `docs/lite/films.json`: `python -m
vdbcourse.authoring.site.jupyterlite_films` writes it again.

A page cannot hold the embedding model, so the vectors are made here. They are made shorter as well,
to keep the file small: the 384 numbers of all-MiniLM-L6-v2 are turned (by the singular value
decomposition of all 641 plots) so that the first numbers tell most, the first 128 are kept, and
each is rounded to a thousandth. `nearest` is what all 384 numbers say, so that the lesson can
measure what that costs.
"""

import json
from typing import Any

import numpy as np

from vdbcourse import datasets, embedding, files, settings

FILMS, NUMBERS, NEAREST = 100, 128, 5
SCALE = 1000  # a whole number in the file is a thousandth
QUESTIONS = (
    3,
    4,
    28,
    27,
    13,
    22,
    8,
    2,
)  # of `datasets.film_questions`: chosen to show something, so no sample


def made() -> dict[str, list[dict[str, Any]]]:
    """`films` (id, title, year, plot, vector) and `questions` (question, vector, answers, nearest),
    as the lesson reads them.

    The films are the answers to the questions, and of the others those with most reviews, oldest
    first.
    """
    plots, asked = datasets.film_plots(), datasets.film_questions().loc[list(QUESTIONS)]
    answers = {film for listed in asked["film_ids"] for film in listed}
    others = plots[~plots.index.isin(answers)].sort_values(
        "critics_reviews", ascending=False, kind="stable"
    )
    kept = plots.index.isin([*answers, *others.index[: FILMS - len(answers)]])
    all_vectors = embedding.encode(plots["plot"].tolist()).astype(np.float64)
    axes = turned(all_vectors)
    vectors, questions = (
        all_vectors[kept],
        embedding.encode(asked["question"].tolist()).astype(np.float64),
    )
    films, ids = plots[kept], plots.index[kept].to_numpy()
    nearest = ids[np.argsort(-(questions @ vectors.T), axis=1, kind="stable")[:, :NEAREST]]
    columns = (films.index, films["title"], films["year"], films["plot"], shortened(vectors, axes))
    asked_columns = (
        asked["question"],
        shortened(questions, axes),
        asked["film_ids"],
        nearest.tolist(),
    )
    return {
        "films": [
            {"id": int(i), "title": title, "year": int(year), "plot": plot, "vector": vector}
            for i, title, year, plot, vector in zip(*columns, strict=True)
        ],
        "questions": [
            {"question": text, "vector": vector, "answers": listed, "nearest": found}
            for text, vector, listed, found in zip(*asked_columns, strict=True)
        ],
    }


def turned(vectors: np.ndarray) -> np.ndarray:
    """The directions, (NUMBERS, 384), along which `vectors` (n, 384) are longest, longest first.

    The largest number of each direction is positive, so that its sign does not depend on the
    machine.
    """
    axes = np.linalg.svd(vectors, full_matrices=False)[2][:NUMBERS]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1, keepdims=True), axis=1)
    directions: np.ndarray = axes * np.sign(largest)
    return directions


def shortened(vectors: np.ndarray, axes: np.ndarray) -> list[list[int]]:
    """`vectors` (n, 384) along `axes` (NUMBERS, 384), in thousandths."""
    numbers: list[list[int]] = np.rint(SCALE * vectors @ axes.T).astype(int).tolist()
    return numbers


def text(data: dict[str, list[dict[str, Any]]]) -> str:
    """JSON with a film or question a line."""
    parts = []
    for name, rows in data.items():
        lines = ",\n".join(
            json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows
        )
        parts.append(f'"{name}":[\n{lines}\n]')
    return "{" + ",\n".join(parts) + "}\n"


if __name__ == "__main__":
    files.write_atomically(settings.root() / "docs" / "lite" / "films.json", text(made()).encode())
