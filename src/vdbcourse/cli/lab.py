"""`vdbcourse lab`: engines and JupyterLab, started and ended together."""

import contextlib
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from vdbcourse.engines import status, supervisor
from vdbcourse.installation import copies, jupyterlab


class StopRequest(Exception):  # noqa: N818 a request, not an error
    """Ctrl-C, a closed terminal, or a signal to end."""


def run(arguments: list[str]) -> int:
    """Start everything, wait for the end, stop what was started. Returns the exit code."""
    jupyterlab.give_home()
    for line in copies.update():
        print(line)
    options = jupyterlab.Options.of(arguments)
    lease = supervisor.Lease()
    with _stop_on_signals():
        try:
            lease.take()
            return serve(options)
        except StopRequest:
            return 0
        finally:
            _ignore_signals()
            stopped = lease.give_back()
            if stopped:
                print(f"Stopped: {', '.join(stopped)}")
            elif lease.others():
                print("Another lab is open, so the engines keep running.")
            elif still_running := [name for name in supervisor.ENGINES if supervisor.running(name)]:
                print(
                    f"Still running, because they ran before this lab: "
                    f"{', '.join(still_running)}. Stop them: ./course down"
                )


def serve(options: jupyterlab.Options) -> int:
    """Run JupyterLab and the engines until it ends; its exit code."""
    with jupyterlab.running(options) as lab:
        try:
            with ThreadPoolExecutor(1) as pool:
                starting = pool.submit(status.start, supervisor.DEFAULT, False)
                lab.wait_until_up()
                for engine in starting.result():
                    print(f"{engine.version} is ready ({engine.where})")
            lab.check_running()
            address = lab.link() or f"it is running but gave no address yet; its log: {lab.log}"
            print(f"\n    JupyterLab: {address}\n")
            print(f"Your notebooks: {copies.folder()}")
            print("Ctrl-C stops JupyterLab and the engines it started.", flush=True)
            return lab.process.wait()
        finally:
            _ignore_signals()


SIGNALS = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
]


@contextlib.contextmanager
def _stop_on_signals() -> Iterator[None]:
    """Turn the signals that end a program into `StopRequest`, so that everything is cleaned up."""

    def stop(*_: object) -> None:
        raise StopRequest

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    """Make sure a second Ctrl-C while stopping leaves nothing half stopped."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
