"""`vdbcourse docs`: build the site, preview it, or measure it."""

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
    """`folder`, if it can be written. Raises `CourseError` if a file is in its way, or the folder
    above it is read-only.
    """
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not nearest.is_dir():
        raise CourseError(
            f"{nearest} is a file, and the site needs a folder. Name another: ./course docs --out"
            " FOLDER"
        )
    if not os.access(nearest if nearest != folder else folder.parent, os.W_OK):
        raise CourseError(
            f"The folder above {folder} is not writable. Name another: ./course docs --out FOLDER"
        )
    return folder
