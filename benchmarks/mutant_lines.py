"""Which lines of symconv a file of tests executes: where it reaches no change, it notices none."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

Lines = dict[str, dict[str, list[int]]]
"""The lines that are executed, by file of tests and by file of symconv."""

STARTS_PROCESSES = ("subprocess", "command")
"""What stands in a file of tests that may start others, in which no lines are recorded."""


def record_lines(copy: Path, tests: list[str], work: Path) -> None:
    """Run every file of tests that is not known yet under coverage, which lies in WORK/lib."""
    store, known = work / "lines.json", read_lines(work)
    for name in tests:
        if name not in known and not _starts_processes(copy / name):
            known[name] = _execute(copy, copy / name, work)
            store.write_text(json.dumps(known), "utf-8")
            print(f"{sum(map(len, known[name].values()))} lines are executed by {name}", flush=True)


def read_lines(work: Path) -> Lines:
    """What is recorded in a folder."""
    store = work / "lines.json"
    return json.loads(store.read_text("utf-8")) if store.exists() else {}


def _execute(copy: Path, file: Path, work: Path) -> dict[str, list[int]]:
    """The lines of symconv that a file of tests executes."""
    data = f"--data-file={work / 'lines.coverage'}"
    run = [sys.executable, "-m", "coverage"]
    settings = {"PYTHONPATH": f"{copy}:{work / 'lib'}", "PYTHONDONTWRITEBYTECODE": "1"}
    pytest = ["-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", str(file)]
    for command in (
        [*run, "run", data, f"--include={copy}/symconv/*", *pytest],
        [*run, "json", data, "-q", "-o", str(work / "lines.report")],
    ):
        subprocess.run(command, cwd=copy, env=os.environ | settings, check=False, stdout=2)
    found = json.loads((work / "lines.report").read_text("utf-8"))["files"]
    return {name.removeprefix(f"{copy}/"): f["executed_lines"] for name, f in found.items()}


def _starts_processes(file: Path) -> bool:
    """Whether a file of tests may start processes."""
    text = file.read_text("utf-8")
    return any(word in text for word in STARTS_PROCESSES)


def may_notice(test: str, lines: Lines, file: str, place: tuple[int, int]) -> bool:
    """Whether a file of tests executes any of some lines of a file, as far as that is known."""
    executed = lines.get(test)
    if executed is None or not file.endswith(".py"):
        return True
    return any(place[0] <= n <= place[1] for n in executed.get(file, ()))


def find_statement(text: str, line: int) -> tuple[int, int]:
    """The lines of the innermost statement around a line; of one with a body, those of its head."""
    first, last = 1, text.count("\n") + 1
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or line):
            body = getattr(node, "body", None)
            head = body[0].lineno - 1 if body else node.end_lineno or line
            if line <= head or body is None:
                first, last = node.lineno, max(head, node.lineno)
    return first, last
