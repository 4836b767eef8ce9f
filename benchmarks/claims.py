"""How long a verdict takes: the forum's claims, right and wrong, and claims that want to do harm.

    python benchmarks/claims.py
    python benchmarks/claims.py --people

For each claim: reading and deriving its network, the first verdict on that network, and the median
of further verdicts, in milliseconds of processor time, after the import. Goals: a right claim in
50, a wrong one with its diagnosis in 1000, a refusal in 1000. `--people` takes the claims of people
from `trial.json`: how many of each verdict meet the goal, the slowest of them, and how many times
as long as the median right claim these take, which is the same on a machine of another speed.
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

from symconv import Network, SymconvError
from symconv.claims import check_claim
from symconv.claims.model import verdict as v

DATA = Path(__file__).parents[1] / "tests" / "data"
RECORDS = DATA / "forum_cases.json"
PEOPLE = DATA / "claims_of_people" / "trial.json"
REPEATS = 5
GOALS = {v.RIGHT: 50, v.PRINTED: 50, v.CONDITION: 50, v.WRONG: 1000}
SLOWEST = 3
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
    start = time.process_time()
    found = action()
    return 1000 * (time.process_time() - start), found


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


def judged_warm(case: dict[str, Any]) -> Row | None:
    """A claim of a person on a network that has been asked about before; None if it is refused."""
    try:
        notation = {"notation": case["notation"]} if "notation" in case else {}
        network = Network.parse(case["network"], **notation)
        judge = lambda: network.check(case["claim"], values=case.get("values"))  # noqa: E731
        first, verdict = timed(judge)
        warm = statistics.median(timed(judge)[0] for _ in range(REPEATS))
    except SymconvError:
        return None
    return Row(f"{case['network']} | {case['claim']}", verdict.verdict, 0.0, first, warm)


def print_people() -> None:
    """Print how many claims of people are judged in the time that is the goal."""
    rows = [row for case in json.loads(PEOPLE.read_text("utf-8")) if (row := judged_warm(case))]
    unit = statistics.median(row.warm for row in rows if row.verdict in {v.RIGHT, v.PRINTED})
    for verdict, goal in GOALS.items():
        found = sorted((row for row in rows if row.verdict == verdict), key=lambda row: -row.warm)
        if not found:
            continue
        met = sum(row.warm <= goal for row in found)
        typical = statistics.median(row.warm for row in found)
        print(f"{verdict}: {met} of {len(found)} in {goal} ms, median {typical:.0f} ms")
        for row in found[:SLOWEST]:
            times = f"{row.warm:5.0f} ms, {row.warm / unit:4.1f} times the median"
            print(f"  {times}: {row.name[:110]}")


def main() -> None:
    """Print the table."""
    if "--people" in sys.argv[1:]:
        print_people()
        return
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
