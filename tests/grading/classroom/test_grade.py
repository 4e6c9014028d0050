"""A class and a single notebook, graded from the command line: a small exercise of the test's own,
and every kind of trouble.
"""

import csv
import html
import json
import os
import re
import socket
import sys
import textwrap
import types

import nbformat
import psycopg
import pytest
import yaml
from support import why_there_is_no_sandbox

from vdbcourse import engines, progress
from vdbcourse.cli.app import main
from vdbcourse.engines import spaces
from vdbcourse.grading import manifest
from vdbcourse.grading.checks.answer import Answer
from vdbcourse.grading.checks.data import Data
from vdbcourse.grading.classroom import batch
from vdbcourse.grading.classroom.batch import Options
from vdbcourse.grading.manifest import check
from vdbcourse.grading.sandbox import bubblewrap
from vdbcourse.grading.sandbox.limits import Limits

NO_SANDBOX = why_there_is_no_sandbox()
needs_sandbox = pytest.mark.skipif(bool(NO_SANDBOX), reason=str(NO_SANDBOX))
not_on_windows = pytest.mark.skipif(
    sys.platform == "win32", reason="a class is graded on Linux and macOS"
)
LIMITS = Limits(seconds=8, memory=1, processes=16, disk=0.125)


# --- an exercise of three tasks -------------------------------------------------------------------


@check("add")
def check_add(add: Answer, data: Data) -> None:
    add(1, 2).equals(3, "One and two.")
    a, b = (int(one) for one in data.rng.integers(10**12, 10**13, 2))
    add.on_data(a, b).equals(a + b, "Two large numbers.")


@check("double")
def check_double(double: Answer) -> None:
    double([1, 2]).equals([2, 4], "Each number twice.")


@check("count")
def check_count(count: Answer, data: Data) -> None:
    data.postgres.run("DROP TABLE IF EXISTS item")
    data.postgres.run(
        "CREATE TABLE item AS SELECT generate_series(1, %s) AS id", [int(data.rng.integers(5, 50))]
    )
    count.on_data(data.postgres.conn).equals(
        data.postgres.run("SELECT count(*) FROM item")[0][0], "Every row."
    )


COMMON = {
    "title": "A tiny exercise",
    "level": "beginner",
    "minutes": 10,
    "prerequisites": ["1_concepts/01_first_search"],
    "objective": "Show that grading works for good and bad.",
    "teaches": ["nothing"],
    "leaves_out": ["everything"],
}
TASKS = [
    {
        "id": name,
        "title": f"The task {name}",
        "functions": [name],
        "points": points,
        "seconds": 2,
        "hints": ["a" * 20] * 3,
    }
    for name, points in (("add", 1), ("double", 2), ("count", 3))
]
EXERCISES = [
    {"id": "01_tiny", **COMMON, "engines": ["postgres"], "tasks": TASKS},
    {"id": "02_small", **COMMON, "engines": [], "tasks": TASKS[:2]},
]
OPEN = 'from vdbcourse.exercises import exercise\nex = exercise("01_tiny")'
ADD = "def add(a, b): return a + b"
DOUBLE = "def double(numbers): return [2 * n for n in numbers]"
COUNT = "def count(conn): return conn.execute('SELECT count(*) FROM item').fetchone()[0]"
RIGHT = (OPEN, ADD, DOUBLE, COUNT)
SMALL = OPEN.replace("01_tiny", "02_small")
SMALL_RIGHT = (SMALL, ADD, DOUBLE)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A manifest of two exercises, whose checks are those above: one with PostgreSQL, and the same
    without.
    """
    folder = tmp_path_factory.mktemp("tiny")
    for entry in EXERCISES:
        path = folder / entry["id"].partition("_")[2] / "exercise.yaml"
        path.parent.mkdir()
        path.write_text(yaml.safe_dump(entry))
    write(folder / "01_tiny.ipynb", *RIGHT)
    write(folder / "02_small.ipynb", *SMALL_RIGHT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "FOLDER", folder)
        patch.setattr(
            manifest.Exercise, "master", property(lambda exercise: folder / f"{exercise.id}.ipynb")
        )
        for name, checks in {
            "tiny": [check_add, check_double, check_count],
            "small": [check_add, check_double],
        }.items():
            package, module = (
                types.ModuleType(f"vdbcourse.exercises.{name}{part}") for part in ("", ".checks")
            )
            vars(module).update({one.__name__: one for one in checks})
            patch.setitem(sys.modules, package.__name__, package)
            patch.setitem(sys.modules, module.__name__, module)
        forget()
        yield folder
    forget()


def forget():
    manifest.exercises.cache_clear()
    manifest.checks.cache_clear()


def write(path, *cells):
    """A notebook with these code cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(
        nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(textwrap.dedent(cell)) for cell in cells]
        ),
        path,
    )
    return path


