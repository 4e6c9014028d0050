"""The proof of the checks: for every task the solution passes, the stub is not attempted, every
misconception gets its own message, other right answers pass, no mutant of the solution survives, no
message holds hidden data, and no odd value breaks the check.
"""

import inspect
import multiprocessing
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from typing import Any

from vdbcourse.authoring.proof import mutants
from vdbcourse.authoring.proof.answers import Right, Wrong
from vdbcourse.authoring.proof.hidden_data import leaks, numbers
from vdbcourse.authoring.proof.odd_values import ODD_VALUES
from vdbcourse.authoring.proof.trial import HIDDEN_SEEDS, Trial
from vdbcourse.grading import manifest
from vdbcourse.grading.manifest import Task
from vdbcourse.grading.result import Result, Status
from vdbcourse.progress_bar import bar

MORE_SEEDS = range(4, 10)  # if a message differs between the hidden seeds
AGAIN = 6  # runs with one seed, to tell chance from data
LEAST_WRONG, LEAST_RIGHT = 4, 2
SHORT = 1.0  # seconds a mutant's call may take, unless the solution itself takes long
SLOWER = 10  # times the solution's slowest call
TAKEN = re.compile(r"\b\d+(\.\d+)? s\b")  # seconds after which an answer was stopped


@dataclass
class Proof:
    """The findings on the check of one task. problems: what is not proved; without any, the task is
    proved.
    """

    exercise: str
    task: str
    points: int = 0
    of: int = 0
    stub: str = ""
    wrong: int = 0
    caught: int = 0
    right: int = 0
    passed: int = 0
    mutants: int = 0
    killed: int = 0
    equivalent: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    @property
    def proved(self) -> bool:
        """Is there nothing left to fix?"""
        return not self.problems

    @property
    def rate(self) -> float:
        """Share of the mutants that were killed, without those listed as equivalent."""
        return self.killed / max(1, self.mutants - self.equivalent)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"proved": self.proved, "rate": self.rate}


def prove_all(tasks: Sequence[Task], jobs: int, shown: bool = True) -> list[Proof]:
    """The proofs of `tasks`, in their order, in `jobs` processes."""
    with bar(len(tasks), "task", "Proving", shown) as progress:
        by_task = {}
        for proof in _as_completed(tasks, min(jobs, len(tasks))):
            by_task[proof.exercise, proof.task] = proof
            progress.update()
    return [by_task[task.exercise, task.id] for task in tasks]


def _as_completed(tasks: Sequence[Task], jobs: int) -> Iterator[Proof]:
    """The proofs as they finish; in several processes if `jobs` > 1."""
    if jobs <= 1:
        yield from map(prove, tasks)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as workers:
        for done in as_completed([workers.submit(prove, task) for task in tasks]):
            yield done.result()


def prove(task: Task) -> Proof:
    """The proof of one task."""
    start = time.perf_counter()
    proof = Proof(task.exercise, task.id, of=task.points)
    with Trial(manifest.exercise(task.exercise), task) as trial:
        for step in (_solution, _stub, _known_answers, _survivors, _odd_values):
            step(trial, proof)
    proof.seconds = round(time.perf_counter() - start, 1)
    return proof


def message(result: Result) -> str:
    """All the words of a result that a learner reads about the task. Of an answer that was stopped
    without the seconds until then: they are the machine's, and differ between runs.
    """
    words = " | ".join(filter(None, (result.call, result.got, result.expected, result.why)))
    return TAKEN.sub("some s", words) if result.status is Status.TIME else words


def _solution(trial: Trial, proof: Proof) -> None:
    """It gets full points. Its time sets the limit for mutants."""
    proof.points = trial.answer(None).points
    trial.seconds = min(trial.task.seconds, max(SHORT, SLOWER * trial.slowest))


def _stub(trial: Trial, proof: Proof) -> None:
    """Without an answer the task is not attempted and gets no points."""
    result = trial.run(trial.solved.stubs())
    proof.stub = result.status
    if result.status != Status.NOT_ATTEMPTED or result.points:
        proof.problems.append(
            f"the stub is '{result.status}' with {result.points} points: {message(result)}"
        )


def _known_answers(trial: Trial, proof: Proof) -> None:
    """The solution, right answers and misconceptions, on example data and on hidden data."""
    wrong, right = trial.proofs.wrong, trial.proofs.right
    proof.wrong, proof.right = len(wrong), len(right)
    if proof.wrong < LEAST_WRONG:
        proof.problems.append(f"{proof.wrong} misconceptions, at least {LEAST_WRONG} are required")
    if proof.right < LEAST_RIGHT:
        proof.problems.append(
            f"{proof.right} other right answers, at least {LEAST_RIGHT} are required"
        )
    answers: list[Right | Wrong] = [*right, *wrong]
    results = trial.answers([None, *(answer.function for answer in answers)])
    _failures(proof, "the solution", results[None])
    for answer in right:
        name = f"right answer {answer.name!r}"
        proof.passed += not _failures(proof, name, results[answer.function])
    _misconceptions(trial, proof, {answer: results[answer.function] for answer in wrong})


def _failures(proof: Proof, name: str, results: list[Result]) -> bool:
    """Record the results that are not passed; returns whether there are any."""
    failures = [message(result) for result in results if not result.passed]
    proof.problems += [f"{name} does not pass: {text}" for text in failures]
    return bool(failures)


