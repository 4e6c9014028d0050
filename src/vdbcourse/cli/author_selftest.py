"""`vdbcourse author selftest`: the checks of the exercises proved against wrong answers, right
answers and mutants.
"""

import json

from vdbcourse.authoring.proof import selftest
from vdbcourse.authoring.proof.selftest import Proof
from vdbcourse.engines import configured
from vdbcourse.grading import manifest

HEAD = (
    "exercise",
    "task",
    "points",
    "stub",
    "misconceptions",
    "right answers",
    "mutants",
    "equivalent",
    "killed",
    "seconds",
)


def run(names: list[str] | None, jobs: int, as_json: bool) -> int:
    """Prove the checks of these exercises, or of all; 1 if something is not proved. Raises
    `CourseError` for an unknown name, and for a MILVUS_URI that is no address: in a worker it would
    be the error of whichever import of pymilvus comes first.
    """
    configured.milvus()
    exercises = (
        [manifest.exercise(name) for name in names]
        if names
        else list(manifest.exercises().values())
    )
    proofs = selftest.prove_all(
        [task for exercise in exercises for task in exercise.tasks], jobs, shown=not as_json
    )
    if as_json:
        print(json.dumps([proof.as_dict() for proof in proofs], indent=1))
    else:
        print(table(proofs), *problems(proofs), summary(proofs), sep="\n")
    return 0 if all(proof.proved for proof in proofs) else 1


def table(proofs: list[Proof]) -> str:
    """One line for each task."""
    rows = [HEAD, *map(row, proofs)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in rows)


def row(proof: Proof) -> tuple[str, ...]:
    """The cells of one task."""
    return (
        proof.exercise,
        proof.task,
        f"{proof.points} of {proof.of}",
        proof.stub,
        f"{proof.caught} of {proof.wrong}",
        f"{proof.passed} of {proof.right}",
        str(proof.mutants),
        str(proof.equivalent),
        f"{proof.killed} ({proof.rate:.1%})",
        f"{proof.seconds:.0f}",
    )


def problems(proofs: list[Proof]) -> list[str]:
    """What is not proved, with its task."""
    return [
        f"{proof.exercise}, {proof.task}: {problem}"
        for proof in proofs
        for problem in proof.problems
    ]


def summary(proofs: list[Proof]) -> str:
    """The last line."""
    mutants, equivalent, killed = (
        sum(getattr(proof, name) for proof in proofs)
        for name in ("mutants", "equivalent", "killed")
    )
    left = sum(not proof.proved for proof in proofs)
    return (
        f"{len(proofs) - left} of {len(proofs)} tasks proved;"
        f" {sum(proof.caught for proof in proofs)} misconceptions caught; {killed} of {mutants}"
        f" mutants killed, {equivalent} listed as equivalent, {mutants - killed - equivalent} left"
    )
