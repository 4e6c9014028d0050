"""The architecture page says what is true: its paths exist, its rooms are those of the contract,
and the contract holds.
"""

import re
import subprocess
import sys

import pytest
from support import ROOT

from vdbcourse.authoring import architecture
from vdbcourse.errors import CourseError

TEXT = architecture.path().read_text(encoding="utf-8")
WHERE = TEXT.partition("## Where do I change ...")[2]
PATHS = sorted(set(re.findall(r"`((?:src|proofs|tests|docs)/[^`\s]+)`", TEXT)))


@pytest.mark.parametrize("path", PATHS)
def test_a_path_on_the_page_exists(path):
    assert (ROOT / path).exists()


def test_there_are_thirty_places_to_change_something():
    rows = [row for row in WHERE.splitlines() if row.startswith("| ") and "`" in row]
    assert len(rows) >= 30
    assert len({row.split("|")[1] for row in rows}) == len(rows)


def test_the_table_of_rooms_is_made_from_the_contract():
    assert architecture.page() == TEXT, "Run: ./course author architecture"


def test_every_room_has_its_layer():
    package = ROOT / "src" / "vdbcourse"
    rooms = {path.stem for path in package.glob("*.py")} | {
        path.parent.name for path in package.glob("*/__init__.py")
    }
    listed = [room for layer in architecture.layers() for room in layer]
    assert sorted(listed) == sorted(rooms - {"__init__", "__main__"})


def test_a_page_without_its_marks_is_refused(tmp_path, monkeypatch):
    (tmp_path / "page.md").write_text("# How the code is organised\n")
    monkeypatch.setattr(architecture, "path", lambda: tmp_path / "page.md")
    with pytest.raises(CourseError, match="needs the lines"):
        architecture.page()


def test_rooms_import_only_rooms_below_them():
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_types_are_strict():
    command = [sys.executable, "-m", "mypy"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3_000:]