def _misconceptions(trial: Trial, proof: Proof, results: dict[Wrong, list[Result]]) -> None:
    """Each fails with its own message, which reveals no hidden data."""
    on_hidden_data = _messages_on_hidden_data(
        trial,
        {
            wrong: list(zip(HIDDEN_SEEDS, hidden, strict=True))
            for wrong, (_, *hidden) in results.items()
        },
    )
    names: dict[str, str] = {}  # by message
    for wrong, (public, *_) in results.items():
        problems = [*_misconception(wrong, public), *on_hidden_data[wrong]]
        if public.why in names:
            problems.append(f"it gets the same message as {names[public.why]!r}: {public.why}")
        names.setdefault(public.why, wrong.name)
        proof.caught += not problems
        proof.problems += [f"wrong answer {wrong.name!r}: {problem}" for problem in problems]


def _misconception(wrong: Wrong, result: Result) -> list[str]:
    """The problems of the message to a misconception."""
    if result.status not in (Status.WRONG, Status.ERROR, Status.TIME):
        return [f"it is {result.status}. {result.why}".rstrip(". ")]
    return (
        []
        if wrong.says in message(result)
        else [f"its message lacks {wrong.says!r}: {message(result)}"]
    )


def _messages_on_hidden_data(
    trial: Trial, results: dict[Wrong, list[tuple[int, Result]]]
) -> dict[Wrong, list[str]]:
    """The problems of the messages to each on hidden data.

    A message that is the same with two seeds reveals nothing of the data. One that appears with
    only a single seed may contain no number with three significant digits that is not in the
    check's or the answer's source, and no film title.
    """
    for seed in MORE_SEEDS:
        for wrong, by_seed in results.items():
            texts = Counter(message(result) for _, result in by_seed)
            if len(texts) > 1 and 1 in texts.values():
                by_seed.append((seed, trial.answer(wrong.function, seed)))
    return {wrong: _hidden_data(trial, wrong, by_seed) for wrong, by_seed in results.items()}


def _hidden_data(trial: Trial, wrong: Wrong, by_seed: list[tuple[int, Result]]) -> list[str]:
    """The problems of one answer's messages on hidden data."""
    for seed, result in by_seed:
        if result.status in (Status.PASSED, Status.NOT_GRADED):
            return [
                f"it is {result.status} on hidden data (seed {seed}). {result.why}".rstrip(". ")
            ]
    public = numbers(
        inspect.getsource(sys.modules[f"{trial.exercise.module}.checks"])
        + inspect.getsource(wrong.function)
    )
    texts = Counter(message(result) for _, result in by_seed)
    problems = []
    for seed, result in by_seed:
        text = message(result)
        leaked = leaks(text, public, trial.titles) if texts[text] == 1 else set()
        for _ in range(AGAIN):
            # What varies between runs with one seed comes from chance, not from the data.
            if not leaked:
                break
            again = message(trial.answer(wrong.function, seed))
            leaked = leaked & leaks(again, public, trial.titles)
        if leaked:
            problems.append(f"its message holds hidden data ({', '.join(sorted(leaked))}): {text}")
    return problems


def _survivors(trial: Trial, proof: Proof) -> None:
    """Exactly the listed mutants pass."""
    listed = {equivalent.mutant for equivalent in trial.proofs.equivalent}
    modules = trial.solved.modules()
    unknown = set(listed)
    for number, source in trial.solved.solving(trial.task).items():
        for mutant in mutants.mutants(source, modules):
            proof.mutants += 1
            unknown.discard(mutant.key)
            alive = _survives(
                trial, proof, {number: mutant.source}, mutant.key, mutant.key in listed
            )
            proof.killed += not alive
            proof.equivalent += alive and mutant.key in listed
            if alive and mutant.key not in listed:
                proof.problems.append(f"a mutant survives: {mutant.key}")
            if not alive and mutant.key in listed:
                proof.problems.append(f"listed as equivalent, but it is killed: {mutant.key}")
    proof.problems += [
        f"listed as equivalent, but there is no such mutant: {key}" for key in sorted(unknown)
    ]


def _survives(trial: Trial, proof: Proof, changed: dict[int, str], key: str, listed: bool) -> bool:
    """Does a mutant pass? A listed one gets its full time before it counts as killed."""
    result = trial.run(trial.solved.namespace(changed), seconds=trial.seconds)
    if listed and result.status == Status.TIME:
        result = trial.run(trial.solved.namespace(changed))
    if result.status == Status.NOT_GRADED:
        proof.problems.append(f"{result.why} (mutant: {key})")
    return result.passed


def _odd_values(trial: Trial, proof: Proof) -> None:
    """Whatever a function returns or does, the check ends with a result, and the task is not
    passed.
    """
    for name in trial.task.functions:
        for what, act in ODD_VALUES.items():
            namespace = trial.solved.namespace()
            namespace[name] = lambda *_args, act=act, **_kwargs: act()
            result = trial.run(namespace, seconds=trial.seconds)
            if result.status in (Status.PASSED, Status.NOT_GRADED):
                proof.problems.append(f"{name} that gives {what}: {result.why or 'it passes'}")
