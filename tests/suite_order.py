"""In which order the suite runs, and on which worker: the longest first, so that no worker is left
with a long file at the end while the others have nothing to do.

A unit is what one worker runs as a whole: a file, or a single test of a file whose tests share
nothing that takes long to make. tests/seconds.json has the seconds of each unit, as a run with
`./course test --record-seconds` measured them; they order the units and choose those of `--quick`,
and nothing else depends on them.
"""

import json
from collections import defaultdict
from pathlib import Path

from xdist.scheduler.loadscope import LoadScopeScheduling

SECONDS = Path(__file__).with_name("seconds.json")
INDEPENDENT = (
    "tests/exercises/test_proofs.py",
    "tests/test_course.py",
    "tests/engines/test_acknowledged_rows.py",
)
QUICK_SECONDS = 12  # a file that takes longer waits for the whole run
LEAST_NOTED = 0.5  # seconds


def unit(nodeid):
    """The unit that a test belongs to."""
    file = nodeid.partition("::")[0]
    return nodeid if file in INDEPENDENT else file


def known_seconds():
    """Seconds by unit; empty if there is no record."""
    return json.loads(SECONDS.read_text()) if SECONDS.is_file() else {}


def longest_first(items):
    """The tests in units, the longest unit first; a unit without a record is taken for long."""
    seconds = known_seconds()
    units = defaultdict(list)
    for item in items:
        units[unit(item.nodeid)].append(item)
    order = sorted(units, key=lambda name: -seconds.get(name, 0 if seconds else 1))
    return [item for name in order for item in units[name]]


def quick(items):
    """What `--quick` runs: of each chapter and of the solutions the shortest notebook, of each
    exercise the shortest proof, and every test file that takes only seconds.
    """
    seconds = known_seconds()
    shortest = {}
    for item in items:
        if (family := _family(item.nodeid)) is not None:
            name = unit(item.nodeid)
            shortest[family] = min(
                shortest.get(family, name), name, key=lambda one: seconds.get(one, 0)
            )
    return [
        item
        for item in items
        if (
            unit(item.nodeid) in shortest.values()
            if _family(item.nodeid) is not None
            else seconds.get(unit(item.nodeid), 0) <= QUICK_SECONDS
        )
    ]


def _family(nodeid):
    """Of whom one is enough for a quick look: notebooks of a folder, proofs of an exercise."""
    file, _, test = nodeid.partition("::")
    if file.endswith(".ipynb"):
        return file.rpartition("/")[0]
    if file == "tests/exercises/test_proofs.py":
        return test.partition("[")[2].partition("-")[0]
    return None


class LongestFirst(LoadScopeScheduling):
    """Hands out units in the order of the collection."""

    def __init__(self, config, log=None):
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid):
        return unit(nodeid)


class Record:
    """Measures the units and writes their seconds down."""

    def __init__(self):
        self.seconds = defaultdict(float)

    def pytest_runtest_logreport(self, report):
        """Add the seconds of a test's set-up, call or end."""
        self.seconds[unit(report.nodeid)] += report.duration

    def pytest_sessionfinish(self):
        """Keep what is known of units that did not run this time."""
        measured = {name: round(value, 1) for name, value in self.seconds.items()}
        known = {**known_seconds(), **measured}
        noted = {name: value for name, value in sorted(known.items()) if value >= LEAST_NOTED}
        SECONDS.write_text(json.dumps(noted, indent=1) + "\n")
