"""What the README promises is what CI runs; what is stored in the repository has its form."""

import itertools
import re
import subprocess
import sys

import pytest

from vdbcourse import lessons, settings
from vdbcourse.grading import manifest

ROOT = settings.root()
README = (ROOT / "README.md").read_text(encoding="utf-8")


def readme_commands():
    """The commands of the README's first code block."""
    block = re.search(r"```\n(.*?)```", README, re.DOTALL)[1]
    return [line.split("#")[0].strip() for line in block.splitlines()]


def test_the_readme_has_two_commands():
    assert readme_commands() == ["./course lab", "./course test"]


def test_ci_runs_the_readmes_test_command():
    """tests/test_installed_course.py runs the other command, `./course lab`, from a fresh clone."""
    commands = (ROOT / ".ci/run").read_text().splitlines()
    assert commands[-1] == readme_commands()[1]
    assert "./course" not in "\n".join(commands[:-1])


def test_github_runs_the_same_command_on_three_systems():
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    commands = set(re.findall(r"command: (.*?) }", workflow))
    assert commands == {readme_commands()[1], "py course test"}
    assert {"ubuntu", "macos", "windows"} == {
        name.split("-")[0] for name in re.findall(r"os: ([\w.-]+),", workflow)
    }


def test_the_readme_lists_every_lesson_with_its_minutes():
    for lesson in lessons.lessons():
        assert f"| [{lesson.title}](chapters/{lesson.key}.ipynb) | {lesson.minutes} |" in README


def test_the_readme_lists_every_exercise_with_its_minutes():
    for one in manifest.exercises().values():
        assert (
            f"| [{one.title}](exercises/{one.id}.ipynb) | {one.level} | {one.minutes} |" in README
        )


def test_the_readme_names_every_setting():
    documented = set(settings.SETTINGS)
    assert documented <= set(re.findall(r"`(\w+)`", README))
    used = set(
        re.findall(r'(?:value|port)\("(\w+)"', (ROOT / "src/vdbcourse/settings.py").read_text())
    )
    assert used == documented


def test_links_in_the_documents_lead_somewhere():
    for document in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / document).read_text(encoding="utf-8")):
            assert target.startswith("https://") or (ROOT / target).exists(), (document, target)


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_ruff(command):
    result = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout


def test_the_lock_names_everything_that_is_asked_for():
    import tomllib

    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    lock = (ROOT / "constraints.txt").read_text()
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))
    for requirement in map(Requirement, asked):
        assert requirement.name in pinned
        assert requirement.specifier.contains(pinned[requirement.name])
    assert all(
        re.match(r"[\w.-]+==\S+", line) for line in lock.splitlines() if not line.startswith("#")
    )
    assert pinned["torch"] == "2.13.0"
    assert not re.search(r"^(nvidia|cuda)-", lock, re.MULTILINE)


def test_no_file_of_this_machine_is_in_the_repository():
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, tracked):
        assert (ROOT / name).stat().st_size < 1_000_000, name
        assert not re.search(r"\.(pkl|sqlite|db|safetensors|whl|csv)$", name), name
