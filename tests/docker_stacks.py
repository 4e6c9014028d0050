"""What tests of stacks in Docker share: is there an engine, and `./course` with stand-ins."""

import os
import shutil
import subprocess
import sys

from support import online


def why_no_stack(stack, images):
    """One line if `stack` cannot be tried here with stand-ins for `images`; else nothing."""
    if not os.environ.get("VDBCOURSE_TEST_DOCKER"):
        return (
            "starts and removes a stack in Docker, so it has to be asked for:"
            " VDBCOURSE_TEST_DOCKER=1 (CONTRIBUTING.md)"
        )
    if shutil.which("docker") is None or _docker("info").returncode:
        return "no Docker engine answers here"
    for name in images:
        if _docker("image", "inspect", f"{name}:stand-in").returncode:
            return f"{name}:stand-in is missing: python .ci/stand_ins.py"
    label = f"label=com.docker.compose.project={stack.project}"
    for kind in (["ps", "--all"], ["volume", "ls"]):
        if _docker(*kind, "--quiet", "--filter", label).stdout:
            return "a stack of this machine's owner is here, and there can be only one"
    return ""


def _docker(*arguments):
    return subprocess.run(["docker", *arguments], capture_output=True)


class Course:
    """`./course ...` and Python with the machine's network, `settings`, and a home of its own."""

    def __init__(self, home, settings):
        self.home = home
        self.environment = {**os.environ, **settings, "VDBCOURSE_HOME": str(home)}
        for name in ("MILVUS_URI", "DATABASE_URL"):
            self.environment.pop(name, None)

    def __call__(self, *arguments, **more):
        return subprocess.run(
            online(sys.executable, "-m", "vdbcourse", *arguments),
            env={**self.environment, **more}, capture_output=True, text=True, timeout=500,
        )  # fmt: skip

    def python(self, code):
        """The words that `code` prints."""
        answer = subprocess.run(
            online(sys.executable, "-c", code),
            env=self.environment, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.split()


def course_with(stand_ins, tmp_path_factory):
    """For a fixture: `./course ...` with the stand-ins; its stack is removed after."""
    course = Course(tmp_path_factory.mktemp("stack") / "home", stand_ins)
    yield course
    course("reset", "--yes")


def published_ports(stack):
    """What each container of `stack` publishes, as `docker ps` shows it."""
    listing = subprocess.run(
        ["docker", "ps", "--format", "{{.Names}} {{.Ports}}"], capture_output=True, text=True
    ).stdout
    return {
        line.split(" ")[0]: line.split(" ")[1:]
        for line in listing.splitlines()
        if line.startswith(stack.project)
    }


def volumes(stack):
    """The names of the volumes of `stack`."""
    label = f"label=com.docker.compose.project={stack.project}"
    answer = subprocess.run(
        ["docker", "volume", "ls", "-q", "--filter", label], capture_output=True, text=True
    )
    return answer.stdout.split()
