"""Mutants that nobody chose: small random changes of symconv, and whether anything notices them.

    python benchmarks/random_mutants.py --work FOLDER --slice 1/2

`SHARES` says how many changes are drawn from each folder; which ones is decided by `SEED`, so that
the sample is the same wherever it is drawn and stays where other lines change. Each change is made
in a copy of the checkout. First the networks of mutant_networks.py tell whether it changes a number
(in any style, of any value or gradient) or a derivation; where it does, `verify` is asked about the
first such network. Where `verify` has nothing to say, the tests of the folder run, the quickest
file first.

After `pip install --target FOLDER/lib coverage`, `--lines` records once which lines each file of
tests executes (those of what waits, under coverage; minutes); a change is then shown only to
files that execute its statement. One that does not reach it cannot fail by it, and where the record
is older than the sources, what is left out can only make a survivor of what would be caught.

Every verdict is a line of the journal; what stands there is not judged again (`--again` judges
survivors anew). `--report` writes the table of all survivors with the sentence that says why each
one is none: `WORDS` holds these sentences, by the key of a mutant. Exit code 1 where a mutant that
changes a number or a derivation survived, or another one without a sentence.
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import json
import os
import shutil
import sys
import time
import warnings
from collections import Counter
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from mutant_lines import Lines, find_statement, may_notice, read_lines, record_lines
from mutant_networks import NETWORKS, WIDE
from mutant_numbers import Baseline, find_change, measure_baseline
from mutant_tests import DOCUMENTS, list_tests, run_tests
from mutation import Mutant, is_python, list_mutants

ROOT = Path(__file__).resolve().parents[1]
JOURNAL = ROOT / "benchmarks" / "random_mutants.jsonl"
WORDS = ROOT / "benchmarks" / "random_mutants_words.json"
TABLE = ROOT / "benchmarks" / "random_mutants.md"

SEED = 20
"""Which changes are drawn: any number does, and another one draws others."""

SHARES = {
    "symconv/calculus": 36,
    "symconv/lower": 44,
    "symconv/layers": 30,
    "symconv/semantics": 24,
    "symconv/structure": 14,
    "symconv/network": 12,
    "symconv/notation": 8,
    "symconv/core": 10,
    "symconv/codegen/fast/plan": 28,
    "symconv/codegen/fast/algorithms": 14,
    "symconv/codegen": 24,
    "symconv/codegen/c": 12,
    "templates": 30,
    "symconv/verify": 10,
    "symconv/claims": 4,
}
"""How many changes are drawn from each folder; a file belongs to the longest name that fits."""


def main() -> int:
    """Judge a slice of the sample, or write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--work", type=Path, help="a folder for the copy of the checkout")
    parser.add_argument("--slice", default="1/1", help="K/N: every N-th change, from the K-th on")
    parser.add_argument("--most", type=int, default=10**6, help="stop after so many verdicts")
    parser.add_argument("--minutes", type=float, default=10**6, help="stop after so many minutes")
    parser.add_argument(
        "--numbers", action="store_true", help="leave the tests of what changes nothing for later"
    )
    parser.add_argument("--again", action="store_true", help="judge survivors again")
    parser.add_argument("--lines", action="store_true", help="record what tests execute, and stop")
    parser.add_argument("--report", action="store_true", help="write the table and stop")
    given = parser.parse_args()
    if given.report:
        return report()
    if given.work is None:
        parser.error("--work FOLDER is needed for the copy of the checkout")
    part, parts = map(int, given.slice.split("/"))
    sample = draw_sample()[part - 1 :: parts]
    end, known = time.monotonic() + 60 * given.minutes, read_journal()
    waiting = [
        m for m in sample if m.key not in known or (given.again and not known[m.key]["caught"])
    ]
    if given.lines:
        copy = copy_checkout(given.work, "lines")
        folders = Counter(folder_of(m.file) for m in waiting if m.file.endswith(".py"))
        tests = [t for folder, _ in folders.most_common() for t in list_tests(folder, copy)]
        record_lines(copy, list(dict.fromkeys(tests)), given.work)
        return 0
    copy = copy_checkout(given.work, given.slice.replace("/", "-"))
    baseline = measure_baseline(copy, (*NETWORKS, *WIDE), given.work / "baseline.pickle")
    for mutant in waiting[: given.most]:
        if time.monotonic() > end:
            break
        began = time.monotonic()
        lines = read_lines(given.work)
        verdict = judge(mutant, copy, baseline, lines, numbers=given.numbers)
        record = {
            "key": mutant.key,
            **{k: v for k, v in asdict(mutant).items() if k not in {"offset", "function"}},
            **verdict,
            "seconds": round(time.monotonic() - began),
        }
        with JOURNAL.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(record, ensure_ascii=False) + "\n")
        print(
            f"{mutant.file}:{mutant.line} {mutant.kind}: {mutant.old!r} -> {mutant.new!r}\n"
            f"        changes {verdict['changes'] or 'nothing'}; "
            f"{_say(verdict)}",
            flush=True,
        )
    return 0


def _say(verdict: dict[str, str]) -> str:
    """What became of a change, in words."""
    if verdict["caught"]:
        return f"caught by {verdict['caught']}"
    return "SURVIVED" if verdict["tests"] == "run" else "its tests are to run"


