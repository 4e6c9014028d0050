"""Answers that prove the check of `partial_index` in exercise 10_missing_rows."""

from psycopg import sql

from vdbcourse.authoring.proof.answers import equivalent, right, wrong


@wrong("no WHERE", says="has no WHERE")
def partial_index(conn, decade):
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops)"
    )
    return name


@wrong("made for the Euclidean distance", says="made for another distance")
def partial_index(conn, decade):
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_l2_ops) WHERE"
        f" decade = {int(decade)}"
    )
    return name


@wrong(
    "a fixed decade, whatever was passed",
    says="not with a fixed decade",
)
def partial_index(conn, decade):
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE"
        " decade = 1990"
    )
    return name


@wrong("one name for all decades", says="its own name")
def partial_index(conn, decade):
    conn.execute(
        "CREATE INDEX IF NOT EXISTS film_partial ON film USING hnsw (embedding vector_cosine_ops)"
        f" WHERE decade = {int(decade)}"
    )
    return "film_partial"


@wrong("no name", says="second copy")
def partial_index(conn, decade):
    conn.execute(
        "CREATE INDEX ON film USING hnsw (embedding vector_cosine_ops) WHERE decade ="
        f" {int(decade)}"
    )
    return "film_embedding_idx"  # the name that PostgreSQL chooses


@wrong("made again without looking", says="already exists")
def partial_index(conn, decade):
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE decade ="
        f" {int(decade)}"
    )
    return name


@wrong("the value as a parameter", says="there is no parameter $1")
def partial_index(conn, decade):
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE"
        " decade = %s",
        [decade],
    )
    return name


@wrong("a B-tree on the decade", says="of type btree")
def partial_index(conn, decade):
    conn.execute("CREATE INDEX IF NOT EXISTS film_decade ON film (decade)")
    return "film_decade"


@wrong("the index of all films replaced", says="the index of all films, is gone")
def partial_index(conn, decade):
    conn.execute("DROP INDEX IF EXISTS film_hnsw")
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE"
        f" decade = {int(decade)}"
    )
    return name


@wrong(
    "the index of the last decade replaced",
    says="the index of the first one is gone",
)
def partial_index(conn, decade):
    partial = (
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'film'::regclass AND"
        " indpred IS NOT NULL"
    )
    for (name,) in conn.execute(partial).fetchall():
        conn.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(name)))
    conn.execute(
        f"CREATE INDEX film_{decade} ON film USING hnsw (embedding vector_cosine_ops) WHERE decade"
        f" = {int(decade)}"
    )
    return f"film_{decade}"


@wrong("this decade and later ones", says="films of other decades as well")
def partial_index(conn, decade):
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE"
        f" decade >= {decade}"
    )
    return name


@wrong(
    "more memory for all that follows",
    says="`maintenance_work_mem` is still changed",
)
def partial_index(conn, decade):
    conn.execute("SET maintenance_work_mem = '128MB'")
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE"
        f" decade = {decade}"
    )
    return name


@wrong("the decade compared as text", says="without a cast or a function")
def partial_index(conn, decade):
    name = f"film_{decade}"
    statement = (
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops)"
    )
    conn.execute(f"{statement} WHERE decade::text = '{decade}'")
    return name


@wrong("halfvec, which the query does not ask for", says="on an expression")
def partial_index(conn, decade):
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw ((embedding::halfvec(384))"
        f" halfvec_cosine_ops) WHERE decade = {decade}"
    )
    return name


@wrong("capitals, which PostgreSQL changes to lower case", says="as PostgreSQL stores it")
def partial_index(conn, decade):
    name = f"Film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE"
        f" decade = {decade}"
    )
    return name


@wrong("the name not returned", says="It returned None")
def partial_index(conn, decade):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS film_{decade} ON film USING hnsw (embedding vector_cosine_ops)"
        f" WHERE decade = {int(decade)}"
    )


@right("dropped and made again, beside running queries")
def partial_index(conn, decade):
    name = sql.Identifier(f"Films of the {decade}s")
    conn.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(name))
    conn.execute(
        sql.SQL(
            "CREATE INDEX CONCURRENTLY {} ON film USING hnsw (embedding vector_cosine_ops) WITH (m"
            " = 8) WHERE decade IN ({})"
        ).format(name, sql.Literal(decade))
    )
    return name.as_string(conn).strip('"')


@right("looked up first, in a transaction")
def partial_index(conn, decade):
    name = f"partial_{int(decade)}"
    with conn.transaction():
        if conn.execute("SELECT to_regclass(%s)", [name]).fetchone()[0] is None:
            conn.execute(
                f"CREATE INDEX {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE decade"
                f" = '{int(decade)}'"
            )
    return name


equivalent(
    "conn.execute(statement.format(sql.Identifier(name), sql.Literal(decade))) -> "
    "conn.execute(statement.format(sql.Identifier(name), decade))",
    reason="`format` makes a literal of a plain value by itself.",
)
