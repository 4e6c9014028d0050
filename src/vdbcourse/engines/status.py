"""All engines as they are now, wherever they run; started and stopped by name."""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from vdbcourse.engines import configured, supervisor
from vdbcourse.engines.docker.stack import DockerStack, StartedStack
from vdbcourse.engines.docker.stacks import STACKS
from vdbcourse.engines.record import Running
from vdbcourse.errors import CourseError
from vdbcourse.masking import without_secrets

NAMES = (*supervisor.ENGINES, *STACKS)


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


def start(names: Sequence[str], claim: bool, extras: Collection[str] = ()) -> list[State]:
    """Start or find the engines `names` in parallel; with `claim` they outlive the labs; `extras`
    are profiles of extra services ("ui", "metrics") of the stacks among them.

    Raises `CourseError` for an unknown name, and for an extra service that none of them has;
    otherwise, after trying all, the first `CourseError`.
    """
    _check_names(names)
    _check_extras(names, extras)
    with ThreadPoolExecutor(len(names)) as pool:
        attempts = [pool.submit(_started, name, claim, extras) for name in names]
    return [attempt.result() for attempt in attempts]


def stop(names: Sequence[str] | None = None) -> dict[str, bool]:
    """Stop the engines `names` (default: all); returns which ran. Raises `CourseError` for an
    unknown name.
    """
    _check_names(names or ())
    return {
        name: STACKS[name].down() if name in STACKS else supervisor.down(name)
        for name in names or NAMES
    }


def states() -> list[State]:
    """Every engine as it is; nothing is started."""
    return [state(name) for name in NAMES]


def state(name: str) -> State:
    """The engine `name` as it is; nothing is started, and an unusable address elsewhere is shown as
    not running.
    """
    stack = _stack(name)
    if stack is not None:
        started = stack.record()
        return _in_docker(stack, started) if started else State(name, False)
    try:
        if (other := elsewhere(name)) is not None:
            return other
    except CourseError as error:
        return State(name, False, version=str(error), where="elsewhere, unreachable")
    record = supervisor.running(name)
    if record is None:
        return State(name, False)
    return _here(name, record, running=supervisor.local_engine(name).is_ready(record))


def elsewhere(name: str) -> State | None:
    """State of the engine that notebooks use instead of the local one, or None.

    That is the server of DATABASE_URL or MILVUS_URI, or a stack in Docker that replaces the local
    engine. Raises `CourseError` if it cannot be used.
    """
    engine = STACKS[name].replaces.name if name in STACKS else name
    server = configured.in_place_of(engine)
    if server is None:
        return None
    return State(name, True, server.version(), server.shown, where=server.where)


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        if name not in NAMES:
            raise CourseError(f"There is no engine {name!r}. Engines: {', '.join(NAMES)}.")


def _check_extras(names: Sequence[str], extras: Collection[str]) -> None:
    for stack in STACKS.values():
        extra = stack.extra
        if extra and extra.profile in extras and stack.name not in names:
            raise CourseError(
                f"--{extra.profile} starts the {extra.title} of a stack: ./course up {stack.name}"
                f" --{extra.profile}"
            )


def _stack(name: str) -> DockerStack | None:
    """The stack of that name, unless a setting points its engine elsewhere."""
    stack = STACKS.get(name)
    return stack if stack and not configured.is_set(stack.replaces.name) else None


def _started(name: str, claim: bool, extras: Collection[str]) -> State:
    """The engine `name`, started here if no setting points elsewhere."""
    if stack := _stack(name):
        return _in_docker(stack, stack.up(bool(stack.extra and stack.extra.profile in extras)))
    return elsewhere(name) or _here(name, supervisor.up(name, claim))


def _in_docker(stack: DockerStack, started: StartedStack) -> State:
    return State(
        stack.name,
        started.answers(),
        started.version,
        started.uri,
        where=configured.DOCKER,
        ui=started.ui,
    )


def _here(name: str, record: Running, running: bool = True) -> State:
    return State(name, running, record.version, record.uri, record.pid, log=record.log)
