"""Answers that prove the check of `films_of_decade` in exercise 03_metadata_filtering."""

import numpy as np
from psycopg.rows import dict_row

from vdbcourse.authoring.proof.answers import right, wrong


@wrong("filter in Python, after LIMIT", says="filters before LIMIT counts")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance, decade FROM film ORDER BY distance, id"
        " LIMIT %s"
    )
    return [row[:3] for row in conn.execute(sql, [question, k]) if row[3] == decade]


@wrong("L2 operator instead of cosine", says="the L2 distance")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <-> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance, id LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k]).fetchall()


@wrong("inner product instead of cosine", says="the inner product")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <#> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance, id LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k]).fetchall()


@wrong("DESC", says="without DESC")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance DESC, id LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k]).fetchall()


@wrong("no filter at all", says="the filter is missing")
def films_of_decade(conn, question, decade, k):
    sql = "SELECT id, title, embedding <=> %s AS distance FROM film ORDER BY distance, id LIMIT %s"
    return conn.execute(sql, [question, k]).fetchall()


@wrong("decade compared as a year", says="A decade has ten years")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE year = %s ORDER BY"
        " distance, id LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k]).fetchall()


@wrong("eleven years", says="not included")
def films_of_decade(conn, question, decade, k):
    sql = """
        SELECT id, title, embedding <=> %s AS distance FROM film
        WHERE year BETWEEN %s AND %s ORDER BY distance, id LIMIT %s
    """
    return conn.execute(sql, [question, decade, decade + 10, k]).fetchall()


@wrong("the year that ends in 0 left out", says="Fewer rows were returned")
def films_of_decade(conn, question, decade, k):
    sql = """
        SELECT id, title, embedding <=> %s AS distance FROM film
        WHERE year > %s AND year < %s ORDER BY distance, id LIMIT %s
    """
    return conn.execute(sql, [question, decade, decade + 10, k]).fetchall()


@wrong("no rule for ties", says="a second column")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k]).fetchall()


@wrong("similarity instead of distance", says="the cosine similarity, 1 - distance")
def films_of_decade(conn, question, decade, k):
    sql = """
        SELECT id, title, 1 - (embedding <=> %(q)s) FROM film WHERE decade = %(d)s
        ORDER BY embedding <=> %(q)s, id LIMIT %(k)s
    """
    return conn.execute(sql, {"q": question, "d": decade, "k": k}).fetchall()


@wrong("ordered by cosine, L2 shown", says="neither rounded nor subtracted from 1")
def films_of_decade(conn, question, decade, k):
    sql = """
        SELECT id, title, embedding <-> %(q)s FROM film WHERE decade = %(d)s
        ORDER BY embedding <=> %(q)s, id LIMIT %(k)s
    """
    return conn.execute(sql, {"q": question, "d": decade, "k": k}).fetchall()


@wrong("LIMIT forgotten", says="More than k rows")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance, id"
    )
    return conn.execute(sql, [question, decade]).fetchall()


@wrong("the distance forgotten", says="A row has 3 columns")
def films_of_decade(conn, question, decade, k):
    sql = "SELECT id, title FROM film WHERE decade = %s ORDER BY embedding <=> %s, id LIMIT %s"
    return conn.execute(sql, [decade, question, k]).fetchall()


@wrong("quotes around %s", says="is between quotes")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE decade = '%s' ORDER BY"
        " distance, id LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k]).fetchall()


@wrong("the cursor returned", says="It returned a Cursor")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance, id LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k])


@wrong("ten times as many, filtered in Python", says="A filter on a rare fact")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance, decade FROM film ORDER BY distance, id"
        " LIMIT %s"
    )
    rows = conn.execute(sql, [question, 12 * k]).fetchall()
    return [row[:3] for row in rows if row[3] == decade][:k]


@wrong("None where nothing is found", says="None is not a list")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance FROM film WHERE decade = %s ORDER BY"
        " distance, id LIMIT %s"
    )
    return conn.execute(sql, [question, decade, k]).fetchall() or None


@right("years instead of the decade, rows as dicts")
def films_of_decade(conn, question, decade, k):
    sql = """
        SELECT id, title, year, embedding <=> %(question)s AS distance FROM film
        WHERE year >= %(decade)s AND year < %(decade)s + 10 ORDER BY 4, 1
        FETCH FIRST %(k)s ROWS ONLY
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql, {"question": question, "decade": decade, "k": k}).fetchall()


@right("all films of the decade, sorted in NumPy")
def films_of_decade(conn, question, decade, k):
    rows = conn.execute(
        "SELECT id, title, embedding FROM film WHERE decade = %s ORDER BY id",
        [decade],
        binary=True,
    ).fetchall()
    if not rows:
        return []
    vectors = np.array([vector.to_numpy() for _, _, vector in rows], dtype=np.float64)
    distances = 1 - vectors @ question / (
        np.linalg.norm(vectors, axis=1) * np.linalg.norm(question.astype(np.float64))
    )
    order = np.argsort(distances.round(9), kind="stable")[:k]
    return [(rows[i][0], rows[i][1], distances[i]) for i in order]


@right("a loop over a server's rows")
def films_of_decade(conn, question, decade, k):
    sql = (
        "SELECT id, title, cosine_distance(embedding, %s), year / 10 * 10 FROM film ORDER BY 3, id"
    )
    rows = []
    for number, title, distance, film_decade in conn.execute(sql, [question]):
        if film_decade == decade and len(rows) < k:
            rows.append([number, title, distance])
    return rows
