"""Whose schemas and collections are whose on a server that many share, and what becomes of those of
earlier versions.
"""

import itertools
import re

import psycopg
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pymilvus import MilvusClient

from vdbcourse import engines, files, settings
from vdbcourse.engines import old_spaces, spaces, supervisor
from vdbcourse.errors import CourseError

# Names that an earlier version made one of: Cyrillic, Chinese, an emoji, a blank; cut after 20
# characters; letters changed.
PEOPLE = (
    *(
        "ana",
        "Ana",
        "ANA",
        "ana.maria",
        "ana_maria",
        "Ana Maria",
        "ana maria",
        "ana-maria",
        "_ana",
        "ana_",
        "ana__maria",
    ),
    *(
        "Ольга",
        "李明",
        "🦊",
        "🐻",
        "u",
        "1a",
        "u1a",
        "Zoë",
        "Zoe",
        "zo",
        "tester",
        "o'neil",
        'a"b',
        "a\\b",
    ),
    *(
        "a" * 20,
        "a" * 21,
        "a" * 22,
        "anna_von_und_zu_holstein",
        "anna_von_und_zu_hamburg",
        "ana_1f2e3d4c",
        "ana_maria_1f2e3d4c",
    ),
)
NOTEBOOKS = (
    "01_first_search",
    "maria_01",
    "01",
    "maria_01_first_search",
    "nb",
    "x" * 60,
    "x" * 61,
    "x_" * 30 + "y",
    "x_" * 30 + "z",
)
OLD = "made by vector-database-course"


def name_for(monkeypatch, learner, notebook):
    monkeypatch.setenv("VDBCOURSE_LEARNER", learner)
    return spaces.space_name(notebook)


def test_no_two_learners_and_notebooks_share_a_name(monkeypatch):
    pairs = list(itertools.product(PEOPLE, NOTEBOOKS))
    names = [name_for(monkeypatch, *pair) for pair in pairs]
    assert len(set(names)) == len(pairs)


@given(
    st.lists(
        st.text(alphabet="abAB_. é1", min_size=1, max_size=24), min_size=2, max_size=2, unique=True
    ),
    st.data(),
)
def test_no_two_names_meet_whatever_they_are(names, data):
    """Compared as given, without the blanks around them; each with any notebook."""
    assume(len({name.strip() for name in names} - {""}) == 2)
    one, two = (settings.learner(name.strip()) for name in names)
    assert one != two
    first, second = (
        settings.identifier(data.draw(st.text(alphabet="ab_1", min_size=1, max_size=12)))
        for _ in range(2)
    )
    assume(first and second)
    assert spaces.prefix_of(one) + first != spaces.prefix_of(two) + second


@given(st.text(min_size=1))
def test_every_name_is_valid_in_both_engines(name):
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,19}", settings.learner(name))


@pytest.mark.parametrize("name", ["ana", "tester", "ana_maria", "max2"])
def test_a_plain_name_stays_as_it_is(monkeypatch, name):
    monkeypatch.setenv("VDBCOURSE_LEARNER", name)
    assert settings.learner() == name


def test_a_name_that_had_to_change_shows_what_it_was_and_a_hash(monkeypatch):
    monkeypatch.setenv("VDBCOURSE_LEARNER", "Ana.Maria ")
    assert re.fullmatch(r"ana_maria_[0-9a-f]{8}", settings.learner())
    assert settings.owner() == "Ana.Maria"


def test_one_name_in_two_unicode_forms_is_one_learner(monkeypatch):
    assert name_for(monkeypatch, "Zoe\N{COMBINING DIAERESIS}", "nb") == name_for(
        monkeypatch, "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}", "nb"
    )


def test_a_user_id_without_a_name_is_a_learner_of_its_own(monkeypatch):
    def unknown():
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.delenv("VDBCOURSE_LEARNER")
    monkeypatch.setattr(settings.getpass, "getuser", unknown)
    assert re.fullmatch(r"uid\d+", settings.learner())


# --- on one server --------------------------------------------------------------------------------


