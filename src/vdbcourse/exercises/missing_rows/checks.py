"""The checks of exercise 10, after pgvector's README, "Iterative Index Scans", and PostgreSQL's
pages on EXPLAIN and PREPARE.
"""

import itertools
from typing import Any

import numpy as np

from vdbcourse.exercises.missing_rows.shelf import FAR, FILMS, Index, Shelf
from vdbcourse.grading import Answer, Data, Reply, check, is_number, rounded
from vdbcourse.grading.checks.postgres_session import SETTINGS, Session

COLUMNS = ("id", "title", "distance")
OPEN = (
    "A transaction is still open after the call, and nobody else sees what was done in it. It ends"
    " with COMMIT, or by itself after `with conn.transaction():`."
)
READ_ALL = (
    "The right rows, but the whole table was read for them, which takes longer with every row that"
    " is added. Let the index find them."
)
STALE = (
    "The table has other rows now, and the answer has those of before: it came from a copy that is"
    " kept in Python. Ask PostgreSQL at each call; a copy misses whatever is written after it was"
    " made."
)
ONE_PLAN = (
    "One of the two searches did not run as it was meant to. psycopg prepares a statement that it"
    " has sent five times, and the server may then keep one plan for both searches: a setting made"
    " later changes nothing. `prepare=False` has a query planned anew."
)
SHARES = (
    "Each question was searched plainly by the index and exactly without it, and something else was"
    " made of the rows than recall: how many of the ids of the exact search are among those of the"
    " plain one, divided by how many the exact search found; then the mean over the questions."
)
DIVIDED = (
    "You divided by the rows that came. Then a search that returns a single right row is perfect."
    " Divide by how many there were to find."
)


@check("missing_rows")
def check_missing_rows(missing_rows: Answer, data: Data) -> None:
    """`missing_rows(conn, question, decade, k)` -> how many rows the plain search
    returns too few.
    """
    shelf = Shelf(data, missing_rows)
    conn = data.postgres.conn

    def telling(q: np.ndarray) -> bool:
        came = len(shelf.plain(q, 1950, 10))
        return 0 < came < 10 and came not in (5, shelf.after_limit(q, 1950, 10))

    question = shelf.pick(telling)
    came = len(shelf.plain(question, 1950, 10))
    missing_rows.on_data(conn, question, 1950, 10).equals(
        10 - came,
        "Ten rows were asked for, and more films than that are of the decade: what the plain search"
        " did not return is missing.",
        mistakes={
            0: (
                "Nothing missing? Then the rows did not come by the index. Ask with `NEAREST`: only"
                " a search that reads the whole table loses nothing."
            ),
            came: "These are the rows that came. How many did not?",
            FAR - came: (
                "Ten rows were asked for. Films beyond the tenth are not missing: nobody asked for"
                " them."
            ),
            10 - shelf.after_limit(question, 1950, 10): (
                "That is what a filter outside of LIMIT loses: it thins out the ten nearest "
                "of all films. `NEAREST` filters before LIMIT."
            ),
            came - 10: "It is the other way round: what should come, less what came.",
            (10 - came) / 10: "That is the share that is missing. Asked for is the number of rows.",
        },
    )
    reply = missing_rows.on_data(conn, question, 1950, 3_000)
    reply.expect(
        reply.number() >= 0 or reply.number() == shelf.titles(1950) - FAR,
        "A negative number of rows is missing, so more came than you counted: count with the very"
        " condition of the search, `decade = ...`.",
        "0",
    )
    reply.equals(
        0,
        "All films of that decade came back; it has no more.",
        mistakes={
            3_000 - FAR: (
                "The decade has fewer films than k, and all of them came. A film that does not"
                " exist is not missing."
            ),
            shelf.titles(1950) - FAR: TITLES,
            FILMS - FAR: (
                "Only films that pass the filter can be missing. You counted all films of the"
                " table."
            ),
        },
    )
    for decade in (1980, 1990, 2000):
        none_missing(missing_rows.on_data(conn, question, decade, 3_000), shelf, decade)
    cut = shelf.pick(lambda q: shelf.after_limit(q, 2010, 20) < len(shelf.plain(q, 2010, 5)) < 5)
    few = shelf.after_limit(cut, 2010, 20)
    missing_rows.on_data(conn, cut, 2010, 5).equals(
        5 - len(shelf.plain(cut, 2010, 5)),
        "Five rows were asked for, and fewer came.",
        mistakes={
            5 - few: (
                "That is what is missing when a few times k rows are fetched and filtered"
                " afterwards. Asked for is what `NEAREST` loses, which filters before LIMIT."
            ),
        },
    )
    missing_rows.on_data(conn, shelf.far, 1950, 10).equals(
        10, "No film of that decade came, though ten were asked for and more exist."
    )
    missing_rows.on_data(conn, shelf.far, 1950, 1).equals(
        1, "One row was asked for and none came, though more exist."
    )
    missing_rows.on_data(conn, question, 1890, 10).equals(
        0, "The table has no film of that decade, so none can be missing."
    )
    full = shelf.pick(lambda q: len(shelf.plain(q, 2000, 3)) == 3)
    missing_rows.on_data(conn, full, 2000, 3).equals(
        0, "Three rows were asked for, and three came."
    )


