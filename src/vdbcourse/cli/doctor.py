"""`vdbcourse doctor`: is everything here that the course needs, and if not, which
command mends it?
"""

import json
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import metadata

from packaging.requirements import Requirement

from vdbcourse import datasets, lessons, settings
from vdbcourse.cli import engines
from vdbcourse.embedding import model
from vdbcourse.engines import configured, docker_stack, supervisor
from vdbcourse.engines.local import postgres
from vdbcourse.errors import CourseError
from vdbcourse.masking import without_secrets

FREE_GB_NEEDED = 1.0
SHOWN = 200  # characters of another program's message
MEND = "Mend it: ./course install --again all; if it stays, report it with this line."


@dataclass(frozen=True)
class Finding:
    """What one check found: "ok", "note" (works, worth knowing) or "problem" (the text says what
    mends it).
    """

    check: str
    result: str
    text: str


def run(as_json: bool) -> int:
    """Run every check and show the findings; 2 if there is a problem."""
    findings = [finding(name, check) for name, check in CHECKS.items()]
    if as_json:
        print(json.dumps([asdict(one) for one in findings], indent=1))
    else:
        for one in findings:
            print(f"{one.result:<8} {one.check:<11} {one.text}")
    return CourseError.exit_code if any(one.result == "problem" for one in findings) else 0


def finding(name: str, check: Callable[[], tuple[str, str]]) -> Finding:
    """Run one check; whatever it raises is a problem found, for people ask the doctor when
    something is broken.
    """
    try:
        result, text = check()
    except CourseError as error:
        result, text = "problem", str(error)
    except Exception as error:  # noqa: BLE001 # boundary: a report ends at no damaged file and no broken package
        words = next(iter(str(error).splitlines()), "")
        result, text = (
            "problem",
            f"the check itself failed: {type(error).__name__}: {words[:SHOWN]}. {MEND}",
        )
    return Finding(name, result, without_secrets(text))


def python() -> tuple[str, str]:
    """The Python and the system."""
    return "ok", f"{platform.python_version()} on {platform.platform(terse=True)}, {sys.executable}"


def packages() -> tuple[str, str]:
    """What the course asks for is installed, and every installed package of the lock has the
    version the lock says.
    """
    wrong = []
    for requirement in map(Requirement, metadata.requires("vector-database-course") or []):
        if (
            not requirement.marker or requirement.marker.evaluate({"extra": ""})
        ) and not is_installed(requirement.name):
            wrong.append(f"{requirement.name} is missing")
    for line in (settings.root() / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        requirement = Requirement(line.split(" --hash")[0])
        if requirement.marker and not requirement.marker.evaluate():
            continue
        if not is_installed(requirement.name):
            continue  # of an extra that was not asked for
        version = metadata.version(requirement.name)
        if not requirement.specifier.contains(version):
            wrong.append(f"{requirement.name} is {version}, the lock says {requirement.specifier}")
    if wrong:
        raise CourseError(
            f"{'; '.join(wrong[:3])}{' ...' if len(wrong) > 3 else ''}. Mend it: ./course install"
            " --again all"
        )
    return "ok", "as constraints.txt says"


def is_installed(name: str) -> bool:
    """Is the package there, in whatever version?"""
    return next(iter(metadata.distributions(name=name)), None) is not None


def home() -> tuple[str, str]:
    """The folder of the course can be written and the disk has room."""
    path = settings.home()
    free = shutil.disk_usage(path).free / 1e9
    text = f"{path}, {free:.1f} GB free"
    if free < FREE_GB_NEEDED:
        raise CourseError(
            f"{text}: less than {FREE_GB_NEEDED:g} GB. Free some space, or set VDBCOURSE_HOME to"
            " another disk."
        )
    return "ok", text


def weights() -> tuple[str, str]:
    """The embedding model is complete and the known one."""
    if settings.model():
        loaded = model.current_model()
        return (
            "note",
            (
                f"VDBCOURSE_MODEL={loaded.name} is used, {loaded.dimension} dimensions, not the"
                " packaged model"
            ),
        )
    model.check_files(model.packaged_folder())
    return "ok", f"{model.PACKAGED}, sha256 of all {len(model.SHA256)} files checked"


def films() -> tuple[str, str]:
    """The films can be read."""
    return "ok", f"{len(datasets.films()):,} films, {len(datasets.film_plots())} with a plot"


def course_lessons() -> tuple[str, str]:
    """The notebooks are where they belong."""
    found = lessons.lessons()
    if not found:
        raise CourseError(
            f"{lessons.chapters_folder()} holds no lessons. Restore it: git checkout chapters"
        )
    return "ok", f"{len(found)} lessons, {sum(one.minutes for one in found)} minutes"


def engine(name: str) -> Callable[[], tuple[str, str]]:
    """The engine can be started, or runs and answers, or is elsewhere and can be used."""

    def check() -> tuple[str, str]:
        if (there := engines.elsewhere(name)) is not None:
            return "ok", f"{there.version} at {there.uri} ({there.where})"
        found = supervisor.running(name)
        if found is None:
            if name == postgres.NAME:
                postgres.binary("postgres")
                postgres.check_account()
            return "note", f"stopped; a notebook starts it, or: ./course up {name}"
        if not supervisor.known(name).is_ready(found):
            raise CourseError(
                f"process {found.pid} runs but does not answer. Mend it: ./course down {name}; log:"
                f" {found.log}"
            )
        return "ok", f"{found.version} at {found.uri}"

    return check


def docker() -> tuple[str, str]:
    """The stack in Docker, for those who start it; no lesson needs it."""
    started = docker_stack.found()
    if started is None:
        return "note", "not started in Docker; no lesson needs it: ./course up milvus"
    return (
        "ok",
        (
            f"{configured.check_milvus(docker_stack.in_use().uri, started.token, 'Docker')} at"
            f" {started.uri} (Docker)"
        ),
    )


def browser() -> tuple[str, str]:
    """A Chromium for the browser tests; nothing else needs it."""
    found = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    return (
        ("ok", found)
        if found
        else ("note", "no Chromium found; only the browser tests of ./course test need one")
    )


CHECKS: dict[str, Callable[[], tuple[str, str]]] = {
    "python": python,
    "packages": packages,
    "folder": home,
    "model": weights,
    "films": films,
    "lessons": course_lessons,
    "postgres": engine("postgres"),
    "milvus-lite": engine("milvus-lite"),
    "milvus": docker,
    "browser": browser,
}
