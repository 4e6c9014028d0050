"""One run of the benchmark: what was measured, on which machine, when; as a table, as JSON, and
kept in a file.
"""

import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import psutil

from vdbcourse import files, progress_bar, settings
from vdbcourse.bench.adapters import Available
from vdbcourse.bench.measurement import Figures, figures_of, steps
from vdbcourse.bench.workload import Work

CLIENTS = ("psycopg", "pymilvus", "qdrant-client", "weaviate-client", "pyvespa", "pinecone")


@dataclass(frozen=True)
class Report:
    """The figures of one run. Compare them with one another, not with those of another run or
    machine.
    """

    when: str  # UTC, ISO 8601
    machine: str
    work: str
    clients: dict[str, str]
    missing: dict[str, str]  # engine: how to start it
    results: list[Figures]

    def table(self) -> pd.DataFrame:
        """One row for each engine and way to search."""
        return pd.DataFrame(
            [
                {
                    "engine": result.title,
                    "search": point.search,
                    "recall@10": point.recall_at_10,
                    "p50 ms": point.p50_ms,
                    "p95 ms": point.p95_ms,
                    "load s": result.load_s,
                    "build s": None if point.search == "exact" else result.build_s,
                    "index MB": None if point.search == "exact" else result.index_mb,
                }
                for result in self.results
                for point in result.points
            ]
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return asdict(self)


def run(work: Work, available: Available, path: Path | None = None) -> Report:
    """Measure the engines one after another, with a progress bar; the report is kept in `path`
    after each engine.

    An interrupted run leaves in `path` the engines that were finished. It cannot be continued
    later: figures are comparable only when they come from one run.
    """
    path = path or report_path()
    report = Report(
        datetime.now(UTC).isoformat(timespec="seconds"),
        machine(),
        work.what,
        {name: version(name) for name in CLIENTS},
        available.missing,
        [],
    )
    with progress_bar.bar(sum(map(steps, available.adapters.values())), "step", "bench") as bar:
        for engine in available.adapters.values():
            bar.set_description(engine.key)
            report.results.append(figures_of(engine, work, lambda step: bar.update()))
            files.write_json(path, report.as_dict())
    return report


def machine() -> str:
    """Processor, memory and system, without the name of the machine."""
    memory = psutil.virtual_memory().total / 2**30
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{_processor()}, {psutil.cpu_count()} logical cores, {memory:.0f} GiB, {system}"


def _processor() -> str:
    """Name of the processor, where the system gives it."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def report_path() -> Path:
    """Where the last run is kept."""
    return settings.home() / "bench" / "report.json"
