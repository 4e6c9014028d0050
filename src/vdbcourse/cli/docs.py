"""`vdbcourse docs`: build the site, show it while it is written, or measure it."""

import importlib.util
from pathlib import Path

from vdbcourse import settings
from vdbcourse.errors import CourseError


def run(out: Path | None, serve: str | None, audit: bool) -> None:
    """Build the site into `out` (else `site/`); with `serve` show it at that address; with `audit` let Lighthouse measure it."""
    if importlib.util.find_spec("mkdocs") is None:
        raise CourseError(
            "The site's tools are not installed. Run: ./course docs (it installs them), or ./course install --extra docs"
        )
    from vdbcourse.site import audit as lighthouse
    from vdbcourse.site import building

    if serve:
        building.serve(serve)
        return
    report = building.build((out or settings.root() / "site").resolve())
    print(f"{report.folder}: {report.size / 1e6:.1f} MB in {report.seconds:.0f} s. It works from any file server.")
    if audit:
        lighthouse.run(report.folder)
