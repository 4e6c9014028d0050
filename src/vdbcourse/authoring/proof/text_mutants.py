"""Mistakes in text that is itself code: SQL (in capital letters, as the course writes it) and
Milvus filters.

A string is examined as written in the source; pieces that Python joins count as one: `"ORDER BY d "
"LIMIT 5"` has two clauses.
"""

import re
from collections.abc import Callable, Iterator

Edit = tuple[int, int, str]  # first character, last one (exclusive), replacement


def table(*lines: str) -> dict[str, tuple[str, ...]]:
    """`old: new, new` as a dict of replacements."""
    return {old: tuple(new.split(", ")) for old, new in (line.split(": ") for line in lines)}


PIECE = re.compile(
    r"#[^\n]*|(?P<prefix>[A-Za-z]{0,2})(?P<quote>\"\"\"|'''|\"|')(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)",
    re.DOTALL,
)
BRACES = re.compile(r"\{[^{}]*\}")
LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")

SETTING = re.compile(
    r"\s*(?:SET|RESET|CREATE|ALTER|DROP|ANALYZE|VACUUM|COMMENT|TRUNCATE)\s"
)  # statements that return nothing
LANGUAGE = re.compile(
    r"\b(?:SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|ORDER BY|GROUP"
    r" BY|LIMIT|OFFSET|HAVING|JOIN|AND|OR|NOT|ASC|DESC)\b"
    r"|%s|%\(\w+\)s|<=>|<->|<#>|[\w)\]}'\"] (?:[=!<>]=|<>|[=<>]|in|like|and|or) [\w(\[{'\"%]"
)
CLAUSE = (
    r"WHERE|GROUP BY|HAVING|ORDER BY|LIMIT|OFFSET|RETURNING|ON CONFLICT|UNION|FOR UPDATE|WINDOW"
)

OPERATOR = re.compile(r"<=>|<->|<#>|<\+>|->>?|#>>?|@>|<@|=>|:=|==|<=|>=|<>|!=|=|<|>")
OPERATORS = table(
    *("<=>: <->, <#>", "<->: <=>, <#>", "<#>: <=>, <->", "<+>: <->"),
    *("<: <=, >=", "<=: <, >", ">: >=, <=", ">=: >, <", "=: <>", "<>: =", "==: !=", "!=: =="),
)
WORDS = table(
    *(
        "ASC: DESC",
        "DESC: ASC",
        "AND: OR",
        "OR: AND",
        "and: or",
        "or: and",
        "not in: in",
        "NOT IN: IN",
        "IS NOT: IS",
    ),
    *("NOT EXISTS: EXISTS", "LEFT JOIN: JOIN", "UNION ALL: UNION", "DISTINCT: ", "SET LOCAL: SET"),
    *(
        "min: max",
        "max: min",
        "avg: max",
        "strict_order: relaxed_order, off",
        "relaxed_order: strict_order, off",
    ),
    "vector_cosine_ops: vector_l2_ops, vector_ip_ops",
    "vector_l2_ops: vector_cosine_ops, vector_ip_ops",
    "vector_ip_ops: vector_cosine_ops, vector_l2_ops",
)
WORD = re.compile(rf"\b(?:{'|'.join(sorted(WORDS, key=len, reverse=True))})\b")
NAMED = table(  # whole strings that name a choice
    *(
        "COSINE: L2, IP",
        "L2: COSINE, IP",
        "IP: COSINE, L2",
        "cosine: l2",
        "l2: cosine",
        "euclidean: cosine",
    ),
    *(
        "asc: desc",
        "desc: asc",
        "strict_order: relaxed_order, off",
        "relaxed_order: strict_order, off",
        "on: off",
        "off: on",
    ),
)


def edits(segment: str) -> Iterator[list[Edit]]:
    """The mutants of one string, as written in the source, with its quotes."""
    words = Words(segment)
    if words.text in NAMED:
        yield from (words.edit(0, len(words.text), new) for new in NAMED[words.text])
    elif LANGUAGE.search(words.text) or SETTING.match(words.text):
        for make in (operators, keywords, clauses, directions, numbers):
            yield from make(words)
        if not re.match(r"\s*[A-Z]+\s", words.text):  # part of a statement, or a filter: left out
            yield [(0, len(segment), '""')]
    else:
        yield [(0, len(segment), '"x"' if not words.text else '""')]


