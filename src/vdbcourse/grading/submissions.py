"""Notebooks handed in: find them, read them as plain text, and see which exercise each one is for. Nothing in them runs here."""

import hashlib
import json
import os
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import nbformat

from vdbcourse.errors import CourseError
from vdbcourse.grading import manifest
from vdbcourse.grading.manifest import Exercise

MOST_BYTES = 20 * 2**20
CALL = re.compile(r"""^[^#\n]*\bexercise\(\s*(["'])([^"'\n]*)\1""", re.MULTILINE)


@dataclass(frozen=True)
class Submission:
    """One notebook. cells: its code cells; digest: of the file's bytes; saved: seconds since the epoch."""

    path: Path
    exercise: Exercise
    cells: tuple[str, ...]
    digest: str
    saved: float


def read(path: Path) -> Submission:
    """The notebook in `path`. Raises `CourseError` if it is none, or says no exercise that there is."""
    try:
        content, saved = content_of(path), path.stat().st_mtime
    except OSError as error:
        raise CourseError(f"{path.name} cannot be read: {error.strerror}.") from error
    cells = tuple(code_cells(path.name, content))
    return Submission(path, exercise_of(path.name, cells), cells, hashlib.sha256(content).hexdigest(), saved)


def read_handed_in(path: Path) -> Submission:
    """Like `read`, for a file that somebody else put there: a link may lead to what is not theirs, so it is refused."""
    if path.is_symlink():
        raise CourseError(f"{path.name} is a link, not a file. Hand in the notebook itself.")
    return read(path)


def content_of(path: Path) -> bytes:
    """The bytes of the file. Raises `CourseError` if it is no file, or a very large one, `OSError` if it cannot be read."""
    if not path.is_file():
        raise CourseError(f"{path.name} is not a file." if path.exists() else f"{path} does not exist.")
    if path.stat().st_size > MOST_BYTES:
        raise CourseError(f"{path.name} is larger than {MOST_BYTES // 2**20} MB. Clear its outputs and save it again.")
    return path.read_bytes()


def code_cells(name: str, content: bytes) -> list[str]:
    """The sources of the code cells. Raises `CourseError` if the bytes are no notebook."""
    try:
        json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CourseError(f"{name} is not a notebook: it is not JSON. Save it in JupyterLab as .ipynb.") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", nbformat.validator.MissingIDFieldWarning)
            cells = nbformat.reads(content.decode("utf-8-sig"), as_version=4).cells
        sources = [cell.source for cell in cells if cell.cell_type == "code"]
    except Exception as error:  # noqa: BLE001 # boundary: a learner's file, in which anything may be anything
        raise CourseError(f"{name} is not a notebook: it has no cells as a notebook has. Save it in JupyterLab.") from error
    if not all(isinstance(source, str) for source in sources):
        raise CourseError(f"{name} is not a notebook: a cell of it is no text. Save it in JupyterLab.")
    return sources


def exercise_of(name: str, cells: tuple[str, ...]) -> Exercise:
    """The exercise that the code opens with `exercise("...")`: a file may have any name."""
    named = list(dict.fromkeys(found[2] for source in cells for found in CALL.finditer(source)))
    if not named:
        raise CourseError(f'{name} opens no exercise: no cell says exercise("..."). Keep the first code cell of the exercise.')
    if len(named) > 1:
        raise CourseError(f"{name} opens more than one exercise ({', '.join(named)[:200]}). Hand in one notebook for each.")
    return manifest.exercise(named[0][:100])


def find(folder: Path, without: Path) -> list[Path]:
    """Every .ipynb below `folder`, but for checkpoints, hidden folders and what is in `without`. Links are not followed.

    Raises `CourseError` if there is no folder, or no notebook in it.
    """
    if not folder.is_dir():
        raise CourseError(f"{folder} is not a folder. Name the folder that holds the notebooks handed in.")
    found = []
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith(".") and Path(where, one).resolve() != without.resolve())
        found += [Path(where, name) for name in sorted(names) if name.endswith(".ipynb") and not name.startswith(".")]
    if not found:
        raise CourseError(f"There is no notebook (*.ipynb) in {folder} or below it.")
    return found


def learner_of(path: Path, folder: Path) -> str:
    """Whose it is: the first folder below `folder`, or the file's name where it lies in `folder` itself."""
    parts = path.relative_to(folder).parts
    return parts[0] if len(parts) > 1 else path.stem
