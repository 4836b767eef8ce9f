"""What takes a while says so on a terminal, and nowhere else."""

import io
import sys
from threading import Event
from time import sleep
from unittest.mock import patch

import pytest

from symconv.cli.progress import WaitingLine, show_waiting


class Screen(io.StringIO):
    """A terminal that says when something was written to it."""

    def __init__(self):
        super().__init__()
        self.seen = Event()

    def isatty(self):
        return True

    def write(self, text):
        self.seen.set()
        return super().write(text)


@pytest.fixture(autouse=True)
def _a_terminal(monkeypatch):
    pytest.importorskip("rich")
    monkeypatch.setenv("TERM", "xterm")


def test_what_lasts_is_shown_and_taken_away():
    with patch.object(sys, "stderr", Screen()) as screen, show_waiting("deriving", 0.0) as tell:
        assert screen.seen.wait(20), "nothing was shown"
        tell("writing [red]\033[2J")
    shown = screen.getvalue()
    assert "deriving" in shown or "writing" in shown
    assert "[2J" not in shown.replace("\\u001b[2J", "")
    assert "\033[2K" in shown, "the line is taken away"


def test_what_is_fast_is_not_shown():
    with patch.object(sys, "stderr", Screen()) as screen, show_waiting("deriving", 1000.0) as tell:
        tell("writing")
    assert screen.getvalue() == ""


def test_a_file_is_told_nothing():
    with patch.object(sys, "stderr", io.StringIO()) as file, show_waiting("deriving", 0.0) as tell:
        tell("writing")
    assert file.getvalue() == ""


def fail_slowly(screen):
    with show_waiting("deriving", 0.0):
        assert screen.seen.wait(20)
        raise ValueError("so")


def test_an_error_ends_it():
    with patch.object(sys, "stderr", Screen()) as screen, pytest.raises(ValueError, match="so"):
        fail_slowly(screen)
    written = screen.getvalue()
    # A line that goes on is drawn ten times a second.
    sleep(0.3)
    assert screen.getvalue() == written


def test_what_has_ended_is_not_shown_any_more():
    with patch.object(sys, "stderr", Screen()) as screen:
        line = WaitingLine("deriving")
        line.end()
        line.start()
    assert line.progress is None
    assert screen.getvalue() == ""
