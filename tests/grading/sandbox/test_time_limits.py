"""How long learners' code may take: a loop is found by what it computes, and a busy machine is
never a wrong answer.
"""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap

import psutil
import pytest

from vdbcourse.grading import Answer, NotYet
from vdbcourse.grading.calls.in_process import InProcess
from vdbcourse.grading.sandbox import time_limits
from vdbcourse.grading.sandbox.time_limits import BUSIEST, Allowance, Limit, Pace, Spent

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="no timer here; the kernel's own interrupt ends a loop"
)
COMPUTE = (
    "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass\nreturn 1"
)


def answer(body, seconds, folder=None):
    """A learner's function with this body, whose calls may compute for `seconds` on an ordinary
    machine.
    """
    namespace = {"folder": str(folder)}
    exec(compile(f"def f():\n{textwrap.indent(body, '    ')}", "<cell>", "exec"), namespace)
    here = InProcess(namespace)
    here.begin(seconds)
    return Answer(here, "f", seconds)


def refused(act):
    with pytest.raises(NotYet) as not_yet:
        act()
    return not_yet.value


@pytest.mark.parametrize(
    ("spent", "by"),
    [
        (Spent(computed=1.1, elapsed=1.2), Limit.COMPUTING),
        (Spent(computed=0.9, elapsed=9.0), None),
        (Spent(computed=8.0, elapsed=0.9), None),  # many threads, in less than a second
        (Spent(computed=0.1, elapsed=10.1), Limit.CLOCK),
        (Spent(computed=1.1, elapsed=10.1), Limit.COMPUTING),
    ],
)
def test_a_limit_is_met_by_computing_or_by_the_clock(spent, by, monkeypatch):
    monkeypatch.setattr(time_limits, "measure", lambda: Pace(1, 1))
    assert Allowance(computing=1, clock=10).exceeded(spent) == by


def test_a_machine_that_has_become_busier_has_more_time_by_the_clock(monkeypatch):
    monkeypatch.setattr(time_limits, "measure", lambda: Pace(slowness=1, waiting=3))
    assert Allowance(computing=1, clock=10, waiting=1).exceeded(Spent(0.1, 25)) is None
    assert Allowance(computing=1, clock=10, waiting=1).exceeded(Spent(0.1, 35)) == Limit.CLOCK
    assert Allowance(computing=1, clock=30, waiting=3).exceeded(Spent(0.1, 35)) == Limit.CLOCK


def test_a_slow_machine_may_compute_longer_and_a_busy_one_take_longer(monkeypatch):
    monkeypatch.setattr(time_limits, "at_start", lambda: Pace(slowness=3, waiting=5))
    assert Allowance.of(10) == Allowance(computing=30, clock=30 * time_limits.CLOCK * 5, waiting=5)
    monkeypatch.setattr(time_limits, "at_start", lambda: Pace(slowness=1, waiting=1))
    assert Allowance.of(1) == Allowance(computing=1, clock=time_limits.LEAST_CLOCK)


def test_the_pace_of_this_machine_is_in_its_bounds():
    pace = time_limits.measure()
    assert 1 <= pace.slowness <= time_limits.SLOWEST
    assert 1 <= pace.waiting <= BUSIEST


def test_waiting_longer_than_an_answer_may_compute_is_no_fault():
    assert answer("import time\ntime.sleep(0.5)\nreturn 1", seconds=0.1)().value == 1


def test_what_waits_too_long_is_told_that_it_waited_and_not_that_it_loops(monkeypatch):
    monkeypatch.setattr(time_limits, "LEAST_CLOCK", 0.1)
    not_yet = refused(answer("import time\ntime.sleep(600)", seconds=0.1))
    assert not_yet.kind == "time"
    assert not_yet.ended == "limit by the clock, while it waited"
    assert "by the clock, of which it computed for" in not_yet.why
    assert (
        "for a lock, an input, `sleep`, the network, or a long query of an engine?" in not_yet.why
    )
    assert "loop" not in not_yet.why


def test_a_process_that_computes_for_the_answer_counts_as_the_answer():
    body = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'while True: pass'])"
    assert refused(answer(body, seconds=0.5)).ended == "limit of computing time"


def test_the_time_in_which_a_module_is_loaded_first_does_not_count(tmp_path):
    (tmp_path / "slow_to_load.py").write_text(COMPUTE.format(0.7).replace("\nreturn 1", ""))
    load = "import sys\nsys.path.insert(0, folder)\nimport slow_to_load\nreturn 1"
    try:
        assert answer(load, seconds=0.5, folder=tmp_path)().value == 1
    finally:
        sys.path.remove(str(tmp_path))
        sys.modules.pop("slow_to_load", None)


def test_a_loop_that_loads_a_module_ends_all_the_same(tmp_path):
    (tmp_path / "once_loaded.py").write_text("")
    try:
        body = "import sys\nsys.path.insert(0, folder)\nimport once_loaded\nwhile True: pass"
        assert (
            refused(answer(body, seconds=0.2, folder=tmp_path)).ended == "limit of computing time"
        )
    finally:
        sys.path.remove(str(tmp_path))
        sys.modules.pop("once_loaded", None)


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        ("import time\ntime.sleep(0.05)\nreturn 1", "clock"),
        (COMPUTE.format(0.1), "computing"),
    ],
)
def test_calls_of_a_task_have_a_limit_together_in_the_notebook_as_in_the_fresh_run(body, limit):
    f = answer(body, seconds=1)
    f.transport.budget = {
        "clock": Allowance(computing=3_600, clock=0.01, waiting=BUSIEST),
        "computing": Allowance(computing=0.01, clock=3_600),
    }[limit]
    assert (
        f"The calls of this task {'took' if limit == 'clock' else 'computed for'} more than"
        in refused(f).why
    )


@contextlib.contextmanager
def crowded(processes):
    """This process shares one core with so many others that do nothing but compute."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, [min(before)])
    others = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)
    ]  # on the same core
    try:
        while any(time_limits.computed(psutil.Process(one.pid)) < 0.05 for one in others):
            pass
        yield
    finally:
        for one in others:
            one.kill()
            one.wait()
        os.sched_setaffinity(0, before)


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="only Linux lets a process choose its core"
)
def test_on_a_crowded_core_a_right_answer_passes_and_a_loop_is_a_loop():
    with crowded(6):
        assert (
            answer(COMPUTE.format(0.4), seconds=0.8)().value == 1
        )  # which takes some seven times as long by the clock
        assert refused(answer("while True: pass", seconds=0.2)).ended == "limit of computing time"
