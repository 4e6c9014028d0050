"""Servers that the course did not start: is the address one, does PostgreSQL or Milvus answer
there, and if not, why?
"""

import http.client
import re
import socket
import ssl
import urllib.request
from urllib.parse import urlsplit

import grpc
import psycopg

from vdbcourse.engines import addresses, loopback, processes
from vdbcourse.errors import CourseError

CONNECT_SECONDS = 5
OLDEST_MILVUS = (2, 3)  # what the lessons were run on
LITE_INSTEAD = "unset MILVUS_URI to use Milvus Lite."
MEND_MILVUS = f"Start that server or correct MILVUS_URI; {LITE_INSTEAD}"


def postgres_address(url: str) -> str:
    """DATABASE_URL in the form that every program reads right. Raises `CourseError`, which does not
    repeat it.
    """
    try:
        return addresses.postgres_url(addresses.postgres(url))
    except ValueError:
        raise CourseError(
            "DATABASE_URL is not an address of PostgreSQL. Its form:"
            " postgresql://user:password@host:5432/database"
        ) from None


def check_postgres(url: str) -> str:
    """Connect to DATABASE_URL and make sure of pgvector. Returns the versions; raises
    `CourseError`.
    """
    address = postgres_address(url)
    try:
        connection = psycopg.connect(address, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except (psycopg.OperationalError, UnicodeError) as error:
        raise CourseError(
            f"PostgreSQL at {without_password(url)} does not take the connection:"
            f" {_first_line(error)}. Start that server or correct DATABASE_URL; unset it to use the"
            " embedded one."
        ) from error
    with connection:
        return (
            f"PostgreSQL {connection.info.parameter_status('server_version')}, pgvector"
            f" {_ensure_extension(connection, url)}"
        )


def _ensure_extension(connection: psycopg.Connection, url: str) -> str:
    """Version of the extension `vector`, created if it is there to create."""
    [(installed, available)] = connection.execute(
        "SELECT (SELECT extversion FROM pg_extension WHERE extname = 'vector'),"
        " (SELECT default_version FROM pg_available_extensions WHERE name = 'vector')"
    ).fetchall()
    if installed:
        return str(installed)
    if not available:
        raise CourseError(
            f"PostgreSQL at {without_password(url)} has no pgvector. Install it on that server"
            " (https://github.com/pgvector/pgvector#installation), or unset DATABASE_URL to use"
            " the embedded one."
        )
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except psycopg.errors.InsufficientPrivilege as error:
        raise CourseError(
            f"The user of {without_password(url)} may not create the extension pgvector. "
            "Ask its owner to run in that database: CREATE EXTENSION vector"
        ) from error
    return str(available)


def milvus_address(uri: str, shown: str = "MILVUS_URI") -> tuple[str, str]:
    """A Milvus address without user and password, and these as a token (empty if there are none).

    Raises `CourseError`, which does not repeat the address: it may hold a password.
    """
    if uri.startswith("unix:") and urlsplit(uri).path:
        return uri, ""
    bare, credentials = addresses.without_credentials(uri)
    if addresses.http(uri, *addresses.MILVUS_SCHEMES) is None:
        raise CourseError(f"{shown} is not an address of a server. Its form: http://host:19530")
    return bare, credentials


def check_milvus(uri: str, token: str, shown: str = "MILVUS_URI") -> str:
    """Connect to the Milvus at `uri`, which messages call `shown`. Returns its version.

    Raises `CourseError` if `uri` is no address, nothing or something else answers, the token does
    not fit, or client and server are too far apart.
    """
    uri, credentials = milvus_address(uri, shown)
    token = token or credentials
    parts = urlsplit(uri)
    if parts.scheme == "unix":
        return _milvus_version(uri, token, f"{shown} ({parts.path})")
    port = parts.port or (443 if parts.scheme == "https" else 19530)
    where = f"{shown} ({addresses.bracketed(parts.hostname or '')}:{port})"
    if not processes.answers(parts.hostname or "", port, CONNECT_SECONDS):
        raise CourseError(f"Nothing answers at {where}. {MEND_MILVUS}")
    return _milvus_version(uri, token, where)


def wrong_scheme(url: str) -> str | None:
    """What is wrong if an address says https and the server does not speak TLS, or the other way
    round; else None.
    """
    parts = addresses.http(url, *addresses.MILVUS_SCHEMES)
    if parts is None:
        return None
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    tls = _speaks_tls(parts.hostname or "", port)
    there = f"{addresses.bracketed(parts.hostname or '')}:{port}"
    if secure and tls is False:
        return (
            f"that server does not speak TLS, so write http://{there} instead of https://{there}."
        )
    if not secure and tls:
        return (
            f"that server speaks TLS, so write https://{there} instead of {parts.scheme}://{there}."
        )
    return None


def _speaks_tls(host: str, port: int) -> bool | None:
    """Does a server answer a TLS handshake? None if it cannot be told: it is silent, or goes."""
    # Only whether it speaks TLS: the client decides whom it trusts.
    anything = ssl.create_default_context()
    anything.check_hostname, anything.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), CONNECT_SECONDS) as connection,
            anything.wrap_socket(connection, server_hostname=host),
        ):
            return True
    except ssl.SSLError as error:
        plain = error.reason in ("WRONG_VERSION_NUMBER", "UNEXPECTED_EOF_WHILE_READING")
        return False if plain else None
    except (OSError, ValueError):
        return None


