"""What no notebook or document may claim: a figure without a source, or a phrase known to be false.

    ./course author claims [FILE]...      what to fix in these files, or in all; exit code 1 if any

**Figures.** A number with a unit (time, ratio, per cent, size, rate, recall, money) needs, in its
paragraph, a link to its source and the date it was read; a figure that a cell computes is printed
by the cell, so prose needs none. A list item, a table row and a heading are separate paragraphs;
the unit of a column applies to its numbers. Code is not prose, except a comment (whose figure may
repeat a number of its cell) and inline code that is only a figure. Allowed are the minutes of a
lesson in its first cell and in the README's table of lessons; quotations in a heading "Claim ..."
or in a self-check question; and the items of a list under a heading "... claims".

**Phrases.** `false_phrases.yaml` lists them with what is right. Prose, code cells and sources are
searched. A phrase is allowed where it is refuted: in a cell tagged `shows-an-error`, in a section
"Claim ..." or "... claims", in a box `> **Common pitfall.**`; and something obsolete (`past: true`)
in a paragraph that says what happened to it.

`allowed_claims.yaml` holds the exceptions: file, words, reason.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from vdbcourse import settings, yamlfile
from vdbcourse.authoring.prose import ADDRESS, Block, blocks

ROOT = settings.root()
PHRASES = Path(__file__).with_name("false_phrases.yaml")
PHRASES_SCHEMA = Path(__file__).with_name("false_phrases.schema.json")
ALLOWED = Path(__file__).with_name("allowed_claims.yaml")
ALLOWED_SCHEMA = Path(__file__).with_name("allowed_claims.schema.json")
NOTEBOOKS = ("chapters/**/*.ipynb", "exercises/**/*.ipynb", "solutions/**/*.ipynb")
DOCUMENTS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/**/*.md", "docker/**/README.md")
SOURCES = (
    "src/**/*.py",
    "src/**/*.yaml",
    "src/**/*.yml",
    "proofs/**/*.py",
)  # searched for phrases only
ERROR_TAG = "shows-an-error"

WORD = (
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen"
    r"|twenty|thirty|forty|fifty|sixty|ninety|hundred|thousand)"
)
NUMBER = r"(?<![\w.,])(?:\d+(?:[.,]\d+)*|\.\d+)"
RANGE = rf"{NUMBER}(?:\s?(?:[-–—…]|to|or)\s?\d+(?:[.,]\d+)*)?(?:\s?[kKM])?"
MORE = (
    r"(?:(?:as|more|less|fewer|faster|slower|quicker|smaller|larger|bigger|cheaper|greater|higher|lower|longer|shorter|better|worse)"
    r"|the\s(?:memory|size|time|speed|space|disk|RAM|cost|price|latency|throughput|storage|work))\b"
)
MEASURE = r"(?:[Rr]ecall|[Pp]recision|[Aa]ccuracy|n?NDCG|MAP|MRR|F1)"
SHARE = r"(?:0?\.\d+|1\.0+)(?![\d.]*\d)"  # but not the beginning of a version such as 0.8.6
LINKING = (
    r"(?:[\s|:=~≈<>≥≤,(]|\b(?:is|was|of|at|to|by|from|with|than|the|an?|only|about|around|nearly|almost|least|most|above|below"
    r"|over|under|more|less|floor|target|value|score|drops|falls|rises|goes|stays|reaches|equals)\b)*"
)

# What makes a number a figure: name of the rule and pattern.
FIGURES = {
    "time": (
        rf"{RANGE}[\s-]?(?:ns|µs|μs|ms|m?secs?|(?:milli|micro|nano)?seconds?|mins?|minutes?|h|hrs?|hours?)\b(?!-)"
    ),
    "s": rf"{RANGE}\s?s\b(?!['’]| of\b)",
    "time in words": (
        rf"\b(?:half\san?|one)[\s-](?:second|minute|hour)\b|{WORD}(?:\s(?:milli)?seconds|\s(?:minutes|hours)"
        r"|-(?:second|minute|hour))\b|\bsub-(?:milli)?second\b|\bsingle-digit\s(?:milli)?seconds\b"
    ),
    "x": (
        rf"{RANGE}(?:[xX×](?!\w)(?!\s*[\d(])(?!\s[-+*/=^]\s)|\s[xX×]\s{MORE})|(?<![\w)])(?<![\d)]\s)×{NUMBER}(?!\w|\s?[\d×])"
    ),
    "times": rf"(?:{RANGE}|{WORD})[\s-]times\s{MORE}|\ba\sfactor\sof\s(?:{RANGE}|{WORD})",
    "fold": rf"(?:{RANGE}[\s-]?|\b(?:ten|hundred|thousand)-?)fold\b(?!\scross)",
    "per cent": rf"(?:{RANGE}|{WORD})\s?(?:%(?![A-Za-z(])|percent(?:age)?\b|per\scent\b)",
    "size": rf"{RANGE}[\s-]?(?:[kKMGT]i?B|(?:kilo|mega|giga|tera)bytes?)\b",
    "rate": (
        rf"{RANGE}\s?(?:QPS|RPS|TPS)\b|\bQPS(?:\sof|\sis|\sabove|\sbelow|:|\s?[=<>≈])?\s{NUMBER}"
    ),
    "per second": (
        rf"{RANGE}\s\w+(?:\s(?:per|an?|each|every)\s|\s?/\s?)(?:s|sec|second|minute|hour)\b"
    ),
    "quality": rf"\b{MEASURE}(?:@\s?\w+)?{LINKING}{SHARE}|(?<![\w.]){SHARE}\s(?:ANN\s)?{MEASURE}\b",
    "money": (
        rf"\$\s?\d(?:[\d,.]*\d)?|{RANGE}\s?(?:USD|dollars?)\b"
        rf"|(?:[€£]\s?{RANGE}|{RANGE}\s?(?:€|EUR|euros?))\s?(?:per|an?|/)\s?\w+"
    ),
}
DECADE = re.compile(r"\b(?:1\d|20)\d0s\b|(\b(?:the|early|late)\s|\bmid-?\s?|['’])\d0s\b")
MATHS = re.compile(r"(?<![\w$])\${1,2}(?=[^\s$])([^$]+?)(?<=[^\s$])\${1,2}(?!\d)", re.DOTALL)
BARE_NUMBER = re.compile(r"[~≈<>+−-]?\s?\d+(?:[.,]\d+)*")
UNIT_OF_COLUMN = re.compile(
    r"(?:^|[\s(,\[/])((?:n|µ|m)?s|seconds?|min|minutes?|hours?|%|[kKMGT]i?B|QPS|USD|EUR|[$€])(?=[)\],]|$)"
)
DATE = re.compile(
    r"\b20\d\d-\d\d(?:-\d\d)?\b|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\s"
    r"(?:\d{1,2},\s)?20\d\d\b"
)
QUOTED = re.compile(r'"[^"]*"|“[^”]*”')
LESSON_MINUTES = re.compile(r"^\d+ minutes\.(?= You need: )")
MINUTES_TABLES = (("lesson", "minutes"), ("exercise", "level", "minutes"))
PAST = re.compile(
    r"\b(?:removed|merged|gone|replaced|superseded|obsolete|archived|renamed|formerly|no"
    r" longer|until|up to)\b"
)


@dataclass(frozen=True)
class Phrase:
    """A false phrase: its pattern, why it is false, what is right, and examples that do and do not
    match.
    """

    name: str
    pattern: str
    why: str
    right: str
    hit: list[str]
    miss: list[str]
    past: bool = False  # once true: allowed with what happened to it
    where: tuple[str, ...] = ("prose", "code", "source")


@dataclass(frozen=True)
class Allowed:
    """An exception: these words are allowed in that file, for a reason."""

    file: str
    words: str
    reason: str


@dataclass(frozen=True)
class Finding:
    """Something to fix, and where."""

    file: str
    place: str
    words: str
    why: str
    paragraph: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.file}, {self.place}: {self.words!r}: {self.why}"


def run(paths: list[Path]) -> int:
    """Print what to fix in these files, or in all; 1 if there is anything."""
    paths = [path.resolve() for path in paths] or files((*NOTEBOOKS, *DOCUMENTS, *SOURCES))
    phrases, allowed = read_phrases(), read_allowed()
    findings = [
        finding
        for path in paths
        for finding in (*unsourced(path), *untrue(path, phrases))
        if not excused(finding, allowed)
    ]
    print(*findings, f"{len(findings)} claims to fix in {len(paths)} files", sep="\n")
    return 1 if findings else 0


def files(patterns: tuple[str, ...], root: Path = ROOT) -> list[Path]:
    """The existing files of `patterns`, without hidden folders such as .ipynb_checkpoints and
    without the lists of this module, which hold the phrases themselves.
    """
    paths = {path for pattern in patterns for path in root.glob(pattern)} - {PHRASES, ALLOWED}
    return sorted(
        path
        for path in paths
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    )


def read_phrases(path: Path = PHRASES) -> list[Phrase]:
    """The false phrases. Raises `CourseError` with file and line of each problem."""
    return [Phrase(**entry) for entry in yamlfile.read(path, PHRASES_SCHEMA).data]


def read_allowed(path: Path = ALLOWED) -> list[Allowed]:
    """The exceptions. Raises `CourseError` with file and line of each problem."""
    return [Allowed(**entry) for entry in yamlfile.read(path, ALLOWED_SCHEMA).data]


def unsourced(path: Path, root: Path = ROOT) -> list[Finding]:
    """Figures in paragraphs of a notebook or document that lack the source or its date."""
    findings = []
    for block in blocks(path):
        if lacks := lacking(block):
            findings += [
                Finding(name_of(path, root), block.place, words, lacks, block.raw)
                for words in figures(block)
            ]
    return findings


def untrue(path: Path, phrases: list[Phrase], root: Path = ROOT) -> list[Finding]:
    """False phrases of a notebook, document or source that are not refuted on the spot."""
    findings = []
    for block in blocks(path):
        for phrase in phrases:
            match = re.search(phrase.pattern, block.raw)
            if match and not refuted(block, phrase):
                line = block.raw[: match.start()].count("\n") + 1
                place = f"line {line}" if block.kind == "source" else block.place
                why = f"{phrase.why} Right: {phrase.right} [{phrase.name}]"
                findings.append(Finding(name_of(path, root), place, match[0], why, block.raw))
    return findings


def excused(finding: Finding, allowed: list[Allowed]) -> bool:
    """Does an exception cover the words of this finding?"""
    return any(
        exception.file == finding.file
        and finding.words in exception.words
        and exception.words in finding.paragraph
        for exception in allowed
    )


def name_of(path: Path, root: Path) -> str:
    """The file's name below the course folder."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def lacking(block: Block) -> str:
    """What a figure in this block lacks; empty if there are a source and a date."""
    if not block.links:
        return (
            "a figure without a source. Let a cell print it, or add a link to the source and the"
            " date you read it."
        )
    if not DATE.search(block.text):
        return "a figure with a link, but without the date the source was read: (read 2026-08-19)."
    return ""


