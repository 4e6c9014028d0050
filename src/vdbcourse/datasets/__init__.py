"""The course's data as pandas frames. Each says where it comes from: `datasets.card("films")`.

Data from other people is read from the installed package that ships it; none of it is in this
repository. Data made up for this course says so on its card.
"""

from vdbcourse.datasets.card_payments import transactions
from vdbcourse.datasets.data_cards import Card, card, cards
from vdbcourse.datasets.movielens import ratings
from vdbcourse.datasets.music import listening_events, song_questions, songs
from vdbcourse.datasets.synthetic_texts import (
    clinical_notes,
    film_questions,
    products,
    support_answers,
    support_tickets,
)
from vdbcourse.datasets.wikidata_films import film_lines, film_plots, film_texts, films

__all__ = [
    "Card",
    "card",
    "cards",
    "clinical_notes",
    "film_lines",
    "film_plots",
    "film_questions",
    "film_texts",
    "films",
    "listening_events",
    "products",
    "ratings",
    "song_questions",
    "songs",
    "support_answers",
    "support_tickets",
    "transactions",
]