@pytest.fixture
def database(home, tmp_path, monkeypatch):
    """A PostgreSQL that several learners share; the home is that of none of them."""
    url = supervisor.up("postgres").uri
    monkeypatch.setenv("VDBCOURSE_HOME", str(tmp_path / "learner"))
    monkeypatch.setenv("DATABASE_URL", url)
    return url


@pytest.fixture
def milvus(home, tmp_path, monkeypatch):
    """A Milvus that several learners share; the home is that of none of them."""
    monkeypatch.setenv("VDBCOURSE_HOME", str(home))
    uri = supervisor.up("milvus-lite").uri
    monkeypatch.setenv("VDBCOURSE_HOME", str(tmp_path / "learner"))
    monkeypatch.setenv("MILVUS_URI", uri)
    return uri


def run(url, *statements):
    with psycopg.connect(url, autocommit=True) as conn:
        for statement in statements:
            conn.execute(statement)


def all_schemas(url):
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "SELECT nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname"
            " !~ '^pg_'"
        )
        return {
            name: comment for name, comment in rows if name not in ("public", "information_schema")
        }


def make_old(url, *names):
    for name in names:
        run(
            url,
            f"CREATE SCHEMA {name}",
            f"COMMENT ON SCHEMA {name} IS '{OLD}'",
            f"CREATE TABLE {name}.kept (x int)",
        )


def test_reset_lists_and_drops_what_is_this_learners_alone(database, milvus, monkeypatch, cli):
    client = MilvusClient(milvus)
    made = {}
    for learner in ("ana", "ana.maria", "ana_maria", "Ana", "Ольга", "李明"):
        monkeypatch.setenv("VDBCOURSE_LEARNER", learner)
        engines.postgres("maria_01")
        made[learner] = engines.collection("maria_01", "films")
        client.create_collection(made[learner], dimension=2)
    assert len(set(made.values())) == 6
    result = cli("reset", "--yes", VDBCOURSE_LEARNER="ana")
    assert result.returncode == 0, result.stderr
    assert [
        line
        for line in result.stdout.splitlines()
        if "maria" in line and ("schema" in line or "collection" in line)
    ] == [
        f"- schema ana_maria_01 in {engines_shown(database)}",
        f"- collection ana_maria_01_films in {milvus}",
    ]
    assert set(client.list_collections()) == set(made.values()) - {made["ana"]}
    assert len(all_schemas(database)) == 5
    assert cli("reset", "--yes", VDBCOURSE_LEARNER="Ольга").returncode == 0
    assert made["李明"] in client.list_collections()


def engines_shown(url):
    from vdbcourse.engines import server_checks

    return server_checks.without_password(url)


def test_the_comment_of_a_schema_names_its_owner(database, monkeypatch):
    monkeypatch.setenv("VDBCOURSE_LEARNER", "o'Neil; DROP")
    engines.postgres("nb")
    assert list(all_schemas(database).values()) == [f"{OLD} for o'Neil; DROP"]


def test_a_schema_of_another_learner_is_not_entered(database):
    spaces.make_schema(database, "taken", "eva")
    with pytest.raises(CourseError, match="The schema taken belongs to 'eva', not to 'tester'"):
        spaces.make_schema(database, "taken")


def test_a_schema_in_which_this_user_may_not_work_is_told(database, monkeypatch):
    """Its tables would silently be made in the schema `public`."""
    run(database, "CREATE ROLE eva LOGIN", "GRANT CREATE ON DATABASE course TO eva")
    engines.postgres("nb")
    monkeypatch.setenv("DATABASE_URL", database.replace("postgres@", "eva@"))
    with pytest.raises(
        CourseError,
        match="tester_nb belongs to the user postgres of that server, but eva may not work in it",
    ):
        engines.postgres("nb")


# --- what earlier versions made -------------------------------------------------------------------


def test_an_old_schema_of_a_plain_name_gets_its_owner(database, monkeypatch):
    make_old(database, "ana_01_first_search")
    monkeypatch.setenv("VDBCOURSE_LEARNER", "ana")
    with psycopg.connect(engines.postgres("01_first_search")) as conn:
        assert conn.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert all_schemas(database) == {"ana_01_first_search": f"{OLD} for ana"}


