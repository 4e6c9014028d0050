"""The learner's copies of the notebooks, in `my-notebooks/`: the lab opens these, so the originals
stay as they were published, and a new version of the course never meets a learner's changes.

A copy that the learner has not changed follows its original. One that was changed stays, and the
new version of the original is put beside it.
"""

import hashlib
import itertools
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from vdbcourse import files, settings

FOLDER = "my-notebooks"
ORIGINALS = ("chapters", "exercises")
TYPES = {".ipynb", ".md"}
NOTE = ".copies.json"  # {path of the original: {"original": its sha256, "text": its text's}}


def folder() -> Path:
    """Where the copies are: in the course's folder; in VDBCOURSE_HOME if that is set, because
    several learners may then use one course folder.
    """
    if settings.value("VDBCOURSE_HOME") is not None:
        return settings.home_path() / FOLDER
    return settings.root() / FOLDER


def update() -> list[str]:
    """Bring the copies up to date; returns a line for each original whose new version was put
    beside a copy that the learner has changed.

    Raises `CourseError` if they cannot be written.
    """
    settings.home()
    note_path = folder() / NOTE
    folder().mkdir(parents=True, exist_ok=True)
    with files.locked(note_path):
        note = _note()
        lines, originals = [], _originals()
        for name, original in originals.items():
            noted = note.get(name, {})
            version = hashlib.sha256(original.read_bytes()).hexdigest()
            copy = folder() / name
            text = _text(original)
            if not copy.exists() or _text(copy) in (text, noted.get("text")):
                if (
                    not copy.exists()
                    or _text(copy) != text
                    or noted.get("original", version) != version
                ):
                    files.write_atomically(copy, original.read_bytes())
                note[name] = {"original": version, "text": text}
            elif noted.get("original") != version:
                beside = _beside(copy, original)
                note[name] = noted | {"original": version}
                lines.append(
                    f"{copy.name} has a new version. Yours stays as it is; the new one is"
                    f" {beside.relative_to(folder())}"
                )
        for copy in _unchanged(set(note) - originals.keys()):
            copy.unlink()  # the course has no such notebook any more
        files.write_json(note_path, {name: note[name] for name in originals})
    return lines


def unchanged() -> list[Path]:
    """The copies whose text is that of the original they were made from."""
    return _unchanged(_note())


def remove_unchanged() -> None:
    """Remove these copies; if only hidden files are left (notes and checkpoints), the folder as
    well.
    """
    for path in unchanged():
        path.unlink()
    rest = (path.relative_to(folder()) for path in folder().rglob("*") if path.is_file())
    if all(_is_hidden(path) for path in rest):
        shutil.rmtree(folder())


def of(path: Path) -> Path:
    """The copy of an original; any other path as it is."""
    place = path.resolve()
    if not place.is_relative_to(settings.root().resolve()):
        return path
    name = place.relative_to(settings.root().resolve())
    copy = folder() / name
    return copy if set(name.parts[:1]) & set(ORIGINALS) and copy.is_file() else path


def with_answers(path: Path) -> Path:
    """The copy of an original, if the learner has worked in the copy and not in the original."""
    copy = of(path)
    if copy == path or not path.is_file() or _text(copy) == _text(path):
        return path
    noted = _note().get(copy.relative_to(folder()).as_posix(), {})
    version = hashlib.sha256(path.read_bytes()).hexdigest()
    return copy if noted.get("original") == version else path


def _unchanged(names: Iterable[str]) -> list[Path]:
    note = _note()
    return [
        folder() / name
        for name in names
        if (folder() / name).exists() and _text(folder() / name) == note[name].get("text")
    ]


def _note() -> dict[str, dict[str, Any]]:
    """What is noted of each copy; nothing where the note is missing or damaged."""
    content = files.read_json(folder() / NOTE)
    entries = content.items() if isinstance(content, dict) else ()
    return {name: entry for name, entry in entries if isinstance(entry, dict)}


def _originals() -> dict[str, Path]:
    """The originals by their path in the course's folder."""
    root = settings.root()
    paths = itertools.chain.from_iterable((root / part).rglob("*") for part in ORIGINALS)
    return {
        path.relative_to(root).as_posix(): path
        for path in sorted(paths)
        if path.suffix in TYPES and not _is_hidden(path.relative_to(root))
    }


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _text(path: Path) -> str:
    """A hash of what the learner may have changed: the cells' text without their outputs."""
    content = path.read_bytes()
    try:
        cells = [
            (cell["cell_type"], "".join(cell["source"])) for cell in json.loads(content)["cells"]
        ]
        content = json.dumps(cells).encode()
    except (ValueError, LookupError, TypeError):  # not a notebook: every byte counts
        pass
    return hashlib.sha256(content).hexdigest()


def _beside(copy: Path, original: Path) -> Path:
    """Put `original` beside `copy`, under a name that is free or holds the same; returns it."""
    names = (
        copy.with_stem(f"{copy.stem} (new version{number})")
        for number in itertools.chain([""], (f" {count}" for count in itertools.count(2)))
    )
    beside = next(name for name in names if not name.exists() or _text(name) == _text(original))
    files.write_atomically(beside, original.read_bytes())
    return beside
