"""Milvus in Docker: the stack of docker/milvus, started and stopped by Compose.

The first start makes the passwords; they live in the course's folder, readable to this user only,
and nowhere in the repository. The address and the token of a stack that was started stand in a note
beside the other engines', until it is stopped.
"""

import base64
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import grpc

from vdbcourse import files, settings
from vdbcourse.engines import addresses, configured, processes
from vdbcourse.errors import CourseError

NAME = "milvus"
TITLE = "Milvus in Docker"
PROJECT = "vdbcourse-milvus"  # `name` in the compose file: containers and volumes carry it
HEALTH_SECONDS = 300  # after the images are there
DOWN_SECONDS = 300  # each container may take its time to end
COMMAND_SECONDS = 60  # for what Docker answers from memory
NO_IMAGE = (
    "pull access denied",
    "manifest",
    "no such host",
    "registry",
    "Timeout",
    "connection refused",
    "lookup",
)
# of the user root, where a server does not take another one at its first start
DEFAULT_PASSWORD = "Milvus"
PORTS = {"MILVUS_PORT": 19530, "UI_PORT": 9091}
WITHOUT = (
    "Without Docker: ./course up milvus-lite, or the server of the package: ./course up"
    " milvus-standalone"
)


@dataclass(frozen=True)
class Stack:
    """A stack that was started: its address, how to be let in, and the web UI if it was
    asked for.
    """

    uri: str
    token: str
    version: str
    ui: str | None = None

    @property
    def metrics(self) -> str | None:
        """The metrics page; the UI passes it on."""
        return f"{self.ui}/metrics" if self.ui else None

    def answers(self) -> bool:
        """Does something listen at its address?"""
        return processes.answers("127.0.0.1", urlsplit(self.uri).port or 0)


def up(ui: bool = False) -> Stack:
    """Start the stack, or find it running, and wait until Milvus is healthy and takes the generated
    password alone.

    `ui` starts the web UI as well. Raises `CourseError` if Docker is missing or does not run, a
    port is taken, an image cannot be had, or a container does not become healthy.
    """
    command = compose()
    check_engine()
    before = found()
    with_ui = ui or bool(before and before.ui)
    environment = make_secrets() | ports(before)
    run(command, with_ui, environment)
    uri = f"http://127.0.0.1:{environment['MILVUS_PORT']}"
    token = f"root:{environment['MILVUS_PASSWORD']}"
    take_password(uri, environment["MILVUS_PASSWORD"])
    page = f"http://127.0.0.1:{environment['UI_PORT']}" if with_ui else None
    stack = Stack(uri, token, configured.check_milvus(uri, token, shown="Docker's port"), page)
    files.write_json(record_path(), asdict(stack), private=True)
    return stack


def down() -> bool:
    """Stop the stack and forget its address; its data stay. False if there is none that was started
    from here.
    """
    if found() is None and not has_containers():
        return False
    answer = docker(
        [*compose(), "--project-name", PROJECT, "down", "--remove-orphans"], seconds=DOWN_SECONDS
    )
    if answer.returncode:
        raise CourseError(f"{TITLE} could not be stopped: {last_line(answer.stderr)}")
    record_path().unlink(missing_ok=True)
    return True


def remove() -> None:
    """Stop the stack and remove its volumes, with every collection in it, and its passwords."""
    command = [*compose(), "--project-name", PROJECT, "down", "--volumes", "--remove-orphans"]
    answer = docker(command, seconds=DOWN_SECONDS)
    if answer.returncode:
        raise CourseError(f"{TITLE} could not be removed: {last_line(answer.stderr)}")
    record_path().unlink(missing_ok=True)
    shutil.rmtree(secrets_path().parent)


def found() -> Stack | None:
    """The stack that was started and not stopped since, whether or not it answers."""
    match files.read_json(record_path()):
        case {
            "uri": str(uri),
            "token": str(token),
            "version": str(version),
            **rest,
        } if addresses.http(uri):
            ui = rest.get("ui")
            return Stack(
                uri, token, version, ui if isinstance(ui, str) and addresses.http(ui) else None
            )
    return None


def has_containers() -> bool:
    """Are there containers of a stack whose passwords are ours? (A start that failed leaves some,
    and no note.)
    """
    if not secrets_path().exists() or shutil.which("docker") is None:
        return False
    return bool(
        docker(
            [
                "docker",
                "ps",
                "--all",
                "--quiet",
                "--filter",
                f"label=com.docker.compose.project={PROJECT}",
            ]
        ).stdout
    )


