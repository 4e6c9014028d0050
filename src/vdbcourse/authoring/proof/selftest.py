"""The proof of the checks: for every task the solution passes, the stub is not attempted, every
misconception is told what it is, other right answers pass, no mutant of the solution survives, no
message holds hidden data, and no odd value breaks the check.
"""

import inspect
import math
import multiprocessing
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from types import FunctionType
from typing import Any

import numpy as np

from vdbcourse import engines, settings
from vdbcourse.authoring.proof import mutants
from vdbcourse.authoring.proof.answers import Proofs, Wrong, proofs
from vdbcourse.authoring.proof.namespace import Solved
from vdbcourse.engines import spaces
from vdbcourse.errors import CourseError
from vdbcourse.grading import manifest
from vdbcourse.grading.calls.in_process import Here
from vdbcourse.grading.checks import runner
from vdbcourse.grading.checks.data import PUBLIC_SEED, Data
from vdbcourse.grading.checks.films import pool
from vdbcourse.grading.checks.fixtures_milvus import Milvus
from vdbcourse.grading.checks.not_yet import NotYet
from vdbcourse.grading.manifest import Exercise, Task
from vdbcourse.grading.result import Result
from vdbcourse.progress_bar import bar

HIDDEN_SEEDS = (2, 3)
MORE_SEEDS = range(4, 10)  # where a message differs between the hidden seeds
AGAIN = 6  # runs with one seed, to tell chance from data
LEAST_WRONG, LEAST_RIGHT = 4, 2
SHORT = 1.0  # seconds a mutant's call may take, unless the solution itself takes long
SLOWER = 10  # times the solution's slowest call
BROKEN = "not graded"  # the status when the check failed by itself


