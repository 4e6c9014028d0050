"""`vdbcourse bench`: the same work on every engine that is up."""

import json

from vdbcourse.bench.adapters import available
from vdbcourse.bench.report import report_path, run
from vdbcourse.bench.work import film_work
from vdbcourse.errors import CourseError

DECIMALS = {"recall@10": 3, "p50 ms": 2, "p95 ms": 2, "load s": 1, "build s": 1, "index MB": 1}


def bench(names: list[str] | None, rows: int | None, queries: int, as_json: bool) -> None:
    """Measure the engines `names`, or all that are up, and show the report. Raises `CourseError` if none is up."""
    engines = available("bench", "films", names or None)
    if not engines.adapters:
        raise CourseError(" ".join(engines.missing.values()))
    report = run(film_work(rows, queries), engines)
    if as_json:
        print(json.dumps(report.as_dict(), indent=1))
        return
    print(report.work, f"{report.machine}, {report.when}", sep="\n")
    print(", ".join(f"{name} {number}" for name, number in report.clients.items()), end="\n\n")
    shown = {column: f"{{:.{digits}f}}".format for column, digits in DECIMALS.items()}
    print(report.table().to_string(index=False, formatters=shown))
    for key, why in report.missing.items():
        print(f"\nnot up: {key}. {why}")
    print(f"\nKept in {report_path()}. Compare figures of one run only.")
