"""Servers that the course did not start: is the address valid, does PostgreSQL or Milvus answer
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
FIX_POSTGRES = "Start that server or correct DATABASE_URL; unset it to use the embedded one."
FIX_DOCKER = "What runs: ./course status. Start it again: ./course up pgvector"
FIX_MILVUS = f"Start that server or correct MILVUS_URI; {LITE_INSTEAD}"


def postgres_address(url: str) -> str:
    """DATABASE_URL in the form that every program parses correctly. Raises `CourseError`, which
    does not repeat it.
    """
    try:
        return addresses.postgres_url(addresses.postgres(url))
    except ValueError:
        raise CourseError(
            "DATABASE_URL is not a PostgreSQL address. Its form:"
            " postgresql://user:password@host:5432/database"
        ) from None


def check_postgres(url: str, remedy: str = FIX_POSTGRES) -> str:
    """Connect to `url` and make sure of pgvector. Returns the versions; raises `CourseError`, which
    ends with `remedy` if there is no connection.
    """
    address = postgres_address(url)
    try:
        connection = psycopg.connect(address, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except (psycopg.OperationalError, UnicodeError) as error:
        raise CourseError(
            f"PostgreSQL at {without_password(url)} does not take the connection:"
            f" {_first_line(error)}. {remedy}"
        ) from error
    with connection:
        return (
            f"PostgreSQL {connection.info.parameter_status('server_version')}, pgvector"
            f" {_ensure_extension(connection, url)}"
        )


def _ensure_extension(connection: psycopg.Connection, url: str) -> str:
    """Version of the extension `vector`, created if it is available."""
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


def require_pgvector(url: str, least: str) -> None:
    """Raises `CourseError` if the extension in that database is older than `least`, "0.8.0"."""
    with psycopg.connect(postgres_address(url), autocommit=True) as connection:
        [(installed, available)] = connection.execute(
            "SELECT extversion, default_version FROM pg_extension JOIN pg_available_extensions"
            " ON name = extname WHERE extname = 'vector'"
        ).fetchall()
    if _numbers(installed) >= _numbers(least):
        return
    update = "ALTER EXTENSION vector UPDATE"
    remedy = f"Run in that database: {update}"
    if _numbers(available) < _numbers(least):
        remedy = f"The server's packages hold {available}: install a newer one, then run {update}"
    raise CourseError(
        f"This lesson needs pgvector {least} or newer, and PostgreSQL at {without_password(url)}"
        f" has {installed}. {remedy}; or unset DATABASE_URL to use the embedded one."
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def milvus_address(uri: str, shown: str = "MILVUS_URI") -> tuple[str, str]:
    """A Milvus address without user and password, and those as a token (empty if there are none).

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

    Raises `CourseError` if `uri` is not an address, nothing or something else answers, the token is
    wrong, or client and server are too far apart.
    """
    uri, credentials = milvus_address(uri, shown)
    token = token or credentials
    parts = urlsplit(uri)
    if parts.scheme == "unix":
        return _milvus_version(uri, token, f"{shown} ({parts.path})")
    port = parts.port or (443 if parts.scheme == "https" else 19530)
    where = f"{shown} ({addresses.bracketed(parts.hostname or '')}:{port})"
    if not processes.answers(parts.hostname or "", port, CONNECT_SECONDS):
        raise CourseError(f"Nothing answers at {where}. {FIX_MILVUS}")
    return _milvus_version(uri, token, where)


def wrong_scheme(url: str) -> str | None:
    """What is wrong if an address says https and the server does not speak TLS, or vice versa; else
    None.
    """
    parts = addresses.http(url, *addresses.MILVUS_SCHEMES)
    if parts is None:
        return None
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    tls = _speaks_tls(parts.hostname or "", port)
    location = f"{addresses.bracketed(parts.hostname or '')}:{port}"
    if secure and tls is False:
        return f"that server does not speak TLS, so write http://{location} instead of https://{location}."
    if not secure and tls:
        return f"that server speaks TLS, so write https://{location} instead of {parts.scheme}://{location}."
    return None


def _speaks_tls(host: str, port: int) -> bool | None:
    """Does a server answer a TLS handshake? None if unclear: it is silent, or hangs up."""
    # This tests for TLS only: the client decides whom to trust, so no certificates are loaded.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), CONNECT_SECONDS) as connection,
            context.wrap_socket(connection, server_hostname=host),
        ):
            return True
    except ssl.SSLError as error:
        plain = error.reason in ("WRONG_VERSION_NUMBER", "UNEXPECTED_EOF_WHILE_READING")
        return False if plain else None
    except (OSError, ValueError):
        return None


def _milvus_version(uri: str, token: str, shown: str) -> str:
    """The version of the Milvus at `uri`, which messages call `shown`. Raises `CourseError` if
    there is none.
    """
    from pymilvus import MilvusClient, MilvusException  # takes two seconds to import  # noqa: PLC0415

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
            f"The server at {shown} does not serve Milvus to you: {words}. {FIX_MILVUS}"
        ) from error
    check_version(version, shown)
    return f"Milvus {version}"


def check_version(version: str, shown: str) -> None:
    """Raises `CourseError` if the locked client and a server of this version are too far apart."""
    from pymilvus import __version__ as client  # takes two seconds to import  # noqa: PLC0415

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
    """Did the server refuse the credentials? The client says only "illegal connection params"; the
    cause tells.
    """
    causes: list[BaseException] = []
    # The client raises some errors as their own cause.
    while error is not None and error not in causes:
        if isinstance(error, grpc.RpcError) and error.code() == grpc.StatusCode.UNAUTHENTICATED:
            return True
        causes.append(error)
        error = error.__cause__
    return False


def milvus_metrics(url: str) -> str:
    """`url`, if a metrics page answers there. Raises `CourseError` if not; an empty `url` means a
    stack without its web UI.
    """
    if not url:
        raise CourseError(
            "The stack serves its metrics only with its web UI. Start that: ./course up milvus --ui"
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
    """What a libpq error says, without the hints (indented, or a question) after it."""
    lines = [
        line
        for line in str(error).splitlines()
        if line.strip() and not line.startswith("\t") and not line.endswith("?")
    ]
    return lines[-1].strip().rstrip(".") if lines else type(error).__name__


def without_password(url: str) -> str:
    """The address in a form that may be shown."""
    return addresses.shown_postgres(url)
