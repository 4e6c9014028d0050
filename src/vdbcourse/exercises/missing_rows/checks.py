"""The checks of exercise 10, after pgvector's README, "Iterative Index Scans", and PostgreSQL's
pages on EXPLAIN and PREPARE.
"""

import itertools
from typing import Any

import numpy as np

from vdbcourse.exercises.missing_rows.film_table import FAR, FILMS, FilmTable, Index
from vdbcourse.grading import Answer, Data, Reply, check, is_number, rounded
from vdbcourse.grading.checks.postgres_session import SETTINGS, Session

COLUMNS = ("id", "title", "distance")
OPEN = (
    "A transaction is still open after the call, so no other session sees its changes. End it with"
    " COMMIT, or use `with conn.transaction():`, which ends it."
)
READ_ALL = (
    "The rows are right, but the call read the whole table, which takes longer with every row that"
    " is added. Let the index find the rows."
)
STALE = (
    "The table holds other rows now, but the answer holds the old ones: it came from a copy kept in"
    " Python. Query PostgreSQL at each call; a copy misses everything that is written later."
)
ONE_PLAN = (
    "One of the two searches did not run as intended. psycopg prepares a statement that it has sent"
    " five times, and the server may then keep one plan for both searches: a later setting has no"
    " effect. With `prepare=False` a query is planned again."
)
SHARES = (
    "Both searches ran as they should, the plain one with the index and the exact one without it,"
    " but the result is not the recall: how many ids of the exact search the plain one found,"
    " divided by how many the exact search found; then the mean over the questions."
)
DIVIDED = (
    "You divided by the number of rows returned. Then a search that returns a single right row has"
    " recall 1. Divide by how many there were to find."
)


@check("missing_rows")
def check_missing_rows(missing_rows: Answer, data: Data) -> None:
    """`missing_rows(conn, question, decade, k)` -> how many rows are missing from the plain
    search.
    """
    table = FilmTable(data, missing_rows)
    conn = data.postgres.conn

    def is_useful(q: np.ndarray) -> bool:
        returned = len(table.plain(q, 1950, 10))
        return 0 < returned < 10 and returned not in (5, table.after_limit(q, 1950, 10))

    question = table.pick(is_useful)
    returned = len(table.plain(question, 1950, 10))
    missing_rows.on_data(conn, question, 1950, 10).equals(
        10 - returned,
        "Ten rows were requested, and the decade has more films than that: what the plain search"
        " did not return is missing.",
        mistakes={
            0: (
                "Is nothing missing? Then the search did not use the index. Query with `NEAREST`:"
                " only a search that reads the whole table loses nothing."
            ),
            returned: "That is the number of rows returned. How many are missing?",
            FAR - returned: (
                "Ten rows were requested. Films after the tenth are not missing: they were not"
                " requested."
            ),
            10 - table.after_limit(question, 1950, 10): (
                "That is what a filter applied after LIMIT loses: it removes some of the ten"
                " nearest of all films. `NEAREST` filters before LIMIT."
            ),
            returned - 10: "It is the other way round: rows expected, minus rows returned.",
            (10 - returned) / 10: "That is the share that is missing. Return the number of rows.",
        },
    )
    reply = missing_rows.on_data(conn, question, 1950, 3_000)
    reply.expect(
        reply.number() >= 0 or reply.number() == table.titles(1950) - FAR,
        "A negative number of rows cannot be missing: the search returned more than you counted."
        " Count with exactly the condition of the search, `decade = ...`.",
        "0",
    )
    reply.equals(
        0,
        "All films of that decade were returned; it has no more.",
        mistakes={
            3_000 - FAR: (
                "The decade has fewer films than k, and all of them were returned. A film that does"
                " not exist is not missing."
            ),
            table.titles(1950) - FAR: TITLES,
            FILMS - FAR: (
                "Only films that pass the filter can be missing. You counted all films of the"
                " table."
            ),
        },
    )
    for decade in (1980, 1990, 2000):
        none_missing(missing_rows.on_data(conn, question, decade, 3_000), table, decade)
    cut = table.pick(lambda q: table.after_limit(q, 2010, 20) < len(table.plain(q, 2010, 5)) < 5)
    few = table.after_limit(cut, 2010, 20)
    missing_rows.on_data(conn, cut, 2010, 5).equals(
        5 - len(table.plain(cut, 2010, 5)),
        "Five rows were requested, and fewer were returned.",
        mistakes={
            5 - few: (
                "That is what is missing when you fetch a few times k rows and filter them"
                " afterwards. Return what `NEAREST` loses, which filters before LIMIT."
            ),
        },
    )
    missing_rows.on_data(conn, table.far, 1950, 10).equals(
        10, "No film of that decade was returned, although ten were requested and more exist."
    )
    missing_rows.on_data(conn, table.far, 1950, 1).equals(
        1, "One row was requested and none was returned, although more exist."
    )
    missing_rows.on_data(conn, question, 1890, 10).equals(
        0, "The table has no film of that decade, so none can be missing."
    )
    full = table.pick(lambda q: len(table.plain(q, 2000, 3)) == 3)
    missing_rows.on_data(conn, full, 2000, 3).equals(
        0, "Three rows were requested, and three were returned."
    )


