"""The checks of exercise 10, after pgvector's README, "Iterative Index Scans", and PostgreSQL's pages on EXPLAIN and PREPARE."""

import numpy as np

from vdbcourse.exercises.missing_rows.shelf import FAR, FILMS, Index, Shelf
from vdbcourse.grading import Answer, Data, Reply, check
from vdbcourse.grading.answers import is_number

COLUMNS = ("id", "title", "distance")
SETTINGS = ("hnsw.iterative_scan", "hnsw.ef_search", "enable_indexscan", "enable_seqscan", "enable_sort", "plan_cache_mode")

OPEN = (
    "A transaction is still open after the call, and nobody else sees what was done in it. It ends with COMMIT, or by itself "
    "after `with conn.transaction():`."
)
READ_ALL = (
    "The right rows, but the whole table was read for them, which takes longer with every row that is added. Let the index "
    "find them."
)
ONE_PLAN = (
    "One of the two searches did not run as it was meant to. psycopg prepares a statement that it has sent five times, and the "
    "server may then keep one plan for both searches: a setting made later changes nothing. `prepare=False` has a query planned "
    "anew."
)
DIVIDED = (
    "You divided by the rows that came. Then a search that returns a single right row is perfect. Divide by how many there were "
    "to find."
)


@check("missing_rows")
def check_missing_rows(missing_rows: Answer, data: Data) -> None:
    """`missing_rows(conn, question, decade, k)` -> how many rows the plain search returns too few."""
    shelf = Shelf(data, missing_rows)
    conn = data.postgres.conn

    def telling(q: np.ndarray) -> bool:
        came = len(shelf.plain(q, 1950, 10))
        return 0 < came < 10 and came not in (5, shelf.after_limit(q, 1950, 10))

    question = shelf.pick(telling)
    came = len(shelf.plain(question, 1950, 10))
    missing_rows.on_data(conn, question, 1950, 10).equals(
        10 - came,
        "Ten rows were asked for, and more films than that are of the decade: what the plain search did not return is missing.",
        mistakes={
            0: "Nothing missing? Then the rows did not come by the index. Ask with `NEAREST`: only a search that reads the whole "
            "table loses nothing.",
            came: "These are the rows that came. How many did not?",
            FAR - came: "Ten rows were asked for. Films beyond the tenth are not missing: nobody asked for them.",
            10
            - shelf.after_limit(question, 1950, 10): "That is what a filter outside of LIMIT loses: it thins out the ten nearest "
            "of all films. `NEAREST` filters before LIMIT.",
            came - 10: "It is the other way round: what should come, less what came.",
        },
    )
    missing_rows.on_data(conn, question, 1950, 3_000).equals(
        0,
        "All films of that decade came back; it has no more.",
        mistakes={
            3_000 - FAR: "The decade has fewer films than k, and all of them came. A film that does not exist is not missing.",
            FILMS - FAR: "Only films that pass the filter can be missing. You counted all films of the table.",
        },
    )
    missing_rows.on_data(conn, shelf.far, 1950, 10).equals(
        10, "No film of that decade came, though ten were asked for and more exist."
    )
    missing_rows.on_data(conn, shelf.far, 1950, 1).equals(1, "One row was asked for and none came, though more exist.")
    missing_rows.on_data(conn, question, 1890, 10).equals(0, "The table has no film of that decade, so none can be missing.")
    full = shelf.pick(lambda q: len(shelf.plain(q, 2000, 3)) == 3)
    missing_rows.on_data(conn, full, 2000, 3).equals(0, "Three rows were asked for, and three came.")