def _milvus_version(uri: str, token: str, shown: str) -> str:
    """The version of the Milvus at `uri`, which messages call `shown`. Raises `CourseError` if none
    serves there.
    """
    from pymilvus import MilvusClient, MilvusException  # its import takes two seconds  # noqa: PLC0415

    try:
        client = MilvusClient(uri, token=token, timeout=CONNECT_SECONDS)
        version = client.get_server_version()
    except MilvusException as error:
        if is_unauthenticated(error):
            word = "does not take MILVUS_TOKEN" if token else "asks for a user and a password"
            raise CourseError(
                f"Milvus at {shown} {word}. Set MILVUS_TOKEN to user:password, or to the API key."
            ) from error
        if (wrong := wrong_scheme(uri)) is not None:
            raise CourseError(f"{shown}: {wrong} Correct it; {LITE_INSTEAD}") from error
        words = " ".join(error.message.split())[:200]
        raise CourseError(
            f"What answers at {shown} does not serve Milvus to you: {words}. {MEND_MILVUS}"
        ) from error
    check_version(version, shown)
    return f"Milvus {version}"


def check_version(version: str, shown: str) -> None:
    """Raises `CourseError` if the client in the lock and a server of this version are too far apart
    to be trusted.
    """
    from pymilvus import __version__ as client  # its import takes two seconds  # noqa: PLC0415

    number = re.match(r"v?(\d+)\.(\d+)", version)
    if number is None:  # a build without a number
        return
    server = tuple(map(int, number.groups()))
    if server < OLDEST_MILVUS:
        oldest = ".".join(map(str, OLDEST_MILVUS))
        raise CourseError(
            f"Milvus at {shown} is {version}; the course needs {oldest} or newer. Update it, or"
            f" {LITE_INSTEAD}"
        )
    if server[0] > int(client.partition(".")[0]):
        raise CourseError(
            f"Milvus at {shown} is {version}, newer than the client (pymilvus {client}). Update the"
            f" course, or {LITE_INSTEAD}"
        )


def is_unauthenticated(error: BaseException | None) -> bool:
    """Did the server refuse who asked? The client says only "illegal connection params"; the cause
    says it.
    """
    seen: list[BaseException] = []
    # The client raises some errors as their own cause.
    while error is not None and error not in seen:
        if isinstance(error, grpc.RpcError) and error.code() == grpc.StatusCode.UNAUTHENTICATED:
            return True
        seen.append(error)
        error = error.__cause__
    return False


def milvus_metrics(url: str) -> str:
    """`url` itself. Raises `CourseError` if no metrics page answers there; an empty one is that of
    a stack without its web UI.
    """
    if not url:
        raise CourseError(
            "The stack shows its metrics only beside its web UI. Start that: ./course up milvus"
            " --ui"
        )
    try:
        with loopback.opened(urllib.request.Request(url), CONNECT_SECONDS):
            return url
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise CourseError(
            f"No metrics at {url} ({' '.join(str(error).split())[:100]}). "
            "Publish port 9091 of that server, or set MILVUS_METRICS_URL to its metrics page."
        ) from error


def _first_line(error: Exception) -> str:
    """What an error of libpq says, without the hints (indented, or a question) that follow it."""
    lines = [
        line
        for line in str(error).splitlines()
        if line.strip() and not line.startswith("\t") and not line.endswith("?")
    ]
    return lines[-1].strip().rstrip(".") if lines else type(error).__name__


def without_password(url: str) -> str:
    """The address as it may be shown."""
    return addresses.shown_postgres(url)
