"""Start or find the engines and hand out their addresses; the clients stay the engines' own.

    conn = psycopg.connect(engines.postgres("01_first_search"))
    client = MilvusClient(engines.milvus(), token=engines.milvus_token())
    name = engines.collection("01_first_search", "films")

With `DATABASE_URL` or `MILVUS_URI` set, the same lines reach Docker, a server, a cluster or a
managed service. The other engines of the comparison run elsewhere; `missing` says whether they
answer:

    print(engines.missing("weaviate") or "Weaviate answers")
    key = engines.weaviate_api_key()
    client = weaviate.connect_to_custom(**engines.weaviate(), auth_credentials=key)
"""

from typing import TYPE_CHECKING

from vdbcourse import settings
from vdbcourse.engines import addresses, loopback
from vdbcourse.errors import CourseError

if TYPE_CHECKING:
    from vdbcourse.engines import compared

__all__ = [
    "collection",
    "explain",
    "milvus",
    "milvus_metrics",
    "milvus_standalone",
    "milvus_token",
    "missing",
    "postgres",
    "qdrant",
    "qdrant_api_key",
    "vespa",
    "vespa_config",
    "weaviate",
    "weaviate_api_key",
]

# The other modules are imported by the functions that need them: with psycopg, grpc and psutil
# they would add half a second to the start of every process that imports this package, and
# `error_messages` with pymilvus two more.

# Before any client is imported: some read the environment on import.
loopback.bypass_proxies()
addresses.encode_milvus_uri()


def postgres(notebook: str, pgvector: str | None = None) -> str:
    """Address of PostgreSQL with pgvector, with `notebook`'s own schema first on the search path.

    The embedded server is started if it does not run; `DATABASE_URL` points elsewhere. The
    extension `vector` is created if needed; `pgvector` is the oldest version of it that the
    notebook works with, "0.8.0". Raises `CourseError` if there is no server, no pgvector or an
    older one, or no permission to create a schema.
    """
    from vdbcourse.engines import (  # noqa: PLC0415
        configured,
        old_spaces,
        server_checks,
        spaces,
        supervisor,
    )

    schema = spaces.space_name(notebook)
    server = configured.postgres()
    if server:
        server.version()
        url, private = server.uri, server.where == configured.DOCKER
    else:
        url, private = supervisor.up("postgres").uri, True
    if pgvector:
        server_checks.require_pgvector(url, pgvector)
    old_spaces.take_over_schema(url, notebook, private)
    return spaces.make_schema(url, schema)


def milvus() -> str:
    """Address of Milvus: `MILVUS_URI`, the stack of `./course up milvus`, or else Milvus Lite,
    started if it does not run.

    Raises `CourseError` if nothing answers there, or the server does not let you in.
    """
    from vdbcourse.engines import configured, supervisor  # noqa: PLC0415

    loopback.bypass_proxies()
    server = configured.milvus()
    return server.checked_uri() if server else supervisor.up("milvus-lite").uri


def milvus_token() -> str:
    """The token for `milvus()`: `MILVUS_TOKEN`, or user and password of `MILVUS_URI`; the stack's;
    else empty.

    The course's own Milvus has no users.
    """
    from vdbcourse.engines import configured  # noqa: PLC0415

    server = configured.milvus()
    return server.token if server else ""


def milvus_standalone() -> str:
    """Address of a real Milvus server: `MILVUS_URI`, the stack of `./course up milvus`, or the
    package's 2.3.5.

    Raises `CourseError` if the package is not installed or the server does not start.
    """
    from vdbcourse.engines import configured, supervisor  # noqa: PLC0415

    loopback.bypass_proxies()
    server = configured.milvus()
    return server.checked_uri() if server else supervisor.up("milvus-standalone").uri


def milvus_metrics() -> str:
    """Address of the metrics page (Prometheus text) of the server that `milvus_standalone` names.

    For a server of your own: `MILVUS_METRICS_URL`, or port 9091 of the host in `MILVUS_URI`. Raises
    `CourseError` if nothing answers there.
    """
    from vdbcourse.engines import configured, server_checks, supervisor  # noqa: PLC0415

    server = configured.milvus()
    if server is None:
        return f"{supervisor.up('milvus-standalone').metrics}/metrics"
    return server_checks.milvus_metrics(server.metrics)


def explain(error: Exception) -> str:
    """One plain line for an error of psycopg or pymilvus: what is wrong, why, and what fixes it.
    The engine's own words say more.

    Raises `TypeError` for an error of another library.
    """
    from vdbcourse.engines import error_messages  # noqa: PLC0415

    return error_messages.explain(error)


def collection(notebook: str, name: str) -> str:
    """`name` with `notebook`'s own prefix, for collections on a Milvus that others may share:
    `ana_first_search_films`.

    Raises `CourseError` if `notebook` or `name` has no letter or digit.
    """
    from vdbcourse.engines import configured, old_spaces, spaces, supervisor  # noqa: PLC0415

    tail = settings.identifier(name)
    if not tail:
        raise CourseError(f"{name!r} has no letter or digit to make a collection name from.")
    space, server = spaces.space_name(notebook), configured.milvus()
    if space != old_spaces.space_name(notebook):
        if server:
            private = server.where == configured.DOCKER
            old_spaces.take_over_collection(server.uri, server.token, notebook, tail, private)
        else:
            for record in filter(
                None, map(supervisor.running, ("milvus-lite", "milvus-standalone"))
            ):
                old_spaces.take_over_collection(record.uri, "", notebook, tail, private=True)
    if server:
        spaces.note_collection(server.uri, f"{space}_{tail}")
    return f"{space}_{tail}"


def missing(name: str) -> str | None:
    """None if the server of "qdrant", "weaviate", "vespa" or "pinecone" can be used now; else one
    line that says why not, and what to do.

    Asks over the network, for a few seconds at most. Raises `CourseError` for an unknown name, and
    for settings that are not an address or a key.
    """
    from vdbcourse.engines import compared  # noqa: PLC0415

    loopback.bypass_proxies()
    return compared.missing(name)


def qdrant() -> str:
    """`QDRANT_URL`, or ":memory:": the first argument of `QdrantClient`. Raises `CourseError` if it
    is not a URL.
    """
    from vdbcourse.engines import compared  # noqa: PLC0415

    return compared.qdrant_address()


def qdrant_api_key() -> str | None:
    """`QDRANT_API_KEY` for `QDRANT_URL`; None without it."""
    return settings.qdrant_api_key() if settings.qdrant_url() else None


def weaviate() -> "compared.WeaviateAddress":
    """`WEAVIATE_URL` as arguments of `weaviate.connect_to_custom`, without the key. Raises
    `CourseError` if it is not a URL.
    """
    from vdbcourse.engines import compared  # noqa: PLC0415

    return compared.weaviate_address()


def weaviate_api_key() -> str | None:
    """`WEAVIATE_API_KEY`, or None: the argument `auth_credentials`."""
    return settings.weaviate_api_key()


def vespa() -> str:
    """`VESPA_URL`: the argument `url` of `vespa.application.Vespa`. Raises `CourseError` if it is
    not a URL.
    """
    from vdbcourse.engines import compared  # noqa: PLC0415

    return compared.vespa_address()


def vespa_config() -> str:
    """Address of Vespa's config server, which takes application packages. Raises `CourseError` if
    it is not a URL.
    """
    from vdbcourse.engines import compared  # noqa: PLC0415

    return compared.vespa_config_address()
