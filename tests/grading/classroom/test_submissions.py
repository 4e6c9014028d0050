"""What learners hand in is found whatever they call it, and nobody is lost in silence."""

import sys
from pathlib import Path

import pytest

from vdbcourse.errors import CourseError
from vdbcourse.grading.classroom import submissions
from vdbcourse.grading.classroom.report.table import harmless

NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


@pytest.fixture
def found(tmp_path):
    """Lay files into a class's folder and say what is found: {path: (learner, problem)}."""

    def lay(*names, content=b"", without="out"):
        folder = tmp_path / "class"
        folder.mkdir(exist_ok=True)
        for name in names:
            path = folder / name
            if name.endswith("/"):
                path.mkdir(parents=True, exist_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        there = submissions.handed_in(folder, folder / without)
        return {
            one.path.relative_to(folder).as_posix(): (one.learner, one.problem) for one in there
        }

    return lay


@pytest.mark.parametrize(
    "name", ["ana/x.ipynb", "ana/deep/down/x.ipynb", "ana/X.IPYNB", "ana.ipynb", "ana.IPYNB"]
)
def test_a_notebook_is_one_whatever_the_case_of_its_ending(found, name):
    assert found(name) == {name: ("ana", "")}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "ana/01.ipynb.txt",
            "01.ipynb.txt does not end in .ipynb. If it is a notebook, rename it: 01.ipynb",
        ),
        ("ana/01.ipynb (1)", "rename it: 01.ipynb"),
        ("ana/01.ipynb.json", "rename it: 01.ipynb"),
        ("ana.ipynb.txt", "rename it: ana.ipynb"),
        ("ana/all.zip", "all.zip is an archive"),
        ("ana/all.tar.gz", "all.tar.gz is an archive"),
        ("ana.zip", "ana.zip is an archive"),
    ],
)
def test_what_was_meant_as_a_notebook_has_a_row_that_says_how_to_mend_it(found, name, words):
    learner, problem = found(name)[name]
    assert learner == "ana"
    assert words in problem


def test_it_has_one_beside_a_notebook_as_well(found):
    assert set(found("ana/01.ipynb", "ana/02.ipynb.txt")) == {"ana/01.ipynb", "ana/02.ipynb.txt"}


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["ana/"], "The folder ana is empty."),
        (["ana/deep/down/"], "The folder ana is empty."),
        (["ana/.DS_Store"], "The folder ana is empty."),
        (
            ["ana/a.png", "ana/b/c.py"],
            "The folder ana holds no notebook (*.ipynb), only a.png, b/c.py.",
        ),
        (["ana/.x.ipynb"], "The folder ana holds no notebook (*.ipynb), only .x.ipynb."),
        (
            ["ana/.ipynb_checkpoints/x-checkpoint.ipynb"],
            (
                "The folder ana holds no notebook (*.ipynb), only"
                " .ipynb_checkpoints/x-checkpoint.ipynb."
            ),
        ),
        ([f"ana/{n}.png" for n in range(9)], "only 0.png, 1.png, 2.png, 3.png, 4.png and 4 more."),
    ],
)
def test_a_learner_without_a_notebook_has_a_row_that_says_what_is_there(found, names, problem):
    there = found("ben/x.ipynb", *names)
    assert there["ben/x.ipynb"] == ("ben", "")
    assert there["ana"][0] == "ana"
    assert there["ana"][1].endswith(problem)


def test_what_nobody_handed_in_has_none(found):
    assert set(
        found(
            "ana.ipynb",
            "README.md",
            "list.csv",
            "__MACOSX/ana/._x.ipynb",
            ".git/x.ipynb",
            "out/report.ipynb",
        )
    ) == {"ana.ipynb"}


def test_a_link_has_a_row_and_is_not_followed(found, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.ipynb").write_bytes(NOTEBOOK)
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ana").symlink_to(tmp_path / "outside")
    (tmp_path / "class" / "ben.ipynb").symlink_to(tmp_path / "nowhere")
    assert {path: learner for path, (learner, _) in found("cem.ipynb").items()} == {
        "ana": "ana",
        "ben.ipynb": "ben",
        "cem.ipynb": "cem",
    }
    assert all(
        "is a link, not a file" in problem
        for path, (_, problem) in found().items()
        if path != "cem.ipynb"
    )


def test_a_folder_that_cannot_be_read_has_a_row(found, monkeypatch):
    inside = Path.iterdir

    def refuse(path):
        if path.name == "ana":
            raise PermissionError(13, "Permission denied")
        return inside(path)

    found("ana/x.ipynb", "ben/x.ipynb")
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert found()["ana"] == ("ana", "The folder ana cannot be read: Permission denied.")


@pytest.mark.skipif(sys.platform == "win32", reason="there it is no name of a file")
def test_a_name_with_the_folders_of_windows_in_it_is_the_learners_of_the_first(found):
    assert found("ana\\homework\\x.ipynb") == {"ana\\homework\\x.ipynb": ("ana", "")}


def test_a_class_of_nobody_is_one_line(found):
    with pytest.raises(
        CourseError, match=r"There is no notebook \(\*.ipynb\) in .*class or below it."
    ):
        found("README.md")


def test_learners_whose_names_look_alike_are_named_to_each_other():
    alike = submissions.namesakes(["ana", "Ana", "ben", "Jos\u00e9", "Jose\u0301"])
    assert alike == {
        "ana": ["Ana"],
        "Ana": ["ana"],
        "Jos\u00e9": ["Jose\u0301"],
        "Jose\u0301": ["Jos\u00e9"],
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_notebook_may_be_in_any_encoding_of_json(encoding, tmp_path):
    path = tmp_path / "x.ipynb"
    cell = (
        '{"cell_type": "code", "source": "ex = exercise(\\"07_evaluation\\")  # \u00e9",'
        ' "metadata": {}, "outputs": []}'
    )
    path.write_bytes(
        f'{{"cells": [{cell}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 4}}'.encode(
            encoding
        )
    )
    assert submissions.read(path).exercise.id == "07_evaluation"


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\n=1", " =1", "\uff1d1", "\uff20x"]
)
def test_no_cell_is_a_formula(cell):
    assert harmless(cell).startswith("'")
