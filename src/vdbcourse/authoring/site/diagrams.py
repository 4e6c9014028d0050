"""Diagrams in Mermaid: drawn by a script on the page, and said in words for those who do not see
them.
"""

import html
import re

NODE = re.compile(
    r"(\w+)(?:\[\(\"?(.*?)\"?\)\]|\[\"?(.*?)\"?\]|\(\[?\"?(.*?)\"?\]?\)|\{\"?(.*?)\"?\})"
)
ARROW = re.compile(
    r"\s*(?:--\s*\"?([^\"|>-][^\">]*?)\"?\s*-->|-\.\s*\"?([^\"]*?)\"?\s*\.->|-->\|\"?([^|]*?)\"?\||-->|-\.->|==>|---)\s*"
)
MESSAGE = re.compile(r"^(\w+)\s*-{1,2}>>?\s*(\w+)\s*:\s*(.*)$")
PARTICIPANT = re.compile(r"^(?:participant|actor)\s+(\w+)(?:\s+as\s+(.*))?$")
NOTE = re.compile(r"^Note (?:over|left of|right of) ([\w, ]+):\s*(.*)$", re.IGNORECASE)
BLOCK = re.compile(r"^(par|and|alt|else|opt|loop)\s+(.*)$")


def figure(source: str) -> str:
    """The diagram for the page: its source for the script, and its words behind a click."""
    items = "".join(f"<li>{html.escape(line)}</li>" for line in words(source))
    return (
        '<figure class="diagram">\n<pre class="source"'
        f' tabindex="0">{html.escape(source.rstrip())}</pre>\n<details><summary>The diagram in'
        f" words</summary><ol>{items}</ol></details>\n</figure>"
    )


def words(source: str) -> list[str]:
    """What the diagram shows, a sentence for each arrow, message or note. Raises `ValueError` for a
    kind that is not known.
    """
    lines = [
        line.strip()
        for line in source.splitlines()
        if line.strip() and not line.strip().startswith("%%")
    ]
    kind = lines[0].split()[0]
    if kind == "sequenceDiagram":
        return messages(lines[1:])
    if kind in ("flowchart", "graph"):
        return arrows(lines[1:])
    raise ValueError(
        f"diagrams of the kind {kind!r} have no words yet; there are flowchart and sequenceDiagram"
    )


def messages(lines: list[str]) -> list[str]:
    """Messages and notes of a sequence diagram, in order."""
    names, said = {}, []
    for line in lines:
        if found := PARTICIPANT.match(line):
            names[found[1]] = plain(found[2] or found[1])
        elif found := MESSAGE.match(line):
            said.append(
                f"{names.get(found[1], found[1])} to {names.get(found[2], found[2])}:"
                f" {plain(found[3])}"
            )
        elif found := NOTE.match(line):
            who = " and ".join(names.get(one.strip(), one.strip()) for one in found[1].split(","))
            said.append(f"Note at {who}: {plain(found[2])}")
        elif found := BLOCK.match(line):
            said.append(
                f"{'At the same time' if found[1] in ('par', 'and') else found[1].capitalize()}:"
                f" {plain(found[2])}"
            )
    return said


def arrows(lines: list[str]) -> list[str]:
    """Arrows of a flow chart; a node is called by its label."""
    names = {
        found[1]: plain(next(filter(None, found.groups()[1:]), found[1]))
        for line in lines
        for found in NODE.finditer(line)
    }
    said = []
    for line in lines:
        bare = NODE.sub(lambda found: found[1], line)
        for arrow in ARROW.finditer(bare):
            before, after = bare[: arrow.start()].split()[-1:], bare[arrow.end() :].split()[:1]
            if before and after:
                label = plain(next(filter(None, arrow.groups()), ""))
                ends = (
                    f"{names.get(before[0], before[0])} to"
                    f" {names.get(after[0].rstrip(';'), after[0])}"
                )
                said.append(f"{ends}: {label}" if label else ends)
    return said


def plain(text: str) -> str:
    """A label without line breaks and quotes."""
    return " ".join(re.sub(r"<br\s*/?>", " ", text).replace('"', "").split())
