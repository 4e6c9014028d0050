"""What a check of an exercise can see of the connection, the client and the model that it hands to
a learner's function.
"""

import numpy as np
import pytest

from vdbcourse import embedding, engines
from vdbcourse.engines import spaces
from vdbcourse.grading import Answer, Data, Handle, NotYet
from vdbcourse.grading.calls.handles import OpenHandles
from vdbcourse.grading.calls.in_process import InProcess
from vdbcourse.grading.checks.postgres_session import Session
from vdbcourse.grading.checks.rounding import rounded


@pytest.fixture
def data():
    """Data with a schema of the test's own."""
    made = Data(postgres_dsn=engines.postgres("watched"))
    yield made
    made.close()
    spaces.drop_schema(made.postgres_dsn, spaces.space_name("watched"))


def answer_of(function):
    """A learner's function, and the transport to it."""
    here = InProcess({"answer": function})
    return Answer(here, "answer", 30.0), here


def left_by(data, function, **settings):
    """What is said of a session after a call."""
    answer, here = answer_of(function)
    session = Session(data, {"hnsw.ef_search": "55"}, **settings)
    try:
        reply = answer.on_data(session.conn)
        session.expect_as_before(answer, reply)
    except NotYet as told:
        return told.why
    finally:
        here.close()
    return ""


CHOSEN = {"hnsw.ef_search": "77"}


def test_a_setting_that_its_owner_chose_may_be_changed_for_one_transaction(data):
    def answer(conn):
        with conn.transaction():
            conn.execute("SET LOCAL hnsw.ef_search = 99")
            return conn.execute("SHOW hnsw.ef_search").fetchone()[0]

    assert left_by(data, answer, **CHOSEN) == ""


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("RESET hnsw.ef_search", "`RESET` restores that value"),
        ("RESET ALL", "`RESET` restores that value"),
        ("SET hnsw.ef_search = 40", "You cannot restore an unknown value by hand"),
    ],
)
def test_a_setting_that_its_owner_chose_is_missed_when_it_is_gone(data, statement, words):
    assert words in left_by(data, lambda conn: conn.execute(statement).rowcount, **CHOSEN)


def test_scans_of_a_vector_index_are_told_from_those_of_the_table(data):
    films = data.films(50)
    data.postgres.film_table(films, "CREATE INDEX ON film USING hnsw (embedding vector_cosine_ops)")
    answer, here = answer_of(
        lambda conn, sql, question: len(conn.execute(sql, [question]).fetchall())
    )
    session = Session(data, seq_page_cost="1000", jit="off")
    before = session.reads(answer)
    answer.on_data(
        session.conn, "SELECT id FROM film ORDER BY embedding <=> %s LIMIT 3", films.vectors[0]
    )
    by_index = session.reads(answer) - before
    answer.on_data(
        session.conn,
        "SELECT id FROM film ORDER BY (embedding <=> %s) + 0 LIMIT 3",
        films.vectors[0],
    )
    by_table = session.reads(answer) - before
    here.close()
    assert (by_index.vector_scans, by_index.vector_rows, by_index.rows) == (1, 3, 0)
    assert (by_table.vector_scans, by_table.rows) == (1, 50)


def test_the_calls_of_a_milvus_client_are_known_once():
    opened, handle = OpenHandles(), Handle("milvus", engines.milvus())
    client, name = opened.resolve(handle), engines.collection("watched", "calls")
    client.drop_collection(name)
    client.create_collection(name, dimension=2)
    client.upsert(name, [{"id": 1, "vector": [1.0, 0.0]}])
    client.drop_collection(name)
    assert opened.setting(handle, "calls").split() == ["load_collection", "upsert"]
    assert opened.setting(handle, "calls") == ""
    opened.close()


def test_another_models_vectors_have_length_1_and_are_other_vectors():
    opened = OpenHandles()
    texts = ["a shark", "a heist"]
    other = opened.resolve(Handle("encode", "another"))(texts)
    course = opened.resolve(Handle("encode"))(texts)
    assert np.allclose(course, embedding.encode(texts))
    assert np.allclose(np.linalg.norm(other, axis=1), 1, atol=1e-5)
    assert (np.abs(np.sum(other * course, axis=1)) < 0.9).all()


def test_a_rounded_number_is_told_from_the_right_one():
    assert set(rounded(1 / 3)) == {0.33, 0.333, 0.3333, 0.33333}