TITLES = "Two films have one title, and are two films all the same. Count rows, not titles."
LATER = (
    "You counted films of other decades as well. Count with the very condition of the search,"
    " `decade = ...`, or the difference says nothing."
)


def none_missing(reply: Reply, shelf: Shelf, decade: int) -> None:
    """Is it 0, as all films of the decade came? A wrong number, which tells how many films there
    are, is not shown.
    """
    films = shelf.count(decade)
    said: dict[float, str] = {
        shelf.count(decade + 10): (
            "You counted a decade too many. The end of a span is part of it for `BETWEEN` and `<=`:"
            " count with the very condition of `NEAREST`, `decade = ...`."
        ),
        int(np.sum(shelf.films.decades >= decade)) - films: LATER,
        int(np.sum(shelf.films.decades <= decade)) - films: LATER,
        shelf.titles(decade) - films: TITLES,
    }
    number = reply.number()
    if number:
        reply.fail(
            said.get(number, "All films of that decade came back; it has no more."),
            "0",
            "another number",
        )


@check("candidates")
def check_candidates(candidates: Answer, data: Data) -> None:
    """`candidates(conn, question, decade, k)` -> (rows that passed the filter, rows that the filter
    removed).
    """
    shelf = Shelf(data, candidates)
    conn = data.postgres.conn

    def telling(q: np.ndarray) -> bool:
        passed, removed, expected = shelf.scanned(q, 1990, 10)
        return 0 < passed < 10 and passed not in (removed, expected)

    question = shelf.pick(telling)
    passed, removed, expected = shelf.scanned(question, 1990, 10)
    reply = candidates.on_data(conn, question, 1990, 10)
    values = reply.sequence("two numbers: (passed, removed)")
    reply.expect(
        len(values) == 2 and all(is_number(value) for value in values),
        "Return two numbers: rows that passed the filter, rows that the filter removed.",
        "two numbers: (passed, removed)",
    )
    limit = (
        "The outermost step of the plan is LIMIT, and it filters nothing. The filter belongs to the"
        " scan inside it."
    )
    reply.equals(
        (passed, removed),
        "Both numbers stand at the step of the plan that reads, the innermost one.",
        mistakes={
            (
                expected,
                removed,
            ): (
                "`Plan Rows` is what the planner expected before it ran. `Actual Rows` is what"
                " came."
            ),
            (passed, 0): limit,
            (
                removed,
                passed,
            ): "The two numbers have changed places: first what passed, then what was removed.",
            (
                passed,
                FILMS - passed,
            ): (
                "The scan did not meet every film, so the filter cannot have removed all others."
                " Read the number in the plan."
            ),
            (
                passed,
                shelf.count(1990) - passed,
            ): (
                "Films that the scan never met were not removed by the filter. Read the number in"
                " the plan."
            ),
            (
                2 * passed,
                removed,
            ): (
                "That adds up what the steps handed on. Take both numbers from the innermost step"
                " alone."
            ),
            (
                10,
                removed,
            ): "Ten is what was asked for. Read in the plan how many rows the scan handed on.",
            (
                passed,
                FILMS - shelf.count(1990),
            ): (
                "That is how many films the filter would remove from the whole table. The scan met "
                "only its candidates: read the number in the plan."
            ),
            (
                shelf.count(1990),
                FILMS - shelf.count(1990),
            ): (
                "Here the scan met every film. Explain `NEAREST` as it stands, with its "
                "ORDER BY and its LIMIT, and change no setting: another query has another plan."
            ),
            (
                passed,
                passed + removed,
            ): "Those are all candidates. Asked for are the ones that the filter removed.",
        },
    )
    sort = (
        "Below LIMIT stands a sort here, and only below that the scan with its filter. Go on to the"
        " innermost step."
    )
    whole = shelf.scanned(question, 1950, 3_000)
    candidates.on_data(conn, question, 1950, 3_000).equals(
        whole[:2],
        "For so many rows the planner reads the table instead of the index, and the filter sees"
        " every film.",
        mistakes={
            (
                FAR,
                40 - FAR,
            ): (
                "40 candidates is what the index hands over. Here the planner did not use it: read"
                " the number in the plan."
            ),
            (FAR, 0): sort,
            shelf.by_index(question, 1950, 3_000): (
                "Those are the numbers of a scan by the index. For so many rows the planner reads "
                "the table: explain `NEAREST` with the settings as they are."
            ),
        },
    )
    none_removed = shelf.pick(lambda q: shelf.scanned(q, 2000, 2)[:2] == (2, 0))
    stops = (
        "The index would hand over 40 candidates, but a scan stops when LIMIT is filled. Read the"
        " number in the plan."
    )
    candidates.on_data(conn, none_removed, 2000, 2).equals(
        (2, 0),
        "The two nearest films pass, LIMIT is filled, and nothing was removed. A plan as text then"
        " leaves the line out; a plan as JSON says 0.",
        mistakes={(2, 38): stops},
    )
    some_removed = shelf.pick(
        lambda q: shelf.scanned(q, 2010, 3)[0] == 3 and 0 < shelf.scanned(q, 2010, 3)[1] < 37
    )
    candidates.on_data(conn, some_removed, 2010, 3).equals(
        shelf.scanned(some_removed, 2010, 3)[:2],
        "The scan met some films of other decades before LIMIT was filled.",
    )
    sorting = Session(data, enable_indexscan="off")
    candidates.on_data(sorting.conn, question, 1990, 10).equals(
        (shelf.count(1990), FILMS - shelf.count(1990)),
        "This session uses no index, so the scan hands on every film of the decade, a sort brings"
        " them into order, and LIMIT takes ten. Both numbers belong to the scan.",
        mistakes={
            (
                10,
                FILMS - shelf.count(1990),
            ): (
                "Ten is what LIMIT, the outermost step, handed on. Take both numbers from the step "
                "that reads, the innermost one."
            ),
        },
    )
    candidates.on_data(conn, shelf.far, 1950, 10).equals(
        (0, 40), "None of the candidates is from that decade: all were removed."
    )


