"""Exercises are made from their masters; a master that cannot become one is refused
with one line.
"""

import json

import nbformat
import pytest
import toy

from vdbcourse.authoring import exercise_notebook
from vdbcourse.cli.author_exercises import run
from vdbcourse.errors import CourseError
from vdbcourse.grading import manifest


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Install the toy and make its exercise; gives the exercise's file."""

    def made(*spoiled, **changes):
        toy.install(tmp_path, monkeypatch, *spoiled, **changes)
        exercise_notebook.write()
        return manifest.exercise("99_toy").notebook

    yield made
    monkeypatch.undo()
    toy.forget()


def sources(path):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


def test_a_solution_becomes_a_stub(make):
    stub = next(source for source in sources(make()) if "def share" in source)
    assert stub.splitlines()[0] == "# Divide."
    assert stub.endswith('a float from 0 to 1."""\n    return ...  # your answer')


def test_of_two_functions_in_one_cell_each_becomes_a_stub(make):
    both = f"{toy.SHARE}\n\n\n{toy.NEAREST.partition(chr(10))[2]}"
    cells = [
        ("code", both) if source == toy.SHARE else (kind, source)
        for kind, source in toy.CELLS
        if source != toy.NEAREST
    ]
    cells.insert(6, ("code", '# Check.\nex.check("nearest")'))
    stub = next(source for source in sources(make(cells=cells)) if "def share" in source)
    assert stub.count("    return ...  # your answer") == 2
    assert "wanted" not in stub
    assert "rows" not in stub.rpartition("return")[0].replace("k rows", "")


def test_the_reasoning_is_left_out_and_the_rest_stays_as_it_is(make):
    made = sources(make())
    assert not any("**Why.**" in source for source in made)
    assert made[0] == toy.FIRST
    assert len(made) == len(toy.CELLS) - 2


def test_nothing_is_kept_of_outputs_and_metadata(make):
    notebook = json.loads(make().read_text())
    assert notebook["metadata"] == exercise_notebook.METADATA
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert [cell["metadata"] for cell in notebook["cells"]] == [{}] * len(notebook["cells"])
    assert "answer is 42" not in str(notebook)
    assert all(
        cell["execution_count"] is None for cell in notebook["cells"] if cell["cell_type"] == "code"
    )


def test_cells_keep_their_ids(make):
    assert [cell.id for cell in nbformat.read(make(), as_version=4).cells][:7] == [
        f"cell-{n}" for n in (1, 2, 3, 4, 5, 6, 8)
    ]


def test_the_same_master_makes_the_same_file_and_writes_it_once(make):
    path = make()
    before, when = path.read_bytes(), path.stat().st_mtime_ns
    assert exercise_notebook.write() == []
    assert path.stat().st_mtime_ns == when
    path.unlink()
    assert exercise_notebook.write() == [path]
    assert path.read_bytes() == before


def test_what_drifted_is_named_and_nothing_is_written(make, capsys):
    path = make()
    assert run(check=True) == 0
    path.write_text(path.read_text().replace("Divide.", "Multiply."))
    changed = path.read_bytes()
    (path.parent / "98_old.ipynb").write_text("{}")
    assert run(check=True) == 1
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [
        "exercises/98_old.ipynb",
        "exercises/99_toy.ipynb",
    ]
    assert path.read_bytes() == changed
    path.unlink()
    assert run(check=True) == 1


def answered(cells):
    cells[4]["source"] = "def share(found, truth):\n    return 1"


def executed(cells):
    cells[1]["execution_count"] = 1


@pytest.mark.parametrize("work", [answered, executed])
def test_somebodys_work_is_not_overwritten(make, work):
    path = make()
    notebook = json.loads(path.read_text())
    work(notebook["cells"])
    path.write_text(json.dumps(notebook))
    before = path.read_bytes()
    with pytest.raises(
        CourseError,
        match=(
            r"^exercises/99_toy.ipynb was run or filled in, so it is not overwritten. Move it away"
        ),
    ):
        exercise_notebook.write()
    assert path.read_bytes() == before


