"""The service of the local Milvus Lite: its gRPC server over one data folder.

`milvus-lite server` would do, but it closes its data only on Ctrl-C, binds ports that another
server already listens on, disconnects pymilvus, which pings the server every 10 s (too often for
gRPC's default), loses rows when two clients write at once (`milvus_lite_locks`) and drops the
parameters of an index (`milvus_lite_methods`).
"""

import signal
import threading
from concurrent import futures
from typing import Any

import grpc
from pymilvus.grpc_gen import milvus_pb2_grpc

from vdbcourse.engines.local.milvus_lite_locks import CollectionLocks, Database
from vdbcourse.engines.local.milvus_lite_methods import Servicer
from vdbcourse.engines.local.unary_interceptor import Method, UnaryInterceptor

THREADS = 64  # many may wait for one collection; the others must not wait for a thread
GRACE_SECONDS = 3  # for the requests that run when the server is to end
LARGEST_MESSAGE = 256 * 2**20  # bytes, as `milvus-lite server` allows
OPTIONS = {
    "grpc.max_receive_message_length": LARGEST_MESSAGE,
    "grpc.max_send_message_length": LARGEST_MESSAGE,
    "grpc.http2.max_ping_strikes": 0,  # allow pings, also between requests
    "grpc.keepalive_permit_without_calls": 1,
    "grpc.so_reuseport": 0,  # a port that is taken is an error
}


def serve(folder: str, where: str) -> None:
    """Serve until SIGTERM or SIGINT, then finish running requests and close the data folder."""
    ended = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: ended.set())
    database = Database(folder)
    servicer = Servicer(database)
    pool = futures.ThreadPoolExecutor(THREADS)
    requests = OpenRequests()
    server = grpc.server(
        pool,
        interceptors=[requests, CollectionLocks(database, servicer)],
        options=list(OPTIONS.items()),
    )
    milvus_pb2_grpc.add_MilvusServiceServicer_to_server(servicer, server)
    address = where if where.startswith("unix:") else f"127.0.0.1:{where}"
    server.add_insecure_port(address)
    server.start()
    print(f"Milvus Lite listens on {address}", flush=True)
    while not ended.wait(1.0):  # a timeout, so that Windows delivers signals
        pass
    stopped = server.stop(GRACE_SECONDS)
    while not stopped.wait(0.05) and requests.number:
        pass
    # gRPC would wait for idle connections, too, such as that of every notebook
    server.stop(None).wait()
    # a request that outlasts the grace period is cut off from its client, but still works on the
    # data
    pool.shutdown()
    database.close()


class OpenRequests(UnaryInterceptor):
    """Counts the requests whose answer is not sent yet."""

    def __init__(self) -> None:
        self.number = 0
        self._lock = threading.Lock()

    def wrapped(self, name: str, method: Method) -> Method:  # noqa: ARG002 (all are counted)
        """The method, counted from its call until gRPC is done with it."""

        def counted(request: Any, context: grpc.ServicerContext) -> Any:
            self._add(1)
            if not context.add_callback(lambda: self._add(-1)):  # its client is gone already
                self._add(-1)
            return method(request, context)

        return counted

    def _add(self, number: int) -> None:
        with self._lock:
            self.number += number
