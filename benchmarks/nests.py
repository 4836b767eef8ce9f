"""Every planned nest of the C style on its own: its time, and its share of OpenBLAS' speed.

    python benchmarks/nests.py [--only WORD] [--kind float32|float64] [--isa ISA] [--rounds N]
        [--network TEXT] [--plan]

The file of a network is written with one more function a nest, which computes that equation alone
with its copies. Rounds go through all nests and a large product of matrices in turn, on one thread,
so read the shares: multiplications a second, by those of the product in the same run.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from math import prod

import numpy as np
from speed_cases import CASES

import symconv
from symconv.codegen.c.build import build_library, find_isa
from symconv.codegen.c.file import SourceFiles
from symconv.codegen.c.nests.planner import NestPlan, describe_plan
from symconv.codegen.c.passes import FileParts, PassCode

THREADS = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
KERNELS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
SIZE = 1536
"""Rows and columns of the product of matrices: large enough for its full speed."""

SECONDS = 0.01
"""About how long one measurement lasts."""


@dataclass(frozen=True)
class NestParts(FileParts):
    """The parts of a file with a function for every planned equation."""

    @cached_property
    def planned(self) -> tuple[str, ...]:
        """The keys of the planned equations."""
        return tuple(e.key for part in self.equations for e in part if e.plan)

    @cached_property
    def passes(self) -> tuple[PassCode, ...]:
        """Those of every file, and one for each nest."""
        fields = {t.key for t in self.fields}
        single = [
            self._pass(f"nest{n}", "one nest", [e], fields)
            for n, e in enumerate(e for part in self.equations for e in part if e.plan)
        ]
        return (*super().passes, *single)


@dataclass(frozen=True)
class BoundNest:
    """A nest that can be called; `kept` is the memory that it computes in."""

    key: str
    plan: NestPlan
    call: Callable[[], object]
    kept: tuple[object, ...]

    @property
    def work(self) -> int:
        """The products of the equation, those with the zeros of a halo included."""
        return self.plan.nest.products // prod(self.plan.phases.values())


def bind_nests(text: str, kind: str, isa: str) -> list[BoundNest]:
    """The nests of a network, each with arrays and a workspace that stay where they are."""
    made = symconv.Network.parse(text).generate_c(dtype=kind, isa=isa)
    parts = NestParts(made.parts.program, made.parts.machine)
    files = SourceFiles(parts, made.stem, made.options.dtype, "cc", isa)
    texts = {f"{made.stem}.c": files.source, f"{made.stem}.h": files.header}
    folder = build_library(texts, f"{made.stem}.c", "libnests.so", isa)
    library = ctypes.CDLL(str(folder / "libnests.so"))
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(t.shape).astype(kind) for t in parts.fields]
    room = np.zeros(parts.bytes + 64, np.uint8)
    begin = ctypes.c_void_p(room.ctypes.data + -room.ctypes.data % 64)
    pointers = (ctypes.c_void_p * len(arrays))(*(a.ctypes.data for a in arrays))
    plans = {e.key: e.plan for part in parts.equations for e in part if e.plan}

    calls = [
        partial(getattr(library, f"{files.prefix}_nest{n}"), pointers, begin)
        for n in range(len(parts.planned))
    ]
    return [
        BoundNest(key, plans[key], call, (arrays, room))
        for key, call in zip(parts.planned, calls, strict=True)
    ]


def measure(calls: list[Callable[[], object]], rounds: int) -> list[float]:
    """The median time of each call; rounds go through all of them."""
    counts = []
    for call in calls:
        call()
        begin = time.perf_counter()
        call()
        counts.append(max(1, round(SECONDS / (time.perf_counter() - begin))))
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, count, found in zip(calls, counts, times, strict=True):
            begin = time.perf_counter()
            for _ in range(count):
                call()
            found.append((time.perf_counter() - begin) / count)
    return [statistics.median(found) for found in times]


def show(name: str, text: str, options: argparse.Namespace) -> None:
    """The lines of one network."""
    nests = bind_nests(text, options.kind, options.isa)
    a, b = (np.ones((SIZE, SIZE), options.kind) for _ in range(2))
    out = np.empty_like(a)
    product = partial(np.matmul, a, b, out=out)
    best, *found = measure([product, *(n.call for n in nests)], options.rounds)
    peak = SIZE**3 / best
    print(f"{name} ({options.kind}, {options.isa}; OpenBLAS {2 * peak / 1e9:.0f} GFLOP/s)")
    for nest, seconds in zip(nests, found, strict=True):
        share = nest.work / seconds / peak
        print(f"  {nest.key:14}{1e6 * seconds:10.1f} us{share:8.0%}", flush=True)
        if options.plan:
            print(f"    {describe_plan(nest.plan)}")


def main() -> None:
    """Measure the nests of the cases, or of a network."""
    if any(k in os.environ for k in KERNELS) or THREADS.items() - os.environ.items():
        kept = {k: v for k, v in os.environ.items() if k not in KERNELS}
        os.execve(sys.executable, [sys.executable, *sys.argv], {**kept, **THREADS})  # noqa: S606
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--only", default="", help="cases with this word in their name")
    parser.add_argument("--kind", default="float32", choices=("float32", "float64"))
    parser.add_argument("--isa", default=find_isa())
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--network", help="a network of your own in place of the cases")
    parser.add_argument("--plan", action="store_true", help="tell the plans, too")
    options = parser.parse_args()
    cases = {"network": options.network} if options.network else {c.name: c.text for c in CASES}
    for name, text in cases.items():
        if options.only in name or options.network:
            show(name, text, options)


if __name__ == "__main__":
    main()
