"""Answers that prove the check of `missing_rows` in exercise 10_missing_rows."""

from vdbcourse.authoring.proof.answers import equivalent, right, wrong

from .shared import COUNT, NEAREST, plain, values_of


@wrong("k minus the rows returned, though fewer may exist", says="does not exist is not missing")
def missing_rows(conn, question, decade, k):
    return k - len(plain(conn, question, decade, k))


@wrong("all films of the decade expected, k ignored", says="they were not requested")
def missing_rows(conn, question, decade, k):
    return conn.execute(COUNT, [decade]).fetchone()[0] - len(plain(conn, question, decade, k))


@wrong("counted without the filter", says="all films of the table")
def missing_rows(conn, question, decade, k):
    (films,) = conn.execute("SELECT count(*) FROM film").fetchone()
    return min(k, films) - len(plain(conn, question, decade, k))


@wrong(
    "similarity DESC, which no index serves, so nothing is lost",
    says="did not use the index",
)
def missing_rows(conn, question, decade, k):
    rows = conn.execute(
        "SELECT id FROM film WHERE decade = %(decade)s ORDER BY 1 - (embedding <=> %(question)s)"
        " DESC LIMIT %(k)s",
        values_of(question, decade, k),
    ).fetchall()
    return min(k, conn.execute(COUNT, [decade]).fetchone()[0]) - len(rows)


@wrong("filter after LIMIT", says="filter applied after LIMIT")
def missing_rows(conn, question, decade, k):
    rows = conn.execute(
        "SELECT * FROM (SELECT id, decade FROM film ORDER BY embedding <=> %(question)s LIMIT"
        " %(k)s) AS nearest WHERE decade = %(decade)s",
        values_of(question, decade, k),
    ).fetchall()
    return min(k, conn.execute(COUNT, [decade]).fetchone()[0]) - len(rows)


@wrong("the rows returned", says="How many are missing?")
def missing_rows(conn, question, decade, k):
    return len(plain(conn, question, decade, k))


@wrong("the other way round", says="other way round")
def missing_rows(conn, question, decade, k):
    return len(plain(conn, question, decade, k)) - min(
        k, conn.execute(COUNT, [decade]).fetchone()[0]
    )


@wrong("yes or no instead of a number", says="not one number")
def missing_rows(conn, question, decade, k):
    return len(plain(conn, question, decade, k)) < min(
        k, conn.execute(COUNT, [decade]).fetchone()[0]
    )


@wrong("a range one decade too long", says="one decade too many")
def missing_rows(conn, question, decade, k):
    sql = "SELECT count(*) FROM film WHERE decade BETWEEN %s AND %s"
    return min(k, conn.execute(sql, [decade, decade + 10]).fetchone()[0]) - len(
        plain(conn, question, decade, k)
    )


@wrong("older films counted as well", says="films of other decades as well")
def missing_rows(conn, question, decade, k):
    (films,) = conn.execute("SELECT count(*) FROM film WHERE decade <= %s", [decade]).fetchone()
    return min(k, films) - len(plain(conn, question, decade, k))


@wrong("titles counted", says="Two films have the same title")
def missing_rows(conn, question, decade, k):
    (titles,) = conn.execute(
        "SELECT count(DISTINCT title) FROM film WHERE decade = %s", [decade]
    ).fetchone()
    return min(k, titles) - len(plain(conn, question, decade, k))


@wrong("counted by another column", says="A negative number of rows")
def missing_rows(conn, question, decade, k):
    (films,) = conn.execute(
        "SELECT count(*) FROM film WHERE year BETWEEN %s AND %s", [decade, decade + 9]
    ).fetchone()
    return min(k, films) - len(plain(conn, question, decade, k))


@wrong("four times as many fetched, filtered afterwards", says="filter them afterwards")
def missing_rows(conn, question, decade, k):
    rows = conn.execute(
        "SELECT decade FROM film ORDER BY embedding <=> %s LIMIT %s", [question, 4 * k]
    ).fetchall()
    returned = min(k, sum(film_decade == decade for (film_decade,) in rows))
    return min(k, conn.execute(COUNT, [decade]).fetchone()[0]) - returned


@wrong("a share", says="That is the share that is missing")
def missing_rows(conn, question, decade, k):
    expected = min(k, conn.execute(COUNT, [decade]).fetchone()[0])
    return (expected - len(plain(conn, question, decade, k))) / expected if expected else 0


@right("one statement")
def missing_rows(conn, question, decade, k):
    statement = (
        "SELECT least(%(k)s, (SELECT count(*) FROM film WHERE decade = %(decade)s)) - (SELECT"
        f" count(*) FROM ({NEAREST}) n)"
    )
    return conn.execute(statement, values_of(question, decade, k)).fetchone()[0]


@right("ids in Python")
def missing_rows(conn, question, decade, k):
    passing = [number for number, d in conn.execute("SELECT id, decade FROM film") if d == decade]
    ids = {row[0] for row in plain(conn, question, decade, k)}
    expected = len(passing) if len(passing) < k else k
    return float(expected - len(ids))


equivalent(
    "return min(k, passing) - came -> return min(passing, k) - came",
    reason="The smaller of two numbers is the same in either order.",
)
