"""Build the site, whole or not at all."""

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from vdbcourse import settings
from vdbcourse.errors import CourseError


@dataclass(frozen=True)
class Report:
    """What was built: the folder, its size in bytes, and the seconds it took."""

    folder: Path
    size: int
    seconds: float


def build(folder: Path) -> Report:
    """Build the site into `folder`; the site that is there stays until the new one is complete.

    Raises `CourseError` naming file and line for what is wrong in a source.
    """
    from mkdocs.commands import build as command  # noqa: PLC0415
    from mkdocs.config import load_config  # noqa: PLC0415
    from mkdocs.exceptions import MkDocsException  # noqa: PLC0415

    if folder.exists() and not (folder / "sitemap.xml").is_file() and any(folder.iterdir()):
        raise CourseError(
            f"{folder} is not empty and holds no site, so it is not replaced. Choose another"
            " folder: --out FOLDER"
        )
    started = time.perf_counter()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=folder.parent) as beside:
        new = Path(beside) / "site"
        try:
            config = load_config(
                str(settings.root() / "mkdocs.yml"), site_dir=str(new), strict=True
            )
            config.plugins.on_startup(command="build", dirty=False)
            command.build(config)
        except MkDocsException as error:
            raise CourseError(f"The site was not built: {error}") from error
        if folder.exists():
            shutil.move(folder, Path(beside) / "old")
        shutil.move(new, folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Report(folder, size, time.perf_counter() - started)
