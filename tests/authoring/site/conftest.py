"""The published site: built once for all tests of all workers, and visited as a reader does."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from vdbcourse import files
from vdbcourse.authoring.site import chromium

DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def site():
    """The site as the command builds it."""
    folder = Path(os.environ["VDBCOURSE_HOME"]) / "published" / "site"  # the run's: all workers'
    folder.parent.mkdir(exist_ok=True)
    with files.locked(folder):
        if not folder.exists():
            done = subprocess.run(
                [sys.executable, "-m", "vdbcourse", "docs", "--out", folder],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            assert re.search(r"reading grade \(Flesch-Kincaid\): median \d\.\d", done.stdout)
    return folder


@pytest.fixture(scope="session")
def address(site):
    """The site on a plain file server."""
    with chromium.served(site) as served:
        yield served


@pytest.fixture
def visit(browser, address):
    """Open a page and note what it asks for and complains about; at the end there must be no
    complaint.
    """
    opened, complaints = [], []

    def look(path="", scheme="light", size=DESKTOP, **options):
        context = browser.new_context(viewport=size, color_scheme=scheme, **options)
        opened.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda e: complaints.append(str(e)))
        page.on(
            "request",
            lambda r: (
                None if r.url.startswith((address, "data:", "blob:")) else complaints.append(r.url)
            ),
        )
        page.goto(f"{address}/{path}")
        return page

    yield look
    for context in opened:
        context.close()
    assert not complaints
