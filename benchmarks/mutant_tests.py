"""The tests that a changed folder answers to, and what becomes of them."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

TESTS = {
    "symconv/codegen/fast/plan": ("codegen", "verify/test_styles.py"),
    "symconv/codegen/fast/algorithms": ("codegen", "verify/test_styles.py"),
    "symconv/codegen": ("codegen", "verify/test_styles.py"),
    "symconv/codegen/c": ("codegen/test_c_modules.py", "codegen"),
    "symconv/core": ("core", "calculus", "lower"),
    "symconv/layers": ("layers/test_torch.py", "layers"),
    "templates": ("codegen", "verify/test_styles.py", "render"),
}
"""The tests that a folder answers to, where they are not those of its own name.

A changed layer has right gradients: `verify` takes its forward equation as it is, PyTorch does not.
"""

DOCUMENTS = ("docs/test_generated.py", "render")
"""The tests that are asked first where a derivation changes: pages are held byte by byte."""

TEST_SECONDS = 900
"""How much processor time the tests of a folder may take on a change; a hang is noticed, too.

A machine that others use, too, takes no verdict: by the clock they have `PATIENCE` times as long.
"""

PATIENCE = 8
"""How many times its processor time a run may take by the clock: more is a process that waits."""


def list_tests(folder: str, copy: Path, more: tuple[str, ...] = ()) -> list[str]:
    """The files of the tests that a folder answers to, in the order in which they are asked."""
    rooms = TESTS.get(folder, (folder.removeprefix("symconv/").split("/")[0],))
    files = []
    for room in (*more, *rooms):
        place = copy / "tests" / room
        files += [place] if place.suffix else sorted(place.glob("test_*.py"), key=_weight)
    return list(dict.fromkeys(str(file.relative_to(copy)) for file in files))


def run_tests(files: list[str], copy: Path) -> str:
    """The first test of some files that fails, or nothing."""
    if not files:
        return ""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "--no-header"]
    settings = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    limits = resource.RLIMIT_CPU, (TEST_SECONDS, TEST_SECONDS + 10)
    try:
        done = subprocess.run(
            [*command, "-p", "no:cacheprovider", *files],
            capture_output=True, text=True, cwd=copy, check=False,
            env=os.environ | settings, timeout=PATIENCE * TEST_SECONDS,
            preexec_fn=lambda: resource.setrlimit(*limits),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"tests: no end after {PATIENCE * TEST_SECONDS} s"
    if done.returncode == -signal.SIGXCPU:
        return f"tests: no end after {TEST_SECONDS} s of processor time"
    if done.returncode:
        lines = [x for x in done.stdout.splitlines() if x.startswith(("FAILED", "ERROR"))]
        return lines[0].split(" - ")[0][:200] if lines else f"tests: {done.returncode}"
    return ""


def _weight(file: Path) -> tuple[bool, int]:
    """Files of many long tests last: those that run commands, then by length."""
    text = file.read_text("utf-8")
    return "subprocess" in text or "torch" in text, len(text)
