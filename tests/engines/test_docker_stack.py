"""docker/milvus, tried for real: Docker's engine, Compose, the passwords, the notebooks' address.

No image can be pulled in the suite, so images stand in (.ci/stand_ins.py): Milvus 2.3.5 from its
Python package, Debian's etcd and nginx, an S3 in memory. What is tried is what is ours: the wiring,
not Milvus 3. Where there is no engine or there are no such images, these tests are skipped and say
so.
"""

import json
import stat
import sys

import docker_stacks
import grpc
import pytest
from support import ROOT, one_line

from vdbcourse import engines
from vdbcourse.engines import configured, processes, server_checks
from vdbcourse.engines.docker import compose, milvus
from vdbcourse.errors import CourseError

IMAGES = {
    "MILVUS_VERSION": "milvusdb/milvus",
    "ETCD_VERSION": "quay.io/coreos/etcd",
    "MINIO_VERSION": "minio/minio",
    "NGINX_VERSION": "nginx",
}
STAND_INS = dict.fromkeys(IMAGES, "stand-in")


WHY_NOT = docker_stacks.why_no_stack(milvus.STACK, IMAGES.values())
needs_docker = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "runs")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    yield from docker_stacks.course_with(STAND_INS, tmp_path_factory)


TALK = """
from pymilvus import MilvusClient
from vdbcourse import engines
client = MilvusClient(engines.milvus(), token=engines.milvus_token())
"""


@needs_docker
@pytest.mark.timeout(900)
def test_the_stack_from_the_first_start_to_its_removal(course):
    up = course("up", "milvus", "--ui", "--json")
    assert up.returncode == 0, up.stderr
    (state,) = json.loads(up.stdout)["engines"]
    assert state["running"]
    assert state["where"] == "Docker"
    assert state["version"].startswith("Milvus v2.3.5")

    secrets = course.home / "milvus-docker" / "secrets.env"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    password = dict(line.split("=", 1) for line in secrets.read_text().splitlines())[
        "MILVUS_PASSWORD"
    ]
    assert len(password) == 32
    assert password not in up.stdout + up.stderr

    let_in = (
        "from vdbcourse.engines.docker import milvus; print(*(milvus.lets_in('{}', t) for t in ('',"
        " 'root:Milvus', 'root:{}')))"
    )
    assert course.python(let_in.format(state["uri"], password)) == ["False", "False", "True"]

    # the notebooks reach it without a word about it: address, token, metrics
    work = TALK + (
        "client.create_collection('kept', dimension=4)\n"
        "client.insert('kept', [{'id': 1, 'vector': [1.0, 0, 0, 0]}])\n"
        "found = client.search('kept', [[1.0, 0, 0, 0]], limit=1,"
        " consistency_level='Strong')[0][0]\n"
        "client.flush('kept')\n"  # to the S3, with the generated key
        "print(found['id'], client.get_collection_stats('kept')['row_count'],"
        " engines.milvus_standalone() == engines.milvus())\n"
    )
    assert course.python(work) == ["1", "1", "True"]
    pages = (
        "import urllib.error, urllib.request\ndef status(path, **more):\n    try:\n        return"
        f" urllib.request.urlopen(urllib.request.Request('{state['ui']}' + path, **more)).status\n "
        "   except urllib.error.HTTPError as error:\n        return"
        " error.code\nprint(status('/metrics'), status('/healthz'), status('/log/level'),"
        " status('/metrics', method='POST'))\n"
    )
    assert course.python(pages) == ["200", "200", "404", "403"]

    # only the address that was asked for listens, and only on this machine
    ports = docker_stacks.published_ports(milvus.STACK)
    assert all(
        port.startswith("127.0.0.1:") for shown in ports.values() for port in shown if port
    ), ports
    assert [name for name, shown in ports.items() if any(shown)] == [
        f"{milvus.STACK.project}-ui-1",
        f"{milvus.STACK.project}-milvus-1",
    ]

    # a second `up` changes nothing; `down` keeps the data and the password
    again = json.loads(course("up", "milvus", "--json").stdout)["engines"][0]
    assert (again["uri"], again["ui"]) == (state["uri"], state["ui"])
    assert course("down", "milvus").stdout == "milvus: stopped\n"
    assert course("down", "milvus").stdout == "milvus: was not running\n"
    assert not json.loads(course("status", "--json").stdout)["engines"][3]["running"]
    assert course("up", "milvus").returncode == 0
    assert course.python(TALK + "print(client.list_collections())") == ["['kept']"]

    # data without their password are not thrown away and not guessed at
    course("down", "milvus")
    secrets.rename(secrets.with_name("elsewhere"))
    assert "its password is not in" in one_line(course("up", "milvus"))
    secrets.with_name("elsewhere").rename(secrets)

    assert "containers, and volumes with every collection" in course("reset", "--yes").stdout
    assert docker_stacks.volumes(milvus.STACK) == []
    assert not secrets.exists()


@needs_docker
def test_an_image_that_cannot_be_had_is_one_line(course):
    message = course("up", "milvus", MILVUS_VERSION="v0.0.0-there-is-none")
    assert message.returncode == 2
    assert (
        "Milvus in Docker did not start: an image cannot be fetched"
        in message.stderr.splitlines()[-1]
    )


