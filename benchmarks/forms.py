"""Every form of a sum over windows on a grid of layers: is the one that the cost model takes fast?

    python benchmarks/forms.py [--json FILE] [--read FILE] [--fit] [--only WORD]

A row is a layer with its three sums, at several batches, with and without relu and a maximum; the
time is the shortest of both passes in float32. `regret` is the time of the form that the model
takes over that of the fastest one. `--fit` prints the constants of `operation_count.py` in
`symconv/codegen/fast/algorithms` that explain the times best (every row counts alike: errors are
relative), and the regret with them. `--read` takes the times from a file that `--json` wrote.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import sys
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np

import symconv
from symconv.codegen.fast.algorithms.operation_count import FAR, NANOSECONDS, to_weighted_counts
from symconv.codegen.fast.algorithms.sizes import ContractionSizes, read_sizes
from symconv.codegen.fast.algorithms.table import ALGORITHMS, find_algorithm
from symconv.codegen.fast.plan.cost_model import TABLE
from symconv.codegen.fast.plan.planner import Contract, plan_network
from symconv.core.errors import SymconvError
from symconv.tune import compile_step, fastest_time, random_arrays

LAYERS = (  # channels, filters, taps, stride, padding, dilation, height
    (1, 6, 5, 1, 2, 1, 28), (6, 16, 5, 1, 0, 1, 14), (3, 32, 3, 2, 1, 1, 112),
    (16, 32, 3, 1, 1, 1, 32), (32, 64, 3, 1, 1, 1, 16), (64, 64, 3, 1, 1, 1, 32),
    (64, 64, 1, 1, 0, 1, 28), (32, 32, 5, 1, 4, 2, 32), (1, 1, 2, 1, 0, 1, 6),
    (8, 8, 3, 1, 1, 1, 8), (4, 4, 3, 2, 1, 1, 16), (128, 128, 3, 1, 1, 1, 8),
    (3, 16, 7, 2, 3, 1, 64), (1, 8, 3, 1, 0, 1, 28), (2, 2, 3, 1, 1, 1, 4),
    (32, 16, 3, 2, 1, 1, 16),
)  # fmt: skip
POOL = " | relu -> a | maxpool 2 -> p"
BATCHES = (1, 2, 4, 8, 16, 32, 64, 256)
MOST = 2_500_000_000
"""The most multiplications of a row."""

LEAST = 0.02
"""About how many seconds a form is measured."""

Row = dict[str, Any]
DROPPED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def texts() -> Iterator[str]:
    """The networks of the grid."""
    for (c, f, k, s, p, d, height), tail in itertools.product(LAYERS, ("", POOL)):
        places = (height + 2 * p - d * (k - 1) - 1) // s + 1
        if tail and (places % 2 or d > 1 or k == 1):
            continue
        for batch in BATCHES:
            if 3 * batch * c * f * (k * places) ** 2 <= MOST:
                yield (
                    f"input x {batch}x{c}x{height}x{height} | conv w {k}x{k} channels {f} "
                    f"stride {s} padding {p} dilation {d} bias b -> z{tail}"
                )


def sizes(text: str) -> tuple[ContractionSizes, tuple[str, ...]]:
    """The sizes of the layer, and the keys of its three sums."""
    network = symconv.Network.parse(text)
    made = plan_network(network.program, network.backward())
    found = next(s for s in made.backward if isinstance(s, Contract))
    phases = found.stage.phases if found.stage else (1, 1)
    batch = int(found.contraction.batch)
    return read_sizes(found.contraction, batch, phases), tuple(made.choices)


def measured(text: str) -> Row:
    """The microseconds of every form."""
    network, (layer, keys) = symconv.Network.parse(text), sizes(text)
    given, found = random_arrays(network), {}
    for algorithm in (a for a in ALGORITHMS if not a.tiles):
        if max(w.fetched for w in algorithm.work(layer).values()) > 10 * TABLE:
            continue
        try:
            step = compile_step(network, given, {"forms": dict.fromkeys(keys, algorithm.name)})
            found[algorithm.name] = 1e6 * fastest_time(step, LEAST)
        except (SymconvError, ValueError):
            continue  # the layer has no such form
    return {"text": text, "times": dict(sorted(found.items()))}


def counts(row: Row) -> dict[str, Any]:
    """What the model counts for every form that it may take."""
    layer, _ = sizes(row["text"])
    found = {}
    for form in row["times"]:
        roles = find_algorithm(form).work(layer).values()
        if max(w.fetched for w in roles) <= TABLE:
            found[form] = np.sum([to_weighted_counts(w) for w in roles], axis=0)
    return found


def taken(table: dict[str, Any], weights: Any) -> str:
    """The form that the model takes with these constants."""
    return min(table, key=lambda form: float(table[form] @ weights))


def fitted(rows: list[Row], tables: list[dict[str, Any]]) -> Any:
    """The constants, none of them negative, with the least squares of relative errors."""
    pairs = [(t[f], r["times"][f]) for r, t in zip(rows, tables, strict=True) for f in t]
    a = np.array([c for c, _ in pairs]) / np.array([s for _, s in pairs])[:, None]
    scale = a.max(axis=0)
    a, x = a / scale, np.ones(a.shape[1])
    for _ in range(20_000):  # multiplicative updates keep every constant at 0 or above
        x *= a.sum(axis=0) / (a.T @ (a @ x) + 1e-30)
    return x / scale


def report(rows: list[Row], tables: list[dict[str, Any]], weights: Any) -> None:
    """The regret with these constants, and the rows where it is largest."""
    found = []
    for row, table in zip(rows, tables, strict=True):
        form, best = taken(table, weights), min(row["times"], key=row["times"].get)
        found.append((row["times"][form] / row["times"][best], form, best, row["text"]))
    ratios = [r for r, *_ in found]
    print(
        f"{len(rows)} layers, regret {statistics.geometric_mean(ratios):.3f}, most "
        f"{max(ratios):.2f}, over 1.2: {sum(r > 1.2 for r in ratios)}"
    )
    for ratio, form, best, text in sorted(found, reverse=True)[:12]:
        print(f"  {ratio:.2f}  {form} for {best}: {text}")
    errors = [
        np.log(table[f] @ weights / row["times"][f])
        for row, table in zip(rows, tables, strict=True)
        for f in table
    ]
    print(f"  times are told to within a factor of {np.exp(np.std(errors)):.2f} (one sigma)")


def main() -> None:
    """Measure or read, then tell the regret."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--read", type=Path)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--only", default="", help="networks with this word in their text")
    options = parser.parse_args()
    rows: list[Row] = json.loads(options.read.read_text("utf-8")) if options.read else []
    for text in [] if options.read else [t for t in texts() if options.only in t]:
        rows.append(measured(text))
        told = ", ".join(f"{f} {t:.0f}" for f, t in rows[-1]["times"].items())
        print(f"{text}: {told} us", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    tables = [counts(row) for row in rows]
    weights = np.array([*astuple(NANOSECONDS)[:-1], FAR]) / 1000
    report(rows, tables, weights)
    if options.fit:
        weights = fitted(rows, tables)
        names = [*vars(NANOSECONDS)][:-1]
        print({n: float(f"{1000 * w:.3g}") for n, w in zip([*names, "FAR"], weights, strict=True)})
        report(rows, tables, weights)


if __name__ == "__main__":
    if THREADS.items() - os.environ.items() or any(k in os.environ for k in DROPPED):
        kept = {k: v for k, v in os.environ.items() if k not in DROPPED}
        os.execve(sys.executable, [sys.executable, *sys.argv], kept | THREADS)  # noqa: S606
    main()
