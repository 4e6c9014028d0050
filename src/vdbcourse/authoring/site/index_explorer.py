"""The films of the index explorer: real plots, made so small that a page can build an index over
them.

    index_explorer.data()      the JSON of films.json, which docs/assets/explorer/explorer.js reads

Graphs, cells and searches are made by the page itself; here are only vectors, true neighbours and
places in the drawing.
"""

import json

import numpy as np

from vdbcourse import datasets, embedding, measure

FILMS = 420
QUERY_EVERY = 21  # each 21st film is held out as a question: 20 of 420
DIMENSIONS = 24  # as many as the size of the page allows
SCALE = 1000  # the page gets whole numbers of this part of 1, so that its distances are exact
K = 10
PERPLEXITY = 30  # how many neighbours a film should have near it in the drawing, roughly
ROUNDS = 600
EARLY = 150  # rounds in which films that are near pull each other harder


def data() -> str:
    """JSON with 400 films and 20 held-out questions: titles, vectors, places in a drawing, true
    neighbours, and what was lost.

    `vectors` are the first 24 axes of a PCA of the plots' embeddings, in thousandths; `points` are
    places in the drawing, from 0 to 1000; `truth` holds the numbers of the ten nearest films of
    each question by an exact search (squared L2) over `vectors`. `kept` says which share of a
    film's ten nearest survives: in `vectors` of those in all dimensions, in `points` of those in
    `vectors`.
    """
    stories = (
        datasets.film_plots()
        .sort_values("critics_reviews", ascending=False, kind="stable")
        .head(FILMS)
    )
    embedded = embedding.encode(stories["plot"].tolist(), progress=False).astype(float)
    asked = np.arange(FILMS) % QUERY_EVERY == QUERY_EVERY // 2
    vectors = (reduce(embedded, embedded[~asked]) * SCALE).round().astype(int)
    points = drawing(vectors / SCALE)
    titles = (stories["title"] + " (" + stories["year"].astype(str) + ")").to_numpy()
    truth = measure.exact_knn(vectors[asked], vectors[~asked], K, "l2").indices
    films, questions = (
        {
            "titles": titles[part].tolist(),
            "vectors": vectors[part].tolist(),
            "points": points[part].tolist(),
        }
        for part in (~asked, asked)
    )
    value = {
        "about": (
            "Film plots written for this course, embedded and reduced by PCA; titles and years from"
            " Wikidata (CC0)"
        ),
        "model": embedding.current_model().name,
        "model_dimensions": embedded.shape[1],
        "dimensions": DIMENSIONS,
        "units": "vectors: thousandths; points: 0 to 1000; distances: squared L2",
        "scale": SCALE,
        "k": K,
        "kept": {
            "vectors": round(survives(embedded[~asked], vectors[~asked]), 3),
            "points": round(survives(vectors[~asked], points[~asked]), 3),
        },
        "films": films,
        "questions": questions | {"truth": truth.tolist()},
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def reduce(vectors: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """`vectors` (n, dim) on the first axes of a PCA of `sample`: (n, DIMENSIONS)."""
    middle = sample.mean(axis=0)
    axes = np.linalg.svd(sample - middle, full_matrices=False)[2][:DIMENSIONS]
    largest = np.abs(axes).argmax(axis=1)
    # an axis may point either way: choose one
    axes *= np.sign(axes[np.arange(DIMENSIONS), largest])[:, None]
    places: np.ndarray = (vectors - middle) @ axes.T
    return places


def survives(before: np.ndarray, after: np.ndarray) -> float:
    """The share of each row's ten nearest in `before` that are among its ten nearest in `after`, on
    average.
    """
    found, true = (
        measure.exact_knn(rows, rows, K + 1, "l2").indices.tolist() for rows in (after, before)
    )
    return measure.recall_at_k(_others(found), _others(true), K)


def _others(neighbours: list[list[int]]) -> list[list[int]]:
    """The K nearest of each row without the row itself."""
    return [[row for row in near if row != me][:K] for me, near in enumerate(neighbours)]


def drawing(vectors: np.ndarray) -> np.ndarray:
    """Places (n, 2), whole numbers from 0 to 1000, where films that are near in `vectors` (n, dim)
    tend to be near.

    t-SNE (van der Maaten and Hinton, 2008) from a start by PCA: no chance in it.
    """
    wanted = shares(((vectors[:, None] - vectors) ** 2).sum(axis=2))
    places = vectors[:, :2] / vectors[:, 0].std() / 100
    step = np.zeros_like(places)
    for number in range(ROUNDS):
        pull = wanted * (12 if number < EARLY else 1)
        lengths = (places**2).sum(axis=1)
        weights = 1 / (1 + np.maximum(lengths[:, None] + lengths - 2 * places @ places.T, 0))
        np.fill_diagonal(weights, 0)
        force = (pull - weights / weights.sum()) * weights
        slope = 4 * (force.sum(axis=1)[:, None] * places - force @ places)
        step = (0.5 if number < EARLY else 0.8) * step - 100 * slope
        places = places + step
    low, high = places.min(axis=0), places.max(axis=0)
    whole: np.ndarray = ((places - low) / (high - low) * 1000).round().astype(int)
    return whole


def shares(distances: np.ndarray) -> np.ndarray:
    """t-SNE's shares (n, n) of squared `distances`: each row falls off so fast that about
    PERPLEXITY films count.
    """
    rows = [falling(np.delete(row, me)) for me, row in enumerate(distances)]
    table = np.array([np.insert(row, me, 0) for me, row in enumerate(rows)])
    symmetric: np.ndarray = (table + table.T) / (2 * len(table))
    return symmetric


def falling(distances: np.ndarray) -> np.ndarray:
    """Shares of one film's neighbours: exp(-rate * distance), the rate found by halving."""
    low, high, rate = 0.0, np.inf, float(1 / np.median(distances))
    share = distances
    for _ in range(50):
        share = np.exp(-(distances - distances.min()) * rate)
        share /= share.sum()
        if -(share * np.log(share + 1e-300)).sum() > np.log(PERPLEXITY):
            low, rate = rate, rate * 2 if high == np.inf else (rate + high) / 2
        else:
            high, rate = rate, (low + rate) / 2
    return share
