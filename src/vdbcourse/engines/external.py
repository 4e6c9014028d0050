"""Engines elsewhere, named by DATABASE_URL and MILVUS_URI: is the address usable, and if not, why?"""

import http.client
import re
import urllib.request
from urllib.parse import urlsplit

import grpc
import psycopg

from vdbcourse.engines import processes
from vdbcourse.errors import CourseError

CONNECT_SECONDS = 5
OLDEST_MILVUS = (2, 3)  # what the lessons were run on
LITE_INSTEAD = "unset MILVUS_URI to use Milvus Lite."
MEND_MILVUS = f"Start that server or correct MILVUS_URI; {LITE_INSTEAD}"


def check_postgres(url: str) -> str:
    """Connect to DATABASE_URL and make sure of pgvector. Returns the versions; raises `CourseError`."""
    try:
        psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise CourseError(
            "DATABASE_URL is not an address of PostgreSQL. Its form: postgresql://user:password@host:5432/database"
        ) from error  # whose text is not shown: it repeats the address, password and all
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except psycopg.OperationalError as error:
        raise CourseError(
            f"PostgreSQL at {without_password(url)} does not take the connection: {first_line(error)}. "
            "Start that server or correct DATABASE_URL; unset it to use the embedded one."
        ) from error
    with connection:
        return f"PostgreSQL {connection.info.parameter_status('server_version')}, pgvector {ensure_extension(connection, url)}"


def ensure_extension(connection: psycopg.Connection, url: str) -> str:
    """Version of the extension `vector`, created if it is there to create."""
    installed, available = connection.execute(
        "SELECT (SELECT extversion FROM pg_extension WHERE extname = 'vector'),"
        " (SELECT default_version FROM pg_available_extensions WHERE name = 'vector')"
    ).fetchone()
    if installed:
        return installed
    if not available:
        raise CourseError(
            f"PostgreSQL at {without_password(url)} has no pgvector. Install it on that server "
            "(https://github.com/pgvector/pgvector#installation), or unset DATABASE_URL to use the embedded one."
        )
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except psycopg.errors.InsufficientPrivilege as error:
        raise CourseError(
            f"The user of {without_password(url)} may not create the extension pgvector. "
            "Ask its owner to run in that database: CREATE EXTENSION vector"
        ) from error
    return available


def check_milvus(uri: str, token: str, shown: str = "MILVUS_URI") -> str:
    """Connect to the Milvus at `uri`, which messages call `shown`. Returns its version.

    Raises `CourseError` if `uri` is no address, nothing or something else answers, the token does not fit, or client and
    server are too far apart.
    """
    parts = urlsplit(uri)
    if parts.scheme == "unix" and parts.path:
        return milvus_version(uri, token, f"{shown} ({parts.path})")
    if parts.scheme not in ("http", "https", "tcp") or not parts.hostname:
        raise CourseError(f"{shown}={uri!r} is not an address of a server. Its form: http://host:19530")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 19530)
    except ValueError as error:
        raise CourseError(f"{shown}={uri!r}: {error}. Its form: http://host:19530") from error
    if not processes.answers(parts.hostname, port, CONNECT_SECONDS):
        raise CourseError(f"Nothing answers at {shown} ({parts.hostname}:{port}). {MEND_MILVUS}")
    return milvus_version(uri, token, f"{shown} ({parts.hostname}:{port})")


def milvus_version(uri: str, token: str, shown: str) -> str:
    """The version of the Milvus at `uri`, which messages call `shown`. Raises `CourseError` if none serves there."""
    from pymilvus import MilvusClient, MilvusException

    try:
        client = MilvusClient(uri, token=token, timeout=CONNECT_SECONDS)
        version = client.get_server_version()
    except MilvusException as error:
        if is_unauthenticated(error):
            word = "does not take MILVUS_TOKEN" if token else "asks for a user and a password"
            raise CourseError(f"Milvus at {shown} {word}. Set MILVUS_TOKEN to user:password, or to the API key.") from error
        raise CourseError(
            f"What answers at {shown} does not serve Milvus to you: {error.message.splitlines()[0][:200]}. {MEND_MILVUS}"
        ) from error
    check_version(version, shown)
    return f"Milvus {version}"


def check_version(version: str, shown: str) -> None:
    """Raises `CourseError` if the client in the lock and a server of this version are too far apart to be trusted."""
    from pymilvus import __version__ as client

    found = re.match(r"v?(\d+)\.(\d+)", version)
    if found is None:  # a build without a number
        return
    server = tuple(map(int, found.groups()))
    if server < OLDEST_MILVUS:
        oldest = ".".join(map(str, OLDEST_MILVUS))
        raise CourseError(f"Milvus at {shown} is {version}; the course needs {oldest} or newer. Update it, or {LITE_INSTEAD}")
    if server[0] > int(client.partition(".")[0]):
        raise CourseError(
            f"Milvus at {shown} is {version}, newer than the client (pymilvus {client}). Update the course, or {LITE_INSTEAD}"
        )


def is_unauthenticated(error: BaseException | None) -> bool:
    """Did the server refuse who asked? The client says only "illegal connection params"; the cause says it."""
    seen = []
    while error is not None and error not in seen:  # the client raises some errors as their own cause
        if isinstance(error, grpc.RpcError) and error.code() == grpc.StatusCode.UNAUTHENTICATED:
            return True
        seen.append(error)
        error = error.__cause__
    return False


def milvus_metrics(url: str) -> str:
    """`url` itself. Raises `CourseError` if no metrics page answers there; an empty one is that of a stack without its web UI."""
    if not url:
        raise CourseError("The stack shows its metrics only beside its web UI. Start that: ./course up milvus --ui")
    try:
        with urllib.request.urlopen(url, timeout=CONNECT_SECONDS):
            return url
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise CourseError(
            f"No metrics at {url} ({' '.join(str(error).split())[:100]}). "
            "Publish port 9091 of that server, or set MILVUS_METRICS_URL to its metrics page."
        ) from error


def first_line(error: Exception) -> str:
    """What an error of libpq says, without the hints (indented, or a question) that follow it."""
    lines = [line for line in str(error).splitlines() if line.strip() and not line.startswith("\t") and not line.endswith("?")]
    return lines[-1].strip().rstrip(".")


def without_password(url: str) -> str:
    """The address as it may be shown."""
    described = psycopg.conninfo.conninfo_to_dict(url)
    return f"{described.get('host', 'localhost')}:{described.get('port', 5432)}/{described.get('dbname', '')}"