def in_use() -> Stack | None:
    """The stack that notebooks use: the one that was started. Raises `CourseError` if it does not
    answer any more.
    """
    stack = found()
    if stack is not None and not stack.answers():
        raise CourseError(
            f"{TITLE} was started, but does not answer at {stack.uri}. Start it again: ./course up"
            " milvus; or go back to Milvus Lite: ./course down milvus"
        )
    return stack


def record_path() -> Path:
    """Where address and token of the started stack stand."""
    return settings.home_path() / "run" / "milvus-docker.json"


def secrets_path() -> Path:
    """The passwords, as Compose reads them."""
    return settings.home_path() / "milvus-docker" / "secrets.env"


def secrets_of_stack() -> dict[str, str]:
    """The passwords by the names that the compose file uses; empty before the first start."""
    if not secrets_path().exists():
        return {}
    return dict(
        line.split("=", 1)
        for line in secrets_path().read_text(encoding="utf-8").splitlines()
        if "=" in line
    )


def make_secrets() -> dict[str, str]:
    """The passwords, made at the first start. Raises `CourseError` if there are data but no
    passwords: they would not fit.
    """
    known = secrets_of_stack()
    if known:
        return known
    volumes = docker(
        [
            "docker",
            "volume",
            "ls",
            "--quiet",
            "--filter",
            f"label=com.docker.compose.project={PROJECT}",
        ]
    )
    if volumes.stdout.strip():
        raise CourseError(
            f"Docker holds data of an earlier stack, but its password is not in {secrets_path()}."
            f" Put that file back, or remove the data: docker compose --project-name {PROJECT} down"
            " --volumes"
        )
    made = {
        "MILVUS_PASSWORD": secrets.token_hex(16),
        "MINIO_USER": f"course-{secrets.token_hex(4)}",
        "MINIO_PASSWORD": secrets.token_hex(16),
    }
    settings.home()
    secrets_path().parent.mkdir(exist_ok=True)
    secrets_path().parent.chmod(0o700)
    files.write_atomically(
        secrets_path(),
        "".join(f"{name}={value}\n" for name, value in made.items()).encode(),
        private=True,
    )
    return made


def ports(before: Stack | None) -> dict[str, str]:
    """The ports to publish: those of the environment, of the stack as it runs, the usual ones, or
    any that are free.
    """
    running = {"MILVUS_PORT": before and before.uri, "UI_PORT": before and before.ui}
    chosen = {}
    for name, usual in PORTS.items():
        wanted, known = settings.port(name), running[name]
        current = urlsplit(known).port if known else None
        if wanted is not None and wanted != current and not processes.port_is_free(wanted):
            raise CourseError(
                f"{name}={wanted} is taken by another program. Name a free port, or unset it to use"
                " any."
            )
        free = usual if processes.port_is_free(usual) else processes.free_port()
        chosen[name] = str(wanted or current or free)
    return chosen


def compose() -> list[str]:
    """The command of Compose v2, as a plug-in of Docker or on its own. Raises `CourseError` if
    there is none.
    """
    if shutil.which("docker") is None:
        raise CourseError(
            f"Docker is not installed. Get it: https://docs.docker.com/get-docker/. {WITHOUT}"
        )
    if docker(["docker", "compose", "version"]).returncode == 0:
        return ["docker", "compose"]
    own = shutil.which(
        "docker-compose",
        path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    )
    if own and docker([own, "version", "--short"]).stdout.lstrip("v").partition(".")[0] not in (
        "",
        "1",
    ):
        return [own]
    raise CourseError(
        "Docker has no Compose v2 (docker compose). Get it:"
        f" https://docs.docker.com/compose/install/. {WITHOUT}"
    )


def check_engine() -> None:
    """Raises `CourseError` if Docker's engine does not answer."""
    answer = docker(["docker", "version", "--format", "{{.Server.Version}}"])
    if answer.returncode:
        raise CourseError(
            f"Docker does not run: {last_line(answer.stderr)}. Start it (Docker Desktop, or the"
            f" service). {WITHOUT}"
        )


def files_of_stack() -> list[str]:
    """Compose's options that name the stack."""
    folder = settings.root() / "docker" / "milvus"
    return ["--env-file", str(folder / ".env"), "--file", str(folder / "compose.yaml")]


