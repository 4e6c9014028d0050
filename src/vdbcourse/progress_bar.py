"""One progress bar for long work, in a terminal and in a notebook."""

import sys
from typing import Any

from tqdm import tqdm


def bar(total: int, unit: str, description: str, shown: bool = True) -> "tqdm[Any]":
    """A bar that appears if the work takes more than two seconds, and disappears at the end.

    `TQDM_DISABLE` decides if `shown` is true; with `shown=False` nothing is ever printed.
    """
    silent: dict[str, Any] = {} if shown else {"disable": True}
    # JupyterLab paints stderr red, like an error.
    stream = sys.stdout if "ipykernel" in sys.modules else sys.stderr
    options: dict[str, Any] = {"delay": 2, "leave": False, "file": stream, **silent}
    return tqdm(total=total, unit=unit, desc=description, **options)
