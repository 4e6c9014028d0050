"""What is known of each submission of a class, and the files that keep it from one run
to the next.
"""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from vdbcourse import __version__, files
from vdbcourse.errors import CourseError
from vdbcourse.grading import manifest
from vdbcourse.grading.calls.in_subprocess import Output
from vdbcourse.grading.classroom.notebook_run import Graded
from vdbcourse.grading.classroom.submissions import Submission
from vdbcourse.grading.manifest import Exercise
from vdbcourse.grading.result import STATUSES, Result
from vdbcourse.grading.sandbox.limits import Limits


@dataclass
class Kept:
    """What is kept of a run, as it stands in its file."""

    results: list[Result]
    task_seconds: list[float]
    cells: list[str]
    forced: list[str]
    outputs: list[Output]
    seconds: float


KEPT = [part.name for part in fields(Kept)]


@dataclass
class Entry:
    """One submission. problem: why there is no grade; others: earlier files of the same learner for
    the same exercise; namesakes: other learners of nearly the same name.
    """

    learner: str
    file: str
    exercise: str = ""
    of: int = 0
    saved: float = 0.0
    results: list[Result] = field(default_factory=list)
    task_seconds: list[float] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    forced: list[str] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    problem: str = ""
    seconds: float = 0.0
    others: list[str] = field(default_factory=list)
    namesakes: list[str] = field(default_factory=list)
    superseded_by: str = ""

    def describe(self, found: Submission) -> None:
        """Take what is known before anything runs."""
        self.exercise, self.of, self.saved = found.exercise.id, found.exercise.points, found.saved

    def take(self, graded: Graded) -> None:
        """Take what came of the run."""
        self.results, self.task_seconds = list(graded.results), graded.seconds
        self.cells, self.forced, self.outputs, self.problem = (
            graded.cells,
            graded.forced,
            graded.outputs,
            graded.problem,
        )

    @property
    def points(self) -> int | None:
        """The points reached; None if it could not be graded: there is no grade from half a run."""
        return None if self.problem else sum(result.points for result in self.results)

    @property
    def ended(self) -> list[tuple[str, str]]:
        """What was stopped or ended its process: the cell or task, and what became of it."""
        cells = [("cells", line) for line in self.forced]
        return [*cells, *((result.task, result.ended) for result in self.results if result.ended)]

    @property
    def score(self) -> str:
        """The points in words."""
        return "not graded" if self.points is None else f"{self.points} of {self.of} points"

    @property
    def note(self) -> str:
        """What went wrong and what to know, in one line; empty when there is nothing to say."""
        broken = [
            f"{one.task}: {one.in_class}" for one in self.results if one.status in ("error", "time")
        ]
        said = [self.problem] if self.problem else [*self.cells, *broken]
        if len(said) > 2:
            said = [*said[:2], f"and {len(said) - 2} more"]
        if self.others:
            said.append(
                f"{len(self.others) + 1} files for this exercise, the one saved last counts:"
                f" {self.file}"
            )
        if self.namesakes:
            said.append(
                "is this one person? Names that differ in capital letters or accents alone:"
                f" {', '.join(self.namesakes)}"
            )
        if self.superseded_by:
            said.append(f"does not count: {self.superseded_by} was saved later")
        return one_line("; ".join(said))

    def line(self) -> str:
        """The submission in one line."""
        return one_line(
            " | ".join(
                filter(None, [self.learner, self.exercise or self.file, self.score, self.note])
            )
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"points": self.points, "note": self.note}


def one_line(words: str) -> str:
    """Without line breaks and control characters: names of files and folders are the learner's."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


class Store:
    """The folder of the results. Raises `CourseError` if it cannot be written."""

    def __init__(self, out: Path) -> None:
        self.folder = out / "results"
        self.batch = self.folder / "batch.json"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.batch.touch()
        except OSError as error:
            raise CourseError(
                f"{out} cannot be written: {error.strerror}. Name another folder: --out FOLDER"
            ) from error

    def seed(self, wanted: int | None, again: bool) -> int:
        """The seed that was asked for, that of the batch this run goes on with, or a new one."""
        saved = files.read_json(self.batch)
        known = saved.get("seed") if isinstance(saved, dict) else None
        seed = (
            wanted
            if wanted is not None
            else known
            if known is not None and not again
            else secrets.randbits(63)
        )
        files.write_json(self.batch, {"seed": seed})
        return seed

    def fill(self, entry: Entry, found: Submission, seed: int, limits: Limits) -> bool:
        """Fill the entry with the result of an earlier run of the same file under the same
        conditions, if there is one.

        A damaged file counts as none: then the submission is graded again.
        """
        content = files.read_json(self.path(found, seed, limits))
        try:
            kept = TypeAdapter(Kept).validate_json(json.dumps(content), strict=True)
        except ValidationError:
            return False
        if [result.task for result in kept.results] != [task.id for task in found.exercise.tasks]:
            return False
        if any(result.status not in STATUSES for result in kept.results):
            return False
        for name in KEPT:
            setattr(entry, name, getattr(kept, name))
        return True

    def keep(self, entry: Entry, found: Submission, seed: int, limits: Limits) -> None:
        """Write the result down, unless there is none: then the next run tries again."""
        if not entry.problem:
            content = asdict(entry)
            files.write_json(self.path(found, seed, limits), {name: content[name] for name in KEPT})

    def path(self, found: Submission, seed: int, limits: Limits) -> Path:
        """One file for each content, exercise, version of the course and its checks, seed and
        limits.
        """
        conditions = [
            found.digest,
            found.exercise.id,
            __version__,
            checks_digest(found.exercise),
            seed,
            asdict(limits),
        ]
        return (
            self.folder / f"{hashlib.sha256(json.dumps(conditions).encode()).hexdigest()[:32]}.json"
        )


def checks_digest(exercise: Exercise) -> str:
    """A hash of the exercise's checks and its tasks."""
    digest = hashlib.sha256(repr(exercise).encode())
    for path in sorted((manifest.FOLDER / exercise.module.rpartition(".")[2]).glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
