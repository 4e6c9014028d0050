"""Docker and Compose: run their commands, and say in one line what kept a stack from starting."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from vdbcourse.errors import CourseError

COMMAND_SECONDS = 60  # for commands that Docker answers from memory
NO_IMAGE = (
    "pull access denied",
    "manifest",
    "no such host",
    "registry",
    "Timeout",
    "connection refused",
    "lookup",
)


def command(instead: str) -> list[str]:
    """The command of Compose v2, as a plug-in of Docker or on its own. Raises `CourseError` if
    there is none; the message ends with `instead`, the way without Docker.
    """
    if shutil.which("docker") is None:
        raise CourseError(
            f"Docker is not installed. Get it: https://docs.docker.com/get-docker/. {instead}"
        )
    if run(["docker", "compose", "version"]).returncode == 0:
        return ["docker", "compose"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    own = shutil.which("docker-compose", path=path)
    if own and _major_version(own) not in ("", "1"):
        return [own]
    raise CourseError(
        "Docker has no Compose v2 (docker compose). Get it:"
        f" https://docs.docker.com/compose/install/. {instead}"
    )


def _major_version(own: str) -> str:
    return run([own, "version", "--short"]).stdout.lstrip("v").partition(".")[0]


def check_engine(instead: str) -> None:
    """Raises `CourseError` if Docker's engine does not answer; the message ends with `instead`."""
    answer = run(["docker", "version", "--format", "{{.Server.Version}}"])
    if answer.returncode:
        raise CourseError(
            f"Docker is not running: {last_line(answer.stderr)}. Start it (Docker Desktop, or the"
            f" service). {instead}"
        )


def machine() -> tuple[int, int]:
    """Bytes of memory and number of cores that Docker's engine has. Raises `CourseError` if it does
    not say.
    """
    answer = run(["docker", "info", "--format", "{{.MemTotal}} {{.NCPU}}"])
    numbers = answer.stdout.split()
    if len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
        raise CourseError(
            f"Docker does not say how much memory it has: {last_line(answer.stderr)}. Restart it."
        )
    return int(numbers[0]), int(numbers[1])


def run(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    seconds: int = COMMAND_SECONDS,
) -> subprocess.CompletedProcess[str]:
    """Run one Docker command, its output captured. Raises `CourseError` if it takes longer than
    `seconds`.
    """
    try:
        return subprocess.run(
            command,
            env={**os.environ, **(environment or {})},
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


def up(command: Sequence[str], environment: Mapping[str, str]) -> tuple[bool, list[str]]:
    """Run `compose up`, its progress on stderr. Returns whether it succeeded, and its lines."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    lines: list[str] = []
    for line in process.stderr or ():
        if line.strip() not in lines[-2:]:  # Compose says some things twice
            print(line, end="", file=sys.stderr, flush=True)
        lines.append(line.strip())
    return process.wait() == 0, lines


def labelled(project: str, *listing: str) -> str:
    """What `docker ps` or `docker volume ls` lists of a Compose project: ids, or nothing."""
    label = f"label=com.docker.compose.project={project}"
    return run(["docker", *listing, "--quiet", "--filter", label]).stdout.strip()


def failed_container(listing: str, more_memory: str) -> str | None:
    """One line on the container that kept a stack from starting; None if none of those in
    `listing`, as `ps --format json` prints it, has failed.

    `more_memory` is the command that gives a container more memory.
    """
    for row in rows(listing):
        state = _state(row["Name"])
        log = f"Its log: docker logs {row['Name']}"
        if state[:1] == ["true"] or state[1:] == ["137"]:
            return (
                f"{row['Service']} was ended for lack of memory. Give it more: {more_memory}. {log}"
            )
        if row["State"] in ("exited", "restarting") or row.get("Health") == "unhealthy":
            return f"{row['Service']} is {row.get('Health') or row['State']}. {log}"
    return None


def _state(container: str) -> list[str]:
    form = "{{.State.OOMKilled}} {{.State.ExitCode}}"
    return run(["docker", "inspect", "--format", form, container]).stdout.split()


def reason(lines: Sequence[str], instead: str) -> str:
    """Compose's last line on a failed start, or what it means."""
    last = next((line for line in reversed(lines) if line), "Compose gave no reason")
    if "no space left" in last:
        return (
            "the disk is full. Free some space (docker system df shows what Docker holds) and start"
            " it again"
        )
    if any(word in last for word in NO_IMAGE):
        return (
            f"an image cannot be fetched ({last}). Check the network and start it again. {instead}"
        )
    return last


def rows(text: str) -> list[dict[str, str]]:
    """The containers that `ps --format json` lists: a line for each, or one array (Compose before
    2.21).
    """
    values = [json.loads(line) for line in text.splitlines() if line.strip()]
    return values[0] if values and isinstance(values[0], list) else values


def last_line(text: str) -> str:
    """The last line that is not blank, without its full stop."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines or ["no reason was given"])[-1].rstrip(".")
