"""The generated part of docs/architecture.md: the rooms of the package and their order, from the
contract that import-linter checks (`tool.importlinter` in pyproject.toml).
"""

import ast
import re
import tomllib
from pathlib import Path

from vdbcourse import settings
from vdbcourse.errors import CourseError

BEGIN = "<!-- made by ./course author architecture -->"
END = "<!-- end of what is made -->"


def path() -> Path:
    """The page."""
    return settings.root() / "docs" / "architecture.md"


def page() -> str:
    """The page with its generated part up to date. Raises `CourseError` without the two marks."""
    text = path().read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise CourseError(f"docs/architecture.md needs the lines {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n\n{_table(layers())}\n{END}{after}"


def layers() -> list[list[str]]:
    """The rooms of each layer, the highest layer first; rooms of one layer do not import each
    other.
    """
    project = tomllib.loads((settings.root() / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (rooms,) = [contract for contract in contracts if contract["id"] == "rooms"]
    return [[room.strip() for room in layer.split("|")] for layer in rooms["layers"]]


def _table(ordered: list[list[str]]) -> str:
    """A row for each room; a room may import those of the rows with a larger number."""
    rows = [
        f"| {number} | `{room}` | {_first_sentence(room)} |"
        for number, layer in enumerate(ordered, 1)
        for room in layer
    ]
    return "\n".join(["| layer | room | what it holds |", "|---|---|---|", *rows, ""])


def _first_sentence(room: str) -> str:
    """The first sentence of the room's docstring, on one line."""
    folder = settings.root() / "src" / "vdbcourse" / room
    source = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    words = " ".join(docstring.split())
    return re.split(r"(?<=\.)\s", words)[0].replace("|", "\\|")
