"""`vdbcourse up | down | status`."""

import json
from dataclasses import asdict

from vdbcourse.engines import status as engine_status
from vdbcourse.engines import supervisor
from vdbcourse.engines.status import State


def up(names: list[str] | None, ui: bool, as_json: bool) -> None:
    """Start engines in parallel and show them; `ui` is for the stack in Docker."""
    show(engine_status.start(names or supervisor.DEFAULT, claim=True, ui=ui), as_json)


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
        if state.ui:
            print(f"{'':<18} {state.ui}/webui/  (web UI)")
