"""Files that the course reads again, damaged in every way: nothing is lost, nothing is believed,
and no traceback.
"""

import dataclasses
import json
import os

import pytest

from vdbcourse import files, lessons, progress, settings
from vdbcourse.engines import old_spaces, spaces, supervisor
from vdbcourse.engines.docker import milvus
from vdbcourse.engines.record import Running
from vdbcourse.errors import CourseError
from vdbcourse.grading import manifest
from vdbcourse.grading.classroom.entry import Entry
from vdbcourse.grading.classroom.store import Store
from vdbcourse.grading.classroom.submissions import Submission
from vdbcourse.grading.result import Result
from vdbcourse.grading.sandbox.limits import Limits

VALUES = (
    None,
    True,
    0,
    -5,
    2**70,
    1.5,
    float("nan"),
    "",
    "x",
    [],
    [1],
    {},
    {"x": None},
    [["deep"]],
    "http://[::1:1",
)


def wrong_forms(good):
    """`good` with each value, at any depth, replaced by values of all types, and with each key left
    out.
    """
    yield from VALUES
    for key in good:
        yield {name: value for name, value in good.items() if name != key}
        inner = wrong_forms(good[key]) if isinstance(good[key], dict) else VALUES
        for value in inner:
            yield good | {key: value}


# --- progress -------------------------------------------------------------------------------------

TASK = {
    "attempts": 2,
    "hints": 1,
    "tried": "2026-01-01",
    "passed": "2026-01-02",
    "points": 3,
    "solution": "2026-01-03",
}
GOOD = {
    "lessons": {"1_concepts/01_first_search": "2026-01-01"},
    "exercises": {"07_evaluation": {"recall": TASK}},
}


def kept(home):
    return sorted(home.glob("progress.damaged-*"))


@pytest.mark.parametrize("content", list(wrong_forms(GOOD)), ids=lambda value: repr(value)[:40])
def test_progress_with_wrong_types_is_read_and_shown_and_added_to(home, content):
    progress.progress_file().write_text(json.dumps(content))
    repr(lessons.CourseMap())
    from vdbcourse.grading.progress_table import Progress

    Progress(list(manifest.exercises().values())).cells()
    progress.attempted("07_evaluation", "recall", 1)
    progress.hinted("07_evaluation", "recall", 3)
    progress.mark("x")
    assert "x" in progress.finished()
    assert progress.tasks("07_evaluation")["recall"]["attempts"] >= 1
    assert len(kept(home)) <= 1
    for path in kept(home):
        assert path.read_text() == json.dumps(content)


def test_of_a_damaged_file_what_can_be_read_is_kept_and_the_whole_stays_beside_it(home, capsys):
    damaged = json.loads(json.dumps(GOOD))
    damaged["lessons"]["broken"] = 5
    damaged["exercises"]["07_evaluation"]["recall"]["hints"] = "many"
    text = json.dumps(damaged)
    progress.progress_file().write_text(text)
    assert progress.finished() == GOOD["lessons"]
    assert progress.tasks("07_evaluation")["recall"] == {
        name: value for name, value in TASK.items() if name != "hints"
    }
    said = capsys.readouterr().err
    (aside,) = kept(home)
    assert (
        said
        == "The progress file was damaged; 2 of its entries could be read and are kept. It is now"
        f" {aside}\n"
    )
    assert aside.read_text() == text
    assert json.loads(progress.progress_file().read_text())["lessons"] == GOOD["lessons"]


@pytest.mark.parametrize(
    "damage", [b"\x00\xff", b'{"lessons": {', b"[" * 100_000, b"null", b"9" * 9000]
)
def test_a_progress_file_that_is_no_json_is_not_shown_as_nothing_done(home, cli, damage):
    progress.progress_file().write_bytes(damage)
    result = cli("progress")
    assert result.returncode == 0
    assert "The progress file was damaged; 0 of its entries could be read" in result.stderr
    (aside,) = kept(home)
    assert aside.read_bytes() == damage


