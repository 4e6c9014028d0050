"""The plugin that mkdocs calls while it builds (`plugins` in mkdocs.yml): it gets the pages that
are made from notebooks, facts and terms, and each page its finish.
"""

import json
import os
import sys
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils.templates import TemplateContext

from vdbcourse import settings
from vdbcourse.authoring.site import (
    built_site,
    cheat_sheet_pdf,
    jupyterlite,
    notebook_page,
    page_html,
    pages,
    search_index,
    share_pictures,
    third_party,
)
from vdbcourse.authoring.site.repository_links import relinked

GET = "<!-- how to get the course -->"  # in docs/index.md
MIKE = "MIKE_DOCS_VERSION"  # mike sets it while it builds the site of one version


class _NoOptions(Config):  # type: ignore[no-untyped-call]  # of mkdocs
    """The plugin takes none."""


class CoursePlugin(BasePlugin[_NoOptions]):  # type: ignore[no-untyped-call]  # of mkdocs
    """One build: the pages that are made, and those that mkdocs has written so far."""

    def __init__(self) -> None:
        self.made: dict[str, pages.Page] = {}
        self.written: list[built_site.Finished] = []
        self.printed: dict[str, str] = {}  # what programs printed, by address and anchor
        self.prints = True

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """While somebody writes and looks, nothing is printed: that takes longer than the rest."""
        self.prints = command != "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Make the pages and their order; offer a choice of versions only where mike publishes."""
        self.written.clear()
        self.printed.clear()
        _say("reading notebooks, facts, terms and questions")
        self.made = pages.made()
        config.nav = pages.nav(self.made)
        if os.environ.get(MIKE):
            config.extra["version"] = {"provider": "mike"}
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add what is made to what is written."""
        _say(f"writing {len(self.made) + len(files.documentation_pages())} pages")
        for page in self.made.values():
            files.append(File.generated(config, page.uri, content=page.markdown))
        for name, content in pages.downloads().items():
            files.append(File.generated(config, name, content=content))
        for name, content in third_party.scripts().items():
            files.append(File.generated(config, f"assets/vendored/{name}", content=content))
        return files

    def on_page_markdown(
        self, markdown: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files
    ) -> str:
        """Turn links between files into links between pages, and give boxes of written pages the
        look of those in lessons.
        """
        uri = page.file.src_uri
        text = markdown if uri in self.made else notebook_page.boxed(markdown)
        text = text.replace(GET, how_to_get())
        return relinked(
            text, self._origin(uri), uri, lambda path: (settings.root() / path).is_file()
        )

    def on_page_content(
        self, html: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files
    ) -> str:
        """Finish the body of the page."""
        to_root = "../" * page.url.count("/")
        whole = page.file.src_uri != "glossary.md"
        body, printed = page_html.finished(html, to_root, glossary=whole)
        for anchor, text in printed.items():
            self.printed[f"{page.url}#{anchor}" if anchor else page.url] = text
        return body

    def on_page_context(
        self, context: TemplateContext, *, page: MkDocsPage, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Add the address of the page's picture, and keep a note of the page for the end."""
        card = {"card": share_pictures.path(page.url)}
        part = next((str(section.title) for section in reversed([*page.ancestors])), "")
        title = str(page.meta.get("title") or page.title)
        self.written.append(built_site.Finished(page.file.src_uri, page.url, title, part))
        return cast(TemplateContext, {**context, **card})

    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        """Name what Material leaves nameless."""
        return page_html.named(output)

    def on_post_template(
        self, output_content: str, *, template_name: str, config: MkDocsConfig
    ) -> str:
        """Do the same on the page for addresses that do not exist."""
        return page_html.named(output_content) if template_name == "404.html" else output_content

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Add the lesson that runs in the page, sheets for print and pictures, and check the site.

        Raises `CourseError` naming file and line of each fault.
        """
        site, root = Path(config.site_dir), urlsplit(config.site_url or "/").path
        index = site / "search" / "search_index.json"
        searched = json.loads(index.read_text(encoding="utf-8"))
        index.write_text(
            json.dumps(
                search_index.completed(searched, self.printed),
                ensure_ascii=False,
                separators=(",", ":"),
            ),
            encoding="utf-8",
        )
        _say("packing the lesson that runs in the page")
        jupyterlite.build(site, root)
        if self.prints:
            _say("printing cheat sheets")
            cheat_sheet_pdf.print_sheets(site)
        _say("drawing pictures for links, checking links")
        built_site.finish(site, self.written, self._source, root)

    def _origin(self, uri: str) -> str:
        """The file from which the links on a page are seen."""
        page = self.made.get(uri)
        if page is None:
            return f"docs/{uri}"
        inside_docs = page.source.endswith(".yaml") or uri.endswith("/index.md")
        return "docs/x.md" if inside_docs else page.source

    def _source(self, uri: str) -> str:
        """The file that an author changes to change a page."""
        return self.made[uri].source if uri in self.made else f"docs/{uri}"


def _say(step: str) -> None:
    """Name the step that follows: the whole build takes a minute or more."""
    print(f"site: {step}", file=sys.stderr, flush=True)


def how_to_get() -> str:
    """The lines that get the course and start it. Where the repository is, GitHub says to a job
    that publishes the site.
    """
    server, repository = (os.environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY"))
    lines = ["./course lab"]
    if server and repository:
        folder = repository.rpartition("/")[2]
        lines = [f"git clone {server}/{repository}.git", f"cd {folder}", *lines]
    return "\n".join(["```", *lines, "```"])
