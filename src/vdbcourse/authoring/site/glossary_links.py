"""The glossary follows the reader: the first time a term stands on a page, it links to its
definition and shows it.
"""

import re
from collections.abc import Mapping

from bs4 import BeautifulSoup, NavigableString, Tag

from vdbcourse import glossary

LEFT_ALONE = {
    "a",
    "code",
    "pre",
    "script",
    "style",
    "summary",
    "button",
    "figure",
    "math",
    "label",
    "th",
    "legend",
    "select",
    "textarea",
}
LEFT_ALONE |= {f"h{level}" for level in range(1, 7)}
TARGET = re.compile(r"glossary(?:\.md|/|/index\.html)?#([\w-]+)$")


def mark(soup: BeautifulSoup, root: str) -> set[str]:
    """Link each term of the glossary where it stands first in running text; returns the ids of the
    terms that were marked.

    `root` leads from the page to the site's root ("" or "../../"). Links to the glossary that are
    there already show the definition as well.
    """
    terms = {term.id: term for term in glossary.terms()}
    done: set[str] = set()
    for link in soup.find_all("a", href=TARGET):
        found = TARGET.search(link["href"])
        if found and (term := terms.get(found[1])):
            dress(link, term.definition)
            done.add(term.id)
    for code in soup.find_all("code"):
        named = glossary.names().get(code.get_text())
        if named and named.id not in done and not code.find_parent(LEFT_ALONE - {"code"}):
            done.add(named.id)
            link = code.wrap(soup.new_tag("a", href=f"{root}glossary/#{named.id}"))
            dress(link, named.definition)
    words = glossary.by_words()
    for text in list(soup.find_all(string=True)):
        if type(text) is NavigableString and not any(
            parent.name in LEFT_ALONE for parent in text.parents
        ):
            replace(soup, text, words, root, done)
    return done


def replace(
    soup: BeautifulSoup,
    text: NavigableString,
    words: Mapping[str, glossary.Term],
    root: str,
    done: set[str],
) -> None:
    """Put a link in the place of each term in `text` that the page did not have before."""
    parts: list[NavigableString | Tag] = []
    start = 0
    for found in glossary.pattern().finditer(str(text)):
        term = words[" ".join(found[0].split())]
        if term.id in done:
            continue
        done.add(term.id)
        link = soup.new_tag("a", href=f"{root}glossary/#{term.id}")
        link.string = found[0]
        dress(link, term.definition)
        parts += [NavigableString(str(text)[start : found.start()]), link]
        start = found.end()
    if parts:
        text.replace_with(*parts, NavigableString(str(text)[start:]))


def dress(link: Tag, definition: str) -> None:
    """Give a link what the script needs to show the definition."""
    link["class"] = [*link.get("class", []), "term"]
    link["data-definition"] = definition.replace("`", "")  # a tooltip has one typeface
