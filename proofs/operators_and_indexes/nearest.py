"""Answers that prove the check of `nearest` in exercise 11_operators_and_indexes."""

from vdbcourse.authoring.proof.answers import right, wrong

OPERATORS = {"cosine": "<=>", "l2": "<->", "inner product": "<#>", "l1": "<+>"}


def found(conn, question, operator, k, direction="ASC"):
    """Rows by an operator."""
    query = (
        f"SELECT id, embedding {operator} %s AS distance FROM film"
        f" ORDER BY distance {direction} LIMIT %s"
    )
    return conn.execute(query, [question, k]).fetchall()


@wrong("L2 for everything", says="These are the nearest films by l2")
def nearest(conn, question, metric, k):
    return found(conn, question, "<->", k)


@wrong("the inner product descending", says="the inner product times -1 for this very reason")
def nearest(conn, question, metric, k):
    direction = "DESC" if metric == "inner product" else "ASC"
    return found(conn, question, OPERATORS[metric], k, direction)


@wrong("L2 in place of L1", says="l1 is `<+>`")
def nearest(conn, question, metric, k):
    return found(conn, question, (OPERATORS | {"l1": "<->"})[metric], k)


@wrong("the positive inner product returned", says="has the other sign")
def nearest(conn, question, metric, k):
    rows = found(conn, question, OPERATORS[metric], k)
    return [(i, -d) for i, d in rows] if metric == "inner product" else rows


@wrong("the similarity returned", says="the second column is 1 - distance")
def nearest(conn, question, metric, k):
    return [(i, 1 - d) for i, d in found(conn, question, OPERATORS[metric], k)]


@wrong("ORDER BY left out", says="Nearer films than these exist")
def nearest(conn, question, metric, k):
    query = f"SELECT id, embedding {OPERATORS[metric]} %s AS distance FROM film LIMIT %s"
    return conn.execute(query, [question, k]).fetchall()


@wrong("LIMIT left out", says="another number of rows than k")
def nearest(conn, question, metric, k):
    return found(conn, question, OPERATORS[metric], 1_000)


@wrong("farthest of the nearest first", says="but not nearest first")
def nearest(conn, question, metric, k):
    return found(conn, question, OPERATORS[metric], k)[::-1]


@right("the functions behind the operators")
def nearest(conn, question, metric, k):
    functions = {
        "cosine": "cosine_distance",
        "l2": "l2_distance",
        "inner product": "vector_negative_inner_product",
        "l1": "l1_distance",
    }
    query = f"SELECT id, {functions[metric]}(embedding, %s) AS d FROM film ORDER BY d LIMIT %s"
    return conn.execute(query, [question, k]).fetchall()


@right("sorted in Python")
def nearest(conn, question, metric, k):
    return sorted(found(conn, question, OPERATORS[metric], 1_000), key=lambda row: row[1])[:k]