TITLES = "Two films have the same title, but they are still two films. Count rows, not titles."
LATER = (
    "You counted films of other decades as well. Count with exactly the condition of the search,"
    " `decade = ...`, or the difference is meaningless."
)


def none_missing(reply: Reply, table: FilmTable, decade: int) -> None:
    """Is it 0, as all films of the decade were returned? A wrong number, which reveals how many
    films there are, is not shown.
    """
    films = table.count(decade)
    mistakes: dict[float, str] = {
        table.count(decade + 10): (
            "You counted one decade too many. `BETWEEN` and `<=` include the end of a range: count"
            " with exactly the condition of `NEAREST`, `decade = ...`."
        ),
        int(np.sum(table.films.decades >= decade)) - films: LATER,
        int(np.sum(table.films.decades <= decade)) - films: LATER,
        table.titles(decade) - films: TITLES,
    }
    number = reply.number()
    if number:
        reply.fail(
            mistakes.get(number, "All films of that decade were returned; it has no more."),
            "0",
            "another number",
        )


@check("candidates")
def check_candidates(candidates: Answer, data: Data) -> None:
    """`candidates(conn, question, decade, k)` -> (rows that passed the filter, rows that the filter
    removed).
    """
    table = FilmTable(data, candidates)
    conn = data.postgres.conn

    def is_useful(q: np.ndarray) -> bool:
        passed, removed, expected = table.scanned(q, 1990, 10)
        return 0 < passed < 10 and passed not in (removed, expected)

    question = table.pick(is_useful)
    passed, removed, expected = table.scanned(question, 1990, 10)
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
        "Both numbers are in the step of the plan that reads rows, the innermost one.",
        mistakes={
            (
                expected,
                removed,
            ): (
                "`Plan Rows` is what the planner expected before the query ran. `Actual Rows` is"
                " what was returned."
            ),
            (passed, 0): limit,
            (
                removed,
                passed,
            ): "The two numbers are swapped: first what passed, then what was removed.",
            (
                passed,
                FILMS - passed,
            ): (
                "The scan did not read every film, so the filter cannot have removed all others."
                " Read the number from the plan."
            ),
            (
                passed,
                table.count(1990) - passed,
            ): (
                "The filter did not remove films that the scan never read. Read the number from the"
                " plan."
            ),
            (
                2 * passed,
                removed,
            ): (
                "That adds up what several steps returned. Take both numbers from the innermost"
                " step alone."
            ),
            (
                10,
                removed,
            ): "Ten is the number requested. Read from the plan how many rows the scan returned.",
            (
                passed,
                FILMS - table.count(1990),
            ): (
                "That is how many films the filter would remove from the whole table. The scan read"
                " only its candidates: read the number from the plan."
            ),
            (
                table.count(1990),
                FILMS - table.count(1990),
            ): (
                "Here the scan read every film. Explain `NEAREST` unchanged, with its ORDER BY and"
                " its LIMIT, and change no setting: another query has another plan."
            ),
            (
                passed,
                passed + removed,
            ): "Those are all candidates. Return only how many the filter removed.",
        },
    )
    sort = (
        "Here there is a sort below LIMIT, and below the sort the scan with its filter. Continue to"
        " the innermost step."
    )
    whole = table.scanned(question, 1950, 3_000)
    candidates.on_data(conn, question, 1950, 3_000).equals(
        whole[:2],
        "For so many rows the planner reads the table instead of the index, and the filter sees"
        " every film.",
        mistakes={
            (
                FAR,
                40 - FAR,
            ): (
                "40 is the number of candidates that the index returns. Here the planner did not"
                " use it: read the number from the plan."
            ),
            (FAR, 0): sort,
            table.by_index(question, 1950, 3_000): (
                "Those are the numbers of an index scan. For so many rows the planner reads the"
                " table: explain `NEAREST` and change no setting."
            ),
        },
    )
    none_removed = table.pick(lambda q: table.scanned(q, 2000, 2)[:2] == (2, 0))
    stops = (
        "The index would return 40 candidates, but a scan stops when LIMIT is filled. Read the"
        " number from the plan."
    )
    candidates.on_data(conn, none_removed, 2000, 2).equals(
        (2, 0),
        "The two nearest films pass, LIMIT is filled, and nothing was removed. A text plan then"
        " omits the line; a JSON plan shows 0.",
        mistakes={(2, 38): stops},
    )
    some_removed = table.pick(
        lambda q: table.scanned(q, 2010, 3)[0] == 3 and 0 < table.scanned(q, 2010, 3)[1] < 37
    )
    candidates.on_data(conn, some_removed, 2010, 3).equals(
        table.scanned(some_removed, 2010, 3)[:2],
        "The scan read some films of other decades before LIMIT was filled.",
    )
    sorting = Session(data, enable_indexscan="off")
    candidates.on_data(sorting.conn, question, 1990, 10).equals(
        (table.count(1990), FILMS - table.count(1990)),
        "This session uses no index, so the scan returns every film of the decade, a step sorts"
        " them, and LIMIT takes ten. Both numbers belong to the scan.",
        mistakes={
            (
                10,
                FILMS - table.count(1990),
            ): (
                "Ten is what LIMIT, the outermost step, returned. Take both numbers from the step"
                " that reads rows, the innermost one."
            ),
        },
    )
    candidates.on_data(conn, table.far, 1950, 10).equals(
        (0, 40), "None of the candidates is from that decade: all were removed."
    )


