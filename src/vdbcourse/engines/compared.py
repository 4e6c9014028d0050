"""The compared engines that the course does not start itself: their addresses, and whether they
answer.

Qdrant needs no server (its client has an in-memory mode), Weaviate and Vespa run from
docker/comparison, Pinecone is a cloud. A server that is down is not an error: `missing` says in one
line what is missing and how to get it. A setting that cannot be an address or a key is a
`CourseError`. Keys are sent to their servers and never shown.
"""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, TypedDict
from urllib.parse import SplitResult, urlsplit

from vdbcourse import settings
from vdbcourse.engines import addresses, loopback, processes, server_checks
from vdbcourse.engines.addresses import base, bracketed
from vdbcourse.errors import CourseError
from vdbcourse.masking import without_secrets

Reply = dict[str, Any]  # a JSON object
CONNECT_SECONDS = 5
CONFIG_PORT = 19071  # of Vespa's config server
GRPC_PORT = 50051  # of Weaviate
PINECONE_API_VERSION = "2026-07"  # the one that the locked client speaks
QDRANT_PORT = 6333  # also its client's default port
TLS_PORT = 443


def missing(name: str) -> str | None:
    """None if the server `name` can be used now; otherwise one line: what is missing, why, and how
    to get it.

    `name` is one of `NAMES`. Raises `CourseError` for an unknown name, and for settings that are
    not an address or a key.
    """
    if name not in CHECKS:
        raise CourseError(
            f"{name!r} is not a server of the comparison. There are: {', '.join(NAMES)}."
        )
    return CHECKS[name]()


class WeaviateAddress(TypedDict):
    """Arguments of `weaviate.connect_to_custom`: where its two ports are."""

    http_host: str
    http_port: int
    http_secure: bool
    grpc_host: str
    grpc_port: int
    grpc_secure: bool


def weaviate_address() -> WeaviateAddress:
    """WEAVIATE_URL as the arguments of `weaviate.connect_to_custom`, without the key. Raises
    `CourseError` if it is not a URL.
    """
    url = _weaviate_parts()
    secure = url.scheme == "https"
    host = url.hostname or ""
    cloud = host.endswith(".weaviate.cloud")
    return {
        "http_host": host,
        "http_port": url.port or (TLS_PORT if secure else 80),
        "http_secure": secure,
        "grpc_host": f"grpc-{host}" if cloud else host,
        "grpc_port": settings.weaviate_grpc_port() or (TLS_PORT if secure else GRPC_PORT),
        "grpc_secure": secure,
    }


def _weaviate_parts() -> SplitResult:
    """WEAVIATE_URL, parsed. Raises `CourseError` if it is not a URL."""
    return _parsed("WEAVIATE_URL", settings.weaviate_url(), "http://host:8080")


def qdrant_address() -> str:
    """QDRANT_URL, or `:memory:`, which `QdrantClient` also takes. Raises `CourseError` if it is not
    a URL.
    """
    setting = settings.qdrant_url()
    if not setting:
        return ":memory:"
    url = _parsed("QDRANT_URL", setting, f"http://host:{QDRANT_PORT}")
    return base(
        url if url.port else url._replace(netloc=f"{bracketed(url.hostname or '')}:{QDRANT_PORT}")
    )


def vespa_address() -> str:
    """VESPA_URL, where documents and queries go. Raises `CourseError` if it is not a URL."""
    return base(_parsed("VESPA_URL", settings.vespa_url(), "http://host:8081"))


def vespa_config_address() -> str:
    """VESPA_CONFIG_URL, where application packages go. Raises `CourseError` if it is not a URL."""
    setting = settings.vespa_config_url()
    if setting:
        return base(_parsed("VESPA_CONFIG_URL", setting, f"http://host:{CONFIG_PORT}"))
    url = urlsplit(vespa_address())
    return base(url._replace(netloc=f"{bracketed(url.hostname or '')}:{CONFIG_PORT}"))


def _pinecone_missing() -> str | None:
    """No key, or one that Pinecone rejects. Costs nothing: it lists the indexes."""
    key = _usable_key("PINECONE_API_KEY", settings.pinecone_api_key())
    if key is None:
        return (
            "Pinecone runs only as a cloud service, and PINECONE_API_KEY is not set. "
            "Make a free key at https://app.pinecone.io and set it before you start the lab."
        )
    host = settings.pinecone_controller_host()
    host = base(
        _parsed(
            "PINECONE_CONTROLLER_HOST", host if "://" in host else f"https://{host}", "https://host"
        )
    )
    headers = {"Api-Key": key, "X-Pinecone-Api-Version": PINECONE_API_VERSION}
    return _problem(
        "Pinecone",
        f"{host}/indexes",
        headers,
        "PINECONE_API_KEY",
        lambda reply: "indexes" in reply,
        "Check the network, or PINECONE_CONTROLLER_HOST if you set it.",
    )


