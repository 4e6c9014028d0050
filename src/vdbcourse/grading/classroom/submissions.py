"""Notebooks handed in: find them, read them as plain text, and see which exercise each one is for.
Nothing in them runs here.
"""

import hashlib
import json
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.warnings import MissingIDFieldWarning

from vdbcourse.errors import CourseError
from vdbcourse.grading import manifest
from vdbcourse.grading.manifest import Exercise

MOST_BYTES = 20 * 2**20
MOST_NAMES = 5  # of files named for a folder without a notebook
NOTEBOOK = ".ipynb"
ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".xz", ".bz2")
NOBODYS = (
    "__MACOSX",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
)  # left by systems in folders and archives
CALL = re.compile(r"""^[^#\n]*\bexercise\(\s*(["'])([^"'\n]*)\1""", re.MULTILINE)


@dataclass(frozen=True)
class Submission:
    """One notebook. cells: its code cells; digest: of the file's bytes; saved: seconds since the
    epoch.
    """

    path: Path
    exercise: Exercise
    cells: tuple[str, ...]
    digest: str
    saved: float


@dataclass(frozen=True)
class HandedIn:
    """A file or folder handed in, and why it cannot be graded, as far as its name and place
    show.
    """

    path: Path
    learner: str
    problem: str = ""


def read(path: Path) -> Submission:
    """The notebook in `path`. Raises `CourseError` if it is not one, or names no existing
    exercise.
    """
    try:
        content, saved = _content_of(path), path.stat().st_mtime
    except OSError as error:
        raise CourseError(f"{path.name} cannot be read: {error.strerror}.") from error
    cells = tuple(_code_cells(path.name, content))
    return Submission(
        path, _exercise_of(path.name, cells), cells, hashlib.sha256(content).hexdigest(), saved
    )


def _content_of(path: Path) -> bytes:
    """The bytes of the file. Raises `CourseError` if it is not a file or too large, `OSError` if it
    cannot be read.
    """
    if not path.is_file():
        raise CourseError(
            f"{path.name} is not a file." if path.exists() else f"{path} does not exist."
        )
    if path.stat().st_size > MOST_BYTES:
        raise CourseError(
            f"{path.name} is larger than {MOST_BYTES // 2**20} MB. Clear its outputs and save it"
            " again."
        )
    return path.read_bytes()


def _code_cells(name: str, content: bytes) -> list[str]:
    """The sources of the code cells. Raises `CourseError` if the bytes are not a notebook."""
    try:
        json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CourseError(
            f"{name} is not a notebook: it is not JSON. Save it in JupyterLab as .ipynb."
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MissingIDFieldWarning)
            cells = nbformat.reads(
                content.decode(json.detect_encoding(content)), as_version=4
            ).cells
        sources = [cell.source for cell in cells if cell.cell_type == "code"]
    except Exception as error:  # boundary: a learner's file, in which anything may be anything
        raise CourseError(
            f"{name} is not a notebook: it lacks the cells of a notebook. Save it in JupyterLab."
        ) from error
    if not all(isinstance(source, str) for source in sources):
        raise CourseError(
            f"{name} is not a notebook: one of its cells is not text. Save it in JupyterLab."
        )
    return sources


def _exercise_of(name: str, cells: tuple[str, ...]) -> Exercise:
    """The exercise that the code opens with `exercise("...")`: a file may have any name."""
    named = list(dict.fromkeys(call[2] for source in cells for call in CALL.finditer(source)))
    if not named:
        raise CourseError(
            f'{name} opens no exercise: no cell calls exercise("..."). Keep the first code cell of'
            " the exercise."
        )
    if len(named) > 1:
        raise CourseError(
            f"{name} opens more than one exercise ({', '.join(named)[:200]}). Hand in one notebook"
            " for each."
        )
    return manifest.exercise(named[0][:100])


