"""A lesson that runs in the page: JupyterLite, which is JupyterLab without a server. Its Python,
Pyodide, runs in the browser.

`build` makes the folder `lite/` of the site. It asks no other host: every part is in the folder,
and PyPI is switched off.
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vdbcourse import settings
from vdbcourse.authoring.site import jupyterlite_parts
from vdbcourse.authoring.site.repository_links import page_of
from vdbcourse.errors import CourseError

LESSON = "first_search.ipynb"
DATA = "films.json"
ADDRESS = f"notebooks/index.html?path={LESSON}"
KERNEL = "@jupyterlite/pyodide-kernel-extension"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
# they ask other hosts, ask for what is not built, lead there, or claim a shortcut twice
DISABLED = (
    "@jupyterlab/apputils-extension:announcements",
    "@jupyterlite/notebook-application-extension:logo",
    "@jupyter-notebook/application-extension:logo",
    "@jupyter-notebook/notebook-extension:open-tree-tab",
    "@jupyter-notebook/notebook-extension:tab-icon",
    "@jupyter-notebook/tree-extension",
    "@jupyter-notebook/console-extension",
    "@jupyterlab/notebook-extension:code-console",
)
CONFIG = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "appName": "Vector Database Course",
        "disabledExtensions": list(DISABLED),
        "litePluginSettings": {f"{KERNEL}:kernel": {"disablePyPIFallback": True}},
    },
}
OVERRIDES = {
    "@jupyterlab/apputils-extension:themes": {
        "adaptive-theme": True
    },  # light or dark, as the reader's system is
    "@jupyterlab/notebook-extension:tracker": {
        "windowingMode": "none"
    },  # the browser can find words in the whole lesson
}
LINK = re.compile(
    r"\]\(\.\./\.\./([^)#]+\.(?:ipynb|md))(#[^)]*)?\)"
)  # to another file of the repository
LOADER = re.compile(r'<script type="module">\s*await import\(\'./config-utils.js\'\);\s*</script>')
CHARSET = '<meta charset="utf-8">'
USELESS = re.compile(
    r"^(rspack\.config.*\.js|build/fa-.*\.(eot|svg|ttf))$"
)  # old forms of fonts, settings of a tool


def fetch() -> None:
    """Put every part that comes from a registry into the cache; after that, `build` needs no
    network. Raises `CourseError`.
    """
    jupyterlite_parts.pyodide()
    jupyterlite_parts.wheels()


def build(site: Path, root: str = "/") -> Path:
    """Make `lite/` in the folder `site` and return it; the one that is there stays until the new
    one is complete.

    `root` is the site's own path on its host, for the links of the lesson to other pages.

    Raises `CourseError` if a part cannot be fetched or is not the chosen one, or JupyterLite cannot
    build.
    """
    check_version()
    site.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".lite-", dir=site) as folder:
        source, new = Path(folder) / "source", Path(folder) / "lite"
        prepare(source, root)
        run(source, new)
        finish(new)
        target = site / "lite"
        if target.exists():
            shutil.move(target, Path(folder) / "old")
        shutil.move(new, target)
    return target


def check_version() -> None:
    """Raises `CourseError` if the installed kernel was made for another Pyodide than the pinned
    one.
    """
    from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION  # noqa: PLC0415

    if jupyterlite_parts.PYODIDE.version != PYODIDE_VERSION:
        raise CourseError(
            f"jupyterlite-pyodide-kernel needs Pyodide {PYODIDE_VERSION}, and"
            " src/vdbcourse/authoring/site/jupyterlite_parts.py has"
            f" {jupyterlite_parts.PYODIDE.version}. Pin both to versions that go together."
        )


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    """The content of a file in an archive."""
    file = archive.extractfile(name)
    if file is None:
        raise CourseError(f"{name} in the package of Pyodide is no file.")
    return file.read()


def prepare(source: Path, root: str) -> None:
    """Write what JupyterLite builds from: settings, the lesson, Pyodide with its packages."""
    python = source / "static" / "pyodide"
    python.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(jupyterlite_parts.pyodide())) as archive:
        core = {name: _member(archive, f"package/{name}") for name in (*CORE, LOCK)}
    lock = json.dumps(locked(json.loads(core.pop(LOCK))))
    for name, content in {**core, **jupyterlite_parts.wheels(), LOCK: lock.encode()}.items():
        (python / name).write_bytes(content)
    (source / "jupyter-lite.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    (source / "overrides.json").write_text(json.dumps(OVERRIDES), encoding="utf-8")
    (source / "contents").mkdir()
    lesson = (docs() / LESSON).read_text(encoding="utf-8")
    (source / "contents" / LESSON).write_text(for_the_page(lesson, root), encoding="utf-8")
    shutil.copyfile(docs() / DATA, source / "contents" / DATA)


def for_the_page(lesson: str, root: str) -> str:
    """The notebook file without outputs, with links to pages of the site, below `root`, in the
    place of links to files.
    """
    notebook = json.loads(lesson)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = LINK.sub(
                lambda found: page_link(root, *found.groups("")), "".join(cell["source"])
            )
        else:
            cell |= {"outputs": [], "execution_count": None}  # a prediction comes before its answer
    return json.dumps(notebook)


def page_link(root: str, path: str, anchor: str) -> str:
    """The end of a Markdown link to the page of a file of the repository."""
    return f"]({root.rstrip('/')}/{page_of(path).removesuffix('.md')}/{anchor})"


def locked(lock: dict[str, Any]) -> dict[str, Any]:
    """Pyodide's list of packages with the pinned ones alone, and with the sha256 of their files on
    PyPI.

    Pyodide's own builds of the same versions have other bytes. Raises `CourseError` if a version is
    not the listed one.
    """
    packages = {}
    for wheel in jupyterlite_parts.WHEELS:
        new = {"name": wheel.name, "version": wheel.version, "imports": [wheel.name], "depends": []}
        listed = lock["packages"].get(wheel.name) or {
            **new,
            "install_dir": "site",
            "package_type": "package",
        }
        if listed["version"] != wheel.version:
            raise CourseError(
                f"{wheel.file} does not go with Pyodide {jupyterlite_parts.PYODIDE.version}:"
                f" {listed['version']} does."
            )
        packages[wheel.name] = {
            **listed,
            "file_name": wheel.file,
            "sha256": wheel.sha256,
            "unvendored_tests": False,
        }
    return {**lock, "packages": packages}


def run(source: Path, new: Path) -> None:
    """Let JupyterLite build `new` from `source`. Raises `CourseError` with the last it said if it
    cannot.
    """
    kernel = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / KERNEL
    command = [
        sys.executable,
        "-m",
        "jupyterlite_core",
        "build",
        "--apps=notebooks",
        "--no-sourcemaps",
    ]
    command += ["--no-unused-shared-packages", "--no-libarchive", "--ignore-sys-prefix"]
    command += [f"--lite-dir={source}", f"--output-dir={new}", f"--contents={source / 'contents'}"]
    command += [
        f"--settings-overrides={source / 'overrides.json'}",
        f"--LiteBuildConfig.federated_extensions={kernel}",
    ]
    command += [f"--LiteBuildConfig.cache_dir={source / 'cache'}"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("JUPYTERLITE_")
    }
    done = subprocess.run(
        command, cwd=source, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = " ".join((done.stdout + done.stderr).split())[-400:]
        raise CourseError(f"JupyterLite could not build the lesson in the page: {said}")


def finish(new: Path) -> None:
    """Take out what no reader loads, let the folder open the lesson, and say what it holds."""
    for path in sorted(new.rglob("*")):
        if path.is_file() and USELESS.search(path.relative_to(new).as_posix()):
            path.unlink()
    shutil.rmtree(new / "doc")
    opens = f'<meta http-equiv="refresh" content="0; url={ADDRESS}">'
    change(new / "index.html", lambda page: LOADER.sub(opens, page))
    icon = (  # else browsers look for it above the site
        f'{CHARSET}\n    <link rel="icon" href="./favicon.ico">'
    )
    change(new / "notebooks" / "index.html", lambda page: page.replace(CHARSET, icon, 1))
    (new / "LICENCES.txt").write_text(jupyterlite_parts.licences(), encoding="utf-8")


def change(path: Path, how: Callable[[str], str]) -> None:
    """Change a page of JupyterLite. Raises `CourseError` if it has not the part that is to be
    changed.
    """
    old = path.read_text(encoding="utf-8")
    if (new := how(old)) == old:
        raise CourseError(
            f"JupyterLite's {path.parent.name}/{path.name} is not the page that"
            " src/vdbcourse/authoring/site/jupyterlite.py changes."
        )
    path.write_text(new, encoding="utf-8")


def docs() -> Path:
    """The folder of the lesson and its data."""
    return settings.root() / "docs" / "lite"
