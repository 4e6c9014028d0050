"""The programs of docs/upstream.md show what the page says. One that prints what it should means
that the engine was fixed: then the page, and the guard that it names, can go.
"""

import os
import re
import subprocess
import sys

import pytest
from support import ROOT

PAGE = (ROOT / "docs" / "upstream.md").read_text(encoding="utf-8")
RACE, PARAMETERS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
RUNS = 10  # a race: on a busy machine four threads may happen not to meet


def printed(program):
    """The numbers or words of the last line that the program prints."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=500, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[-2].split()


def test_four_threads_leave_a_log_that_cannot_be_read_to_its_end():
    for _ in range(RUNS):
        acknowledged, readable = map(int, printed(RACE))
        assert acknowledged == 4 * 500 * 20
        if readable < acknowledged:
            return
    pytest.fail(f"{RUNS} runs, and every log can be read to its end: was the engine fixed?")


def test_one_thread_leaves_a_log_that_can():
    acknowledged, readable = map(
        int, printed(RACE.replace("for n in range(4)]", "for n in range(1)]"))
    )
    assert acknowledged == readable == 500 * 20


def test_a_parameter_arrives_only_inside_a_parameter():
    assert printed(PARAMETERS) == ["False", "True"]


@pytest.mark.parametrize("path", re.findall(r"`(vdbcourse/[\w/]+\.py)`", PAGE))
def test_each_guard_that_the_page_names_is_there(path):
    assert (ROOT / "src" / path).is_file()
