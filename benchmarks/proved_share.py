"""How many of the claims that are judged right are proved, too, and how long that takes.

    python benchmarks/proved_share.py [FILE.json ...] [--list]
    python benchmarks/proved_share.py --mutants SEED SECONDS

A file holds records with a network, a claim, and perhaps a notation and values; without one the
repository's own claims are taken. Claims with values are left out: numbers are computed, not
proved. A claim is proved under the reading that its verdict reports. Claims that are judged
otherwise are tried, too: none of those that are wrong may be proved.

With --mutants the claims of tests/data that are right at all sizes are changed by one letter each.
What is proved of a changed claim is checked in random numbers at twelve choices of sizes.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from symconv import Network, SymconvError
from symconv.claims.check import Checker
from symconv.claims.evaluation.comparison import EQUAL, Question
from symconv.claims.evaluation.evaluator import Options
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.judging.cover import Cover
from symconv.claims.judging.interpretations import choose_interpretation, enumerate_interpretations
from symconv.claims.judging.judge import Judge
from symconv.claims.judging.statement_kinds import classify_statement
from symconv.claims.judging.trial import Trial
from symconv.claims.model import verdict as v
from symconv.claims.model.context import NetworkContext, build_context
from symconv.claims.proving.forms.budget import STEPS_PER_PROOF, NotProvedError, ProofBudget
from symconv.claims.proving.prove import find_proof
from symconv.semantics.sizes import pick_sizes

DATA = Path(__file__).parents[1] / "tests" / "data"
OWN = (DATA / "forum_cases.json",)
RIGHT = DATA / "claims_right_at_all_sizes.txt"
SEEDS = (0, 3, 5, 1, 2, 4, 7, 8, 10, 11, 13, 14)
"""The choices of sizes at which a proved mutant is tried; those of the judge are the first three.
"""

CHANGES = (
    "+-", "-+", "mn", "nm", "ij", "ji", "HW", "WH", "12", "21", "01", "10", "ps", "bf", "N2", "k1",
    "nk", "qp", "i0", "m0", "<>", "at", "za", "rs", "B3", "H5", "n4", "p2", "s3", "kn", "Bn", "ub",
)  # fmt: skip


def read_question(network: Network, claim: str) -> tuple[Question, str]:
    """The claim under the reading that its verdict reports, and the verdict."""
    checker = Checker(network, {}, {}, explain=False)
    statement, base, _ = checker.parsed(claim, network.notation.index_base)
    kind = classify_statement(statement, checker.context, {})
    judge = Judge(network, {}, statement, kind, explain=False)

    def holds(options: Options) -> bool:
        return bool(judge.verdict(options, brief=True))

    found = list(enumerate_interpretations(statement, checker.context, base, {}))
    options, _ = choose_interpretation(found, holds)
    return Question(statement, checker.context, options), network.check(claim).verdict


def prove(question: Question) -> tuple[str, float]:
    """What becomes of the proof of all parts, and the milliseconds it takes."""
    start = time.perf_counter()
    said = "proved"
    try:
        for part in range(1, len(question.statement.parts)):
            if find_proof(question, part, ProofBudget(STEPS_PER_PROOF)) is None:
                said = "the normal forms differ"
                break
    except NotProvedError as error:
        said = str(error)
    return said, 1000 * (time.perf_counter() - start)


def read_records(paths: list[Path]) -> Iterator[dict[str, Any]]:
    """The records of some files that have no values."""
    for path in paths:
        yield from (r for r in json.loads(path.read_text("utf-8")) if not r.get("values"))


def report_share(paths: list[Path], *, listed: bool) -> None:
    """The share that is proved, and what is not."""
    counts: Counter[tuple[bool, bool]] = Counter()
    times: dict[bool, list[float]] = {True: [], False: []}
    for record in read_records(paths):
        # TypeError, too: what the judge does not get through is no verdict, and is not counted.
        with suppress(SymconvError, Undefined, TypeError):
            network = Network.parse(record["network"], record.get("notation") or "ij0")
            question, verdict = read_question(network, record["claim"])
            prove(question)
            said, milliseconds = prove(question)
            right, proved = verdict == v.RIGHT, said == "proved"
            counts[right, proved] += 1
            if right:
                times[proved].append(milliseconds)
            if listed and right and not proved:
                print(f"not proved, {said}: {record['network']} | {record['claim']}")
            if proved and not right:
                print(f"PROVED, judged {verdict}: {record['network']} | {record['claim']}")
    right = counts[True, True] + counts[True, False]
    print(f"judged right: {right}, proved of these: {counts[True, True]}")
    print(f"judged otherwise: {counts[False, True] + counts[False, False]}, "
          f"proved of these: {counts[False, True]}")  # fmt: skip
    for proved, found in times.items():
        if found:
            word = "proved" if proved else "not proved"
            print(f"{word}: median {statistics.median(found):.0f} ms, most {max(found):.0f} ms")


def read_right() -> Iterator[tuple[str, str]]:
    """The networks and claims of the list that is right at all sizes."""
    network = ""
    for line in RIGHT.read_text("utf-8").splitlines():
        if line.startswith("# "):
            network = line[2:]
        elif line.strip():
            yield network, line


def mutate(claim: str) -> Iterator[str]:
    """The claim with one letter, number or sign of its right side changed."""
    left, _, right = claim.partition(" = ")
    for old, new in CHANGES:
        for at in re.finditer(rf"(?<![a-zA-Z\\]){re.escape(old)}(?![a-zA-Z])", right):
            yield f"{left} = {right[: at.start()]}{new}{right[at.end() :]}"


def draw_contexts(network: Network) -> list[NetworkContext]:
    """The network at several choices of sizes."""
    program = network.backward().program
    return [build_context(network, pick_sizes(program, seed)) for seed in SEEDS]


def check_everywhere(question: Question, contexts: list[NetworkContext]) -> str:
    """Whether a claim holds in random numbers at every choice of sizes."""
    try:
        for context in contexts:
            kind = Trial(Cover(replace(question, context=context)), 1, []).outcome().kind
            if kind != EQUAL:
                return kind
    except (SymconvError, Undefined) as error:
        return f"not computed: {str(error).splitlines()[0]}"
    return EQUAL


def report_mutants(seed: int, seconds: float) -> None:
    """Try proofs of changed claims, in random order, as long as there is time."""
    networks: dict[str, Network] = {}
    contexts: dict[str, list[NetworkContext]] = {}
    todo = [(n, m) for n, c in read_right() for m in dict.fromkeys(mutate(c))]
    random.Random(seed).shuffle(todo)  # noqa: S311 - test numbers, not secrets
    start, counts = time.monotonic(), Counter[str]()
    for text, claim in todo:
        if time.monotonic() - start > seconds:
            break
        network = networks.setdefault(text, Network.parse(text))
        with suppress(SymconvError, Undefined):
            checker = Checker(network, {}, {}, explain=False)
            statement, base, _ = checker.parsed(claim, network.notation.index_base)
            for options, _ in enumerate_interpretations(statement, checker.context, base, {}):
                question = Question(statement, checker.context, options)
                said = prove(question)[0]
                counts[said if said in {"proved", "the normal forms differ"} else "refused"] += 1
                if said == "proved":
                    if text not in contexts:
                        contexts[text] = draw_contexts(network)
                    found = check_everywhere(question, contexts[text])
                    if found != EQUAL:
                        print(f"PROVED, but {found}: {text} | {claim}")
                    break
    print(f"{len(todo)} changed claims, seed {seed}: {dict(counts)}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--list", action="store_true", help="name what is not proved")
    parser.add_argument("--mutants", nargs=2, metavar=("SEED", "SECONDS"))
    given = parser.parse_args()
    if given.mutants:
        report_mutants(int(given.mutants[0]), float(given.mutants[1]))
    else:
        report_share(given.files or list(OWN), listed=given.list)


if __name__ == "__main__":
    sys.exit(main())
