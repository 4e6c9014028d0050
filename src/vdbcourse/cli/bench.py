"""`vdbcourse bench`: the same work on every engine that is up, or with each Milvus index type."""

import json
import platform

import pandas as pd

from vdbcourse import engines, progress_bar
from vdbcourse.bench.adapters import available
from vdbcourse.bench.report import report_path, run
from vdbcourse.bench.workload import film_work
from vdbcourse.errors import CourseError

DECIMALS = {
    "recall@10": 3,
    "p50 ms": 2,
    "p95 ms": 2,
    "load s": 1,
    "build s": 1,
    "index MB": 1,
    "file MB": 1,
}


def bench(names: list[str] | None, rows: int | None, queries: int, as_json: bool) -> None:
    """Measure the engines `names`, or all that are up, and show the report. Raises `CourseError` if
    no engine is up.
    """
    participants = available("bench", "films", names or None)
    if not participants.adapters:
        raise CourseError(" ".join(participants.missing.values()))
    report = run(film_work(rows, queries), participants)
    if as_json:
        print(json.dumps(report.as_dict(), indent=1))
        return
    print(report.work, f"{report.machine}, {report.when}", sep="\n")
    print(", ".join(f"{name} {number}" for name, number in report.clients.items()), end="\n\n")
    print(text(report.table()))
    for key, why in report.missing.items():
        print(f"\nnot up: {key}. {why}")
    print(f"\nKept in {report_path()}. Compare figures of one run only.")


def bench_indexes(rows: int | None, queries: int, as_json: bool) -> None:
    """Measure the index types of a Milvus server (the package's, unless settings name another) and
    show them in one table.
    """
    from pymilvus import MilvusClient  # takes two seconds to import

    from vdbcourse.bench import indexes  # imports pymilvus too

    work = indexes.text_work(rows or indexes.ROWS, queries)
    client = MilvusClient(engines.milvus_standalone(), token=engines.milvus_token())
    with progress_bar.bar(len(indexes.KINDS), "index", "measuring") as bar:
        name = engines.collection("bench", "indexes")
        frame = indexes.measure_indexes(client, name, work, done=lambda _: bar.update(1))
    server = f"Milvus {client.get_server_version()}, {platform.machine()}, {platform.system()}"
    if as_json:
        print(
            json.dumps(
                {
                    "work": work.what,
                    "server": server,
                    "results": json.loads(frame.to_json(orient="records")),
                },
                indent=1,
            )
        )
        return
    print(work.what, server, "", text(frame), "", "Compare figures of one run only.", sep="\n")


def text(frame: pd.DataFrame) -> str:
    """The table, its figures rounded as in `DECIMALS`."""
    table: str = frame.to_string(
        index=False,
        formatters={name: f"{{:.{n}f}}".format for name, n in DECIMALS.items() if name in frame},
    )
    return table
