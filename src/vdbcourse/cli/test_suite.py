"""`vdbcourse test`: the whole suite, notebooks included (but not with `--cov`)."""

import importlib.util
import subprocess
import sys

from vdbcourse import settings
from vdbcourse.errors import CourseError

# for two cores, because many tests and cells wait for an engine: with 3 workers a fifth of the
# computing time was left over in a part of the suite that uses the Milvus server (2026-12-01);
# browsers and kernels kept their time limits with 4, on cores that had other work as well
WORKERS = 4


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
