"""The films of exercise 03: a shelf of few films for fixed examples and some hundred real ones, as
a table and as a collection.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from vdbcourse.errors import CourseError
from vdbcourse.grading import FILM_COLUMNS, Answer, Data, integer, text

Row = tuple[int, str, float]  # id, title, cosine distance
FETCHED = 20  # times k rows: an answer that fetches so many and then filters them always fails
APART = 1e-5  # cosine distances of two real films differ by more than that


@dataclass(frozen=True)
class Film:
    """One film. vector: of any length, so that cosine, L2 and inner product order films
    differently.
    """

    number: int
    title: str
    year: int
    genre: str | None
    vector: tuple[float, ...] | np.ndarray

    @property
    def decade(self) -> int:
        """1960 for 1960 to 1969."""
        return self.year // 10 * 10


EAST = np.array([1.0, 0.0], dtype=np.float32)  # the question
SHELF = (
    Film(
        14, "Clueless", 1995, "Comedy", (4.0, 4.0)
    ),  # four films equally near, the largest id first
    Film(13, "Fargo", 1996, "Comedy", (1.0, 1.0)),
    Film(12, "Babe", 1995, "Comedy", (2.0, 2.0)),
    Film(11, "Groundhog Day", 1993, "Comedy", (0.5, 0.5)),
    Film(2, "Some Like It Hot", 1959, "Comedy", (2.0, 0.0)),
    Film(4, "M*A*S*H", 1970, "Comedy", (4.0, 0.0)),
    Film(10, "Ran", 1985, "Drama", (3.0, 0.0)),
    Film(15, "Tokyo Story", 1953, "Drama", (40.0, 9.0)),
    Film(16, "High and Low", 1963, "Crime Drama", (8.0, 1.0)),
    Film(3, "Playtime", 1967, "Comedy", (0.96, 0.28)),
    Film(17, "La Jetée", 1962, None, (35.0, 12.0)),
    Film(25, "The Apartment", 1960, "Comedy", (15.0, 8.0)),
    Film(7, "Persona", 1966, "Drama", (40.0, 30.0)),
    Film(18, "Mary Poppins", 1964, "Children's", (20.0, -21.0)),
    Film(9, "8½", 1963, "Drama", (0.6, 0.8)),
    Film(8, "Psycho", 1960, "Horror", (0.28, 0.96)),
    Film(5, "The Birds", 1963, "Horror", (0.0, 2.0)),
    Film(22, "Hamlet", 1969, "Drama", (-4.0, 3.0)),  # two films with the same title
    Film(21, "Hamlet", 1964, "Drama", (-7.0, 24.0)),
    Film(6, "Z", 1969, "Thriller", (-3.0, 4.0)),
    Film(19, "Taxi Driver", 1976, '"New" Hollywood', (28.0, 45.0)),
    Film(20, "Jailhouse Rock", 1957, "Rock'n'roll", (9.0, 40.0)),
    Film(23, "The Seventh Victim", 1943, "Horror\\noir", (-9.0, 40.0)),
    Film(24, "Under the Roofs of Paris", 1930, "Comédie musicale", (5.0, 12.0)),
    Film(
        26, "Blazing Saddles", 1974, "Comedy Western", (-2.0, 40.0)
    ),  # genres that LIKE or lower() confuses with another
    Film(27, "Modern Times", 1936, "comedy", (-3.0, 40.0)),
    Film(28, "Rio Bravo", 1959, "100% Western", (-5.0, 40.0)),
    Film(29, "Heaven's Gate", 1980, "100 years of Western", (-6.0, 40.0)),
    Film(30, "Just Imagine", 1930, "Sci_Fi", (-7.0, 40.0)),
    Film(31, "Solaris", 1972, "Sci-Fi", (-8.0, 40.0)),
)


def nearest(
    films: Iterable[Film], question: np.ndarray, passes: Callable[[Film], bool]
) -> list[Row]:
    """The films that pass, by cosine distance and then by id; in double precision."""
    rows = [
        (film.number, film.title, distance(film.vector, question)) for film in films if passes(film)
    ]
    return sorted(rows, key=lambda row: (round(row[2], 9), row[0]))


def far_down(
    films: list[Film], question: np.ndarray, conditions: Iterable[Callable[[Film], bool]]
) -> tuple[Callable[[Film], bool], int]:
    """The condition, and the k up to 5, for which the k-th film that passes is farthest down among
    all films, in relation to k.

    An answer that fetches a few times k films and filters them afterwards loses some. Raises
    `CourseError` if no film is far enough down.
    """
    order = [number for number, *_ in nearest(films, question, lambda film: True)]
    ranks = {number: rank for rank, number in enumerate(order, 1)}
    conditions, best = list(conditions), (0.0, 0, 0)
    for position, condition in enumerate(conditions):
        for k, (number, *_) in enumerate(nearest(films, question, condition)[:5], 1):
            best = max(best, (ranks[number] / k, position, k))
    if best[0] <= FETCHED:
        raise CourseError(
            "No film of this check's data is as far from its question as the check needs."
        )
    return conditions[best[1]], best[2]


def distance(vector: Iterable[float], question: np.ndarray) -> float:
    """The cosine distance."""
    v, q = np.asarray(vector, np.float64), np.asarray(question, np.float64)
    return float(1 - v @ q / (np.linalg.norm(v) * np.linalg.norm(q)))


def real(data: Data, n: int) -> tuple[list[Film], np.ndarray]:
    """About `n` real films with vectors of different lengths, and a question with a different
    distance to each of them.
    """
    films, question = data.films(n), data.questions(1)[0]
    near = 1 - films.vectors.astype(np.float64) @ question.astype(np.float64)
    order = np.argsort(near)
    films = films.take(data.rng.permutation(order[np.diff(near[order], prepend=-1.0) > APART]))
    vectors = films.vectors * data.rng.uniform(0.3, 3.0, (len(films), 1)).astype(np.float32)
    columns = zip(
        films.ids.tolist(), films.titles, films.years.tolist(), films.genres, vectors, strict=True
    )
    return [Film(*film) for film in columns], question * np.float32(data.rng.uniform(0.5, 2.0))


def table(data: Data, answer: Answer, films: Iterable[Film]) -> None:
    """Create the table `film`, in place of an older one. The learner's connection is replaced, too:
    it may hold plans and locks of the old table.
    """
    films = list(films)
    answer.reconnect(data.postgres.conn)
    rows = [
        (film.number, film.title, film.year, film.decade, film.genre, vector_of(film))
        for film in films
    ]
    columns = FILM_COLUMNS | {"embedding": f"vector({len(films[0].vector)})"}
    data.postgres.table("film", columns, rows)


def collection(data: Data, name: str, films: Iterable[Film]) -> None:
    """Create the collection `name`, in place of an older one: id, title, year, genre (may be null),
    vector; FLAT with COSINE.
    """
    films = list(films)
    fields = [text("title", 500), integer("year"), text("genre", 100, nullable=True)]
    rows = [
        {
            "id": film.number,
            "title": film.title,
            "year": film.year,
            "genre": film.genre,
            "vector": list(film.vector),
        }
        for film in films
    ]
    data.milvus.collection(name, len(films[0].vector), fields, rows)


def vector_of(film: Film) -> np.ndarray:
    """Its vector in the precision of the table."""
    return np.asarray(film.vector, np.float32)
