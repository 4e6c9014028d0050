"""One progress bar for long work, in a terminal and in a notebook."""

import sys

from tqdm import tqdm


def bar(total: int, unit: str, description: str, shown: bool = True) -> tqdm:
    """A bar that appears when the work takes more than two seconds, and goes when it ends.

    `TQDM_DISABLE` decides where `shown` is true; with `shown=False` nothing is ever printed.
    """
    silent = {} if shown else {"disable": True}
    stream = (
        sys.stdout if "ipykernel" in sys.modules else sys.stderr
    )  # JupyterLab paints stderr red, like an error
    return tqdm(
        total=total, unit=unit, desc=description, delay=2, leave=False, file=stream, **silent
    )