@dataclass
class Proof:
    """What was found out about the check of one task. problems: what is not proved; without any,
    the task is proved.
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
        """Is there nothing left to mend?"""
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
        found = {}
        for proof in proofs_of(tasks, min(jobs, len(tasks))):
            found[proof.exercise, proof.task] = proof
            progress.update()
    return [found[task.exercise, task.id] for task in tasks]


def proofs_of(tasks: Sequence[Task], jobs: int) -> Iterator[Proof]:
    """The proofs as they come; in processes of their own if there are several."""
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
        for step in (solution, stub, known_answers, survivors, odd_values):
            step(trial, proof)
    proof.seconds = round(time.perf_counter() - start, 1)
    return proof


class Trial:
    """One task with its master and its proofs, and a corner of its own in the engines to try
    answers in.

    While it is open, the learner has another name (`VDBCOURSE_LEARNER`): neither a notebook nor the
    proof of another task, at the same time in another process, has a schema or a collection of that
    name.
    """

    def __init__(self, exercise: Exercise, task: Task) -> None:
        self.exercise = exercise
        self.task = task
        self.solved = Solved(exercise)
        self.proofs: Proofs = proofs(exercise, task)
        self.seconds = task.seconds
        self.titles: list[str] = []  # of hidden films, once some were drawn

    def __enter__(self) -> "Trial":
        self.learner = os.environ.get("VDBCOURSE_LEARNER")
        number = f"{self.exercise.id.partition('_')[0]}_{self.exercise.tasks.index(self.task)}"
        os.environ["VDBCOURSE_LEARNER"] = f"{settings.learner()}_st{number}"
        self.dsn = engines.postgres("selftest") if "postgres" in self.exercise.engines else None
        self.uri = engines.milvus() if "milvus" in self.exercise.engines else None
        return self

    def __exit__(self, *_: object) -> None:
        if self.dsn:
            spaces.drop_schema(self.dsn, spaces.space_name("selftest"))
        if self.uri:
            made = Milvus(self.uri)
            made.drop(
                *(
                    name
                    for name in made.own.list_collections()
                    if name.startswith(f"{settings.learner()}_")
                )
            )
            made.close()
        os.environ.pop("VDBCOURSE_LEARNER")
        if self.learner is not None:
            os.environ["VDBCOURSE_LEARNER"] = self.learner

    def run(
        self,
        namespace: dict[str, Any],
        seed: int = PUBLIC_SEED,
        hidden: bool = False,
        seconds: float | None = None,
    ) -> Result:
        """Check the functions of `namespace`; "not graded" if the check failed by itself."""
        transport = Timed(namespace, hidden)
        data = Data(seed, hidden, self.dsn, self.uri)
        try:
            return runner.run(
                replace(self.task, seconds=seconds or self.task.seconds), transport, data
            )
        except CourseError as error:
            return runner.result_of(self.task, NotYet(str(error), kind=BROKEN), {})
        finally:
            self.slowest = transport.slowest
            if hidden and data.drawn is not None:
                self.titles = pool(hidden).titles
            transport.close()
            data.close()

    def answer(self, function: FunctionType | None, seed: int = PUBLIC_SEED) -> Result:
        """Check the solution, or somebody who wrote `function`; seeds other than the public one are
        run on hidden data.
        """
        namespace = self.solved.answered(function) if function else self.solved.namespace()
        return self.run(namespace, seed, hidden=seed != PUBLIC_SEED)

    def answers(
        self, functions: Iterable[FunctionType | None]
    ) -> dict[FunctionType | None, list[Result]]:
        """Check them all on example data and on hidden data, seed by seed: with one seed, tables
        are made once.
        """
        results: dict[FunctionType | None, list[Result]] = {function: [] for function in functions}
        for seed in (PUBLIC_SEED, *HIDDEN_SEEDS):
            for function, found in results.items():
                found.append(self.answer(function, seed))
        return results


class Timed(Here):
    """Notes how long the slowest call took."""

    slowest = 0.0

    def call(
        self, name: str, args: Sequence[Any], kwargs: dict[str, Any], seconds: float
    ) -> dict[str, Any]:
        """Call it; returns the outcome."""
        start = time.perf_counter()
        outcome = super().call(name, args, kwargs, seconds)
        self.slowest = max(self.slowest, time.perf_counter() - start)
        return outcome


def message(result: Result) -> str:
    """All the words of a result that a learner reads about the task."""
    return " | ".join(filter(None, (result.call, result.got, result.expected, result.why)))


def solution(trial: Trial, proof: Proof) -> None:
    """It gets full points. How long it takes says how long a mutant may."""
    proof.points = trial.answer(None).points
    trial.seconds = min(trial.task.seconds, max(SHORT, SLOWER * trial.slowest))


def stub(trial: Trial, proof: Proof) -> None:
    """Without an answer the task is not attempted and brings nothing."""
    result = trial.run(trial.solved.stubs())
    proof.stub = result.status
    if result.status != "not attempted" or result.points:
        proof.problems.append(
            f"the stub is {result.status!r} with {result.points} points: {message(result)}"
        )


def known_answers(trial: Trial, proof: Proof) -> None:
    """The solution, right answers and misconceptions, on example data and on hidden data."""
    wrong, right = trial.proofs.wrong, trial.proofs.right
    proof.wrong, proof.right = len(wrong), len(right)
    if proof.wrong < LEAST_WRONG:
        proof.problems.append(f"{proof.wrong} misconceptions, at least {LEAST_WRONG} are asked for")
    if proof.right < LEAST_RIGHT:
        proof.problems.append(
            f"{proof.right} other right answers, at least {LEAST_RIGHT} are asked for"
        )
    results = trial.answers([None, *(one.function for one in (*right, *wrong))])
    for one in (None, *right):
        failed = [message(result) for result in results[one and one.function] if not result.passed]
        proof.passed += bool(one and not failed)
        name = f"right answer {one.name!r}" if one else "the solution"
        proof.problems += [f"{name} does not pass: {text}" for text in failed]
    misconceptions(trial, proof, {one: results[one.function] for one in wrong})


def misconceptions(trial: Trial, proof: Proof, results: dict[Wrong, list[Result]]) -> None:
    """Each fails, is told its own words, and is told nothing of the hidden data."""
    held = hidden(
        trial,
        {
            wrong: list(zip(HIDDEN_SEEDS, found[1:], strict=True))
            for wrong, found in results.items()
        },
    )
    told: dict[str, str] = {}
    for wrong, (public, *_) in results.items():
        problems = [*misconception(wrong, public), *held[wrong]]
        if public.why in told:
            problems.append(f"it is told the same as {told[public.why]!r}: {public.why}")
        told.setdefault(public.why, wrong.name)
        proof.caught += not problems
        proof.problems += [f"wrong answer {wrong.name!r}: {problem}" for problem in problems]


def misconception(wrong: Wrong, result: Result) -> list[str]:
    """What is not right with the message to a misconception."""
    if result.status not in ("wrong", "error", "time"):
        return [f"it is {result.status}. {result.why}".rstrip(". ")]
    return (
        []
        if wrong.says in message(result)
        else [f"its message lacks {wrong.says!r}: {message(result)}"]
    )


def hidden(trial: Trial, results: dict[Wrong, list[tuple[int, Result]]]) -> dict[Wrong, list[str]]:
    """What is not right with the messages to each on hidden data.

    A message that is the same with two seeds holds nothing of the data. One that comes with a
    single seed only may hold no number with three significant digits that is not in the check's or
    the answer's source, and no title of a film.
    """
    for seed in MORE_SEEDS:
        for wrong, found in results.items():
            if (
                len(texts := Counter(message(result) for _, result in found)) > 1
                and 1 in texts.values()
            ):
                found.append((seed, trial.answer(wrong.function, seed)))
    return {wrong: told_of_data(trial, wrong, found) for wrong, found in results.items()}


def told_of_data(trial: Trial, wrong: Wrong, found: list[tuple[int, Result]]) -> list[str]:
    """What is not right with one answer's messages on hidden data."""
    for seed, result in found:
        if result.status in ("passed", BROKEN):
            return [
                f"it is {result.status} on hidden data (seed {seed}). {result.why}".rstrip(". ")
            ]
    known = numbers(
        inspect.getsource(sys.modules[f"{trial.exercise.module}.checks"])
        + inspect.getsource(wrong.function)
    )
    texts = Counter(message(result) for _, result in found)
    problems = []
    for seed, text in (
        (seed, message(result)) for seed, result in found if texts[message(result)] == 1
    ):
        held = leaks(text, known, trial.titles)
        for _ in range(
            AGAIN
        ):  # what differs from run to run with one seed is the answer's own chance, not the data
            held = held and held & leaks(
                message(trial.answer(wrong.function, seed)), known, trial.titles
            )
        if held:
            problems.append(f"its message holds hidden data ({', '.join(sorted(held))}): {text}")
    return problems