def without_docker(monkeypatch, tmp_path, **programs):
    """A PATH on which the named programs print what they are given, and nothing else is."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin" if programs else str(folder))
    if "docker" not in programs:
        monkeypatch.setenv("PATH", str(folder))


def test_without_docker_the_line_names_two_other_ways(home, tmp_path, monkeypatch, cli):
    without_docker(monkeypatch, tmp_path)
    message = one_line(cli("up", "milvus"))
    assert "Docker is not installed" in message
    assert "./course up milvus-lite" in message
    assert "./course up milvus-standalone" in message
    assert not milvus.STACK.secrets_path().exists()


@pytest.mark.skipif(sys.platform == "win32", reason="plays docker with a shell script")
def test_an_engine_that_does_not_run_is_one_line(home, tmp_path, monkeypatch, cli):
    script = (
        'case "$1" in compose) exit 0;; *) echo "Cannot connect to the Docker daemon." >&2; exit'
        " 1;; esac"
    )
    without_docker(monkeypatch, tmp_path, docker=script)
    assert (
        "Docker is not running: Cannot connect to the Docker daemon. Start it (Docker Desktop"
        in one_line(cli("up", "milvus"))
    )


@pytest.mark.skipif(sys.platform == "win32", reason="plays docker with a shell script")
@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("no space left on device", "the disk is full"),
        ("pull access denied for milvusdb/milvus", "an image cannot be fetched"),
        ("something else", "did not start: something else"),
    ],
)
def test_what_compose_says_becomes_one_line(said, line, home, tmp_path, monkeypatch, cli):
    script = f'case "$*" in *" up "*) echo "{said}" >&2; exit 1;; esac'
    without_docker(monkeypatch, tmp_path, docker=script)
    answer = cli("up", "milvus")
    assert answer.returncode == 2
    assert line in answer.stderr.splitlines()[-1]
    assert "Traceback" not in answer.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="plays docker with a shell script")
def test_a_container_that_ran_out_of_memory_is_named(home, tmp_path, monkeypatch, cli):
    row = (
        '{"Name": "vdbcourse-milvus-milvus-1", "Service": "milvus", "State": "exited",'
        ' "Health": ""}'
    )
    script = (
        'case "$*" in *" up "*) exit 1;; '
        f"""*" ps "*) echo '{row}';; inspect*) echo "true 137";; esac"""
    )
    without_docker(monkeypatch, tmp_path, docker=script)
    message = cli("up", "milvus").stderr.splitlines()[-1]
    assert "milvus was ended for lack of memory. Give it more: MILVUS_MEMORY=12g" in message
    assert "docker logs vdbcourse-milvus-milvus-1" in message


def test_a_port_that_is_taken_is_named(home, monkeypatch):
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("MILVUS_PORT", str(other.getsockname()[1]))
        with pytest.raises(CourseError, match="MILVUS_PORT=.* is taken"):
            milvus.STACK.choose_ports(None)
        monkeypatch.delenv("MILVUS_PORT")
        monkeypatch.setattr(milvus.STACK, "ports", {"MILVUS_PORT": other.getsockname()[1]})
        assert milvus.STACK.choose_ports(None)["MILVUS_PORT"] != str(
            other.getsockname()[1]
        )  # unasked, any free one


def test_a_stack_that_went_away_is_no_silent_milvus_lite(home):
    from vdbcourse import files

    files.write_json(
        milvus.STACK.record_path(),
        {"uri": f"http://127.0.0.1:{processes.free_port()}", "token": "t", "version": "v"},
    )
    with pytest.raises(
        CourseError, match=r"does not answer at .*\./course up milvus.*\./course down milvus"
    ):
        engines.milvus()


def test_ui_belongs_to_the_stack(home, cli):
    assert "./course up milvus --ui" in one_line(cli("up", "postgres", "--ui"))


def test_a_stack_without_its_ui_shows_no_metrics(home, monkeypatch):
    monkeypatch.setattr(
        configured,
        "milvus",
        lambda: configured.MilvusServer("Docker", "http://127.0.0.1:1", "", ""),
    )
    with pytest.raises(CourseError, match="./course up milvus --ui"):
        engines.milvus_metrics()


@pytest.mark.parametrize("text", ['{"a": 1}\n{"a": 2}\n', '[{"a": 1}, {"a": 2}]'])
def test_both_forms_of_composes_list_are_read(text):
    assert compose.rows(text) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("v2.2.16", "needs 2.3 or newer"),
        ("v99.0.0", "newer than the client"),
        ("v2.3.5-lite", ""),
        ("v3.0.1", ""),
        ("built", ""),
    ],
)
def test_a_server_too_old_or_too_new_is_one_line(version, words):
    if not words:
        server_checks.check_version(version, "MILVUS_URI (h:1)")
        return
    with pytest.raises(CourseError, match=words) as error:
        server_checks.check_version(version, "MILVUS_URI (h:1)")
    assert version in str(error.value)
    assert "\n" not in str(error.value)


def test_a_refusal_is_found_below_what_the_client_says():
    class Refused(grpc.RpcError):
        def code(self):
            return grpc.StatusCode.UNAUTHENTICATED

    shown = ValueError("illegal connection params")
    shown.__cause__ = Refused()
    assert server_checks.is_unauthenticated(shown)
    other = ValueError("other")
    other.__cause__ = other  # as pymilvus does: raise error from error
    assert not server_checks.is_unauthenticated(other)


def test_the_settings_of_the_stack_are_those_that_the_compose_file_reads():
    text = (ROOT / "docker/milvus/compose.yaml").read_text(encoding="utf-8")
    for name in ("MILVUS_PASSWORD", "MINIO_USER", "MINIO_PASSWORD", *milvus.STACK.ports):
        assert f"${{{name}:?" in text, name
    assert f"name: {milvus.STACK.project}\n" in text
