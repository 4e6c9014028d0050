"""An exercise as its learner meets it in the notebook: check, hint, solution, progress."""

import contextlib
import json
import re
import subprocess
import sys

import pytest
from support import ROOT

from vdbcourse import progress, settings
from vdbcourse.errors import CourseError
from vdbcourse.exercises import ExerciseMap, exercise
from vdbcourse.grading import Data, manifest
from vdbcourse.grading.session import ExerciseSession

ID = "07_evaluation"


@pytest.fixture
def ex(tmp_path, monkeypatch):
    """The exercise in an empty notebook, with progress of the test's own and no engine started."""
    monkeypatch.setattr(progress, "progress_file", lambda: tmp_path / "progress.json")
    monkeypatch.setattr(ExerciseSession, "data", lambda self: Data())
    return ExerciseSession(ID, {})


def right(found, relevant, k):
    return len(set(list(found)[:k]) & set(relevant)) / k


def test_a_right_answer_gets_its_points(ex):
    ex.namespace["precision_at_k"] = right
    result = ex.check("precision_at_k")
    assert (result.status, result.points, result.of) == ("passed", 1, 1)
    assert repr(result) == "Passed: precision_at_k, 1 of 1 points"


def test_a_missing_function_is_not_attempted(ex):
    result = ex.check("precision_at_k")
    assert result.status == "not attempted"
    assert "`precision_at_k` is not defined in this notebook. Run the cell that defines it" in repr(
        result
    )
    ex.namespace["precision_at_k"] = 3
    assert "`precision_at_k` is not a function" in repr(ex.check("precision_at_k"))


def test_the_stub_is_not_attempted_and_counts_no_attempt(ex):
    ex.namespace["precision_at_k"] = lambda found, relevant, k: ...
    assert ex.check("precision_at_k").status == "not attempted"
    assert progress.tasks(ID) == {}


def test_a_wrong_answer_shows_call_got_expected_and_why(ex):
    ex.namespace["precision_at_k"] = lambda found, relevant, k: (
        len(set(found[:k]) & set(relevant)) / len(relevant)
    )
    result = ex.check("precision_at_k")
    assert result.status == "wrong"
    assert result.call.startswith("precision_at_k([1, 9, 8, 7], [1, 2, 3,")
    assert (result.got, result.expected) == ("0.125", "0.25")
    assert "gives recall" in result.why
    for part in (result.call, "0.125", "0.25", result.why):
        assert part in repr(result)


def test_the_learners_error_is_shown_at_the_learners_line():
    """Run as a notebook's cell would be: the line is the one in the cell, and nothing of the grader
    is shown.
    """
    cell = (
        "def precision_at_k(found, relevant, k):\n    first = found[:k]\n    return first.hits"
        " / k\n"
    )
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\nshell ="
        " InteractiveShell.instance()\nshell.run_cell('from vdbcourse.exercises import exercise;"
        f" ex = exercise(\"07_evaluation\")')\nshell.run_cell({cell!r})\nshell.run_cell('ex.data ="
        ' lambda: __import__("vdbcourse.grading",'
        ' fromlist=["Data"]).Data()\')\nshell.run_cell(\'print(ex.check("precision_at_k"))\')\n'
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "Your code raised an error: precision_at_k, 0 of" in result.stdout
    assert "AttributeError: 'list' object has no attribute 'hits'" in result.stdout
    assert "line 3 of its cell: `return first.hits / k`" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr
    assert "grading" not in result.stdout


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            lambda *_: None,
            (
                "It returned None, not one number. Does every path through the function end with"
                " `return ...`?"
            ),
        ),
        (lambda *_: "0.5", "It returned a string, not one number."),
        (lambda *_: float("nan"), "NaN comes from 0/0"),
        (lambda *_: (x for x in [1]), "a generator: wrap it in list(...)"),
        (lambda *_: sys.exit(3), "SystemExit: 3"),
        (lambda *_: [0.5, 0.5], "It returned a list, not one number."),
        (lambda found, relevant, k: found.append(1) or 0.25, "changed its argument `found`"),
        (
            lambda found, relevant, k: 0.25 + 0 * len(print("x" * 1_000_000) or ""),
            "printed (the first 600 of ",
        ),
    ],
)
def test_whatever_a_function_does_ends_in_words(ex, answer, words):
    ex.namespace["precision_at_k"] = answer
    result = ex.check("precision_at_k")
    assert not result.passed
    assert words in repr(result)
    assert "Traceback" not in repr(result)


def test_an_endless_loop_ends(ex, monkeypatch):
    def precision_at_k(found, relevant, k):
        while True:
            with contextlib.suppress(Exception):
                pass

    task = ex.exercise.task("precision_at_k")
    monkeypatch.setattr(
        type(ex.exercise),
        "task",
        lambda self, name: manifest.Task(**(vars(task) | {"seconds": 0.3})),
    )
    ex.namespace["precision_at_k"] = precision_at_k
    result = ex.check("precision_at_k")
    assert result.status == "time"
    assert "s of computing: is there a loop that never ends?" in result.why


def test_an_object_that_says_it_is_equal_to_everything_is_not(ex):
    class Always(float):
        def __eq__(self, other):
            return True

        __hash__ = None

    class Anything:
        def __eq__(self, other):
            return True

    ex.namespace["precision_at_k"] = lambda *_: Always(0.3)
    assert ex.check("precision_at_k").got == "0.3"
    ex.namespace["precision_at_k"] = lambda *_: Anything()
    assert ex.check("precision_at_k").got == "an Anything"


