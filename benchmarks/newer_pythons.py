"""Run the tests that need neither NumPy nor processes on Pythons that are newer than this one.

`python benchmarks/newer_pythons.py [3.14 ...]` takes each Python as npm ships it, compiled to
WebAssembly (the package `pyodide`), runs it in Node, and pytest in it: the very packages of this
environment, as far as they are Python, and a copy of this checkout. NumPy is not to be had there,
so what needs it is skipped and counted; these parts wait for a real interpreter, as the workflow in
`.github/` has them. Exit code 1 where a test fails. Without Node, npm or the network it says so and
ends in 0.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNNER = Path(__file__).with_name("newer_pythons.mjs")

PYTHONS = {"3.12": "0.27.7", "3.13": "0.29.5", "3.14": "314.0.7"}
"""The version of pyodide that holds each Python."""

PACKAGES = (
    "sympy", "mpmath", "jinja2", "markupsafe", "typer", "click", "rich", "shellingham", "pygments",
    "markdown-it-py", "mdurl", "typing_extensions", "annotated-doc",
    "pytest", "pluggy", "iniconfig", "packaging",
)  # fmt: skip
"""What symconv and its tests import, all of it Python; MarkupSafe needs no compiled half.

Some are needed by some versions of others only: what is not installed is not copied.
"""

TESTS = ("core", "calculus", "language", "notation", "structure", "lower", "claims/test_parsing.py")
"""Folders and files of tests: a parse, a derivation and a verdict each, in a minute or two."""

STACK = "--stack-size=6000"
"""Kilobytes of calls in Node, below the 8000 that a process has: one call of Python takes many."""

DEEP = "tests/core/test_depth.py"
"""Networks of a thousand layers need the stack of a process of one's own."""

SECONDS = 1500
"""How long one Python may take: several times what it needs, so that a hang ends."""


def copy_packages(place: Path) -> None:
    """The files of every package that is installed here, without what was compiled."""
    for name in PACKAGES:
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        for file in found.files or ():
            if ".." in file.parts or file.suffix in {".so", ".pyd", ".pyc"}:
                continue
            target = place / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(found.locate_file(file)), target)


def copy_checkout(place: Path) -> None:
    """What the tests read of this checkout."""
    for folder in ("symconv", "templates", "tests"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copyfile(ROOT / "pyproject.toml", place / "pyproject.toml")


def fetch(version: str, place: Path) -> str:
    """Put one version of pyodide into a folder; what went wrong, or nothing."""
    command = ["npm", "install", "--silent", "--no-save", "--ignore-scripts"]
    command += ["--prefix", str(place), f"pyodide@{version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr[-200:] or "npm has no answer"


def main() -> int:
    """Print what each Python says of the tests."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("python", nargs="*", choices=[[], *PYTHONS], help="which ones; all")
    chosen = parser.parse_args().python or list(PYTHONS)
    if not shutil.which("node") or not shutil.which("npm"):
        print("skipped: no Node and npm")
        return 0
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_packages(folder / "packages")
        copy_checkout(folder / "checkout")
        for python in chosen:
            home = folder / python
            if problem := fetch(PYTHONS[python], home):
                print(f"skipped: Python {python}: {problem}")
                continue
            command = ["node", STACK, str(RUNNER), str(home / "node_modules" / "pyodide")]
            command += [str(folder / "checkout"), str(folder / "packages")]
            command += [f"--ignore={DEEP}", *(f"tests/{test}" for test in TESTS)]
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=SECONDS, check=False
            )
            said = (done.stdout + done.stderr).strip().splitlines() or ["nothing is printed"]
            print(f"Python {python}: {said[-1].strip('= ')}", flush=True)
            if done.returncode:
                failed += 1
                print("\n".join(said[-40:]))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
