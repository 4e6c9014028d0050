"""The glossary for learning elsewhere: a table as CSV, and flash cards for Anki."""

import csv
import html
import io
from collections.abc import Iterable
from pathlib import Path

from vdbcourse.errors import CourseError
from vdbcourse.files import write_atomically
from vdbcourse.glossary.display import as_html, source_html, source_text
from vdbcourse.glossary.model import Term

HEADER = ("term", "definition", "why it matters", "see also", "lesson", "source")

# Anki identifies decks and card types by these numbers. They never change, so that importing a deck
# again updates its cards.
DECK_ID = 1_774_206_311
MODEL_ID = 1_531_908_447
DECK = "Vector databases: glossary"
FRONT = '<div class="term">{{Term}}</div>'
BACK = (
    '{{FrontSide}}<hr id="answer"><p>{{Definition}}</p><p><em>Why it matters:</em>'
    " {{Why}}</p><p><small>{{Source}}</small></p>"
)
STYLE = (
    ".card { font-family: sans-serif; font-size: 18px; text-align: left; } .term { font-size: 26px;"
    " text-align: center; }"
)


def csv_text(terms: Iterable[Term]) -> str:
    """A header and a row for each term."""
    terms = list(terms)
    names = {term.id: term.term for term in terms}
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(HEADER)
    for term in terms:
        see_also = "; ".join(names[term_id] for term_id in term.see_also)
        rows.writerow(
            (term.term, term.definition, term.why, see_also, term.lesson, source_text(term))
        )
    return out.getvalue()


def write_deck(terms: Iterable[Term], path: Path) -> None:
    """A card for each term. Raises `CourseError` if genanki is not installed or `path` cannot be
    written.
    """
    try:
        import genanki  # noqa: PLC0415
    except ImportError as error:
        raise CourseError(
            "The package that makes flash cards is not installed. Install it: ./course install"
            " --extra docs"
        ) from error
    model = genanki.Model(
        MODEL_ID,
        DECK,
        fields=[{"name": name} for name in ("Term", "Definition", "Why", "Source")],
        templates=[{"name": "Term", "qfmt": FRONT, "afmt": BACK}],
        css=STYLE,
    )
    deck = genanki.Deck(DECK_ID, DECK)
    for term in terms:
        fields = [
            html.escape(term.term),
            as_html(term.definition),
            as_html(term.why),
            source_html(term),
        ]
        deck.add_note(
            genanki.Note(model, fields, guid=genanki.guid_for("vdbcourse.glossary", term.id))
        )
    packed = io.BytesIO()
    genanki.Package(deck).write_to_file(packed)
    write_atomically(path, packed.getvalue())