def run(command: list[str], ui: bool, environment: Mapping[str, str]) -> None:
    """`compose up` and wait for health; Compose's own progress goes to stderr. Raises `CourseError`
    with the cause.
    """
    profile = ["--profile", "ui"] if ui else []
    options = ["up", "--detach", "--wait", "--wait-timeout", str(HEALTH_SECONDS)]
    process = subprocess.Popen(
        [*command, "--progress", "plain", *files_of_stack(), *profile, *options],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    lines = []
    for line in process.stderr:
        if line.strip() not in lines[-2:]:  # Compose says some things twice
            print(line, end="", file=sys.stderr, flush=True)
        lines.append(line.strip())
    if process.wait():
        raise CourseError(f"{TITLE} did not start: {why(command, environment, lines)}")


def why(command: list[str], environment: Mapping[str, str], lines: list[str]) -> str:
    """What kept the stack from starting, in one line: a container that ended, or Compose's last
    word.
    """
    answer = docker([*command, *files_of_stack(), "ps", "--all", "--format", "json"], environment)
    for one in rows(answer.stdout):
        state = docker(
            [
                "docker",
                "inspect",
                "--format",
                "{{.State.OOMKilled}} {{.State.ExitCode}}",
                one["Name"],
            ]
        ).stdout.split()
        log = f"Its log: docker logs {one['Name']}"
        if state[:1] == ["true"] or state[1:] == ["137"]:
            return (
                f"{one['Service']} was ended for lack of memory. Give it more: MILVUS_MEMORY=12g"
                f" ./course up milvus. {log}"
            )
        if one["State"] in ("exited", "restarting") or one.get("Health") == "unhealthy":
            return f"{one['Service']} is {one.get('Health') or one['State']}. {log}"
    last = next((line for line in reversed(lines) if line), "no word from Compose")
    if "no space left" in last:
        return (
            "the disk is full. Free some space (docker system df shows what Docker holds) and start"
            " it again"
        )
    if any(word in last for word in NO_IMAGE):
        return f"an image cannot be had ({last}). Check the network and start it again. {WITHOUT}"
    return last


def rows(text: str) -> list[dict]:
    """The containers that `ps --format json` lists: a line for each, or one array (Compose before
    2.21).
    """
    found = [json.loads(line) for line in text.splitlines() if line.strip()]
    return found[0] if found and isinstance(found[0], list) else found


def take_password(uri: str, password: str) -> None:
    """Make sure that the generated password opens the server and the well-known one does not.
    Raises `CourseError` otherwise.

    A server that does not take a password at its first start (2.3 does not) gets it now.
    """
    from pymilvus import MilvusClient

    well_known = f"root:{DEFAULT_PASSWORD}"
    if lets_in(uri, well_known):
        client = MilvusClient(uri, token=well_known)
        client.update_password("root", DEFAULT_PASSWORD, password)
        client.close()
        processes.wait_until(lambda: not lets_in(uri, well_known), COMMAND_SECONDS)
    if lets_in(uri, well_known) or lets_in(uri, ""):
        raise CourseError(
            f"{TITLE} lets in without the generated password, so it is not used. Stop it: ./course"
            " down milvus"
        )
    if not lets_in(uri, f"root:{password}"):
        raise CourseError(
            f"{TITLE} does not take the password in {secrets_path()}; its data were made with"
            " another one. Put that file back, or remove the data: docker compose --project-name"
            f" {PROJECT} down --volumes"
        )


def lets_in(uri: str, token: str) -> bool:
    """Does the server let in who comes with `token`? Asked over a connection of its own: pymilvus
    keeps those it opened.

    Raises `grpc.RpcError` if it cannot be asked.
    """
    from pymilvus.grpc_gen import milvus_pb2, milvus_pb2_grpc

    headers = [("authorization", base64.b64encode(token.encode()).decode())] if token else []
    with grpc.insecure_channel(urlsplit(uri).netloc) as channel:
        try:
            milvus_pb2_grpc.MilvusServiceStub(channel).ShowCollections(
                milvus_pb2.ShowCollectionsRequest(), metadata=headers, timeout=COMMAND_SECONDS
            )
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.UNAUTHENTICATED:
                return False
            raise
    return True


def docker(
    command: list[str], environment: Mapping[str, str] | None = None, seconds: int = COMMAND_SECONDS
) -> subprocess.CompletedProcess:
    """One command of Docker's, without its output on the screen."""
    env = {**os.environ, **(environment or {})}
    try:
        return subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise CourseError(
            f"Docker did not answer `{Path(command[0]).name} {command[1]}` within {seconds} s."
            " Restart it."
        ) from error


def last_line(text: str) -> str:
    """The last line that says something, without its end."""
    return next(
        (line.strip() for line in reversed(text.splitlines()) if line.strip()),
        "no reason was given",
    ).rstrip(".")
