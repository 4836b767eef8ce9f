"""The roofline: multiplications a second against multiplications for each byte of the arrays.

A step cannot be faster than the products of matrices allow (the flat roof), nor than its arrays
can be moved once (the slope). `draw` needs matplotlib, the extra `plot`.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from speed_cases import CASES

import symconv

GEMM = 1536**3
BYTES = {"float32": 4, "float64": 8}
RUNTIMES = {"fast": "o", "readable": "s", "torch": "^", "torch channels_last": "v", "jax": "D"}


def moved(name: str) -> int:
    """How many numbers a step reads and writes at least: every array of the network once."""
    case = next(c for c in CASES if c.name == name)
    network = symconv.Network.parse(case.text)
    tensors = {t.key: t for t in (*network.program.tensors, *network.backward().results)}
    total = 0
    for tensor in tensors.values():
        count = 1
        for n in tensor.shape:
            count *= int(n)
        total += count
    return total


def points(found: list[dict[str, Any]]) -> dict[str, list[tuple[float, float, str]]]:
    """The multiplications a byte and a second of every case, by runtime."""
    made: dict[str, list[tuple[float, float, str]]] = {}
    for entry in found:
        case = next(c for c in CASES if c.name == entry["case"])
        dense = case.work / (BYTES[entry["kind"]] * moved(case.name))
        for runtime, seconds in entry["seconds"].items():
            if runtime in RUNTIMES:
                speed = case.work / seconds["median"]
                made.setdefault(runtime, []).append((dense, speed, entry["case"]))
    return made


def bandwidth() -> float:
    """How many bytes a second a large copy reads and writes."""
    source = np.ones(8_000_000)
    target, times = np.empty_like(source), []
    for _ in range(7):
        start = time.perf_counter()
        np.copyto(target, source)
        times.append(time.perf_counter() - start)
    return float(2 * source.nbytes / min(times))


def draw(found: list[dict[str, Any]], path: Path) -> None:
    """The picture of a run of `speed.py`, in a format that the name of the file tells."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 6))
    peak = max(GEMM / e["seconds"]["gemm"]["median"] for e in found)
    copied = bandwidth()
    density = np.geomspace(0.1, 1000, 50)
    roof = np.minimum(peak, density * copied)
    axes.plot(density, roof, color="black", label="a large product; a large copy")
    for runtime, made in points(found).items():
        x, y, _ = zip(*made, strict=True)
        axes.scatter(x, y, marker=RUNTIMES[runtime], label=runtime)
    for x, y, name in points(found)["fast"]:
        axes.annotate(
            name, (x, y), fontsize=7, rotation=25, xytext=(4, 4), textcoords="offset points"
        )
    axes.set(xscale="log", yscale="log")
    axes.set(xlabel="multiplications for each byte", ylabel="multiplications a second")
    axes.set_title("Forward and all gradients, one thread")
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)
