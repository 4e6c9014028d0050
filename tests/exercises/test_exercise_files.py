"""The form of the exercises: their masters in solutions/, and that exercises/ is what the masters
make.
"""

import ast
import json
import re

import nbformat
import pytest

from vdbcourse.authoring import exercise_notebook
from vdbcourse.grading import manifest, master_notebook

EXERCISES = list(manifest.exercises().values())
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)


def cells(exercise, kind):
    return [cell for cell in master_notebook.read(exercise).cells if cell.cell_type == kind]


def prose(exercise):
    return "\n\n".join(cell.source for cell in cells(exercise, "markdown"))


def is_reasoning(cell):
    return master_notebook.TAG in cell.metadata.get("tags", [])


def test_there_are_exercises():
    assert EXERCISES
    assert {exercise.master.name for exercise in EXERCISES} == {
        path.name for path in EXERCISES[0].master.parent.glob("*.ipynb")
    }


def test_every_exercise_is_what_its_master_makes():
    assert exercise_notebook.drifted() == []


@every_exercise
def test_an_exercise_holds_no_answer(exercise):
    text = "\n".join(cell.source for cell in nbformat.read(exercise.notebook, as_version=4).cells)
    for cell in master_notebook.read(exercise).cells:
        answers = (
            [cell.source]
            if is_reasoning(cell)
            else [match["code"] for match in master_notebook.BLOCK.finditer(cell.source)]
        )
        for answer in answers:
            assert answer.strip() not in text, answer
    assert master_notebook.STUB in text
    assert "SOLUTION" not in text


@every_exercise
def test_an_exercise_holds_no_outputs_and_no_metadata(exercise):
    notebook = json.loads(exercise.notebook.read_text(encoding="utf-8"))
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    for cell in notebook["cells"]:
        assert set(cell["metadata"].get("tags", [])) <= set(exercise_notebook.KEPT_TAGS)
        assert set(cell["metadata"]) <= {"tags"}
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@every_exercise
def test_a_stub_says_what_goes_in_and_what_comes_out(exercise):
    for cell in filter(master_notebook.is_solved, cells(exercise, "code")):
        for function in ast.parse(cell.source).body:
            if isinstance(function, ast.FunctionDef):
                doc = ast.get_docstring(function)
                for argument in {one.arg for one in function.args.args} - {"conn", "client"}:
                    assert re.search(rf"\b{argument}\b", doc), f"{function.name}: {argument}"


@every_exercise
def test_code_cells_are_short_and_say_why(exercise):
    for cell in cells(exercise, "code"):
        lines = [
            line
            for line in master_notebook.without_markers(cell.source).splitlines()
            if line.strip()
        ]
        assert lines[0].startswith("# "), f"no comment: {lines[0]}"
        assert len(lines) <= (30 if master_notebook.is_solved(cell) else 11), (
            f"{len(lines)} lines: {lines[0]}"
        )
        assert max(map(len, lines)) <= 120, lines[0]


@every_exercise
def test_boxes_are_those_of_the_lessons(exercise):
    text = prose(exercise)
    boxes = re.findall(r"^> \*\*([^*]+)\*\*", text, re.MULTILINE)
    assert {"Predict.", "Common pitfall.", "Try this."} <= set(boxes)
    assert len(boxes) == len(re.findall(r"(?:^|\n\n)> ", text)), "a box without a bold first word"


@every_exercise
def test_it_ends_with_questions_and_their_answers_folded(exercise):
    check = prose(exercise).split("## Check yourself")[1].split("## Go further")[0]
    questions, answers = check.split("<details><summary>Answers</summary>")
    asked = re.findall(r"^(\d)\. ", questions, re.MULTILINE)
    assert asked in (["1", "2"], ["1", "2", "3"])
    assert all(f"{number}. " in answers for number in asked)


@every_exercise
def test_the_reasoning_says_why(exercise):
    reasoning = [cell.source for cell in master_notebook.read(exercise).cells if is_reasoning(cell)]
    assert len(reasoning) >= len(exercise.tasks)
    assert all(text.startswith("**Why.**") for text in reasoning)


@every_exercise
def test_the_prerequisites_are_lessons_and_are_linked(exercise):
    first = cells(exercise, "markdown")[0].source
    for lesson in exercise.prerequisites:
        assert (exercise.master.parent.parent / "chapters" / f"{lesson}.ipynb").exists(), lesson
    assert re.findall(r"\]\(\.\./chapters/([^)]+)\.ipynb\)", first.splitlines()[2]), (
        "no lesson is linked after 'You need:'"
    )
