"""Answers to exercise 03 that prove its checks: misconceptions, each with words of its message, and
other right answers.
"""

import json

import numpy as np
from psycopg import sql as parts
from psycopg.rows import dict_row

from vdbcourse.authoring.proof.answers import equivalent, right, wrong

# --- films_of_decade ------------------------------------------------------------------------------


@wrong("films_of_decade", "filter in Python, after LIMIT", says="filters before LIMIT counts")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance, decade FROM film ORDER BY distance, id"
        " LIMIT %s"
    )
    return [row[:3] for row in conn.execute(sql, [question, k]) if row[3] == decade]


@wrong("films_of_decade", "L2 operator taken for cosine", says="the L2 distance")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <-> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance, id LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k]).fetchall()


@wrong("films_of_decade", "inner product taken for cosine", says="the inner product")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <#> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance, id LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k]).fetchall()


@wrong("films_of_decade", "DESC", says="without DESC")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance DESC, id LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k]).fetchall()


@wrong("films_of_decade", "no filter at all", says="the filter is missing")
def films_of_decade(conn, question, decade, k):
    sql = "SELECT id, title, embedding <=> %s AS distance FROM film ORDER BY distance, id LIMIT %s"
    return conn.execute(sql, [question, k]).fetchall()


@wrong("films_of_decade", "decade compared as a year", says="A decade has ten years")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE year = %s ORDER BY"
        " distance, id LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k]).fetchall()


@wrong("films_of_decade", "eleven years", says="no longer in")
def films_of_decade(conn, question, decade, k):
    sql = """
        SELECT id, title, embedding <=> %s AS distance FROM film WHERE year BETWEEN %s AND %s ORDER BY distance, id LIMIT %s
    """
    return conn.execute(sql, [question, decade, decade + 10, k]).fetchall()


@wrong("films_of_decade", "the year that ends in 0 left out", says="Fewer rows came")
def films_of_decade(conn, question, decade, k):
    sql = """
        SELECT id, title, embedding <=> %s AS distance FROM film WHERE year > %s AND year < %s ORDER BY distance, id LIMIT %s
    """
    return conn.execute(sql, [question, decade, decade + 10, k]).fetchall()


@wrong("films_of_decade", "no rule for ties", says="a second column")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k]).fetchall()


@wrong(
    "films_of_decade", "similarity instead of distance", says="the cosine similarity, 1 - distance"
)
def films_of_decade(conn, question, decade, k):
    sql = """
        SELECT id, title, 1 - (embedding <=> %(q)s) FROM film WHERE decade = %(d)s ORDER BY embedding <=> %(q)s, id LIMIT %(k)s
    """
    return conn.execute(sql, {"q": question, "d": decade, "k": k}).fetchall()


@wrong("films_of_decade", "ordered by cosine, L2 shown", says="neither rounded nor turned round")
def films_of_decade(conn, question, decade, k):
    sql = """
        SELECT id, title, embedding <-> %(q)s FROM film WHERE decade = %(d)s ORDER BY embedding <=> %(q)s, id LIMIT %(k)s
    """
    return conn.execute(sql, {"q": question, "d": decade, "k": k}).fetchall()


@wrong("films_of_decade", "LIMIT forgotten", says="More than k rows")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance, id"
    )
    return conn.execute(sql, [question, decade]).fetchall()


@wrong("films_of_decade", "the distance forgotten", says="A row has 3 columns")
def films_of_decade(conn, question, decade, k):
    sql = "SELECT id, title FROM film WHERE decade = %s ORDER BY embedding <=> %s, id LIMIT %s"
    return conn.execute(sql, [decade, question, k]).fetchall()


@wrong("films_of_decade", "quotes around %s", says="stands between quotes")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE decade = '%s' ORDER BY"
        " distance, id LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k]).fetchall()


@wrong("films_of_decade", "the cursor returned", says="It returned a Cursor")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance, id LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k])


@wrong("films_of_decade", "ten times as many, filtered in Python", says="A filter on a rare fact")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance, decade FROM film ORDER BY distance, id"
        " LIMIT %s"
    )
    rows = conn.execute(sql, [question, 12 * k]).fetchall()
    return [row[:3] for row in rows if row[3] == decade][:k]


