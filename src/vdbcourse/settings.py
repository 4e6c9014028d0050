"""One place for the environment: addresses of engines, the model, and the folders of the course.

Every value is read when it is asked for, so a notebook may set `os.environ[...]` in a cell. Blanks
and line breaks around a value, as a file or a copied line leaves them, are ignored. User and
password may also be part of an address, plain or percent-encoded; they are never shown. A proxy in
the environment is used for other machines, never for this one.
"""

import getpass
import hashlib
import os
import re
import unicodedata
import uuid
from dataclasses import dataclass
from pathlib import Path

from vdbcourse.errors import CourseError


@dataclass(frozen=True)
class Setting:
    """What an environment variable means, and what applies while it is unset."""

    meaning: str
    unset: str


SETTINGS = {
    "DATABASE_URL": Setting(
        "PostgreSQL with pgvector, `postgresql://user:password@host:port/database`",
        "the embedded server",
    ),
    "MILVUS_URI": Setting(
        "a Milvus server or Zilliz Cloud, `http://host:19530`",
        "Milvus Lite",
    ),
    "MILVUS_TOKEN": Setting("`user:password` or a key for that server", "no password"),
    "MILVUS_METRICS_URL": Setting("the metrics page of that server", "port 9091 of its host"),
    "VDBCOURSE_MILVUS_PORT": Setting(
        "fixed port for the local Milvus Lite server",
        "any free port",
    ),
    "QDRANT_URL": Setting(
        "a Qdrant server or Qdrant Cloud, `http://host:6333`",
        "the client's own `:memory:` mode",
    ),
    "QDRANT_API_KEY": Setting("a key for that server", "no key"),
    "WEAVIATE_URL": Setting(
        "a Weaviate server or Weaviate Cloud, `http://host:8080`",
        "`http://127.0.0.1:8080`",
    ),
    "WEAVIATE_API_KEY": Setting("a key for that server", "no key"),
    "WEAVIATE_GRPC_PORT": Setting("Weaviate's second port", "50051; 443 with `https://`"),
    "VESPA_URL": Setting(
        "where Vespa takes documents and queries, `http://host:8081`",
        "`http://127.0.0.1:8081`",
    ),
    "VESPA_CONFIG_URL": Setting(
        "where Vespa takes schemas, `http://host:19071`",
        "port 19071 of the same host",
    ),
    "PINECONE_API_KEY": Setting(
        "a key for Pinecone's cloud; its client reads it itself",
        "no Pinecone",
    ),
    "PINECONE_CONTROLLER_HOST": Setting(
        "another address for Pinecone; its client reads it itself",
        "`https://api.pinecone.io`",
    ),
    "VDBCOURSE_LEARNER": Setting(
        "owner of the schemas and collections on a shared server; no two names share any",
        "the login name",
    ),
    "VDBCOURSE_MODEL": Setting(
        "a sentence-transformers model: hub name or folder",
        "the packaged all-MiniLM-L6-v2",
    ),
    "VDBCOURSE_HOME": Setting(
        "where engines, caches and progress live",
        "`.course` in the course folder",
    ),
}
# Not for learners: set for the kernels of a lab, so that what they start ends with the lab.
IN_LAB = "VDBCOURSE_IN_LAB"
# Not for learners: set for a submission, a folder of embedded texts that it may only read.
GIVEN_CACHE = "VDBCOURSE_GIVEN_CACHE"

MARKER = "made-by-vector-database-course"
LONGEST_LEARNER = 20  # characters of a name in the names of schemas and collections
HASH_DIGITS = 8
PLAIN = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")  # a name that both engines take as it is
HASHED = re.compile(rf".*_[0-9a-f]{{{HASH_DIGITS}}}")  # what a changed name looks like


def forget() -> None:
    """Remove every personal setting from this process: tests and stored notebooks use none."""
    for name in (*SETTINGS, IN_LAB, GIVEN_CACHE):
        os.environ.pop(name, None)


def value(name: str) -> str | None:
    """The setting `name` without blanks and line breaks around it; None if it is unset or empty."""
    return os.environ.get(name, "").strip() or None


def _shared_value(name: str) -> str | None:
    """Like `value`, for a setting that an engine's client reads itself: the client then sees it
    without blanks too.
    """
    text = value(name)
    if text is not None:
        os.environ[name] = text
    return text


def root() -> Path:
    """The course folder, the one that holds `chapters/`."""
    return Path(__file__).resolve().parents[2]


def home_path() -> Path:
    """Where engines, caches and progress live; nothing is created."""
    try:
        return Path(value("VDBCOURSE_HOME") or root() / ".course").expanduser().resolve()
    except (RuntimeError, OSError, ValueError) as error:
        # ~ of an unknown user, a cycle of links, a null character
        raise CourseError(
            f"VDBCOURSE_HOME is not a usable folder: {error}. Set it to a full path."
        ) from error


def home() -> Path:
    """Like `home_path`, created and marked as ours on first use.

    Raises `CourseError` if it cannot be written, or if it holds other files.
    """
    path = home_path()
    try:
        if path.is_dir() and not (path / MARKER).exists() and any(path.iterdir()):
            raise CourseError(
                f"{path} holds files the course did not make, so it is not used. Point"
                " VDBCOURSE_HOME at an empty or new folder."
            )
        path.mkdir(parents=True, exist_ok=True)
        (path / MARKER).touch()
        probe = path / f".probe-{uuid.uuid4().hex}"
        try:
            probe.write_bytes(b"x")
        finally:
            probe.unlink(missing_ok=True)  # a full disk accepts the file but not its content
    except OSError as error:
        raise unwritable(path, error) from error
    return path


