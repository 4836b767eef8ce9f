"""Every broken rule, on every network where it changes the answer, names itself.

A rule is broken in one equation of the backward pass, one entry of the result is written down as a
person would write it, and the checker has to name the rule. What it names first may be another one
that leads to the same formula; whether it does is decided here, by numbers of a forward pass.
"""

import math
import sys
from collections import defaultdict
from dataclasses import replace
from functools import cache, cached_property
from random import Random

import pytest
from grids import REST
from sympy import Symbol, lambdify

from symconv import Network
from symconv.claims import check_claim
from symconv.claims.mistakes import mistakes
from symconv.claims.model.context import build_context
from symconv.notation.presets import entry_name
from symconv.semantics.algebra import Reals
from symconv.semantics.run import run_program, unroll
from symconv.semantics.work import list_places

NETWORKS = {
    "two convs": ("input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C", "flat1"),
    "sigmoid": ("input x 3x3 | conv w 2x2 -> z | sigmoid -> a | half_sse t -> E", "ij0"),
    "relu": ("input x 3x3 | conv w 2x2 bias b -> z | relu -> y | sse t -> C", "ij1"),
    "pooling": ("input x 4x4 | maxpool 2 -> p | sse t -> C", "ij0"),
    "overlapping": ("input x 4x4 | maxpool 2 stride 1 -> p | sse t -> C", "ij0"),
    "average": ("input x 4x4 | avgpool 2 -> p | tanh -> a | sse t -> C", "ij0"),
    "stride": ("input x 5x5 | conv w 3x3 stride 2 padding 1 -> z | sse t -> C", "ij0"),
    "dilation": ("input x 5x5 | conv w 2x2 dilation 2 -> z | sse t -> C", "ij0"),
    "channels": ("input x 2x2x3x3 | conv w 2x2 channels 2 bias b -> z | mse t -> L", "ij0"),
    "softmax": ("input x 2 | dense W 3 bias b -> h | softmax -> p | sse t -> L", "ij0"),
    "batch norm": ("input x 2x1x2x2 | batchnorm -> y | sse t -> L", "ij0"),
    "dense": (
        "input x 2 | dense W 2 bias b -> h | tanh -> a | dense V 2 bias c -> g | sse t -> L",
        "ij0",
    ),
}
FUNCTIONS = [dict(Reals.FUNCTIONS), "math"]
POINTS = 3
FACTORS = (-1, 2, 1 / 2)
PACES = [34, pytest.param(17, marks=REST)]
"""One way of so many, of all ways to break a rule."""

IN_NUMBERS_ALONE = {"weight_sharing"}  # its formula is 0, which no letters contradict


class Case:
    """One rule broken in one way in one equation: the right entries and the wrong ones."""

    def __init__(self, workshop, rule, changed, right, wrong):
        self.workshop, self.rule, self.changed = workshop, rule, changed
        self.key, self.wrong = changed.key, wrong
        numbers = workshop.numbers
        self.values = {p: numbers(e) for p, e in wrong.items()}
        self.places = [p for p in sorted(right) if not close(numbers(right[p]), self.values[p])]
        self.right = right

    @property
    def place(self):
        """An entry that is wrong, and not just missing."""
        told = [p for p in self.places if self.wrong[p] != 0]
        return told[len(told) // 2] if told else None

    @property
    def claim(self):
        plain = self.workshop.program.tensor(self.key).name.plain.key
        tensor = self.workshop.context.tensors[plain]
        name = entry_name(tensor, self.place, self.workshop.net.notation)
        return f"d{self.workshop.context.cost}/d{name} = {self.wrong[self.place]}"


def close(a, b):
    return all(math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-12) for x, y in zip(a, b, strict=True))


