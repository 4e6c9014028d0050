"""Draw sentences of the course, each with its evidence, for a person to judge: `./course author
spot-check --seed 7`

    --count N    how many (40)        --log    earlier verdicts, and what has changed since

Sentences are drawn from the lessons, the documents of docs/, the README, the glossary, the quiz and
the facts. Each comes with its evidence: the heading, the code and the output around it, the links
and days of its paragraph. The same seed draws the same sentences, except those written or rewritten
since. The verdicts go into spot_checks.yaml beside this file; CONTRIBUTING.md says how.
"""

import hashlib
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from vdbcourse import facts, glossary, quiz, settings, yamlfile
from vdbcourse.authoring import prose
from vdbcourse.errors import CourseError

ROOT = settings.root()
LOG = Path(__file__).with_name("spot_checks.yaml")
SCHEMA = Path(__file__).with_name("spot_checks.schema.json")
TEXTS = (
    "chapters/*/*.ipynb",
    "docs/*.md",
    "docs/cheat-sheets/*.md",
    "docker/*/README.md",
    "README.md",
)
VERDICTS = ("holds", "false", "outdated", "misleading", "not shown", "no claim")
TO_FIX = VERDICTS[1:5]
END = re.compile(r"(?<=[.!?:])\s+(?=[A-Z`*(\[])")
LEAST_WORDS = 6  # shorter sentences state nothing
OUTPUT_LINES = 12


@dataclass(frozen=True)
class Sentence:
    """A sentence of the course, its place, and the evidence to judge it by."""

    place: str  # chapters/1_concepts/01_first_search.ipynb, cell 7
    text: str
    evidence: tuple[str, ...]

    @property
    def key(self) -> str:
        """A hash of its words: the log keeps its verdict under this name, until somebody rewrites
        it.
        """
        return hashlib.sha256(" ".join(self.text.split()).encode()).hexdigest()[:10]

    def __str__(self) -> str:
        shown = [textwrap.indent(part, "    ") for part in self.evidence]
        return "\n".join([f"{self.key}  {self.place}", textwrap.fill(self.text, 110), *shown])


def run(seed: int | None, count: int, log: bool) -> int:
    """Print what was drawn, or the log; 1 if the log names sentences to fix."""
    if log and seed is None:
        return show_log(sentences(), read_log())
    if log or seed is None:
        raise CourseError("Give either --seed N, to draw, or --log.")
    for sentence in draw(sentences(), seed, count):
        print(sentence, end="\n\n")
    return 0


def draw(everything: list[Sentence], seed: int, count: int) -> list[Sentence]:
    """`count` of the sentences: those whose keys come first when hashed with the seed, so that a
    new sentence moves no others.
    """
    return sorted(
        everything, key=lambda sentence: hashlib.sha256(f"{seed} {sentence.key}".encode()).digest()
    )[:count]


def sentences(root: Path = ROOT) -> list[Sentence]:
    """All sentences that can be drawn, each once, in a fixed order."""
    drawable = [*of_texts(root), *of_glossary(), *of_quiz(), *of_facts()]
    return list({sentence.key: sentence for sentence in drawable}.values())


def of_texts(root: Path) -> Iterator[Sentence]:
    """The sentences of notebooks and documents."""
    for path in sorted(path for pattern in TEXTS for path in root.glob(pattern)):
        cells = nbformat.read(path, as_version=4).cells if path.suffix == ".ipynb" else []
        for block in prose.blocks(path):
            if block.kind in ("prose", "item", "row"):
                evidence = tuple(around(block, cells))
                for text in split(block.raw):
                    yield Sentence(f"{path.relative_to(root)}, {block.place}", text, evidence)


