"""Generated NumPy against torch, side by side: forward and all gradients, float32, one thread.

Run `python benchmarks/speed.py [--rounds N] [--only WORD] [--json FILE]`. Every runtime has a
process of its own; rounds are interleaved and medians are compared, so read the ratios, not the
times. Before the clock starts, all runtimes must agree on every gradient. `limit` is the time of
the multiplications at the speed of a large matrix product, as a share of the time taken.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from speed_cases import CASES

HERE = Path(__file__).resolve().parent
RUNTIMES = ("fast", "readable", "torch", "torch channels_last", "gemm")
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
GEMM = 1536**3
SECONDS = 0.04
"""About how long one measurement of one runtime lasts."""


class Worker:
    """A runtime in its own process."""

    def __init__(self, case: int, runtime: str) -> None:
        paths = [str(HERE.parent), os.environ.get("PYTHONPATH", "")]
        settings = {
            **os.environ,
            **dict.fromkeys(THREADS, "1"),
            "PYTHONPATH": os.pathsep.join(paths),
        }
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "speed_worker.py"), str(case), runtime],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=settings,
            text=True,
        )
        self.count = 1

    def ask(self, line: str) -> Any:
        """The answer to one line."""
        assert self.process.stdin, "the pipe is open"
        assert self.process.stdout, "the pipe is open"
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def warm_up(self) -> None:
        """Choose how many steps fit in one measurement."""
        self.ask("time 2")
        self.count = max(1, round(SECONDS / self.ask("time 3")))

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def agree(answers: dict[str, Any]) -> None:
    """Raise an error unless every runtime computes the same gradients."""
    (first, reference), *others = answers.items()
    for name, found in others:
        for key, (total, size) in reference.items():
            if abs(found[key][0] - total) > 2e-3 * (size + 1e-3):
                raise SystemExit(f"{name} and {first} differ in {key}: {found[key]}, {total}")


def measure(case: int, rounds: int) -> dict[str, float]:
    """The median time of a step, by runtime."""
    workers = {r: Worker(case, r) for r in RUNTIMES}
    agree({r: w.ask("sums") for r, w in workers.items() if r != "gemm"})
    for worker in workers.values():
        worker.warm_up()
    times: dict[str, list[float]] = {r: [] for r in RUNTIMES}
    for _ in range(rounds):
        for runtime, worker in workers.items():
            times[runtime].append(worker.ask(f"time {worker.count}"))
    for worker in workers.values():
        worker.close()
    return {r: statistics.median(t) for r, t in times.items()}


def main() -> None:
    """Measure, print a table, and write JSON if a file name is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    print(
        f"{'':20}{'x torch':>9}{'x best':>9}{'x readable':>12}{'limit':>8}{'goal':>7}{'floor':>7}"
    )
    found = {}
    for number, case in enumerate(CASES):
        if options.only not in case.name:
            continue
        times = measure(number, options.rounds)
        fast, best = times["fast"], min(times["torch"], times["torch channels_last"])
        limit = case.work * times["gemm"] / GEMM / fast
        found[case.name] = {"seconds": times, "goal": case.goal, "floor": case.floor}
        print(
            f"{case.name:20}{times['torch'] / fast:9.2f}{best / fast:9.2f}"
            f"{times['readable'] / fast:12.2f}{limit:8.0%}{case.goal:7.2f}{case.floor:7.2f}",
            flush=True,
        )
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