@wrong("films_of_decade", "None where nothing is found", says="None is no list")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance, id LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k]).fetchall() or None


@right("films_of_decade", "years instead of the decade, rows as dicts")
def films_of_decade(conn, question, decade, k):
    sql = """
        SELECT id, title, year, embedding <=> %(question)s AS distance FROM film
        WHERE year >= %(decade)s AND year < %(decade)s + 10 ORDER BY 4, 1 FETCH FIRST %(k)s ROWS ONLY
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql, {"question": question, "decade": decade, "k": k}).fetchall()


@right("films_of_decade", "all films of the decade, sorted in NumPy")
def films_of_decade(conn, question, decade, k):
    rows = conn.execute(
        "SELECT id, title, embedding FROM film WHERE decade = %s ORDER BY id", [decade]
    ).fetchall()
    if not rows:
        return []
    vectors = np.array([vector.to_numpy() for _, _, vector in rows], dtype=np.float64)
    distances = 1 - vectors @ question / (
        np.linalg.norm(vectors, axis=1) * np.linalg.norm(question.astype(np.float64))
    )
    order = np.argsort(distances.round(9), kind="stable")[:k]
    return [(rows[i][0], rows[i][1], distances[i]) for i in order]


@right("films_of_decade", "a loop over a server's rows")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, cosine_distance(embedding, %s), year / 10 * 10 FROM film ORDER BY 3, id"
    )
    found = []
    for number, title, distance, its_decade in conn.execute(sql, [question]):
        if its_decade == decade and len(found) < k:
            found.append([number, title, distance])
    return found


# --- count_and_search -----------------------------------------------------------------------------


def nearest(conn, question, genre, decade, k):
    """The right rows, for wrong numbers."""
    sql = """
        SELECT id, title, embedding <=> %s AS distance FROM film WHERE genre = %s AND decade = %s ORDER BY distance, id LIMIT %s
    """
    return conn.execute(sql, [question, genre, decade, k]).fetchall()


@wrong("count_and_search", "the rows that came were counted", says="how many rows came")
def count_and_search(conn, question, genre, decade, k):
    rows = nearest(conn, question, genre, decade, k)
    return len(rows), rows


@wrong("count_and_search", "the whole table counted", says="how many films the table holds")
def count_and_search(conn, question, genre, decade, k):
    (number,) = conn.execute("SELECT count(*) FROM film").fetchone()
    return number, nearest(conn, question, genre, decade, k)


@wrong("count_and_search", "only the decade counted", says="of any genre")
def count_and_search(conn, question, genre, decade, k):
    (number,) = conn.execute("SELECT count(*) FROM film WHERE decade = %s", [decade]).fetchone()
    return number, nearest(conn, question, genre, decade, k)


@wrong("count_and_search", "only the genre counted", says="of any decade")
def count_and_search(conn, question, genre, decade, k):
    (number,) = conn.execute("SELECT count(*) FROM film WHERE genre = %s", [genre]).fetchone()
    return number, nearest(conn, question, genre, decade, k)


@wrong("count_and_search", "OR for AND", says="Both facts must hold: AND")
def count_and_search(conn, question, genre, decade, k):
    (number,) = conn.execute(
        "SELECT count(*) FROM film WHERE genre = %s OR decade = %s", [genre, decade]
    ).fetchone()
    return number, nearest(conn, question, genre, decade, k)


@wrong("count_and_search", "titles counted instead of films", says="Count rows, not titles")
def count_and_search(conn, question, genre, decade, k):
    sql = "SELECT count(DISTINCT title) FROM film WHERE genre = %s AND decade = %s"
    return conn.execute(sql, [genre, decade]).fetchone()[0], nearest(
        conn, question, genre, decade, k
    )


@wrong("count_and_search", "the rows filtered by the decade only", says="and no dramas")
def count_and_search(conn, question, genre, decade, k):
    sql = "SELECT count(*) FROM film WHERE genre = %s AND decade = %s"
    number = conn.execute(sql, [genre, decade]).fetchone()[0]
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance, id LIMIT %s"
    )
    return number, conn.execute(sql, [question, decade, k]).fetchall()


@wrong("count_and_search", "a window over no rows", says="No film passes")
def count_and_search(conn, question, genre, decade, k):
    sql = """
        SELECT id, title, embedding <=> %s AS distance, count(*) OVER () FROM film
        WHERE genre = %s AND decade = %s ORDER BY distance, id LIMIT %s
    """
    rows = conn.execute(sql, [question, genre, decade, k]).fetchall()
    return rows[0][3], [row[:3] for row in rows]


@wrong(
    "count_and_search",
    "the genre written into the SQL",
    says="The apostrophe in the genre ended the text early",
)
def count_and_search(conn, question, genre, decade, k):
    where = f"WHERE genre = '{genre}' AND decade = {decade}"
    number = conn.execute(f"SELECT count(*) FROM film {where}").fetchone()[0]
    sql = (
        f"SELECT id, title, embedding <=> %s AS distance FROM film {where} ORDER BY distance, id"
        f" LIMIT {k}"
    )
    return number, conn.execute(sql, [question]).fetchall()


@wrong(
    "count_and_search", "quotes around %s, because a genre is a text", says="stands between quotes"
)
def count_and_search(conn, question, genre, decade, k):
    (number,) = conn.execute(
        "SELECT count(*) FROM film WHERE genre = '%s' AND decade = %s", [genre, decade]
    ).fetchone()
    return number, nearest(conn, question, genre, decade, k)


@wrong("count_and_search", "the number left in its row", says="take `[0]` of it")
def count_and_search(conn, question, genre, decade, k):
    number = conn.execute(
        "SELECT count(*) FROM film WHERE genre = %s AND decade = %s", [genre, decade]
    ).fetchone()
    return number, nearest(conn, question, genre, decade, k)


@wrong("count_and_search", "the rows first", says="The two parts are swapped")
def count_and_search(conn, question, genre, decade, k):
    (number,) = conn.execute(
        "SELECT count(*) FROM film WHERE genre = %s AND decade = %s", [genre, decade]
    ).fetchone()
    return nearest(conn, question, genre, decade, k), number


@wrong("count_and_search", "the rows only", says="Asked for is a tuple of two")
def count_and_search(conn, question, genre, decade, k):
    return nearest(conn, question, genre, decade, 4 * k)


def like(conn, question, pattern, decade, k, operator="LIKE"):
    """The number and the rows of films whose genre is like a pattern."""
    (number,) = conn.execute(
        f"SELECT count(*) FROM film WHERE genre {operator} %s AND decade = %s", [pattern, decade]
    ).fetchone()
    sql = f"""
        SELECT id, title, embedding <=> %s AS distance FROM film WHERE genre {operator} %s AND decade = %s
        ORDER BY distance, id LIMIT %s
    """
    return number, conn.execute(sql, [question, pattern, decade, k]).fetchall()


@wrong(
    "count_and_search", "the beginning of a genre", says="which begins like Comedy and is another"
)
def count_and_search(conn, question, genre, decade, k):
    return like(conn, question, f"{genre}%", decade, k)


@wrong("count_and_search", "case ignored", says="in small letters")
def count_and_search(conn, question, genre, decade, k):
    return like(conn, question, genre, decade, k, "ILIKE")


@wrong("count_and_search", "LIKE for equality", says="Here `%` is a sign of the genre")
def count_and_search(conn, question, genre, decade, k):
    return like(conn, question, genre, decade, k)


@wrong("count_and_search", "None where nothing is found", says="say 0 and an empty list")
def count_and_search(conn, question, genre, decade, k):
    rows = nearest(conn, question, genre, decade, 10_000)
    return (len(rows), rows[:k]) if rows else None


@wrong(
    "count_and_search", "twenty times as many, filtered in Python", says="A filter on a rare fact"
)
def count_and_search(conn, question, genre, decade, k):
    sql = "SELECT count(*) FROM film WHERE genre = %s AND decade = %s"
    number = conn.execute(sql, [genre, decade]).fetchone()[0]
    sql = (
        "SELECT id, title, embedding <=> %s AS distance, genre, decade FROM film ORDER BY distance,"
        " id LIMIT %s"
    )
    rows = conn.execute(sql, [question, 20 * k]).fetchall()
    return number, [row[:3] for row in rows if row[3:] == (genre, decade)][:k]


@right("count_and_search", "a window, and nothing said as nothing")
def count_and_search(conn, question, genre, decade, k):
    sql = """
        SELECT id, title, embedding <=> %(q)s AS distance, count(*) OVER () FROM film
        WHERE genre = %(g)s AND decade = %(d)s ORDER BY distance, id LIMIT %(k)s
    """
    rows = conn.execute(sql, {"q": question, "g": genre, "d": decade, "k": k}).fetchall()
    return rows[0][3] if rows else 0, [row[:3] for row in rows]


@right("count_and_search", "all that pass, cut in Python")
def count_and_search(conn, question, genre, decade, k):
    sql = """
        SELECT id, title, embedding <=> %s FROM film WHERE (genre, decade) = (%s, %s)
        ORDER BY cosine_distance(embedding, %s), id
    """
    rows = conn.execute(sql, [question, genre, decade, question]).fetchall()
    return [len(rows), rows[:k]]


# --- films_by_genres ------------------------------------------------------------------------------


def by_condition(conn, question, condition, values, k):
    """The nearest films under a condition, with its values."""
    sql = (
        f"SELECT id, title, embedding <=> %s AS distance FROM film WHERE {condition} ORDER BY"
        " distance, id LIMIT %s"
    )
    return conn.execute(sql, [question, *values, k]).fetchall()


@wrong("films_by_genres", "the ends of the span left out", says="1960 <= year <= 1966")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    return by_condition(
        conn,
        question,
        "genre = ANY(%s) AND year > %s AND year < %s",
        [genres, first_year, last_year],
        k,
    )


@wrong(
    "films_by_genres",
    "the last year left out, as in range()",
    says="the last year belongs to the span",
)
def films_by_genres(conn, question, genres, first_year, last_year, k):
    return by_condition(
        conn,
        question,
        "genre = ANY(%s) AND year >= %s AND year < %s",
        [genres, first_year, last_year],
        k,
    )


@wrong("films_by_genres", "only the first genre", says="Only a comedy came")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    values = [genres[0], first_year, last_year]
    return by_condition(conn, question, "genre = %s AND year BETWEEN %s AND %s", values, k)


@wrong("films_by_genres", "OR without parentheses", says="AND binds more tightly than OR")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    condition = " OR ".join(["genre = %s"] * len(genres)) + " AND year BETWEEN %s AND %s"
    return by_condition(conn, question, condition, [*genres, first_year, last_year], k)


@wrong("films_by_genres", "a part of the genre", says="LIKE finds a part of a text")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    patterns = [f"%{genre}%" for genre in genres]
    values = [patterns, first_year, last_year]
    return by_condition(conn, question, "genre LIKE ANY(%s) AND year BETWEEN %s AND %s", values, k)


@wrong("films_by_genres", "ILIKE for equality", says="LIKE takes these signs for any text")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    values = [genres, first_year, last_year]
    return by_condition(conn, question, "genre ILIKE ANY(%s) AND year BETWEEN %s AND %s", values, k)


@wrong("films_by_genres", "the beginning of a genre", says="begins like Horror and is another")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    patterns = [genre.replace("%", r"\%").replace("_", r"\_") + "%" for genre in genres]
    values = [patterns, first_year, last_year]
    return by_condition(conn, question, "genre LIKE ANY(%s) AND year BETWEEN %s AND %s", values, k)


@wrong("films_by_genres", "case ignored", says="in small letters")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    values = [[genre.lower() for genre in genres], first_year, last_year]
    return by_condition(
        conn, question, "lower(genre) = ANY(%s) AND year BETWEEN %s AND %s", values, k
    )


@wrong(
    "films_by_genres", "twenty times as many, filtered in Python", says="A filter on a rare fact"
)
def films_by_genres(conn, question, genres, first_year, last_year, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance, genre, year FROM film ORDER BY distance,"
        " id LIMIT %s"
    )
    rows = conn.execute(sql, [question, 20 * k]).fetchall()
    return [row[:3] for row in rows if row[3] in genres and first_year <= row[4] <= last_year][:k]


@wrong(
    "films_by_genres", "films without a genre taken in", says="La Jetée (17) has no genre at all"
)
def films_by_genres(conn, question, genres, first_year, last_year, k):
    condition = "(genre = ANY(%s) OR genre IS NULL) AND year BETWEEN %s AND %s"
    return by_condition(conn, question, condition, [genres, first_year, last_year], k)


@wrong("films_by_genres", "every genre at once", says="a comedy AND a drama")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    condition = " AND ".join(["genre = %s"] * len(genres) + ["year BETWEEN %s AND %s"])
    return by_condition(conn, question, condition, [*genres, first_year, last_year], k)


@wrong("films_by_genres", "ANY(%s) with a tuple", says="a row of a tuple")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    values = [tuple(genres), first_year, last_year]
    return by_condition(conn, question, "genre = ANY(%s) AND year BETWEEN %s AND %s", values, k)


@wrong("films_by_genres", "the genres joined by commas", says="joined to one text")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    values = [",".join(genres), first_year, last_year]
    return by_condition(
        conn,
        question,
        "genre = ANY(string_to_array(%s, ',')) AND year BETWEEN %s AND %s",
        values,
        k,
    )


@wrong(
    "films_by_genres", "IN %s with a tuple, as in psycopg 2", says="`IN` takes no list as one value"
)
def films_by_genres(conn, question, genres, first_year, last_year, k):
    values = [tuple(genres), first_year, last_year]
    return by_condition(conn, question, "genre IN %s AND year BETWEEN %s AND %s", values, k)


@wrong(
    "films_by_genres",
    "a Python tuple written into the SQL",
    says="A list of one genre: Python writes",
)
def films_by_genres(conn, question, genres, first_year, last_year, k):
    condition = f"genre IN {tuple(genres)} AND year BETWEEN %s AND %s"
    return by_condition(conn, question, condition, [first_year, last_year], k)


@wrong("films_by_genres", "the genres written into the SQL", says="PostgreSQL read it as SQL")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    names = ", ".join(f"'{genre}'" for genre in genres)
    return by_condition(
        conn, question, f"genre IN ({names}) AND year BETWEEN %s AND %s", [first_year, last_year], k
    )


@wrong("films_by_genres", "everything written into the SQL", says="the table `film` is gone")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    names = ", ".join(f"'{genre}'" for genre in genres)
    distance = f"embedding <=> '{question.tolist()}'"
    where = f"genre IN ({names}) AND year BETWEEN {first_year} AND {last_year}"
    sql = f"SELECT id, title, {distance} FROM film WHERE {where} ORDER BY {distance}, id LIMIT {k}"
    return conn.execute(sql).fetchall()


@wrong("films_by_genres", "apostrophes taken away", says="take no character out of a text")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    names = ", ".join("'" + genre.replace("'", "") + "'" for genre in genres)
    return by_condition(
        conn, question, f"genre IN ({names}) AND year BETWEEN %s AND %s", [first_year, last_year], k
    )


@wrong("films_by_genres", "apostrophes doubled by hand", says="taken for a placeholder")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    names = ", ".join("'" + genre.replace("'", "''") + "'" for genre in genres)
    return by_condition(
        conn, question, f"genre IN ({names}) AND year BETWEEN %s AND %s", [first_year, last_year], k
    )


@wrong(
    "films_by_genres",
    "one search for each genre, one after the other",
    says="crowded out by dramas",
)
def films_by_genres(conn, question, genres, first_year, last_year, k):
    rows = []
    for genre in genres:
        rows += by_condition(
            conn,
            question,
            "genre = %s AND year BETWEEN %s AND %s",
            [genre, first_year, last_year],
            k,
        )
    return rows[:k]


@wrong(
    "films_by_genres", "a film as often as its genre is listed", says="A film came more than once"
)
def films_by_genres(conn, question, genres, first_year, last_year, k):
    rows = []
    for genre in genres:
        rows += by_condition(
            conn,
            question,
            "genre = %s AND year BETWEEN %s AND %s",
            [genre, first_year, last_year],
            k,
        )
    return sorted(rows, key=lambda row: (row[2], row[0]))[:k]


@wrong("films_by_genres", "no genre taken for all", says="says so in another way")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    if not genres:
        return by_condition(conn, question, "year BETWEEN %s AND %s", [first_year, last_year], k)
    return by_condition(
        conn,
        question,
        "genre = ANY(%s) AND year BETWEEN %s AND %s",
        [genres, first_year, last_year],
        k,
    )


@wrong("films_by_genres", "IN () for no genre", says="SQL knows no empty `IN ()`")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    condition = f"genre IN ({', '.join(['%s'] * len(genres))}) AND year BETWEEN %s AND %s"
    return by_condition(conn, question, condition, [*genres, first_year, last_year], k)


@right("films_by_genres", "as many %s as genres, and a case for none")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    if not genres:
        return []
    chosen = " OR ".join(["genre = %s"] * len(genres))
    return by_condition(
        conn,
        question,
        f"({chosen}) AND year >= %s AND year <= %s",
        [*genres, first_year, last_year],
        k,
    )


@right("films_by_genres", "psycopg.sql")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    chosen = parts.SQL(", ").join(map(parts.Literal, genres or [None]))
    sql = parts.SQL(
        "SELECT id, title, embedding <=> {q} FROM film WHERE genre IN ({chosen}) AND year BETWEEN"
        " {first} AND {last} ORDER BY embedding <=> {q}, id LIMIT {k}"
    )
    values = {"q": question, "first": first_year, "last": last_year, "k": k}
    literals = {name: parts.Literal(value) for name, value in values.items()}
    return conn.execute(sql.format(chosen=chosen, **literals)).fetchall()


@right("films_by_genres", "one search for each genre, sorted together")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    rows = set()
    for genre in genres:
        rows |= set(
            by_condition(
                conn,
                question,
                "genre = %s AND year BETWEEN %s AND %s",
                [genre, first_year, last_year],
                k,
            )
        )
    return sorted(rows, key=lambda row: (row[2], row[0]))[:k]


# --- milvus_by_genre ------------------------------------------------------------------------------


def by_filter(client, name, question, wanted, k, **more):
    """The nearest films under a filter."""
    hits = client.search(name, [question], filter=wanted, limit=k, output_fields=["title"], **more)[
        0
    ]
    return [(hit["id"], hit["entity"]["title"], hit["distance"]) for hit in hits]


@wrong("milvus_by_genre", "an f-string with double quotes", says="The double quote ended the text")
def milvus_by_genre(client, name, question, genre, k):
    return by_filter(client, name, question, f'genre == "{genre}"', k)


@wrong("milvus_by_genre", "an f-string with single quotes", says="The single quote ended the text")
def milvus_by_genre(client, name, question, genre, k):
    return by_filter(client, name, question, f"genre == '{genre}'", k)


@wrong(
    "milvus_by_genre",
    "one kind of quote changed into the other",
    says="To take them out is to ask for another genre",
)
def milvus_by_genre(client, name, question, genre, k):
    text = genre.replace('"', "'")
    return by_filter(client, name, question, f'genre == "{text}"', k)


@wrong(
    "milvus_by_genre",
    "quotes marked, backslashes not",
    says="a backslash belongs to the character behind it",
)
def milvus_by_genre(client, name, question, genre, k):
    text = genre.replace('"', '\\"')
    return by_filter(client, name, question, f'genre == "{text}"', k)


@wrong("milvus_by_genre", "quotes marked before backslashes", says="Backslashes first, then quotes")
def milvus_by_genre(client, name, question, genre, k):
    text = genre.replace('"', '\\"').replace("\\", "\\\\")
    return by_filter(client, name, question, f'genre == "{text}"', k)


@wrong("milvus_by_genre", "json.dumps with \\u00e9", says="ensure_ascii=False")
def milvus_by_genre(client, name, question, genre, k):
    return by_filter(client, name, question, f"genre == {json.dumps(genre)}", k)


@wrong(
    "milvus_by_genre", "filter_params, which Milvus Lite lacks", says="Milvus Lite, which runs here"
)
def milvus_by_genre(client, name, question, genre, k):
    return by_filter(client, name, question, "genre == {genre}", k, filter_params={"genre": genre})


@wrong("milvus_by_genre", "like for ==", says="`like` finds a part of a text")
def milvus_by_genre(client, name, question, genre, k):
    text = json.dumps(f"%{genre}%", ensure_ascii=False)
    return by_filter(client, name, question, f"genre like {text}", k)


@wrong(
    "milvus_by_genre", "filter in Python, after the search", says="Hand the filter to the search"
)
def milvus_by_genre(client, name, question, genre, k):
    hits = client.search(name, [question], limit=k, output_fields=["title", "genre"])[0]
    return [
        (hit["id"], hit["entity"]["title"], hit["distance"])
        for hit in hits
        if hit["entity"]["genre"] == genre
    ]


@wrong("milvus_by_genre", "the beginning of a genre", says="begins like Horror and is another")
def milvus_by_genre(client, name, question, genre, k):
    text = json.dumps(f"{genre}%", ensure_ascii=False)
    return by_filter(client, name, question, f"genre like {text}", k)


@wrong(
    "milvus_by_genre", "twenty times as many, filtered in Python", says="A filter on a rare fact"
)
def milvus_by_genre(client, name, question, genre, k):
    hits = client.search(name, [question], limit=20 * k, output_fields=["title", "genre"])[0]
    rows = [
        (hit["id"], hit["entity"]["title"], hit["distance"])
        for hit in hits
        if hit["entity"]["genre"] == genre
    ]
    return rows[:k]


@wrong("milvus_by_genre", "sorted by what is called distance", says="The nearest film stands last")
def milvus_by_genre(client, name, question, genre, k):
    rows = by_filter(client, name, question, f"genre == {json.dumps(genre, ensure_ascii=False)}", k)
    return sorted(rows, key=lambda row: row[2])


@wrong("milvus_by_genre", "1 - similarity", says="already is a similarity")
def milvus_by_genre(client, name, question, genre, k):
    rows = by_filter(client, name, question, f"genre == {json.dumps(genre, ensure_ascii=False)}", k)
    return [(number, title, 1 - score) for number, title, score in rows]


@wrong("milvus_by_genre", "the answer left in its list", says="This is a list in a list")
def milvus_by_genre(client, name, question, genre, k):
    text = json.dumps(genre, ensure_ascii=False)
    answers = client.search(
        name, [question], filter=f"genre == {text}", limit=k, output_fields=["title"]
    )
    return [
        [(hit["id"], hit["entity"]["title"], hit["distance"]) for hit in hits] for hits in answers
    ]


@wrong("milvus_by_genre", "the hits as they came", says="Milvus's hits as they came")
def milvus_by_genre(client, name, question, genre, k):
    text = json.dumps(genre, ensure_ascii=False)
    return [
        dict(hit)
        for hit in client.search(
            name, [question], filter=f"genre == {text}", limit=k, output_fields=["title"]
        )[0]
    ]


@wrong("milvus_by_genre", "limit forgotten", says="More than k rows")
def milvus_by_genre(client, name, question, genre, k):
    text = json.dumps(genre, ensure_ascii=False)
    hits = client.search(name, [question], filter=f"genre == {text}", output_fields=["title"])[0]
    return [(hit["id"], hit["entity"]["title"], hit["distance"]) for hit in hits]


@right("milvus_by_genre", "two replacements, backslashes first")
def milvus_by_genre(client, name, question, genre, k):
    text = genre.replace("\\", "\\\\").replace("'", "\\'")
    return by_filter(client, name, question, f"genre == '{text}'", k)


@right("milvus_by_genre", "a list that Python writes")
def milvus_by_genre(client, name, question, genre, k):
    hits = client.search(
        collection_name=name,
        data=[question.tolist()],
        limit=k,
        output_fields=["title", "genre"],
        filter=f"genre in {[genre]}",
    )
    return [[hit.id, hit["title"], hit.score] for hit in hits[0]]


@right("milvus_by_genre", "titles by a second question")
def milvus_by_genre(client, name, question, genre, k):
    wanted = f"genre == {json.dumps(genre, ensure_ascii=False)}"
    hits = client.search(name, question.reshape(1, -1), filter=wanted, limit=k)[0]
    titles = {
        row["id"]: row["title"]
        for row in client.query(name, filter=wanted, output_fields=["title"])
    }
    return [(hit["id"], titles[hit["id"]], hit["distance"]) for hit in hits]


# --- mutants that change nothing ------------------------------------------------------------------

equivalent(
    "count_and_search",
    "...[genre, decade]).fetchone()[0] -> ...[genre, decade]).fetchone()[-1]",
    reason="The row has one column: the first is the last.",
)
equivalent(
    "milvus_by_genre",
    '...output_fields=["title"], filter=wanted)[0] -> ...output_fields=["title"],'
    " filter=wanted)[-1]",
    reason="One question has one answer: the first is the last.",
)