@check("search_filtered")
def check_search_filtered(search_filtered: Answer, data: Data) -> None:
    """`search_filtered(conn, question, decade, k)` -> rows (id, title, distance), all k of them, by
    the index.
    """
    shelf = Shelf(data, search_filtered)
    conn = data.postgres.conn
    question = shelf.pick(
        lambda q: shelf.after_limit(q, 2010, 20) < len(shelf.plain(q, 2010, 5)) < 5
    )
    came, known = len(shelf.plain(question, 2010, 5)), set(shelf.indexes())
    before = shelf.rows_met(search_filtered)
    reply = search_filtered.on_data(conn, question, 2010, 5)
    met = shelf.rows_met(search_filtered) - before
    found = len(reply.rows(COLUMNS))
    reply.expect(
        found >= came,
        "Fewer rows than even the plain search returns: LIMIT was counted before the filter,"
        " whether you fetch k rows or a few times as many. The filter belongs inside the query, as"
        " in `NEAREST`.",
        "5 rows",
    )
    if found == came:
        reply.fail(OVER_FETCHED if fetches_more(search_filtered, shelf) else NOT_REACHED, "5 rows")
    reply.expect(
        set(shelf.indexes()) == known,
        "The call made or removed an index. An index for every search costs more than it saves: let"
        " the scan by `film_hnsw` go on.",
        "the indexes as before",
    )
    are_rows(reply, shelf, question, 2010, 5)
    reply.expect(
        shelf.plain(question, 2010, 5)[0] in [row[0] for row in reply.rows(COLUMNS)],
        "The nearest film is missing, which even the plain search finds. The question is no row of"
        " the table: there is nothing to leave out.",
        "the five nearest films of the decade, or nearly",
    )
    left_as_it_was(reply, shelf, search_filtered)
    reply.expect(met < FILMS / 2, READ_ALL)
    before = shelf.rows_met(search_filtered)
    reply = search_filtered.on_data(conn, shelf.far, 1950, 10)
    met = shelf.rows_met(search_filtered) - before
    reply.expect(
        len(reply.rows(COLUMNS)) >= 10,
        "Here the films of the decade lie far from the question, and rows are missing again. A"
        " longer list (`hnsw.ef_search`) only moves the cliff: let the scan go on until LIMIT is"
        " filled.",
        "10 rows",
    )
    are_rows(reply, shelf, shelf.far, 1950, 10)
    reply.expect(
        met < FILMS / 2,
        "The rows are here, but the whole table was read for them: with a long list"
        " (`hnsw.ef_search`) the planner finds the index too expensive. An iterative scan begins"
        " with a short list and goes on only as far as it must.",
    )
    for decade, k in ((1950, 300), (1890, 10), (2000, 1)):
        are_rows(search_filtered.on_data(conn, question, decade, k), shelf, question, decade, k)
    shares = []
    for decade, k in ((2010, 50), (1990, 10), (1980, 10)):
        for one in shelf.questions[:12]:
            reply = search_filtered.on_data(conn, one, decade, k)
            ids = are_rows(reply, shelf, one, decade, k)
            shares.append(len(set(ids) & set(shelf.true_ids(one, decade, k))) / k)
    reply.expect(
        np.mean(shares) >= 0.9,
        "As many rows as asked for, all of the right decade, but not the nearest: over 36 searches"
        " less than 90 % of the true neighbours came back.",
        "recall of at least 0.9",
    )
    left_as_it_was(reply, shelf, search_filtered)
    own = Session(
        data, {"hnsw.iterative_scan": "strict_order"}, **{"hnsw.iterative_scan": "relaxed_order"}
    )
    reply = search_filtered.on_data(own.conn, question, 2010, 5)
    own.expect_as_before(search_filtered, reply)
    with shelf.other_rows() as films:
        reply = search_filtered.on_data(conn, question, 2010, 5)
        reply.expect(
            {row[0] for row in reply.rows(COLUMNS)} <= films.keys(),
            STALE,
            "rows of the table as it is now",
        )


