"""The proof of a check sees what is not right, with a small exercise that is spoiled. The
exercises: tests/exercises/test_proofs.py.
"""

import contextlib
import json

import pytest
import toy
from pymilvus import MilvusClient

from vdbcourse import engines, settings
from vdbcourse.authoring.proof import answers, hidden_data, selftest
from vdbcourse.authoring.proof.trial import Trial
from vdbcourse.cli.author_selftest import summary, table
from vdbcourse.engines import spaces
from vdbcourse.errors import CourseError
from vdbcourse.grading import manifest
from vdbcourse.grading.result import Result, Status


@pytest.fixture
def prove(tmp_path, monkeypatch):
    """Install the toy, spoiled, and prove one of its tasks."""

    def run(task, *spoiled, **changes):
        toy.install(tmp_path, monkeypatch, *spoiled, **changes)
        return selftest.prove(manifest.exercise("99_toy").task(task))

    yield run
    monkeypatch.undo()
    toy.forget()


@pytest.mark.parametrize("task", ["share", "nearest"])
def test_the_toy_is_proved(prove, task):
    proof = prove(task)
    assert proof.proved, proof.problems
    assert (proof.stub, proof.caught, proof.passed) == ("not attempted", 4, 2)
    assert proof.rate == 1.0
    assert proof.killed == proof.mutants > 5


TWICE = '    share([1, 1], [1, 2]).equals(0.5, "The same id twice is one.")'
FIRST = '    share([1, 2], [1, 2]).equals(1.0, "All were found.")'
ORDER = '    share([2, 1], [1, 2]).equals(1.0, "The order does not count.")'
IN_ORDER = '    reply.expect(found == truth[:3], "They do not come in order, nearest first.", ids)'
SUM = '@right("a sum")'
RETURN, LAX = "return len(wanted & set(found))", "return len(set(found).intersection(wanted))"


def listed(key):
    """What makes the toy list a mutant as equivalent."""
    return SUM, f'equivalent("{key}", reason="None.")\n\n\n{SUM}'


# By what is not right: the task, words of the problem, and how the toy is spoiled for it.
PROBLEMS = {
    "the solution fails": (
        "share",
        "the solution does not pass|All were found",
        (f"{RETURN} /", f"{RETURN} / 2 /"),
    ),
    "it fails on hidden data": (
        "share",
        "solution does not pass|another value",
        ('(0.25, "Five', '(0.25 - data.hidden, "Five'),
    ),
    "the stub answers": (
        "share",
        "the stub is 'wrong'",
        ('0 to 1."""', '0 to 1."""\n    if len(truth) > 1:\n        return 0'),
    ),
    "a misconception less": (
        "share",
        "3 misconceptions, at least 4",
        ('@wrong("as a text", says="not one number")', ""),
    ),
    "a misconception passes": ("share", "'counted twice': it is passed", (TWICE, "")),
    "it passes on hidden data": (
        "share",
        "passed on hidden data",
        (TWICE, f"    if not data.hidden:\n    {TWICE}"),
    ),
    "its words are not said": (
        "share",
        "its message lacks 'twice is two'",
        ('says="twice is one"', 'says="twice is two"'),
    ),
    "two are told the same": (
        "share",
        "it gets the same message as 'compared place by place'",
        ("The same id twice is one.", "The order does not count."),
        ('says="twice is one"', 'says="not count"'),
    ),
    "hidden data is told": (
        "share",
        "message holds hidden data",
        (
            ORDER,
            (
                '    share([2, 1], [1, 2]).expect(0, f"The order does not count:'
                ' {data.rng.random():.4f}")'
            ),
        ),
    ),
    "a right answer less": (
        "share",
        "1 other right answers, at least 2",
        (SUM, ""),
    ),
    "a right answer fails": (
        "share",
        "right answer 'a loop' does not pass|a list",
        ("count / len(truth)", "[count / len(truth)]"),
    ),
    "a mutant survives": (
        "share",
        "a mutant survives: wanted = set(truth) -> wanted = truth",
        (RETURN, LAX),
    ),
    "a mutant in SQL survives": (
        "nearest",
        "a mutant survives: |LIMIT %s",
        ("set(found) == set(truth[:3])", "True"),
        (IN_ORDER, ""),
    ),
    "a listed one is killed": (
        "share",
        "listed as equivalent, but it is killed: wanted",
        listed("wanted = set(truth) -> wanted = truth"),
    ),
    "a listed one is unknown": (
        "share",
        "listed as equivalent, but there is no such mutant: a -> b",
        listed("a -> b"),
    ),
    "an odd value breaks the check": (
        "share",
        "share that gives a text: The check of 99_toy, share, failed by itself|ValueError",
        (FIRST, f"    float(share([1], [1]).value)\n{FIRST}"),
    ),
    "an odd value passes": (
        "share",
        "share that gives a text: it passes",
        (FIRST, f'    if share([1], [1]).value == "x":\n        return\n{FIRST}'),
    ),
}