def test_a_folder_in_the_place_of_the_progress_file_is_kept_too(home, cli):
    progress.progress_file().mkdir()
    (progress.progress_file() / "notes.txt").write_text("mine")
    assert "The progress file was damaged" in cli("progress").stderr
    assert progress.mark("x") == 1
    (aside,) = kept(home)
    assert (aside / "notes.txt").read_text() == "mine"


def test_two_damaged_files_within_a_second_are_both_kept(home):
    for text in ("one", "two", "three"):
        progress.progress_file().write_text(text)
        progress.finished()
    assert {path.read_text() for path in kept(home)} == {"one", "two", "three"}


def test_what_a_later_version_adds_is_left_as_it_is(home):
    later = GOOD | {"badges": [1, 2]}
    progress.progress_file().write_text(json.dumps(later))
    progress.mark("x")
    assert json.loads(progress.progress_file().read_text())["badges"] == [1, 2]
    assert kept(home) == []


def test_an_empty_file_holds_nothing_that_could_be_lost(home, capsys):
    progress.progress_file().touch()
    assert progress.finished() == {}
    assert capsys.readouterr().err == ""


# --- notes on engines -----------------------------------------------------------------------------

RECORD = dataclasses.asdict(
    Running("postgres", "1", "postgresql://postgres@/course", os.getpid(), 1.0, "/tmp/log")
)
RECORDS = {
    "postgres": RECORD,
    "milvus-lite": RECORD | {"name": "milvus-lite", "uri": "http://127.0.0.1:1"},
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_with_wrong_types_is_none(home, name):
    """Also of a process that runs: its pid and the time of its start are right, something else is
    not.
    """
    from vdbcourse.engines import processes

    good = RECORDS[name] | {"created": processes.created(os.getpid())}
    path = supervisor.record_path(name)
    files.write_json(path, good)
    assert supervisor.running(name)
    for content in wrong_forms(good):
        path.write_text(json.dumps(content))
        found = supervisor.running(name)
        assert found is None or dataclasses.asdict(found).keys() == good.keys()
        if found is not None:
            assert isinstance(found.uri, str)
            assert isinstance(found.log, str)
            assert found.pid > 0
    path.unlink()  # or the end of the test would stop the process it names


def test_a_record_in_whose_place_is_a_folder_is_none(home):
    supervisor.record_path("postgres").mkdir(parents=True)
    assert supervisor.running("postgres") is None


LEASE = {"pid": os.getpid(), "created": 1.0}


WRONG_LEASES = list(wrong_forms(LEASE))


# numbered: a pid differs from process to process, and all processes have to collect the same tests
@pytest.mark.parametrize("content", WRONG_LEASES, ids=range(len(WRONG_LEASES)))
def test_a_claim_with_wrong_types_is_no_lab(home, content):
    lease = supervisor.Lease()
    lease.folder.mkdir(parents=True)
    (lease.folder / "1.json").write_text(json.dumps(content))
    (lease.folder / "folder.json").mkdir()
    assert lease.others() == []


STACK = {"uri": "http://127.0.0.1:1", "token": "root:x", "version": "Milvus 3", "ui": None}


@pytest.mark.parametrize("content", list(wrong_forms(STACK)), ids=repr)
def test_a_note_on_the_stack_with_wrong_types_is_none(home, content):
    files.write_json(milvus.STACK.record_path(), content)
    found = milvus.STACK.record()
    if found is not None:
        found.answers()
        assert isinstance(found.token, str)
        assert found.metrics is None or found.metrics.startswith("http")


NOTE = {"http://127.0.0.1:1": {"tester_nb_films": "tester"}}


@pytest.mark.parametrize("content", list(wrong_forms(NOTE)), ids=repr)
def test_notes_on_collections_with_wrong_types_count_as_not_noted(home, content):
    files.write_json(settings.home() / spaces.NOTE, content)
    files.write_json(settings.home() / old_spaces.NOTE, content)
    assert spaces.noted_collections("http://127.0.0.1:1") <= {"tester_nb_films"}
    assert old_spaces.collections("http://127.0.0.1:1", ["tester_nb_films"]) == []
    spaces.note_collection("http://127.0.0.1:1", "tester_nb_films")
    assert spaces.noted_collections("http://127.0.0.1:1") == {"tester_nb_films"}


# --- results of a class ---------------------------------------------------------------------------


def results_of(exercise):
    """What is kept of a run in which every task was passed."""
    return {
        "results": [
            Result(exercise.id, one.id, one.title, "passed", one.points, one.points).as_dict()
            for one in exercise.tasks
        ],
        "task_seconds": [1.0] * len(exercise.tasks),
        "cells": ["cell 3 raised KeyError"],
        "forced": [],
        "outputs": [{"number": 1, "printed": "4", "characters": 1}],
        "seconds": 9.5,
    }


def damaged_results(good):
    """Wrong forms of what is kept, of one result, and of one output."""
    yield from (content for content in wrong_forms(good) if content != good)
    for key in ("results", "outputs"):
        for one in wrong_forms(good[key][0]):
            if one != good[key][0]:
                yield good | {key: [one, *good[key][1:]]}
    yield good | {"results": good["results"][1:]}
    yield good | {"results": good["results"][::-1]}


def test_a_kept_result_with_wrong_types_is_graded_again(tmp_path):
    exercise = manifest.exercises()["07_evaluation"]
    found = Submission(tmp_path / "a.ipynb", exercise, (), "digest", 1.0)
    store, good = Store(tmp_path), results_of(exercise)
    path = store.path(found, 1, Limits())
    files.write_json(path, good)
    assert store.fill(Entry("ana", "a.ipynb"), found, 1, Limits())
    believed = []
    for content in damaged_results(good):
        path.write_text(json.dumps(content))
        entry = Entry("ana", "a.ipynb")
        if store.fill(entry, found, 1, Limits()):
            believed.append(content)
            json.dumps(entry.as_dict()), entry.line()
    assert all(of_the_same_types(content, good) for content in believed)


def of_the_same_types(content, good):
    """Are all parts of the kinds that `good` has, whatever their values? Optional fields may be
    missing, whole numbers may be seconds.
    """
    if isinstance(good, dict):
        return set(content) <= set(good) and all(
            of_the_same_types(content[key], good[key]) for key in content
        )
    if isinstance(good, list):
        return isinstance(content, list) and all(map(of_the_same_types, content, good))
    return type(content) is type(good) or (isinstance(good, float) and type(content) is int)


# --- a folder, or a right that is missing ---------------------------------------------------------


def test_a_folder_in_the_place_of_a_file_is_named(home):
    (home / "note.json").mkdir()
    with pytest.raises(
        CourseError, match=r"note.json is a folder, but the course needs a file there"
    ):
        files.write_json(home / "note.json", {})
    assert (home / "note.json").is_dir()


@pytest.mark.parametrize("name", ["run", "logs", "postgres", "milvus-lite"])
def test_a_file_in_the_place_of_a_folder_is_one_line(home, cli, name):
    (home / name).write_text("a file where a folder should be")
    for command in (
        ["status"],
        ["up", "milvus-lite" if name != "postgres" else name],
        ["down"],
        ["doctor"],
        ["progress"],
    ):
        result = cli(*command)
        assert result.returncode in (0, 2), result.stderr
        assert "Traceback" not in result.stderr
    (home / name).unlink()  # what stops the engines after the test needs it


@pytest.mark.parametrize(
    "command",
    ["docs --out {}", "docs --out {}/below", "check {}/x.ipynb", "check .", "lab {}/x.ipynb"],
)
def test_an_option_that_takes_a_path_and_gets_something_else(cli, tmp_path, command):
    file = tmp_path / "file"
    file.write_text("mine")
    result = cli(*command.format(file).split())
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert file.read_text() == "mine"