@check("candidates")
def check_candidates(candidates: Answer, data: Data) -> None:
    """`candidates(conn, question, decade, k)` -> (rows that passed the filter, rows that the filter removed)."""
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
    limit = "The outermost step of the plan is LIMIT, and it filters nothing. The filter belongs to the scan inside it."
    reply.equals(
        (passed, removed),
        "Both numbers stand at the step of the plan that reads, the innermost one.",
        mistakes={
            (expected, removed): "`Plan Rows` is what the planner expected before it ran. `Actual Rows` is what came.",
            (passed, 0): limit,
            (removed, passed): "The two numbers have changed places: first what passed, then what was removed.",
            (passed, FILMS - passed): "The scan did not meet every film, so the filter cannot have removed all others. Read the "
            "number in the plan.",
            (
                passed,
                shelf.count(1990) - passed,
            ): "Films that the scan never met were not removed by the filter. Read the number in the plan.",
            (passed, passed + removed): "Those are all candidates. Asked for are the ones that the filter removed.",
        },
    )
    sort = "Below LIMIT stands a sort here, and only below that the scan with its filter. Go on to the innermost step."
    whole = shelf.scanned(question, 1950, 3_000)
    candidates.on_data(conn, question, 1950, 3_000).equals(
        whole[:2],
        "For so many rows the planner reads the table instead of the index, and the filter sees every film.",
        mistakes={
            (
                FAR,
                40 - FAR,
            ): "40 candidates is what the index hands over. Here the planner did not use it: read the number in the plan.",
            (FAR, 0): sort,
        },
    )
    none_removed = shelf.pick(lambda q: shelf.scanned(q, 2000, 2)[:2] == (2, 0))
    stops = "The index would hand over 40 candidates, but a scan stops when LIMIT is filled. Read the number in the plan."
    candidates.on_data(conn, none_removed, 2000, 2).equals(
        (2, 0),
        "The two nearest films pass, LIMIT is filled, and nothing was removed. A plan as text then leaves the line out; a plan "
        "as JSON says 0.",
        mistakes={(2, 38): stops},
    )
    some_removed = shelf.pick(lambda q: shelf.scanned(q, 2010, 3)[0] == 3 and 0 < shelf.scanned(q, 2010, 3)[1] < 37)
    candidates.on_data(conn, some_removed, 2010, 3).equals(
        shelf.scanned(some_removed, 2010, 3)[:2], "The scan met some films of other decades before LIMIT was filled."
    )
    candidates.on_data(conn, shelf.far, 1950, 10).equals((0, 40), "None of the candidates is from that decade: all were removed.")


@check("search_filtered")
def check_search_filtered(search_filtered: Answer, data: Data) -> None:
    """`search_filtered(conn, question, decade, k)` -> rows (id, title, distance), all k of them, by the index."""
    shelf = Shelf(data, search_filtered)
    conn = data.postgres.conn
    question = shelf.pick(lambda q: shelf.after_limit(q, 2010, 20) < len(shelf.plain(q, 2010, 5)) < 5)
    came = len(shelf.plain(question, 2010, 5))
    before = shelf.scans(search_filtered)
    reply = search_filtered.on_data(conn, question, 2010, 5)
    scans = shelf.scans(search_filtered) - before
    found = len(reply.rows(COLUMNS))
    reply.expect(
        found >= came,
        "Fewer rows than even the plain search returns: LIMIT was counted before the filter, whether you fetch k rows or a few "
        "times as many. The filter belongs inside the query, as in `NEAREST`.",
        "5 rows",
    )
    reply.expect(
        found != came,
        "As many rows as the plain search returns: no setting reached the query. `SET LOCAL` holds until a transaction ends, "
        "and on this connection each statement is a transaction. Put both into one: `with conn.transaction():`.",
        "5 rows",
    )
    are_rows(reply, shelf, question, 2010, 5)
    left_as_it_was(reply, shelf, search_filtered)
    reply.expect(not scans, READ_ALL)
    before = shelf.scans(search_filtered)
    reply = search_filtered.on_data(conn, shelf.far, 1950, 10)
    scans = shelf.scans(search_filtered) - before
    reply.expect(
        len(reply.rows(COLUMNS)) >= 10,
        "Here the films of the decade lie far from the question, and rows are missing again. A longer list (`hnsw.ef_search`) "
        "only moves the cliff: let the scan go on until LIMIT is filled.",
        "10 rows",
    )
    are_rows(reply, shelf, shelf.far, 1950, 10)
    reply.expect(
        not scans,
        "The rows are here, but the whole table was read for them: with a long list (`hnsw.ef_search`) the planner finds the "
        "index too expensive. An iterative scan begins with a short list and goes on only as far as it must.",
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
        "As many rows as asked for, all of the right decade, but not the nearest: over 36 searches less than 90 % of the true "
        "neighbours came back.",
        "recall of at least 0.9",
    )
    left_as_it_was(reply, shelf, search_filtered)