def unwritable(path: Path, error: Exception) -> CourseError:
    """The one line for a folder that is read-only, full or not a folder."""
    return CourseError(
        f"{path} cannot be written: {getattr(error, 'strerror', None) or error}. Free some space or"
        " fix its permissions, or set VDBCOURSE_HOME to another folder."
    )


def space_hint(words: str) -> str:
    """What to do, to append to an engine's message if it says that the disk is full; else an empty
    string.
    """
    full = any(
        phrase in words
        for phrase in ("No space left on device", "Disk quota exceeded", "disk is full")
    )
    return ". Free some space, or set VDBCOURSE_HOME to another disk" if full else ""


def database_url() -> str | None:
    """DATABASE_URL, or None for the embedded PostgreSQL."""
    return value("DATABASE_URL")


def milvus_uri() -> str | None:
    """MILVUS_URI, or None for Milvus Lite."""
    return value("MILVUS_URI")


def milvus_token() -> str:
    """MILVUS_TOKEN (`user:password` or an API key), or an empty string."""
    return value("MILVUS_TOKEN") or ""


def milvus_metrics_url() -> str | None:
    """MILVUS_METRICS_URL, or None for port 9091 of the host in MILVUS_URI."""
    return value("MILVUS_METRICS_URL")


def milvus_port() -> int | None:
    """VDBCOURSE_MILVUS_PORT as a number, or None for any free port. Raises `CourseError` if it is
    not a port.
    """
    return port("VDBCOURSE_MILVUS_PORT")


def qdrant_url() -> str | None:
    """QDRANT_URL, or None for the client's own mode in memory."""
    return value("QDRANT_URL")


def qdrant_api_key() -> str | None:
    """QDRANT_API_KEY, or None for a server that asks for none."""
    return value("QDRANT_API_KEY")


def weaviate_url() -> str:
    """WEAVIATE_URL, or where docker/comparison publishes Weaviate."""
    return value("WEAVIATE_URL") or "http://127.0.0.1:8080"


def weaviate_grpc_port() -> int | None:
    """WEAVIATE_GRPC_PORT as a number, or None for the usual one. Raises `CourseError` if it is not
    a port.
    """
    return port("WEAVIATE_GRPC_PORT")


def weaviate_api_key() -> str | None:
    """WEAVIATE_API_KEY, or None for a server that asks for none."""
    return value("WEAVIATE_API_KEY")


def vespa_url() -> str:
    """VESPA_URL, or where docker/comparison publishes Vespa's documents and queries."""
    return value("VESPA_URL") or "http://127.0.0.1:8081"


def vespa_config_url() -> str | None:
    """VESPA_CONFIG_URL, or None for port 19071 of Vespa's host."""
    return value("VESPA_CONFIG_URL")


def pinecone_api_key() -> str | None:
    """PINECONE_API_KEY, or None: then there is no Pinecone."""
    return _shared_value("PINECONE_API_KEY")


def pinecone_controller_host() -> str:
    """PINECONE_CONTROLLER_HOST, or Pinecone's public address."""
    return _shared_value("PINECONE_CONTROLLER_HOST") or "https://api.pinecone.io"


def model() -> str | None:
    """VDBCOURSE_MODEL, or None for the packaged all-MiniLM-L6-v2."""
    return value("VDBCOURSE_MODEL")


def owner() -> str:
    """Whose schemas and collections these are, as given: VDBCOURSE_LEARNER, or the login name.
    Compared letter by letter.
    """
    name = unicodedata.normalize("NFC", value("VDBCOURSE_LEARNER") or _login())
    # Bytes that cannot be decoded appear as \\x...
    return name.encode("utf-8", "backslashreplace").decode()


def _login() -> str:
    """The login name; or the user id if the system has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # depends on Python's version and the system
        return f"uid{os.getuid()}" if hasattr(os, "getuid") else "learner"


def learner(name: str | None = None) -> str:
    """`name` (default: the owner's) as used in the names of schemas and collections: at most 20
    characters of a-z, 0-9, _.

    A name that already fits stays as it is. Any other gets a hash, so that no two become one.
    """
    name = owner() if name is None else name
    if PLAIN.fullmatch(name) and len(name) <= LONGEST_LEARNER and not HASHED.fullmatch(name):
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:HASH_DIGITS]
    return f"{learner_once(name)[: LONGEST_LEARNER - HASH_DIGITS - 1].strip('_')}_{digest}"


def learner_once(name: str) -> str:
    """The form of `name` before there were hashes: old schemas and collections begin with it."""
    short = identifier(name)[:LONGEST_LEARNER].strip("_")
    return f"u{short}" if not short[:1].isalpha() else short


def identifier(text: str) -> str:
    """`text` reduced to what PostgreSQL and Milvus both accept in a name without quotes: a-z, 0-9
    and _.
    """
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def port(variable: str) -> int | None:
    """The setting `variable` as a port, or None if it is unset. Raises `CourseError` if it is not a
    port.
    """
    text = value(variable)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise CourseError(
            f"{variable}={text[:40]!r} is not a port; use a number from 1 to 65535 or unset it."
        )
    return int(text)
