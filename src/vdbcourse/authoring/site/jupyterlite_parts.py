"""What the lesson in the page runs on, each part pinned: Pyodide from the npm registry, and
packages of Python from PyPI.

Pyodide is CPython for the browser. JupyterLite's kernel (package jupyterlite-pyodide-kernel, in
constraints.txt) says which version it needs. npm has its core alone, so the pure packages that the
kernel imports come from PyPI.
"""

import hashlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from vdbcourse import files, settings
from vdbcourse.authoring.site import third_party
from vdbcourse.errors import CourseError

PYODIDE = third_party.Package(
    package="pyodide",
    version="314.0.6",
    integrity="sha512-BKDTJyIqFxC4BExLqeRS3f5xvXZIjOt8C3zGLN/Cc7tFxSwvKVhVkchQQ2AGLOtR4YrVOIFxbV8poyDOOmWwxQ==",
    licence="MPL-2.0",
    use="runs Python in the page",
)
PYTHON = "3.14"  # of that Pyodide: pip chooses packages for it


@dataclass(frozen=True)
class Wheel:
    """A package of Python on PyPI: its file there, the file's sha256, and its licence."""

    file: str
    sha256: str
    licence: str

    @property
    def name(self) -> str:
        """The name, as PyPI writes it."""
        return self.file.split("-")[0].replace("_", "-")

    @property
    def version(self) -> str:
        """The version, for example `3.0.1`."""
        return self.file.split("-")[1]


WHEELS = tuple(
    Wheel(*line.split(maxsplit=2))
    for line in Path(__file__).with_name("jupyterlite_wheels.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
)


def pyodide() -> bytes:
    """The npm package of Pyodide (a .tgz): from the cache if it is whole, else from the registry,
    then kept.

    Raises `CourseError` if the registry cannot be reached, or sends something else than was chosen.
    """
    kept = kept_at(f"{PYODIDE.package}-{PYODIDE.version}.tgz")
    if kept.is_file() and third_party.integrity(content := kept.read_bytes()) == PYODIDE.integrity:
        return content
    content = third_party.downloaded(PYODIDE)
    files.write_atomically(kept, content)
    return content


def wheels() -> dict[str, bytes]:
    """The packages of Python by file name: from the cache if they are whole, else from PyPI, then
    kept.

    pip fetches them, with the mirror or proxy that it knows.

    Raises `CourseError` if it cannot, or if a file is not the chosen one.
    """
    if missing := [wheel for wheel in WHEELS if sha256(kept_at(wheel.file)) != wheel.sha256]:
        with tempfile.TemporaryDirectory(prefix="vdbcourse-") as folder:
            download(missing, Path(folder))
            for wheel in missing:
                files.write_atomically(
                    kept_at(wheel.file), checked(wheel, Path(folder) / wheel.file)
                )
    return {wheel.file: kept_at(wheel.file).read_bytes() for wheel in WHEELS}


def download(missing: list[Wheel], folder: Path) -> None:
    """Let pip put the wheels into `folder`. Raises `CourseError` with what pip says if
    it cannot.
    """
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--retries=1",
        "--no-deps",
        "--only-binary=:all:",
    ]
    command += [
        f"--python-version={PYTHON}",
        f"--dest={folder}",
        *(f"{wheel.name}=={wheel.version}" for wheel in missing),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [
            line for line in done.stderr.splitlines() if line.startswith("ERROR")
        ] or done.stderr.splitlines()
        raise CourseError(
            "The packages of Python for the lesson in the page could not be fetched from PyPI"
            f" ({' '.join(said[-1:])}). They are needed once; with a network run: ./course docs"
        )


def checked(wheel: Wheel, path: Path) -> bytes:
    """The content of a fetched wheel. Raises `CourseError` if it is not the chosen one."""
    if (sent := sha256(path)) != wheel.sha256:
        raise CourseError(
            f"{wheel.file} from PyPI is not the file that was chosen: sha256 {sent} instead of"
            f" {wheel.sha256}. It was not used."
        )
    return path.read_bytes()


def sha256(path: Path) -> str:
    """The hash of a file; of nothing if there is none."""
    return hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest()


def kept_at(name: str) -> Path:
    """Where a fetched part is kept."""
    return settings.home() / "cache" / "site" / name


def licences() -> str:
    """What the folder is made of, from where, under which licence."""
    from importlib.metadata import version  # noqa: PLC0415

    bsd = "BSD-3-Clause, https://pypi.org/project"
    return "\n".join(
        (
            (
                "This folder holds software of others. What the lesson does not need is left out."
                " Changed are index.html,"
            ),
            "notebooks/index.html, static/pyodide/pyodide-lock.json and settings.",
            "",
            *(
                f"{name} {version(name)}, {bsd}/{name}/"
                for name in ("jupyterlite-core", "jupyterlite-pyodide-kernel")
            ),
            (
                "(what is bundled in both: build/third-party-licenses.json and"
                " extensions/.../static/third-party-licenses.json)"
            ),
            f"{PYODIDE.package} {PYODIDE.version}, {PYODIDE.licence}, {PYODIDE.url}",
            (
                f"(its source: https://github.com/pyodide/pyodide/tree/{PYODIDE.version}; it holds"
                " CPython, PSF-2.0)"
            ),
            *(
                f"{wheel.name} {wheel.version}, {wheel.licence},"
                f" https://pypi.org/project/{wheel.name}/"
                for wheel in WHEELS
            ),
            "",
            (
                "The lesson and its data (files/): code MIT, text CC BY 4.0; titles and years of"
                " films from Wikidata, CC0 1.0."
            ),
            "",
        )
    )