class Words:
    """The text of a string, and the place of each of its characters in the source."""

    def __init__(self, segment: str) -> None:
        at = [
            i
            for piece in PIECE.finditer(segment)
            if piece["quote"]
            for i in range(*piece.span("text"))
        ]
        self.at = at
        self.text = "".join(segment[i] for i in at)
        hidden = LITERAL.sub(
            lambda m: f"'{'_' * (len(m[0]) - 2)}'", self.text
        )  # literals are not SQL
        self.masked = BRACES.sub(lambda m: "_" * len(m[0]), hidden)
        self.asks = not SETTING.match(self.text)

    def edit(self, start: int, end: int, new: str) -> list[Edit]:
        """The edits of the source that replace some characters of the text with `new`."""
        if start == end:
            where = self.at[start - 1] + 1
            return [(where, where, new)]
        places = self.at[start:end]
        breaks = [i for i in range(1, len(places)) if places[i] != places[i - 1] + 1]
        runs = [places[a:b] for a, b in zip([0, *breaks], [*breaks, len(places)], strict=True)]
        return [(run[0], run[-1] + 1, new if i == 0 else "") for i, run in enumerate(runs)]


def operators(words: Words) -> Iterator[list[Edit]]:
    """Another distance, another comparison. (The `=` of a setting does not count.)"""
    for match in OPERATOR.finditer(words.masked):
        if words.asks or len(match[0]) == 3:
            yield from (words.edit(*match.span(), new) for new in OPERATORS.get(match[0], ()))


def keywords(words: Words) -> Iterator[list[Edit]]:
    """The opposite of a word."""
    for match in WORD.finditer(words.masked):
        between = match[0] == "AND" and re.search(
            r"\bBETWEEN\s+\S+\s+$", words.masked[: match.start()]
        )
        if not between:
            yield from (words.edit(*match.span(), new) for new in WORDS[match[0]])


def clauses(words: Words) -> Iterator[list[Edit]]:
    """A clause left out."""
    for match in re.finditer(
        r"\b(?:WHERE|ORDER BY|LIMIT|OFFSET|GROUP BY|HAVING|ON CONFLICT)\b", words.masked
    ):
        yield words.edit(match.start(), clause_end(words.masked, match.end()), "")


def directions(words: Words) -> Iterator[list[Edit]]:
    """DESC where no direction is given."""
    for match in re.finditer(r"\bORDER BY\b", words.masked):
        for start, end in items(words.masked, match.end(), clause_end(words.masked, match.end())):
            if (
                not re.search(r"\b(?:ASC|DESC|NULLS)\b", words.masked[start:end])
                and words.masked[start:end].strip()
            ):
                end -= len(words.masked[start:end]) - len(words.masked[start:end].rstrip())
                yield words.edit(end, end, " DESC")


def numbers(words: Words) -> Iterator[list[Edit]]:
    """The neighbours of a whole number, and `+` for `-`, in a statement that returns something."""
    if not words.asks:
        return
    for match in re.finditer(r"(?<![\w.%$:-])\d+(?![\w.])", words.masked):
        if not re.search(r"\w\($", words.masked[: match.start()]):  # vector(384) is a type
            yield from (words.edit(*match.span(), str(int(match[0]) + step)) for step in (1, -1))
    for match in re.finditer(r"(?<=[\w)\]'] )[-+](?= [\w(])", words.masked):
        yield words.edit(*match.span(), "+" if match[0] == "-" else "-")


def clause_end(text: str, start: int) -> int:
    """Where the clause that begins before `start` ends: at the next one, a closing parenthesis, or
    the end.
    """
    return next(at_depth_0(text, start, re.compile(rf"\b(?:{CLAUSE})\b|;").match), len(text))


def items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of a clause between its commas."""
    commas = list(at_depth_0(text[:end], start, re.compile(",").match))
    return list(zip([start, *(at + 1 for at in commas)], [*commas, end], strict=True))


def at_depth_0(text: str, start: int, match: Callable[[str, int], object]) -> Iterator[int]:
    """Where something is outside any parentheses opened after `start`; also where the enclosing
    ones close.
    """
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth < 0:
            yield i
            return
        if depth == 0 and match(text, i):
            yield i
