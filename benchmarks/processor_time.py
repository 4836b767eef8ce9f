"""Processor time of the tests, by folder, by file and by test: where the suite spends its budget.

    PYTHONPATH=benchmarks pytest -p processor_time [-n 0] [tests/claims]

A plugin of pytest. Counted is what the process and those that it started have used, not what a
clock shows: it is nearly the same on a busy machine. Reports carry the numbers, so that workers may
run the tests. Imports count for the test that makes them; collecting is not counted.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest

SPENT = "processor time"
WORST = 40
"""As many tests and files are listed: half of the time is theirs."""

started = pytest.StashKey[float]()
found: Counter[str] = Counter()


def spent_so_far() -> float:
    """Seconds of processor of this process and of those that it has waited for."""
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Note what was spent before a test."""
    item.stash[started] = spent_so_far()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Let the last report of a test carry what it took."""
    report = yield
    if call.when == "teardown":
        report.user_properties.append((SPENT, spent_so_far() - item.stash[started]))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Where there are workers, this is called in the process that they report to, too."""
    for name, seconds in report.user_properties if report.when == "teardown" else ():
        if name == SPENT:
            found[report.nodeid] += seconds


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What each folder, the worst files and the worst tests took."""
    parts = {
        "folder": lambda test: "/".join(test.split("/")[:2]),
        "file": lambda test: test.split("::", maxsplit=1)[0],
        "test": lambda test: test,
    }
    terminalreporter.section(f"{SPENT}: {found.total():.0f} s")
    for kind, name in parts.items():
        total: Counter[str] = Counter()
        for test, seconds in found.items():
            total[name(test)] += seconds
        terminalreporter.write_line(f"by {kind}:")
        for one, seconds in total.most_common(WORST):
            terminalreporter.write_line(f"{seconds:8.1f}  {one}")
