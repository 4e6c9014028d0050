"""What mkdocs calls while it builds (`hooks` in mkdocs.yml): it gets the pages that are made, and
each page its finishing.
"""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as MkDocsPage

from vdbcourse import settings
from vdbcourse.authoring.site import (
    built_site,
    cheat_sheet_pdf,
    glossary_links,
    jupyterlite,
    notebook_page,
    pages,
    share_pictures,
    third_party,
)
from vdbcourse.authoring.site.repository_links import relinked

MIKE = "MIKE_DOCS_VERSION"  # mike sets it while it builds the site of one version
NAMELESS = {
    '<div class="md-search" data-md-component="search" role="dialog"': "Search",
    '<nav class="md-tags"': "Tags",
}
NAVIGATION = re.compile(
    r'(<nav class="md-nav" data-md-level="[1-9]" )aria-labelledby="[^"]*"([^>]*>\s*<label'
    r' class="md-nav__title"[^>]*>\s*'
    r'<span class="md-nav__icon md-icon"></span>\s*([^<]*?)\s*</label>)'
)
MADE: dict[str, pages.Page] = {}
MODE = {"print": True}
BUILT: list[built_site.Finished] = []


def on_startup(command: str, dirty: bool) -> None:
    """While somebody writes and looks, nothing is printed: that takes longer than the rest."""
    MODE["print"] = command != "serve"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Make the pages and their order; show the choice of versions only where mike
    publishes them.
    """
    BUILT.clear()
    MADE.clear()
    MADE.update(pages.made())
    config.nav = pages.nav(MADE)
    if os.environ.get(MIKE):
        config.extra["version"] = {"provider": "mike"}
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is made to what is written."""
    for page in MADE.values():
        files.append(File.generated(config, page.uri, content=page.markdown))
    for name, content in pages.downloads().items():
        files.append(File.generated(config, name, content=content))
    for name, content in third_party.scripts().items():
        files.append(File.generated(config, f"assets/vendored/{name}", content=content))
    return files


def on_page_markdown(markdown: str, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
    """Links between files become links between pages, and boxes of written pages look like those of
    lessons.
    """
    uri = page.file.src_uri
    text = markdown if uri in MADE else notebook_page.boxed(markdown)
    return relinked(text, source_of(uri), uri, lambda path: (settings.root() / path).is_file())


def source_of(uri: str) -> str:
    """The file of the repository that a page comes from."""
    made = MADE.get(uri)
    if made is None:
        return f"docs/{uri}"
    return (
        "docs/x.md" if made.source.endswith(".yaml") or uri.endswith("/index.md") else made.source
    )


def on_page_content(html: str, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
    """Formulas become MathML, tables can be scrolled by keyboard, terms lead to the glossary."""
    soup = BeautifulSoup(html, "lxml")
    for formula in soup.select(".arithmatex"):
        formula.replace_with(mathml(formula.get_text()))
    for box in soup.select(".task-list-item input"):
        item = box.find_parent("li")
        box["aria-label"] = " ".join(
            (item.find("strong") or item).get_text(" ", strip=True).split()
        )
    for table in soup.select("table"):
        scrollable(soup, table)
    if page.file.src_uri != "glossary.md":
        glossary_links.mark(soup, "../" * page.url.count("/"))
    return soup.body.decode_contents() if soup.body else ""


def mathml(text: str) -> Tag:
    """A formula as browsers draw it; the source stays as its text for those who copy it."""
    from latex2mathml import converter

    block = text.startswith("\\[")
    made = BeautifulSoup(
        converter.convert(text[2:-2], display="block" if block else "inline"), "html.parser"
    )
    return made.find("math")


def scrollable(soup: BeautifulSoup, table: Tag) -> None:
    """Put a table into a box that scrolls on a narrow screen, also by keyboard."""
    table["class"] = [*table.get("class", []), "data"]
    for attribute in ("border", "style"):
        if attribute in table.attrs:
            del table[attribute]
    for corner in table.find_all("th"):
        if not corner.get_text(strip=True):
            corner.name = "td"  # above the row labels stands no heading
            corner.attrs.pop("scope", None)
    if table.parent is None or "scroll" not in table.parent.get("class", []):
        table.wrap(
            soup.new_tag(
                "div",
                attrs={"class": "scroll", "tabindex": "0", "role": "group", "aria-label": "Table"},
            )
        )


def on_page_context(
    context: dict[str, Any], page: MkDocsPage, config: MkDocsConfig, nav: object
) -> dict[str, Any]:
    """The address of the page's card, and a note of the page for the finish."""
    context["card"] = share_pictures.path(page.url)
    part = page.ancestors[-1].title if page.ancestors else ""
    BUILT.append(
        built_site.Finished(
            page.file.src_uri, page.url, str(page.meta.get("title") or page.title), part
        )
    )
    return context


def on_post_page(output: str, page: MkDocsPage, config: MkDocsConfig) -> str:
    """Name what Material leaves nameless."""
    return named(output)


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """The same on the page for addresses that do not exist."""
    return named(output_content) if template_name == "404.html" else output_content


def named(output: str) -> str:
    """Names for screen readers: of the search box, the tags, and parts of the navigation."""
    for start, name in NAMELESS.items():
        output = output.replace(start, f'{start} aria-label="{name}"')
    return NAVIGATION.sub(r'\1aria-label="\3"\2', output)


def on_post_build(config: MkDocsConfig) -> None:
    """The lesson that runs in the page, sheets for print, cards, and the checks of what was built.

    Raises `CourseError` naming file and line of each fault.
    """
    site, root = Path(config.site_dir), urlsplit(config.site_url or "/").path
    jupyterlite.build(site, root)
    if MODE["print"]:
        cheat_sheet_pdf.print_sheets(site)
    built_site.finish(site, BUILT, source_file, root)


def source_file(uri: str) -> str:
    """The file that an author changes to change a page."""
    return MADE[uri].source if uri in MADE else f"docs/{uri}"
