"""A class and a single notebook, graded from the command line: a small exercise of the test's own, and every kind of trouble."""

import csv
import html.parser
import json
import os
import re
import socket
import sys
import textwrap
import types
from pathlib import Path

import nbformat
import psycopg
import pytest
import yaml
from test_sandbox import why_there_is_no_sandbox

from vdbcourse import engines, progress
from vdbcourse.cli.app import main
from vdbcourse.engines import spaces
from vdbcourse.grading import batch, manifest, sandbox
from vdbcourse.grading.answers import Answer
from vdbcourse.grading.batch import Options
from vdbcourse.grading.data import Data
from vdbcourse.grading.limits import Limits
from vdbcourse.grading.manifest import check

needs_sandbox = pytest.mark.skipif(bool(why_there_is_no_sandbox()), reason=str(why_there_is_no_sandbox()))
LIMITS = Limits(seconds=8, memory=1, processes=16, disk=0.125)


# --- an exercise of three tasks ----------------------------------------------------------------------------------------------


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
    data.postgres.run("CREATE TABLE item AS SELECT generate_series(1, %s) AS id", [int(data.rng.integers(5, 50))])
    count.on_data(data.postgres.conn).equals(data.postgres.run("SELECT count(*) FROM item")[0][0], "Every row.")


MANIFEST = {
    "id": "01_tiny",
    "title": "A tiny exercise",
    "level": "beginner",
    "minutes": 10,
    "prerequisites": ["1_concepts/01_first_search"],
    "objective": "Show that grading works for good and bad.",
    "teaches": ["nothing"],
    "leaves_out": ["everything"],
    "engines": ["postgres"],
    "tasks": [
        {"id": name, "title": f"The task {name}", "functions": [name], "points": points, "seconds": 1, "hints": ["a" * 20] * 3}
        for name, points in (("add", 1), ("double", 2), ("count", 3))
    ],
}
OPEN = 'from vdbcourse.exercises import exercise\nex = exercise("01_tiny")'
ADD = "def add(a, b): return a + b"
DOUBLE = "def double(numbers): return [2 * n for n in numbers]"
COUNT = "def count(conn): return conn.execute('SELECT count(*) FROM item').fetchone()[0]"
RIGHT = (OPEN, ADD, DOUBLE, COUNT)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The manifest with one exercise, whose checks are those above."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "manifest.schema.json").write_text((manifest.FOLDER / "manifest.schema.json").read_text())
    (folder / "manifest.yaml").write_text(yaml.safe_dump({"exercises": [MANIFEST]}))
    write(folder / "master.ipynb", *RIGHT)
    package, module = types.ModuleType("vdbcourse.exercises.tiny"), types.ModuleType("vdbcourse.exercises.tiny.checks")
    vars(module).update(add=check_add, double=check_double, count=check_count)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "FOLDER", folder)
        patch.setattr(manifest.Exercise, "master", folder / "master.ipynb")
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
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(textwrap.dedent(cell)) for cell in cells]), path)
    return path