def figures(block: Block) -> list[str]:
    """The figures that a block states, as they are written."""
    text = ADDRESS.sub(" ", MATHS.sub(plain_maths, stated(block)))
    text = DECADE.sub(" ", text)
    spans = {match.span() for pattern in FIGURES.values() for match in re.finditer(pattern, text)}
    widest = [
        span for span in spans if not any(a <= span[0] and span[1] <= b for a, b in spans - {span})
    ]
    written = [text[start:end].strip() for start, end in sorted(widest)]
    written += [
        code
        for code in block.spans
        if any(re.fullmatch(pattern, code) for pattern in FIGURES.values())
    ]
    return [words for words in written if not repeats(words, block.code)]


def stated(block: Block) -> str:
    """The text of a block without what the rules allow."""
    if block.kind == "heading" and block.text.startswith("Claim"):
        return QUOTED.sub(" ", block.text)
    if block.kind == "item" and block.claims.endswith("claims"):
        return ""
    if block.kind == "item" and block.section == "Check yourself":
        return QUOTED.sub(" ", block.text)
    if block.kind == "row" and block.header and block.header not in MINUTES_TABLES:
        return " | ".join(
            map(with_unit, block.cells, block.header, [block.cells[0]] * len(block.cells))
        )
    return LESSON_MINUTES.sub(" ", block.text) if block.cell == 1 else block.text


