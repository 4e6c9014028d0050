"""Does this machine have everything the course needs, and if not, which command fixes it?"""

import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from typing import Literal

from packaging.requirements import Requirement

from vdbcourse import datasets, lessons, settings
from vdbcourse.embedding import model
from vdbcourse.engines import status, supervisor
from vdbcourse.engines.docker.stack import DockerStack
from vdbcourse.engines.docker.stacks import STACKS
from vdbcourse.errors import CourseError
from vdbcourse.masking import without_secrets

FREE_GB_NEEDED = 1.0
SHOWN = 200  # characters of another program's message
REMEDY = "Fix it: ./course install --again all; if that fails, report it with this line."

Result = Literal["ok", "note", "problem"]  # "note": it works, with something to know
Check = Callable[[], tuple[Result, str]]


@dataclass(frozen=True)
class Finding:
    """What one check found; the text of a problem says what fixes it."""

    check: str
    result: Result
    text: str


def findings() -> list[Finding]:
    """The finding of every check, in order."""
    return [finding(name, check) for name, check in CHECKS.items()]


def finding(name: str, check: Check) -> Finding:
    """Run one check; whatever it raises is a problem, because people run the doctor when something
    is broken.
    """
    result: Result
    try:
        result, text = check()
    except CourseError as error:
        result, text = "problem", str(error)
    except Exception as error:  # noqa: BLE001 # boundary: no broken file or package ends the report
        words = next(iter(str(error).splitlines()), "")
        text = f"the check itself failed: {type(error).__name__}: {words[:SHOWN]}. {REMEDY}"
        result = "problem"
    return Finding(name, result, without_secrets(text))


def python() -> tuple[Result, str]:
    """The Python and the system."""
    return "ok", f"{platform.python_version()} on {platform.platform(terse=True)}, {sys.executable}"


def packages() -> tuple[Result, str]:
    """The required packages are installed, and every installed package has its locked version."""
    wrong = [*_missing_packages(), *_other_versions()]
    if wrong:
        more = " ..." if len(wrong) > 3 else ""
        raise CourseError(f"{'; '.join(wrong[:3])}{more}. Fix it: ./course install --again all")
    return "ok", "as constraints.txt says"


def _missing_packages() -> list[str]:
    needed = map(Requirement, metadata.requires("vector-database-course") or [])
    return [
        f"{requirement.name} is missing"
        for requirement in needed
        if not requirement.marker or requirement.marker.evaluate({"extra": ""})
        if not is_installed(requirement.name)
    ]


def _other_versions() -> list[str]:
    """Packages whose version differs from the lock; those of an unselected extra may be missing."""
    lines = (settings.root() / "constraints.txt").read_text(encoding="utf-8").splitlines()
    locked = [Requirement(line.split(" --hash")[0]) for line in lines if not line.startswith("#")]
    wrong = []
    for requirement in locked:
        applies = not requirement.marker or requirement.marker.evaluate()
        if applies and is_installed(requirement.name):
            version = metadata.version(requirement.name)
            if not requirement.specifier.contains(version):
                wrong.append(
                    f"{requirement.name} is {version}, the lock says {requirement.specifier}"
                )
    return wrong


def is_installed(name: str) -> bool:
    """Is the package installed, in any version?"""
    return next(iter(metadata.distributions(name=name)), None) is not None


def home() -> tuple[Result, str]:
    """The course's folder is writable and the disk has room."""
    path = settings.home()
    free = shutil.disk_usage(path).free / 1e9
    text = f"{path}, {free:.1f} GB free"
    if free < FREE_GB_NEEDED:
        raise CourseError(
            f"{text}: less than {FREE_GB_NEEDED:g} GB. Free some space, or set VDBCOURSE_HOME to"
            " another disk."
        )
    return "ok", text


def weights() -> tuple[Result, str]:
    """The embedding model is complete and unchanged."""
    if settings.model():
        current = model.current_model()
        return "note", (
            f"VDBCOURSE_MODEL={current.name} is used, {current.dimension} dimensions, not the"
            " packaged model"
        )
    model.check_files(model.packaged_folder())
    return "ok", f"{model.PACKAGED}, sha256 of all {len(model.SHA256)} files checked"


def films() -> tuple[Result, str]:
    """The films can be read."""
    return "ok", f"{len(datasets.films()):,} films, {len(datasets.film_plots())} with a plot"


def course_lessons() -> tuple[Result, str]:
    """The notebooks are in place."""
    all_lessons = lessons.lessons()
    if not all_lessons:
        raise CourseError(
            f"{lessons.chapters_folder()} holds no lessons. Restore it: git checkout chapters"
        )
    minutes = sum(lesson.minutes for lesson in all_lessons)
    return "ok", f"{len(all_lessons)} lessons, {minutes} minutes"


def engine(name: str) -> Check:
    """The local engine can be started, or runs and answers, or another server replaces it."""

    def check() -> tuple[Result, str]:
        if (other := status.elsewhere(name)) is not None:
            return "ok", f"{other.version} at {other.uri} ({other.where})"
        record = supervisor.running(name)
        if record is None:
            supervisor.local_engine(name).check()
            return "note", f"stopped; a notebook starts it, or: ./course up {name}"
        if not supervisor.local_engine(name).is_ready(record):
            raise CourseError(
                f"process {record.pid} runs but does not answer. Fix it: ./course down {name};"
                f" log: {record.log}"
            )
        return "ok", f"{record.version} at {record.uri}"

    return check


def docker(stack: DockerStack) -> Check:
    """The stack in Docker, for those who start it; no lesson needs it."""

    def check() -> tuple[Result, str]:
        started = stack.in_use()
        if started is None:
            return (
                "note",
                f"not started in Docker; no lesson needs it: ./course up {stack.name}",
            )
        return "ok", f"{stack.check(started)} at {started.uri} (Docker)"

    return check


def browser() -> tuple[Result, str]:
    """A Chromium for the browser tests; nothing else needs it."""
    programs = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    path = next(filter(None, programs), None)
    if path is None:
        return "note", "no Chromium found; only the browser tests of ./course test need one"
    return "ok", path


CHECKS: dict[str, Check] = {
    "python": python,
    "packages": packages,
    "folder": home,
    "model": weights,
    "films": films,
    "lessons": course_lessons,
    **{name: engine(name) for name in supervisor.DEFAULT},
    **{name: docker(stack) for name, stack in STACKS.items()},
    "browser": browser,
}