@check("search_filtered")
def check_search_filtered(search_filtered: Answer, data: Data) -> None:
    """`search_filtered(conn, question, decade, k)` -> rows (id, title, distance), all k of them, by
    the index.
    """
    table = FilmTable(data, search_filtered)
    conn = data.postgres.conn
    question = table.pick(
        lambda q: table.after_limit(q, 2010, 20) < len(table.plain(q, 2010, 5)) < 5
    )
    plain, known = len(table.plain(question, 2010, 5)), set(table.indexes())
    before = table.rows_read(search_filtered)
    reply = search_filtered.on_data(conn, question, 2010, 5)
    rows_read = table.rows_read(search_filtered) - before
    returned = len(reply.rows(COLUMNS))
    reply.expect(
        returned >= plain,
        "These are fewer rows than even the plain search returns: LIMIT was applied before the"
        " filter, whether you fetch k rows or a few times as many. Put the filter inside the query,"
        " as in `NEAREST`.",
        "5 rows",
    )
    if returned == plain:
        reply.fail(OVER_FETCHED if fetches_more(search_filtered, table) else NOT_REACHED, "5 rows")
    reply.expect(
        set(table.indexes()) == known,
        "The call made or removed an index. An index for every search costs more than it saves: let"
        " the scan of `film_hnsw` continue.",
        "the indexes as before",
    )
    are_rows(reply, table, question, 2010, 5)
    reply.expect(
        table.plain(question, 2010, 5)[0] in [row[0] for row in reply.rows(COLUMNS)],
        "The nearest film is missing, although even the plain search finds it. The question is not"
        " a row of the table: do not leave anything out.",
        "nearly all of the five nearest films of the decade",
    )
    left_as_it_was(reply, table, search_filtered)
    reply.expect(rows_read < FILMS / 2, READ_ALL)
    before = table.rows_read(search_filtered)
    reply = search_filtered.on_data(conn, table.far, 1950, 10)
    rows_read = table.rows_read(search_filtered) - before
    reply.expect(
        len(reply.rows(COLUMNS)) >= 10,
        "Here the films of the decade are far from the question, and rows are missing again. A"
        " longer list (`hnsw.ef_search`) only moves the point where rows are lost: let the scan"
        " continue until LIMIT is filled.",
        "10 rows",
    )
    are_rows(reply, table, table.far, 1950, 10)
    reply.expect(
        rows_read < FILMS / 2,
        "The rows are here, but the call read the whole table: with a long list (`hnsw.ef_search`)"
        " the planner finds the index too expensive. An iterative scan starts with a short list and"
        " continues only as far as it must.",
    )
    for decade, k in ((1950, 300), (1890, 10), (2000, 1)):
        are_rows(search_filtered.on_data(conn, question, decade, k), table, question, decade, k)
    shares = []
    for decade, k in ((2010, 50), (1990, 10), (1980, 10)):
        for other in table.questions[:12]:
            reply = search_filtered.on_data(conn, other, decade, k)
            ids = are_rows(reply, table, other, decade, k)
            shares.append(len(set(ids) & set(table.true_ids(other, decade, k))) / k)
    reply.expect(
        np.mean(shares) >= 0.9,
        "These are as many rows as requested, all of the right decade, but not the nearest: over 36"
        " searches less than 90 % of the true neighbours were found.",
        "recall of at least 0.9",
    )
    left_as_it_was(reply, table, search_filtered)
    own = Session(
        data, {"hnsw.iterative_scan": "strict_order"}, **{"hnsw.iterative_scan": "relaxed_order"}
    )
    reply = search_filtered.on_data(own.conn, question, 2010, 5)
    own.expect_as_before(search_filtered, reply)
    with table.other_rows() as films:
        reply = search_filtered.on_data(conn, question, 2010, 5)
        reply.expect(
            {row[0] for row in reply.rows(COLUMNS)} <= films.keys(),
            STALE,
            "rows of the table as it is now",
        )


