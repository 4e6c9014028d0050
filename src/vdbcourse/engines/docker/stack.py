"""A server in Docker: started and stopped by Compose from a folder of `docker/`.

The first start makes the passwords; they live in the course's folder, readable to this user only,
and nowhere in the repository. The address and token of a started stack are recorded beside the
other engines', until it is stopped.
"""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from vdbcourse import files, settings
from vdbcourse.engines import addresses, processes
from vdbcourse.engines.docker import compose
from vdbcourse.engines.local.base import LocalEngine
from vdbcourse.errors import CourseError

HEALTH_SECONDS = 300  # once the images are there
DOWN_SECONDS = 300  # each container may take its time to end


@dataclass(frozen=True)
class ExtraService:
    """A service with a page that is started only if asked for: `./course up NAME --PROFILE`."""

    profile: str  # in the compose file, and the option on the command line
    port: str  # the variable of its port
    path: str  # of the page
    title: str  # in messages


@dataclass(frozen=True)
class StartedStack:
    """A started stack: its address, its token, and the address of the extra service if it was asked
    for.
    """

    uri: str
    token: str
    version: str
    ui: str | None = None

    @property
    def metrics(self) -> str | None:
        """The metrics page; served by the extra service."""
        return f"{self.ui}/metrics" if self.ui else None

    def answers(self) -> bool:
        """Does something listen at its address?"""
        return processes.answers("127.0.0.1", urlsplit(self.uri).port or 0)


