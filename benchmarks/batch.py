"""The time of a step over the size of the batch, and on two threads against one.

    python benchmarks/batch.py [--rounds N] [--json FILE]

One module serves every batch: its size is a name. Both contestants are calls of the same `step`, in
float32 and turn by turn, each with workspaces of its own; read the ratios, not the times. The
library that multiplies matrices has one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from speed_cases import FORUM, LENET

import symconv

THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
GOAL = 1.5
NETWORKS = {
    "LeNet-5": (LENET.format(batch="N"), (1, 8, 32, 64, 128, 256)),
    "conv-pool-sigmoid-dense": (FORUM.format(shape="Nx1x5x5", options="channels 1"), (1, 32, 256)),
    "3x3, 64 channels": (
        "input x Nx64x32x32 | conv w 3x3 channels 64 padding 1 bias b -> z | half_sse t -> C",
        (1, 8, 32),
    ),
}


def arrays(network: symconv.Network, batch: int) -> dict[str, Any]:
    """Random arrays by their names in the module."""
    random, names = np.random.default_rng(0), network.compile().arrays
    found: dict[str, Any] = {}
    for t in network.program.tensors:
        if network.program.equation(t.key) is None:
            shape = [int(n) if n.is_Integer else batch for n in t.shape]
            labels = t.key == "t" and len(shape) == 1
            made = random.integers(10, size=shape) if labels else random.standard_normal(shape) / 10
            found[names[t.key]] = made if labels else made.astype(np.float32)
    return found


def seconds(module: Any, given: dict[str, Any], rounds: int) -> tuple[list[float], list[float]]:
    """The times of a step on one thread and on two, turn by turn."""
    times: tuple[list[float], list[float]] = ([], [])
    spaces: list[list[dict[str, Any]]] = [[{}], [{}, {}]]
    for turn in range(rounds + 2):
        for k, found in enumerate(times):
            start = time.perf_counter()
            module.step(**given, threads=k + 1, workspaces=spaces[k])
            if turn > 1:
                found.append(time.perf_counter() - start)
    return times


def main() -> None:
    """Measure, print a table, and write JSON if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = []
    print(f"{'':28}{'batch':>6}{'us a sample':>13}{'2 threads':>11}{'least':>8}{'goal':>7}")
    for name, (text, batches) in NETWORKS.items():
        network = symconv.Network.parse(text)
        module = network.compile("fast").module
        for batch in batches:
            one, two = seconds(module, arrays(network, batch), options.rounds)
            ratio = statistics.median(one) / statistics.median(two)
            each, least = statistics.median(one) / batch, min(one) / min(two)
            goal = GOAL if batch >= 32 else 0
            verdict = "" if not goal else "ok" if ratio >= goal else "MISSED"
            print(
                f"{name:28}{batch:6}{1e6 * each:13.1f}{ratio:11.2f}{least:8.2f}{goal:7} {verdict}"
            )
            row = {"network": name, "batch": batch, "seconds": each, "ratio": ratio, "least": least}
            found.append(row)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    if THREADS.items() - os.environ.items():  # libraries read these when they are loaded
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | THREADS)  # noqa: S606
    main()
