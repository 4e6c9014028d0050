"""One request at a time on a collection of Milvus Lite.

Milvus Lite 3.2.2 is written for a single writing thread, but its own server runs ten. Two requests
at once on a collection interleave their batches in the write-ahead log, which is then readable up
to the first torn batch: acknowledged rows are gone after a kill. Two first requests at once open a
collection twice, each with its own log under the same name. See docs/upstream.md.

So every request holds the locks of the collections that it names, and the lock of the list of
collections while it opens one, or changes or reads the list. Requests on different collections
still run in parallel.
"""

import contextlib
import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import grpc
from milvus_lite.adapter.grpc.servicer import MilvusServicer
from milvus_lite.db import MilvusLite
from milvus_lite.engine.collection import Collection

from vdbcourse.engines.local.unary_interceptor import Method, UnaryInterceptor

# the fields of a request that name a collection
NAMES = ("collection_name", "alias", "oldName", "newName")
CHANGES_OF_THE_LIST = frozenset(
    f"{verb}{thing}"
    for verb in ("Create", "Drop", "Alter", "Rename", "Truncate")
    for thing in ("Collection", "Alias", "Database")
)
# They visit each entry in turn, and fail if one has disappeared.
READS_OF_THE_LIST = frozenset({"ShowCollections", "ListAliases", "ListDatabases"})
NEED_THE_LIST = CHANGES_OF_THE_LIST | READS_OF_THE_LIST


class Database(MilvusLite):  # type: ignore[misc] # milvus_lite has no types
    """Milvus Lite's data folder; `list_lock` guards its list of collections and aliases."""

    def __init__(self, folder: str) -> None:
        self.list_lock = threading.RLock()
        super().__init__(folder)

    def get_collection(self, *arguments: str, **named: str) -> Collection:
        """The collection, opened once even if several threads ask at the same time."""
        with self.list_lock:
            return super().get_collection(*arguments, **named)


class CollectionLocks(UnaryInterceptor):
    """Wraps each method of the server in the locks of the collections that its request names."""

    def __init__(self, database: Database, servicer: MilvusServicer) -> None:
        self._database = database
        # how its own methods read it from a request
        self._database_name = servicer._database_name  # noqa: SLF001
        self._locks: defaultdict[tuple[str, str], threading.RLock] = defaultdict(threading.RLock)

    def wrapped(self, name: str, method: Method) -> Method:
        """The method, called while the locks are held."""

        def locked(request: Any, context: grpc.ServicerContext) -> Any:
            with self._held(request, context, name in NEED_THE_LIST):
                return method(request, context)

        return locked

    @contextlib.contextmanager
    def _held(
        self, request: Any, context: grpc.ServicerContext, needs_the_list: bool
    ) -> Iterator[None]:
        """Hold the locks of what `request` names, in a fixed order; an alias may move while this
        waits for them.
        """
        database, named = self._database_name(request, context), names(request)
        while True:
            keys = self._resolved(database, named)
            with contextlib.ExitStack() as locks:
                for lock in self._locks_of(keys):
                    locks.enter_context(lock)
                if self._resolved(database, named) != keys:
                    continue
                if needs_the_list:
                    locks.enter_context(self._database.list_lock)
                yield
                return

    def _resolved(self, database: str, named: set[str]) -> set[tuple[str, str]]:
        if not named:
            return set()
        with self._database.list_lock:
            return {
                (database, self._database.resolve_collection_name(name, database_name=database))
                for name in named
            }

    def _locks_of(self, keys: set[tuple[str, str]]) -> list[threading.RLock]:
        if not keys:
            return []
        with self._database.list_lock:
            return [self._locks[key] for key in sorted(keys)]


def names(request: Any) -> set[str]:
    """The collections and aliases that a request names."""
    single = {getattr(request, field, "") for field in NAMES}
    return (single | set(getattr(request, "collection_names", ()))) - {""}
