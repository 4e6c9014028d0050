"""A real Milvus standalone server (C++ core, 2.3.5) from the `milvus` wheel, for Linux on x86-64
and macOS.
"""

import importlib.util
import os
import sys
import urllib.error
import urllib.request
from importlib.metadata import version
from pathlib import Path

from vdbcourse.engines import loopback, processes
from vdbcourse.engines.local.base import LocalEngine
from vdbcourse.engines.record import Running
from vdbcourse.errors import CourseError

NAME = "milvus-standalone"
# Without its own file the built-in etcd takes port 2380, so a second server could not start.
ETCD = """\
name: default
data-dir: {folder}
listen-client-urls: http://127.0.0.1:{client}
advertise-client-urls: http://127.0.0.1:{client}
listen-peer-urls: http://127.0.0.1:{peer}
initial-advertise-peer-urls: http://127.0.0.1:{peer}
initial-cluster: default=http://127.0.0.1:{peer}
"""
# The server's parts look at each other's state at intervals that suit a cluster of many machines.
# Here they are one process, and a learner waits for each of them: to build an index, load it, add
# rows, flush, see them in a sealed segment and release took 30 s, and 7 s with these intervals
# (Milvus 2.3.5 on 2 cores, 2026-11-30; the first alone: 12 s). Names and defaults are those of its
# configs/milvus.yaml and pkg/util/paramtable; it reads them from the environment, too.
SETTINGS = {
    "QUERYCOORD_UPDATENEXTTARGETINTERVAL": "1",  # s, not 10: which segments should be loaded
    "QUERYCOORD_CHECKSEGMENTINTERVAL": "200",  # ms, not 1000: which of them are not loaded yet
    "QUERYCOORD_CHECKCHANNELINTERVAL": "200",  # ms, not 1000: the same for channels
    "QUERYCOORD_DISTPULLINTERVAL": "100",  # ms, not 500: what the query node holds
    "INDEXCOORD_SCHEDULER_INTERVAL": "100",  # ms, not 1000: which indexes are to be built
    # A request to compact makes a plan for every segment group of the server, and plans of dropped
    # collections wait with the others. Beside a collection of 32 partitions, six segments were one
    # after 37 s or not within 120 s, and with this after 5 s (2026-11-30).
    "DATACOORD_COMPACTION_CHECK_INTERVAL": "1",  # s, not 10: which plans have ended
    "DATACOORD_SEGMENT_ASSIGNMENTEXPIRATION": "300",  # ms, not 2000; a flush waits for its end
    # The threads that build an index sleep while they wait for each other. By default they spin,
    # which costs most where cores are few: for 10,500 vectors of 384 numbers on 2 busy cores, SCANN
    # took 35 s of computing and IVF_PQ 52 s, now 7 s and 36 s (2026-11-30).
    "OMP_WAIT_POLICY": "PASSIVE",
}
WARNING = (
    "Milvus standalone from the wheel listens on all network interfaces without a password, and no"
    " setting changes that. Use it on a network you trust, and stop it after: ./course down"
    " milvus-standalone"
)


def start(folder: Path, log: Path) -> Running:
    """Unpack the server on first use (250 MB), start it on `folder`; `is_ready` says when it
    answers.
    """
    if importlib.util.find_spec("milvus") is None:
        raise CourseError(
            "Milvus standalone (the package milvus) is not installed. Install it: ./course install"
            " --again milvus. It exists for Linux on x86-64 and macOS; elsewhere start Milvus with"
            " Docker (./course up milvus) or point MILVUS_URI at a server."
        )
    import milvus  # not installed everywhere  # noqa: PLC0415

    config = milvus.MilvusServerConfig(data_dir=str(folder))
    listening = [name for name in config.configurable_items if name.endswith("_port")]
    *ports, peer_port, metrics_port = processes.free_ports(len(listening) + 2)
    config.update(
        **dict(zip(listening, ports, strict=True))
    )  # its own choice counts upwards: two servers at once would collide
    config.resolve()
    milvus._initialize_data_files(str(folder))  # noqa: SLF001 (the package has no public way)
    etcd = folder / "configs" / "etcd.yaml"
    data = config.get("etcd_data_dir")
    etcd.write_text(
        ETCD.format(folder=data, client=config.get("etcd_port"), peer=peer_port), encoding="utf-8"
    )
    library_path = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
    binaries = folder / "bin"
    process = processes.spawn(
        [str(binaries / "milvus"), "run", "standalone"],
        log,
        {
            **SETTINGS,
            "DEPLOY_MODE": "STANDALONE",
            "ETCD_CONFIG_PATH": str(etcd),
            "METRICS_PORT": str(metrics_port),
            "MILVUS_RUN_DIR": str(folder / "run"),
            library_path: os.pathsep.join(
                filter(None, [str(binaries), os.environ.get(library_path, "")])
            ),
        },
        folder,
    )
    uri = f"http://127.0.0.1:{config.get('proxy_port')}"
    metrics = f"http://127.0.0.1:{metrics_port}"
    return Running.of(
        process.pid, NAME, uri, f"Milvus standalone {version('milvus')}", log, metrics
    )


def is_ready(server: Running) -> bool:
    """Does its health page say OK?"""
    try:
        with loopback.opened(urllib.request.Request(f"{server.metrics}/healthz"), 5) as answer:
            return b"OK" in answer.read()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def stop(server: Running, folder: Path) -> None:
    """End the server."""
    processes.stop(server.pid, server.created, grace=15)


ENGINE = LocalEngine(
    name=NAME,
    title="Milvus standalone",
    start=start,
    is_ready=is_ready,
    stop=stop,
    files={"milvus-standalone": "Milvus standalone with every collection in it"},
    warning=WARNING,
)
