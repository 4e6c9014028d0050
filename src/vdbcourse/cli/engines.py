"""`vdbcourse up | down | status`."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

from vdbcourse import settings
from vdbcourse.engines import external, local
from vdbcourse.errors import CourseError


@dataclass(frozen=True)
class State:
    """One engine as it is now."""

    name: str
    running: bool
    version: str | None = None
    uri: str | None = None
    pid: int | None = None
    where: str = "this machine"
    log: str | None = None


def up(names: list[str] | None, as_json: bool) -> None:
    """Start engines side by side and show them."""
    show(start(names or list(local.DEFAULT), claim=True), as_json)


def start(names: list[str], claim: bool) -> list[State]:
    """Start or find the engines `names`, all at once; with `claim` they outlive the labs.

    Raises the first `CourseError` after all have been tried.
    """
    for name in names:
        local.known(name)
    with ThreadPoolExecutor(len(names)) as pool:
        tries = [pool.submit(started, name, claim) for name in names]
    return [one.result() for one in tries]


def started(name: str, claim: bool) -> State:
    """The engine `name`, started here if no setting points elsewhere."""
    return elsewhere(name) or here(name, local.up(name, claim))


def down(names: list[str] | None, as_json: bool) -> None:
    """Stop engines and say which ran."""
    stopped = {name: local.down(name) for name in names or local.ENGINES}
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
    show([state(name) for name in local.ENGINES], as_json)


def state(name: str) -> State:
    """The engine `name` as it is; nothing is started, and an unusable address elsewhere is shown as not running."""
    try:
        if (there := elsewhere(name)) is not None:
            return there
    except CourseError as error:
        return State(name, False, version=str(error), where="elsewhere, unreachable")
    found = local.running(name)
    if found is None:
        return State(name, False)
    return here(name, found, running=local.known(name).is_ready(found))


def here(name: str, found: "local.Running", running: bool = True) -> State:
    """State of an engine on this machine."""
    return State(name, running, found.version, found.uri, found.pid, log=found.log)


def elsewhere(name: str) -> State | None:
    """State of the engine that DATABASE_URL or MILVUS_URI names, or None. Raises `CourseError` if it cannot be used."""
    if name == "postgres" and (url := settings.database_url()):
        return State(name, True, external.check_postgres(url), external.without_password(url), where="DATABASE_URL")
    if name == "milvus" and (uri := settings.milvus_uri()):
        return State(name, True, external.check_milvus(uri, settings.milvus_token()), uri, where="MILVUS_URI")
    return None


def show(states: list[State], as_json: bool) -> None:
    """Print for people, addresses whole and on lines of their own, or as JSON."""
    if as_json:
        print(json.dumps({"engines": [asdict(one) for one in states]}, indent=1))
        return
    for one in states:
        word = "running" if one.running else "unreachable" if "unreachable" in one.where else "stopped"
        print(f"{one.name:<18} {word:<11} {one.version or ''}")
        if one.uri:
            print(f"{'':<18} {one.uri}  ({one.where})")
