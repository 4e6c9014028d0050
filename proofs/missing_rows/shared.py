"""Shared by the answers to several tasks of exercise 10_missing_rows."""

NEAREST = """
SELECT id, title, embedding <=> %(question)s AS distance
FROM film WHERE decade = %(decade)s
ORDER BY distance LIMIT %(k)s
"""


COUNT = "SELECT count(*) FROM film WHERE decade = %s"


def values_of(question, decade, k):
    """The parameters of NEAREST."""
    return {"question": question, "decade": decade, "k": k}


def plain(conn, question, decade, k):
    """Rows of the plain search."""
    return conn.execute(NEAREST, values_of(question, decade, k)).fetchall()
