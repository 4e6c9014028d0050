"""Which file of the repository is which page, and how a link between files becomes a link between
pages.
"""

import os
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

LINK = re.compile(r"(\]\()([^)\s]+)(\))|((?:href|src)=[\"'])([^\"']+)([\"'])")
OUTSIDE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//|#|\$)", re.IGNORECASE)
FENCE = re.compile(r"^\s*(`{3,}|~{3,})")


@dataclass(frozen=True)
class Broken:
    """A fault in a source: the file and the line to look at, and what is wrong there."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


def page_of(path: str) -> str:
    """The page (its Markdown file, as mkdocs counts them) of a file of the repository."""
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if path == "CHANGELOG.md":
        return "changelog.md"
    if path.startswith("docker/") and path.endswith("/README.md"):
        return path.removesuffix("/README.md") + ".md"
    special = {
        "chapters/glossary.md": "glossary.md",
        "chapters/quiz.ipynb": "quiz.md",
        "chapters/start.ipynb": "paths.md",
    }
    return special.get(path) or str(PurePosixPath(path).with_suffix(".md"))


def relinked(text: str, path: str, page: str, files: Callable[[str], bool]) -> str:
    """Markdown of the file `path` with links that hold on the page `page`; links inside code stay
    as they are.

    `files` tells whether the repository has a file of that name; what it does not have stays for
    the check of the built pages.
    """
    fence, lines = None, []
    for line in text.splitlines():
        if found := FENCE.match(line):
            fence = None if fence and line.strip().startswith(fence) else fence or found[1]
        lines.append(
            line if fence else LINK.sub(lambda match: moved(match, path, page, files), line)
        )
    return "\n".join(lines)


def moved(match: re.Match[str], path: str, page: str, files: Callable[[str], bool]) -> str:
    """One link, moved from file to page."""
    before, target, after = match.group(1, 2, 3) if match[2] is not None else match.group(4, 5, 6)
    if OUTSIDE.match(target):
        return match[0]
    name, mark, anchor = target.partition("#")
    there = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    if not files(there) or not there.endswith((".ipynb", ".md")):
        return match[0]
    return (
        before
        + os.path.relpath(page_of(there), posixpath.dirname(page) or ".").replace(os.sep, "/")
        + mark
        + anchor
        + after
    )


def line_of(text: str, words: str) -> int:
    """The first line of `text` that holds `words`, counted from 1; 1 if none does."""
    return next((number for number, line in enumerate(text.splitlines(), 1) if words in line), 1)
