"""Answers that prove the check of `count_and_search` in exercise 03_metadata_filtering."""

from vdbcourse.authoring.proof.answers import equivalent, right, wrong


def nearest(conn, question, genre, decade, k):
    """The right rows, for wrong numbers."""
    sql = """
        SELECT id, title, embedding <=> %s AS distance FROM film
        WHERE genre = %s AND decade = %s ORDER BY distance, id LIMIT %s
    """
    return conn.execute(sql, [question, genre, decade, k]).fetchall()


@wrong("the returned rows counted", says="how many rows you return")
def count_and_search(conn, question, genre, decade, k):
    rows = nearest(conn, question, genre, decade, k)
    return len(rows), rows


@wrong("the whole table counted", says="how many films the table holds")
def count_and_search(conn, question, genre, decade, k):
    (number,) = conn.execute("SELECT count(*) FROM film").fetchone()
    return number, nearest(conn, question, genre, decade, k)


@wrong("only the decade counted", says="of any genre")
def count_and_search(conn, question, genre, decade, k):
    (number,) = conn.execute("SELECT count(*) FROM film WHERE decade = %s", [decade]).fetchone()
    return number, nearest(conn, question, genre, decade, k)


@wrong("only the genre counted", says="of any decade")
def count_and_search(conn, question, genre, decade, k):
    (number,) = conn.execute("SELECT count(*) FROM film WHERE genre = %s", [genre]).fetchone()
    return number, nearest(conn, question, genre, decade, k)


@wrong("OR for AND", says="Both facts must hold: AND")
def count_and_search(conn, question, genre, decade, k):
    (number,) = conn.execute(
        "SELECT count(*) FROM film WHERE genre = %s OR decade = %s", [genre, decade]
    ).fetchone()
    return number, nearest(conn, question, genre, decade, k)


@wrong("titles counted instead of films", says="Count rows, not titles")
def count_and_search(conn, question, genre, decade, k):
    sql = "SELECT count(DISTINCT title) FROM film WHERE genre = %s AND decade = %s"
    return conn.execute(sql, [genre, decade]).fetchone()[0], nearest(
        conn, question, genre, decade, k
    )


@wrong("the rows filtered by the decade only", says="but not dramas")
def count_and_search(conn, question, genre, decade, k):
    sql = "SELECT count(*) FROM film WHERE genre = %s AND decade = %s"
    number = conn.execute(sql, [genre, decade]).fetchone()[0]
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance, id LIMIT %s"
    )
    return number, conn.execute(sql, [question, decade, k]).fetchall()


@wrong("a window over no rows", says="No film passes")
def count_and_search(conn, question, genre, decade, k):
    sql = """
        SELECT id, title, embedding <=> %s AS distance, count(*) OVER () FROM film
        WHERE genre = %s AND decade = %s ORDER BY distance, id LIMIT %s
    """
    rows = conn.execute(sql, [question, genre, decade, k]).fetchall()
    return rows[0][3], [row[:3] for row in rows]


@wrong(
    "the genre written into the SQL",
    says="The apostrophe in the genre ended the string early",
)
def count_and_search(conn, question, genre, decade, k):
    where = f"WHERE genre = '{genre}' AND decade = {decade}"
    number = conn.execute(f"SELECT count(*) FROM film {where}").fetchone()[0]
    sql = (
        f"SELECT id, title, embedding <=> %s AS distance FROM film {where} ORDER BY distance, id"
        f" LIMIT {k}"
    )
    return number, conn.execute(sql, [question]).fetchall()


@wrong("quotes around %s, because a genre is a string", says="is between quotes")
def count_and_search(conn, question, genre, decade, k):
    (number,) = conn.execute(
        "SELECT count(*) FROM film WHERE genre = '%s' AND decade = %s", [genre, decade]
    ).fetchone()
    return number, nearest(conn, question, genre, decade, k)


@wrong("the number left in its row", says="take `[0]` of it")
def count_and_search(conn, question, genre, decade, k):
    number = conn.execute(
        "SELECT count(*) FROM film WHERE genre = %s AND decade = %s", [genre, decade]
    ).fetchone()
    return number, nearest(conn, question, genre, decade, k)


@wrong("the rows first", says="The two parts are swapped")
def count_and_search(conn, question, genre, decade, k):
    (number,) = conn.execute(
        "SELECT count(*) FROM film WHERE genre = %s AND decade = %s", [genre, decade]
    ).fetchone()
    return nearest(conn, question, genre, decade, k), number


@wrong("the rows only", says="Return a tuple of two")
def count_and_search(conn, question, genre, decade, k):
    return nearest(conn, question, genre, decade, 4 * k)


def like(conn, question, pattern, decade, k, operator="LIKE"):
    """The number and the rows of films whose genre is like a pattern."""
    (number,) = conn.execute(
        f"SELECT count(*) FROM film WHERE genre {operator} %s AND decade = %s", [pattern, decade]
    ).fetchone()
    sql = f"""
        SELECT id, title, embedding <=> %s AS distance FROM film
        WHERE genre {operator} %s AND decade = %s
        ORDER BY distance, id LIMIT %s
    """
    return number, conn.execute(sql, [question, pattern, decade, k]).fetchall()


@wrong("the beginning of a genre", says="which starts with Comedy but is another genre")
def count_and_search(conn, question, genre, decade, k):
    return like(conn, question, f"{genre}%", decade, k)


@wrong("case ignored", says="in lower case")
def count_and_search(conn, question, genre, decade, k):
    return like(conn, question, genre, decade, k, "ILIKE")


@wrong("LIKE for equality", says="Here `%` is a character of the genre")
def count_and_search(conn, question, genre, decade, k):
    return like(conn, question, genre, decade, k)


@wrong("None where nothing is found", says="return 0 and an empty list")
def count_and_search(conn, question, genre, decade, k):
    rows = nearest(conn, question, genre, decade, 10_000)
    return (len(rows), rows[:k]) if rows else None


@wrong("twenty times as many, filtered in Python", says="A filter on a rare fact")
def count_and_search(conn, question, genre, decade, k):
    sql = "SELECT count(*) FROM film WHERE genre = %s AND decade = %s"
    number = conn.execute(sql, [genre, decade]).fetchone()[0]
    sql = (
        "SELECT id, title, embedding <=> %s AS distance, genre, decade FROM film ORDER BY distance,"
        " id LIMIT %s"
    )
    rows = conn.execute(sql, [question, 20 * k]).fetchall()
    return number, [row[:3] for row in rows if row[3:] == (genre, decade)][:k]


@right("a window, and (0, []) without rows")
def count_and_search(conn, question, genre, decade, k):
    sql = """
        SELECT id, title, embedding <=> %(q)s AS distance, count(*) OVER () FROM film
        WHERE genre = %(g)s AND decade = %(d)s ORDER BY distance, id LIMIT %(k)s
    """
    rows = conn.execute(sql, {"q": question, "g": genre, "d": decade, "k": k}).fetchall()
    return rows[0][3] if rows else 0, [row[:3] for row in rows]


@right("all that pass, cut in Python")
def count_and_search(conn, question, genre, decade, k):
    sql = """
        SELECT id, title, embedding <=> %s FROM film WHERE (genre, decade) = (%s, %s)
        ORDER BY cosine_distance(embedding, %s), id
    """
    rows = conn.execute(sql, [question, genre, decade, question]).fetchall()
    return [len(rows), rows[:k]]


equivalent(
    "...[genre, decade]).fetchone()[0] -> ...[genre, decade]).fetchone()[-1]",
    reason="The row has one column: the first is the last.",
)