def are_rows(reply: Reply, shelf: Shelf, question: np.ndarray, decade: int, k: int) -> list[int]:
    """Are these rows of that decade, as many as there should be, with their distances, nearest first? Returns their ids."""
    rows = reply.rows(COLUMNS)
    wanted = min(k, shelf.count(decade))
    what = f"{wanted} rows (id, title, distance)"
    ids = [row[0] for row in rows]
    reply.expect(
        all(is_number(number) and shelf.decade_of(number) is not None for number in ids),
        "The first column is no id of the table. A row is (id, title, distance).",
        what,
    )
    reply.expect(all(shelf.decade_of(number) == decade for number in ids), "Films of other decades are among the rows.", what)
    reply.expect(len(set(ids)) == len(ids), "A film came twice.", what)
    reply.expect(len(rows) <= k, "More rows than k came: LIMIT is missing.", what)
    reply.expect(len(rows) == wanted, "Rows are missing: more films of that decade exist.", what)
    reply.expect(all(title == shelf.title_of(number) for number, title, _ in rows), "A title belongs to another id.", what)
    distances = [row[2] for row in rows]
    are_distances(reply, shelf.distances(question, ids), distances)
    reply.expect(
        all(nearer <= farther + 1e-6 for nearer, farther in zip(distances, distances[1:], strict=False)),
        "The rows do not come nearest first. `relaxed_order` may hand them out a little out of order: take "
        "`strict_order`, or sort what came (in SQL by `distance + 0`, as PostgreSQL believes it sorted already).",
        "distances that grow from row to row",
    )
    return [int(number) for number in ids]


def are_distances(reply: Reply, true: np.ndarray, distances: list) -> None:
    """Are these the true cosine distances?"""
    numbers = all(is_number(one) and abs(one) < 1e6 for one in distances)
    if numbers and np.allclose(distances, true, atol=1e-4):
        return
    if numbers and np.allclose(distances, 1 - true, atol=1e-4):
        reply.fail("The third column is the similarity, 1 - distance. Asked for is the distance itself.", "cosine distances")
    reply.fail(
        "The third column is not the cosine distance, `<=>`. `<->` is the Euclidean distance, `<#>` the negative inner product: "
        "vectors that are not of length 1 stand in another order by them, and this index serves neither.",
        "cosine distances",
    )


def left_as_it_was(reply: Reply, shelf: Shelf, function: Answer) -> None:
    """Is the session as it was before the call: no transaction open, no setting changed?"""
    reply.expect(not shelf.transaction_is_open(), OPEN)
    for name in SETTINGS:
        now, usual = function.setting(shelf.data.postgres.conn, name), shelf.setting(name)
        if now not in (None, usual):
            reply.fail(
                f"After the call `{name}` is still changed, so that every later query on this connection behaves differently. "
                "`SET LOCAL` ends with its transaction.",
                f"{name} = {usual}",
                f"{name} = {now}",
            )


