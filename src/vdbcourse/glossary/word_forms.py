"""Terms in running text: their forms, and a pattern that finds them."""

import re
from collections.abc import Iterable

from vdbcourse.glossary.model import Term


def spellings(name: str) -> tuple[str, ...]:
    """The name as it may appear in a text: lower-case words may begin a sentence; HNSW, ef and M
    never change.
    """
    if name != name.lower() or len(name) < 3:
        return (name,)
    return (name, name[0].upper() + name[1:])


def by_words(terms: Iterable[Term]) -> dict[str, Term]:
    """Each recognised form, in each of its spellings, with its term."""
    return {
        spelling: term for term in terms for name in term.recognised for spelling in spellings(name)
    }


def pattern(forms: Iterable[str]) -> re.Pattern[str]:
    """Finds the forms as whole words, the longest first; a blank in a form may be a line break.

    Parts of longer names are left out: `recall` is not found in recall@5, recall-latency,
    recall_at_k or recall.py.
    """
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    choices = "|".join(r"\s+".join(map(re.escape, form.split())) for form in longest_first)
    return re.compile(rf"(?<![\w@-])(?<!\w\.)(?:{choices})(?![\w@-])(?!\.\w)")
