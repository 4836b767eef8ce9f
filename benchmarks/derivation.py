"""What a derivation costs: over the size of the image, and over the depth of the network.

Run `python benchmarks/derivation.py`. The derivation is in index form, so the image must not matter
and the time must be linear in the depth. Times are medians of repeated runs in one process.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sympy.core.cache import clear_cache

from symconv.calculus.reverse import reverse
from symconv.network.text import parse

SIZES = (5, 16, 64, 224, 512)
DEPTHS = (1, 2, 4, 8, 16, 32)


def derive(text: str) -> None:
    """All gradients of a network, from its text."""
    program = parse(text).program()
    wanted = {"input", "parameter"}
    reverse(program, tuple(t for t in program.tensors if t.role in wanted))


def seconds(work: Callable[[], Any], repeats: int) -> float:
    """The median time of a run; SymPy's caches are emptied before each."""
    times = []
    for _ in range(repeats):
        clear_cache()
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def one_convolution(side: int) -> str:
    """A convolution with all its options, for a square image."""
    return f"input x 2x3x{side}x{side} | conv w 3x3 channels 4 stride 2 padding 1 bias b -> z"


def deep(layers: int) -> str:
    """As many convolutions with tanh, one after another."""
    return "input x NxCxHxW" + " | conv w 3x3 channels F padding 1 -> z | tanh -> a" * layers


def main() -> None:
    """Measure, print two tables, and write JSON if a file name is given."""
    derive(one_convolution(5))
    by_size = {n: seconds(lambda n=n: derive(one_convolution(n)), 7) for n in SIZES}  # type: ignore[misc]
    by_depth = {n: seconds(lambda n=n: derive(deep(n)), 3) for n in DEPTHS}  # type: ignore[misc]
    print("one convolution, all gradients")
    for side, t in by_size.items():
        print(f"  {side:4d} x {side:<4d} {1000 * t:8.1f} ms   {t / by_size[SIZES[0]]:5.2f} x")
    print("convolution + tanh, repeated, all gradients")
    for depth, t in by_depth.items():
        print(f"  {depth:4d} layers  {1000 * t:8.1f} ms   {1000 * t / depth:6.1f} ms a layer")
    slope = math.log(by_depth[32] / by_depth[8]) / math.log(4)
    print(f"  exponent from 8 to 32 layers: {slope:.2f}")
    if len(sys.argv) > 1:
        found = {"size": by_size, "depth": by_depth, "exponent": slope}
        Path(sys.argv[1]).write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