@pytest.fixture
def run(tiny, capsys, monkeypatch):
    """Run the command line in this process, where the exercise of the test is known: exit code,
    output, errors.
    """

    def command(*words):
        monkeypatch.setattr(sys, "argv", ["vdbcourse", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code or 0, *capsys.readouterr())

    return command


# --- a class in which much goes wrong -------------------------------------------------------------

# learner: (cells after the right answers, points of 6, words of the line, words of the result of
# `double`)
CASES = {
    "missing": (
        ["del double"],
        4,
        "double: `double` is defined in code cell 3, but a later",
        "but a later cell deletes it",
    ),
    "never-written": (None, 4, "", "No cell of the notebook defines `double`"),
    "stub": (["def double(numbers): return ..."], 4, "", "still returns `...`"),
    "text": (
        ["def double(numbers): return 'none'"],
        4,
        "",
        "It returned a string, not a list of 2",
    ),
    "none": (["def double(numbers): pass"], 4, "", "It returned None"),
    "exception": (
        ["def double(numbers): return numbers / 0"],
        4,
        "double: raised TypeError",
        "at line 1 of its cell",
    ),
    "endless": (
        ["def double(numbers):\n    while True: pass"],
        4,
        "double: took too long: limit of computing time",
        "a loop that never ends?",
    ),
    "stubborn": (
        ["def double(numbers): return sum(iter(int, 1))"],
        4,
        "double: took too long: computed for",
        "could not be interrupted",
    ),
    "generator": (
        ["def double(numbers): return (2 * n for n in numbers)"],
        4,
        "",
        "wrap it in list(...)",
    ),
    "nan": (["def double(numbers): return [float('nan')] * 2"], 4, "", "Each number twice"),
    "mutated": (
        ["def double(numbers):\n    numbers += numbers\n    return [2, 4]"],
        4,
        "",
        "changed its argument `numbers`",
    ),
    "printer": (
        ["print('x' * 10**8)\ndef double(numbers): print('x' * 10**8)"],
        4,
        "",
        "It returned None",
    ),
    "exits": (
        ["def double(numbers): raise SystemExit"],
        4,
        "double: raised SystemExit",
        "raised this error, SystemExit, at",
    ),
    "os-exit": (
        ["def double(numbers): import os; os._exit(0)"],
        4,
        "ended its own process (exit code 0)",
        "ended its own",
    ),
    "memory": (
        ["def double(numbers): return bytearray(20 * 2**30)"],
        4,
        "double: raised MemoryError",
        "raised this error, MemoryError, at",
    ),
    "fork-bomb": (
        ["import os\nwhile True: os.fork()"],
        6,
        "code cell 5 started more than 16 processes",
        "",
    ),
    "fork-in-call": (
        ["import os\ndef double(n):\n  while True: os.fork()"],
        4,
        "started more than 16 processes",
        "Your code started",
    ),
    "cell-loop": (["while True: pass"], 6, "code cell 5 was stopped after", ""),
    "cell-exit": (
        ["import os; os._exit(1)"],
        6,
        "code cell 5 ended its own process (exit code 1)",
        "",
    ),
    "cell-sys-exit": (
        ["import sys; sys.exit()", "exit()"],
        6,
        "code cell 5 ended with SystemExit",
        "",
    ),
    "syntax": (
        ["def broken(:"],
        6,
        "code cell 5 ended with SyntaxError: invalid syntax (line 1)",
        "",
    ),
    "magic": (["%time 1\n!true\nimport asyncio\nawait asyncio.sleep(0)"], 6, "", ""),
    "patches": (
        [
            """
            import builtins, sys, vdbcourse.grading
            from vdbcourse.grading import result
            from vdbcourse.grading.checks import answer, failure_messages, reply, runner
            true = lambda *_, **__: True
            reply.Reply.equals = answer.Answer.__call__ = runner.run = true
            result.Result.passed = result.Status.words = true
            failure_messages.NotYet = builtins.AssertionError = type("Quiet", (Exception,), {})
            sys.modules["vdbcourse.exercises"].exercise = sys.modules["vdbcourse.grading"] = None
            equal = type("Equal", (list,), {"__eq__": true, "__len__": lambda _: 2})
            def double(numbers): return equal()
            """
        ],
        4,
        "",
        "Each number twice",
    ),
    "forges": (
        [
            """
            import os
            def double(numbers):
                for number in range(3, 30):
                    try: os.write(number, b'{"id": 9, "status": "passed"}\\n')
                    except OSError: pass
            """
        ],
        4,
        "wrote to the channel that is reserved for answers",
        "wrote to the channel",
    ),
    "order": (
        ["use_later()", "def use_later(): pass"],
        6,
        "code cell 5 ended with NameError: name 'use_later'",
        "",
    ),
    "three-deaths": (
        ["import os\ndef add(*_): os._exit(1)\ndouble = count = add"],
        None,
        "its process ended 3 times",
        "",
    ),
    "deletes": (
        [
            "import os, shutil\nos.system('rm -rf ~ {folder} {out}"
            " 2>/dev/null')\nshutil.rmtree('{folder}', True)"
        ],
        6,
        "",
        "",
    ),
    "reads": (
        [
            """
            import os
            from pathlib import Path
            seen = [path for path in {secrets} if Path(path).exists()]
            try: import vdbcourse.exercises.evaluation.checks as checks
            except ImportError: checks = None
            assert not seen and not checks, (seen, checks)
            """
        ],
        6,
        "",
        "",
    ),
    "calls-home": (
        [
            """
            import socket
            def reached(*address):
                try: return bool(socket.create_connection(address, 1))
                except OSError: return False
            assert not reached("127.0.0.1", {port}) and not reached("192.0.2.1", 443)
            """
        ],
        6,
        "",
        "",
    ),
    "kills": (
        [
            "import os\nfor pid in (os.getppid(), 1, {pid}):\n  try: os.kill(pid, 9)\n  except"
            " OSError: pass"
        ],
        6,
        "",
        "",
    ),
    "superuser": (
        [
            """
            import os, psycopg
            socket = os.environ["DATABASE_URL"].split("host=")[1].split("&")[0]
            psycopg.connect("postgresql://postgres@/postgres?host=" + socket)
            """
        ],
        6,
        "code cell 5 ended with OperationalError",
        "",
    ),
    "programs": (
        ["def count(conn): conn.execute(\"COPY (SELECT 1) TO PROGRAM 'id'\")"],
        3,
        "count: raised InsufficientPrivilege",
        "",
    ),
    "locks": (
        [
            "def count(conn): conn.execute('SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid()')"
        ],
        3,
        "count: raised InsufficientPrivilege",
        "",
    ),
    "tells": (
        [
            "def add(a, b):\n  if a > 9:\n    print(a)\n    raise ValueError(f'{{a}} and {{b}}')\n "
            " return a + b"
        ],
        5,
        "add: raised ValueError",
        "",
    ),
    "smuggles": (
        [
            """
            import os, psycopg
            own = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
            own.execute("CREATE TABLE IF NOT EXISTS public.seen (line text)")
            def add(a, b):
                if a > 9:
                    own.execute("INSERT INTO public.seen VALUES (%s)", [f"{{a}} and {{b}}"])
                    os._exit(0)
                return a + b
            seen = own.execute("SELECT line FROM public.seen").fetchall()
            print("this is printed", seen)
            assert not seen, seen
            """
        ],
        5,
        "add: ended its own process (exit code 0)",
        "",
    ),
    "sleeper": (
        ["def double(numbers): import time; time.sleep(0.01)", "print('<i>printed</i> in a cell')"],
        4,
        "",
        "None",
    ),
    "<b>bold": (["raise ValueError('<script>alert(1)</script>')"], 6, "<script>", ""),
    "=HYPERLINK(1)": ([], 6, "", ""),
}
NO_NOTEBOOKS = {
    "renamed/hw.ipynb.txt": (
        b"{}",
        "hw.ipynb.txt does not end in .ipynb. If it is a notebook, rename it: hw.ipynb",
    ),
    "packed/hw.ZIP": (
        b"PK",
        (
            "hw.ZIP is an archive, which is not opened. Unpack it into a folder with the"
            " learner's name."
        ),
    ),
    "pictures/a.png": (b"", "The folder pictures holds no notebook (*.ipynb), only a.png, b.py."),
    "pictures/b.py": (b"", "The folder pictures holds no notebook (*.ipynb), only a.png, b.py."),
    "hidden/.hw.ipynb": (b"{}", "The folder hidden holds no notebook (*.ipynb), only .hw.ipynb."),
    "wide/hw.ipynb": ('{"cells": []}'.encode("utf-16"), "opens no exercise"),
    "picture/photo.ipynb": (b"\x89PNG", "photo.ipynb is not a notebook: it is not JSON"),
    "empty/empty.ipynb": (b"", "empty.ipynb is not a notebook"),
    "object/object.ipynb": (b'{"cells": 3}', "object.ipynb is not a notebook: it lacks the cells"),
    "nested/nested.ipynb": (b"[" * 100_000, "nested.ipynb is not a notebook"),
    "other/lesson.ipynb": (
        b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        "opens no exercise",
    ),
}


@pytest.fixture(scope="module")
def graded(tiny, tmp_path_factory):
    """The class above, graded in one batch: the batch, the folder of the report, and the line of
    each learner.
    """
    folder, out = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("out")
    with socket.create_server(("127.0.0.1", 0)) as server:
        known = {"folder": folder, "out": out, "port": server.getsockname()[1], "pid": os.getpid()}
        known["secrets"] = [
            str(path)
            for path in (tiny, folder, out, manifest.FOLDER / "evaluation" / "exercise.yaml")
        ]
        for name, (cells, *_) in CASES.items():
            extra = [
                (
                    cell.format(**known)
                    if re.search(r"\{(folder|port|pid|secrets)\}|\{\{", cell)
                    else cell
                )
                for cell in cells or []
            ]
            write(
                folder / name / f"{name[:3]} renamed.ipynb",
                *(RIGHT if cells is not None else (OPEN, ADD, COUNT)),
                *extra,
            )
        for name, (content, _) in NO_NOTEBOOKS.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
        (folder / "nothing").mkdir()
        (folder / "away").symlink_to(folder / "missing")
        older = write(folder / "twice" / "z.ipynb", OPEN, ADD)
        os.utime(older, (1, 1))
        write(folder / "twice" / "deep" / "a.ipynb", *RIGHT)
        write(folder / "alone.ipynb", *RIGHT)
        (folder / "link.ipynb").symlink_to(folder / "alone.ipynb")
        if sys.platform == "linux":
            write(folder / os.fsdecode(b"caf\xe9") / "x.ipynb", OPEN)
        write(folder / ".ipynb_checkpoints" / "alone-checkpoint.ipynb", OPEN)
        lines = []
        found = batch.grade(
            folder,
            out,
            Options(jobs=3, limits=LIMITS, seed=5),
            lambda entry, _: lines.append(entry.line()),
        )
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.accept()
    from vdbcourse.grading.classroom import report

    report.write(found, out)
    return types.SimpleNamespace(batch=found, out=out, folder=folder, lines=lines)


def entry_of(graded, learner):
    return next(
        entry
        for entry in graded.batch.entries
        if entry.learner == learner and not entry.superseded_by
    )


@needs_sandbox
@pytest.mark.parametrize("learner", CASES)
def test_each_kind_of_trouble_costs_what_it_broke_and_is_told_in_one_line(graded, learner):
    _, points, words, why = CASES[learner]
    entry = entry_of(graded, learner)
    line = entry.line()
    assert entry.points == points, line
    assert words in line
    assert line in graded.lines
    assert len(line.splitlines()) == 1
    if not words:
        assert line == f"{learner} | 01_tiny | {points} of 6 points"
    if points is not None:
        assert why in " ".join([result.why for result in entry.results if result.task == "double"])
    else:
        assert [result.status for result in entry.results] == ["error"] * 3


@needs_sandbox
@pytest.mark.parametrize("name", NO_NOTEBOOKS)
def test_what_is_no_notebook_is_told_and_the_others_are_graded(graded, name):
    entry = entry_of(graded, name.partition("/")[0])
    assert NO_NOTEBOOKS[name][1] in entry.line()
    assert entry.points is None


@needs_sandbox
def test_a_learner_who_handed_in_nothing_that_can_be_graded_has_a_row_all_the_same(graded):
    assert "nothing | nothing | not graded | The folder nothing is empty." in graded.lines
    assert (
        "away | away | not graded | away is a link, not a file. Hand in the notebook itself."
        in graded.lines
    )
    by_learner = {
        row["learner"]: row
        for row in csv.DictReader((graded.out / "grades.csv").read_text().splitlines())
    }
    folders = {
        path.name
        for path in graded.folder.iterdir()
        if path.is_dir() and not path.name.startswith(".")
    }
    assert folders - set(by_learner) <= {
        "=HYPERLINK(1)",
        os.fsdecode(b"caf\xe9"),
    }  # which are written in another way
    assert by_learner["packed"]["status"] == "not graded"


@needs_sandbox
def test_what_ended_a_task_has_a_column_so_that_its_zero_is_no_honest_one(graded):
    rows = list(csv.DictReader((graded.out / "grades.csv").read_text().splitlines()))
    ended = {(row["learner"], row["task"]): row["ended"] for row in rows}
    assert ended["os-exit", "double"] == "ended its own process (exit code 0)"
    assert ended["fork-in-call", "double"] == "started more than 16 processes"
    assert ended["endless", "double"] == "limit of computing time"
    assert ended["stubborn", "double"].endswith(
        "could not be interrupted, so its process was ended"
    )
    assert ended["forges", "double"] == "wrote to the channel that is reserved for answers"
    assert ended["text", "double"] == ended["exception", "double"] == ended["os-exit", "add"] == ""
    cells = {row["learner"]: row["cells"] for row in rows}
    assert cells["cell-exit"] == "code cell 5 ended its own process (exit code 1)"
    overview = (
        (graded.out / "index.html")
        .read_text()
        .partition("Stopped, or ended by themselves")[2]
        .partition("</table>")[0]
    )
    for learner in ("os-exit", "fork-in-call", "endless", "cell-exit", "fork-bomb"):
        assert f">{learner}</th>" in overview
    for learner in ("text", "exception", "syntax"):
        assert f">{learner}</th>" not in overview


@needs_sandbox
def test_what_cells_printed_is_on_the_page_as_text_and_not_without_end(graded):
    page = (graded.out / "learners" / page_of("sleeper")).read_text()
    assert "<dt>code cell 6</dt>\n<dd><code>&lt;i&gt;printed&lt;/i&gt; in a cell" in page
    assert (
        "(600 of 100,000,001 characters)"
        in (graded.out / "learners" / page_of("printer")).read_text()
    )
    assert "this is printed []" in (graded.out / "learners" / page_of("smuggles")).read_text()


@needs_sandbox
def test_of_two_files_the_one_saved_last_counts_and_says_so(graded):
    entry = entry_of(graded, "twice")
    assert (entry.file, entry.points) == ("twice/deep/a.ipynb", 6)
    assert (
        "2 files for this exercise, the one saved last counts: twice/deep/a.ipynb" in entry.line()
    )
    (earlier,) = [one for one in graded.batch.entries if one.superseded_by]
    assert (earlier.file, earlier.points) == ("twice/z.ipynb", 1)
    assert "does not count: twice/deep/a.ipynb was saved later" in earlier.line()


@needs_sandbox
def test_a_file_by_itself_is_of_the_learner_of_its_name(graded):
    assert entry_of(graded, "alone").points == 6
    assert not any("checkpoint" in entry.file for entry in graded.batch.entries)


@needs_sandbox
def test_a_link_is_refused_for_it_may_lead_to_what_is_not_the_learners(graded):
    assert (
        "link.ipynb is a link, not a file. Hand in the notebook itself."
        in entry_of(graded, "link").line()
    )


@needs_sandbox
def test_nothing_outside_was_touched(graded):
    assert len(list(graded.folder.rglob("*.ipynb"))) == 1 + 1 + sum(
        e.file.endswith(".ipynb") for e in graded.batch.entries
    )
    assert (graded.out / "results" / "batch.json").exists()


@needs_sandbox
def test_no_hidden_value_is_in_the_reports(graded):
    entry = entry_of(graded, "tells")
    (told,) = [result for result in entry.results if result.task == "add"]
    assert (told.got, told.printed, told.call) == ("ValueError", "", "add(<a number>, <a number>)")
    rng = Data(seed=5, hidden=True).rng
    hidden = [str(one) for one in rng.integers(10**12, 10**13, 2)]
    assert entry_of(graded, "smuggles").cells == []
    for path in [path for path in graded.out.rglob("*") if path.is_file()]:
        assert not any(value in path.read_text() for value in hidden), path


@needs_sandbox
def test_the_csv_has_a_row_for_each_task_and_no_formula(graded):
    rows = list(csv.DictReader((graded.out / "grades.csv").read_text().splitlines()))
    by_task = {(row["learner"], row["task"]): row for row in rows}
    assert by_task["none", "double"]["status"] == "wrong"
    assert by_task["none", "count"]["points"] == "3"
    assert by_task["three-deaths", ""]["points"] == ""
    assert by_task["twice", "count"]["points"] == "3"
    assert len([row for row in rows if row["learner"] == "twice"]) == 3
    assert "'=HYPERLINK(1)" in {row["learner"] for row in rows}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


@needs_sandbox
def test_the_json_says_everything(graded):
    content = json.loads((graded.out / "grades.json").read_text())
    assert content["seed"] == 5
    by_file = {one["file"]: one for one in content["submissions"]}
    assert by_file["cell-exit/cel renamed.ipynb"]["cells"] == [
        "code cell 5 ended its own process (exit code 1)"
    ]
    assert by_file["three-deaths/thr renamed.ipynb"]["points"] is None
    assert by_file["twice/z.ipynb"]["superseded_by"] == "twice/deep/a.ipynb"


@needs_sandbox
def test_every_learner_has_a_page_and_the_class_an_overview(graded):
    overview = (graded.out / "index.html").read_text()
    for learner in {entry.learner for entry in graded.batch.entries}:
        shown = html.escape(learner).encode("utf-8", "replace").decode()
        page = re.search(rf'<a href="learners/([^"]+)">{re.escape(shown)}</a>', overview)
        assert page, learner
        assert (graded.out / "learners" / page[1]).exists()
    assert "<td>raised TypeError</td>" in overview


@needs_sandbox
def test_the_overview_counts_misconceptions(graded):
    overview = (graded.out / "index.html").read_text()
    returned_none = re.search(r'<td class="number">(\d+)</td><td>It returned None,', overview)
    assert int(returned_none[1]) == 3
    assert "three-deaths" in overview.partition("<h2>Not graded")[2]


@needs_sandbox
def test_pages_are_plain_accessible_and_ask_nobody(graded):
    pages = [graded.out / "index.html", *(graded.out / "learners").iterdir()]
    assert len(pages) > 30
    for page in pages:
        text = page.read_text()
        assert text.startswith('<!doctype html>\n<html lang="en">')
        assert re.search(r"<title>[^<]+</title>", text)
        assert "<script" not in text
        assert "prefers-color-scheme: dark" in text
        assert not re.search(r'(src|href)="(https?:|//)', text)
        assert len(re.findall(r"<th[ >]", text)) == len(
            re.findall(r'<th scope="(?:col|row)"', text)
        )
        assert len(re.findall("<table", text)) == len(re.findall("<caption", text))
    assert (
        "&lt;script&gt;alert(1)&lt;/script&gt;"
        in (graded.out / "learners" / page_of("<b>bold")).read_text()
    )


def page_of(learner):
    from vdbcourse.grading.classroom.report import pages

    (name,) = pages.file_names([types.SimpleNamespace(learner=learner)]).values()
    return name


def test_pages_have_names_that_every_system_takes():
    names = [
        page_of(learner)
        for learner in ("ana", "Ana", "../ana", "ana/..", "CON:", "Ünal", "a" * 300, "", "\n")
    ]
    assert names[0] == "ana.html"
    assert len(set(map(str.lower, names))) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_-]{1,80}\.html", name) for name in names)