@check("ground_truth")
def check_ground_truth(search_exact: Answer, plain_recall: Answer, data: Data) -> None:
    """`search_exact(conn, question, decade, k)` -> rows; `plain_recall(conn, questions, decade, k)` -> mean recall."""
    shelf = Shelf(data, search_exact)
    conn = data.postgres.conn
    reply = search_exact.on_data(conn, shelf.far, 1950, 10)
    reply.expect(
        reply.rows(COLUMNS),
        "No row at all: this search still goes by the index. Turn that off for this one query, in the same transaction (`SET "
        "LOCAL` outside of one has no effect).",
        "10 rows",
    )
    is_exact(reply, shelf, shelf.far, 1950, 10)
    left_as_it_was(reply, shelf, search_exact)
    for question in shelf.questions[:8]:
        is_exact(search_exact.on_data(conn, question, 2000, 50), shelf, question, 2000, 50)
    is_exact(search_exact.on_data(conn, shelf.far, 1950, 300), shelf, shelf.far, 1950, 300)
    is_exact(search_exact.on_data(conn, shelf.far, 1890, 5), shelf, shelf.far, 1890, 5)
    is_exact(search_exact.on_data(conn, shelf.far, 1980, 1), shelf, shelf.far, 1980, 1)
    for decade in (2010, 2000):
        asked = np.array([question for question in shelf.questions if shelf.plain(question, decade, 20)][:12])
        recall, mistakes = measured(shelf, asked, decade, 20)
        for exact_first in (False, True):
            plain_recall.transport.forget(conn)
            if exact_first:
                is_exact(search_exact.on_data(conn, asked[0], decade, 20), shelf, asked[0], decade, 20)
            reply = plain_recall.on_data(conn, asked, decade, 20)
            reply.number(0, 1)
            reply.equals(recall, ONE_PLAN, mistakes=mistakes)
        reply = search_exact.on_data(conn, asked[0], decade, 20)
        reply.expect(len(reply.rows(COLUMNS)) == 20, ONE_PLAN, "20 rows")
        is_exact(reply, shelf, asked[0], decade, 20)
        left_as_it_was(reply, shelf, search_exact)
    recall_of_small_cases(plain_recall, shelf)


def is_exact(reply: Reply, shelf: Shelf, question: np.ndarray, decade: int, k: int) -> None:
    """Are these the true nearest films? Equal distances may come in any order."""
    found = are_rows(reply, shelf, question, decade, k)
    reply.expect(
        np.allclose(shelf.distances(question, found), shelf.distances(question, shelf.true_ids(question, decade, k)), atol=1e-6),
        "A nearer film of that decade exists, so this is not the truth. An iterative scan finds more rows, but it is as "
        "approximate as the index it walks. The truth comes from a query that uses no vector index.",
        "the true nearest films",
    )


def recall_of_small_cases(plain_recall: Answer, shelf: Shelf) -> None:
    """Recall where it is 1, because the decade has fewer films than k, and where it is 0."""
    conn = shelf.data.postgres.conn
    plain_recall.transport.forget(conn)
    plain_recall.on_data(conn, shelf.questions[:2], 1950, 300).equals(
        1.0,
        "Every film of that decade came back, so recall is 1.",
        mistakes={FAR / 300: "The decade has fewer films than k. Divide by how many there were to find, not by k."},
    )
    plain_recall.on_data(conn, shelf.far[None], 1950, 10).equals(
        0.0, "The plain search finds no film of that decade, though more than ten exist: its recall is 0."
    )


def measured(shelf: Shelf, questions: np.ndarray, decade: int, k: int) -> tuple[float, dict[float, str]]:
    """Mean recall of the plain search over the questions, and what is taken for it."""
    measures = []
    for question in questions:
        found, true = shelf.plain(question, decade, k), shelf.true_ids(question, decade, k)
        hits = len(set(found) & set(true))
        in_place = sum(a == b for a, b in zip(found, true, strict=False))
        mended = len(set(shelf.iterative(question, decade, k)) & set(true))
        measures.append((hits / k, len(found) / k, hits / len(found), in_place / k, mended / k))
    recall, rows, precision, places, iterative = np.mean(measures, axis=0).tolist()
    return recall, {
        rows: "That is how many rows came. Recall asks whether they are the right ones: compare ids with the truth.",
        precision: DIVIDED if precision < 1 else f"{DIVIDED} If you did not: {ONE_PLAN}",
        places: "A true neighbour counts wherever it stands: compare which ids came, not place by place.",
        iterative: "That is the recall of the mended search. Asked for is the plain one, `NEAREST` as it stands.",
    }


