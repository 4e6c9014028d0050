"""One submission of a class: what is known before and after its run."""

from dataclasses import asdict, dataclass, field
from typing import Any

from vdbcourse.grading.calls.in_subprocess import Output
from vdbcourse.grading.classroom.notebook_run import Graded
from vdbcourse.grading.classroom.submissions import Submission
from vdbcourse.grading.result import Result, Status


@dataclass
class Entry:
    """One submission. problem: why there is no grade; others: earlier files of the same learner for
    the same exercise; namesakes: other learners with nearly the same name.
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

    def describe(self, submission: Submission) -> None:
        """Fill in what is known before the run."""
        self.exercise, self.of, self.saved = (
            submission.exercise.id,
            submission.exercise.points,
            submission.saved,
        )

    def take(self, graded: Graded) -> None:
        """Fill in the outcome of the run."""
        self.results, self.task_seconds = list(graded.results), graded.seconds
        self.cells, self.forced, self.outputs, self.problem = (
            graded.cells,
            graded.forced,
            graded.outputs,
            graded.problem,
        )

    @property
    def points(self) -> int | None:
        """The points reached; None if it could not be graded: half a run gives no grade."""
        return None if self.problem else sum(result.points for result in self.results)

    @property
    def ended(self) -> list[tuple[str, str]]:
        """What was stopped or ended its process: the cell or task, and what happened."""
        cells = [("cells", line) for line in self.forced]
        return [*cells, *((result.task, result.ended) for result in self.results if result.ended)]

    @property
    def score(self) -> str:
        """The points in words."""
        return (
            Status.NOT_GRADED.value if self.points is None else f"{self.points} of {self.of} points"
        )

    @property
    def note(self) -> str:
        """What went wrong and what to know, in one line; may be empty."""
        broken = [
            f"{result.task}: {result.in_class}"
            for result in self.results
            if result.status in (Status.ERROR, Status.TIME)
        ]
        notes = [self.problem] if self.problem else [*self.cells, *broken]
        if len(notes) > 2:
            notes = [*notes[:2], f"and {len(notes) - 2} more"]
        if self.others:
            notes.append(
                f"{len(self.others) + 1} files for this exercise, the one saved last counts:"
                f" {self.file}"
            )
        if self.namesakes:
            notes.append(
                "is this one person? Names that differ only in capital letters or accents:"
                f" {', '.join(self.namesakes)}"
            )
        if self.superseded_by:
            notes.append(f"does not count: {self.superseded_by} was saved later")
        return one_line("; ".join(notes))

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
    """Without line breaks and control characters: learners choose names of files and folders."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())