def folder_of(file: str) -> str:
    """The folder of `SHARES` that a file belongs to, or nothing."""
    found = [folder for folder in SHARES if file.startswith(f"{folder}/")]
    return max(found, key=len, default="")


def draw_sample() -> list[Mutant]:
    """The sample, in an order in which every beginning has all folders in proportion."""
    files = [*ROOT.glob("symconv/**/*.py"), *ROOT.glob("templates/**/*.j2")]
    candidates: dict[str, dict[str, Mutant]] = {folder: {} for folder in SHARES}
    for file in sorted(str(f.relative_to(ROOT)) for f in files):
        folder = folder_of(file)
        if folder and not file.startswith(("templates/html", "templates/latex")):
            candidates[folder] |= {m.key: m for m in list_mutants(ROOT, file)}
    placed = []
    for folder, share in SHARES.items():
        drawn = (m for m in sorted(candidates[folder].values(), key=_rank) if is_python(m, ROOT))
        mutants = list(islice(drawn, share))
        placed += [((n + 0.5) / share, m) for n, m in enumerate(mutants)]
    return [m for _, m in sorted(placed, key=lambda pair: (pair[0], pair[1].key))]


def _rank(mutant: Mutant) -> str:
    """A number that the seed and the change decide, as random as any."""
    return hashlib.sha256(f"{SEED} {mutant.key}".encode()).hexdigest()


def read_journal() -> dict[str, dict[str, object]]:
    """The last verdict on every change, by its key."""
    if not JOURNAL.exists():
        return {}
    records = map(json.loads, JOURNAL.read_text("utf-8").splitlines())
    return {record["key"]: record for record in records}


def copy_checkout(work: Path, name: str) -> Path:
    """A copy of the checkout, with its bytecode."""
    copy = work / f"copy-{name}"
    shutil.rmtree(copy, ignore_errors=True)
    ignored = shutil.ignore_patterns(".git", ".venv", "*.jsonl", ".*_cache", "out")
    shutil.copytree(ROOT, copy, ignore=ignored)
    compileall.compile_dir(copy / "symconv", quiet=2)
    return copy


def judge(
    mutant: Mutant, copy: Path, baseline: Baseline, lines: Lines, *, numbers: bool
) -> dict[str, str]:
    """What a change changes, and what notices it; with `numbers` no tests where it is nothing."""
    path = copy / mutant.file
    text, times = path.read_text("utf-8"), path.stat()
    path.write_text(mutant.apply(text), "utf-8")
    try:
        changes, network, caught = find_change(mutant, copy, (*NETWORKS, *WIDE), baseline)
        asked = bool(changes) or not numbers
        if not caught and asked:
            place = find_statement(text, mutant.line) if path.suffix == ".py" else (0, 0)
            files = list_tests(folder_of(mutant.file), copy, DOCUMENTS if changes else ())
            caught = run_tests([f for f in files if may_notice(f, lines, mutant.file, place)], copy)
    finally:
        path.write_text(text, "utf-8")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    tests = "run" if asked else "not run"
    return {"changes": changes, "network": network, "caught": caught, "tests": tests}


def report() -> int:
    """Write the table of survivors; 1 where one is left that should have been caught."""
    sample, known = draw_sample(), read_journal()
    words = json.loads(WORDS.read_text("utf-8")) if WORDS.exists() else {}
    judged = [(m, known[m.key]) for m in sample if m.key in known]
    escaped = [(m, r) for m, r in judged if not r["caught"]]
    left = [(m, r) for m, r in escaped if r["tests"] == "run" or m.key in words]
    waiting = len(escaped) - len(left)
    changing = [m for m, r in left if r["changes"]]
    silent = [m for m, r in left if not r["changes"] and m.key not in words]
    kinds = Counter(str(r["changes"]) or "nothing that the networks see" for _, r in judged)
    rows = [
        f"| `{m.file}` | {m.line} | {m.kind} | `{_cell(m.old)}` → `{_cell(m.new)}` "
        f"| {r['changes'] or 'nothing'} | {words.get(m.key, '**open**')} |"
        for m, r in sorted(left, key=lambda pair: (pair[0].file, pair[0].line))
    ]
    counted = ", ".join(f"{n} change {kind}" for kind, n in kinds.most_common())
    by_verify = sum(str(r["caught"]).startswith("verify") for _, r in judged)
    by_tests = len(judged) - len(left) - by_verify - waiting
    text = [
        "# Random mutants",
        "",
        "Written by `python benchmarks/random_mutants.py --report`.",
        "",
        f"{len(judged)} of {len(sample)} mutants of the sample are judged: {counted}.",
        f"{by_verify} are caught by `verify`, {by_tests} by tests; {len(left)} survived.",
        f"Of these, {len(changing)} change a number or a derivation.",
        f"{waiting} change neither, and their tests were not run.",
        "",
        "| file | line | kind | change | changes | why it is none |",
        "|---|---|---|---|---|---|",
        *rows,
    ]
    TABLE.write_text("\n".join(text) + "\n", encoding="utf-8")
    print("\n".join(text[4:8]))
    for mutant in (*changing, *silent):
        print(f"open: {mutant.key} {mutant.file}:{mutant.line} {mutant.old!r} -> {mutant.new!r}")
    return int(bool(changing or silent))


def _cell(text: str) -> str:
    """A text for a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(main())