@check("partial_index")
def check_partial_index(partial_index: Answer, data: Data) -> None:
    """`partial_index(conn, decade)` makes an index of one decade and returns its name."""
    shelf = Shelf(data, partial_index)
    conn = data.postgres.conn
    question = shelf.pick(lambda q: len(shelf.plain(q, 1980, 10)) < 10 and len(shelf.plain(q, 1990, 10)) < 10)
    of_others = shelf.plain(question, 2010, 10)
    is_partial(partial_index, shelf, question, 1980)
    known = shelf.indexes()
    reply = partial_index.on_data(conn, 1980)
    reply.expect(not shelf.transaction_is_open(), OPEN)
    reply.expect(
        len(shelf.indexes()) <= len(known),
        "The second call for the same decade made a second copy of the index. Each takes room, and time on every insert: give "
        "it a name that follows from the decade, and say `IF NOT EXISTS`.",
        "one index",
    )
    reply.expect(shelf.index_of(1980), "After the second call for the same decade its index is gone.", "one index")
    reply.equals(shelf.index_of(1980), "Return the name of the index, also when it exists already.")
    is_partial(partial_index, shelf, question, 1990)
    reply.expect(shelf.index_of(1980), "After a call for another decade the index of the first one is gone.", "two indexes")
    reply.expect(
        shelf.plain(question, 2010, 10) == of_others and shelf.reads_by(question, 2010, 10) == "film_hnsw",
        "Searches for decades without an index of their own behave differently now.",
    )


def is_partial(partial_index: Answer, shelf: Shelf, question: np.ndarray, decade: int) -> None:
    """Does the call make one new index that holds the films of this decade and serves the plain search, and return its name?"""
    known = shelf.indexes()
    reply = partial_index.on_data(shelf.data.postgres.conn, decade)
    reply.expect(not shelf.transaction_is_open(), OPEN)
    indexes = shelf.indexes()
    reply.expect("film_hnsw" in indexes, "`film_hnsw`, the index of all films, is gone. Other decades need it.", "film_hnsw")
    new = [index for name, index in indexes.items() if name not in known]
    reply.expect(
        new,
        "After the call there is no new index on the table. Where the name is taken, `IF NOT EXISTS` makes nothing and says so "
        "only in a notice: every decade needs a name of its own.",
        "a new index",
    )
    reply.expect(len(new) == 1, "One call made more than one index.", "one new index")
    serves(reply, shelf, new[0], decade)
    reply.expect(
        shelf.reads_by(question, decade, 10) == new[0].name,
        "The planner does not use the new index for `NEAREST`. Is it an index of the column `embedding` itself?",
        "a scan by the new index",
    )
    found = set(shelf.plain(question, decade, 10))
    reply.expect(
        len(found & set(shelf.true_ids(question, decade, 10))) >= 8,
        "With the new index the plain search still misses near films of that decade.",
        "the ten nearest films, or nearly",
    )
    reply.expect(reply.text() == new[0].name, "Return the name of the index: whoever reads a plan looks for it.", "its name")


def serves(reply: Reply, shelf: Shelf, index: Index, decade: int) -> None:
    """Is it an HNSW index for cosine distance with the films of this decade?"""
    reply.expect(
        index.method == "hnsw",
        f"The new index is of the kind {index.method}. It may find the films of a decade, but not the nearest of them.",
        "an HNSW index",
    )
    reply.expect(
        index.operators == "vector_cosine_ops",
        "The new index is made for another distance than `<=>`. A search that orders by `<=>` cannot use it, and says nothing.",
        "vector_cosine_ops",
    )
    reply.expect(
        index.predicate is not None,
        "The new index has no WHERE: it holds all films, as `film_hnsw` does, and its candidates are thinned out just the same.",
        "an index of one decade",
    )
    held, whole = shelf.held(index), shelf.count(decade)
    reply.expect(
        held.get(decade) == whole,
        "The new index does not hold the films of the decade that was passed. Its WHERE must take the decade from the argument.",
        f"the {decade}s",
    )
    reply.expect(
        len(held) == 1,
        "The new index holds the films of other decades as well, and the filter removes them from its candidates again.",
        f"the {decade}s only",
    )
