"""The same work on every engine that is up, each through its own client: what differs, and what it
costs.

    engines = bench.available("03_measured", "films")
    report = bench.run(bench.film_work(), engines)
    report.table()

`bench.contract` observes how engines behave; the adapters are in `bench.adapters`, one short file
an engine.
"""

from vdbcourse.bench import contract
from vdbcourse.bench.adapters import available
from vdbcourse.bench.report import Report, run
from vdbcourse.bench.workload import Work, film_work

__all__ = ["Report", "Work", "available", "contract", "film_work", "run"]