def handed_in(folder: Path, without: Path) -> list[HandedIn]:
    """Everything below `folder` that somebody may have handed in, each with the reason if it cannot
    be graded.

    That is every notebook, everything that looks like one, and every learner's folder without any.
    Left out are hidden files, checkpoints and what is in `without`. Links are not followed. Raises
    `CourseError` if there is no folder, or nothing in it.
    """
    if not folder.is_dir():
        raise CourseError(
            f"{folder} is not a folder. Name the folder that holds the notebooks handed in."
        )
    items = list(_below(folder, folder, without))
    for path in sorted(folder.iterdir()):
        if (
            path.is_dir()
            and not _passed_over(path, without)
            and not any(item.path.is_relative_to(path) for item in items)
        ):
            items.append(HandedIn(path, _learner_of(path / "x", folder), _nothing_in(path)))
    if not items:
        raise CourseError(f"There is no notebook (*.ipynb) in {folder} or below it.")
    return sorted(items, key=lambda item: item.path)


def _below(where: Path, folder: Path, without: Path) -> Iterator[HandedIn]:
    """The files in `where` and its folders that are or look like notebooks, and the unreadable
    folders.
    """
    try:
        inside = sorted(where.iterdir())
    except OSError as error:
        yield HandedIn(
            where,
            _learner_of(where / "x", folder),
            f"The folder {where.name} cannot be read: {error.strerror}.",
        )
        return
    for path in inside:
        if path.is_symlink():
            why = f"{path.name} is a link, not a file. Hand in the notebook itself."
            if path.is_dir() or _looks_like_a_notebook(path.name):
                yield HandedIn(
                    path, _learner_of(path / "x" if path.is_dir() else path, folder), why
                )
        elif path.is_dir():
            if not _passed_over(path, without):
                yield from _below(path, folder, without)
        elif not path.name.startswith("."):
            if path.suffix.lower() == NOTEBOOK:
                yield HandedIn(path, _learner_of(path, folder))
            elif _looks_like_a_notebook(path.name):
                yield HandedIn(path, _learner_of(path, folder), _why_it_is_none(path))


def _passed_over(path: Path, without: Path) -> bool:
    """Is it a folder that no learner made?"""
    return path.name.startswith(".") or path.name in NOBODYS or path.resolve() == without.resolve()


def _looks_like_a_notebook(name: str) -> bool:
    """Is it a notebook under another name, or an archive, which may hold one?"""
    return NOTEBOOK in name.lower() or name.lower().endswith(ARCHIVES)


def _why_it_is_none(path: Path) -> str:
    """Why a file that looks like a notebook handed in is not graded."""
    if path.name.lower().endswith(ARCHIVES):
        return (
            f"{path.name} is an archive, which is not opened. Unpack it into a folder with the"
            " learner's name."
        )
    end = path.name.lower().index(NOTEBOOK) + len(NOTEBOOK)
    return (
        f"{path.name} does not end in {NOTEBOOK}. If it is a notebook, rename it: {path.name[:end]}"
    )


def _nothing_in(folder: Path) -> str:
    """What is in a folder without a notebook."""
    names = [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if not path.is_dir() and path.name not in NOBODYS
    ]
    if not names:
        return f"The folder {folder.name} is empty."
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return (
        f"The folder {folder.name} holds no notebook (*{NOTEBOOK}), only"
        f" {', '.join(names[:MOST_NAMES])}{more}."
    )


def _learner_of(path: Path, folder: Path) -> str:
    """The learner: the first folder below `folder`, or the file's name if it is in `folder` itself.

    (An archive made on Windows may have been unpacked into files whose names hold the folders.)
    """
    parts = path.relative_to(folder).as_posix().replace("\\", "/").split("/")
    if len(parts) > 1:
        return parts[0]
    at = parts[0].lower().find(NOTEBOOK)
    return parts[0][:at] if at > 0 else Path(parts[0]).stem


def namesakes(learners: Iterable[str]) -> dict[str, list[str]]:
    """{learner: others that differ only in capital letters or the encoding of accents}."""
    alike: dict[str, set[str]] = {}
    for name in learners:
        alike.setdefault(unicodedata.normalize("NFKC", name).casefold(), set()).add(name)
    return {
        name: sorted(group - {name}) for group in alike.values() if len(group) > 1 for name in group
    }
