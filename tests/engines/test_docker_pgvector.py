"""docker/pgvector: the sizes, the passwords, the notebooks' address; tried for real with stand-in
images (.ci/stand_ins.py: Debian's PostgreSQL with pgvector, and its exporter), where there are an
engine and those images.
"""

import dataclasses
import json
import re
import stat
import subprocess

import docker_stacks
import pytest
import yaml
from support import ROOT

from vdbcourse import engines, files
from vdbcourse.engines import configured, processes
from vdbcourse.engines.docker import compose, pgvector
from vdbcourse.engines.docker.stack import StartedStack
from vdbcourse.errors import CourseError

FOLDER = ROOT / "docker/pgvector"
IMAGES = {
    "PGVECTOR_VERSION": "pgvector/pgvector",
    "EXPORTER_VERSION": "quay.io/prometheuscommunity/postgres-exporter",
}
STAND_INS = dict.fromkeys(IMAGES, "stand-in")
WHY_NOT = docker_stacks.why_no_stack(pgvector.STACK, IMAGES.values())
needs_docker = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "runs")


@pytest.mark.parametrize(
    ("setting", "machine", "mebibytes"),
    [
        (None, 16 * 2**30, 4096),  # a quarter
        (None, 2 * 2**30, 1024),  # but at least 1 GiB
        (None, 256 * 2**30, 8192),  # and at most 8
        ("4g", 2**30, 4096),
        ("2048M", 2**30, 2048),
        (" 3 GB".strip(), 2**30, 3072),
        ("512m", 2**30, 512),
    ],
)
def test_memory_of_the_container(setting, machine, mebibytes):
    assert pgvector.container_memory(setting, machine) == mebibytes


@pytest.mark.parametrize("setting", ["511m", "0g", "-4g", "4", "4k", "four", "g", "4.5g", "9" * 20])
def test_what_is_no_memory_is_one_line(setting):
    with pytest.raises(CourseError, match="PGVECTOR_MEMORY=.* is not an amount") as error:
        pgvector.container_memory(setting, 2**34)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("memory", [512, 1024, 4096, 8192, 65_536])
@pytest.mark.parametrize("cores", [1, 2, 64])
def test_all_that_lies_in_memory_fits_into_the_container(memory, cores):
    sizes = pgvector.sizes_for(memory, cores)
    amounts = {name: int(re.match(r"\d+", value)[0]) for name, value in sizes.items()}
    assert amounts["PGVECTOR_SHARED_BUFFERS"] + amounts["PGVECTOR_SHM"] < amounts["PGVECTOR_MEMORY"]
    # what a parallel build puts into shared memory has room there
    assert amounts["PGVECTOR_SHM"] > amounts["PGVECTOR_BUILD_MEMORY"]
    assert 1 <= amounts["PGVECTOR_BUILD_WORKERS"] <= 7


def test_the_defaults_by_hand_are_those_of_a_container_of_two_gibibytes():
    lines = (FOLDER / ".env").read_text(encoding="utf-8").splitlines()
    written = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    for name, value in pgvector.sizes_for(2048, 2).items():
        assert written[name] == value
    assert {name: int(written[name]) for name in pgvector.STACK.ports} == pgvector.STACK.ports


def test_the_image_is_named_by_tag_and_digest():
    image = (FOLDER / ".env").read_text(encoding="utf-8")
    assert re.search(r"^PGVECTOR_VERSION=[\d.]+-pg18-trixie@sha256:[0-9a-f]{64}$", image, re.M)


def test_every_variable_of_the_compose_file_is_set_somewhere():
    known = {*pgvector.sizes_for(2048, 2), *pgvector.STACK.new_secrets(), *pgvector.STACK.ports}
    asked = set(re.findall(r"\$\{(\w+)", (FOLDER / "compose.yaml").read_text(encoding="utf-8")))
    assert asked == known | set(IMAGES)


def test_user_and_database_are_those_of_the_compose_file():
    environment = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]["pgvector"][
        "environment"
    ]
    assert environment["POSTGRES_USER"] == pgvector.USER
    assert environment["POSTGRES_DB"] == pgvector.DATABASE


def test_a_machine_that_docker_does_not_know_is_one_line(monkeypatch):
    monkeypatch.setattr(
        compose, "run", lambda command: subprocess.CompletedProcess(command, 1, "", "no engine")
    )
    with pytest.raises(CourseError, match="does not say how much memory it has: no engine"):
        compose.machine()


def test_the_started_stack_is_used_in_place_of_the_embedded_server(home, monkeypatch):
    stack = pgvector.STACK
    assert configured.postgres() is None
    uri = f"postgresql://course:hunter2hunter2@127.0.0.1:{processes.free_port()}/course"
    started = StartedStack(uri, "", "PostgreSQL 18.6, pgvector 0.8.7")
    files.write_json(stack.record_path(), dataclasses.asdict(started))
    assert stack.record() == started
    with pytest.raises(
        CourseError, match=r"\./course up pgvector.*\./course down pgvector"
    ) as error:
        engines.postgres("nb")
    assert "hunter2" not in str(error.value)
    monkeypatch.setattr(StartedStack, "answers", lambda self: True)
    server = configured.postgres()
    assert server == configured.PostgresServer("Docker", uri)
    with pytest.raises(CourseError, match=r"Start it again: \./course up pgvector") as error:
        server.version()
    assert "DATABASE_URL" not in str(error.value)
    assert "hunter2" not in str(error.value)
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    assert configured.postgres().where == "DATABASE_URL"


