"""The time of a step over the size of the batch, and on two threads against one.

    python benchmarks/batch.py [--style fast|c] [--only WORD] [--rounds N] [--json FILE]

One module serves every batch: its size is a name. All contestants are calls of the same `step`, in
float32 and turn by turn, each with workspaces of its own; read the ratios, not the times. The
library that multiplies matrices has one thread. What two threads could reach is what two processes
reach, each with half of the batch and at the same time, measured in the same rounds: `share` is
the part of it that two threads do reach.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from speed_cases import FORUM, LENET

import symconv

THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
GOALS = {"fast": 1.5, "c": 1.8}
FLOOR = 0.8
"""The least share of what two processes reach."""

SECONDS = 0.01
"""About how long one measurement lasts."""

LAYER = "input x Nx{shape} | conv w {options} -> z"
NETWORKS = {
    "LeNet-5": (LENET.format(batch="N"), (1, 8, 32, 64, 128, 256)),
    "conv-pool-sigmoid-dense": (FORUM.format(shape="Nx1x5x5", options="channels 1"), (1, 32, 256)),
    "3x3, 64 channels": (
        "input x Nx64x32x32 | conv w 3x3 channels 64 padding 1 bias b -> z | half_sse t -> C",
        (1, 8, 32),
    ),
    "16->32 3x3": (LAYER.format(shape="16x32x32", options="3x3 channels 32 padding 1"), (8, 32)),
    "depthwise 3x3": (
        LAYER.format(shape="64x32x32", options="3x3 channels 64 groups 64 padding 1"),
        (8, 32),
    ),
    "stem 3->32": (
        LAYER.format(shape="3x112x112", options="3x3 channels 32 stride 2 padding 1"),
        (8, 32),
    ),
    "dilated 5x5": (
        LAYER.format(shape="32x32x32", options="5x5 channels 32 padding 4 dilation 2"),
        (8, 32),
    ),
    "1x1, 256 channels": (LAYER.format(shape="256x28x28", options="1x1 channels 256"), (8, 32)),
}


def arrays(network: symconv.Network, batch: int) -> dict[str, Any]:
    """Random arrays by their names in the module."""
    random, names = np.random.default_rng(0), network.compile().arrays
    found: dict[str, Any] = {}
    seed = network.backward().seed
    for t in (*network.program.tensors, *([seed] if seed else [])):
        if network.program.equation(t.key) is None:
            shape = [int(n) if n.is_Integer else batch for n in t.shape]
            labels = t.key == "t" and len(shape) == 1
            made = random.integers(10, size=shape) if labels else random.standard_normal(shape) / 10
            found[names[t.key]] = made if labels else made.astype(np.float32)
    return found


class Steps:
    """The steps of a network, whose module is made once."""

    def __init__(self, style: str, text: str) -> None:
        self.network = symconv.Network.parse(text)
        self.module = self.network.compile(style).module

    def prepare(self, batch: int, threads: int) -> Callable[[], object]:
        """A step on so many threads: its arrays are bound where the module can bind them."""
        module, given = self.module, arrays(self.network, batch)
        if hasattr(module, "bind"):
            run: Callable[[], object] = module.bind(**given, threads=threads)[0]
        else:
            spaces: list[dict[str, Any]] = [{} for _ in range(threads)]

            def run() -> object:
                return module.step(**given, threads=threads, workspaces=spaces)

        run()
        return run


def take(step: Callable[[], object], count: int) -> float:
    """The time of one step of so many."""
    start = time.perf_counter()
    for _ in range(count):
        step()
    return (time.perf_counter() - start) / count


def answer(style: str, text: str, pipe: Connection) -> None:
    """The other process: for a batch and a count it takes the time of so many steps."""
    steps, known = Steps(style, text), dict[int, Callable[[], object]]()
    while told := pipe.recv():
        batch, count = told
        if batch not in known:
            known[batch] = steps.prepare(batch, 1)
        pipe.send(take(known[batch], count))


@dataclass(frozen=True)
class Row:
    """The times of a step: on one thread, on two, in two processes."""

    one: list[float]
    two: list[float]
    processes: list[float]

    def ratio(self, choose: Callable[[list[float]], float] = statistics.median) -> float:
        """How much faster two threads are."""
        return choose(self.one) / choose(self.two)

    @property
    def scaling(self) -> float:
        """How much faster two processes are."""
        return statistics.median(self.one) / statistics.median(self.processes)

    @property
    def share(self) -> float:
        """The part of that which two threads reach, in each round: machines change their pace."""
        pairs = zip(self.processes, self.two, strict=True)
        return statistics.median(processes / two for processes, two in pairs)


def measure(steps: Steps, other: Connection, batch: int, rounds: int) -> Row:
    """The times of all three, turn by turn."""
    part = max(batch // 2, 1)
    one, two = (steps.prepare(batch, threads) for threads in (1, 2))
    half, row = steps.prepare(part, 1), Row([], [], [])
    other.send((part, 1))
    other.recv()
    count = max(1, round(SECONDS / take(one, 3)))
    for _ in range(rounds):
        row.one.append(take(one, count))
        row.two.append(take(two, count))
        other.send((part, count))
        own = take(half, count)
        # A batch of one sample has no halves: each process computes it.
        row.processes.append(max(own, other.recv()) / (1 if batch > 1 else 2))
    return row


def main() -> None:
    """Measure, print a table, and write JSON if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--style", default="fast", choices=tuple(GOALS))
    parser.add_argument("--only", default="", help="networks with this word in their name")
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = []
    head = f"{'2 threads':>11}{'least':>8}{'2 processes':>13}{'share':>8}{'goal':>7}"
    print(f"{options.style:28}{'batch':>6}{'us a sample':>13}{head}")
    spawn = multiprocessing.get_context("spawn")
    for name, (text, batches) in NETWORKS.items():
        if options.only not in name:
            continue
        here, there = spawn.Pipe()
        other = spawn.Process(target=answer, args=(options.style, text, there))
        other.start()
        steps = Steps(options.style, text)
        for batch in batches:
            row = measure(steps, here, batch, options.rounds)
            each, ratio, scaling = statistics.median(row.one) / batch, row.ratio(), row.scaling
            least, share = row.ratio(min), row.share
            goal = GOALS[options.style] if batch >= 32 else 0
            verdict = "ok" if ratio >= goal else "floor" if share >= FLOOR else "MISSED"
            print(
                f"{name:28}{batch:6}{1e6 * each:13.1f}{ratio:11.2f}{least:8.2f}{scaling:13.2f}"
                f"{share:8.2f}{goal:7} {verdict if goal else ''}",
                flush=True,
            )
            told = {"network": name, "batch": batch, "seconds": each, "ratio": ratio}
            found.append({**told, "least": least, "scaling": scaling, "share": share})
        here.send(None)
        other.join()
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    if THREADS.items() - os.environ.items():  # libraries read these when they are loaded
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | THREADS)  # noqa: S606
    main()
