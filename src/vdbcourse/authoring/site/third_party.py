"""What others made and the site serves itself: Mermaid from the npm registry, Vega from the package
vl-convert-python.
"""

import base64
import hashlib
import io
import tarfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from vdbcourse import files, settings
from vdbcourse.errors import CourseError

REGISTRY = "https://registry.npmjs.org"
SECONDS = 120
VEGA_LITE = "6.1"


@dataclass(frozen=True)
class Package:
    """An npm package; `integrity` is that of the registry, over the whole package. `use` says what
    the site needs it for.
    """

    package: str
    version: str
    integrity: str
    licence: str
    use: str

    @property
    def url(self) -> str:
        """Where the registry has the package."""
        return f"{REGISTRY}/{self.package}/-/{self.package.rpartition('/')[2]}-{self.version}.tgz"


@dataclass(frozen=True)
class Script(Package):
    """A file of an npm package."""

    member: str


MERMAID = Script(
    package="@mermaid-js/tiny",
    version="12.0.0",
    integrity="sha512-ZW9YXy+3tSLPscBT+NnQO0K0qYH7BGES5nExl6Snoygey7xd2N0cO7Nq30N5k/u7gIeYoCrldyVy+VTCMWrNDQ==",
    member="package/dist/mermaid.tiny.js",
    licence="MIT",
    use="draws the diagrams of the site",
)


def scripts() -> dict[str, bytes]:
    """Name and content of each script, and a note on their licences."""
    import vl_convert  # noqa: PLC0415

    about = (
        f"mermaid.js: {MERMAID.package} {MERMAID.version}, {MERMAID.licence},"
        f" {MERMAID.url}\nvega.js: Vega, Vega-Lite {VEGA_LITE} and Vega-Embed, BSD-3-Clause, from"
        f" vl-convert-python {version('vl-convert-python')}\n"
    )
    vega: str = vl_convert.javascript_bundle(vl_version=VEGA_LITE)  # type: ignore[call-arg]
    return {
        "mermaid.js": fetched(MERMAID),
        "vega.js": vega.encode(),
        "LICENCES.txt": about.encode(),
    }


def fetched(script: Script) -> bytes:
    """The script's content: from the cache, else from the registry, then kept.

    Raises `CourseError` if the registry cannot be reached, or sends something else than `integrity`
    says.
    """
    kept = kept_at(script)
    if kept.is_file():
        return kept.read_bytes()
    with tarfile.open(fileobj=io.BytesIO(downloaded(script))) as archive:
        member = archive.extractfile(script.member)
        content = member.read() if member else b""
    files.write_atomically(kept, content)
    return content


def downloaded(package: Package) -> bytes:
    """The whole package (a .tgz) from the registry; it is not kept.

    Raises `CourseError` if the registry cannot be reached, or sends something else than `integrity`
    says.
    """
    try:
        with urllib.request.urlopen(package.url, timeout=SECONDS) as answer:
            content: bytes = answer.read()
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise CourseError(
            f"{package.package} {package.version}, which {package.use}, could not be fetched from"
            f" {package.url} ({error}). It is needed once; with a network run: ./course docs"
        ) from error
    if (sent := integrity(content)) != package.integrity:
        raise CourseError(
            f"{package.url} is not the package that was chosen: {sent} instead of"
            f" {package.integrity}. It was not used."
        )
    return content


def integrity(content: bytes) -> str:
    """The hash of a package as the registry writes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def kept_at(script: Script) -> Path:
    """Where a fetched script is kept."""
    return (
        settings.home()
        / "cache"
        / "site"
        / f"{script.package.rpartition('/')[2]}-{script.version}.js"
    )
