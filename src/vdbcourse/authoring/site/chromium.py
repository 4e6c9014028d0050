"""A folder at an address of this machine, and a Chromium to look at it."""

import gzip
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from vdbcourse.errors import CourseError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
)
COMPRESSED = ("text/", "application/json", "application/javascript", "image/svg")


@contextmanager
def served(folder: Path, compressed: bool = False) -> Iterator[str]:
    """The folder as a plain file server has it; with `compressed`, texts are sent with gzip. Yields
    `http://127.0.0.1:PORT`.
    """
    handler = partial(Compressing if compressed else Quiet, directory=str(folder))
    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@contextmanager
def launched() -> Iterator["Browser"]:
    """A Chromium that talks to nobody by itself. Raises `CourseError` if there is none."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        path = program(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(
            executable_path=path, args=[*QUIET, "--disable-quic", "--disable-sync"]
        )
        try:
            yield browser
        finally:
            browser.close()


def program(fetched: str = "") -> str:
    """This machine's Chromium, else `fetched`, where Playwright keeps its own. Raises `CourseError`
    if there is none.
    """
    installed = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if path := installed or (fetched if Path(fetched).is_file() else None):
        return path
    raise CourseError(
        "No Chromium was found; it prints the cheat sheets and measures the site. Install one: apt"
        " install chromium, or .venv/bin/python -m playwright install chromium. Without it:"
        " ./course docs --serve"
    )


class Server(ThreadingHTTPServer):
    """A file server that does not mind a reader who leaves in the middle of a download."""

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Say what went wrong, unless it is that."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the library's)
        """Not into the output of the build."""


class Compressing(Quiet):
    """Sends texts with gzip, as the usual hosts of static sites do."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """One file."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        kind = self.guess_type(str(path))
        if not path.is_file() or not kind.startswith(COMPRESSED):
            super().do_GET()
            return
        content = gzip.compress(path.read_bytes())
        self.send_response(200)
        for name, value in {
            "Content-Type": kind,
            "Content-Encoding": "gzip",
            "Content-Length": str(len(content)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
