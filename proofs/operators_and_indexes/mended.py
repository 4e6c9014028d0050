"""Answers that prove the check of `mended` in exercise 11_operators_and_indexes."""

from vdbcourse.authoring.proof.answers import equivalent, right, wrong

BY_DISTANCE = "FROM film ORDER BY embedding <=> %(q)s LIMIT %(k)s"
DISTANCES = f"SELECT id, embedding <=> %(q)s AS distance {BY_DISTANCE}"
HALF = "embedding::halfvec(384) <=> %(q)s::halfvec(384)"
MENDED = {
    "score": f"SELECT id, 1 - (embedding <=> %(q)s) AS score {BY_DISTANCE}",
    "function": DISTANCES,
    "operator": DISTANCES,
    "cast": f"SELECT id, {HALF} AS distance FROM film ORDER BY distance LIMIT %(k)s",
    "threshold": f"SELECT * FROM ({DISTANCES}) AS near WHERE distance < %(most)s",
}


@wrong("the score, still descending", says="ascending order of the distance, and of nothing else")
def mended(name):
    broken = "SELECT id, 1 - (embedding <=> %(q)s) AS score FROM film ORDER BY score DESC"
    return f"{broken} LIMIT %(k)s" if name == "score" else MENDED[name]


@wrong("the score's DESC kept for the distance", says="These are the farthest films")
def mended(name):
    return MENDED[name].replace("LIMIT", "DESC LIMIT") if name == "score" else MENDED[name]


@wrong("the distance for the score", says="the score, 1 - distance")
def mended(name):
    return DISTANCES if name == "score" else MENDED[name]


@wrong("the function kept", says="the planner matches operators with operator classes")
def mended(name):
    query = "SELECT id, cosine_distance(embedding, %(q)s) AS distance FROM film"
    return f"{query} ORDER BY distance LIMIT %(k)s" if name == "function" else MENDED[name]


@wrong("a function around the column", says="with nothing around the column")
def mended(name):
    query = DISTANCES.replace("embedding <=>", "l2_normalize(embedding) <=>")
    return query if name == "function" else MENDED[name]


@wrong("the operator kept", says="These are the nearest by L2")
def mended(name):
    return DISTANCES.replace("<=>", "<->") if name == "operator" else MENDED[name]


@wrong("the cast without its length", says="without the length is another one")
def mended(name):
    return MENDED[name].replace("halfvec(384)", "halfvec") if name == "cast" else MENDED[name]


@wrong("the cast left out", says="orders by the column without a cast")
def mended(name):
    return DISTANCES if name == "cast" else MENDED[name]


@wrong("the threshold alone", says="no range that a vector index could look up")
def mended(name):
    query = "SELECT id, embedding <=> %(q)s AS distance FROM film WHERE embedding <=> %(q)s"
    return f"{query} < %(most)s" if name == "threshold" else MENDED[name]


@wrong("the threshold left out", says="Keep the condition")
def mended(name):
    return DISTANCES if name == "threshold" else MENDED[name]


@wrong("a limit of its own", says="another number of rows than the exact search")
def mended(name):
    return MENDED[name].replace("%(k)s", "10")


@wrong("a third column", says="Keep the columns of the broken query")
def mended(name):
    return MENDED[name].replace("SELECT id,", "SELECT id, title,")


@wrong("the setting in front", says="no SET before it")
def mended(name):
    return f"SET enable_seqscan = off; {MENDED[name]}"


@wrong("another name for a parameter", says="refuses the query")
def mended(name):
    return MENDED[name].replace("%(q)s", "%(question)s")


@right("the score around the search")
def mended(name):
    if name == "score":
        near = f"WITH near AS MATERIALIZED ({DISTANCES})"
        return f"{near} SELECT id, 1 - distance AS score FROM near ORDER BY score DESC"
    return MENDED[name]


@right("the condition beside ORDER BY and LIMIT, a tie-break")
def mended(name):
    if name == "threshold":
        condition = "FROM film WHERE embedding <=> %(q)s < %(most)s"
        return DISTANCES.replace("FROM film", condition)
    return MENDED[name].replace(" LIMIT", ", id LIMIT")


equivalent(
    '...AS nearest WHERE distance < %(most)s", -> ...AS nearest WHERE distance <= %(most)s",',
    reason="No film is exactly as far as the threshold.",
)
