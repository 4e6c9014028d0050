"""Plans of exercise 11, shortened to the keys that matter, each with what a reader should find.

Written by hand, in the form of EXPLAIN (FORMAT JSON); the check adds plans of the real server.
"""

from dataclasses import dataclass, field
from typing import Any

Found = tuple[str | None, int]


@dataclass(frozen=True)
class Example:
    """A plan, the answer, why, and the messages for known wrong answers."""

    plan: dict[str, Any]
    answer: Found
    why: str
    mistakes: dict[Found, str] = field(default_factory=dict)


def step(kind: str, *inside: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """One step of a plan; `Plans` only where there are steps inside, as PostgreSQL does."""
    named = {key.replace("_", " "): value for key, value in keys.items()}
    return {"Node Type": kind, **named, **({"Plans": list(inside)} if inside else {})}


REMOVED = {"Filter": "(decade = 1990)", "Rows Removed by Filter": 31}
OUTER = "A filter outside of LIMIT removes rows, too: look into every step, not the innermost only."
FIRST_ONLY = (
    "A step may have several steps inside it, and the index is in the second one here: look into"
    " every step of `Plans`, not only `Plans[0]`."
)
PLANS = (
    Example(
        step("Limit", step("Index Scan", **{"Index Name": "film_cosine"}, **REMOVED)),
        ("film_cosine", 31),
        "The step inside LIMIT uses `film_cosine`, and its filter removed 31 rows.",
        {
            (None, 0): (
                "The outermost step is LIMIT, which uses no index and has no filter. Go inside, by"
                " `Plans`."
            ),
            ("film_cosine", 0): "The filter removed rows: `Rows Removed by Filter`.",
        },
    ),
    Example(
        step("Limit", step("Index Scan", **{"Index Name": "film_cosine"})),
        ("film_cosine", 0),
        "Without a filter, there is no `Rows Removed by Filter`: nothing was removed.",
    ),
    Example(
        step(
            "Limit",
            step("Sort", step("Seq Scan", **{"Relation Name": "film", **REMOVED})),
        ),
        (None, 31),
        "The table was read from end to end (`Seq Scan`) and sorted: no index.",
        {
            ("film", 31): "`film` is the table. A `Seq Scan` uses no index: return None.",
            (None, 0): "The filter is two steps inside LIMIT, below the sort.",
        },
    ),
    Example(
        step("Index Scan", **{"Index Name": "film_half"}),
        ("film_half", 0),
        "Here the outermost step is the only one.",
    ),
    Example(
        step(
            "Subquery Scan",
            step(
                "Limit",
                step("Index Scan", **{"Index Name": "film_cosine", "Rows Removed by Filter": 12}),
            ),
            **{"Filter": "(nearest.distance < 0.5)", "Rows Removed by Filter": 4},
        ),
        ("film_cosine", 16),
        "Two steps have a filter; add up what they removed.",
        {("film_cosine", 12): OUTER, ("film_cosine", 4): "Only the outer filter was counted."},
    ),
    Example(
        step(
            "Limit",
            step(
                "Sort",
                step(
                    "Bitmap Heap Scan",
                    step("Bitmap Index Scan", **{"Index Name": "film_decade"}),
                    **{"Rows Removed by Index Recheck": 5, "Rows Removed by Filter": 3},
                ),
            ),
        ),
        ("film_decade", 3),
        "A bitmap scan has its index one step further inside; its filter removed 3 rows.",
        {
            ("film_decade", 8): (
                "`Rows Removed by Index Recheck` is not the work of a filter. Count `Rows Removed"
                " by Filter` only."
            ),
            ("film_decade", 5): (
                "`Rows Removed by Index Recheck` is not the work of a filter. Count `Rows Removed"
                " by Filter` only."
            ),
            (None, 3): (
                "The index is in a `Bitmap Index Scan`, one step further inside. Do not look at the"
                " type of the step, but for `Index Name`."
            ),
        },
    ),
    Example(
        step(
            "Hash Join",
            step("Seq Scan", **{"Relation Name": "rating", "Rows Removed by Filter": 40}),
            step(
                "Hash",
                step("Limit", step("Index Scan", **{"Index Name": "film_cosine", **REMOVED})),
            ),
        ),
        ("film_cosine", 71),
        "A join has two steps inside it: both have a filter, and the second leads to the index.",
        {
            (None, 40): FIRST_ONLY,
            ("film_cosine", 31): "The other branch of the join has a filter, too.",
            ("film_cosine", 40): FIRST_ONLY,
        },
    ),
    Example(
        step(
            "Hash Join",
            step("Limit", step("Index Scan", **{"Index Name": "film_cosine", **REMOVED})),
            step("Hash", step("Seq Scan", **{"Relation Name": "rating"})),
        ),
        ("film_cosine", 31),
        "The first branch of the join uses the index, the second none.",
        {
            (None, 31): (
                "An index was found in one branch, and forgotten when the next branch had none."
            )
        },
    ),
)