def test_an_old_schema_of_a_name_with_an_underscore_is_renamed(database, monkeypatch):
    make_old(database, "ana_maria_01_first_search")
    monkeypatch.setenv("VDBCOURSE_LEARNER", "ana_maria")
    engines.postgres("01_first_search")
    assert all_schemas(database) == {"ana_maria__01_first_search": f"{OLD} for ana_maria"}


@pytest.mark.parametrize("learner", ["ana.maria", "Ana Maria", "ana"])
def test_an_old_schema_that_may_be_another_learners_is_left_alone(
    database, monkeypatch, capsys, learner
):
    make_old(database, "ana_maria_01_first_search")
    monkeypatch.setenv("VDBCOURSE_LEARNER", learner)
    engines.postgres("01_first_search")
    assert all_schemas(database)["ana_maria_01_first_search"] == OLD
    assert spaces.space_name("01_first_search") in all_schemas(database)
    assert "ana_maria_01_first_search" not in {
        *spaces.schemas(database),
        *old_spaces.schemas(database),
    }
    if learner != "ana":
        assert (
            "ALTER SCHEMA ana_maria_01_first_search RENAME TO ana_maria_" in capsys.readouterr().err
        )


def test_an_old_schema_whose_role_is_called_like_the_learner_is_theirs(database, monkeypatch):
    run(database, 'CREATE ROLE "ana.maria" LOGIN', 'GRANT CREATE ON DATABASE course TO "ana.maria"')
    own = database.replace("postgres@", "ana.maria@")
    make_old(own, "ana_maria_01_first_search")
    monkeypatch.setenv("DATABASE_URL", own)
    monkeypatch.setenv("VDBCOURSE_LEARNER", "ana.maria")
    engines.postgres("01_first_search")
    assert list(all_schemas(database)) == [spaces.space_name("01_first_search")]


def test_on_the_course_s_own_engines_old_spaces_are_renamed(home, monkeypatch):
    """Nobody else has a schema or a collection there."""
    url, uri = supervisor.up("postgres").uri, supervisor.up("milvus-lite").uri
    monkeypatch.setenv("VDBCOURSE_LEARNER", "Ольга")
    make_old(url, "u_01_first_search")
    client = MilvusClient(uri)
    client.create_collection("u_01_first_search_films", dimension=2)
    client.insert("u_01_first_search_films", [{"id": 1, "vector": [0.0, 1.0]}])
    engines.postgres("01_first_search")
    new = engines.collection("01_first_search", "films")
    assert all_schemas(url) == {spaces.space_name("01_first_search"): f"{OLD} for Ольга"}
    assert client.list_collections() == [new]
    client.load_collection(new)
    assert client.query(new, ids=[1])[0]["id"] == 1


def test_an_old_name_that_can_be_cut_in_two_ways_is_nobodys():
    assert old_spaces.learner_in("ana_01_first_search") == "ana"
    assert old_spaces.learner_in("ana_maria_01_first_search") == "ana_maria"
    assert old_spaces.learner_in("ana_nb") == "ana"
    assert old_spaces.learner_in("ana_maria_nb") is None
    assert old_spaces.learner_in("ana_07_10_missing_rows") is None


def test_collections_that_an_earlier_version_noted_are_removed_where_they_are_certain(
    database, milvus, monkeypatch, cli
):
    client = MilvusClient(milvus)
    for name in ("ana_01_x_films", "ana_maria_01_x_films", "ana_maria__01_x_films", "u_01_x_films"):
        client.create_collection(name, dimension=2)
    old = {
        milvus.replace("//", "//root:pw@"): ["ana_01_x_", "ana_maria_", "u_01_x_", 5],
        "http://other": 7,
    }
    files.write_json(settings.home() / "milvus-prefixes.json", old)
    result = cli("reset", "--yes", VDBCOURSE_LEARNER="ana")
    assert result.returncode == 0, result.stderr
    assert sorted(client.list_collections()) == [
        "ana_maria_01_x_films",
        "ana_maria__01_x_films",
        "u_01_x_films",
    ]