# --- the command `grade` --------------------------------------------------------------------------

QUICK = ("--jobs", 2, "--seconds", 8, "--memory", 1)


@needs_sandbox
def test_a_second_run_takes_what_was_graded_and_grades_what_is_new(run, tmp_path):
    write(tmp_path / "class" / "ana.ipynb", *SMALL_RIGHT)
    write(tmp_path / "class" / "bob.ipynb", SMALL, ADD)
    code, output, _ = run("grade", tmp_path / "class", "--out", tmp_path / "out", *QUICK)
    assert (code, "2 of 2 submissions graded" in output) == (0, True)
    write(tmp_path / "class" / "bob.ipynb", *SMALL_RIGHT)
    code, again, _ = run("grade", tmp_path / "class", "--out", tmp_path / "out", *QUICK)
    assert "1 of them were graded by an earlier run; --again" in again
    assert "bob | 02_small | 3 of 3 points" in again
    assert re.findall(r"seed (\d+)", again) == re.findall(r"seed (\d+)", output)
    code, anew, _ = run(
        "grade", tmp_path / "class", "--out", tmp_path / "out", "--again", "--seed", 7, *QUICK
    )
    assert "earlier run" not in anew
    assert "with seed 7." in anew


@needs_sandbox
def test_a_run_that_was_stopped_goes_on_where_it_was(tiny, tmp_path):
    for name in "abcd":
        write(tmp_path / "class" / f"{name}.ipynb", *SMALL_RIGHT, f"# {name}")

    def stop(entry, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch.grade(tmp_path / "class", tmp_path / "out", Options(limits=LIMITS), stop)
    found = batch.grade(
        tmp_path / "class", tmp_path / "out", Options(limits=LIMITS), lambda *_: None
    )
    assert found.kept >= 1
    assert [entry.points for entry in found.entries] == [3, 3, 3, 3]


@needs_sandbox
def test_nothing_is_graded_where_the_solution_itself_does_not_pass(
    run, tiny, tmp_path, monkeypatch
):
    write(tmp_path / "class" / "ana.ipynb", *SMALL_RIGHT)
    monkeypatch.setattr(manifest.Exercise, "master", write(tmp_path / "master.ipynb", SMALL, ADD))
    code, output, _ = run("grade", tmp_path / "class", "--out", tmp_path / "out", *QUICK)
    assert code == 1
    assert (
        "ana | 02_small | not graded | The course's own solution of 02_small does not pass on this"
        " machine" in output
    )


@not_on_windows
def test_without_bubblewrap_it_refuses_and_says_how_to_ask_for_less(run, tmp_path, monkeypatch):
    write(tmp_path / "class" / "ana.ipynb", *SMALL_RIGHT)
    monkeypatch.setenv("PATH", str(tmp_path))
    bubblewrap.program.cache_clear()
    code, _, errors = run("grade", tmp_path / "class", "--out", tmp_path / "out")
    assert code == 2
    assert len(errors.splitlines()) == 1
    assert "sudo apt install bubblewrap" in errors
    assert "--no-sandbox" in errors
    assert not (tmp_path / "out").exists()


@not_on_windows
def test_without_a_sandbox_the_limits_still_hold(run, tmp_path):
    write(
        tmp_path / "class" / "ana.ipynb",
        *SMALL_RIGHT,
        "print('x' * 10**8)",
        "large = bytearray(20 * 2**30)",
        "while True: pass",
    )
    write(
        tmp_path / "class" / "bob.ipynb",
        *SMALL_RIGHT,
        "def double(numbers): return sum(iter(int, 1))",
        "import os; os._exit(9)",
    )
    code, output, errors = run(
        "grade", tmp_path / "class", "--out", tmp_path / "out", "--no-sandbox", *QUICK
    )
    assert code == 0
    assert "No sandbox: the notebooks run with your permissions" in errors
    if sys.platform == "linux":
        assert (
            "ana | 02_small | 3 of 3 points | code cell 5 ended with MemoryError; code cell 6 was"
            " stopped" in output
        )
    assert (
        "bob | 02_small | 1 of 3 points | code cell 5 ended its own process (exit code 9); double:"
        " took too long" in output
    )


@not_on_windows
@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("nowhere", "is not a folder"),
        ("empty", "There is no notebook (*.ipynb)"),
        ("file", "is not a folder"),
    ],
)
def test_a_class_that_is_none_is_one_line(run, tmp_path, folder, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    code, _, errors = run("grade", tmp_path / folder, "--out", tmp_path / "out", "--no-sandbox")
    assert code == 2
    assert words in errors
    assert len(errors.splitlines()) == 2  # and the word that there is no sandbox


@not_on_windows
def test_a_folder_of_results_that_cannot_be_written_is_one_line(run, tmp_path):
    write(tmp_path / "class" / "ana.ipynb", *SMALL_RIGHT)
    (tmp_path / "out").write_text("a file")
    code, _, errors = run("grade", tmp_path / "class", "--out", tmp_path / "out", "--no-sandbox")
    assert code == 2
    assert "cannot be written: Not a directory. Name another folder: --out FOLDER" in errors


# --- the command `check` --------------------------------------------------------------------------


def test_a_right_notebook_passes_under_any_name(run, tmp_path):
    code, output, _ = run("check", write(tmp_path / "my copy (3).ipynb", *RIGHT))
    assert code == 0
    assert "Passed: count, 3 of 3 points" in output
    assert output.splitlines()[-1] == "6 of 6 points"


def test_what_passed_in_the_notebook_and_not_here_is_explained(run, tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "progress_file", lambda: tmp_path / "progress.json")
    progress.attempted("02_small", "double", 2)
    notebook = write(tmp_path / "x.ipynb", SMALL, ADD, "factor", DOUBLE.replace("2 *", "factor *"))
    code, output, _ = run("check", notebook)
    assert code == 1
    assert "Your code raised an error: double, 0 of" in output
    assert "It passed in your notebook. Here the kernel is fresh" in output
    assert "Code cell 3 ended with NameError: name 'factor' is not defined" in output
    assert "1 of 3 points" in output


def test_check_leaves_nothing_in_the_engines(run, tmp_path):
    code, output, _ = run(
        "check",
        write(
            tmp_path / "x.ipynb",
            *RIGHT,
            "import psycopg\nfrom vdbcourse import engines\nown ="
            " psycopg.connect(engines.postgres('01_tiny'), autocommit=True)",
            "own.execute('CREATE TABLE mine (id int)')",
        ),
    )
    assert code == 0, output
    with psycopg.connect(engines.postgres("tests")) as connection:
        left = (  # other checks may run beside this one
            "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'mine'"
        )
        assert connection.execute(left).fetchall() == []
    spaces.drop_schema(engines.postgres("tests"), spaces.space_name("tests"))


def test_check_in_json(run, tmp_path):
    code, output, _ = run("check", "--json", write(tmp_path / "x.ipynb", SMALL, ADD, "1 / 0"))
    found = json.loads(output)
    assert (code, found["points"], found["of"]) == (1, 1, 3)
    assert found["cells"] == ["code cell 3 ended with ZeroDivisionError: division by zero"]
    assert [task["status"] for task in found["tasks"]] == ["passed", "not attempted"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "does not exist."),
        ("def f(): pass", "is not a notebook: it is not JSON. Save it in JupyterLab as .ipynb."),
        ('{"cells": []}', "opens no exercise: no cell calls exercise"),
        ([], "opens no exercise"),
        (["# exercise('01_tiny')"], "opens no exercise"),
        (
            ["ex = exercise('99_no_such')"],
            "There is no exercise '99_no_such'. Exercises: 01_tiny, 02_small.",
        ),
        (
            ["ex = exercise('01_tiny')\nex = exercise('02_other')"],
            "opens more than one exercise (01_tiny, 02_other)",
        ),
    ],
)
def test_what_cannot_be_checked_is_one_line(run, tmp_path, content, words):
    path = tmp_path / "x.ipynb"
    if isinstance(content, list):
        write(path, *content)
    elif content is not None:
        path.write_text(content)
    code, _, errors = run("check", path)
    assert code == 2
    assert words in errors
    assert len(errors.splitlines()) == 1
