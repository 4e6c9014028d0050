"""The form of every notebook; nbval (run by the same `./course test`) runs them and compares their
outputs.
"""

import re

import nbformat
import pytest

from vdbcourse import lessons, settings

NOTEBOOKS = sorted(settings.root().glob("chapters/**/[!.]*.ipynb"))
NOTEBOOKS = [path for path in NOTEBOOKS if ".ipynb_checkpoints" not in path.parts]
MASTERS = sorted(settings.root().glob("solutions/*.ipynb"))  # their own form: test_exercises.py
EXERCISES = sorted(settings.root().glob("exercises/*.ipynb"))
LESSONS = [
    path for path in NOTEBOOKS if path.parent.name != "chapters"
]  # start.ipynb and quiz.ipynb are none


FLOAT = re.compile(r"(?<![\w.,/-])-?\d*\.\d+(?:e[+-]?\d+)?(?![\w.])")
STABLE_DIGITS = 6  # of a float32, which is summed in another order on another day


def names(path):
    return path.stem


def cells(path, kind):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def test_there_are_notebooks():
    assert len(LESSONS) == len(lessons.lessons()) >= 1


@pytest.mark.parametrize("path", NOTEBOOKS + MASTERS, ids=names)
def test_executed_top_to_bottom_without_errors(path):
    code = cells(path, "code")
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        errors = [output for output in cell.outputs if output.output_type == "error"]
        assert not errors or "raises-exception" in cell.metadata.get("tags", [])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
def test_cells_are_short_and_say_why(path):
    for cell in cells(path, "code"):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert lines[0].startswith("# "), f"no comment: {lines[0]}"
        assert len(lines) <= 11, f"{len(lines)} lines: {lines[0]}"
        assert max(map(len, lines)) <= 120, lines[0]


@pytest.mark.parametrize("path", NOTEBOOKS + MASTERS, ids=names)
def test_prose_is_short(path):
    for cell in cells(path, "markdown"):
        unfolded = re.sub(r"<details>.*?</details>", "", cell.source, flags=re.DOTALL)
        words = [word for word in unfolded.split() if re.search(r"\w", word)]
        assert len(words) <= 120, f"{len(words)} words: {cell.source[:60]}"


@pytest.mark.parametrize("path", NOTEBOOKS + MASTERS, ids=names)
def test_outputs_are_small_and_hold_no_path_of_a_machine(path):
    for cell in cells(path, "code"):
        text = str(cell.outputs)
        assert len(text) < 20_000
        assert not re.search(r"/home/|/root/|/tmp/|/work/|C:\\\\", text), cell.source[:60]
        assert "stderr" not in text, cell.source[:60]


@pytest.mark.parametrize("path", NOTEBOOKS + MASTERS, ids=names)
def test_outputs_hold_no_digits_that_differ_from_run_to_run(path):
    """What nbval compares and what a reader compares: more digits than float32 keeps are noise."""
    for cell in cells(path, "code"):
        if "nbval-ignore-output" not in cell.metadata.get("tags", []):
            long = [
                number
                for number in FLOAT.findall(shown_text(cell))
                if digits(number) > STABLE_DIGITS
            ]
            assert not long, f"{long[:3]}: {cell.source[:60]}"


@pytest.mark.parametrize(
    ("number", "count"),
    [
        ("0.027764043", 8),
        ("-0.0277640", 5),
        ("12.5", 3),
        ("1.5e-07", 2),
        ("0.1", 1),
        ("1000.25", 6),
    ],
)
def test_the_digits_of_a_number_are_those_that_say_something(number, count):
    assert FLOAT.findall(f"a {number}, b") == [number]
    assert digits(number) == count


@pytest.mark.parametrize("path", NOTEBOOKS + MASTERS, ids=names)
def test_outputs_say_nothing_of_how_far_somebody_is(path):
    for cell in cells(path, "code"):
        assert not re.search(r"\d+ of \d+ lessons\.", str(cell.outputs)), (
            "store it with ./course author store"
        )


def shown_text(cell):
    texts = [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    ]
    return "\n".join(texts)


def digits(number):
    """Significant digits of a decimal number as written; zeros at the end are not counted."""
    return len(number.split("e")[0].lstrip("-").replace(".", "").strip("0"))


@pytest.mark.parametrize("path", LESSONS, ids=names)
def test_a_lesson_has_its_parts(path):
    text = "\n".join(cell.source for cell in cells(path, "markdown"))
    for part in (
        "After this lesson you can",
        "> **Predict.**",
        "> **Common pitfall.**",
        "> **Try this.**",
        "## Remember",
        "## Check yourself",
    ):
        assert part in text, part
    questions = re.findall(r"^\d\. ", text.split("## Check yourself")[1], re.MULTILINE)
    assert 2 <= len(questions) <= 3
    assert "Next: " in cells(path, "markdown")[-1].source
    assert f'lessons.finish("{path.parent.name}/{path.stem}")' in cells(path, "code")[-1].source


@pytest.mark.parametrize("path", NOTEBOOKS + MASTERS, ids=names)
def test_a_notebook_uses_its_own_space(path):
    source = "\n".join(cell.source for cell in cells(path, "code"))
    assert set(re.findall(r"engines\.(?:postgres|collection)\(\"([^\"]+)\"", source)) <= {path.stem}


@pytest.mark.parametrize(
    "path", NOTEBOOKS + MASTERS + EXERCISES, ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_links_to_other_notebooks_lead_somewhere(path):
    for target in re.findall(
        r"\]\(([^)#]+\.ipynb)\)", "\n".join(cell.source for cell in cells(path, "markdown"))
    ):
        assert (path.parent / target).exists(), target
