"""A notebook run whole with open tasks ends in one line; errors of the learner's own stay whole."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from vdbcourse import progress
from vdbcourse.exercises import exercise
from vdbcourse.grading import Data
from vdbcourse.grading.session import ExerciseSession

STUB = "def precision_at_k(found, relevant, k):\n    return ..."
ANSWER = "def precision_at_k(found, relevant, k):\n    return len({*found[:k]} & {*relevant}) / k"


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """A notebook in which the exercise is open."""
    monkeypatch.setattr(progress, "progress_file", lambda: tmp_path / "progress.json")
    monkeypatch.setattr(ExerciseSession, "data", lambda self: Data())
    shell = InteractiveShell()
    monkeypatch.setattr("vdbcourse.exercises.get_ipython", lambda: shell)
    shell.user_ns["ex"] = exercise("07_evaluation")
    shell.run_cell(STUB)
    return shell


def shown(shell, capsys, cell):
    """What the cell shows of its error."""
    capsys.readouterr()
    assert not shell.run_cell(cell, store_history=True).success  # as a notebook does
    return capsys.readouterr().out


def check(shell):
    shell.run_cell('ex.check("precision_at_k")')


def test_a_cell_that_needs_an_open_task_says_which_one(shell, capsys):
    check(shell)
    text = shown(shell, capsys, "round(precision_at_k([1], [1], 1), 2)")
    assert text.strip() == (
        "Task precision_at_k comes first: precision_at_k still returns `...`. Answer it above, then"
        " run this cell again."
    )


def test_an_error_before_the_first_check_is_shown_whole(shell, capsys):
    assert "TypeError" in shown(shell, capsys, "round(precision_at_k([1], [1], 1), 2)")


def test_once_the_function_is_written_again_errors_are_shown_whole(shell, capsys):
    check(shell)
    shell.run_cell(STUB.replace("...", "1 / 0"))
    assert "ZeroDivisionError" in shown(shell, capsys, "precision_at_k([1], [1], 1)")


def test_after_the_answer_errors_are_shown_whole(shell, capsys):
    check(shell)
    shell.run_cell(ANSWER)
    check(shell)
    assert "AssertionError" in shown(shell, capsys, "assert precision_at_k([1], [1], 1) == 2")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ('ex.check("none")', "07_evaluation has no task 'none'"),
        ("precision_at_k([1], [1], 1).real\nex.hint('none')", "Task precision_at_k comes first"),
        ("value = precision_at_k([1], [1], 1)\nfloat(value)", "Task precision_at_k comes first"),
        ("assert False, 'Do task 1 first.'", "Task precision_at_k comes first"),
        ("assert 1 == 2", "AssertionError"),
        ("def precision_at_k(found=no_such_name):\n    return 1", "NameError"),
    ],
)
def test_only_an_error_that_the_stub_explains_is_replaced(shell, capsys, cell, message):
    check(shell)
    assert message in shown(shell, capsys, cell)


def test_the_task_that_the_cell_calls_is_named_not_one_that_was_skipped(shell, capsys):
    check(shell)
    shell.run_cell(STUB.replace("precision", "recall"))
    shell.run_cell('ex.check("recall_at_k")')
    text = shown(shell, capsys, "round(recall_at_k([1], [1], 1), 2)")
    assert text.startswith("Task recall_at_k comes first")


def test_an_interrupt_is_never_hidden(shell, capsys):
    check(shell)
    assert "KeyboardInterrupt" in shown(shell, capsys, "raise KeyboardInterrupt")