def test_metrics_belong_to_this_stack(home, cli):
    answer = cli("up", "postgres", "--metrics")
    assert answer.returncode == 2
    assert "./course up pgvector --metrics" in answer.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    yield from docker_stacks.course_with(STAND_INS, tmp_path_factory)


TALK = """
import psycopg
from vdbcourse import engines
conn = psycopg.connect(engines.postgres("05_pgvector_why"), autocommit=True)
"""


@needs_docker
@pytest.mark.timeout(900)
def test_the_stack_from_the_first_start_to_its_removal(course):
    up = course("up", "pgvector", "--metrics", "--json", PGVECTOR_MEMORY="768m")
    assert up.returncode == 0, up.stderr
    (state,) = json.loads(up.stdout)["engines"]
    assert state["running"]
    assert state["where"] == "Docker"
    assert "pgvector" in state["version"]
    secrets = course.home / "pgvector-docker" / "secrets.env"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    passwords = dict(line.split("=", 1) for line in secrets.read_text().splitlines())
    assert not any(password in up.stdout + up.stderr for password in passwords.values())

    # the notebooks reach it without a word about it; the sizes have arrived
    work = TALK + (
        "conn.execute('CREATE TABLE kept (e vector(3))')\n"
        "conn.execute(\"INSERT INTO kept VALUES ('[1,2,3]')\")\n"
        "for name in ('shared_buffers', 'maintenance_work_mem'):\n"
        "    print(conn.execute('SHOW ' + name).fetchone()[0])\n"
        "print(conn.execute('SELECT count(*) > 0 FROM pg_stat_statements').fetchone()[0])\n"
    )
    assert course.python(work) == ["192MB", "192MB", "True"]

    # nobody gets in without a password, from outside or from inside the container
    uri = f"postgresql://{{}}127.0.0.1:{state['uri'].rpartition(':')[2].partition('/')[0]}/course"
    doors = ["course@", "course:wrong@", "postgres@", f"metrics:{passwords['METRICS_PASSWORD']}@"]
    let_in = "from vdbcourse.engines.docker.pgvector import lets_in\n" + "\n".join(
        f"print(lets_in({uri.format(door)!r}))" for door in doors
    )
    assert course.python(let_in) == ["False", "False", "False", "True"]
    inside = ["docker", "exec", "vdbcourse-pgvector-pgvector-1", "psql", "-wU", "course", "-c", "1"]
    answer = subprocess.run(inside, capture_output=True, text=True)
    assert answer.returncode
    assert "no password supplied" in answer.stderr

    # the role of the exporter reads statistics, and no table
    metrics = uri.format(doors[-1])
    refused = (
        f"import psycopg\nconn = psycopg.connect({metrics!r}, autocommit=True)\n"
        "print(conn.execute('SELECT count(*) > 0 FROM pg_stat_activity').fetchone()[0])\n"
        "where = \"SELECT oid::regclass FROM pg_class WHERE relname = 'kept'\"\n"
        "try:\n    conn.execute('SELECT * FROM ' + conn.execute(where).fetchone()[0])\n"
        "except psycopg.errors.InsufficientPrivilege:\n    print('refused')\n"
    )
    assert course.python(refused) == ["True", "refused"]
    page = (
        "import time, urllib.request\n"
        "def up():\n"
        f"    text = urllib.request.urlopen('{state['ui']}/metrics').read().decode()\n"
        "    return 'pg_up 1' in text\n"
        "from vdbcourse.engines import processes\nprint(processes.wait_until(up, 120))\n"
    )
    assert course.python(page) == ["True"]
    ports = docker_stacks.published_ports(pgvector.STACK)
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for shown in ports.values() for port in shown if port)

    # a second `up` changes nothing; `down` keeps the data and the password; so does a kill
    again = course("up", "pgvector", "--json", PGVECTOR_MEMORY="768m")
    (same,) = json.loads(again.stdout)["engines"]
    assert (same["uri"], same["ui"]) == (state["uri"], state["ui"])
    kill = ["docker", "kill", "--signal=KILL", "vdbcourse-pgvector-pgvector-1"]
    subprocess.run(kill, check=True, capture_output=True)
    assert course("up", "pgvector").returncode == 0
    count = TALK + "print(conn.execute('SELECT count(*) FROM kept').fetchone()[0])"
    assert course.python(count) == ["1"]
    assert course("down", "pgvector").stdout == "pgvector: stopped\n"
    assert course("up", "pgvector").returncode == 0
    assert course.python(count) == ["1"]

    # data without their password are not thrown away and not guessed at
    course("down", "pgvector")
    secrets.rename(secrets.with_name("elsewhere"))
    assert "its password is not in" in course("up", "pgvector").stderr
    secrets.with_name("elsewhere").rename(secrets)
    assert "every table" in course("reset", "--yes").stdout
    assert docker_stacks.volumes(pgvector.STACK) == []
    assert not secrets.exists()


@pytest.mark.parametrize(
    ("opens", "words"),
    [(True, "opens without the generated password"), (False, "rejects the password in")],
)
def test_a_server_with_another_password_or_none_is_not_used(opens, words, home, monkeypatch):
    monkeypatch.setattr(pgvector, "lets_in", lambda uri: opens)
    environment = pgvector.STACK.new_secrets() | {"PGVECTOR_PORT": "1", "METRICS_PORT": "2"}
    with pytest.raises(CourseError, match=words) as error:
        pgvector.STACK.connect(environment)
    assert environment["PGVECTOR_PASSWORD"] not in str(error.value)
