"""The files that keep the results of a class from one run to the next."""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from vdbcourse import __version__, files
from vdbcourse.errors import CourseError
from vdbcourse.grading import manifest
from vdbcourse.grading.calls.in_subprocess import Output
from vdbcourse.grading.classroom.entry import Entry
from vdbcourse.grading.classroom.submissions import Submission
from vdbcourse.grading.manifest import Exercise
from vdbcourse.grading.result import Result
from vdbcourse.grading.sandbox.limits import Limits


@dataclass
class _Kept:
    """What is kept of a run, as stored in its file."""

    results: list[Result]
    task_seconds: list[float]
    cells: list[str]
    forced: list[str]
    outputs: list[Output]
    seconds: float


KEPT = [part.name for part in fields(_Kept)]


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

    def seed(self, requested: int | None, again: bool) -> int:
        """The requested seed, that of the batch this run continues, or a new one."""
        saved = files.read_json(self.batch)
        stored = saved.get("seed") if isinstance(saved, dict) else None
        seed = (
            requested
            if requested is not None
            else stored
            if stored is not None and not again
            else secrets.randbits(63)
        )
        files.write_json(self.batch, {"seed": seed})
        return seed

    def fill(self, entry: Entry, submission: Submission, seed: int, limits: Limits) -> bool:
        """Fill the entry with the result of an earlier run of the same file under the same
        conditions, if there is one.

        A damaged file is ignored: the submission is graded again.
        """
        content = files.read_json(self.path(submission, seed, limits))
        try:
            kept = TypeAdapter(_Kept).validate_json(json.dumps(content), strict=True)
        except ValidationError:
            return False
        if [result.task for result in kept.results] != [
            task.id for task in submission.exercise.tasks
        ]:
            return False
        for name in KEPT:
            setattr(entry, name, getattr(kept, name))
        return True

    def keep(self, entry: Entry, submission: Submission, seed: int, limits: Limits) -> None:
        """Save the result, unless there is none: then the next run tries again."""
        if not entry.problem:
            content = asdict(entry)
            files.write_json(
                self.path(submission, seed, limits), {name: content[name] for name in KEPT}
            )

    def path(self, submission: Submission, seed: int, limits: Limits) -> Path:
        """The file for this content, exercise, version of the course and its checks, seed and
        limits.
        """
        conditions = [
            submission.digest,
            submission.exercise.id,
            __version__,
            _checks_digest(submission.exercise),
            seed,
            asdict(limits),
        ]
        return (
            self.folder / f"{hashlib.sha256(json.dumps(conditions).encode()).hexdigest()[:32]}.json"
        )


def _checks_digest(exercise: Exercise) -> str:
    """A hash of the exercise's checks and its tasks."""
    digest = hashlib.sha256(repr(exercise).encode())
    for path in sorted((manifest.FOLDER / exercise.module.rpartition(".")[2]).glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