OVER_FETCHED = (
    "These are as many rows as the plain search returns. Fetching more and filtering them"
    " afterwards does not help: an index scan returns `hnsw.ef_search` candidates, 40, however"
    " large LIMIT is. Even with more candidates, rows of a rare decade may come after any LIMIT."
    " Put the filter inside the query, as in `NEAREST`."
)
NOT_REACHED = (
    "These are as many rows as the plain search returns: either you set nothing, or the setting did"
    " not apply to the query. `SET LOCAL` lasts until a transaction ends, and on this connection"
    " each statement is a transaction. Put both into one: `with conn.transaction():`."
)


def fetches_more(search_filtered: Answer, table: FilmTable) -> bool:
    """Is the filter applied after LIMIT? With 400 candidates `NEAREST` finds what is beyond a LIMIT
    of 100.
    """
    wide = Session(table.data, None, enable_seqscan="off", **{"hnsw.ef_search": "400"})
    question = table.pick(
        lambda q: not table.after_limit(q, 1950, 100) and table.plain_of_400(q, 1950, 1)
    )
    return not search_filtered.on_data(wide.conn, question, 1950, 1).rows(COLUMNS)


def are_rows(
    reply: Reply, table: FilmTable, question: np.ndarray, decade: int, k: int
) -> list[int]:
    """Are these rows of that decade, as many as expected, with their distances, nearest first?
    Returns their ids.
    """
    rows = reply.rows(COLUMNS)
    wanted = min(k, table.count(decade))
    what = f"{wanted} rows (id, title, distance)"
    ids = [row[0] for row in rows]
    reply.expect(
        all(is_number(number) and table.decade_of(number) is not None for number in ids),
        "The first column is not an id of the table. A row is (id, title, distance).",
        what,
    )
    reply.expect(
        all(table.decade_of(number) == decade for number in ids),
        "Some of the rows are films of other decades.",
        what,
    )
    reply.expect(len(set(ids)) == len(ids), "A film was returned twice.", what)
    reply.expect(len(rows) <= k, "The call returned more than k rows: LIMIT is missing.", what)
    reply.expect(len(rows) == wanted, "Rows are missing: more films of that decade exist.", what)
    reply.expect(
        all(title == table.title_of(number) for number, title, _ in rows),
        "A title belongs to a different id.",
        what,
    )
    distances = [row[2] for row in rows]
    are_distances(reply, table.distances(question, ids), distances)
    reply.expect(
        all(nearer <= farther + 1e-6 for nearer, farther in itertools.pairwise(distances)),
        "The rows are not sorted nearest first. `relaxed_order` may return them slightly out of"
        " order: use `strict_order`, or sort the rows (in SQL by `distance + 0`, as PostgreSQL"
        " assumes that they are sorted already).",
        "distances in ascending order",
    )
    return [int(number) for number in ids]


