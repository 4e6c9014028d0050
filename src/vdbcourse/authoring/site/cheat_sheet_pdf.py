"""The cheat sheets as PDF: each built page is printed by Chromium, and has to fit on one A4 page.

print_sheets(Path("site"))      [site/cheat-sheets/milvus.pdf, ...]
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from vdbcourse.authoring.site import chromium
from vdbcourse.errors import CourseError
from vdbcourse.files import write_atomically

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = "cheat-sheets"
PAGE = re.compile(rb"/Type\s*/Page\b")  # Chromium writes one such object a page, uncompressed
# sections that a column may not cut (print.css): all, those of at most so many blocks, none
WHOLE = ("all", "4", "2", "none")
PLACE = '<span class="sheet-pdf"></span>'  # where a sheet wants the link to its PDF


def print_sheets(site: Path) -> list[Path]:
    """Print `site/cheat-sheets/NAME/index.html` to `site/cheat-sheets/NAME.pdf` for each sheet, and
    link it on the page.

    Raises `CourseError` if there is no sheet or no Chromium, or a sheet takes more than one page;
    no PDF is written then.
    """
    names = sorted(path.parent.name for path in site.glob(f"{FOLDER}/*/index.html"))
    if not names:
        raise CourseError(
            f"{site} holds no page below {FOLDER}/, so there is nothing to print. Build the site"
            " first: ./course docs"
        )
    with chromium.served(site) as address, chromium.launched() as browser:
        printed = {name: pdf(browser, f"{address}/{FOLDER}/{name}/") for name in names}
    for name, (data, _) in printed.items():
        if (pages := len(PAGE.findall(data))) != 1:
            raise CourseError(
                f"The cheat sheet {name} takes {pages} A4 pages instead of one. Shorten"
                f" docs/{FOLDER}/{name}.md."
            )
    return [written(site, name, data, whole) for name, (data, whole) in printed.items()]


def pdf(browser: "Browser", url: str) -> tuple[bytes, str]:
    """A page as its print style wants it, in light colours; and the strictest of WHOLE with which
    it is one page, or the last.
    """
    page = browser.new_page(color_scheme="light", reduced_motion="reduce")
    page.emulate_media(media="print")
    page.goto(url)
    for whole in WHOLE:
        page.locator(".sheet").evaluate("(sheet, whole) => { sheet.dataset.whole = whole }", whole)
        data = page.pdf(format="A4", prefer_css_page_size=True, print_background=True)
        if len(PAGE.findall(data)) == 1:
            break
    page.close()
    return data, whole


def written(site: Path, name: str, data: bytes, whole: str) -> Path:
    """Write a PDF beside its page, and into the page the link to it and what is kept whole when a
    reader prints.
    """
    path, page = site / FOLDER / f"{name}.pdf", site / FOLDER / name / "index.html"
    write_atomically(path, data)
    link = f'<a class="sheet-pdf" href="../{name}.pdf">As PDF: one A4 page</a>'
    text = page.read_text(encoding="utf-8").replace(PLACE, link)
    text = text.replace('class="sheet"', f'class="sheet" data-whole="{whole}"', 1)
    write_atomically(page, text.encode())
    return path
