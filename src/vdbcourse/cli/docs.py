"""`vdbcourse docs`: build the site, show it while it is written, or measure it."""

import importlib.util
import os
from pathlib import Path

from vdbcourse import settings
from vdbcourse.errors import CourseError


def run(out: Path | None, serve: str | None, audit: bool) -> None:
    """Build the site into `out` (else `site/`); with `serve` show it at that address; with `audit`
    let Lighthouse measure it.
    """
    if importlib.util.find_spec("mkdocs") is None:
        raise CourseError(
            "The site's tools are not installed. Run: ./course docs (it installs them), or ./course"
            " install --extra docs"
        )
    from vdbcourse.authoring.site import build, lighthouse, preview

    if serve:
        preview.serve(serve)
        return
    report = build.build(_usable((out or settings.root() / "site").resolve()))
    print(
        f"{report.folder}: {report.size / 1e6:.1f} MB in {report.seconds:.0f} s. It works from any"
        " file server."
    )
    if audit:
        lighthouse.run(report.folder)


def _usable(folder: Path) -> Path:
    """`folder` itself. Raises `CourseError` if a file is in its place or in its way, or nothing can
    be written there.
    """
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        raise CourseError(
            f"{there} is a file, and the site is a folder. Name another one: ./course docs --out"
            " FOLDER"
        )
    if not os.access(there if there != folder else folder.parent, os.W_OK):
        raise CourseError(
            f"Nothing can be written beside {folder}. Name another folder: ./course docs --out"
            " FOLDER"
        )
    return folder