OVER_FETCHED = (
    "As many rows as the plain search returns. More were fetched and filtered afterwards, and that"
    " brings none: an index scan hands over `hnsw.ef_search` candidates, 40, however large LIMIT"
    " is. And where candidates are no limit, rows of a rare decade lie behind any LIMIT. The filter"
    " belongs inside the query, as in `NEAREST`."
)
NOT_REACHED = (
    "As many rows as the plain search returns: either nothing was set, or it did not reach the"
    " query. `SET LOCAL` holds until a transaction ends, and on this connection each statement is a"
    " transaction. Put both into one: `with conn.transaction():`."
)


def fetches_more(search_filtered: Answer, shelf: Shelf) -> bool:
    """Is the filter outside of LIMIT? Where 400 candidates are there, `NEAREST` finds what no LIMIT
    of 100 reaches.
    """
    wide = Session(shelf.data, None, enable_seqscan="off", **{"hnsw.ef_search": "400"})
    question = shelf.pick(
        lambda q: not shelf.after_limit(q, 1950, 100) and shelf.plain_of_400(q, 1950, 1)
    )
    return not search_filtered.on_data(wide.conn, question, 1950, 1).rows(COLUMNS)


def are_rows(reply: Reply, shelf: Shelf, question: np.ndarray, decade: int, k: int) -> list[int]:
    """Are these rows of that decade, as many as there should be, with their distances, nearest
    first? Returns their ids.
    """
    rows = reply.rows(COLUMNS)
    wanted = min(k, shelf.count(decade))
    what = f"{wanted} rows (id, title, distance)"
    ids = [row[0] for row in rows]
    reply.expect(
        all(is_number(number) and shelf.decade_of(number) is not None for number in ids),
        "The first column is no id of the table. A row is (id, title, distance).",
        what,
    )
    reply.expect(
        all(shelf.decade_of(number) == decade for number in ids),
        "Films of other decades are among the rows.",
        what,
    )
    reply.expect(len(set(ids)) == len(ids), "A film came twice.", what)
    reply.expect(len(rows) <= k, "More rows than k came: LIMIT is missing.", what)
    reply.expect(len(rows) == wanted, "Rows are missing: more films of that decade exist.", what)
    reply.expect(
        all(title == shelf.title_of(number) for number, title, _ in rows),
        "A title belongs to another id.",
        what,
    )
    distances = [row[2] for row in rows]
    are_distances(reply, shelf.distances(question, ids), distances)
    reply.expect(
        all(nearer <= farther + 1e-6 for nearer, farther in itertools.pairwise(distances)),
        "The rows do not come nearest first. `relaxed_order` may hand them out a little out of"
        " order: take `strict_order`, or sort what came (in SQL by `distance + 0`, as PostgreSQL"
        " believes it sorted already).",
        "distances that grow from row to row",
    )
    return [int(number) for number in ids]


