"""The text of notebooks, Markdown documents and sources: their paragraphs, each with its
surroundings.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

HIDDEN = "\ufffc"  # stands for inline code in a paragraph's text
ADDRESS = re.compile(r"https?://[^\s)>\]]+")
COMMENT = re.compile(r"^\s*#\s(.*)$|  #\s(.*)$", re.MULTILINE)
COMMENT_LINES = re.compile(r"(?:^\s*#\s.*\n?)+|  #\s.*$", re.MULTILINE)
CLAIMS = re.compile(r"^Claim\b|\bclaims$")
UNREAD = re.compile(r"<!--.*?-->|<(style|script|pre|code)\b.*?</\1>", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, list item, table row, comment or piece of code."""

    kind: str  # prose, item, heading, row, comment, code, source
    text: str  # as read, with `HIDDEN` for inline code
    raw: str  # with inline code in its backticks
    spans: tuple[str, ...] = ()  # the inline code
    cells: tuple[str, ...] = ()  # of a table's row
    header: tuple[str, ...] = ()  # of the row's table
    links: tuple[str, ...] = ()  # to the web
    box: str = ""  # the bold first words of the block quote it is in
    level: int = 0  # of a heading
    section: str = ""  # the heading above
    # the heading of a section that announces claims to be tested: "Claim 3: ...", "Twelve claims"
    claims: str = ""
    line: int = 1
    cell: int = 0  # number of the cell, from 1; 0 outside notebooks
    tags: tuple[str, ...] = ()  # of the cell
    code: str = ""  # of a comment's cell, without the comments

    @property
    def place(self) -> str:
        """Where a reader finds it."""
        return f"cell {self.cell}" if self.cell else f"line {self.line}"


def blocks(path: Path) -> list[Block]:
    """The blocks of a notebook, a Markdown document, or a source file (which is one block)."""
    if path.suffix == ".ipynb":
        return list(notebook_blocks(nbformat.read(path, as_version=4)))
    text = path.read_text(encoding="utf-8")
    return (
        list(in_sections(markdown_blocks(text)))
        if path.suffix == ".md"
        else [Block("source", "", text)]
    )


def notebook_blocks(notebook: nbformat.NotebookNode) -> Iterator[Block]:
    """The blocks of each Markdown cell; each code cell as code, and its comments. Outputs are
    computed, so they are not claims.
    """
    collected = []
    for number, cell in enumerate(notebook.cells, start=1):
        cell_blocks = (
            markdown_blocks(cell.source)
            if cell.cell_type == "markdown"
            else code_blocks(cell.source)
        )
        collected += [
            replace(block, cell=number, tags=tuple(cell.metadata.get("tags", ())))
            for block in cell_blocks
        ]
    return in_sections(collected)


def in_sections(sequence: Iterable[Block]) -> Iterator[Block]:
    """The blocks with the headings above them; a section of a notebook may span cells."""
    section, claims, level = "", "", 0
    for block in sequence:
        section = block.text if block.level else section
        if block.level and CLAIMS.search(block.text):
            claims, level = block.text, block.level
        elif block.level and block.level <= level:
            claims, level = "", 0
        yield replace(block, section=section, claims=claims)


def code_blocks(source: str) -> Iterator[Block]:
    """A cell's code, and its comments; consecutive comment lines are one block."""
    yield Block("code", "", source)
    code = COMMENT.sub("", source)
    for lines in COMMENT_LINES.finditer(source):
        text = " ".join(whole or trailing for whole, trailing in COMMENT.findall(lines[0]))
        yield Block("comment", text, text, links=tuple(ADDRESS.findall(text)), code=code)


def markdown_blocks(text: str) -> Iterator[Block]:
    """The blocks of a Markdown text."""
    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text))
    for node in tree.children:
        yield from node_blocks(node)


def node_blocks(node: SyntaxTreeNode, box: str = "", kind: str = "prose") -> Iterator[Block]:
    """The blocks of one node of the syntax tree; `box` is the label of the block quote around it,
    `kind` is "item" in a list.
    """
    line = node.map[0] + 1 if node.map else 1
    if node.type == "heading":
        heading = inline_block(node.children[0])
        yield replace(heading, kind="heading", level=int(node.tag[1]), box=box, line=line)
    elif node.type == "paragraph":
        yield replace(inline_block(node.children[0]), kind=kind, box=box, line=line)
    elif node.type == "table":
        yield from table_blocks(node, box)
    elif node.type in ("fence", "code_block"):
        yield Block("code", "", node.content, box=box, line=line)
    elif node.type == "html_block":
        yield replace(html_block(node.content), box=box, line=line)
    elif node.type == "blockquote":
        for child in node.children:
            box = label(child) or box
            yield from node_blocks(child, box, kind)
    else:
        for child in node.children:
            yield from node_blocks(child, box, "item" if node.type == "list_item" else kind)


def label(node: SyntaxTreeNode) -> str:
    """The bold words at the start of a paragraph: `Common pitfall.`"""
    begins = (
        re.match(r"\*\*([^*]+)\*\*", node.children[0].content) if node.type == "paragraph" else None
    )
    return begins[1] if begins else ""


def table_blocks(table: SyntaxTreeNode, box: str) -> Iterator[Block]:
    """One block for each row, the header's first."""
    header: tuple[str, ...] = ()
    first = table.map[0] if table.map else 0
    for row in (row for part in table.children for row in part.children):
        cells = [inline_block(cell.children[0]) for cell in row.children]
        texts = tuple(cell.text for cell in cells)
        yield Block(
            "row",
            " | ".join(texts),
            " | ".join(cell.raw for cell in cells),
            spans=sum((cell.spans for cell in cells), ()),
            cells=texts,
            header=header,
            links=sum((cell.links for cell in cells), ()),
            box=box,
            line=(row.map[0] if row.map else first) + 1,
        )
        header = header or texts


def html_block(source: str) -> Block:
    """The text of raw HTML, including text right after `<details>` without a blank line between."""
    shown = UNREAD.sub(" ", source)
    text = " ".join(re.sub(r"<[^>]*>", " ", shown).split())
    return Block("prose", text, text, links=tuple(re.findall(r'href="(https?://[^"]+)"', shown)))


def inline_block(node: SyntaxTreeNode) -> Block:
    """The running text of a paragraph, a heading or a table's cell."""
    text, raw, spans, links = [], [], [], []
    for child in node.walk():
        if child.type == "code_inline":
            text.append(HIDDEN)
            raw.append(f"`{child.content}`")
            spans.append(child.content)
        elif child.type in ("text", "text_special", "image", "softbreak", "hardbreak"):
            content = child.content if child.type in ("text", "text_special", "image") else " "
            text.append(content)
            raw.append(content)
        elif child.type == "link":
            links.append(str(child.attrs["href"]))
        elif child.type == "html_inline":
            links.extend(re.findall(r'href="([^"]+)"', child.content))
    links += ADDRESS.findall("".join(text))
    to_the_web = tuple(link for link in links if ADDRESS.match(link))
    return Block("prose", "".join(text), "".join(raw), spans=tuple(spans), links=to_the_web)
