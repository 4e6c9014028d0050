"""Tests and notebooks run on real engines in a folder of their own; nothing of the learner's is
touched.

One home (`VDBCOURSE_HOME`) is shared by all workers and notebooks, and its engines run from the
first test to the last. As root on Linux all of it, every notebook included, runs without any
network but the loopback.
"""

import ctypes
import importlib.util
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

import pytest
import suite_order

OWNER = "VDBCOURSE_TEST_OWNER"  # pid of the pytest that made the shared home
ONLINE = (  # the network namespace from before, for the tests of the installation
    "VDBCOURSE_TEST_ONLINE"
)
CLONE_NEWNET, SIOCSIFFLAGS, IFF_UP = 0x40000000, 0x8914, 0x1


def leave_the_network():
    """Enter a network namespace of our own, which holds nothing but the loopback; False where that
    is not allowed.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    before = os.open("/proc/self/ns/net", os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        os.close(before)
        return False
    with socket.socket() as any_socket:
        import fcntl

        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))
    os.environ[ONLINE] = f"/proc/{os.getpid()}/fd/{before}"
    return True


def pytest_report_header():
    """Say in the first lines what the network was."""
    return "network: " + (
        "none but the loopback"
        if ONLINE in os.environ
        else "as on this machine (switched off as root on Linux)"
    )


def pytest_addoption(parser):
    """Options of the suite."""
    group = parser.getgroup("course")
    group.addoption("--quick", action="store_true", help="what takes seconds, in some minutes")
    group.addoption(
        "--record-seconds", action="store_true", help="measure the units for tests/seconds.json"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Order the tests, and with --quick leave most of them out."""
    if config.option.quick:
        chosen = suite_order.quick(items)
        left_out = [item for item in items if item not in set(chosen)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = chosen
    items[:] = suite_order.longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Hand out the longest units first."""
    return suite_order.LongestFirst(config, log)


def pytest_configure(config):
    """Make the shared home and start its engines once, before workers and kernels inherit the
    environment.
    """
    if OWNER in os.environ:
        return
    # Containers often forbid it; then each of a thousand processes compiles pandas for itself.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if config.option.record_seconds:
        config.pluginmanager.register(suite_order.Record())
    from vdbcourse import settings

    if not config.option.collectonly and covers(config, "tests"):
        fetch_scripts()  # the tests have no network, and the site needs this once
    known = (
        settings.home_path() / "cache"
    )  # a text that was embedded once need not be embedded again
    settings.forget()
    os.environ.pop(ONLINE, None)
    leave_the_network()
    os.environ[OWNER] = str(os.getpid())
    os.environ["VDBCOURSE_HOME"] = tempfile.mkdtemp(prefix="vdbcourse-test-")
    os.environ["VDBCOURSE_LEARNER"] = "tester"
    if config.option.basetemp is None:  # pytest's own folder is every run's of this user
        config.option.basetemp = os.environ["VDBCOURSE_HOME"] + "-files"
    os.environ.setdefault(
        "OMP_NUM_THREADS", "1"
    )  # two workers on two cores: a second thread would wait for the other worker's
    os.environ["TQDM_DISABLE"] = (
        "1"  # whether a progress bar shows depends on time, so it is no output to compare
    )
    if not config.option.collectonly:
        if known.is_dir():
            shutil.copytree(known, settings.home() / "cache")
        from vdbcourse.engines import supervisor

        for name in supervisor.DEFAULT:
            supervisor.up(name)
        code = notebooks(config)
        if importlib.util.find_spec("milvus") and "milvus_standalone()" in code:
            supervisor.up(
                "milvus-standalone"
            )  # here: its warning would be in the output of the first lesson that needs it
        if "film_texts(24_000)" in code:
            # once and on all cores, or each worker would embed the same texts on one
            many = {**os.environ, "OMP_NUM_THREADS": str(os.cpu_count())}
            subprocess.run(
                [sys.executable, "-m", "vdbcourse", "author", "embed"],
                cwd=config.rootpath,
                env=many,
                check=True,
            )


def fetch_scripts():
    """Fetch what the site takes from the registries; without a network the tests of the site say so
    themselves.
    """
    from vdbcourse.authoring.site import jupyterlite, third_party
    from vdbcourse.errors import CourseError

    try:
        third_party.fetched(third_party.MERMAID)
        jupyterlite.fetch()
    except CourseError as error:
        print(error, file=sys.stderr)


def notebooks(config):
    """The notebooks that were asked for, as one text."""
    return "".join(
        path.read_text(encoding="utf-8")
        for folder in ("chapters", "solutions")
        for path in sorted((config.rootpath / folder).rglob("*.ipynb"))
        if covers(config, path.relative_to(config.rootpath))
    )


def covers(config, folder):
    """Is the folder, or something in it, among what was asked for?"""
    wanted = config.rootpath / folder
    asked = [
        (config.invocation_params.dir / argument.partition("::")[0]).resolve()
        for argument in config.args
    ]
    return any(path in (wanted, *wanted.parents) or wanted in path.parents for path in asked)


def pytest_unconfigure(config):
    """Stop the shared engines where they were started."""
    if os.environ.get(OWNER) == str(os.getpid()):
        from support import stop_engines

        stop_engines()
        shutil.rmtree(os.environ["VDBCOURSE_HOME"], ignore_errors=True)
        shutil.rmtree(os.environ["VDBCOURSE_HOME"] + "-files", ignore_errors=True)
        del os.environ[OWNER]