@pytest.mark.parametrize(
    ("task", "words", "spoiled"), [(t, w, s) for t, w, *s in PROBLEMS.values()], ids=list(PROBLEMS)
)
def test_what_is_not_proved_is_said(prove, task, words, spoiled):
    proof = prove(task, *spoiled)
    assert not proof.proved
    assert any(all(word in problem for word in words.split("|")) for problem in proof.problems), (
        proof.problems
    )


def test_a_mutant_that_is_listed_may_survive(prove):
    proof = prove("share", (RETURN, LAX), listed("wanted = set(truth) -> wanted = truth"))
    assert proof.equivalent == 1
    assert not any("wanted = truth" in problem for problem in proof.problems)


def test_a_wrong_answer_that_is_wrong_by_chance_holds_no_hidden_data(prove):
    guess = (
        '@wrong("a guess", says="All were found")\ndef share(found, truth):\n    return'
        " random.random() / 10"
    )
    proof = prove("share", (SUM, f"import random\n\n\n{guess}\n\n\n{SUM}"))
    assert proof.proved, proof.problems


def test_a_mutant_that_never_ends_is_killed(prove):
    loop = (
        "rest, count = list(truth), 0\n    while rest:\n        count += rest[-1] in found\n       "
        " rest.pop()"
    )
    proof = prove(
        "share",
        ("wanted = set(truth)", loop),
        (f"{RETURN} / len(wanted)", "return count / len(truth)"),
    )
    assert proof.proved, proof.problems
    assert proof.seconds > 1


def test_the_seconds_of_an_answer_that_was_stopped_are_no_data_of_the_check():
    """Or each one that never ends would be tried with six more seeds, to its limit each time."""

    def stopped(seconds, status=Status.TIME):
        why = f"It was stopped after {seconds} s of computing."
        return selftest.message(Result("99_toy", "share", "Share", status, 0, 1, why=why))

    assert stopped(2.1) == stopped(2.4) == stopped(13)
    assert stopped(2.1, Status.WRONG) != stopped(2.4, Status.WRONG)


def test_an_answer_to_another_function_is_refused(prove):
    words = r"^proofs/toy/share\.py: 'a sum' answers with a function 'shares'; .* asks for share\.$"
    with pytest.raises(CourseError, match=words):
        prove("share", (f"{SUM}\ndef share", f"{SUM}\ndef shares"))


def test_a_task_without_proofs_is_named_with_the_file_that_is_missing(tmp_path, monkeypatch):
    toy.install(tmp_path, monkeypatch)
    (tmp_path / "proofs" / "toy" / "share.py").unlink()
    with pytest.raises(CourseError, match=r"^99_toy, share: .* proofs/toy/share\.py is missing\.$"):
        selftest.prove(manifest.exercise("99_toy").task("share"))
    monkeypatch.undo()
    toy.forget()


