"""Films: Wikidata's data on 17,472 of them, and our own plots for several hundred well-known
ones.
"""

import contextlib
import importlib.util
import sqlite3
from pathlib import Path

import pandas as pd

from vdbcourse.errors import CourseError

QUERY = """
SELECT omdb.ID AS film_id, omdb.Title AS title, omdb.Year AS year, omdb.Year / 10 * 10 AS decade,
       nullif(omdb.Genre, '') AS genres, nullif(omdb.Director, '') AS director,
       nullif(omdb."Cast", '') AS "cast", nullif(omdb.Language, '') AS language,
       nullif(omdb.Country, '') AS country, omdb.Runtime AS runtime,
       tomatoes.Meter AS critics_score, tomatoes.Reviews AS critics_reviews
FROM omdb JOIN tomatoes USING (ID)
ORDER BY tomatoes.Reviews DESC NULLS LAST, omdb.ID
"""
PLOTS = Path(__file__).with_name("plots.jsonl")
# of a cast: more would only make the text longer, and the cast is in alphabetical order anyway
NAMES = 8


def films(n: int | None = None) -> pd.DataFrame:
    """The films, or the `n` of them with most reviews by critics; index `film_id`, columns as
    `card("films")` says.

    Raises `CourseError` if the package is not installed, `ValueError` if there are fewer than `n`
    or `n` is negative.
    """
    with contextlib.closing(
        sqlite3.connect(f"{_database().as_uri()}?mode=ro", uri=True)
    ) as connection:
        frame = pd.read_sql(QUERY, connection, index_col="film_id")
    if n is not None and not 0 <= n <= len(frame):
        raise ValueError(f"there are {len(frame):,} films; {n:,} cannot be taken")
    frame.insert(3, "genre", frame.genres.str.partition(", ")[0])
    return frame.head(n) if n is not None else frame


def film_plots() -> pd.DataFrame:
    """The films that have a plot, oldest first, with the column `plot`; otherwise as `films`."""
    plots = pd.read_json(PLOTS, lines=True).set_index("film_id")
    return films().loc[plots.index].assign(plot=plots["plot"])


def film_lines(frame: pd.DataFrame) -> list[str]:
    """One line of text for each row of `frame` (of `films` or `film_plots`), to embed where a film
    has no plot.

    "Rebecca (1940). Thriller, Mystery, Romance, Drama. Directed by Alfred Hitchcock. United
    States." What is missing is left out.
    """
    parts = [
        frame.title + " (" + frame.year.astype(str) + ").",
        " " + frame.genres + ".",
        " Directed by " + frame.director + ".",
        " " + frame.country + ".",
    ]
    lines = parts[0]
    for part in parts[1:]:
        lines = lines + part.fillna("")
    return list(lines)


def film_texts(n: int | None = None) -> pd.DataFrame:
    """Two short texts about each film, or the first `n` of them: enough real text to put an index
    to work.

    First `film_lines` of all films, then, where a cast is known, "Skyfall (2012). With Albert
    Finney, Ben Whishaw, ...", with the first eight names; within each kind the films with most
    reviews come first. Index `text_id` 0, 1, ...; columns `film_id`, `kind` ("facts" or "cast"),
    `text`, `title`, `year`, `decade`, `genre` ("" if unknown).

    Raises `ValueError` if there are fewer than `n`, or `n` is negative.
    """
    frame = films()
    with_cast = frame[frame["cast"].notna()]
    names = with_cast["cast"].str.split(", ").str[:NAMES].str.join(", ")
    lines = with_cast.title + " (" + with_cast.year.astype(str) + "). With " + names + "."
    texts = pd.concat(
        [
            frame.assign(kind="facts", text=film_lines(frame)),
            with_cast.assign(kind="cast", text=lines),
        ]
    )
    if n is not None and not 0 <= n <= len(texts):
        raise ValueError(f"there are {len(texts):,} texts; {n:,} cannot be taken")
    columns = ["film_id", "kind", "text", "title", "year", "decade", "genre"]
    texts = texts.reset_index()[columns].fillna({"genre": ""}).rename_axis("text_id")
    return texts.head(n) if n is not None else texts


def _database() -> Path:
    """The SQLite file in the package. (Found without importing the package, which takes half a
    second.)
    """
    spec = importlib.util.find_spec("bokeh_sampledata")
    path = Path(spec.origin).parent / "_data" / "movies.db" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise CourseError(
            "The films (package bokeh-sampledata) are not installed. Run: ./course install --again"
            " bokeh-sampledata"
        )
    return path
