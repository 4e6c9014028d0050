"""The course's data as pandas frames. Each says where it comes from: `datasets.card("films")`.

Data of other people is read from the installed package that ships it; none of it is in this repository.
"""

from vdbcourse.datasets.cards import Card, card, cards
from vdbcourse.datasets.movielens import ratings
from vdbcourse.datasets.wikidata_films import film_plots, films

__all__ = ["Card", "card", "cards", "film_plots", "films", "ratings"]
