"""Progress bars: one that moves during long work, in a terminal and in a notebook, and one that
shows what is done.
"""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from tqdm import tqdm

DELAY = 2  # seconds before anything is shown


def bar(total: int, unit: str, description: str, shown: bool = True) -> "tqdm[Any]":
    """A bar that appears if the work takes more than two seconds, and disappears at the end.

    `TQDM_DISABLE` decides if `shown` is true; with `shown=False` nothing is ever printed.
    """
    silent: dict[str, Any] = {} if shown else {"disable": True}
    # JupyterLab paints stderr red, like an error.
    stream = sys.stdout if "ipykernel" in sys.modules else sys.stderr
    options: dict[str, Any] = {"delay": DELAY, "leave": False, "file": stream, **silent}
    return tqdm(total=total, unit=unit, desc=description, **options)


@contextlib.contextmanager
def waiting(description: str) -> Iterator[Callable[[], None]]:
    """Show what is waited for, and for how long, once that takes more than two seconds, in a
    notebook or a terminal; what is yielded brings it up to date, so call it again and again.
    """
    in_notebook = "ipykernel" in sys.modules
    stream = sys.stdout if in_notebook else sys.stderr
    silent = bool(os.environ.get("TQDM_DISABLE")) or not (in_notebook or stream.isatty())
    start, shown = time.monotonic(), 0

    def tick() -> None:
        nonlocal shown
        seconds = int(time.monotonic() - start)
        if seconds >= DELAY and seconds != shown and not silent:
            shown = seconds
            stream.write(f"\r{description}: {seconds} s")
            stream.flush()

    try:
        yield tick
    finally:
        if shown:
            stream.write(f"\r{' ' * len(f'{description}: {shown} s')}\r")
            stream.flush()


def still(done: int, of: int) -> str:
    """A bar that does not move, as HTML: `done` of `of`. A screen reader skips it, so the same
    belongs beside it in words.
    """
    share = 100 * done / of if of else 0
    return (
        "<span aria-hidden='true' style='display:inline-block;width:8em;height:.6em;border-radius:"
        ".3em;overflow:hidden;background:rgba(128,128,128,.3);vertical-align:middle'><span"
        f" style='display:block;height:100%;width:{share:.0f}%;background:#1a7f37'></span></span>"
    )