def are_distances(reply: Reply, true: np.ndarray, distances: list[Any]) -> None:
    """Are these the true cosine distances?"""
    numbers = all(is_number(one) and abs(one) < 1e6 for one in distances)
    if numbers and np.allclose(distances, true, atol=1e-4):
        return
    if numbers and np.allclose(distances, 1 - true, atol=1e-4):
        reply.fail(
            "The third column is the similarity, 1 - distance. Asked for is the distance itself.",
            "cosine distances",
        )
    if numbers and any(
        np.allclose(distances, np.round(true, digits), atol=1e-6) for digits in (1, 2, 3)
    ):
        reply.fail(
            "The distances are rounded. Hand them on as they came: films that are near each other"
            " may differ by less."
        )
    reply.fail(
        "The third column is not the cosine distance, `<=>`. `<->` is the Euclidean distance, `<#>`"
        " the negative inner product: vectors that are not of length 1 stand in another order by"
        " them, and this index serves neither.",
        "cosine distances",
    )


def left_as_it_was(reply: Reply, shelf: Shelf, function: Answer) -> None:
    """Is the session as it was before the call: no transaction open, no setting changed?"""
    reply.expect(not shelf.transaction_is_open(), OPEN)
    for name in SETTINGS:
        now, usual = function.setting(shelf.data.postgres.conn, name), shelf.setting(name)
        if now not in (None, usual):
            reply.fail(
                f"After the call `{name}` is still changed, so that every later query on this"
                " connection behaves differently. `SET LOCAL` ends with its transaction.",
                f"{name} = {usual}",
                f"{name} = {now}",
            )