def are_distances(reply: Reply, true: np.ndarray, distances: list[Any]) -> None:
    """Are these the true cosine distances?"""
    numbers = all(is_number(distance) and abs(distance) < 1e6 for distance in distances)
    if numbers and np.allclose(distances, true, atol=1e-4):
        return
    if numbers and np.allclose(distances, 1 - true, atol=1e-4):
        reply.fail(
            "The third column is the similarity, 1 - distance. Return the distance itself.",
            "cosine distances",
        )
    if numbers and any(
        np.allclose(distances, np.round(true, digits), atol=1e-6) for digits in (1, 2, 3)
    ):
        reply.fail(
            "The distances are rounded. Return them unchanged: two films may differ by less."
        )
    reply.fail(
        "The third column is not the cosine distance, `<=>`. `<->` is the Euclidean distance, `<#>`"
        " the negative inner product: both order vectors that are not of length 1 differently, and"
        " this index serves neither.",
        "cosine distances",
    )


def left_as_it_was(reply: Reply, table: FilmTable, function: Answer) -> None:
    """Is the session as it was before the call: no transaction open, no setting changed?"""
    reply.expect(not table.transaction_is_open(), OPEN)
    for name in SETTINGS:
        now, usual = function.setting(table.data.postgres.conn, name), table.setting(name)
        if now not in (None, usual):
            reply.fail(
                f"After the call `{name}` is still changed, which affects every later query on this"
                " connection. `SET LOCAL` ends with its transaction.",
                f"{name} = {usual}",
                f"{name} = {now}",
            )


