"""How long a verdict takes: the forum's claims, right and wrong, and claims that want to do harm.

    python benchmarks/claims.py

For each claim: reading and deriving its network, the first verdict on that network, and the median
of further verdicts, in milliseconds, after the import. Goals: a right claim in 50, a wrong one with
its diagnosis in 1000, a refusal in 1000.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symconv import Network
from symconv.claims import check_claim

RECORDS = Path(__file__).parents[1] / "tests" / "data" / "forum_cases.json"
REPEATS = 5
HOSTILE = (
    "9**9**9**9", "((9^16)^16)^16", "1e99999999", "(i_1+i_2+i_3+i_4+w_1^1+w_2^1)^64",
    r"\sum_{i=0}^{10^9} i_i", r"\sum_{a=1}^{4000}\sum_{b=1}^{4000} i_1", "(" * 3000 + ")" * 3000,
    "+".join(["i_1"] * 20_000), "*".join(["(i_1+i_2)"] * 400), "relu" * 3000 + "(1)",
    "__import__('os').system('true')", r"\frac{1}{" * 3000, "i_{10^{10^{10}}}", "d" * 19_000,
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """Milliseconds for one claim."""

    name: str
    verdict: str
    derived: float
    first: float
    warm: float


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """The milliseconds of an action, and its result."""
    start = time.perf_counter()
    found = action()
    return 1000 * (time.perf_counter() - start), found


def derived(text: str, notation: str) -> Network:
    """A network with its gradients."""
    network = Network.parse(text, notation)
    network.backward()
    return network


def measured(record: dict[str, Any]) -> Row:
    """One record on a network that was not seen before."""
    before, network = timed(lambda: derived(record["network"], record["notation"]))
    judge = lambda: check_claim(network, record["claim"], record["values"])  # noqa: E731
    first, verdict = timed(judge)
    warm = statistics.median(timed(judge)[0] for _ in range(REPEATS))
    return Row(record["id"], verdict.verdict, before, first, warm)


def summary(name: str, rows: Sequence[Row]) -> str:
    """The median and the worst of some rows."""
    parts = []
    for title in ("derived", "first", "warm"):
        times = [getattr(row, title) for row in rows]
        parts.append(f"{title} {statistics.median(times):.0f} (worst {max(times):.0f})")
    return f"{name:28} {', '.join(parts)}"


def refusals() -> list[Row]:
    """Claims that are too large or no formulas at all."""
    network = derived("input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C", "flat1")
    rows = []
    for text in HOSTILE:
        first, verdict = timed(lambda text=text: check_claim(network, f"dC/dw_1^1 = {text}"))
        rows.append(Row(text[:28], verdict.verdict, 0.0, first, first))
    return rows


def cold(record: dict[str, Any]) -> float:
    """The first verdict of a new process, after the import: network, derivation and check."""
    code = (
        "import json, sys, time;"
        "from symconv import Network; from symconv.claims import check_claim;"
        "r = json.load(sys.stdin); t = time.perf_counter();"
        "check_claim(Network.parse(r['network'], r['notation']), r['claim'], r['values']);"
        "print(1000 * (time.perf_counter() - t))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(record), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return float(done.stdout)


def main() -> None:
    """Print the table."""
    records = json.loads(RECORDS.read_text("utf-8"))
    print(f"{'claim':28} {'verdict':26} {'derived':>8} {'first':>8} {'warm':>8}  ms")
    measured(records[0])
    rows = [measured(record) for record in records]
    for row in (*rows, *refusals()):
        times = " ".join(f"{t:8.1f}" for t in (row.derived, row.first, row.warm))
        print(f"{row.name:28} {row.verdict:26} {times}")
    right = [
        row for row in rows if row.verdict.startswith("right") and "condition" not in row.verdict
    ]
    wrong = [row for row in rows if row not in right]
    print()
    print(summary("right", right))
    print(summary("wrong, with its diagnosis", wrong))
    print(summary("refused", refusals()))
    print(f"{'first verdict of a process':28} {cold(records[0]):.0f}")


if __name__ == "__main__":
    main()