@check("ground_truth")
def check_ground_truth(search_exact: Answer, plain_recall: Answer, data: Data) -> None:
    """`search_exact(conn, question, decade, k)` -> rows; `plain_recall(conn, questions, decade, k)`
    -> mean recall.
    """
    shelf = Shelf(data, search_exact)
    conn = data.postgres.conn
    reply = search_exact.on_data(conn, shelf.far, 1950, 10)
    reply.expect(
        reply.rows(COLUMNS),
        "No row at all: this search still goes by the index. Turn that off for this one query, in"
        " the same transaction (`SET LOCAL` outside of one has no effect).",
        "10 rows",
    )
    is_exact(reply, shelf, shelf.far, 1950, 10)
    left_as_it_was(reply, shelf, search_exact)
    reply.expect(
        "film_hnsw" in shelf.indexes(),
        "The index is gone after the call, and all other searches are slow until somebody has built"
        " it again. Forbid its use to this one query.",
        "the indexes as before",
    )
    own = Session(data, enable_indexscan="off")
    own.expect_as_before(search_exact, search_exact.on_data(own.conn, shelf.far, 1950, 10))
    for question in shelf.questions[:8]:
        is_exact(search_exact.on_data(conn, question, 2000, 50), shelf, question, 2000, 50)
    is_exact(search_exact.on_data(conn, shelf.far, 1950, 300), shelf, shelf.far, 1950, 300)
    is_exact(search_exact.on_data(conn, shelf.far, 1890, 5), shelf, shelf.far, 1890, 5)
    is_exact(search_exact.on_data(conn, shelf.far, 1980, 1), shelf, shelf.far, 1980, 1)
    goes_without_the_index(search_exact, shelf)
    with shelf.other_rows() as films:
        reply = search_exact.on_data(conn, shelf.far, 2010, 5)
        reply.expect(
            {row[0] for row in reply.rows(COLUMNS)} <= films.keys(),
            STALE,
            "rows of the table as it is now",
        )
    for decade in (2010, 2000):
        asked = np.array(
            [question for question in shelf.questions if shelf.plain(question, decade, 20)][:12]
        )
        recall, mistakes = measured(shelf, asked, decade, 20)
        for exact_first in (False, True):
            watched = Session(data)
            if exact_first:
                is_exact(
                    search_exact.on_data(watched.conn, asked[0], decade, 20),
                    shelf,
                    asked[0],
                    decade,
                    20,
                )
            before = watched.reads(plain_recall)
            reply = plain_recall.on_data(watched.conn, asked, decade, 20)
            by_index = (watched.reads(plain_recall) - before).vector_scans
            reply.expect(
                reply.number(0, 1) != 1 or by_index,
                "A perfect recall, and none of the searches went by the index: what forbids it to"
                " the exact search holds for the plain one as well. The plain search is `NEAREST`"
                " as it stands, outside of that transaction.",
                "the recall of `NEAREST` as it stands",
            )
            reply.equals(recall, SHARES if by_index == len(asked) else ONE_PLAN, mistakes=mistakes)
        reply = search_exact.on_data(watched.conn, asked[0], decade, 20)
        reply.expect(len(reply.rows(COLUMNS)) == 20, ONE_PLAN, "20 rows")
        is_exact(reply, shelf, asked[0], decade, 20)
        watched.expect_as_before(search_exact, reply)
    recall_of_small_cases(plain_recall, shelf)


def goes_without_the_index(search_exact: Answer, shelf: Shelf) -> None:
    """Is the truth one even where the planner finds it dear to read the table?"""
    session = Session(shelf.data, seq_page_cost="1000", jit="off")
    before = session.reads(search_exact)
    reply = search_exact.on_data(session.conn, shelf.far, 1950, 10)
    reply.expect(
        session.reads(search_exact).vector_scans == before.vector_scans,
        "Here it costs more to read the table, as it does when a table grows, and the query went by"
        " the HNSW index. With a large `hnsw.ef_search` the planner may happen to prefer the table,"
        " as it did before: that is its guess at the cost, and no truth can rest on it. Forbid the"
        " index to this query.",
        "a query that does not go by the index",
    )
    is_exact(reply, shelf, shelf.far, 1950, 10)