@pytest.fixture
def run(tiny, capsys, monkeypatch):
    """Run the command line in this process, where the exercise of the test is known: exit code, output, errors."""

    def command(*words):
        monkeypatch.setattr(sys, "argv", ["vdbcourse", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code or 0, *capsys.readouterr())

    return command


# --- a class in which much goes wrong ----------------------------------------------------------------------------------------

CASES = {  # learner: (cells after the right answers, points of 6, words of the line, words of the result of `double`)
    "missing": (["del double"], 4, "double: your code raised an error", "removed again by a later cell"),
    "never-written": (None, 4, "", "No cell of the notebook defines `double`"),
    "stub": (["def double(numbers): return ..."], 4, "", "still returns `...`"),
    "text": (["def double(numbers): return 'none'"], 4, "", "It gave a text; asked for is a list of 2"),
    "none": (["def double(numbers): pass"], 4, "", "It returned None"),
    "exception": (["def double(numbers): return numbers / 0"], 4, "double: your code raised an error", "at line 1 of its cell"),
    "endless": (["def double(numbers):\n    while True: pass"], 4, "double: took too long", "a loop that never ends?"),
    "stubborn": (["def double(numbers): return sum(iter(int, 1))"], 4, "double: took too long", "could not be interrupted"),
    "generator": (["def double(numbers): return (2 * n for n in numbers)"], 4, "", "wrap it in list(...)"),
    "nan": (["def double(numbers): return [float('nan')] * 2"], 4, "", "Each number twice"),
    "mutated": (["def double(numbers):\n    numbers += numbers\n    return [2, 4]"], 4, "", "changed its argument `numbers`"),
    "printer": (["print('x' * 10**8)\ndef double(numbers): print('x' * 10**8)"], 4, "", "It returned None"),
    "exits": (["def double(numbers): raise SystemExit"], 4, "double: your code raised an error", "raised this error"),
    "os-exit": (["def double(numbers): import os; os._exit(0)"], 4, "ended its own process (exit code 0)", "ended its own"),
    "memory": (["def double(numbers): return bytearray(20 * 2**30)"], 4, "double: your code raised", "raised this error"),
    "fork-bomb": (["import os\nwhile True: os.fork()"], 6, "code cell 5 started more than 16 processes", ""),
    "fork-in-call": (["import os\ndef double(n):\n  while True: os.fork()"], 4, "started more than 16 processes", "Your code started"),
    "cell-loop": (["while True: pass"], 6, "code cell 5 was stopped after", ""),
    "cell-exit": (["import os; os._exit(1)"], 6, "code cell 5 ended its own process (exit code 1)", ""),
    "cell-sys-exit": (["import sys; sys.exit()", "exit()"], 6, "code cell 5 ended with SystemExit", ""),
    "syntax": (["def broken(:"], 6, "code cell 5 ended with SyntaxError: invalid syntax (line 1)", ""),
    "magic": (["%time 1\n!true\nimport asyncio\nawait asyncio.sleep(0)"], 6, "", ""),
    "patches": (
        [
            """
            import builtins, sys, vdbcourse.grading
            from vdbcourse.grading import answers, calls, checking, plain, results
            answers.Reply.equals = answers.Answer.__call__ = checking.run = results.Result.passed = lambda *_, **__: True
            answers.NotYet = builtins.Exception = type("Quiet", (), {})
            sys.modules["vdbcourse.exercises"].exercise = sys.modules["vdbcourse.grading"] = None
            def double(numbers): return type("Equal", (list,), {"__eq__": lambda *_: True, "__len__": lambda _: 2})()
            """
        ],
        4,
        "",
        "It gave",
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
        "wrote something of its own where only answers go",
        "wrote something",
    ),
    "order": (["use_later()", "def use_later(): pass"], 6, "code cell 5 ended with NameError: name 'use_later'", ""),
    "three-deaths": (["import os\ndef add(*_): os._exit(1)\ndouble = count = add"], None, "its process ended 3 times", ""),
    "deletes": (["import os, shutil\nos.system('rm -rf ~ {folder} {out} 2>/dev/null')\nshutil.rmtree('/', True)"], 6, "", ""),
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
    "kills": (["import os\nfor pid in (os.getppid(), 1, -1, {pid}):\n  try: os.kill(pid, 9)\n  except OSError: pass"], 6, "", ""),
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
        "count: your code raised an error",
        "",
    ),
    "locks": (
        ["def count(conn): conn.execute('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()')"],
        3,
        "count: your code raised an error",
        "",
    ),
    "tells": (
        ["def add(a, b):\n    if a > 9:\n        print('secret', a)\n        raise ValueError(f'{{a}} and {{b}}')\n    return a + b"],
        5,
        "add: your code raised an error",
        "",
    ),
    "<b>bold</b>": (["raise ValueError('<script>alert(1)</script>')"], 6, "<script>", ""),
    "=HYPERLINK(1)": ([], 6, "", ""),
}
NO_NOTEBOOKS = {
    "picture/photo.ipynb": (b"\x89PNG", "photo.ipynb is not a notebook: it is not JSON"),
    "empty/empty.ipynb": (b"", "empty.ipynb is not a notebook"),
    "object/object.ipynb": (b'{"cells": 3}', "object.ipynb is not a notebook: it has no cells"),
    "nested/nested.ipynb": (b"[" * 100_000, "nested.ipynb is not a notebook"),
    "other/lesson.ipynb": (b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "opens no exercise"),
}


@pytest.fixture(scope="module")
def graded(tiny, tmp_path_factory):
    """The class above, graded in one batch: the batch, the folder of the report, and the line of each learner."""
    folder, out = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("out")
    with socket.create_server(("127.0.0.1", 0)) as server:
        known = {"folder": folder, "out": out, "port": server.getsockname()[1], "pid": os.getpid()}
        known["secrets"] = [str(path) for path in (tiny, folder, out, sandbox.PACKAGE / "exercises" / "manifest.yaml")]
        for name, (cells, *_) in CASES.items():
            extra = [cell.format(**known) if re.search(r"\{(folder|port|pid|secrets)\}|\{\{", cell) else cell for cell in cells or []]
            write(folder / name / f"{name[:3]} renamed.ipynb", *(RIGHT if cells is not None else (OPEN, ADD, COUNT)), *extra)
        for name, (content, _) in NO_NOTEBOOKS.items():
            (folder / name).parent.mkdir()
            (folder / name).write_bytes(content)
        older = write(folder / "twice" / "z.ipynb", OPEN, ADD)
        os.utime(older, (1, 1))
        write(folder / "twice" / "deep" / "a.ipynb", *RIGHT)
        write(folder / "alone.ipynb", *RIGHT)
        write(folder / ".ipynb_checkpoints" / "alone-checkpoint.ipynb", OPEN)
        lines = []
        found = batch.grade(folder, out, Options(jobs=3, limits=LIMITS, seed=5), lambda entry, _: lines.append(entry.line()))
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.accept()
    from vdbcourse.grading import report

    report.write(found, out)
    return types.SimpleNamespace(batch=found, out=out, folder=folder, lines=lines)


def entry_of(graded, learner):
    return next(entry for entry in graded.batch.entries if entry.learner == learner and not entry.superseded_by)


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