def test_html_shows_text_as_text(ex):
    ex.namespace["precision_at_k"] = lambda *_: "<script>alert(1)</script>"
    shown = ex.check("precision_at_k")._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "Not yet: precision_at_k" in shown  # in words, not only in colour


def test_hints_come_one_by_one_and_end(ex):
    of = len(ex.exercise.task("ndcg_at_k").hints)
    hints = [ex.hint("ndcg_at_k") for _ in range(of + 1)]
    assert [hint.number for hint in hints] == [
        *(f"Hint {n + 1} of {of}" for n in range(of)),
        f"Hint {of} of {of}",
    ]
    assert hints[0].after == f'{of - 1} more: ex.hint("ndcg_at_k")'
    assert "That was the last hint" in repr(hints[-1])
    assert "That was the last hint" in hints[-1]._repr_html_()
    assert progress.tasks(ID)["ndcg_at_k"]["hints"] == of


def test_the_solution_opens_after_an_attempt(ex):
    assert "opens after an attempt" in ex.solution("precision_at_k")
    ex.namespace["precision_at_k"] = lambda *_: 0.0
    ex.check("precision_at_k")
    shown = ex.solution("precision_at_k")
    assert "def precision_at_k(found, relevant, k):" in shown.code
    assert "BEGIN SOLUTION" not in shown.code
    assert "**Why.**" in shown.reasoning
    ex.namespace["precision_at_k"] = right
    ex.check("precision_at_k")
    row = ex.progress().rows[0]
    assert row["attempts"] == 2
    assert row["state"].startswith("passed")


def test_progress_counts_points_as_text_and_as_html(ex):
    ex.namespace["precision_at_k"] = right
    ex.check("precision_at_k")
    ex.namespace["recall_at_k"] = lambda *_: 1.0
    ex.check("recall_at_k")
    shown = ex.progress()
    assert "  passed precision_at_k: 1 of 1 points, 1 attempts, 0 hints" in repr(shown)
    assert "  tried  recall_at_k: 0 of 1 points" in repr(shown)
    assert repr(shown).endswith("1 of 5 tasks passed, 1 of 12 points")
    assert "1 of 5 tasks passed, 1 of 12 points" in shown._repr_html_()
    assert "width:20%" in shown._repr_html_()
    assert shown.exercises[0].tasks[0].title in shown._repr_html_()


def test_all_tasks_at_once(ex):
    ex.namespace["precision_at_k"] = right
    results = ex.check()
    assert [one.status for one in results] == ["passed", *["not attempted"] * 4]
    assert repr(results).endswith("1 of 12 points")
    assert len(json.loads(results.json())) == 5


def test_what_was_passed_stays_passed(ex):
    ex.namespace["precision_at_k"] = right
    ex.check("precision_at_k")
    ex.namespace["precision_at_k"] = lambda *_: 0.0
    assert not ex.check("precision_at_k").passed
    assert ex.progress().rows[0]["state"] == "passed"


def test_an_exercise_is_open_in_the_namespace_it_is_given_or_in_the_main_module():
    namespace = {"precision_at_k": len}
    assert exercise(ID, namespace).namespace is namespace
    assert exercise(ID).namespace is vars(sys.modules["__main__"])


def test_unknown_names_are_one_line(ex):
    with pytest.raises(CourseError, match=r"There is no exercise 'x'. Exercises: .*07_evaluation"):
        exercise("x")
    for call in (ex.check, ex.hint, ex.solution):
        with pytest.raises(
            CourseError, match="07_evaluation has no task 'precison'. Its tasks: precision_at_k, "
        ):
            call("precison")


def test_the_map_lists_every_exercise_with_a_link():
    shown = ExerciseMap()
    for one in manifest.exercises().values():
        assert f"{one.id}: {one.title}" in repr(shown)
        assert f"<a href='../exercises/{one.id}.ipynb'>" in shown._repr_html_()


# --- the progress file ----------------------------------------------------------------------------


def test_two_notebooks_at_once_lose_no_attempt(home):
    settings.home()
    code = (
        "import sys; from vdbcourse import progress; [progress.attempted('e', sys.argv[1], None)"
        " for _ in range(30)]"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, name]) for name in ("a", "a")]
    assert [one.wait() for one in both] == [0, 0]
    assert progress.tasks("e")["a"]["attempts"] == 60


def test_a_damaged_file_is_kept_beside_a_new_one(home):
    progress.mark("a")
    progress.progress_file().write_text("{half")
    progress.attempted("e", "t", 2)
    assert progress.tasks("e")["t"]["points"] == 2
    (kept,) = home.glob("progress.damaged-*")
    assert kept.read_text() == "{half"


def test_the_command_shows_lessons_and_tasks(home, cli):
    progress.attempted(ID, "recall_at_k", 1)
    shown = cli("progress").stdout
    assert "passed recall_at_k: 1 of 1 points" in shown
    assert re.search(r"next +Your first search by meaning", shown)
    rows = json.loads(cli("progress", "--json").stdout)["tasks"]
    assert {row["task"]: row["points"] for row in rows}["recall_at_k"] == 1
