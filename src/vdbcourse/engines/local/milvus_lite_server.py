"""The process behind the local Milvus Lite: `python -m vdbcourse.engines.local.milvus_lite_server
FOLDER WHERE`.

WHERE is a port of 127.0.0.1, or `unix:/path` for a socket that only processes with access to its
folder can reach. Milvus Lite lets one process open a data folder, so all kernels share this server.
"""

import importlib.util
import sys
import types


def _leave_out_the_client() -> None:
    # The server needs pymilvus's messages (`pymilvus.grpc_gen`) and nothing else of it; its client
    # and pandas would take most of the start.
    spec = importlib.util.find_spec("pymilvus")
    if spec is not None and spec.submodule_search_locations is not None:
        package = types.ModuleType("pymilvus")
        package.__path__ = list(spec.submodule_search_locations)
        sys.modules["pymilvus"] = package


if __name__ == "__main__":
    _leave_out_the_client()
    from vdbcourse.engines.local.milvus_lite_service import serve

    serve(sys.argv[1], sys.argv[2])