def test_a_file_that_is_no_notebook_is_not_overwritten(make):
    path = make()
    path.write_text("my notes")
    with pytest.raises(CourseError, match="not overwritten"):
        exercise_notebook.write()


def test_a_master_that_is_missing(make, tmp_path):
    make()
    (tmp_path / "solutions" / "99_toy.ipynb").unlink()
    with pytest.raises(CourseError, match=r"99_toy.ipynb is missing in solutions/"):
        exercise_notebook.write()


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", "no notebook", '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}'],
)
def test_a_master_that_is_no_notebook(make, tmp_path, content):
    make()
    (tmp_path / "solutions" / "99_toy.ipynb").write_text(content)
    with pytest.raises(CourseError, match=r"solutions/99_toy.ipynb"):
        exercise_notebook.write()


BEGIN, END = "    ### BEGIN SOLUTION\n", "    ### END SOLUTION"
RETURN = "    return len(wanted & set(found)) / len(wanted)\n"
DOC = '    """Share of `truth` (ids) that is in `found` (ids): a float from 0 to 1."""\n'
PAIR = "does not pair: each BEGIN has one END, at the same indentation."
MISSING = "is missing or out of place."
TITLE = f"'# A toy: two small tasks\\n\\n*20 minutes. You need: ' {MISSING}"
LOOP = f"{DOC}    for one in truth:\n{BEGIN}        print(one)\n"

# By what is wrong with the master: cell, reason, and how the toy is spoiled for it.
REFUSED = {
    "another marker": (
        5,
        "'## BEGIN SOLUTION' must be '### BEGIN SOLUTION'.",
        (DOC + BEGIN, f"{DOC}    ## BEGIN SOLUTION\n"),
    ),
    "a marker with more": (
        5,
        "'### END SOLUTION of it' must be '### END SOLUTION'.",
        (RETURN + END, f"{RETURN}{END} of it"),
    ),
    "no end": (5, "'### BEGIN SOLUTION' without '### END SOLUTION'.", (RETURN + END, RETURN)),
    "no beginning": (5, f"'### END SOLUTION' {PAIR}", (DOC + BEGIN, DOC)),
    "two beginnings": (5, f"'### BEGIN SOLUTION' {PAIR}", (RETURN, RETURN + BEGIN)),
    "another indentation": (
        5,
        f"'### END SOLUTION' {PAIR}",
        (RETURN + END, f"{RETURN}### END SOLUTION"),
    ),
    "a marker in text": (
        3,
        "'### BEGIN SOLUTION' in a text cell.",
        ("Watch.", "Watch.\n### BEGIN SOLUTION"),
    ),
    "no Python": (
        5,
        "the solution is not Python: unmatched ')' (line 5).",
        (RETURN, RETURN.rstrip() + ")\n"),
    ),
    "a stub that is no Python": (
        5,
        (
            "the stub is not Python: expected an indented block after 'for' statement on line 4"
            " (line 5)."
        ),
        (DOC + BEGIN, LOOP),
    ),
    "no docstring": (
        5,
        "share has no docstring that says what it takes and what it returns.",
        (DOC, ""),
    ),
    "another function": (
        5,
        "it solves shares, which no task of the manifest asks for.",
        ("e.\ndef share(", "e.\ndef shares("),
    ),
    "not solved": (
        9,
        "share lacks '### BEGIN SOLUTION'.",
        ("# Ask.\n", "# Ask.\ndef share():\n    pass\n\n\n"),
    ),
    "no solution": (
        None,
        "no cell solves share of the task share.",
        (DOC + BEGIN, DOC),
        (RETURN + END, RETURN),
    ),
    "two solutions": (
        6,
        "share is solved a second time.",
        ('# Check.\nex.check("share")', toy.SHARE),
    ),
    "no check": (5, 'no cell with ex.check("share") comes after it.', ('ex.check("share")', "ex")),
    "no exercise": (
        None,
        'no cell opens the exercise: ex = exercise("99_toy")',
        ('ex = exercise("99_toy")', ""),
    ),
    "another exercise": (
        2,
        'exercise("98_toy") is not this one, exercise("99_toy").',
        ('e("99_toy")', 'e("98_toy")'),
    ),
    "another task": (
        3,
        "the manifest has no task 'sharing'.",
        ("Watch.", 'Watch `ex.hint("sharing")`.'),
    ),
    "another title": (None, TITLE, ("# A toy: two small tasks", "# A toy")),
    "other minutes": (None, TITLE, ("*20 minutes", "*25 minutes")),
    "nothing to learn": (
        None,
        f"'After this exercise you can' {MISSING}",
        ("After this exercise you can", "You can"),
    ),
    "no limits": (
        None,
        f"'This exercise does not teach' {MISSING}",
        ("This exercise does not teach", "No"),
    ),
    "no example": (None, f"'## Worked example\\n' {MISSING}", ("## Worked example", "## Example")),
    "other points": (
        None,
        f"'## Task 2: Nearest in SQL (2 points)\\n' {MISSING}",
        ("(2 points)", "(3 points)"),
    ),
    "no questions": (None, f"'## Check yourself\\n' {MISSING}", ("## Check yourself", "## Check")),
    "nothing further": (None, f"'## Go further\\n' {MISSING}", ("## Go further", "## Farther")),
    "no progress": (13, "the last code cell ends with ex.progress().", ("ex.progress()", "ex")),
}