def test_a_file_that_proves_no_task_is_named(tmp_path, monkeypatch):
    toy.install(tmp_path, monkeypatch)
    (tmp_path / "proofs" / "toy" / "shore.py").write_text("")
    words = r"^proofs/toy/shore\.py is named after no task of 99_toy\. Its tasks: share, nearest\.$"
    with pytest.raises(CourseError, match=words):
        selftest.prove(manifest.exercise("99_toy").task("share"))
    monkeypatch.undo()
    toy.forget()


def test_answers_are_not_imported():
    with pytest.raises(CourseError, match="not imported"):
        answers.equivalent("a -> b", reason="None.")


def test_definitions_that_do_not_stand_alone_are_refused_with_their_cell(prove):
    with pytest.raises(
        CourseError,
        match=r"solutions/99_toy.ipynb, cell 5: its definitions do not stand alone: NameError",
    ):
        prove(
            "share",
            (
                "# Divide.\ndef share(found, truth):",
                "# Divide.\ndef share(found, truth, k=setting):",
            ),
        )


def test_tasks_have_corners_of_their_own_in_the_engines_and_leave_nothing(tmp_path, monkeypatch):
    toy.install(tmp_path, monkeypatch, engines=["postgres", "milvus"])
    monkeypatch.setenv("VDBCOURSE_LEARNER", "somebody")
    exercise, names = manifest.exercise("99_toy"), []
    for task in exercise.tasks:
        with Trial(exercise, task) as trial:
            names.append(engines.collection("check_99", "films"))
            with contextlib.closing(MilvusClient(trial.uri)) as client:
                client.create_collection(names[-1], dimension=4)
            assert spaces.schemas(trial.dsn) == [spaces.space_name("selftest")]
    assert names == ["somebody_st99_0__check_99_films", "somebody_st99_1__check_99_films"]
    assert settings.learner() == "somebody"
    assert not any("_st99_" in name for name in spaces.schemas(trial.dsn))
    with contextlib.closing(MilvusClient(trial.uri)) as client:
        assert not any("_st99_" in name for name in client.list_collections())
    monkeypatch.undo()
    toy.forget()


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("share(<list of 1234>) | <a number> | another value", set()),
        ("12 of 99 rows, 0.25, 1000, 2_000", set()),
        ("got 1984", {"1984"}),
        ("got 0.0578842, of 1,234 rows", {"0.0578842", "1234"}),
        ("got 0.640", set()),
        ("known: 3.14159", set()),
        ("nearest is The Third Man", {"The Third Man"}),
        ("nearest is Alien", set()),
    ],
)
def test_a_number_with_three_digits_or_a_title_is_hidden_data(text, held):
    assert hidden_data.leaks(text, {"3.14159"}, ["The Third Man", "Alien"]) == held


def test_the_table_shows_what_was_proved():
    proof = selftest.Proof(
        "99_toy", "share", 1, 1, "not attempted", 4, 4, 2, 2, mutants=10, killed=8, equivalent=1
    )
    head, line = table([proof]).splitlines()
    assert head.split()[:3] == ["exercise", "task", "points"]
    assert "1 of 1" in line
    assert "not attempted" in line
    assert "4 of 4" in line
    assert "8 (88.9%)" in line
    assert summary([proof]).endswith("8 of 10 mutants killed, 1 listed as equivalent, 1 left")


def test_on_the_command_line(cli):
    first = "07_evaluation"
    result = cli("author", "selftest", first, "--json", "--jobs", "2")
    assert result.returncode == 0, result.stdout
    assert [(one["exercise"], one["proved"]) for one in json.loads(result.stdout)] == [
        (first, True) for _ in manifest.exercise(first).tasks
    ]


def test_on_the_command_line_an_exercise_that_does_not_exist(cli):
    result = cli("author", "selftest", "98_nothing")
    assert result.returncode == 2
    assert "There is no exercise '98_nothing'" in result.stderr
