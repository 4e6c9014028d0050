"""The learner's copies follow the originals, and nothing of the learner's is ever lost."""

import json

import pytest

from vdbcourse import settings
from vdbcourse.installation import copies

LESSON, EXERCISE = "chapters/1_concepts/01_a.ipynb", "exercises/01_b.ipynb"


def notebook(*sources, output=""):
    cells = [{"cell_type": "code", "source": [text], "outputs": [output]} for text in sources]
    return json.dumps({"cells": cells})


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with a lesson, an exercise and a page, copied once."""
    root = tmp_path / "course"
    monkeypatch.setattr(settings, "root", lambda: root)
    monkeypatch.delenv("VDBCOURSE_HOME", raising=False)
    for name in (LESSON, EXERCISE):
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text(notebook("1", "2"))
    (root / "chapters/glossary.md").write_text("# Glossary")
    assert copies.update() == []
    return root


def copy_of(course, name):
    return course / "my-notebooks" / name


def text(path):
    return path.read_text()


def test_the_first_start_copies_lessons_exercises_and_pages(course):
    for name in (LESSON, EXERCISE, "chapters/glossary.md"):
        assert text(copy_of(course, name)) == text(course / name)


def test_a_notebook_that_was_only_run_follows_its_original(course):
    copy_of(course, LESSON).write_text(notebook("1", "2", output="run"))
    assert copies.update() == []
    assert "run" in text(copy_of(course, LESSON))
    (course / LESSON).write_text(notebook("1", "2 better"))
    assert copies.update() == []
    assert text(copy_of(course, LESSON)) == text(course / LESSON)


def test_a_changed_copy_stays_and_the_new_version_is_put_beside_it_once(course):
    copy_of(course, EXERCISE).write_text(notebook("1", "mine"))
    assert copies.update() == []
    (course / EXERCISE).write_text(notebook("1", "new"))
    (line,) = copies.update()
    assert "exercises/01_b (new version).ipynb" in line
    assert text(copy_of(course, EXERCISE)) == notebook("1", "mine")
    beside = copy_of(course, "exercises/01_b (new version).ipynb")
    assert text(beside) == notebook("1", "new")
    assert copies.update() == []


def test_a_new_version_that_the_learner_works_in_is_not_overwritten(course):
    copy_of(course, EXERCISE).write_text(notebook("1", "mine"))
    (course / EXERCISE).write_text(notebook("1", "new"))
    copies.update()
    beside = copy_of(course, "exercises/01_b (new version).ipynb")
    beside.write_text(notebook("1", "mine in the new one"))
    (course / EXERCISE).write_text(notebook("1", "newer"))
    copies.update()
    assert text(beside) == notebook("1", "mine in the new one")
    assert text(beside.with_stem("01_b (new version 2)")) == notebook("1", "newer")


def test_a_copy_whose_changes_were_taken_back_follows_its_original_again(course):
    before = text(copy_of(course, EXERCISE))
    copy_of(course, EXERCISE).write_text(notebook("1", "mine"))
    (course / EXERCISE).write_text(notebook("1", "new"))
    copies.update()
    copy_of(course, EXERCISE).write_text(before)
    copies.update()
    assert text(copy_of(course, EXERCISE)) == notebook("1", "new")


def test_a_copy_that_was_deleted_comes_back_fresh(course):
    copy_of(course, LESSON).unlink()
    copies.update()
    assert text(copy_of(course, LESSON)) == text(course / LESSON)


def test_a_notebook_that_the_course_dropped_goes_unless_it_was_changed(course):
    copy_of(course, EXERCISE).write_text(notebook("mine"))
    for name in (LESSON, EXERCISE):
        (course / name).unlink()
    copies.update()
    assert not copy_of(course, LESSON).exists()
    assert text(copy_of(course, EXERCISE)) == notebook("mine")


@pytest.mark.parametrize("damage", ["", "[]", json.dumps({LESSON: 1}), "{"])
def test_a_damaged_note_costs_no_work(course, damage):
    copy_of(course, EXERCISE).write_text(notebook("mine"))
    (course / "my-notebooks" / copies.NOTE).write_text(damage)
    copies.update()
    assert text(copy_of(course, EXERCISE)) == notebook("mine")
    assert text(copy_of(course, LESSON)) == text(course / LESSON)


def test_checkpoints_of_jupyterlab_are_not_copied(course):
    hidden = course / "chapters/.ipynb_checkpoints/start-checkpoint.ipynb"
    hidden.parent.mkdir()
    hidden.write_text(notebook("1"))
    copies.update()
    assert not copy_of(course, "chapters/.ipynb_checkpoints").exists()


def test_the_copy_with_the_answers_is_checked(course):
    assert copies.with_answers(course / EXERCISE) == course / EXERCISE
    copy_of(course, EXERCISE).write_text(notebook("mine"))
    assert copies.with_answers(course / EXERCISE) == copy_of(course, EXERCISE)


def test_answers_in_the_original_come_before_answers_in_the_copy(course):
    copy_of(course, EXERCISE).write_text(notebook("mine"))
    (course / EXERCISE).write_text(notebook("mine, in another editor"))
    assert copies.with_answers(course / EXERCISE) == course / EXERCISE


def test_a_notebook_elsewhere_has_no_copy(course, tmp_path):
    elsewhere = tmp_path / "01_b.ipynb"
    elsewhere.write_text(notebook("1"))
    for path in (elsewhere, course, course / "chapters"):
        assert copies.of(path) == copies.with_answers(path) == path


def test_each_home_has_copies_of_its_own(course, tmp_path, monkeypatch):
    for learner in ("ana", "bo"):
        monkeypatch.setenv("VDBCOURSE_HOME", str(tmp_path / learner))
        copies.update()
        assert text(tmp_path / learner / "my-notebooks" / LESSON) == notebook("1", "2")


def test_reset_removes_unchanged_copies_and_nothing_of_the_learners(course):
    copy_of(course, EXERCISE).write_text(notebook("mine"))
    (course / "my-notebooks/data.csv").write_text("1,2")
    copies.remove_unchanged()
    assert text(copy_of(course, EXERCISE)) == notebook("mine")
    assert (course / "my-notebooks/data.csv").exists()
    assert not copy_of(course, LESSON).exists()


def test_reset_leaves_no_folder_where_nothing_was_changed(course):
    copies.remove_unchanged()
    assert not (course / "my-notebooks").exists()
