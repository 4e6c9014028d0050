"""Waiting is shown where somebody looks, and only when it takes a while."""

import io
import sys

import pytest

from vdbcourse import progress_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test sets."""
    now = [100.0]
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: now[0])
    return now


def waited(monkeypatch, clock, stream, *moments):
    """What is shown of a wait whose progress is asked for at these seconds."""
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_bar.waiting("starting PostgreSQL") as tick:
        for moment in moments:
            clock[0] = 100 + moment
            tick()
        return stream.getvalue()


def test_a_short_wait_shows_nothing(monkeypatch, clock):
    assert waited(monkeypatch, clock, Terminal(), 0.1, 1.0, 1.9) == ""


def test_a_long_wait_says_what_for_about_once_a_second(monkeypatch, clock):
    text = waited(monkeypatch, clock, Terminal(), *[tenth / 10 for tenth in range(51)])
    assert text.split("\r")[1:] == [f"starting PostgreSQL: {n} s" for n in (2, 3, 4, 5)]


def test_the_line_goes_when_the_wait_is_over(monkeypatch, clock):
    stream = Terminal()
    waited(monkeypatch, clock, stream, 3.0)
    *_, line, blanks, end = stream.getvalue().split("\r")
    assert (line, blanks, end) == ("starting PostgreSQL: 3 s", " " * len(line), "")


def test_nothing_is_shown_where_bars_are_switched_off(monkeypatch, clock):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    assert waited(monkeypatch, clock, Terminal(), 3.0) == ""


def test_a_log_stays_free_of_it(monkeypatch, clock):
    assert waited(monkeypatch, clock, io.StringIO(), 3.0, 60.0) == ""


@pytest.mark.parametrize(("done", "of", "width"), [(0, 0, "0%"), (1, 4, "25%"), (4, 4, "100%")])
def test_a_still_bar_is_as_long_as_what_is_done(done, of, width):
    assert f"width:{width}" in progress_bar.still(done, of)
