"""The engines that can take part, each behind the smallest interface that the benchmark and the
contract need.

Lessons do not use these: they show each engine's own client. A client is imported when its engine
takes part: together they take many seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass

from vdbcourse import engines
from vdbcourse.bench.adapters.base import Adapter, Engine, Hit, Row
from vdbcourse.engines import configured, supervisor
from vdbcourse.errors import CourseError

__all__ = ["ENGINES", "Adapter", "Available", "Engine", "Hit", "Row", "available"]


@dataclass(frozen=True)
class Available:
    """Engines that take part, and one line on how to start each that does not."""

    adapters: dict[str, Engine]
    missing: dict[str, str]


def available(space: str, name: str, only: list[str] | None = None) -> Available:
    """Connect to every engine that is up, or to those of `only`, each with a collection `name` in
    `space`.

    PostgreSQL and Milvus Lite are started; the others are used when they answer.
    The contract needs an `Adapter`: pgvector, milvus, milvus-standalone, qdrant.

    Raises `CourseError` for an engine that does not exist.
    """
    for key in only or ():
        if key not in ENGINES:
            raise CourseError(
                f"There is no engine {key!r} to compare. Engines: {', '.join(ENGINES)}."
            )
    adapters, missing = {}, {}
    for key in only or ENGINES:
        try:
            adapters[key] = ENGINES[key](space, name)
        except CourseError as error:
            missing[key] = str(error)
    return Available(adapters, missing)


def pgvector(space: str, name: str) -> Adapter:
    """PostgreSQL: embedded, or the server of DATABASE_URL."""
    from vdbcourse.bench.adapters.pgvector import Pgvector  # noqa: PLC0415

    return Pgvector(space, name)


def milvus(space: str, name: str) -> Adapter:
    """Milvus Lite, or the server of MILVUS_URI or of the stack in Docker."""
    from vdbcourse.bench.adapters.milvus import Milvus  # noqa: PLC0415

    if server := configured.milvus():
        return Milvus(space, name, "milvus", server.uri, server.version())
    own = supervisor.up("milvus-lite")
    return Milvus(
        space, name, "milvus", own.uri, own.version, supervisor.data_folder("milvus-lite")
    )


def milvus_standalone(space: str, name: str) -> Engine:
    """The Milvus server of the course's package, if it runs: it listens on all interfaces, so it is
    not started unasked.
    """
    from vdbcourse.bench.adapters.milvus import Milvus  # noqa: PLC0415

    server = supervisor.running("milvus-standalone")
    if server is None or not server.ready:
        raise CourseError(
            "The Milvus server of the course's package does not run. Start it: ./course up"
            " milvus-standalone"
        )
    return Milvus(
        space,
        name,
        "milvus-standalone",
        server.uri,
        server.version,
        supervisor.data_folder("milvus-standalone"),
    )


def qdrant(space: str, name: str) -> Adapter:
    """Qdrant's local mode, or the server of QDRANT_URL."""
    _needed("qdrant")
    from vdbcourse.bench.adapters.qdrant import Qdrant  # noqa: PLC0415

    return Qdrant(space, name)


def weaviate(space: str, name: str) -> Engine:
    """The server of WEAVIATE_URL."""
    _needed("weaviate")
    from vdbcourse.bench.adapters.weaviate import Weaviate  # noqa: PLC0415

    return Weaviate(space, name)


def vespa(space: str, name: str) -> Engine:
    """The server of VESPA_URL."""
    _needed("vespa")
    from vdbcourse.bench.adapters.vespa import Vespa  # noqa: PLC0415

    return Vespa()


def pinecone(space: str, name: str) -> Engine:
    """The cloud of PINECONE_API_KEY."""
    _needed("pinecone")
    from vdbcourse.bench.adapters.pinecone import Pinecone  # noqa: PLC0415

    return Pinecone(space, name)


def _needed(name: str) -> None:
    """Raise `CourseError` with the one line that says how to start the server `name`, if it does
    not answer.
    """
    if (why := engines.missing(name)) is not None:
        raise CourseError(why)


ENGINES: dict[str, Callable[[str, str], Engine]] = {
    "pgvector": pgvector,
    "milvus": milvus,
    "milvus-standalone": milvus_standalone,
    "qdrant": qdrant,
    "weaviate": weaviate,
    "vespa": vespa,
    "pinecone": pinecone,
}
