"""Generated NumPy and C side by side with torch, JAX and textbook NumPy: all gradients.

    python benchmarks/speed.py [--rounds N] [--only WORD] [--kind float32|float64|both]
        [--jax PYTHON] [--json FILE] [--plot FILE] [--cpu N] [--clock wall|processor] [--isa avx2]

Every runtime has a process of its own, on one thread and on one core; rounds are interleaved, so
read the ratios, not the times. Before the clock starts, all runtimes must agree on every gradient.
A ratio is that of the medians; `least` is that of the shortest times. `limit` is the time that the
multiplications would take at the speed of a large product of matrices, as a share of the time
taken. On a busy machine take the clock of the processor. What is not installed is left out; `--jax`
names a Python that has JAX, if this one has none. Settings that hold OpenBLAS to the kernels of an
older processor are dropped, since no rival heeds them (`--keep-kernels` leaves them).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from speed_cases import BEST, CASES, IM2COL, JAX, TORCH, Case

HERE = Path(__file__).resolve().parent
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
KERNELS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
XLA = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
LAYOUTS = ("torch", "torch channels_last")
TILES = ("fast tiles", "fast tiles channels_last")
C_TILES = "c tiles"
TILED = ("3x3 stride 1", "dilated")
"""How the cases begin that are wide enough for tiles."""

C_OPEN = "c open"
MANY = "batch 256"
"""What the cases have in their name whose samples do not fit in the cache at once."""

JAX_RUNTIMES = ("jax", "jax module")
COMPILERS = ("cc", "gcc", "clang")
GEMM = 1536**3
SECONDS = 0.04
"""About how long one measurement of one runtime lasts."""

CLOSE = {"float32": 2e-3, "float64": 1e-8}
"""How far two gradients may be apart, seen against the largest entry."""


class Failed(Exception):  # noqa: N818 - a runtime that ended before its time
    """A runtime that did not answer."""


class Worker:
    """A runtime in its own process."""

    def __init__(self, case: int, runtime: str, kind: str, options: argparse.Namespace) -> None:
        python = options.jax if runtime in JAX_RUNTIMES else sys.executable
        paths = [str(HERE.parent), os.environ.get("PYTHONPATH", "")]
        dropped = () if options.keep_kernels else KERNELS
        kept = {k: v for k, v in os.environ.items() if k not in dropped}
        settings = {**kept, **dict.fromkeys(THREADS, "1"), "XLA_FLAGS": XLA}
        settings["PYTHONPATH"] = os.pathsep.join(p for p in paths if p)
        told = (str(case), runtime, kind, options.clock, options.isa)
        self.process = subprocess.Popen(
            [python, str(HERE / "speed_worker.py"), *told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=settings,
            text=True,
        )
        cpu = -1 if not hasattr(os, "sched_setaffinity") else options.cpu
        if cpu < 0 and runtime in JAX_RUNTIMES and hasattr(os, "sched_getaffinity"):
            cpu = max(os.sched_getaffinity(0))  # its threads heed no setting
        if cpu >= 0:
            os.sched_setaffinity(self.process.pid, {cpu})
        self.runtime, self.count = runtime, 1
        self.times: list[float] = []

    def ask(self, line: str) -> Any:
        """The answer to one line."""
        assert self.process.stdin, "the pipe is open"
        assert self.process.stdout, "the pipe is open"
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise Failed(f"{self.runtime} ended without an answer")
        return json.loads(answer)

    def warm_up(self) -> None:
        """Choose how many steps fit in one measurement."""
        self.ask("time 2")
        self.count = max(1, round(SECONDS / self.ask("time 3")))

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


@dataclass(frozen=True)
class Times:
    """The times of a step of one runtime, in seconds."""

    median: float
    least: float


def runtimes(case: Case, kind: str, python: str | None) -> list[str]:
    """Who takes part."""
    found = ["fast", "readable", IM2COL, "tensordot", "gemm"]
    found += TILES if case.name.startswith("3x3 stride 1") and kind == "float32" else ()
    found += LAYOUTS if importlib.util.find_spec("torch") else ()
    if any(map(shutil.which, COMPILERS)):
        found += ["c", *([C_TILES] if case.name.startswith(TILED) else [])]
        found += [C_OPEN] if MANY in case.name else []
    return found + (list(JAX_RUNTIMES) if python else [])


def agree(workers: dict[str, Worker], kind: str) -> None:
    """Raise an error unless every runtime computes the same gradients."""
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for name, worker in workers.items():
            path = Path(folder) / "gradients.npz"
            worker.ask(f"save {path}")
            with np.load(path) as arrays:
                found[name] = dict(arrays)
    (first, reference), *others = found.items()
    for name, arrays in others:
        for key, right in reference.items():
            error = np.abs(arrays[key].reshape(right.shape) - right).max()
            if error > CLOSE[kind] * np.abs(right).max():
                raise SystemExit(f"{name} and {first} differ in {key} by {error}")


def measure(number: int, kind: str, options: argparse.Namespace) -> dict[str, Times]:
    """The times of a step, by runtime."""
    names = runtimes(CASES[number], kind, options.jax)
    workers = {r: Worker(number, r, kind, options) for r in names}
    try:
        agree({r: w for r, w in workers.items() if r != "gemm"}, kind)
        for worker in workers.values():
            worker.warm_up()
        for _ in range(options.rounds):
            for worker in workers.values():
                worker.times.append(worker.ask(f"time {worker.count}"))
    finally:
        for worker in workers.values():
            worker.close()
    return {r: Times(statistics.median(w.times), min(w.times)) for r, w in workers.items()}


def rival(times: dict[str, Times], against: str) -> Times | None:
    """The runtime that a row is measured against; None where it does not take part."""
    layouts = [times[r] for r in LAYOUTS if r in times]
    if against == BEST:
        return min(layouts, key=lambda t: t.median) if layouts else None
    return times.get({TORCH: "torch", JAX: "jax", IM2COL: IM2COL}[against])


def ours(times: dict[str, Times], who: str) -> Times | None:
    """The times of a style; tiles, too, are taken in the better order of memory."""
    orders = [times[r] for r in TILES if r in times]
    return min(orders, key=lambda t: t.median, default=None) if who in TILES else times.get(who)


def rows(case: Case, kind: str, times: dict[str, Times]) -> list[dict[str, Any]]:
    """The rows of one case: what is aimed at, then what is worth knowing beside it."""
    made = []
    for aim in case.aimed(kind):
        other, own = rival(times, aim.against), ours(times, aim.who)
        if own is None or other is None:
            continue
        ratio = other.median / own.median
        verdict = "goal" if ratio >= aim.goal else "floor" if ratio >= aim.floor else "MISSED"
        least = {"ratio": ratio, "least": other.least / own.least, "verdict": verdict}
        told = {"case": case.name, "kind": kind, "who": aim.who, "against": aim.against}
        made.append({**told, **least, "goal": aim.goal, "floor": aim.floor})
    return made


def shown(row: dict[str, Any]) -> str:
    """A row as a line."""
    return (
        f"{row['case']:36}{row['who']:11}{row['against']:20}{row['ratio']:8.2f}{row['least']:8.2f}"
        f"{row['goal']:8.2f}{row['floor']:7.2f}  {row['verdict']}"
    )


def others(case: Case, times: dict[str, Times]) -> str:
    """Everybody's time against the fast style, and its share of what the machine can do."""
    own = times["fast"].median
    ratios = (f"{r} {t.median / own:.2f}" for r, t in times.items() if r not in {"fast", "gemm"})
    line = f"    {1e6 * own:.0f} us, {limit(case, times):.0%} of the limit; {', '.join(ratios)}"
    if "c" in times:
        line += f"; c {limit(case, times, 'c'):.0%} of the limit"
    return line


