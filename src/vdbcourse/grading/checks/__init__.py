"""The tools for authors of checks. A check is a function that is marked with its task and reads
like its specification:

    from vdbcourse.grading import Answer, Data, check, integer, text

    @check("search_films")
    def check_search_films(search_films: Answer, data: Data) -> None:
        reply = search_films([1.0, 0.0], 2)
        reply.equals([4, 2], "Nearest first.", mistakes={(2, 4): "The farthest came first."})

Its parameters are the learner's functions, by the names that the task lists in `exercise.yaml`, and
`data` if it needs any. The first problem ends it with `NotYet`.

**Call** (`answer.Answer`): `f(...)` with an example that may be shown; `f.on_data(...)` with values
made from `data`, which no message shows in a graded run; `f.explained(..., raised={...})` explains
known errors; `f.raises(ValueError, why, ...)` expects an error; `f.beside("other")` is another
function of the notebook; `f.reconnect(data.postgres.conn)` gives the next call a new connection;
`f.setting(conn, name)` and `f.methods_called(client)` report on the learner's session and client.

**Examine** (`reply.Reply`): `equals`, `expect`, `number`, `ids`, `rows`, `text`, `strings`,
`sequence`, `array`, and `fail` for anything else. They have their own messages for values of the
wrong kind. `mistakes` explains known wrong values. `rounded(value)` returns the mistakes for a
value that was rounded.

**Data** (`data.Data`): `data.films(n)` and `data.questions(n)` draw from a pool of real films with
their vectors (`films.Films`); `data.rng` varies the rest. `data.encode` and
`data.lasting_dict(...)` are passed to the learner's functions.

**PostgreSQL** (`fixtures_postgres.Postgres`), with `data.postgres.conn` for the learner's
functions:

    data.postgres.film_table(films, "CREATE INDEX ON film USING hnsw (embedding vector_l2_ops)")
    data.postgres.film_table(films, table="small", columns=["id", "title"])
    data.postgres.table("film", FILM_COLUMNS | {"embedding": "vector(2)"}, rows)
    data.postgres.exact(question, k, "year >= 1990")  # the truth, without any index
    session = Session(data, work_mem="1MB")  # call with `session.conn`, then:
    session.expect_as_before(f, reply)  # no open transaction, no changed setting

`film_table` keeps a table that is still exactly as an earlier check left it; a check that changes
rows need not clean up. `run` and `value` use the check's own connection.

**Milvus** (`fixtures_milvus.Milvus`), with `data.milvus.client` for the learner's functions:

    name = engines.collection("check_03", "films")
    data.milvus.collection(name, 2, [text("title", 500), integer("year")], rows)
    data.milvus.collection(name, 384, [text("genre", 100, nullable=True)], rows, "HNSW", M=16)

`side_effects` finds and undoes what the learner's functions leave on a server, task by task
(`runner`). An exercise contains its data and its true answers; everything else belongs here.
"""
