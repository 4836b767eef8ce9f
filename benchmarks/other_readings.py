"""Is a wrong claim called right because a notation in it has another meaning?

    python benchmarks/other_readings.py --count 3000 --seed 1

The right claims of `tests/data/claims_of_people` are changed at random: a sign, a number, an index,
a tensor, a layer, a transpose, a factor. A change counts where the claim is wrong in the reading in
which the original one is right. Printed is each that is called right in some other reading, or
right under a condition that the original reading does not know, and how many there are by kind.
What is right in truth stands in `other_readings_words.json` with the reason. Exit code 1 where
one is called right that does not stand there.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from symconv import Network, SymconvError
from symconv.claims.check import Checker
from symconv.claims.model import verdict as v
from symconv.claims.readings.ambiguity import Reading

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "data" / "claims_of_people"
WORDS = ROOT / "benchmarks" / "other_readings_words.json"
RIGHT = {v.RIGHT, v.PRINTED}

MOST_ATTEMPTS = 40
"""How many changes are drawn for one that applies."""


@dataclass(frozen=True)
class Original:
    """A claim that is right, with the reading in which it is."""

    kind: str
    text: str
    network: Network
    claim: str
    reading: Reading


@cache
def parse_network(text: str, notation: str) -> Network:
    """The network of a case."""
    return Network.parse(text, notation) if notation else Network.parse(text)


def judge(network: Network, claim: str, reading: Reading, *, most: int) -> tuple[str, Reading]:
    """The verdict in at most so many readings, the given one first, and the reading of it."""
    checker = Checker(network, {}, {}, explain=most > 1, conventions=reading, most_readings=most)
    try:
        found = checker.verdict(claim)
    except SymconvError:
        return v.UNREADABLE, {}
    met = {key: place.taken for key, place in checker.choices.met.items()}
    return found.verdict, met


def read_originals() -> dict[str, list[Original]]:
    """The right claims by kind."""
    found: dict[str, list[Original]] = {}
    for path in sorted(CASES.glob("*.json")):
        for case in json.loads(path.read_text("utf-8")):
            plain = "right" in case["verdict"].split("|") and not case.get("values")
            if not plain or "open" in case:
                continue
            try:
                network = parse_network(case["network"], case.get("notation", ""))
            except SymconvError:
                continue
            verdict, reading = judge(network, case["claim"], {}, most=24)
            if verdict in RIGHT:
                kind = case.get("kind", path.stem)
                found.setdefault(kind, []).append(
                    Original(kind, case["network"], network, case["claim"], reading)
                )
    return found


Change = Callable[[Random, Original, str], str]


def _replace_one(random: Random, text: str, pattern: str, put: Callable[[str], str]) -> str:
    """The text with one place of a pattern replaced; unchanged where there is none."""
    places = list(re.finditer(pattern, text))
    if not places:
        return text
    place = random.choice(places)
    return text[: place.start()] + put(place.group()) + text[place.end() :]


def flip_sign(random: Random, _: Original, right: str) -> str:
    """Plus for minus, or the other way round."""
    return _replace_one(random, right, r"[+-]", lambda s: "-" if s == "+" else "+")


def change_number(random: Random, _: Original, right: str) -> str:
    """A whole number that is one larger or smaller."""
    step = random.choice([1, -1])
    return _replace_one(
        random, right, r"(?<![0-9.])[0-9]+(?![0-9.])", lambda s: str(abs(int(s) + step))
    )


def exchange_index(random: Random, _: Original, right: str) -> str:
    """Another index letter of the claim in one place."""
    letters = sorted(set(re.findall(r"(?<=[_{,\[^])[a-z](?=[}\],+\-\s_^)])", right)))
    if len(letters) < 2:
        return right
    old, new = random.sample(letters, 2)
    return _replace_one(random, right, rf"(?<=[_{{,\[^+-]){old}(?![a-z(])", lambda _: new)


def exchange_tensor(random: Random, original: Original, right: str) -> str:
    """Another tensor of the network in one place."""
    names = sorted({t.name.letter for t in original.network.program.tensors})
    here = [n for n in names if re.search(rf"(?<![A-Za-z\\]){n}(?![A-Za-z0-9(])", right)]
    if not here or len(names) < 2:
        return right
    old = random.choice(here)
    new = random.choice([n for n in names if n != old])
    return _replace_one(random, right, rf"(?<![A-Za-z\\]){old}(?![A-Za-z0-9(])", lambda _: new)


def drop_mark(random: Random, _: Original, right: str) -> str:
    """A transpose, a prime, a flip or a power that is left out."""
    marks = r"\^T|\.T|\^\{T\}|'|rot180|\^2|\*\*2|\\frac12|2(?=[\\(a-z])|\\odot|\[::-1\]"
    return _replace_one(random, right, marks, lambda _: "")


def add_factor(random: Random, _: Original, right: str) -> str:
    """The double, the half, or the opposite."""
    return random.choice([" 2 (", " 0.5 (", " -("]) + right.strip().rstrip(".,") + ")"


def change_word(random: Random, _: Original, right: str) -> str:
    """Another function, axis, mode or sign of a product."""
    pairs = [
        ("tanh", "sigmoid"), ("'full'", "'valid'"), ("axis=0", "axis=1"), ("max", "min"),
        (r"\odot", "+"), ("@", "*"), (">", "<"), (r"\sigma", r"\tanh"), ("full", "valid"),
        ("mean", "sum"), ("(0, 2, 3)", "(0, 1, 2)"), ("exp", "log"), (r"\star", r"\odot"),
    ]  # fmt: skip
    here = [(a, b) for x, y in pairs for a, b in ((x, y), (y, x)) if a in right]
    if not here:
        return right
    old, new = random.choice(here)
    return _replace_one(random, right, re.escape(old), lambda _: new)


CHANGES: tuple[Change, ...] = (
    flip_sign, change_number, exchange_index, exchange_tensor, drop_mark, add_factor, change_word,
)  # fmt: skip


def draw_changed(random: Random, original: Original) -> str:
    """A claim with one change on its right side; empty where none applies."""
    left, sign, right = original.claim.rpartition("=")
    if not sign or left.endswith(("<", ">", "!", "axis")):
        return ""
    for _ in range(MOST_ATTEMPTS):
        changed = random.choice(CHANGES)(random, original, right)
        if changed.strip() != right.strip():
            return f"{left}={changed}"
    return ""


def draw_wrong(random: Random, groups: dict[str, list[Original]]) -> Iterator[tuple[Original, str]]:
    """Changed claims, evenly over the kinds, each one once."""
    seen = set[tuple[str, str]]()
    kinds = sorted(groups)
    while True:
        for kind in kinds:
            original = random.choice(groups[kind])
            claim = draw_changed(random, original)
            key = original.text, claim
            if claim and key not in seen:
                seen.add(key)
                yield original, claim


def main() -> int:
    """Judge changed claims and print what another reading makes right."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=3000, help="how many wrong claims")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    groups = read_originals()
    print(f"{sum(map(len, groups.values()))} right claims of {len(groups)} kinds", flush=True)
    known = json.loads(WORDS.read_text("utf-8")) if WORDS.exists() else {}
    totals, said, false = Counter[str](), Counter[str](), []
    tried, random = 0, Random(given.seed)  # noqa: S311 - test claims, not secrets
    for original, claim in draw_wrong(random, groups):
        if sum(totals.values()) == given.count or tried > 10 * given.count:
            break
        tried += 1
        alone, _ = judge(original.network, claim, original.reading, most=1)
        if alone in RIGHT:
            continue
        verdict, reading = judge(original.network, claim, {}, most=24)
        totals[original.kind] += 1
        said[verdict] += 1
        if verdict in RIGHT:
            key = f"{original.text} | {claim}"
            false += [] if key in known else [key]
            mark = "known" if key in known else "RIGHT"
            print(f"{mark}: {key}\n    alone {alone}; {reading}", flush=True)
    for kind, count in sorted(totals.items()):
        print(f"{count:6d}  {kind}")
    print(f"{sum(totals.values())} wrong claims: {dict(said)}; right without a word: {len(false)}")
    return bool(false)


if __name__ == "__main__":
    sys.exit(main())