def limit(case: Case, times: dict[str, Times], who: str = "fast") -> float:
    """The share of the speed of a large product of matrices."""
    return case.work * times["gemm"].median / GEMM / times[who].median


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="cases with this word in their name")
    parser.add_argument("--kind", default="float32", choices=("float32", "float64", "both"))
    here = sys.executable if importlib.util.find_spec("jax") else None
    parser.add_argument("--jax", default=here, help="a Python that has JAX")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path, help="draw a roofline (needs matplotlib)")
    clocks = ("wall", "processor")
    parser.add_argument("--clock", default="wall", choices=clocks, help="for a busy machine")
    parser.add_argument("--isa", default="", help="the instructions of C, if not all there are")
    parser.add_argument("--cpu", type=int, default=-1, help="run everything on this core")
    parser.add_argument("--keep-kernels", action="store_true", help="keep OPENBLAS_CORETYPE")
    return parser.parse_args()


def main() -> None:
    """Measure, print a table, write JSON and a picture if asked to."""
    options = arguments()
    kinds = ("float32", "float64") if options.kind == "both" else (options.kind,)
    head = f"{'case':36}{'style':11}{'against':20}{'ratio':>8}{'least':>8}{'goal':>8}{'floor':>7}"
    found = []
    for kind in kinds:
        print(f"{kind}\n{head}")
        for number, case in enumerate(CASES):
            if options.only not in case.name or not case.aimed(kind):
                continue
            try:
                times = measure(number, kind, options)
            except Failed as problem:
                print(f"{case.name:36}{problem}", flush=True)
                continue
            made = rows(case, kind, times)
            print("\n".join([*map(shown, made), others(case, times)]), flush=True)
            seconds = {r: vars(t) for r, t in times.items()}
            found.append({"case": case.name, "kind": kind, "rows": made, "seconds": seconds})
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    if options.plot:
        from roofline import draw

        draw(found, options.plot)


if __name__ == "__main__":
    main()