def is_exact(reply: Reply, shelf: Shelf, question: np.ndarray, decade: int, k: int) -> None:
    """Are these the true nearest films? Equal distances may come in any order."""
    found = are_rows(reply, shelf, question, decade, k)
    reply.expect(
        shelf.count(decade) <= k or found != shelf.true_ids(question, decade, k + 1)[1:],
        "The nearest film is missing, and all others moved up. The question is no row of the table:"
        " there is nothing to leave out.",
        "the true nearest films",
    )
    reply.expect(
        np.allclose(
            shelf.distances(question, found),
            shelf.distances(question, shelf.true_ids(question, decade, k)),
            atol=1e-6,
        ),
        "A nearer film of that decade exists, so this is not the truth. An iterative scan finds"
        " more rows, but it is as approximate as the index it walks. The truth comes from a query"
        " that uses no vector index.",
        "the true nearest films",
    )


def recall_of_small_cases(plain_recall: Answer, shelf: Shelf) -> None:
    """Recall where it is 1, because the decade has fewer films than k, and where it is 0."""
    conn = shelf.data.postgres.conn
    plain_recall.reconnect(conn)
    plain_recall.on_data(conn, shelf.questions[:2], 1950, 300).equals(
        1.0,
        "Every film of that decade came back, so recall is 1.",
        mistakes={
            FAR / 300: (
                "The decade has fewer films than k. Divide by how many there were to find, not"
                " by k."
            )
        },
    )
    plain_recall.on_data(conn, shelf.far[None], 1950, 10).equals(
        0.0,
        "The plain search finds no film of that decade, though more than ten exist: its recall"
        " is 0.",
    )


def measured(
    shelf: Shelf, questions: np.ndarray, decade: int, k: int
) -> tuple[float, dict[float, str]]:
    """Mean recall of the plain search over the questions, and what is taken for it."""
    measures: list[tuple[float, ...]] = []
    all_found: set[int] = set()
    all_true: set[int] = set()
    for question in questions:
        found, true = shelf.plain(question, decade, k), shelf.true_ids(question, decade, k)
        all_found, all_true = all_found | set(found), all_true | set(true)
        hits = len(set(found) & set(true))
        in_place = sum(a == b for a, b in zip(found, true, strict=False))
        fixed = len(set(shelf.iterative(question, decade, k)) & set(true))
        measures.append((hits / k, len(found) / k, hits / len(found), in_place / k, fixed / k))
    recall, rows, precision, places, iterative = np.mean(measures, axis=0).tolist()
    shares = [measure[0] for measure in measures]
    pooled = len(all_found & all_true) / len(all_true)
    return recall, {
        pooled: (
            "Here the answers to all questions were put together before they were compared. A film"
            " that one question missed is no hit because another question found it: one recall for"
            " each question, then their mean."
        ),
        float(np.median(shares)): "That is the median over the questions. Asked for is the mean.",
        shares[0]: (
            "That is the recall of the first question alone. Asked for is the mean over all of"
            " them."
        ),
        shares[
            -1
        ]: "That is the recall of the last question alone. Asked for is the mean over all of them.",
        1 - recall: "That is the share that was missed. Recall is the share that was found.",
        **rounded(recall),
        rows: (
            "That is how many rows came. Recall asks whether they are the right ones: compare ids"
            " with the truth."
        ),
        precision: DIVIDED if precision < 1 else f"{DIVIDED} If you did not: {ONE_PLAN}",
        places: (
            "A true neighbour counts wherever it stands: compare which ids came, not place by"
            " place."
        ),
        iterative: (
            "That is the recall of the fixed search. Asked for is the plain one, `NEAREST` as it"
            " stands."
        ),
    }


@check("partial_index")
def check_partial_index(partial_index: Answer, data: Data) -> None:
    """`partial_index(conn, decade)` makes an index of one decade and returns its name."""
    shelf = Shelf(data, partial_index)
    conn = data.postgres.conn
    question = shelf.pick(
        lambda q: len(shelf.plain(q, 1980, 10)) < 10 and len(shelf.plain(q, 1990, 10)) < 10
    )
    of_others = shelf.plain(question, 2010, 10)
    is_partial(partial_index, shelf, question, 1980)
    known = shelf.indexes()
    reply = partial_index.on_data(conn, 1980)
    reply.expect(not shelf.transaction_is_open(), OPEN)
    reply.expect(
        len(shelf.indexes()) <= len(known),
        "The second call for the same decade made a second copy of the index. Each takes room, and"
        " time on every insert: give it a name that follows from the decade, and say `IF NOT"
        " EXISTS`.",
        "one index",
    )
    left_as_it_was(reply, shelf, partial_index)
    reply.expect(
        shelf.index_of(1980),
        "After the second call for the same decade its index is gone.",
        "one index",
    )
    reply.equals(shelf.index_of(1980), "Return the name of the index, also when it exists already.")
    is_partial(partial_index, shelf, question, 1990)
    reply.expect(
        shelf.index_of(1980),
        "After a call for another decade the index of the first one is gone.",
        "two indexes",
    )
    reply.expect(
        shelf.plain(question, 2010, 10) == of_others
        and shelf.reads_by(question, 2010, 10) == "film_hnsw",
        "Searches for decades without an index of their own behave differently now.",
    )


