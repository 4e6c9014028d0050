"""Answers that prove the check of `build_index` in exercise 09_slow_search."""

from psycopg.sql import SQL, Identifier

from vdbcourse.authoring.proof.answers import right, wrong

OPTIONS = "WITH (m = 8, ef_construction = 48)"


@wrong("L2 operators", says="made for another distance")
def build_index(conn, table):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {table}_hnsw ON {table} USING hnsw (embedding vector_l2_ops)"
        f" {OPTIONS}"
    )


@wrong("fails the second time", says="Your code raised this error")
def build_index(conn, table):
    conn.execute(
        f"CREATE INDEX {table}_hnsw ON {table} USING hnsw (embedding vector_cosine_ops) {OPTIONS}"
    )


@wrong("no name, so a second index", says="second copy")
def build_index(conn, table):
    conn.execute(f"CREATE INDEX ON {table} USING hnsw (embedding vector_cosine_ops) {OPTIONS}")


@wrong("one name for all tables", says="compares only the name")
def build_index(conn, table):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS film_hnsw ON {table} USING hnsw (embedding vector_cosine_ops)"
        f" {OPTIONS}"
    )


@wrong("dropped and rebuilt", says="rebuilt it")
def build_index(conn, table):
    with conn.transaction():
        conn.execute(f"DROP INDEX IF EXISTS {table}_hnsw")
        conn.execute(
            f"CREATE INDEX {table}_hnsw ON {table} USING hnsw (embedding vector_cosine_ops)"
            f" {OPTIONS}"
        )


@wrong("IVFFlat", says="IVFFlat")
def build_index(conn, table):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {table}_ivf ON {table} USING ivfflat (embedding"
        " vector_cosine_ops) WITH (lists = 30)"
    )


@wrong("no kind of index named", says="btree index")
def build_index(conn, table):
    conn.execute(f"CREATE INDEX IF NOT EXISTS {table}_embedding ON {table} (embedding)")


@wrong("only rows that have a vector", says="has a WHERE")
def build_index(conn, table):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {table}_hnsw ON {table} USING hnsw (embedding"
        f" vector_cosine_ops) {OPTIONS} WHERE embedding IS NOT NULL"
    )


@wrong("halfvec, which the query does not ask for", says="on an expression")
def build_index(conn, table):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {table}_half ON {table} USING hnsw ((embedding::halfvec(384))"
        f" halfvec_cosine_ops) {OPTIONS}"
    )


@wrong("pgvector's default parameters", says="parameters differ")
def build_index(conn, table):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {table}_hnsw ON {table} USING hnsw (embedding"
        " vector_cosine_ops)"
    )


@wrong("a transaction begun and not ended", says="A transaction is still open")
def build_index(conn, table):
    conn.execute("BEGIN")
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {table}_hnsw ON {table} USING hnsw (embedding"
        f" vector_cosine_ops) {OPTIONS}"
    )


@wrong(
    "more memory for all that follows",
    says="`maintenance_work_mem` is still changed",
)
def build_index(conn, table):
    conn.execute("SET maintenance_work_mem = '128MB'")
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {table}_hnsw ON {table} USING hnsw (embedding"
        f" vector_cosine_ops) {OPTIONS}"
    )


@wrong("the connection closed", says="closed the connection")
def build_index(conn, table):
    with conn:
        conn.execute(
            f"CREATE INDEX IF NOT EXISTS {table}_hnsw ON {table} USING hnsw (embedding"
            f" vector_cosine_ops) {OPTIONS}"
        )


@right("checked first, with psycopg.sql")
def build_index(conn, table):
    name = f"{table}_cosine"
    if conn.execute("SELECT to_regclass(%s)", [name]).fetchone()[0] is None:
        conn.execute(
            SQL(
                "CREATE INDEX {} ON {} USING hnsw (embedding vector_cosine_ops) WITH"
                " (ef_construction = 48, m = 8)"
            ).format(Identifier(name), Identifier(table))
        )


@right("without blocking writers")
def build_index(conn, table):
    conn.execute(
        f"create index concurrently if not exists ix_{table} on {table} "
        "using hnsw (embedding vector_cosine_ops) with (m=8, ef_construction=48)"
    )