def with_unit(cell: str, column: str, row: str) -> str:
    """`3.2` under "latency (ms)" reads 3.2 ms; `0.95` under "recall" reads recall 0.95."""
    if not BARE_NUMBER.fullmatch(cell):
        return cell
    unit = UNIT_OF_COLUMN.search(column) or UNIT_OF_COLUMN.search(row)
    return f"{cell} {unit[1]}" if unit else f"{row if re.match(MEASURE, row) else column} {cell}"


def repeats(words: str, code: str) -> bool:
    """Is every number of a figure in the code beside the comment? Then it is about a setting."""
    numbers = set(re.findall(r"\d+(?:[.,]\d+)*", words))
    return bool(numbers) and numbers <= set(re.findall(r"\d+(?:[.,]\d+)*", code))


def plain_maths(formula: re.Match[str]) -> str:
    r"""A formula as text, so that a figure in it is found: `$5\,\text{ms}$` reads 5 ms."""
    text = re.sub(r"\\(?:text|mathrm|mathit)\{([^}]*)\}", r"\1", formula[1].replace(r"\times", "×"))
    return re.sub(r"[\\{}~]|(?<=\d),(?=\D)", " ", text)


def refuted(block: Block, phrase: Phrase) -> bool:
    """Is the phrase allowed in this block?"""
    where = {"source": "source", "code": "code", "comment": ""}.get(
        block.kind, "prose"
    )  # a comment is searched with its cell
    if where not in phrase.where or ERROR_TAG in block.tags:
        return True
    obsolete = phrase.past and where == "prose" and PAST.search(block.raw)
    return bool(block.claims or block.box.startswith("Common pitfall") or obsolete)
