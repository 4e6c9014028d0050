"""Terms and their sources."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A document: its title, its address (https), and the day it was read."""

    title: str
    url: str
    read: datetime.date


@dataclass(frozen=True)
class Term:
    """One term. `aliases` always mean it; the words in `also` do so only where a lesson introduces
    it.
    """

    id: str
    term: str
    definition: str
    why: str
    see_also: tuple[str, ...]  # ids
    lesson: str  # 3_milvus/05_hnsw_by_hand
    source: Source | None  # None: a cell of the lesson shows it
    aliases: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    ambiguous: bool = False  # `term` itself has other meanings in the course, too

    @property
    def names(self) -> tuple[str, ...]:
        """The term and its other forms."""
        return (self.term, *self.aliases)

    @property
    def recognised(self) -> tuple[str, ...]:
        """The forms that always mean this term."""
        return self.aliases if self.ambiguous else self.names
