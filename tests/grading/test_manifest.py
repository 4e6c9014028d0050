"""The entry of an exercise, `exercise.yaml`, is refused with file, line and what is wrong."""

import pytest
import toy

from vdbcourse.errors import CourseError
from vdbcourse.grading import manifest


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Make the toy the only exercise, with other fields in its entry."""
    yield lambda **changes: toy.install(tmp_path, monkeypatch, **changes)
    monkeypatch.undo()
    toy.forget()


def test_exercises_come_in_the_order_of_their_ids_from_a_folder_each():
    exercises = list(manifest.exercises().values())
    assert [exercise.id for exercise in exercises] == sorted(exercise.id for exercise in exercises)
    for exercise in exercises:
        assert (manifest.FOLDER / exercise.folder / "exercise.yaml").is_file()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "99_toys"}, r"id: the exercise 99_toys belongs in a folder toys\."),
        ({"level": "beginers"}, r"level: must be .*\. Did you mean 'beginner'\?"),
        ({"minute": 5}, r"minute: unknown field\. Did you mean 'minutes'\?"),
        ({"tasks": toy.ENTRY["tasks"][:1]}, r"tasks: 1 entry; at least 2\."),
        ({"prerequisites": ["basics"]}, r"prerequisites > 1: must be a lesson, .*, not 'basics'\."),
    ],
)
def test_an_entry_that_is_not_in_order_is_refused_with_its_line(install, changes, words):
    install(**changes)
    with pytest.raises(CourseError, match=rf"^package/toy/exercise\.yaml, line \d+: .*{words}"):
        manifest.exercises()