class Workshop:
    """A network, whose rules are broken one by one."""

    def __init__(self, name):
        self.net = Network.parse(*NETWORKS[name])
        self.context = build_context(self.net)
        self.program = self.context.program
        self.backward = [e for e in self.program.equations if e.key not in self.context.tensors]

    def symbol(self, tensor, place):
        return Symbol(f"({entry_name(tensor, place, self.net.notation)})")

    @cached_property
    def points(self):
        """The letters of the forward pass as numbers, at a few points."""
        return [self.point(seed) for seed in range(POINTS)]

    def point(self, seed):
        random, program = Random(seed), self.context.program
        computed = {e.key for e in program.equations}
        given = {
            t.key: {p: random.uniform(-2, 2) for p in list_places(t, self.context.size_map)}
            for t in program.tensors
            if t.key not in computed
        }
        found = run_program(program, self.context.size_map, given, Reals())
        return {
            self.symbol(t, p): x
            for t in program.tensors
            if t.role not in {"delta", "gradient"}
            for p, x in {**given, **found}[t.key].items()
        }

    def numbers(self, e):
        letters = sorted(e.free_symbols, key=str)
        value = lambdify(letters, e, FUNCTIONS, dummify=True)
        return [float(value(*(point[s] for s in letters))) for point in self.points]

    def entries(self, key, changed=None):
        """The entries of dC/d(tensor) in the letters of the network."""
        table = {} if changed is None else {changed.key: changed}
        equations = tuple(table.get(e.key, e) for e in self.program.equations)
        kept = {t.key for t in self.program.tensors if t.role in {"value", "mask"}}
        program = replace(self.program, equations=equations)
        return unroll(program, self.context.size_map, [key], self.symbol, keep=kept - {key})[key]

    @cached_property
    def variants(self):
        """Every rule, broken in every way in every equation."""
        return [
            (rule.name, replace(equation, rhs=rhs))
            for equation in self.backward
            for rule in mistakes()
            for rhs in rule(equation, self.context)
        ]

    @cached_property
    def right(self):
        return {e.key: self.entries(e.key) for e in self.backward}

    def cases(self, pace=1):
        for rule, changed in self.variants[::pace]:
            wrong = self.entries(changed.key, changed)
            yield Case(self, rule, changed, self.right[changed.key], wrong)

    def leads_to(self, name, case):
        """Whether what the checker names first leads to the same numbers as the broken rule."""
        wanted = case.values[case.place]
        truth = self.numbers(case.right[case.place])
        if name == "another_question":
            entries = [e for table in self.right.values() for e in table.values()]
            return any(close(self.numbers(e), wanted) for e in entries)
        if any(close([f * x for x in truth], wanted) for f in FACTORS) and name != case.rule:
            return name in {"sign", "missing_two", "extra_two", "mean_for_sum", "sum_for_mean"}
        return any(
            close(self.numbers(self.entries(case.key, changed)[case.place]), wanted)
            for rule, changed in self.variants
            if rule == name
        )


@cache
def workshop(name):
    return Workshop(name)


def judged(name, pace=1):
    """For every rule: how often it was named, first or later, and how often nothing changed."""
    tally = defaultdict(lambda: {"first": 0, "later": 0, "same": 0})
    for case in workshop(name).cases(pace):
        if case.place is None:
            tally[case.rule]["same"] += 1
            continue
        verdict = check_claim(workshop(name).net, case.claim)
        said = (case.rule, case.claim, str(verdict))
        assert verdict.verdict in {"wrong", "right under a condition"}, said
        assert case.rule in verdict.names, said
        assert verdict.step, said
        named = next(n for n in verdict.names if n != "index_base")
        assert workshop(name).leads_to(named, case), said
        tally[case.rule]["first" if named == case.rule else "later"] += 1
    return tally


@pytest.mark.parametrize("pace", PACES)
@pytest.mark.parametrize("name", NETWORKS)
def test_a_slice_of_the_rules_name_themselves(name, pace):
    tally = judged(name, pace)
    assert sum(n["first"] + n["later"] for n in tally.values()) >= 1


@pytest.mark.long
def test_every_rule_names_itself_on_every_network(capsys):
    found = {name: judged(name) for name in NETWORKS}
    with capsys.disabled():
        sys.stdout.write(f"\n{table(found)}\n")
    named = {rule for tally in found.values() for rule, n in tally.items() if n["first"]}
    assert named == {rule.name for rule in mistakes()} - IN_NUMBERS_ALONE


def table(found):
    """Rule by network: how often a rule named itself (first of several + later)."""
    lines = ["rule".ljust(22) + " ".join(n.rjust(11) for n in found)]
    for rule in mistakes():
        cells = [cell(tally[rule.name]) for tally in found.values()]
        lines.append(rule.name.ljust(22) + " ".join(c.rjust(11) for c in cells))
    return "\n".join(lines)


def cell(counts):
    if counts["first"] + counts["later"] == 0:
        return "same" if counts["same"] else "."
    later = f"+{counts['later']}" if counts["later"] else ""
    return f"{counts['first']}{later}"
