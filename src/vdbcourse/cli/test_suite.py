"""`vdbcourse test`: the whole suite, notebooks included (but not with `--cov`)."""

import importlib.util
import subprocess
import sys

from vdbcourse import settings
from vdbcourse.errors import CourseError

# for two cores, because many tests and cells wait for an engine; with 4, browsers and kernels
# exceed their time limits
WORKERS = 3


def run(arguments: list[str]) -> int:
    """Run pytest in the course folder; exit code of pytest."""
    if importlib.util.find_spec("pytest") is None:
        raise CourseError(
            "The test tools are not installed. Run: ./course test (it installs them), or ./course"
            " install --extra test"
        )
    # nbval's way of measuring kernels waits for an answer that does not come
    measured = any(argument.startswith("--cov") for argument in arguments)
    notebooks = [] if measured else ["--nbval"]
    command = [sys.executable, "-m", "pytest", f"--numprocesses={WORKERS}", *notebooks, *arguments]
    return subprocess.run(command, cwd=settings.root(), check=False).returncode
