"""An HTTP server of a few routes on a free port of this machine, and the search that all played
engines share.
"""

import contextlib
import gzip
import http.server
import json
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np


class RefusedError(Exception):
    """What the client asked for is answered with `status` and `message`."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Request:
    """One request, its body unpacked."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> dict:
        """The body as JSON."""
        return json.loads(self.body or b"{}")


class Wire:
    """An HTTP server. `routes` maps "METHOD /path/with/(groups)" to a function of the request and
    the groups.

    Such a function returns what is sent as JSON, or that and a dictionary of headers.
    """

    def __init__(
        self, routes: dict[str, Callable], error: Callable[[int, str], dict], port: int = 0
    ) -> None:
        self.unplayed: list[str] = []
        self.requests: list[tuple[str, Request]] = []
        self._routes = [(*route.split(" ", 1), answer) for route, answer in routes.items()]
        self._error = error
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, request: Request) -> tuple[int, object, dict[str, str]]:
        """Status, JSON value and headers for one request."""
        self.requests.append((method, request))
        for wanted, pattern, function in self._routes:
            match = re.fullmatch(pattern, request.path)
            if wanted == method and match:
                try:
                    answer = function(request, *(unquote(group) for group in match.groups()))
                except RefusedError as refusal:
                    return refusal.status, self._error(refusal.status, str(refusal)), {}
                return (200, *answer) if isinstance(answer, tuple) else (200, answer, {})
        self.unplayed.append(f"{method} {request.path}")
        return 501, self._error(501, f"not played: {method} {request.path}"), {}

    def _handler(wire) -> type:  # noqa: N805 - `self` is the handler
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, value, more = wire.answer(
                    self.command, Request(parts.path, query, headers, body)
                )
                sent = json.dumps(value).encode()
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    self.send_response(status)
                    for name, text in {
                        "Content-Type": "application/json",
                        "Content-Length": str(len(sent)),
                        **more,
                    }.items():
                        self.send_header(name, text)
                    self.end_headers()
                    self.wfile.write(sent)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_one  # noqa: N815

            def log_message(self, *_) -> None:
                pass

        return Handler


def nearest(
    vectors: Iterable[Iterable[float]], query: Iterable[float], limit: int
) -> list[tuple[int, float]]:
    """Row numbers and cosine similarities of the `limit` rows nearest to `query`, nearest first;
    equal ones in their order.
    """
    rows = np.asarray(list(vectors), dtype=np.float64)
    if not len(rows):
        return []
    asked = np.asarray(list(query), dtype=np.float64)
    if rows.shape[1] != asked.shape[0]:
        raise RefusedError(
            400, f"vectors have {rows.shape[1]} dimensions, the query has {asked.shape[0]}"
        )
    cosine = rows @ asked / (np.linalg.norm(rows, axis=1) * np.linalg.norm(asked))
    order = np.argsort(-cosine, kind="stable")[:limit]
    return [(int(row), float(cosine[row])) for row in order]
