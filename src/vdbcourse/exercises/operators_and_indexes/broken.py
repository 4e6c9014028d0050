"""The five broken queries of exercise 11: what an answer to each must use, and why the usual
attempts do not.
"""

from dataclasses import dataclass

PARAMETERS = "`%(q)s`, `%(k)s` and, in `threshold`, `%(most)s`"


@dataclass(frozen=True)
class Broken:
    """One query. index: the one that must serve it; column: what its second column is; why: why
    the index cannot serve it as it is. why_without: the same for an attempt without that word.
    """

    index: str
    column: str
    why: str
    word: str = ""
    why_without: str = ""


BROKEN = {
    "score": Broken(
        "film_cosine",
        "score",
        "The index hands over rows in ascending order of the distance, and of nothing else:"
        " ORDER BY a similarity, `1 - distance`, is sorted by reading every film. Order by the"
        " distance itself, ascending; the score may stay in the SELECT list.",
    ),
    "function": Broken(
        "film_cosine",
        "distance",
        "A function has the same value as its operator, but the planner matches operators with"
        " operator classes, not values: order by `embedding <=> %(q)s`, not a function.",
        word="cosine_distance",
        why_without="ORDER BY must hold the column as the index holds it: `embedding <=> %(q)s`,"
        " with nothing around the column. `<=>` divides by the lengths by itself.",
    ),
    "operator": Broken(
        "film_cosine",
        "distance",
        "`film_cosine` has the class `vector_cosine_ops`, which serves `<=>` alone.",
    ),
    "cast": Broken(
        "film_half",
        "distance",
        "`film_half` holds the expression `embedding::halfvec(384)`, and only a query with exactly"
        " this expression can use it. `embedding::halfvec` without the length is another one.",
        word="halfvec",
        why_without="The query orders by the column without a cast. `film_half` holds"
        " `embedding::halfvec(384)`: order by this expression.",
    ),
    "threshold": Broken(
        "film_cosine",
        "distance",
        "A condition on the distance is no range that a vector index could look up. It serves"
        " ORDER BY distance with LIMIT; the condition is applied to the rows that it finds.",
    ),
}
