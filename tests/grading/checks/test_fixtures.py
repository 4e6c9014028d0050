"""Tables and collections that checks are made of, in the engines they are for."""

import numpy as np
import pytest

from vdbcourse import engines
from vdbcourse.engines import spaces
from vdbcourse.grading import FILM_COLUMNS, Data, Films, integer, text


@pytest.fixture(scope="module")
def data():
    dsn = engines.postgres("fixtures")
    opened = Data(postgres_dsn=dsn, milvus_uri=engines.milvus())
    yield opened
    opened.close()
    spaces.drop_schema(dsn, spaces.space_name("fixtures"))


@pytest.fixture
def films():
    return Films(
        ids=np.array([3, 1]),
        titles=["Ran", "Amélie"],
        years=np.array([1985, 2001]),
        decades=np.array([1980, 2000]),
        genres=["Drama", None],
        lines=["Ran", "Amélie"],
        vectors=np.array([[3, 4], [0, 2]], dtype=np.float32),
    )


def columns(data, table):
    return data.postgres.run(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid ="
        " to_regclass(%s) AND attnum > 0 ORDER BY attnum",
        [table],
    )


def test_a_table_has_the_columns_and_rows_that_were_asked_for(data):
    definitions = {"id": "bigint PRIMARY KEY", "v": "vector(3)", "score": "float8"}
    rows = [(1, np.array([1, 2, 3], dtype=np.float32), 0.5), (2, None, None)]
    data.postgres.table("chosen", definitions, rows)
    assert columns(data, "chosen") == [
        ("id", "bigint"),
        ("v", "vector(3)"),
        ("score", "double precision"),
    ]
    ((_, vector, score), last) = data.postgres.run("SELECT * FROM chosen ORDER BY id")
    assert (vector.to_list(), score, last) == ([1, 2, 3], 0.5, (2, None, None))


def test_a_table_is_made_anew_with_whatever_depends_on_it(data):
    data.postgres.table("chosen", {"id": "int"}, [(1,)])
    data.postgres.run("CREATE VIEW of_chosen AS SELECT * FROM chosen")
    data.postgres.table("chosen", {"id": "int"}, [])
    assert data.postgres.run("SELECT * FROM chosen") == []
    assert data.postgres.value("SELECT to_regclass('of_chosen')") is None


def test_a_film_table_has_vectors_as_long_as_the_films(data, films):
    data.postgres.film_table(films)
    assert [name for name, _ in columns(data, "film")] == [*FILM_COLUMNS, "embedding"]
    assert dict(columns(data, "film"))["embedding"] == "vector(2)"
    assert data.postgres.exact(np.array([0, 1], dtype=np.float32), 1) == [(1, 0)]
    data.postgres.film_table(films, table="small", columns=["id", "genre"])
    rows = data.postgres.run("SELECT id, genre FROM small ORDER BY id")
    assert (len(columns(data, "small")), rows) == (3, [(1, None), (3, "Drama")])


def test_a_film_table_is_kept_until_it_or_what_is_wanted_changes(data, films):
    def number():
        return data.postgres.value("SELECT 'film'::regclass::oid")

    data.postgres.film_table(films)
    first = number()
    data.postgres.film_table(films)
    assert number() == first
    data.postgres.run("DELETE FROM film WHERE id = 1")
    data.postgres.film_table(films)
    second = number()
    assert second != first
    films.titles[0] = "Kagemusha"
    data.postgres.film_table(films)
    assert number() != second
    assert data.postgres.value("SELECT title FROM film WHERE id = 3") == "Kagemusha"


def test_a_collection_has_the_fields_and_the_index_that_were_asked_for(data):
    name = engines.collection("fixtures", "films")
    fields = [text("title", 90), integer("year"), text("genre", 20, nullable=True)]
    film = {"id": 7, "title": "Ran", "year": 1985, "genre": None, "vector": [1.0, 0.0]}
    own = data.milvus.own
    try:
        data.milvus.collection(name, 2, fields, [film], metric="L2")
        described = own.describe_collection(name)
        assert [field["name"] for field in described["fields"]] == [
            "id",
            "title",
            "year",
            "genre",
            "vector",
        ]
        index = own.describe_index(name, own.list_indexes(name)[0])
        assert (index["index_type"], index["metric_type"]) == ("FLAT", "L2")
        assert own.query(name, "id > 0", output_fields=["title", "genre"]) == [
            {"id": 7, "title": "Ran", "genre": None}
        ]
        data.milvus.collection(name, 3, index="HNSW", M=8, efConstruction=16)
        assert own.query(name, "", limit=5) == []
    finally:
        data.milvus.drop(name)
    assert not own.has_collection(name)