class DockerStack(ABC):
    """One stack: the folder `docker/NAME`, and how to reach its server.

    A new stack is a module of this folder with one object of a subclass, and one line in
    `stacks.STACKS`.
    """

    name: str  # of its folder, and on the command line
    title: str  # in messages
    replaces: LocalEngine  # notebooks use this stack, once started, in place of that engine
    instead: str  # the alternative without Docker, to end a message with
    more_memory: str  # setting that gives the server more memory, "MILVUS_MEMORY=12g"
    contents: str  # what its volumes hold, "every collection"
    ports: ClassVar[Mapping[str, int]]  # usual ports by the variables of the compose file
    server_port: str  # the variable of the server's own port
    extra: ExtraService | None = None

    @abstractmethod
    def new_secrets(self) -> dict[str, str]:
        """Passwords for the first start, by the variables of the compose file."""

    @abstractmethod
    def connect(self, environment: Mapping[str, str]) -> StartedStack:
        """The server, which is healthy, with the secrets and ports in `environment`; no extra
        service yet.

        Raises `CourseError` if it rejects the generated password, or needs none.
        """

    @abstractmethod
    def check(self, started: StartedStack) -> str:
        """What answers there. Raises `CourseError` if it cannot be used."""

    @property
    def project(self) -> str:
        """`name` in the compose file: containers and volumes bear it."""
        return f"vdbcourse-{self.name}"

    def record_path(self) -> Path:
        """The file with address and token of the started stack."""
        return settings.home_path() / "run" / f"{self.name}-docker.json"

    def secrets_path(self) -> Path:
        """The passwords, as Compose reads them."""
        return settings.home_path() / f"{self.name}-docker" / "secrets.env"

    def sizes(self) -> dict[str, str]:
        """Variables of the compose file that are computed for this machine, in place of those in
        .env.
        """
        return {}

    def up(self, extra: bool = False) -> StartedStack:
        """Start the stack, or find it running, and wait until its server is healthy and takes only
        the generated password.

        `extra` also starts the extra service. Raises `CourseError` if Docker is missing or not
        running, a port is taken, an image cannot be fetched, or a container does not become
        healthy.
        """
        command = compose.command(self.instead)
        compose.check_engine(self.instead)
        before = self.record()
        with_extra = extra or bool(before and before.ui)
        environment = self._make_secrets() | self.choose_ports(before) | self.sizes()
        self._run(command, with_extra, environment)
        started = self.connect(environment)
        if with_extra and self.extra:
            page = f"http://127.0.0.1:{environment[self.extra.port]}"
            started = StartedStack(started.uri, started.token, started.version, page)
        files.write_json(self.record_path(), asdict(started), private=True)
        return started

    def down(self) -> bool:
        """Stop the stack and forget its address; its data stay. False if none was started from
        here.
        """
        if self.record() is None and not self._has_containers():
            return False
        self._compose_down("stopped")
        return True

    def remove(self) -> None:
        """Stop the stack and remove its volumes, with all data in it, and its passwords."""
        self._compose_down("removed", "--volumes")
        shutil.rmtree(self.secrets_path().parent)

    def record(self) -> StartedStack | None:
        """The stack that was started and not stopped since, whether or not it answers."""
        match files.read_json(self.record_path()):
            case {
                "uri": str(uri),
                "token": str(token),
                "version": str(version),
                **rest,
            } if self.is_address(uri):
                ui = rest.get("ui")
                page = ui if isinstance(ui, str) and addresses.http(ui) else None
                return StartedStack(uri, token, version, page)
        return None

    def in_use(self) -> StartedStack | None:
        """The stack that notebooks use: the one that was started. Raises `CourseError` if it no
        longer answers.
        """
        started = self.record()
        if started is not None and not started.answers():
            raise CourseError(
                f"{self.title} was started, but does not answer at {started.uri}. Start it again:"
                f" ./course up {self.name}; or go back to {self.replaces.title}: ./course down"
                f" {self.name}"
            )
        return started

    def is_address(self, uri: str) -> bool:
        """Can `uri`, read from a file, be the address of this stack's server?"""
        return addresses.http(uri) is not None

    def choose_ports(self, before: StartedStack | None) -> dict[str, str]:
        """The ports to publish: those of the environment, of the running stack, the usual ones, or
        any free ones. Raises `CourseError` if one from the environment is taken.
        """
        running = {self.server_port: before and before.uri}
        if self.extra:
            running[self.extra.port] = before and before.ui
        chosen = {}
        for variable, usual in self.ports.items():
            setting, url = settings.port(variable), running.get(variable)
            current = urlsplit(url).port if url else None
            if setting is not None and setting != current and not processes.port_is_free(setting):
                raise CourseError(
                    f"{variable}={setting} is taken by another program. Name a free port, or unset"
                    " it to use any."
                )
            free = usual if processes.port_is_free(usual) else processes.free_port()
            chosen[variable] = str(setting or current or free)
        return chosen

    def _make_secrets(self) -> dict[str, str]:
        """The passwords, made at the first start. Raises `CourseError` if there are data but no
        passwords: new ones would not fit.
        """
        if stored := self._secrets():
            return stored
        if compose.labelled(self.project, "volume", "ls"):
            raise CourseError(
                "Docker holds data of an earlier stack, but its password is not in"
                f" {self.secrets_path()}. Put that file back, or remove the data: {self.removal()}"
            )
        passwords = self.new_secrets()
        settings.home()
        self.secrets_path().parent.mkdir(exist_ok=True)
        self.secrets_path().parent.chmod(0o700)
        content = "".join(f"{name}={value}\n" for name, value in passwords.items())
        files.write_atomically(self.secrets_path(), content.encode(), private=True)
        return passwords

    def _secrets(self) -> dict[str, str]:
        if not self.secrets_path().exists():
            return {}
        lines = self.secrets_path().read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def removal(self) -> str:
        """The command that removes the stack with its data, for messages."""
        return f"docker compose --project-name {self.project} down --volumes"

    def _has_containers(self) -> bool:
        """Are there containers of a stack whose passwords are ours? (A failed start leaves some,
        and no record.)
        """
        if not self.secrets_path().exists() or shutil.which("docker") is None:
            return False
        return bool(compose.labelled(self.project, "ps", "--all"))

    def _compose_down(self, what: str, *options: str) -> None:
        project = ["--project-name", self.project]
        answer = compose.run(
            [*compose.command(self.instead), *project, "down", *options, "--remove-orphans"],
            seconds=DOWN_SECONDS,
        )
        if answer.returncode:
            why = compose.last_line(answer.stderr)
            raise CourseError(f"{self.title} could not be {what}: {why}")
        self.record_path().unlink(missing_ok=True)

    def _run(self, command: list[str], extra: bool, environment: Mapping[str, str]) -> None:
        """`compose up` and wait for health. Raises `CourseError` with the cause."""
        profile = ["--profile", self.extra.profile] if extra and self.extra else []
        options = ["up", "--detach", "--wait", "--wait-timeout", str(HEALTH_SECONDS)]
        succeeded, lines = compose.up(
            [*command, "--progress", "plain", *self._files(), *profile, *options], environment
        )
        if succeeded:
            return
        listing = [*command, *self._files(), "ps", "--all", "--format", "json"]
        why = compose.failed_container(
            compose.run(listing, environment).stdout,
            f"{self.more_memory} ./course up {self.name}",
        ) or compose.reason(lines, self.instead)
        raise CourseError(f"{self.title} did not start: {why}")

    def _files(self) -> list[str]:
        folder = settings.root() / "docker" / self.name
        return ["--env-file", str(folder / ".env"), "--file", str(folder / "compose.yaml")]