def around(block: prose.Block, cells: list[nbformat.NotebookNode]) -> Iterator[str]:
    """The evidence of a paragraph: its heading, links and days, and the code cells before and after
    it with their outputs.
    """
    yield f"section: {block.section or '-'}"
    if block.header:
        yield f"table: {' | '.join(block.header)}"
    if block.links:
        yield f"sources: {' '.join(block.links)}"
    days = re.findall(r"\b20\d\d-\d\d-\d\d\b", block.raw)
    if days:
        yield f"days: {', '.join(days)}"
    for step, name in ((-1, "cell before"), (1, "cell after")):
        place = block.cell - 1 + step
        while block.cell and 0 <= place < len(cells) and cells[place].cell_type != "code":
            place += step
        if block.cell and 0 <= place < len(cells):
            yield f"{name}, {place + 1}:\n{textwrap.indent(cells[place].source, '  ')}"
            yield f"its output:\n{textwrap.indent(output(cells[place]), '  ')}"


def output(cell: nbformat.NotebookNode) -> str:
    """What a cell printed, in short."""
    texts = [
        entry.get("text") or entry.get("data", {}).get("text/plain", "") for entry in cell.outputs
    ]
    lines = "\n".join(texts).splitlines()
    return "\n".join(
        lines[:OUTPUT_LINES]
        + [f"... {len(lines) - OUTPUT_LINES} more lines"] * (len(lines) > OUTPUT_LINES)
    )


def of_glossary() -> Iterator[Sentence]:
    """The definitions, and why their terms matter."""
    for term in glossary.terms():
        source = (
            f"{term.source.url}, read {term.source.read}" if term.source else "a cell of the lesson"
        )
        for text in split(f"{term.definition} {term.why}"):
            yield Sentence(
                f"glossary, {term.id}", text, (f"source: {source}", f"lesson: {term.lesson}")
            )


def of_quiz() -> Iterator[Sentence]:
    """What the quiz says about each option."""
    for question in quiz.questions():
        for option in question.options:
            evidence = (
                f"question: {question.question}",
                f"option ({'right' if option.right else 'wrong'}): {option.text}",
            )
            for text in split(option.why):
                yield Sentence(
                    f"quiz, {question.id}", text, (*evidence, f"lesson: {question.lesson}")
                )


def of_facts() -> Iterator[Sentence]:
    """Each fact on an engine, as one sentence."""
    for engine in facts.engines():
        for feature, fact in engine.facts.items():
            sources = " ".join(source.url for source in fact.sources)
            text = f"{engine.name}, {feature}: {fact.value}"
            yield Sentence(
                f"facts, {engine.key}", text, (f"sources: {sources}", f"checked: {fact.checked}")
            )


def split(text: str) -> list[str]:
    """The sentences of a paragraph that are long enough to state something, and not questions."""
    parts = [part.strip() for part in END.split(text)]
    return [
        part
        for part in parts
        if len(re.findall(r"\w+", part)) >= LEAST_WORDS and not part.endswith("?")
    ]


def read_log(path: Path = LOG) -> list[dict[str, Any]]:
    """The rounds of spot checks in the log, in order; each has its day, seed and judged sentences.
    Raises `CourseError` with file and line of each problem.
    """
    rounds: list[dict[str, Any]] = yamlfile.read(path, SCHEMA).data
    return rounds


def show_log(everything: list[Sentence], rounds: list[dict[str, Any]]) -> int:
    """Print the verdicts of each round, and the sentences nobody has fixed; returns 1 if there are
    any.
    """
    keys = {sentence.key for sentence in everything}
    unfixed = []
    for entry in rounds:
        verdicts = [judged["verdict"] for judged in entry["judged"]]
        counts = ", ".join(
            f"{verdicts.count(verdict)} {verdict}" for verdict in VERDICTS if verdict in verdicts
        )
        unchanged = sum(judged["sentence"] in keys for judged in entry["judged"])
        print(
            f"{entry['day']}, seed {entry['seed']}: {counts}; {unchanged} of {len(verdicts)}"
            " sentences are unchanged"
        )
        unfixed += [j for j in entry["judged"] if j["verdict"] in TO_FIX and j["sentence"] in keys]
    for judged in unfixed:
        print(
            f"{judged['sentence']} was judged {judged['verdict']} and is unchanged:"
            f" {judged['done']}"
        )
    return 1 if unfixed else 0
