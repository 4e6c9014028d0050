"""Every docker/*/compose.yaml: Compose accepts it, versions are pinned in one place, nothing
listens beyond this machine.

Compose comes as a package, so this runs where no Docker is; no image is pulled and no container
started.
"""

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from support import ROOT

from vdbcourse import engines, facts
from vdbcourse.engines import compared

STACKS = sorted(ROOT.glob("docker/*/compose.yaml"))
COMPARISON = ROOT / "docker/comparison/compose.yaml"
MADE = (
    "MILVUS_PASSWORD",
    "MINIO_USER",
    "MINIO_PASSWORD",
    "PGVECTOR_PASSWORD",
    "METRICS_PASSWORD",
)  # by the first `./course up`, not in any .env
every_stack = pytest.mark.parametrize("stack", STACKS, ids=lambda path: path.parent.name)


def command(name):
    """A program that came with a package of the environment."""
    return shutil.which(
        name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )


@functools.cache
def config(stack):
    """What Compose makes of a file, in the course's folder as a learner would ask."""
    names = versions(stack)
    environment = {name: value for name, value in os.environ.items() if name not in names}
    result = subprocess.run(
        [
            command("docker-compose"),
            "-f",
            str(stack),
            "--profile",
            "*",
            "config",
            "--format",
            "json",
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment | dict.fromkeys(MADE, "made-at-the-first-start"),
    )
    assert result.returncode == 0, result.stderr
    assert not result.stderr, (
        result.stderr
    )  # Compose warns of unset variables and of what is obsolete
    return json.loads(result.stdout)


def versions(stack):
    lines = (stack.parent / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "_VERSION=" in line)


def test_there_are_stacks():
    assert COMPARISON in STACKS


@every_stack
def test_compose_accepts_it_and_is_not_told_an_obsolete_version(stack):
    assert config(stack)["services"]
    assert "version" not in yaml.safe_load(stack.read_text(encoding="utf-8"))


@every_stack
def test_it_fits_the_compose_specification(stack):
    result = subprocess.run(
        [command("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(stack)],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@every_stack
def test_every_image_is_pinned(stack):
    for name, service in config(stack)["services"].items():
        if "build" in service:
            continue
        tag = service["image"].rpartition("/")[2].partition(":")[2]
        assert re.search(r"\d", tag), f"{name}: {service['image']}"
        assert "latest" not in tag, name


@every_stack
def test_each_version_stands_once_in_env_and_nowhere_else(stack):
    written = stack.read_text(encoding="utf-8")
    assert len(versions(stack)) == (stack.parent / ".env").read_text(encoding="utf-8").count(
        "_VERSION="
    )
    for name, version in versions(stack).items():
        assert f"${{{name}:?" in written, f"{name} is not used"
        assert version not in written, f"{version} of {name} stands in compose.yaml as well"
    for line in re.findall(r"^\s+image: (.*)", written, re.MULTILINE):
        assert "_VERSION:?" in line, line


@every_stack
def test_every_port_is_published_on_this_machine_alone(stack):
    for name, service in config(stack)["services"].items():
        for port in service.get("ports", []):
            assert port.get("host_ip") == "127.0.0.1", (name, port)
        assert service.get("network_mode") != "host", name


@every_stack
def test_no_two_services_share_a_port(stack):
    ports = [
        port["published"]
        for service in config(stack)["services"].values()
        for port in service.get("ports", [])
    ]
    assert sorted(ports) == sorted(set(ports))


@every_stack
def test_every_service_is_watched_and_limited(stack):
    for name, service in config(stack)["services"].items():
        assert service.get("healthcheck", {}).get("test"), name
        assert "mem_limit" in service or "limits" in service.get("deploy", {}).get(
            "resources", {}
        ), name
        assert service.get("restart", "always") != "always", name


@every_stack
def test_data_live_in_named_volumes(stack):
    known = config(stack)
    used = [mount for service in known["services"].values() for mount in service.get("volumes", [])]
    mounted = {mount["source"] for mount in used if mount["type"] == "volume"}
    assert mounted == set(known.get("volumes", {}))
    assert all(mount.get("read_only") for mount in used if mount["type"] == "bind")


@every_stack
def test_who_waits_waits_for_health(stack):
    for name, service in config(stack)["services"].items():
        for other, condition in service.get("depends_on", {}).items():
            assert condition["condition"] == "service_healthy", (name, other)


@every_stack
def test_the_readme_names_every_service_that_can_be_reached(stack):
    readme = (stack.parent / "README.md").read_text(encoding="utf-8")
    for name, service in config(stack)["services"].items():
        assert f"`{name}`" in readme, name
        for port in service.get("ports", []):
            assert port["published"] in readme, (name, port["published"])


def test_the_defaults_of_the_settings_are_the_ports_of_the_comparison():
    services = config(COMPARISON)["services"]
    published = {
        (name, port["target"]): int(port["published"])
        for name, service in services.items()
        for port in service.get("ports", [])
    }
    weaviate = engines.weaviate()
    assert (weaviate["http_host"], weaviate["http_port"]) == (
        "127.0.0.1",
        published["weaviate", 8080],
    )
    assert weaviate["grpc_port"] == published["weaviate", 50051]
    assert urlsplit(engines.vespa()).port == published["vespa", 8080]
    assert urlsplit(engines.vespa_config()).port == published["vespa", 19071]


@pytest.mark.parametrize("name", ["qdrant", "weaviate", "vespa"])
def test_the_command_that_a_learner_is_told_names_a_service(name):
    told = compared.start(name).split()
    assert told[:2] == ["docker", "compose"]
    assert ROOT / told[told.index("-f") + 1] == COMPARISON
    assert told[-1] in config(COMPARISON)["services"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="runs what Qdrant's image would run: bash")
@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (None, False)])
def test_qdrants_health_check_reads_the_status(status, healthy):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    port = server.server_port
    if status is None:
        server.server_close()
    else:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    kind, *check = config(COMPARISON)["services"]["qdrant"]["healthcheck"]["test"]
    assert kind == "CMD"
    check = [word.replace("/6333", f"/{port}").replace("$$", "$") for word in check]
    try:
        assert (subprocess.run(check, capture_output=True, timeout=20).returncode == 0) is healthy
    finally:
        if status is not None:
            server.shutdown()
            server.server_close()


@pytest.mark.parametrize("engine", ["milvus", "weaviate", "qdrant", "vespa", "pgvector"])
def test_the_stacks_start_the_version_that_the_facts_describe(engine):
    described = next(one.version for one in facts.engines() if one.key == engine)
    number = re.match(r"\d+(\.\d+)*", described)[0]
    images = {name: version for stack in STACKS for name, version in versions(stack).items()}
    assert re.match(rf"v?{re.escape(number)}(\D|$)", images[f"{engine.upper()}_VERSION"]), described


def test_the_milvus_stack_has_no_password_in_the_repository_and_asks_for_one():
    known = config(ROOT / "docker/milvus/compose.yaml")["services"]
    milvus, minio = known["milvus"]["environment"], known["minio"]["environment"]
    assert milvus["COMMON_SECURITY_AUTHORIZATIONENABLED"] == "true"
    for made in (
        milvus["COMMON_SECURITY_DEFAULTROOTPASSWORD"],
        minio["MINIO_ROOT_PASSWORD"],
        minio["MINIO_ROOT_USER"],
    ):
        assert made == "made-at-the-first-start"
    assert (milvus["MINIO_ACCESS_KEY_ID"], milvus["MINIO_SECRET_ACCESS_KEY"]) == (
        minio["MINIO_ROOT_USER"],
        minio["MINIO_ROOT_PASSWORD"],
    )
    for path in (ROOT / "docker/milvus").iterdir():
        assert "minioadmin" not in path.read_text(encoding="utf-8"), path.name


def test_only_milvus_and_the_ui_can_be_reached_and_the_ui_is_asked_for():
    known = config(ROOT / "docker/milvus/compose.yaml")["services"]
    assert {name for name, service in known.items() if service.get("ports")} == {"milvus", "ui"}
    assert [name for name, service in known.items() if service.get("profiles")] == ["ui"]
    assert [port["target"] for port in known["milvus"]["ports"]] == [
        19530
    ]  # not 9091, which has no password


def test_the_pgvector_stack_has_no_password_in_the_repository_and_asks_for_one():
    known = config(ROOT / "docker/pgvector/compose.yaml")["services"]
    server, exporter = known["pgvector"]["environment"], known["metrics"]["environment"]
    assert server["POSTGRES_PASSWORD"] == "made-at-the-first-start"
    assert exporter["DATA_SOURCE_PASS"] == "made-at-the-first-start"
    assert "POSTGRES_HOST_AUTH_METHOD" not in server  # "trust" is what people write there
    assert exporter["DATA_SOURCE_USER"] != server["POSTGRES_USER"]
    assert known["metrics"]["profiles"] == ["metrics"]
