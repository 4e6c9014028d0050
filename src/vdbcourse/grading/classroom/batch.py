"""Grade the notebooks of a class: each in a sandbox, several at a time, every result saved as soon
as it is ready.
"""

import contextlib
import sys
import time
from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from vdbcourse import progress_bar
from vdbcourse.errors import CourseError
from vdbcourse.grading import master_notebook
from vdbcourse.grading.calls.in_subprocess import InSubprocess
from vdbcourse.grading.classroom import notebook_run, submissions
from vdbcourse.grading.classroom.entry import Entry
from vdbcourse.grading.classroom.environment import ClassEngines
from vdbcourse.grading.classroom.store import Store
from vdbcourse.grading.classroom.submissions import Submission
from vdbcourse.grading.manifest import Exercise
from vdbcourse.grading.sandbox import bubblewrap
from vdbcourse.grading.sandbox.limits import Limits


@dataclass(frozen=True)
class Options:
    """How to grade. seed: of the hidden data (None: that of an earlier run into the same folder,
    else a random one).
    """

    jobs: int = 1
    limits: Limits = Limits()
    confined: bool = True
    seed: int | None = None
    again: bool = False


@dataclass
class Batch:
    """What is graded, and with which seed. entries: in the order of the files; kept: how many an
    earlier run had graded.
    """

    entries: list[Entry]
    seed: int
    kept: int = 0
    when: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def whole(self) -> bool:
        """Could every submission be graded?"""
        return not any(entry.problem for entry in self.entries)


def grade(folder: Path, out: Path, options: Options, done: Callable[[Entry, int], None]) -> Batch:
    """Grade every notebook below `folder`, name what else was handed in, and keep the results in
    `out`.

    `done(entry, of)` is called for each one.

    Raises `CourseError` if there is nothing to grade, no place for results, or no sandbox.
    """
    if sys.platform == "win32":
        raise CourseError(
            "A class is graded on Linux, or with --no-sandbox on macOS. On Windows, run it in WSL."
        )
    if options.confined:
        bubblewrap.program()
    files = submissions.handed_in(folder, without=out)
    store = Store(out)
    seed = store.seed(options.seed, options.again)
    batch = Batch(
        [
            Entry(file.learner, file.path.relative_to(folder).as_posix(), problem=file.problem)
            for file in files
        ],
        seed,
    )
    alike = submissions.namesakes(entry.learner for entry in batch.entries)
    waiting: list[tuple[Entry, Submission]] = []
    for file, entry in zip(files, batch.entries, strict=True):
        entry.namesakes = alike.get(entry.learner, [])
        if entry.problem:
            continue
        try:
            submission = submissions.read(file.path)
        except CourseError as error:
            entry.problem = str(error)
            continue
        entry.describe(submission)
        if not options.again and store.fill(entry, submission, seed, options.limits):
            batch.kept += 1
        else:
            waiting.append((entry, submission))
    _let_the_last_count(batch.entries)
    ungraded = {id(entry) for entry, _ in waiting}
    for entry in batch.entries:
        if id(entry) not in ungraded:
            done(entry, len(files))
    with contextlib.closing(_graded(waiting, seed, options)) as ready:
        for entry, submission in ready:
            store.keep(entry, submission, seed, options.limits)
            done(entry, len(files))
    return batch


def _graded(
    waiting: list[tuple[Entry, Submission]], seed: int, options: Options
) -> Generator[tuple[Entry, Submission], None, None]:
    """Grade them and yield each one when it is ready. Closing the generator stops all that runs."""
    if not waiting:
        return
    exercises = {submission.exercise.id: submission.exercise for _, submission in waiting}
    with ClassEngines(
        exercises.values(), options.limits, seed, options.confined, options.jobs
    ) as class_engines:
        unfit = {}
        with progress_bar.bar(
            len(exercises), "exercise", "trying the course's own solutions"
        ) as bar:
            for name, exercise in exercises.items():
                unfit[name] = _rehearsal(exercise, class_engines)
                bar.update()
        class_engines.keep_embeddings()
        with ThreadPoolExecutor(options.jobs) as pool:
            jobs: dict[Future[None], tuple[Entry, Submission]] = {
                pool.submit(
                    _grade_one, entry, submission, class_engines, unfit[submission.exercise.id]
                ): (
                    entry,
                    submission,
                )
                for entry, submission in waiting
            }
            try:
                while jobs:
                    ready, _ = wait(jobs, return_when=FIRST_COMPLETED)
                    for job in ready:
                        job.result()
                        yield jobs.pop(job)
            finally:
                class_engines.stopping.set()
                pool.shutdown(wait=True, cancel_futures=True)


def _rehearsal(exercise: Exercise, class_engines: ClassEngines) -> str:
    """Grade the course's own solution first; returns why nothing else can be graded on this
    machine, or an empty text.

    It also embeds the texts of the exercise, so that no learner's time is spent on them. Raises
    `CourseError` without a sandbox.
    """
    InSubprocess(bubblewrap.Place(class_engines.confined, class_engines.limits)).close()
    cells = [
        master_notebook.without_markers(cell.source)
        for cell in master_notebook.read(exercise).cells
        if cell.cell_type == "code"
    ]
    with class_engines.environment(exercise, trusted=True) as run:
        graded = notebook_run.grade(exercise, cells, run.place, run.data)
    missed = [result.line() for result in graded.results if not result.passed]
    if graded.problem or missed:
        why = graded.problem or "; ".join(missed)
        return (
            f"The course's own solution of {exercise.id} does not pass on this machine, so the"
            f" exercise cannot be graded: {why}"
        )
    return ""


def _grade_one(
    entry: Entry, submission: Submission, class_engines: ClassEngines, unfit: str
) -> None:
    """Grade one submission into its entry, whatever happens."""
    began = time.monotonic()
    if unfit:
        entry.problem = unfit
        return
    try:
        with class_engines.environment(submission.exercise) as run:
            entry.take(
                notebook_run.grade(submission.exercise, submission.cells, run.place, run.data)
            )
    except CourseError as error:
        entry.problem = str(error)
    except Exception as error:  # noqa: BLE001 # boundary: whatever one submission does to an engine, the batch goes on
        entry.problem = f"the grader itself failed on it: {type(error).__name__}: {error}"
    entry.seconds = round(time.monotonic() - began, 1)


def _let_the_last_count(entries: list[Entry]) -> None:
    """Let the last saved of a learner's files for an exercise count, and note the others."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.learner, entry.exercise or entry.file), []).append(entry)
    for group in groups.values():
        *earlier, last = sorted(group, key=lambda entry: (entry.saved, entry.file))
        last.others = [entry.file for entry in earlier]
        for entry in earlier:
            entry.superseded_by = last.file
