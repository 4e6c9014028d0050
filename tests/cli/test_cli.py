"""The command line as its user meets it: doctor, reset, help, mistakes."""

import dataclasses
import json
import re
import sys

import pytest
from support import ROOT, one_line

from vdbcourse import embedding, lessons, progress, settings
from vdbcourse.engines import supervisor
from vdbcourse.errors import CourseError
from vdbcourse.installation import copies, diagnosis, jupyterlab


def findings(result):
    return {one["check"]: one for one in json.loads(result.stdout)}


def test_doctor_finds_nothing_wrong_here(home, cli):
    result = cli("doctor", "--json")
    assert {one["result"] for one in findings(result).values()} <= {"ok", "note"}, result.stdout
    assert result.returncode == 0


def test_doctor_names_a_dead_server_and_ends_with_2(home, cli):
    result = cli("doctor", "--json", DATABASE_URL="postgresql://nobody@127.0.0.1:1/x")
    assert result.returncode == 2
    assert findings(result)["postgres"]["result"] == "problem"
    assert "does not take the connection" in findings(result)["postgres"]["text"]


def test_doctor_finds_a_version_that_is_not_the_locks(home, monkeypatch):
    real = diagnosis.metadata.version
    monkeypatch.setattr(
        diagnosis.metadata, "version", lambda name: "0.0.1" if name == "pymilvus" else real(name)
    )
    with pytest.raises(
        CourseError, match=r"pymilvus is 0\.0\.1, the lock says ==3\.0\.2.*course install --again"
    ):
        diagnosis.packages()


def test_doctor_finds_a_package_that_is_missing(home, monkeypatch):
    real = diagnosis.is_installed
    monkeypatch.setattr(diagnosis, "is_installed", lambda name: name != "altair" and real(name))
    with pytest.raises(CourseError, match="altair is missing.*course install --again all"):
        diagnosis.packages()


def test_doctor_finds_an_engine_that_hangs(home, monkeypatch):
    supervisor.up("milvus-lite")
    hanging = dataclasses.replace(supervisor.ENGINES["milvus-lite"], is_ready=lambda _: False)
    monkeypatch.setitem(supervisor.ENGINES, "milvus-lite", hanging)
    with pytest.raises(CourseError, match="does not answer.*course down milvus"):
        diagnosis.engine("milvus-lite")()


def test_reset_asks_and_no_means_no(home, cli):
    supervisor.up("milvus-lite")
    result = cli("reset", stdin="n\n")
    assert "Nothing was removed" in result.stdout
    assert result.returncode == 0
    assert supervisor.running("milvus-lite")


def test_reset_without_anybody_to_ask_removes_nothing(home, cli):
    supervisor.up("milvus-lite")
    result = cli("reset")
    assert result.returncode == 2
    assert "Nobody answered, so nothing was removed" in result.stderr
    assert supervisor.running("milvus-lite")


def test_reset_removes_what_the_course_made_and_nothing_else(home, cli):
    supervisor.up("postgres")
    supervisor.up("milvus-lite")
    embedding.encode("a text")
    progress.mark("1_concepts/01_first_search")
    (home / "my notes.txt").write_text("mine")
    result = cli("reset", "--yes")
    assert result.returncode == 0, result.stderr
    assert {path.name for path in home.iterdir()} - {settings.MARKER} == {
        "my notes.txt",
        "progress.json",
        "progress.lock",
    }
    assert supervisor.running("postgres") is None


def test_reset_with_progress_leaves_no_folder(home, cli):
    supervisor.up("milvus-lite")
    progress.mark("x")
    assert cli("reset", "--yes", "--progress").returncode == 0
    assert not home.exists()
    assert "nothing to remove" in cli("reset").stdout
    assert not home.exists()


def test_the_suites_exit_code_is_that_of_pytest(cli):
    assert cli("test", "--collect-only", "-q", "-k", "no_test_has_this_name").returncode == 5


def test_reset_refuses_while_a_lab_runs(home, cli):
    lease = supervisor.Lease()
    lease.take()
    assert "A lab is running" in one_line(cli("reset", "--yes"))
    lease.give_back()


def test_lab_opens_the_learners_copy_of_the_notebook_that_is_named(home):
    copies.update()
    start = "/lab/tree/chapters/start.ipynb?file-browser-path=/"
    assert jupyterlab.start_page(["--no-browser"]) == (start, ["--no-browser"])
    named = "chapters/3_milvus/05_hnsw_by_hand.ipynb"
    page = f"/lab/tree/{named}?file-browser-path=/"
    for path in (named, str(ROOT / named), str(home / "my-notebooks" / named)):
        assert jupyterlab.start_page(["--no-browser", path]) == (page, ["--no-browser"])


def test_lab_shows_the_copies_and_still_opens_a_solution(monkeypatch):
    monkeypatch.delenv("VDBCOURSE_HOME")
    page, _ = jupyterlab.start_page(["solutions/07_evaluation.ipynb"])
    assert page == "/lab/tree/solutions/07_evaluation.ipynb?file-browser-path=/my-notebooks"