def _qdrant_missing() -> str | None:
    """None without QDRANT_URL: the client then works in memory."""
    address = qdrant_address()
    if address == ":memory:":
        return None
    key = _usable_key("QDRANT_API_KEY", settings.qdrant_api_key())
    return _problem(
        "Qdrant",
        f"{address}/collections",
        {"api-key": key} if key else {},
        "QDRANT_API_KEY",
        lambda reply: "collections" in _part(reply, "result"),
        f"Start it in the course's folder: {start('qdrant')}, or correct QDRANT_URL; unset it to"
        " use the mode in memory.",
    )


def _weaviate_missing() -> str | None:
    """Asks the HTTP port who it is, and the gRPC port whether it is open."""
    address = weaviate_address()
    key = _usable_key("WEAVIATE_API_KEY", settings.weaviate_api_key())
    remedy = f"Start it in the course's folder: {start('weaviate')}, or set WEAVIATE_URL."
    why = _problem(
        "Weaviate",
        f"{base(_weaviate_parts())}/v1/meta",
        {"Authorization": f"Bearer {key}"} if key else {},
        "WEAVIATE_API_KEY",
        lambda reply: {"version", "hostname"} <= reply.keys(),
        remedy,
    )
    host, port = address["grpc_host"], address["grpc_port"]
    if why is None and not processes.answers(host, port, CONNECT_SECONDS):
        return (
            f"Weaviate answers over HTTP, but its gRPC port {host}:{port} is closed. Publish it, or"
            " set WEAVIATE_GRPC_PORT."
        )
    return why


def _vespa_missing() -> str | None:
    """Asks the config server; the query port opens only after the first application package."""
    vespa_address()  # report a wrong VESPA_URL now, not in mid-lesson
    remedy = f"Start it in the course's folder: {start('vespa')}, or set VESPA_URL."
    return _problem(
        "Vespa",
        f"{vespa_config_address()}/state/v1/health",
        {},
        None,
        lambda reply: _part(reply, "status").get("code") == "up",
        remedy,
    )


CHECKS: dict[str, Callable[[], str | None]] = {
    "qdrant": _qdrant_missing,
    "weaviate": _weaviate_missing,
    "vespa": _vespa_missing,
    "pinecone": _pinecone_missing,
}
NAMES = tuple(CHECKS)


def _problem(
    title: str,
    url: str,
    headers: dict[str, str],
    key: str | None,
    is_it: Callable[[Reply], bool],
    remedy: str,
) -> str | None:
    """Why the engine `title` cannot be used at `url`, or None.

    `is_it` recognises the engine by its JSON reply; `key` names the setting with the key, for
    engines that take one.
    """
    where = base(urlsplit(url))
    try:
        with loopback.opened(
            urllib.request.Request(url, headers=headers), CONNECT_SECONDS
        ) as answer:
            reply = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        error.close()
        if key and error.code in (401, 403):
            complaint = "does not take the key in" if headers else "asks for a key. Set"
            return f"{title} at {where} {complaint} {key} (HTTP {error.code})."
        # nginx and others answer 400 over HTTP where they speak TLS.
        if error.code == 400 and (wrong := server_checks.wrong_scheme(url)) is not None:
            return f"{title} at {where}: {wrong}"
        return f"What answers at {where} does not serve {title} now (HTTP {error.code}). {remedy}"
    except (OSError, http.client.HTTPException) as error:
        # refused, unknown host, too slow, not HTTP
        if not _is_timeout(error) and (wrong := server_checks.wrong_scheme(url)) is not None:
            return f"{title} at {where}: {wrong}"
        return f"{title} does not answer at {where} ({_reason(error)}). {remedy}"
    except ValueError:  # not JSON
        reply = None
    if isinstance(reply, dict) and is_it(reply):
        return None
    return f"What answers at {where} is not {title}. {remedy}"


def _part(reply: Reply, name: str) -> Reply:
    """`reply[name]` if that is an object, else an empty one."""
    value = reply.get(name)
    return value if isinstance(value, dict) else {}


def _parsed(variable: str, url: str, form: str) -> SplitResult:
    """`url`, parsed. Raises `CourseError`, which does not repeat it: it may hold a password."""
    parts = addresses.http(url)
    if parts is None:
        raise CourseError(f"{variable} is not an address of a server. Its form: {form}")
    return parts


def _usable_key(variable: str, key: str | None) -> str | None:
    """`key`, if it fits into a header. Else raises `CourseError`, which does not repeat it."""
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise CourseError(
            f"{variable} holds a blank, a line break or a non-ASCII character, so it is not a key."
            " Copy it again."
        )
    return key


def start(service: str) -> str:
    """The command that starts one server of docker/comparison."""
    return f"docker compose -f docker/comparison/compose.yaml up --detach --wait {service}"


def _is_timeout(error: Exception) -> bool:
    """Did the server not answer in time?"""
    return isinstance(getattr(error, "reason", error), TimeoutError)


def _reason(error: Exception) -> str:
    """The system's own words, without its numbers."""
    inner = getattr(error, "reason", error)
    words = getattr(inner, "strerror", None) or str(inner) or type(inner).__name__
    return without_secrets(" ".join(words.split()))[:100]
