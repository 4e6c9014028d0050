"""Engines elsewhere, named by DATABASE_URL and MILVUS_URI: is the address usable, and if not, why?"""

import http.client
import urllib.request
from urllib.parse import urlsplit

import psycopg

from vdbcourse.engines import processes
from vdbcourse.errors import CourseError

CONNECT_SECONDS = 5
METRICS_PORT = 9091
MEND_MILVUS = "Start that server or correct MILVUS_URI; unset it to use Milvus Lite."


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


def check_milvus(uri: str, token: str) -> str:
    """Connect to MILVUS_URI. Returns the server's version; raises `CourseError`."""
    parts = urlsplit(uri)
    if parts.scheme == "unix" and parts.path:
        return milvus_version(uri, token, parts.path)
    if parts.scheme not in ("http", "https", "tcp") or not parts.hostname:
        raise CourseError(f"MILVUS_URI={uri!r} is not an address of a server. Its form: http://host:19530")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 19530)
    except ValueError as error:
        raise CourseError(f"MILVUS_URI={uri!r}: {error}. Its form: http://host:19530") from error
    if not processes.answers(parts.hostname, port, CONNECT_SECONDS):
        raise CourseError(f"Nothing answers at MILVUS_URI ({parts.hostname}:{port}). {MEND_MILVUS}")
    return milvus_version(uri, token, f"{parts.hostname}:{port}")


def milvus_version(uri: str, token: str, shown: str) -> str:
    """The version of the Milvus at `uri`, which messages call `shown`. Raises `CourseError` if none serves there."""
    from pymilvus import MilvusClient, MilvusException

    try:
        client = MilvusClient(uri, token=token, timeout=CONNECT_SECONDS)
        return f"Milvus {client.get_server_version()}"
    except MilvusException as error:
        hint = "Check MILVUS_TOKEN. " if "auth" in error.message.lower() else ""
        raise CourseError(
            f"What answers at MILVUS_URI ({shown}) does not serve Milvus to you: "
            f"{error.message.splitlines()[0][:200]}. {hint}{MEND_MILVUS}"
        ) from error


def milvus_metrics(uri: str, given: str | None) -> str:
    """The metrics page of the server at `uri`: `given`, or port 9091 of its host. Raises `CourseError` if it does not answer."""
    url = given or f"http://{urlsplit(uri).hostname}:{METRICS_PORT}/metrics"
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
