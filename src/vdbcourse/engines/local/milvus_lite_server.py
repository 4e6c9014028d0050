"""The process behind the local Milvus Lite: `python -m vdbcourse.engines.local.milvus_lite_server
FOLDER WHERE`.

WHERE is a port of 127.0.0.1, or `unix:/path` for a socket that only processes with access to its
folder can reach. Milvus Lite lets one process open a data folder, so all kernels share this server.
"""

import importlib.util
import sys
import types
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec


class _NoPandas(MetaPathFinder):
    # pyarrow asks with the first rows whether there is a pandas, and would load it.
    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)
        return None


def _leave_out_what_no_request_needs() -> None:
    # Of pymilvus the server needs the messages (`pymilvus.grpc_gen`); its client and pandas would
    # take most of the start.
    spec = importlib.util.find_spec("pymilvus")
    if spec is not None and spec.submodule_search_locations is not None:
        package = types.ModuleType("pymilvus")
        package.__path__ = list(spec.submodule_search_locations)
        sys.modules["pymilvus"] = package
    sys.meta_path.insert(0, _NoPandas())


if __name__ == "__main__":
    _leave_out_what_no_request_needs()
    from vdbcourse.engines.local.milvus_lite_service import serve

    serve(sys.argv[1], sys.argv[2])