def test_check_grades_the_copy_that_the_learner_works_in(home, cli):
    copies.update()
    copy = home / "my-notebooks/exercises/01_basic_search.ipynb"
    copy.write_text(copy.read_text().replace("## ", "## My "))
    result = cli("check", "exercises/01_basic_search.ipynb")
    assert "my-notebooks/exercises/01_basic_search.ipynb, run fresh" in result.stdout


def test_lab_names_a_notebook_it_cannot_open(cli, tmp_path):
    assert "There is no notebook chapters/none.ipynb" in one_line(cli("lab", "chapters/none.ipynb"))
    (tmp_path / "mine.ipynb").write_text("{}")
    assert "is outside the course's folder" in one_line(cli("lab", str(tmp_path / "mine.ipynb")))


def test_help_names_every_command(cli):
    text = cli("--help").stdout
    for command in ("lab", "test", "docs", "up", "down", "status", "doctor", "reset"):
        assert command in text


@pytest.mark.parametrize("arguments", [["fly"], ["status", "--jsn"], ["reset", "now"]])
def test_a_slip_of_the_fingers_is_one_clear_line(cli, arguments):
    assert arguments[-1] in one_line(cli(*arguments))


def test_the_last_lab_stops_what_labs_started(home, monkeypatch):
    monkeypatch.setenv(settings.IN_LAB, "1")
    supervisor.up("milvus-lite")
    first, second = supervisor.Lease(), supervisor.Lease()
    second.path = second.path.with_name("other.json")
    first.take()
    second.take()
    assert first.give_back() == []
    assert supervisor.running("milvus-lite")
    assert second.give_back() == ["milvus-lite"]
    assert supervisor.running("milvus-lite") is None


def test_a_lab_that_died_does_not_hold_the_engines(home, monkeypatch):
    monkeypatch.setenv(settings.IN_LAB, "1")
    supervisor.up("milvus-lite")
    lease = supervisor.Lease()
    lease.take()
    (lease.folder / "999999.json").write_text('{"pid": 999999, "created": 1.0}')
    assert lease.give_back() == ["milvus-lite"]


def test_what_up_started_outlives_the_lab(home, monkeypatch):
    monkeypatch.setenv(settings.IN_LAB, "1")
    supervisor.up("milvus-lite")
    supervisor.up("milvus-lite", claim=True)
    lease = supervisor.Lease()
    lease.take()
    assert lease.give_back() == []
    assert supervisor.running("milvus-lite")


# --- lessons and progress -------------------------------------------------------------------------


def test_the_map_shows_minutes_and_what_is_done(home):
    key = lessons.lessons()[0].key
    assert (
        lessons.finish(key)
        == f"Done: {lessons.lessons()[0].title}. 1 of {len(lessons.lessons())} lessons."
    )
    shown = lessons.CourseMap()
    chapter, first, second, *_ = repr(shown).splitlines()
    assert re.fullmatch(r"1 Concepts: 1 of \d+ lessons, 20 min of 2 h \d+ min", chapter)
    assert first == "  done   Your first search by meaning (20 min)"
    assert second.startswith("  next ")
    shown = shown._repr_html_()
    goes_on = lessons.lessons()[1]
    assert f"Continue here: <a href='{goes_on.key}.ipynb'>{goes_on.title}</a>" in shown
    assert shown.count("<details open>") == 1
    assert f"width:{round(100 / len(lessons.lessons()))}%" in shown  # one of all


def test_the_map_begins_with_the_first_lesson_and_ends_with_none(home):
    first, *_ = lessons.lessons()
    assert f"Begin here: <a href='{first.key}.ipynb'>" in lessons.CourseMap()._repr_html_()
    for lesson in lessons.lessons():
        progress.mark(lesson.key)
    assert "You have done every lesson." in lessons.CourseMap()._repr_html_()


def test_finishing_an_unknown_lesson_is_one_clear_line(home):
    with pytest.raises(CourseError, match="no lesson '9_x/01'"):
        lessons.finish("9_x/01")


def test_finishing_twice_keeps_the_first_time(home):
    progress.mark("a")
    first = progress.finished()
    assert progress.mark("a") == 1
    assert progress.finished() == first


def test_two_notebooks_at_once_lose_no_progress(home):
    import subprocess

    code = (
        "import sys; from vdbcourse import progress; [progress.mark(f'{sys.argv[1]}{i}') for i in"
        " range(30)]"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "ab"]
    assert [one.wait() for one in both] == [0, 0]
    assert len(progress.finished()) == 60


def test_a_course_error_shows_no_traceback_in_a_notebook():
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    result = shell.run_cell("from vdbcourse import datasets; datasets.card('x')", silent=True)
    assert isinstance(result.error_in_exec, CourseError)
    assert result.error_in_exec._render_traceback_() == [
        "CourseError: " + str(result.error_in_exec)
    ]
