"""Every link and anchor inside the built site leads somewhere; a broken one is named with file and
line of its source.
"""

import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

from vdbcourse.authoring.site.repository_links import Broken, line_of


@dataclass(frozen=True)
class Fault:
    """A link, and what is wrong with it."""

    link: str
    what: str

    @property
    def key_words(self) -> str:
        """The part of the link that its source is likely to hold as well: the anchor, or the last
        name in the path.
        """
        path, _, anchor = self.link.partition("#")
        return f"#{anchor}" if anchor else next(filter(None, reversed(path.split("/"))), path)


@dataclass(frozen=True)
class Built:
    """A built page: what it links to inside the site, where else it asks, and the
    anchors it has.
    """

    path: str
    links: tuple[str, ...]
    anchors: frozenset[str]
    loaded_from_elsewhere: tuple[str, ...]


def parsed(site: Path) -> dict[str, BeautifulSoup]:
    """All pages of the folder `site` by their path in it, but for those that JupyterLite made."""
    paths = sorted(
        path for path in site.rglob("*.html") if path.relative_to(site).parts[0] != "lite"
    )
    return {
        path.relative_to(site).as_posix(): BeautifulSoup(
            path.read_bytes(), "lxml", from_encoding="utf-8"
        )
        for path in paths
    }


def page(path: str, soup: BeautifulSoup) -> Built:
    """One built page."""
    links = [one["href"] for one in soup.find_all(["a", "link"], href=True)] + [
        one["src"] for one in soup.find_all(src=True)
    ]
    loads = [
        one["href"]
        for one in soup.find_all("link", href=True)
        if set(one.get("rel", [])) & {"stylesheet", "icon", "preload"}
    ]
    loads += [one["src"] for one in soup.find_all(src=True)]
    return Built(
        path=path,
        links=tuple(link for link in links if is_inside(link)),
        anchors=frozenset(one["id"] for one in soup.find_all(id=True)),
        loaded_from_elsewhere=tuple(one for one in loads if urlsplit(one).netloc),
    )


def is_inside(link: str) -> bool:
    """Does the link stay on the site?"""
    parts = urlsplit(link)
    return not parts.scheme and not parts.netloc


def broken(
    site: Path,
    pages: Mapping[str, BeautifulSoup],
    source_of: Callable[[str], tuple[str, str]],
    root: str = "/",
) -> list[Broken]:
    """Links of `pages` that lead nowhere in the folder `site`, and things a page would load from
    another host.

    `source_of` gives file and text of the source of a built page. `root` is the site's own path,
    for the links of the page 404.
    """
    built = {path: page(path, soup) for path, soup in pages.items()}
    faults = []
    for page_built in built.values():
        of_links = (fault_of(link, page_built, built, site, root) for link in page_built.links)
        of_page = dict.fromkeys(filter(None, of_links))
        of_page |= {
            Fault(address, f"{address} would be loaded from another host"): None
            for address in page_built.loaded_from_elsewhere
        }
        path, text = source_of(page_built.path) if of_page else ("", "")
        faults += [Broken(path, line_of(text, fault.key_words), fault.what) for fault in of_page]
    return faults


def fault_of(link: str, one: Built, built: dict[str, Built], site: Path, root: str) -> Fault | None:
    """What is wrong with a link of a page, None if it leads somewhere."""
    parts = urlsplit(link)
    path = unquote(parts.path)
    target = (
        posixpath.normpath(posixpath.join("/" + posixpath.dirname(one.path), path)).lstrip("/")
        if path
        else one.path
    )
    if path.startswith("/"):
        target = path.removeprefix(root).lstrip("/")
    if (site / target).is_dir():
        target = posixpath.join(target, "index.html")
    target = posixpath.normpath(target)
    if not (site / target).is_file():
        return Fault(link, f"the link to {link} leads nowhere")
    anchor = unquote(parts.fragment)
    if (
        anchor
        and target in built
        and anchor not in built[target].anchors
        and not anchor.startswith("__")
    ):
        return Fault(link, f"the link to {link} leads to a page that has no such part")
    return None


def lines(faults: Iterable[Broken]) -> str:
    """Faults, one a line."""
    return "\n".join(map(str, faults))