@check("ground_truth")
def check_ground_truth(search_exact: Answer, plain_recall: Answer, data: Data) -> None:
    """`search_exact(conn, question, decade, k)` -> rows; `plain_recall(conn, questions, decade, k)`
    -> mean recall.
    """
    table = FilmTable(data, search_exact)
    conn = data.postgres.conn
    reply = search_exact.on_data(conn, table.far, 1950, 10)
    reply.expect(
        reply.rows(COLUMNS),
        "No row was returned: this search still uses the index. Disable index scans for this one"
        " query, in the same transaction (`SET LOCAL` outside of one has no effect).",
        "10 rows",
    )
    is_exact(reply, table, table.far, 1950, 10)
    left_as_it_was(reply, table, search_exact)
    reply.expect(
        "film_hnsw" in table.indexes(),
        "The index is gone after the call, and all other searches are slow until somebody rebuilds"
        " it. Disable index scans for this one query.",
        "the indexes as before",
    )
    own = Session(data, enable_indexscan="off")
    own.expect_as_before(search_exact, search_exact.on_data(own.conn, table.far, 1950, 10))
    for question in table.questions[:8]:
        is_exact(search_exact.on_data(conn, question, 2000, 50), table, question, 2000, 50)
    is_exact(search_exact.on_data(conn, table.far, 1950, 300), table, table.far, 1950, 300)
    is_exact(search_exact.on_data(conn, table.far, 1890, 5), table, table.far, 1890, 5)
    is_exact(search_exact.on_data(conn, table.far, 1980, 1), table, table.far, 1980, 1)
    avoids_the_index(search_exact, table)
    with table.other_rows() as films:
        reply = search_exact.on_data(conn, table.far, 2010, 5)
        reply.expect(
            {row[0] for row in reply.rows(COLUMNS)} <= films.keys(),
            STALE,
            "rows of the table as it is now",
        )
    for decade in (2010, 2000):
        answered = (question for question in table.questions if table.plain(question, decade, 20))
        asked = np.array(list(itertools.islice(answered, 12)))
        recall, mistakes = measured(table, asked, decade, 20)
        for exact_first in (False, True):
            watched = Session(data)
            if exact_first:
                is_exact(
                    search_exact.on_data(watched.conn, asked[0], decade, 20),
                    table,
                    asked[0],
                    decade,
                    20,
                )
            before = watched.reads(plain_recall)
            reply = plain_recall.on_data(watched.conn, asked, decade, 20)
            by_index = (watched.reads(plain_recall) - before).vector_scans
            reply.expect(
                reply.number(0, 1) != 1 or by_index,
                "The recall is 1, but none of the searches used the index: the setting of the exact"
                " search applied to the plain one, too. The plain search is `NEAREST` unchanged,"
                " outside of that transaction.",
                "the recall of `NEAREST` unchanged",
            )
            reply.equals(recall, SHARES if by_index == len(asked) else ONE_PLAN, mistakes=mistakes)
        reply = search_exact.on_data(watched.conn, asked[0], decade, 20)
        reply.expect(len(reply.rows(COLUMNS)) == 20, ONE_PLAN, "20 rows")
        is_exact(reply, table, asked[0], decade, 20)
        watched.expect_as_before(search_exact, reply)
    recall_of_small_cases(plain_recall, table)


def avoids_the_index(search_exact: Answer, table: FilmTable) -> None:
    """Is the answer exact even where the planner considers reading the table expensive?"""
    session = Session(table.data, seq_page_cost="1000", jit="off")
    before = session.reads(search_exact)
    reply = search_exact.on_data(session.conn, table.far, 1950, 10)
    reply.expect(
        session.reads(search_exact).vector_scans == before.vector_scans,
        "Here reading the table costs more, as it does when a table grows, and the query used the"
        " HNSW index. With a large `hnsw.ef_search` the planner may choose the table, as it did"
        " before, but that depends on its cost estimate and guarantees nothing. Disable index scans"
        " for this query.",
        "a query that does not use the index",
    )
    is_exact(reply, table, table.far, 1950, 10)