NAMED = (
    "Return the name of the index as PostgreSQL has it, which is what a plan shows: without its"
    " schema and without quotes, in small letters unless it was quoted when it was made."
)


def is_partial(partial_index: Answer, shelf: Shelf, question: np.ndarray, decade: int) -> None:
    """Does the call make one new index that holds the films of this decade and serves the plain
    search, and return its name?
    """
    known = shelf.indexes()
    reply = partial_index.on_data(shelf.data.postgres.conn, decade)
    reply.expect(not shelf.transaction_is_open(), OPEN)
    indexes = shelf.indexes()
    reply.expect(
        "film_hnsw" in indexes,
        "`film_hnsw`, the index of all films, is gone. Other decades need it.",
        "film_hnsw",
    )
    new = [index for name, index in indexes.items() if name not in known]
    reply.expect(
        new,
        "After the call there is no new index on the table. Where the name is taken, `IF NOT"
        " EXISTS` makes nothing and says so only in a notice: every decade needs a name of its"
        " own.",
        "a new index",
    )
    reply.expect(len(new) == 1, "One call made more than one index.", "one new index")
    serves(reply, shelf, new[0], decade)
    reply.expect(
        shelf.reads_by(question, decade, 10) == new[0].name,
        "The planner does not use the new index for `NEAREST`. Is it an index of the column"
        " `embedding` itself, and does its WHERE say what that of `NEAREST` says, `decade = ...`,"
        " without a cast or a function?",
        "a scan by the new index",
    )
    found = set(shelf.plain(question, decade, 10))
    reply.expect(
        len(found & set(shelf.true_ids(question, decade, 10))) >= 8,
        "With the new index the plain search still misses near films of that decade.",
        "the ten nearest films, or nearly",
    )
    reply.expect(reply.text() == new[0].name, NAMED, "its name")


def serves(reply: Reply, shelf: Shelf, index: Index, decade: int) -> None:
    """Is it an HNSW index for cosine distance with the films of this decade?"""
    reply.expect(
        index.method == "hnsw",
        f"The new index is of the kind {index.method}. It may find the films of a decade, but not"
        " the nearest of them.",
        "an HNSW index",
    )
    reply.expect(
        not index.operators.startswith(("halfvec", "bit")),
        "The new index is on an expression. `NEAREST` orders by the column itself and cannot"
        " use it.",
        "vector_cosine_ops on embedding",
    )
    reply.expect(
        index.operators == "vector_cosine_ops",
        "The new index is made for another distance than `<=>`. A search that orders by `<=>`"
        " cannot use it, and says nothing.",
        "vector_cosine_ops",
    )
    reply.expect(
        index.predicate is not None,
        "The new index has no WHERE: it holds all films, as `film_hnsw` does, and its candidates"
        " are thinned out just the same.",
        "an index of one decade",
    )
    held, whole = shelf.held(index), shelf.count(decade)
    reply.expect(
        held.get(decade) == whole,
        "The new index does not hold the films of the decade that was passed. Its WHERE must"
        " compare the column `decade` with the argument, and take the decade from it.",
        f"the {decade}s",
    )
    reply.expect(
        len(held) == 1,
        "The new index holds the films of other decades as well, and the filter removes them from"
        " its candidates again.",
        f"the {decade}s only",
    )
