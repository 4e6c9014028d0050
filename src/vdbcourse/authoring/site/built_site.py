"""After mkdocs: the cards of the pages, and the checks of what was built."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup

from vdbcourse import files, settings
from vdbcourse.authoring.site import links, reading_grade, share_pictures
from vdbcourse.errors import CourseError

HARDEST = 10.0  # median reading grade of all pages; a school year


@dataclass(frozen=True)
class Finished:
    """A page that mkdocs wrote: its Markdown file, its address on the site, its title and the part
    of the course.
    """

    uri: str
    url: str
    title: str
    part: str


def finish(site: Path, pages: Sequence[Finished], source: Callable[[str], str], root: str) -> None:
    """Write the cards, check links and reading grade, print what was built.

    Raises `CourseError` naming file and line of each broken link, or the hardest pages if the site
    is too hard to read.
    """
    for page in pages:
        files.write_atomically(
            site / share_pictures.path(page.url), share_pictures.png(page.title, page.part)
        )
    by_path = {f"{page.url}index.html": page for page in pages}
    by_path["index.html"] = by_path.get("index.html") or next(
        page for page in pages if page.url in ("", "./")
    )

    def source_of(path: str) -> tuple[str, str]:
        name = source(by_path[path].uri) if path in by_path else "mkdocs.yml"
        return name, (settings.root() / name).read_text(encoding="utf-8")

    parsed = links.parsed(site)
    if faults := links.broken(site, parsed, source_of, root):
        raise CourseError("The site was not built.\n" + links.lines(faults))
    grades = reading_grades(parsed, by_path)
    hardest = sorted(grades.items(), key=lambda pair: pair[1])[-3:]
    told = ", ".join(f"{uri} {value:.1f}" for uri, value in hardest)
    median = statistics.median(grades.values())
    if median > HARDEST:
        raise CourseError(
            f"The median reading grade of the pages is {median:.1f}, over {HARDEST}. The hardest:"
            f" {told}."
        )
    print(
        f"{len(pages)} pages; reading grade (Flesch-Kincaid): median {median:.1f}, hardest {told}"
    )


def reading_grades(
    parsed: Mapping[str, BeautifulSoup], pages: Mapping[str, Finished]
) -> dict[str, float]:
    """The grade of each page with enough prose."""
    articles = {page.uri: parsed[path].select_one("article") for path, page in pages.items()}
    grades = {uri: reading_grade.grade(article) for uri, article in articles.items() if article}
    return {uri: value for uri, value in grades.items() if value is not None}