def is_exact(reply: Reply, table: FilmTable, question: np.ndarray, decade: int, k: int) -> None:
    """Are these the true nearest films? Equal distances may come in any order."""
    ids = are_rows(reply, table, question, decade, k)
    reply.expect(
        table.count(decade) <= k or ids != table.true_ids(question, decade, k + 1)[1:],
        "The nearest film is missing, and all others moved up. The question is not a row of the"
        " table: do not leave anything out.",
        "the true nearest films",
    )
    reply.expect(
        np.allclose(
            table.distances(question, ids),
            table.distances(question, table.true_ids(question, decade, k)),
            atol=1e-6,
        ),
        "A nearer film of that decade exists, so this answer is not exact. An iterative scan finds"
        " more rows, but it is as approximate as the index it uses. Only a query that uses no"
        " vector index is exact.",
        "the true nearest films",
    )


def recall_of_small_cases(plain_recall: Answer, table: FilmTable) -> None:
    """Recall where it is 1, because the decade has fewer films than k, and where it is 0."""
    conn = table.data.postgres.conn
    plain_recall.reconnect(conn)
    plain_recall.on_data(conn, table.questions[:2], 1950, 300).equals(
        1.0,
        "Every film of that decade was returned, so the recall is 1.",
        mistakes={
            FAR / 300: (
                "The decade has fewer films than k. Divide by how many there were to find, not"
                " by k."
            )
        },
    )
    plain_recall.on_data(conn, table.far[None], 1950, 10).equals(
        0.0,
        "The plain search finds no film of that decade, although more than ten exist: its recall is"
        " 0.",
    )


def measured(
    table: FilmTable, questions: np.ndarray, decade: int, k: int
) -> tuple[float, dict[float, str]]:
    """Mean recall of the plain search over the questions, and the messages for wrong values."""
    measures: list[tuple[float, ...]] = []
    all_ids: set[int] = set()
    all_true: set[int] = set()
    for question in questions:
        ids, true = table.plain(question, decade, k), table.true_ids(question, decade, k)
        all_ids, all_true = all_ids | set(ids), all_true | set(true)
        hits = len(set(ids) & set(true))
        in_place = sum(a == b for a, b in zip(ids, true, strict=False))
        fixed = len(set(table.iterative(question, decade, k)) & set(true))
        measures.append((hits / k, len(ids) / k, hits / len(ids), in_place / k, fixed / k))
    recall, rows, precision, places, iterative = np.mean(measures, axis=0).tolist()
    shares = [measure[0] for measure in measures]
    pooled = len(all_ids & all_true) / len(all_true)
    return recall, {
        pooled: (
            "You merged the answers to all questions before comparing them. A film that the search"
            " for one question missed is not a hit because another search found it: compute a"
            " recall for each question, then their mean."
        ),
        float(np.median(shares)): "That is the median over the questions. Return the mean.",
        shares[0]: (
            "That is the recall of the first question alone. Return the mean over all of them."
        ),
        shares[
            -1
        ]: "That is the recall of the last question alone. Return the mean over all of them.",
        1 - recall: "That is the share that was missed. Recall is the share that was found.",
        **rounded(recall),
        rows: (
            "That only says how many rows were returned. Recall says whether they are the right"
            " ones: compare ids with the truth."
        ),
        precision: DIVIDED if precision < 1 else f"{DIVIDED} If you did not: {ONE_PLAN}",
        places: (
            "A true neighbour counts at any position: compare which ids were returned, not position"
            " by position."
        ),
        iterative: (
            "That is the recall of the iterative search. Use the plain one, `NEAREST` unchanged."
        ),
    }


