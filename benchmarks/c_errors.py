"""The whole sweep of C files: worst errors of every layer and random ones, in every way.

    nice python benchmarks/c_errors.py [--layers 300] [--part 1/4] [--record FILE] [--ways WAY ...]

prints for each way (a compiler, the length of vectors, a type of numbers, Winograd's tiles, the
sanitizers, another machine; `tests/data/c_sweep.py` has them all) the worst errors, relative to the
largest entry of an array, against the readable module in double precision, and of that module
against the derivatives of the oracle. Exit code 1 where an error is above its tolerance and four
times what NumPy makes, where a compiler warns, where a file calls what is no function of
mathematics, such as an allocator, or where a program is stopped, by a sanitizer, say. One core
takes 40 minutes for all; with a record it goes on where it was stopped, and what has the same text
is not built again. The tests do the same: `pytest -m long tests/codegen/test_c_sweep.py`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import numpy as np

FOLDER = Path(__file__).parent.parent
SHOWN = 3
"""How many of the worst layers are told: the first one alone may be a rare network."""


def main() -> int:
    """Print the table."""
    sys.path[:0] = [str(FOLDER), str(FOLDER / "tests/data")]
    import c_programs
    import c_sweep

    parser = argparse.ArgumentParser()
    parser.add_argument("--layers", type=int, default=300)
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--record")
    parser.add_argument("--ways", nargs="+", default=[*c_sweep.ALL], choices=[*c_sweep.ALL])
    given = parser.parse_args()
    for way in given.ways:
        missing = c_sweep.ALL[way].find_missing()
        if missing:
            print(f"{way}: left out, {missing}")
    ways = [way for way in given.ways if not c_sweep.ALL[way].find_missing()]
    c_programs.plan_everything(SimpleNamespace(setattr=setattr))
    number, of = map(int, given.part.split("/"))
    layers = c_sweep.list_layers(given.layers)[number - 1 :: of]
    print(f"{len(layers)} layers at {tell_commit()}", flush=True)
    findings = defaultdict(list)
    for found in c_sweep.sweep(layers, c_sweep.Record(given.record), ways):
        findings[found.way].append(found)
        if found.fails:
            print("FAILED", found, flush=True)
    for way, some in findings.items():
        show_way(way, some)
    failed = sum(found.fails for some in findings.values() for found in some)
    times = os.times()
    own, others = times.user + times.system, times.children_user + times.children_system
    print(
        f"{failed} failed; processor time: {own:.0f} s to derive, {others:.0f} s to build and run"
    )
    return int(failed > 0)


def show_way(way: str, findings: list) -> None:
    """Print how many layers were built in a way, and the worst of them."""
    planned = sum(found.planned for found in findings)
    above = sum(found.error > found.tolerance for found in findings)
    print(f"{way}: {len(findings)} layers, {planned} planned", end="")
    print(f", {above} above {findings[0].tolerance:.0e}" if above else "")
    for found in sorted(findings, key=lambda found: -found.error)[:SHOWN]:
        than = f" (NumPy: {found.numpy:.1e})" if found.numpy else ""
        print(f"  {found.error:.1e}{than} {found.array}: {found.layer}")


def tell_commit() -> str:
    """The commit of the files that run, and whether they were changed since."""
    words = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "no commit"


if __name__ == "__main__":
    np.seterr(all="ignore")
    sys.exit(main())
