"""Tests and notebooks run on real engines in a folder of their own; nothing of the learner's is touched.

One home (`VDBCOURSE_HOME`) is shared by all workers and notebooks, and its engines run from the first test to the last.
"""

import os
import shutil
import tempfile

OWNER = "VDBCOURSE_TEST_OWNER"  # pid of the pytest that made the shared home


def pytest_configure(config):
    """Make the shared home and start its engines once, before workers and kernels inherit the environment."""
    if OWNER in os.environ:
        return
    from vdbcourse import settings

    settings.forget()
    os.environ[OWNER] = str(os.getpid())
    os.environ["VDBCOURSE_HOME"] = tempfile.mkdtemp(prefix="vdbcourse-test-")
    os.environ["VDBCOURSE_LEARNER"] = "tester"
    os.environ["TQDM_DISABLE"] = "1"  # whether a progress bar shows depends on time, so it is no output to compare
    if not config.option.collectonly:
        from vdbcourse.engines import local

        for name in local.DEFAULT:
            local.up(name)


def pytest_unconfigure(config):
    """Stop the shared engines where they were started."""
    if os.environ.get(OWNER) == str(os.getpid()):
        from vdbcourse.engines import local

        for name in local.ENGINES:
            local.down(name)
        shutil.rmtree(os.environ["VDBCOURSE_HOME"], ignore_errors=True)
        del os.environ[OWNER]
