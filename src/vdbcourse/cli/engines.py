"""`vdbcourse up | down | status`."""

import json
from dataclasses import asdict

from vdbcourse.engines import status as engine_status
from vdbcourse.engines import supervisor
from vdbcourse.engines.docker.stacks import STACKS
from vdbcourse.engines.status import State


def up(names: list[str] | None, extras: list[str], as_json: bool) -> None:
    """Start engines in parallel and show them; `extras` are for the stacks in Docker."""
    show(engine_status.start(names or supervisor.DEFAULT, claim=True, extras=extras), as_json)


def down(names: list[str] | None, as_json: bool) -> None:
    """Stop engines and print which ones ran."""
    stopped = engine_status.stop(names)
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
    show(engine_status.states(), as_json)


def show(states: list[State], as_json: bool) -> None:
    """Print for people, each address whole and on its own line, or as JSON."""
    if as_json:
        print(json.dumps({"engines": [asdict(state) for state in states]}, indent=1))
        return
    for state in states:
        unreachable = "unreachable" in state.where
        word = "running" if state.running else "unreachable" if unreachable else "stopped"
        print(f"{state.name:<18} {word:<11} {state.version or ''}")
        if state.uri:
            print(f"{'':<18} {state.uri}  ({state.where})")
        extra = STACKS[state.name].extra if state.name in STACKS else None
        if state.ui and extra:
            print(f"{'':<18} {state.ui}{extra.path}  ({extra.title})")
