"""The service of the local Milvus Lite: its gRPC server over one data folder.

`milvus-lite server` would do, but it closes its data only on Ctrl-C, binds ports that another
server already listens on, disconnects pymilvus, which pings the server every 10 s (too often for
gRPC's default), loses rows when two clients write at once (`milvus_lite_locks`) and drops the
parameters of an index (`milvus_lite_methods`).
"""

import signal
import threading
from concurrent import futures

import grpc
from pymilvus.grpc_gen import milvus_pb2_grpc

from vdbcourse.engines.local.milvus_lite_locks import CollectionLocks, Database
from vdbcourse.engines.local.milvus_lite_methods import Servicer

THREADS = 64  # many may wait for one collection; the others must not wait for a thread
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
    server = grpc.server(
        pool, interceptors=[CollectionLocks(database, servicer)], options=list(OPTIONS.items())
    )
    milvus_pb2_grpc.add_MilvusServiceServicer_to_server(servicer, server)
    address = where if where.startswith("unix:") else f"127.0.0.1:{where}"
    server.add_insecure_port(address)
    server.start()
    print(f"Milvus Lite listens on {address}", flush=True)
    while not ended.wait(1.0):  # a timeout, so that Windows delivers signals
        pass
    server.stop(grace=3).wait()
    # a request that outlasts the grace period is cut off from its client, but still works on the
    # data
    pool.shutdown()
    database.close()
