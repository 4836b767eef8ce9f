"""What a derivation costs: over the image, the batch and the depth, unrolled, and from cold.

    python benchmarks/derivation.py [--json FILE]

The derivation is in index form, so neither image nor batch may matter, and the time must be linear
in the depth; written out number by number it must be linear in the multiplications. Times are
medians of repeated runs: those of the processor, and those of the clock from cold. `warm` runs keep
SymPy's caches, as a program does that derives more than one network; the others empty them first.
Beside every figure stands the most that it may be.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from speed_cases import LENET
from sympy.core.cache import clear_cache

import symconv
from symconv.calculus.reverse_mode import reverse_mode
from symconv.codegen.fast.scalar.unrolled_program import unroll_network
from symconv.network.parser import parse_network

ROOT = Path(__file__).resolve().parents[1]
SIZES = (5, 16, 64, 224, 512)
DEPTHS = (1, 2, 4, 8, 16, 32, 64)
SIDES = (10, 14, 20, 28)
COMMANDS = {
    "check": (("check", "two-convs", "dC/dw_1^2 = 2(o_1^2 - y_1) o_1^1"), 1.5),
    "derive": (("derive", "two-convs"), 1.5),
    "help": (("--help",), 0.2),
}


def derive(text: str) -> None:
    """All gradients of a network, from its text."""
    program = parse_network(text).program()
    wanted = {"input", "parameter"}
    reverse_mode(program, tuple(t for t in program.tensors if t.role in wanted))


def module(text: str) -> str:
    """All gradients and the text of the module."""
    return symconv.Network.parse(text).numpy_source()


def seconds(work: Callable[[], Any], repeats: int, *, warm: bool = False) -> float:
    """The median time of a run."""
    times = []
    if warm:
        work()
    for _ in range(repeats):
        if not warm:
            clear_cache()
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def one_convolution(side: int) -> str:
    """A convolution with all its options, for a square image."""
    return f"input x 2x3x{side}x{side} | conv w 3x3 channels 4 stride 2 padding 1 bias b -> z"


def deep(layers: int) -> str:
    """As many convolutions with tanh, one after another."""
    return "input x NxCxHxW" + " | conv w 3x3 channels F padding 1 -> z | tanh -> a" * layers


def lenet(side: int, batch: str) -> str:
    """LeNet-5 for an image of any size."""
    return LENET.format(batch=batch).replace("28x28", f"{side}x{side}")


def three_layers(side: int) -> str:
    """Three convolutions of 3x3, for the unrolled mode."""
    return f"input x {side}x{side}" + " | conv w 3x3 -> o" * 3 + " | sse y -> C"


def multiplications(side: int) -> int:
    """The products of the forward pass of three layers."""
    return sum(9 * (side - 2 * k) ** 2 for k in (1, 2, 3))


def written(text: str) -> None:
    """Every gradient as straight-line code on numbers, from the text of the network."""
    net = symconv.Network.parse(text)
    unroll_network(net.program, net.backward())


def cold(arguments: tuple[str, ...], repeats: int = 5) -> float:
    """The median time of a command in a process of its own."""
    code = "from symconv.cli import main; main()"
    settings = os.environ | {"PYTHONPATH": str(ROOT)}
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        command = [sys.executable, "-c", code, *arguments]
        subprocess.run(command, check=True, capture_output=True, env=settings)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def importing(style: str, repeats: int = 7) -> float:
    """How much longer the import of a generated module takes than that of numpy, at the least."""
    with tempfile.TemporaryDirectory() as folder:
        source = symconv.Network.example("lenet5").numpy_source(style)  # type: ignore[arg-type]
        Path(folder, "generated.py").write_text(source, encoding="utf-8")
        code = (
            "import numpy, time\n"
            "start = time.perf_counter(); import generated; print(time.perf_counter() - start)"
        )
        command = [sys.executable, "-c", code]
        settings = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        done = [
            subprocess.run(command, check=True, capture_output=True, cwd=folder, env=settings)
            for _ in range(repeats + 1)
        ]
        times = [float(d.stdout) for d in done]
    return statistics.median(times[1:])


def exponent(times: dict[int, float], first: int, last: int) -> float:
    """The power of the size that the time grows with."""
    return math.log(times[last] / times[first]) / math.log(last / first)


def told(words: str, found: float, most: float, unit: str = "s") -> dict[str, Any]:
    """One figure as a line and as data."""
    factor = {"s": 1, "ms": 1000, "": 1, "bytes": 1}[unit]
    verdict = "ok" if found <= most else "MISSED"
    print(f"{words:56}{factor * found:10.3f}{factor * most:10.3f} {unit:6}{verdict}", flush=True)
    return {"what": words, "found": found, "most": most, "verdict": verdict}


def over_size() -> list[dict[str, Any]]:
    """One convolution over the size of the image; LeNet over image and batch."""
    by_size = {n: seconds(lambda n=n: derive(one_convolution(n)), 7) for n in SIZES}  # type: ignore[misc]
    words = "one convolution, image of 512 against one of 16"
    found = [told(words, by_size[512] / by_size[16], 1.3, "")]
    cases = [(28, "N"), (224, "N"), (28, "1"), (28, "256"), (224, "256")]
    texts = {case: lenet(*case) for case in cases}
    warm = {c: seconds(lambda t=t: module(t), 5, warm=True) for c, t in texts.items()}  # type: ignore[misc]
    for (side, batch), took in warm.items():
        found.append(told(f"LeNet, gradients and module, {side}x{side}, batch {batch}", took, 0.3))
    words = "digits that a larger image adds to the module"
    lengths = [len(module(t)) for (_, batch), t in texts.items() if batch == "N"]
    found.append(told(words, abs(lengths[1] - lengths[0]), 128, "bytes"))
    return found


def over_depth() -> list[dict[str, Any]]:
    """Convolutions one after another."""
    derive(deep(2))
    times = {n: seconds(lambda n=n: derive(deep(n)), 3) for n in DEPTHS}  # type: ignore[misc]
    print("  ".join(f"{n} layers {1000 * t:.0f} ms" for n, t in times.items()))
    return [told("exponent of the depth, from 8 to 64 layers", exponent(times, 8, 64), 1.1, "")]


def written_out() -> list[dict[str, Any]]:
    """Three layers, number by number."""
    times = {multiplications(n): seconds(lambda n=n: written(three_layers(n)), 3) for n in SIDES}  # type: ignore[misc]
    counts = list(times)
    print("  ".join(f"{n} products {1000 * t:.0f} ms" for n, t in times.items()))
    return [
        told("28x28, three layers of 3x3, every entry written out", times[counts[-1]], 1.0),
        told("exponent of the multiplications", exponent(times, counts[0], counts[-1]), 1.1, ""),
    ]


def from_cold() -> list[dict[str, Any]]:
    """Commands and imports in processes of their own."""
    found = [told(f"symconv {w}, from cold", cold(a), most) for w, (a, most) in COMMANDS.items()]
    for style in ("loops", "readable", "fast"):
        words = f"import of a {style} module, beside numpy's"
        found.append(told(words, importing(style), 0.005, "ms"))
    return found


def main() -> None:
    """Measure, print a table, and write JSON if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = [*from_cold(), *over_size(), *over_depth(), *written_out()]
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
