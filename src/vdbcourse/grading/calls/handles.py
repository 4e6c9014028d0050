"""What a learner's function receives ready to use: a connection, a client, the course's `encode`, a
dict that persists.
"""

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vdbcourse.grading.calls.codec import Handle

if TYPE_CHECKING:
    import psycopg

ALTERABLE = (
    "autocommit",
    "isolation_level",
    "prepare_threshold",
    "read_only",
    "row_factory",
)  # of a connection
NOTED = (
    "load_collection",
    "load_partitions",
    "refresh_load",
    "insert",
    "upsert",
    "delete",
    "get_collection_stats",
)
NAMING = {
    "create_collection": "collection_name",
    "rename_collection": "new_name",
}  # methods, and the argument that names the collection


class OpenHandles:
    """Opens each handle once and keeps it until `close`. The clients are the engines' own."""

    def __init__(self) -> None:
        self.objects: dict[Handle, Any] = {}
        self.fresh: dict[
            Handle, dict[str, Any]
        ] = {}  # for each connection: the initial values of what code may alter

    def resolve(self, value: Any) -> Any:
        """The object behind a handle; any other value as it is."""
        if not isinstance(value, Handle):
            return value
        if value not in self.objects:
            self.objects[value] = _open(value)
            if value.kind == "postgres":
                self.fresh[value] = {name: getattr(self.objects[value], name) for name in ALTERABLE}
        return self.objects[value]

    def altered(self) -> list[str]:
        """Names of the attributes changed since the connections were opened."""
        return sorted(
            {
                name
                for handle, opened in self.objects.items()
                if handle.kind == "postgres"
                for name in ALTERABLE
                if getattr(opened, name, None) != self.fresh[handle][name]
            }
        )

    def collections(self) -> list[str]:
        """Names that code gave to collections, on all Milvus clients, since the last call."""
        names: set[str] = set()
        for handle, opened in self.objects.items():
            if handle.kind == "milvus":
                names |= opened.named
                opened.named.clear()
        return sorted(names)

    def setting(self, handle: Handle, name: str) -> str | None:
        """The value of a PostgreSQL setting in the session behind `handle`; None while it is in an
        aborted transaction. For a Milvus client: the methods of `NOTED` called since the last time,
        as one text, whatever `name` is.

        All sessions then report their counts, so that `pg_stat_user_tables` shows how the learner's
        code has read. An idle session reports by itself up to ten seconds later, and its reads
        would then be taken for this session's.
        """
        import psycopg  # noqa: PLC0415

        if handle.kind == "milvus":
            methods = self.resolve(handle).noted
            called = " ".join(sorted(methods))
            methods.clear()
            return called
        connection = self.resolve(handle)
        if connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
            return None
        for opened in self.objects.values():
            if isinstance(opened, psycopg.Connection):
                _hand_in_counts(opened)
        value: str | None = connection.execute(
            "SELECT current_setting(%s, true)", [name], prepare=False
        ).fetchone()[0]
        return value

    def forget(self, handle: Handle) -> None:
        """Close what is open behind `handle`; the next call gets a new one."""
        opened = self.objects.pop(handle, None)
        if hasattr(opened, "close"):
            opened.close()

    def close(self) -> None:
        """Close the connections and clients."""
        for handle in list(self.objects):
            self.forget(handle)


def connect(address: str) -> "psycopg.Connection[tuple[Any, ...]]":
    """A connection that knows pgvector: its types, and its settings, which a session has only after
    using it.
    """
    import psycopg  # noqa: PLC0415
    from pgvector.psycopg import register_vector  # noqa: PLC0415

    connection = psycopg.connect(address, autocommit=True)
    register_vector(connection)
    connection.execute("SELECT '[1]'::vector", prepare=False)
    return connection


def _hand_in_counts(connection: "psycopg.Connection[Any]") -> None:
    # at once, if the session is idle; PostgreSQL before version 15 has no such function
    import psycopg  # noqa: PLC0415

    idle = connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    if idle and connection.info.server_version >= 150_000:
        connection.execute("SELECT pg_stat_force_next_flush()", prepare=False)


def _open(handle: Handle) -> Any:
    match handle.kind:
        case "postgres":
            address, *statements = handle.address.split("\n")
            connection = connect(address)
            for statement in statements:
                connection.execute(statement, prepare=False)
            return connection
        case "milvus":
            from pymilvus import MilvusClient  # noqa: PLC0415

            from vdbcourse import engines  # noqa: PLC0415

            return _noting(MilvusClient(handle.address, token=engines.milvus_token()))
        case "encode":
            from vdbcourse import embedding  # noqa: PLC0415

            return another_encode if handle.address else embedding.encode
        case "dict":
            return {}
    raise ValueError(f"unknown handle {handle.kind!r}")


def _noting(client: Any) -> Any:
    # from now on the client records in `noted` which methods of `NOTED` are called, and in `named`
    # the names passed to those of `NAMING`; the methods work as before
    client.noted, client.named = set(), set()
    for name in (*NOTED, *NAMING):
        setattr(client, name, _noted(client, name, getattr(client, name)))
    return client


def _noted(client: Any, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(method)

    @functools.wraps(method)
    def called(*args: Any, **kwargs: Any) -> Any:
        if name in NOTED:
            client.noted.add(name)
        result = method(*args, **kwargs)
        if name in NAMING:
            client.named.add(signature.bind(*args, **kwargs).arguments[NAMING[name]])
        return result

    return called


def another_encode(texts: Any, **options: Any) -> Any:
    """Another model's `encode`, as far as a learner's function can tell: vectors like the course's,
    but never equal.
    """
    from vdbcourse import embedding  # noqa: PLC0415

    return embedding.encode(texts, **options)[..., ::-1].copy()