@pytest.mark.parametrize(
    ("cell", "reason", "spoiled"), [(c, r, s) for c, r, *s in REFUSED.values()], ids=list(REFUSED)
)
def test_a_master_that_cannot_become_an_exercise(make, cell, reason, spoiled):
    with pytest.raises(CourseError) as refused:
        make(*spoiled)
    assert (
        str(refused.value) == f"solutions/99_toy.ipynb{f', cell {cell}' if cell else ''}: {reason}"
    )
    assert not manifest.exercise("99_toy").notebook.exists()


def without(number):
    return [cell for n, cell in enumerate(toy.CELLS, start=1) if n != number]


def test_a_task_without_reasoning(make):
    with pytest.raises(
        CourseError, match="cell 5: no reasoning comes after it: a cell with the tag 'solution'"
    ):
        make(cells=without(7))


def test_a_solved_cell_without_a_function_of_the_manifest(make):
    method = (
        f'# Divide.\nclass Share:\n    def share(self):\n        """1."""\n    {BEGIN}       '
        f" return 1\n    {END}"
    )
    with pytest.raises(CourseError, match="cell 5: it defines no function of the manifest"):
        make(
            cells=[
                ("code", method) if source == toy.SHARE else (kind, source)
                for kind, source in toy.CELLS
            ]
        )


def test_an_example_after_the_first_task_is_too_late(make):
    cells = without(3)
    with pytest.raises(CourseError, match="'## Task 1: Share of the truth .* out of place"):
        make(cells=[*cells[:6], toy.CELLS[2], *cells[6:]])


def test_ids_that_are_not_cells_own(make, tmp_path):
    make()
    path = tmp_path / "solutions" / "99_toy.ipynb"
    path.write_text(path.read_text().replace('"cell-2"', '"cell-1"'))
    with pytest.raises(
        CourseError, match=r"solutions/99_toy.ipynb, cell 2: the id cell-1 is also that of cell 1."
    ):
        exercise_notebook.write()


def test_a_master_without_ids(make, tmp_path):
    make()
    path = tmp_path / "solutions" / "99_toy.ipynb"
    content = json.loads(path.read_text())
    del content["cells"][0]["id"]
    path.write_text(json.dumps(content | {"nbformat_minor": 4}))
    with pytest.raises(
        CourseError, match="cell 1: no cell id. Store it with: ./course author store"
    ):
        exercise_notebook.write()
