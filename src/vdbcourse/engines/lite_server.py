"""The process behind the local Milvus Lite: `python -m vdbcourse.engines.lite_server FOLDER PORT`.

Milvus Lite lets one process open a data folder, so all kernels share this server. `milvus-lite server` would do, but it
closes its data only on Ctrl-C and binds ports that another server already listens on; this one closes on SIGTERM too.
"""

import signal
import sys
import threading

from milvus_lite.adapter.grpc.server import start_server_in_thread


def main(folder: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT, then finish running requests and close the data folder."""
    ended = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: ended.set())
    server, database, bound = start_server_in_thread(folder, host="127.0.0.1", port=port)
    print(f"Milvus Lite listens on 127.0.0.1:{bound}", flush=True)
    while not ended.wait(1.0):  # a timeout, so that Windows delivers signals
        pass
    server.stop(grace=3).wait()
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