@check("partial_index")
def check_partial_index(partial_index: Answer, data: Data) -> None:
    """`partial_index(conn, decade)` makes an index of one decade and returns its name."""
    table = FilmTable(data, partial_index)
    conn = data.postgres.conn
    question = table.pick(
        lambda q: len(table.plain(q, 1980, 10)) < 10 and len(table.plain(q, 1990, 10)) < 10
    )
    ids_of_2010 = table.plain(question, 2010, 10)
    is_partial(partial_index, table, question, 1980)
    known = table.indexes()
    reply = partial_index.on_data(conn, 1980)
    reply.expect(not table.transaction_is_open(), OPEN)
    reply.expect(
        len(table.indexes()) <= len(known),
        "The second call for the same decade made a second copy of the index. Each copy takes"
        " space, and time at every insert: derive the name from the decade, and use `IF NOT"
        " EXISTS`.",
        "one index",
    )
    left_as_it_was(reply, table, partial_index)
    reply.expect(
        table.index_of(1980),
        "After the second call for the same decade its index is gone.",
        "one index",
    )
    reply.equals(table.index_of(1980), "Return the name of the index, even when it exists already.")
    is_partial(partial_index, table, question, 1990)
    reply.expect(
        table.index_of(1980),
        "After a call for another decade the index of the first one is gone.",
        "two indexes",
    )
    reply.expect(
        table.plain(question, 2010, 10) == ids_of_2010
        and table.reads_by(question, 2010, 10) == "film_hnsw",
        "Searches for decades without an index of their own behave differently now.",
    )


NAMED = (
    "Return the name of the index as PostgreSQL stores it and plans show it: without its schema and"
    " without quotes, in lower case unless it was quoted when the index was made."
)


def is_partial(partial_index: Answer, table: FilmTable, question: np.ndarray, decade: int) -> None:
    """Does the call make one new index that holds the films of this decade and serves the plain
    search, and return its name?
    """
    known = table.indexes()
    reply = partial_index.on_data(table.data.postgres.conn, decade)
    reply.expect(not table.transaction_is_open(), OPEN)
    indexes = table.indexes()
    reply.expect(
        "film_hnsw" in indexes,
        "`film_hnsw`, the index of all films, is gone. Other decades need it.",
        "film_hnsw",
    )
    new = [index for name, index in indexes.items() if name not in known]
    reply.expect(
        new,
        "After the call there is no new index on the table. If the name exists already, `IF NOT"
        " EXISTS` makes nothing and says so only in a notice: every decade needs its own name.",
        "a new index",
    )
    reply.expect(len(new) == 1, "One call made more than one index.", "one new index")
    serves(reply, table, new[0], decade)
    reply.expect(
        table.reads_by(question, decade, 10) == new[0].name,
        "The planner does not use the new index for `NEAREST`. Is it an index on the column"
        " `embedding` itself, and is its WHERE the same as that of `NEAREST`, `decade = ...`,"
        " without a cast or a function?",
        "a scan by the new index",
    )
    ids = set(table.plain(question, decade, 10))
    reply.expect(
        len(ids & set(table.true_ids(question, decade, 10))) >= 8,
        "With the new index the plain search still misses near films of that decade.",
        "nearly all of the ten nearest films",
    )
    reply.expect(reply.text() == new[0].name, NAMED, "its name")


def serves(reply: Reply, table: FilmTable, index: Index, decade: int) -> None:
    """Is it an HNSW index for cosine distance with the films of this decade?"""
    reply.expect(
        index.method == "hnsw",
        f"The new index is of type {index.method}. It can find the films of a decade, but not the"
        " nearest of them.",
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
        " cannot use it, and there is no error.",
        "vector_cosine_ops",
    )
    reply.expect(
        index.predicate is not None,
        "The new index has no WHERE: it holds all films, as `film_hnsw` does, and the filter still"
        " removes some of its candidates.",
        "an index of one decade",
    )
    held, whole = table.held(index), table.count(decade)
    reply.expect(
        held.get(decade) == whole,
        "The new index does not hold the films of the decade in the call. Its WHERE must compare"
        " the column `decade` with the argument, not with a fixed decade.",
        f"the {decade}s",
    )
    reply.expect(
        len(held) == 1,
        "The new index holds the films of other decades as well, and the filter removes them from"
        " its candidates again.",
        f"the {decade}s only",
    )
