"""`vdbcourse grade FOLDER --out DIR`: the notebooks of a class."""

import sys
from pathlib import Path

from vdbcourse import progress_bar
from vdbcourse.grading.classroom import batch, report
from vdbcourse.grading.classroom.batch import Batch, Options
from vdbcourse.grading.classroom.entry import Entry, one_line

MOST_NAMES = 10  # in one line


def run(folder: Path, out: Path, options: Options) -> int:
    """Grade, print a line for each submission, write the report; 1 if some could not be graded.
    Raises `CourseError`.
    """
    if not options.confined:
        print(
            "No sandbox: the notebooks run with your permissions on this machine.", file=sys.stderr
        )
    bar = progress_bar.bar(0, "notebook", "grading")

    def done(entry: Entry, of: int) -> None:
        bar.total = of
        bar.update()
        bar.write(entry.line())

    try:
        with bar:
            graded = batch.grade(folder, out, options, done)
    except KeyboardInterrupt:
        print(
            f"Stopped. The results so far are in {out}; the same command continues from there.",
            file=sys.stderr,
        )
        raise
    report.write(graded, out)
    print(_summary(graded, out))
    return 0 if graded.whole else 1


def _summary(graded: Batch, out: Path) -> str:
    ungraded = [entry for entry in graded.entries if entry.problem]
    learners = list(dict.fromkeys(entry.learner for entry in ungraded))
    lines = [
        f"{len(graded.entries) - len(ungraded)} of {len(graded.entries)} submissions graded, with"
        f" seed {graded.seed}."
    ]
    if ungraded:
        more = f" and {len(learners) - MOST_NAMES} more" if len(learners) > MOST_NAMES else ""
        lines.append(
            one_line(
                f"Not graded: {len(ungraded)} ({', '.join(learners[:MOST_NAMES])}{more}); the"
                " lines above say why."
            )
        )
    if graded.kept:
        lines.append(
            f"{graded.kept} of them were graded by an earlier run; --again grades them all again."
        )
    return "\n".join(
        [*lines, f"Report: {out / 'index.html'}, {out / 'grades.csv'}, {out / 'grades.json'}"]
    )
