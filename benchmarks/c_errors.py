"""Every layer and random ones as C programs, by any compiler: worst errors against what is right.

    python benchmarks/c_errors.py [--layers 300] [--part 1/4] [--isa avx512 ...] [--dtype float32]
        [--cc clang] [--flags="-O1"] [--runner qemu-aarch64] [--tiles f4]

prints for each vector length and each type of numbers the worst errors, relative to the largest
entry of an array, against the readable module in double precision; exit code 1 where one is above
its tolerance and four times what NumPy makes, or where a program does not build or end. The part of
the tests that does so is `pytest -m long tests/codegen/test_c_sweep.py`.
"""

from __future__ import annotations

import argparse
import sys
import time
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
    from c_style import measure_rounding
    from random_layers import draw_layer

    parser = argparse.ArgumentParser()
    parser.add_argument("--layers", type=int, default=300)
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--isa", nargs="+", default=["scalar", "avx2", "avx512"])
    parser.add_argument("--dtype", nargs="+", default=["float32", "float64"])
    parser.add_argument("--cc", default="gcc")
    parser.add_argument("--flags", default=" ".join((*c_programs.FLAGS, *c_programs.WARNINGS)))
    parser.add_argument("--runner", default="")
    parser.add_argument("--tiles", default="")
    given = parser.parse_args()
    c_programs.plan_everything(SimpleNamespace(setattr=setattr))
    number, of = map(int, given.part.split("/"))
    networks = [*c_programs.list_networks(), *map(draw_layer, range(given.layers))]
    points = [(n, c_programs.give_floats(n)) for n in networks[number - 1 :: of]]
    points += c_programs.list_open(c_programs.SAMPLES)[number - 1 :: of]
    failed, start = 0, time.monotonic()
    for isa in given.isa:
        for dtype in given.dtype:
            setting = c_programs.Setting(
                *(isa, dtype, given.cc, tuple(given.flags.split())),
                *(tuple(given.runner.split()), given.tiles),
            )
            rows, planned = [], 0
            for case, answer in c_programs.run_cases(points, setting, None):
                planned += any(e.plan for part in case.made.parts.equations for e in part)
                if isinstance(answer, str):
                    failed += 1
                    print("FAILED", isa, dtype, case.network.spec, answer, flush=True)
                    continue
                off, key = c_programs.measure_errors(case, answer, c_programs.SHARE)
                own = 0.0
                if off > setting.tolerance:
                    own = measure_rounding(case.network, dtype, c_programs.SHARE, case.given)
                    failed += off > 4 * own
                rows.append((off, own, key, case.network.spec))
            rows.sort(key=lambda row: -row[0])
            print(f"{isa} {dtype}: {len(rows)} layers, {planned} with register tiles", end=", ")
            print(f"{time.monotonic() - start:.0f} s")
            for off, own, key, spec in rows[:SHOWN]:
                than = f" (NumPy: {own:.1e})" if own else ""
                print(f"  {off:.1e}{than} {key}: {spec.input} {spec.layers}", flush=True)
    print(f"{failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    np.seterr(all="ignore")
    sys.exit(main())
