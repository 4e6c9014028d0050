"""One place for the environment: addresses of engines, the model, and the folders of the course.

Every value is read when it is asked for, so a notebook may set `os.environ[...]` in a cell.

| variable | meaning | unset |
|---|---|---|
| `DATABASE_URL` | PostgreSQL with pgvector, `postgresql://user:password@host:port/database` | the embedded server |
| `MILVUS_URI`, `MILVUS_TOKEN` | a Milvus server or Zilliz Cloud, `http://host:19530` | Milvus Lite as a local server |
| `MILVUS_METRICS_URL` | the metrics page of that server | port 9091 of its host |
| `VDBCOURSE_MILVUS_PORT` | fixed port for the local Milvus Lite server | any free port |
| `QDRANT_URL`, `QDRANT_API_KEY` | a Qdrant server or Qdrant Cloud, `http://host:6333` | the client's own `:memory:` mode |
| `WEAVIATE_URL`, `WEAVIATE_API_KEY` | a Weaviate server or Weaviate Cloud, `http://host:8080` | `http://127.0.0.1:8080` |
| `WEAVIATE_GRPC_PORT` | Weaviate's second port | 50051; 443 with `https://` |
| `VESPA_URL` | where Vespa takes documents and questions, `http://host:8081` | `http://127.0.0.1:8081` |
| `VESPA_CONFIG_URL` | where Vespa takes schemas, `http://host:19071` | port 19071 of the same host |
| `PINECONE_API_KEY` | a key of Pinecone's cloud; its client reads it itself | no Pinecone |
| `PINECONE_CONTROLLER_HOST` | another address for Pinecone; its client reads it itself | `https://api.pinecone.io` |
| `VDBCOURSE_LEARNER` | whose schemas and collections these are, on a shared server | the login name |
| `VDBCOURSE_MODEL` | a sentence-transformers model: hub name or folder | the packaged all-MiniLM-L6-v2 |
| `VDBCOURSE_HOME` | where engines, caches and progress live | `.course` in the course folder |
"""

import getpass
import os
import re
import uuid
from pathlib import Path

from vdbcourse.errors import CourseError

MARKER = "made-by-vector-database-course"


def forget() -> None:
    """Take every setting that names something of one person's out of this process: tests and stored notebooks have none of it."""
    for name in (*re.findall(r"`([A-Z]+_[A-Z_]+)`", __doc__), "VDBCOURSE_IN_LAB"):
        os.environ.pop(name, None)


def root() -> Path:
    """The course folder, the one that holds `chapters/`."""
    return Path(__file__).resolve().parents[2]


def home_path() -> Path:
    """Where engines, caches and progress live; nothing is created."""
    return Path(os.environ.get("VDBCOURSE_HOME") or root() / ".course").expanduser().resolve()


def home() -> Path:
    """Like `home_path`, created and marked as ours on first use.

    Raises `CourseError` if it cannot be written, or if it is a folder with other things in it.
    """
    path = home_path()
    try:
        if path.is_dir() and not (path / MARKER).exists() and any(path.iterdir()):
            raise CourseError(
                f"{path} holds files the course did not make, so it is not used. Point VDBCOURSE_HOME at an empty or new folder."
            )
        path.mkdir(parents=True, exist_ok=True)
        (path / MARKER).touch()
        probe = path / f".probe-{uuid.uuid4().hex}"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        raise unwritable(path, error) from error
    return path


def unwritable(path: Path, error: OSError) -> CourseError:
    """The one line for a folder that is read-only, full or not a folder."""
    return CourseError(
        f"{path} cannot be written: {error.strerror}. Free some space or mend its rights, "
        "or set VDBCOURSE_HOME to another folder."
    )


def database_url() -> str | None:
    """DATABASE_URL, or None for the embedded PostgreSQL."""
    return os.environ.get("DATABASE_URL") or None


def milvus_uri() -> str | None:
    """MILVUS_URI, or None for Milvus Lite."""
    return os.environ.get("MILVUS_URI") or None


def milvus_token() -> str:
    """MILVUS_TOKEN (`user:password` or an API key), or an empty string."""
    return os.environ.get("MILVUS_TOKEN", "")


def milvus_metrics_url() -> str | None:
    """MILVUS_METRICS_URL, or None for port 9091 of the host in MILVUS_URI."""
    return os.environ.get("MILVUS_METRICS_URL") or None


def milvus_port() -> int | None:
    """VDBCOURSE_MILVUS_PORT as a number, or None for any free port. Raises `CourseError` if it is not a port."""
    return port("VDBCOURSE_MILVUS_PORT", os.environ.get("VDBCOURSE_MILVUS_PORT"))


def qdrant_url() -> str | None:
    """QDRANT_URL, or None for the client's own mode in memory."""
    return os.environ.get("QDRANT_URL") or None


def qdrant_api_key() -> str | None:
    """QDRANT_API_KEY, or None for a server that asks for none."""
    return os.environ.get("QDRANT_API_KEY") or None


def weaviate_url() -> str:
    """WEAVIATE_URL, or where docker/comparison publishes Weaviate."""
    return os.environ.get("WEAVIATE_URL") or "http://127.0.0.1:8080"


def weaviate_grpc_port() -> int | None:
    """WEAVIATE_GRPC_PORT as a number, or None for the usual one. Raises `CourseError` if it is not a port."""
    return port("WEAVIATE_GRPC_PORT", os.environ.get("WEAVIATE_GRPC_PORT"))


def weaviate_api_key() -> str | None:
    """WEAVIATE_API_KEY, or None for a server that asks for none."""
    return os.environ.get("WEAVIATE_API_KEY") or None


def vespa_url() -> str:
    """VESPA_URL, or where docker/comparison publishes Vespa's documents and questions."""
    return os.environ.get("VESPA_URL") or "http://127.0.0.1:8081"


def vespa_config_url() -> str | None:
    """VESPA_CONFIG_URL, or None for port 19071 of Vespa's host."""
    return os.environ.get("VESPA_CONFIG_URL") or None


def pinecone_api_key() -> str | None:
    """PINECONE_API_KEY, or None: then there is no Pinecone."""
    return os.environ.get("PINECONE_API_KEY") or None


def pinecone_controller_host() -> str:
    """PINECONE_CONTROLLER_HOST, or Pinecone's public address."""
    return os.environ.get("PINECONE_CONTROLLER_HOST") or "https://api.pinecone.io"


def model() -> str | None:
    """VDBCOURSE_MODEL, or None for the packaged all-MiniLM-L6-v2."""
    return os.environ.get("VDBCOURSE_MODEL") or None


def learner() -> str:
    """Whose schemas and collections these are: lower-case letters, digits and underscores, at most 20 characters."""
    name = identifier(os.environ.get("VDBCOURSE_LEARNER") or getpass.getuser())[:20].strip("_")
    return f"u{name}" if not name[:1].isalpha() else name


def identifier(text: str) -> str:
    """`text` with only what both PostgreSQL and Milvus take in a name without quotes: a-z, 0-9 and _."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def port(variable: str, text: str | None) -> int | None:
    """The value of `variable` as a port, or None if it is unset. Raises `CourseError` if it is not a port."""
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise CourseError(f"{variable}={text!r} is not a port; use a number from 1 to 65535 or unset it.")
    return int(text)
