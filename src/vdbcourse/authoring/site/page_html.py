"""What the HTML of a page gets after mkdocs has made it: MathML, tables that scroll, names for
screen readers, links to the glossary.
"""

import re

from bs4 import BeautifulSoup, Tag

from vdbcourse.authoring.site import glossary_links, search_index
from vdbcourse.authoring.site.mathml import mathml

NAMELESS = {
    '<div class="md-search" data-md-component="search" role="dialog"': "Search",
    '<nav class="md-tags"': "Tags",
}
NAVIGATION = re.compile(
    r'(<nav class="md-nav" data-md-level="[1-9]" )aria-labelledby="[^"]*"([^>]*>\s*<label'
    r' class="md-nav__title"[^>]*>\s*'
    r'<span class="md-nav__icon md-icon"></span>\s*([^<]*?)\s*</label>)'
)


def finished(html: str, to_root: str, glossary: bool) -> tuple[str, dict[str, str]]:
    """The body of a page, and what is printed on it by anchor. to_root: the way from the page to
    the site's root ("" or "../../"); glossary: do its terms lead to the glossary?
    """
    soup = BeautifulSoup(html, "lxml")
    for formula in soup.select(".arithmatex"):
        formula.replace_with(mathml(formula.get_text()))
    for box in soup.select(".task-list-item input"):
        _label(box)
    for table in soup.select("table"):
        _make_scrollable(soup, table)
    for sheet in soup.select(".sheet"):
        _keep_sections_whole(soup, sheet)
    if glossary:
        glossary_links.mark(soup, to_root)
    printed = search_index.outputs(soup)
    return soup.body.decode_contents() if soup.body else "", printed


def _label(box: Tag) -> None:
    """Name a check box after the bold words of its item, or after all of them."""
    item = box.find_parent("li")
    if item is not None:
        words = (item.find("strong") or item).get_text(" ", strip=True)
        box["aria-label"] = " ".join(words.split())


def _keep_sections_whole(soup: BeautifulSoup, sheet: Tag) -> None:
    """Put each heading of a cheat sheet and what stands below it into a section, which print.css
    does not break.
    """
    section: Tag | None = None
    for part in list(sheet.children):
        if isinstance(part, Tag) and part.name == "h2":
            section = soup.new_tag("section")
            part.insert_before(section)
        if section is not None:
            section.append(part.extract())


def _make_scrollable(soup: BeautifulSoup, table: Tag) -> None:
    """Put a table into a box that scrolls on a narrow screen, also by keyboard."""
    table["class"] = " ".join([*filter(None, table.get_attribute_list("class")), "data"])
    for attribute in ("border", "style"):
        if attribute in table.attrs:
            del table[attribute]
    for corner in table.find_all("th"):
        if not corner.get_text(strip=True):
            corner.name = "td"  # above the row labels stands no heading
            corner.attrs.pop("scope", None)
    if table.parent is None or "scroll" not in table.parent.get_attribute_list("class"):
        table.wrap(
            soup.new_tag(
                "div",
                attrs={"class": "scroll", "tabindex": "0", "role": "group", "aria-label": "Table"},
            )
        )


def named(output: str) -> str:
    """Names for screen readers: of the search box, the tags, and parts of the navigation."""
    for start, name in NAMELESS.items():
        output = output.replace(start, f'{start} aria-label="{name}"')
    return NAVIGATION.sub(r'\1aria-label="\3"\2', output)
