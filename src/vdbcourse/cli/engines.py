"""`vdbcourse up | down | status`."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

from vdbcourse import settings
from vdbcourse.engines import configured, docker_stack, milvus_in_use, supervisor
from vdbcourse.errors import CourseError
from vdbcourse.masking import without_secrets

NAMES = (*supervisor.ENGINES, docker_stack.NAME)
WHERE_DOCKER = "Docker"


@dataclass(frozen=True)
class State:
    """One engine as it is now; its address can be shown."""

    name: str
    running: bool
    version: str | None = None
    uri: str | None = None
    pid: int | None = None
    where: str = "this machine"
    log: str | None = None
    ui: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "uri", self.uri and without_secrets(self.uri))


def up(names: list[str] | None, ui: bool, as_json: bool) -> None:
    """Start engines side by side and show them; `ui` belongs to the stack in Docker."""
    if ui and docker_stack.NAME not in (names or []):
        raise CourseError("--ui shows the web UI of the stack in Docker: ./course up milvus --ui")
    show(start(names or list(supervisor.DEFAULT), claim=True, ui=ui), as_json)


def start(names: list[str], claim: bool, ui: bool = False) -> list[State]:
    """Start or find the engines `names`, all at once; with `claim` they outlive the labs.

    Raises the first `CourseError` after all have been tried.
    """
    for name in names:
        known(name)
    with ThreadPoolExecutor(len(names)) as pool:
        tries = [pool.submit(started, name, claim, ui) for name in names]
    return [one.result() for one in tries]


def started(name: str, claim: bool, ui: bool) -> State:
    """The engine `name`, started here if no setting points elsewhere."""
    if name == docker_stack.NAME and not settings.milvus_uri():
        return in_docker(docker_stack.up(ui))
    return elsewhere(name) or here(name, supervisor.up(name, claim))


def down(names: list[str] | None, as_json: bool) -> None:
    """Stop engines and say which ran."""
    for name in names or ():
        known(name)
    stopped = {
        name: docker_stack.down() if name == docker_stack.NAME else supervisor.down(name)
        for name in names or NAMES
    }
    if as_json:
        print(json.dumps({"stopped": [name for name, ran in stopped.items() if ran]}))
        return
    for name, ran in stopped.items():
        if ran or names:
            print(f"{name}: {'stopped' if ran else 'was not running'}")
    if not any(stopped.values()) and not names:
        print("No engine was running.")


def status(as_json: bool) -> None:
    """Show every engine."""
    show([state(name) for name in NAMES], as_json)


def state(name: str) -> State:
    """The engine `name` as it is; nothing is started, and an unusable address elsewhere is shown as
    not running.
    """
    if name == docker_stack.NAME and not settings.milvus_uri():
        found = docker_stack.found()
        return in_docker(found) if found else State(name, False)
    try:
        if (there := elsewhere(name)) is not None:
            return there
    except CourseError as error:
        return State(name, False, version=str(error), where="elsewhere, unreachable")
    found = supervisor.running(name)
    if found is None:
        return State(name, False)
    return here(name, found, running=supervisor.known(name).is_ready(found))


def in_docker(found: docker_stack.Stack) -> State:
    """State of the stack."""
    return State(
        docker_stack.NAME,
        found.answers(),
        found.version,
        found.uri,
        where=WHERE_DOCKER,
        ui=found.ui,
    )


def known(name: str) -> None:
    """Raises `CourseError` if there is no engine of that name."""
    if name not in NAMES:
        raise CourseError(f"There is no engine {name!r}. Engines: {', '.join(NAMES)}.")


def here(name: str, found: "supervisor.Running", running: bool = True) -> State:
    """State of an engine on this machine."""
    return State(name, running, found.version, found.uri, found.pid, log=found.log)


def elsewhere(name: str) -> State | None:
    """State of the engine that notebooks use instead of one of this environment's, or None.

    Such are those of DATABASE_URL and MILVUS_URI, and the stack in Docker instead of Milvus Lite.
    Raises `CourseError` if it cannot be used.
    """
    if name == "postgres" and (url := settings.database_url()):
        return State(
            name,
            True,
            configured.check_postgres(url),
            configured.without_password(url),
            where="DATABASE_URL",
        )
    if name in ("milvus", "milvus-lite") and (there := milvus_in_use.milvus()):
        return State(name, True, there.version(), there.uri, where=there.where)
    return None


def show(states: list[State], as_json: bool) -> None:
    """Print for people, addresses whole and on lines of their own, or as JSON."""
    if as_json:
        print(json.dumps({"engines": [asdict(one) for one in states]}, indent=1))
        return
    for one in states:
        word = (
            "running" if one.running else "unreachable" if "unreachable" in one.where else "stopped"
        )
        print(f"{one.name:<18} {word:<11} {one.version or ''}")
        if one.uri:
            print(f"{'':<18} {one.uri}  ({one.where})")
        if one.ui:
            print(f"{'':<18} {one.ui}/webui/  (web UI)")
