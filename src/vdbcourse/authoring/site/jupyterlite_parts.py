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
    for line in """
asttokens-3.0.1-py3-none-any.whl         15a3ebc0f43c2d0a50eeafea25e19046c68398e487b9f1f5b517f7c0f40f976a Apache-2.0
comm-0.2.3-py3-none-any.whl              c615d91d75f7f04f095b30d1c1711babd43bdc6419c1be9886a85f2f4e489417 BSD-3-Clause
decorator-5.2.1-py3-none-any.whl         d316bb415a2d9e2d2b3abcc4084c6502fc09240e292cd76a76afc106a1c8e04a BSD-2-Clause
executing-2.2.1-py2.py3-none-any.whl     760643d3452b4d777d295bb167ccc74c64a81df23fb5e08eff250c425a4b2017 MIT
ipython-9.12.0-py3-none-any.whl          0f2701e8ee86e117e37f50563205d36feaa259d2e08d4a6bc6b6d74b18ce128d BSD-3-Clause
jedi-0.19.2-py2.py3-none-any.whl         a8ef22bde8490f57fe5c7681a3c83cb58874daf72b4784de3cce5b6ef6edb5b9 MIT
matplotlib_inline-0.2.1-py3-none-any.whl d56ce5156ba6085e00a9d54fead6ed29a9c47e215cd1bba2e976ef39f5710a76 BSD-3-Clause
micropip-0.11.1-py3-none-any.whl         768de165adb8e66906039d8fec4127a57f522dfdf8e6fbff877a4616941ecfd3 MPL-2.0
packaging-26.1-py3-none-any.whl          5d9c0669c6285e491e0ced2eee587eaf67b670d94a19e94e3984a481aba6802f Apache-2.0
parso-0.8.6-py2.py3-none-any.whl         2c549f800b70a5c4952197248825584cb00f033b29c692671d3bf08bf380baff MIT
prompt_toolkit-3.0.52-py3-none-any.whl   9aac639a3bbd33284347de5ad8d68ecc044b91a762dc39b7c21095fcd6a19955 BSD-3-Clause
pure_eval-0.2.3-py3-none-any.whl         1db8e35b67b3d218d818ae653e27f06c3aa420901fa7b081ca98cbedc874e0d0 MIT
pygments-2.20.0-py3-none-any.whl         81a9e26dd42fd28a23a2d169d86d7ac03b46e2f8b59ed4698fb4785f946d0176 BSD-2-Clause
six-1.17.0-py2.py3-none-any.whl          4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274 MIT
stack_data-0.6.3-py3-none-any.whl        d5558e0c25a4cb0853cddad3d77da9891a08cb85dd9f9f91b9f8cd66e511e695 MIT
traitlets-5.14.3-py3-none-any.whl        b74e89e397b1ed28cc831db7aea759ba6640cb3de13090ca145426688ff1ac4f BSD-3-Clause
wcwidth-0.6.0-py3-none-any.whl           1a3a1e510b553315f8e146c54764f4fb6264ffad731b3d78088cdb1478ffbdad MIT
""".strip().splitlines()
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
    from importlib.metadata import version

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