def leaks(text: str, known: set[str], titles: Iterable[str]) -> set[str]:
    """What a message on hidden data holds of it: numbers that stand in no source, titles. `<...>`
    is a kind and a size.
    """
    said = numbers(re.sub(r"<[^<>]*>", " ", text)) - known
    significant = {number for number in said if len(number.replace(".", "").strip("0")) >= 3}
    return significant | {title for title in titles if len(title) >= 8 and title in text}


def numbers(text: str) -> set[str]:
    """The numbers in a text, without sign, exponent and thousands separators."""
    return {
        re.sub("[,_]", "", number)
        for number in re.findall(r"\d(?:[\d_]|,(?=\d{3}))*(?:\.\d+)?", text)
    }


def survivors(trial: Trial, proof: Proof) -> None:
    """The mutants that pass are those that are listed, no more and no fewer."""
    listed = {one.mutant for one in trial.proofs.equivalent}
    modules = trial.solved.modules()
    unknown = set(listed)
    for number, source in trial.solved.solving(trial.task).items():
        for mutant in mutants.mutants(source, modules):
            proof.mutants += 1
            unknown.discard(mutant.key)
            alive = survives(
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


def survives(trial: Trial, proof: Proof, changed: dict[int, str], key: str, listed: bool) -> bool:
    """Does a mutant pass? One that is listed gets its full time before it counts as killed."""
    result = trial.run(trial.solved.namespace(changed), seconds=trial.seconds)
    if listed and result.status == "time":
        result = trial.run(trial.solved.namespace(changed))
    if result.status == BROKEN:
        proof.problems.append(f"{result.why} (mutant: {key})")
    return result.passed


def odd_values(trial: Trial, proof: Proof) -> None:
    """Whatever a function returns or does, the check ends with a result, and the task is not
    passed.
    """
    for name in trial.task.functions:
        for what, act in ODD.items():
            namespace = trial.solved.namespace()
            namespace[name] = lambda *_args, act=act, **_kwargs: act()
            result = trial.run(namespace, seconds=trial.seconds)
            if result.status in ("passed", BROKEN):
                proof.problems.append(f"{name} that gives {what}: {result.why or 'it passes'}")


def given(value: Any) -> Callable[[], Any]:
    """A function that returns `value`."""
    return lambda: value


def raising(error: BaseException) -> Callable[[], Any]:
    """A function that raises `error`."""

    def act() -> None:
        raise error

    return act


def nested(depth: int) -> list:
    """Lists in lists."""
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


ODD: dict[str, Callable[[], Any]] = {
    "None": given(None),
    "an ellipsis in a list": given([...]),
    "a text": given("x"),
    "an empty text": given(""),
    "bytes": given(b"x"),
    "True": given(True),
    "-1": given(-1),
    "a huge number": given(10**400),
    "NaN": given(math.nan),
    "infinity": given(math.inf),
    "a complex number": given(1j),
    "an empty list": given([]),
    "an empty tuple": given(()),
    "an empty dict": given({}),
    "an empty set": given(set()),
    "a dict with sets for keys": given({frozenset([1]): 1, (frozenset(),): 2}),
    "a list of None": given([None] * 5),
    "a list of texts": given(["x"] * 5),
    "a list of dicts": given([{}] * 5),
    "a list of NaN": given([math.nan] * 5),
    "a list of huge numbers": given([10**400] * 5),
    "rows of unlike lengths": given([(1,), (1, 2, 3)]),
    "an array of no dimension": given(np.array(0.5)),
    "an array of objects": given(np.array([None, "x"], dtype=object)),
    "an empty array": given(np.zeros((0, 384))),
    "a huge list": given([0] * 250_000),
    "lists in lists": given(nested(60)),
    "a generator": lambda: (i for i in range(5)),
    "an object": lambda: object(),
    "a class": given(int),
    "a function": given(len),
    "an error": raising(ValueError("odd")),
    "an error without words": raising(AssertionError()),
    "an end of the program": raising(SystemExit(0)),
    "an end of a generator": raising(StopIteration()),
}
