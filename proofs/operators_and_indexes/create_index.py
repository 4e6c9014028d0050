"""Answers that prove the check of `create_index` in exercise 11_operators_and_indexes."""

from psycopg import sql

from vdbcourse.authoring.proof.answers import right, wrong

SHORT = {"cosine": "cosine", "l2": "l2", "inner product": "ip", "l1": "l1"}


def create(conn, name, definition):
    """The index, unless there is one of this name."""
    conn.execute(f"CREATE INDEX IF NOT EXISTS {name} ON film USING {definition}")
    return name


@wrong("the class of most guides", says="serves `<->` alone")
def create_index(conn, metric):
    return create(conn, f"film_{SHORT[metric]}", "hnsw (embedding vector_l2_ops)")


@wrong("one name for all metrics", says="Give each metric a name of its own")
def create_index(conn, metric):
    return create(conn, "film_vectors", f"hnsw (embedding vector_{SHORT[metric]}_ops)")


@wrong("the former index dropped", says="removed the index of another metric")
def create_index(conn, metric):
    conn.execute("DROP INDEX IF EXISTS film_vectors")
    return create(conn, "film_vectors", f"hnsw (embedding vector_{SHORT[metric]}_ops)")


@wrong("no class named", says="has no default operator class")
def create_index(conn, metric):
    return create(conn, f"film_{SHORT[metric]}", "hnsw (embedding)")


@wrong("IVFFlat", says="The index uses the method ivfflat")
def create_index(conn, metric):
    kind = f"ivfflat (embedding vector_{SHORT[metric]}_ops) WITH (lists = 1)"
    return create(conn, f"film_{SHORT[metric]}", kind)


@wrong("normalised on the way", says="holds another expression than the column")
def create_index(conn, metric):
    kind = f"hnsw ((l2_normalize(embedding)::vector(384)) vector_{SHORT[metric]}_ops)"
    return create(conn, f"film_{SHORT[metric]}", kind)


@wrong("only some of the films", says="The index has a WHERE")
def create_index(conn, metric):
    kind = f"hnsw (embedding vector_{SHORT[metric]}_ops) WHERE decade >= 1990"
    return create(conn, f"film_{SHORT[metric]}", kind)


@wrong("a second index at the second call", says="The second call for the same metric")
def create_index(conn, metric):
    (count,) = conn.execute(
        "SELECT count(*) FROM pg_index WHERE indrelid = 'film'::regclass"
    ).fetchone()
    return create(conn, f"film_{count}", f"hnsw (embedding vector_{SHORT[metric]}_ops)")


@wrong("the class returned", says="Return the name of the index")
def create_index(conn, metric):
    create(conn, f"film_{SHORT[metric]}", f"hnsw (embedding vector_{SHORT[metric]}_ops)")
    return f"vector_{SHORT[metric]}_ops"


@right("sql.Identifier")
def create_index(conn, metric):
    name = f"nearest by {metric}"
    statement = "CREATE INDEX IF NOT EXISTS {} ON film USING hnsw (embedding {})"
    operators = sql.Identifier(f"vector_{SHORT[metric]}_ops")
    conn.execute(sql.SQL(statement).format(sql.Identifier(name), operators))
    return name


@right("asked first, other parameters, in a transaction")
def create_index(conn, metric):
    name = f"film_{SHORT[metric]}_index"
    with conn.transaction():
        if conn.execute("SELECT to_regclass(%s)", [name]).fetchone()[0] is None:
            conn.execute(
                f"CREATE INDEX {name} ON film USING hnsw (embedding vector_{SHORT[metric]}_ops)"
                " WITH (m = 8, ef_construction = 32)"
            )
    return name
