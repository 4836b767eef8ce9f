"""Whether the parts of a statement agree in random assignments, which are drawn once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

from symconv.claims.evaluation.assign import assign_residues
from symconv.claims.evaluation.assignment import Assignment, count_classes
from symconv.claims.evaluation.comparison import (
    DIFFERENT,
    ENOUGH,
    EQUAL,
    Question,
    compare_everywhere,
    evaluate_part,
)
from symconv.claims.evaluation.exponent_laws import ExponentLawField
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.evaluation.summation import estimate_operations
from symconv.claims.model.context import DifferentiableNetwork, NetworkContext, build_context
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.syntax_tree import (
    Exponentiation,
    FunctionCall,
    Numeral,
    SyntaxNode,
    UnaryMinus,
)
from symconv.core.nodes import MaxOver, absolute, relu

SIZE_SEEDS = (3, 5)
"""A claim for open sizes is tried at the sizes of seed 0 and of these.

A multiple of 3 keeps clear of strides of 1 and of padding 0.
"""

PLAIN_DRAWS, MAXIMUM_DRAWS = 2, 6
"""How many assignments are tried, and how many where there are maxima.

One is enough for a polynomial (a wrong claim passes with p < 1e-16), and a second one costs little.
An entry of a 2 x 2 window wins none of six with (3/4)^6 = 18%, and there are several windows.
"""

OPEN_SEED, SHUT_SEED = 3, 4
"""Any seeds would do: gates that are all open, or all shut, are met once each."""

COIN_SEED = 20
"""The first seed of assignments with coins, of which each has its own."""

LAW_SEEDS = (61, 62, 63)
"""The seeds of assignments with the laws of exponents.

Three, since some have no value, where a root or 1/0 is asked for.
"""

COINS = 24
"""How many assignments toss a coin for every gate.

A difference that needs three gates set is missed with (7/8)^24 = 4%, one that needs two with
0.1%; all open and all shut are tried besides.
"""

MOST_KEPT = 64
"""The assignments of so many contexts are kept, then all are forgotten.

A page of claims is about one network, and a process that lives long must not grow.
"""

MOST_CLASSES = 32
"""In how many assignments labels take one class after the other."""

_CONTEXTS: WeakKeyDictionary[Any, list[NetworkContext]] = WeakKeyDictionary()
_ASSIGNMENTS: dict[int, tuple[NetworkContext, list[Assignment]]] = {}


def derive_contexts(network: DifferentiableNetwork) -> list[NetworkContext]:
    """The contexts at one choice of sizes, or at several where sizes are symbols; made once."""
    if network not in _CONTEXTS:
        first = build_context(network)
        more = [build_context(network, seed) for seed in SIZE_SEEDS] if first.sizes else []
        _CONTEXTS[network] = [first, *more]
    return _CONTEXTS[network]


def draw_assignments(context: NetworkContext) -> Sequence[Assignment]:
    """Random assignments; more of them with maxima, so that others win, and one for each class."""
    if id(context) not in _ASSIGNMENTS:
        if len(_ASSIGNMENTS) > MOST_KEPT:
            _ASSIGNMENTS.clear()
        maxima = any(e.rhs.has(MaxOver) for e in context.forward.equations)
        count = MAXIMUM_DRAWS if maxima else PLAIN_DRAWS
        count = max([count, *(min(MOST_CLASSES, n) for n in count_classes(context).values())])
        _ASSIGNMENTS[id(context)] = (
            context,
            [assign_residues(context, seed + 1) for seed in range(count)],
        )
    return _ASSIGNMENTS[id(context)][1]


def draw_with_exponent_laws(context: NetworkContext) -> Iterator[Assignment]:
    """Random assignments in which exp and log obey their laws."""
    for seed in LAW_SEEDS:
        yield assign_residues(context, seed, kind=ExponentLawField)


def has_switches(context: NetworkContext) -> bool:
    """Whether the network has a ReLU or an absolute value."""
    return any(e.rhs.has(relu) or e.rhs.has(absolute) for e in context.forward.equations)


def draw_with_gates(context: NetworkContext) -> Iterator[Assignment]:
    """Random assignments in which ReLUs are 0 or 1: all on, all off, and by coins."""
    if has_switches(context):
        yield assign_residues(context, OPEN_SEED, "open")
        yield assign_residues(context, SHUT_SEED, "shut")
    yield from draw_with_coins(context, COINS)


def draw_with_coins(context: NetworkContext, count: int) -> Iterator[Assignment]:
    """Random assignments in which a coin says on which side of 0 a number is."""
    for seed in range(count):
        yield assign_residues(context, COIN_SEED + seed, "coins")


ROOTS = {"sqrt"}
BENT = {"sqrt", "relu", "max", "min", "absolute", "step", "activation"}
EXPONENTIALS = {"exp", "log", "sigmoid", "tanh", "softplus", "activation"}
LAWS = "shown with exp(a + b) = exp(a) exp(b) and log(a b) = log a + log b"
MOST_COINS = 48
"""How many assignments toss coins where a statement has roots.

Half of the residues have no root, and those assignments are left out: twice as many make up for it.
"""

FEWEST = 100
"""At how many values of the free indices a statement is tried at least."""

WORK = 400_000
"""How many operations one assignment may take.

It tries as many values of the free indices as fit.
"""

Outcome = tuple[str, Assignment | None]


@dataclass
class Agreement:
    """The test of one statement at every choice of sizes; `notes` says how it was read."""

    question: Question
    everywhere: Sequence[NetworkContext]
    notes: list[str] = field(default_factory=list)
    found: dict[int, Outcome] = field(default_factory=dict)

    def of_part(self, n: int) -> Outcome:
        """Whether part n agrees with the first one; an assignment in which it does not."""
        if n not in self.found:
            self.found[n] = self._tried(n)
        return self.found[n]

    def _tried(self, n: int) -> Outcome:
        tried = 0
        for context in self.everywhere:
            local = replace(self.question, context=context)
            outcome, assignment, seen = self._in(draw_assignments(context), local, n)
            # Free gates prove more than is needed (for any gate, not for 0 and 1 only), so a
            # difference there is no verdict yet: g^2 = g holds for coins alone.
            if outcome == DIFFERENT and (has_switches(context) or self._has(BENT)):
                outcome, assignment, seen = self._in(draw_with_gates(context), local, n)
            # sqrt(x^2) = |x| depends on signs, which free gates do not know.
            elif outcome == EQUAL and self._has(ROOTS):
                outcome, assignment, seen = self._in(draw_with_coins(context, MOST_COINS), local, n)
            # Uninterpreted functions know no exp(a + b) = exp(a) exp(b).
            if outcome == DIFFERENT and self._has(EXPONENTIALS):
                again = self._in(draw_with_exponent_laws(context), local, n)
                if again[0] == EQUAL and again[2]:
                    outcome, assignment, seen = again
                    self.notes.append(LAWS)
            tried += seen
            if outcome != EQUAL:
                return outcome, assignment
        # Without a single assignment that has a value nothing was compared: that is no agreement.
        if not tried:
            raise Undefined("1/0 or log(0)")
        return EQUAL, None

    def _has(self, functions: set[str]) -> bool:
        """Whether the statement uses some functions, or a power that is a root."""
        for node in (n for p in self.question.statement.parts for n in p.walk()):
            if isinstance(node, FunctionCall) and node.function in functions:
                return True
            if isinstance(node, Exponentiation) and not _is_whole(node.exponent):
                return True
        return False

    def _in(
        self, assignments: Iterable[Assignment], local: Question, n: int
    ) -> tuple[str, Assignment | None, int]:
        """The first assignment in which the parts differ, and in how many they do not."""
        tried = 0
        envs = local.environments(self.most(local))
        for assignment in assignments:
            with suppress(Undefined):
                for env in envs:
                    a = evaluate_part(local, 0, assignment, env, self.notes)
                    b = evaluate_part(local, n, assignment, env, self.notes)
                    outcome = compare_everywhere([a], [b])
                    if outcome != EQUAL:
                        return outcome, assignment, tried
                tried += 1
        return EQUAL, None, tried

    def most(self, local: Question) -> int:
        """At how many values of the free indices it is tried: the fewer the more work one takes."""
        parts = local.statement.parts
        one = sum(estimate_operations(p, local.context, local.options) for p in parts)
        return max(FEWEST, min(ENOUGH, WORK // one))

    def sampled(self) -> str:
        """A remark where not all values of the free indices are tried."""
        local = (replace(self.question, context=context) for context in self.everywhere)
        return next((said for q in local if (said := q.sampled(self.most(q)))), "")

    def of_all(self) -> bool:
        """Whether all parts agree whatever the numbers are."""
        with suppress(NotChecked, Undefined):
            parts = range(1, len(self.question.statement.parts))
            return all(self.of_part(n)[0] == EQUAL for n in parts)
        return False


def _is_whole(exponent: SyntaxNode) -> bool:
    """Whether an exponent is written as a whole number, so that the power is no root."""
    inner = exponent.body if isinstance(exponent, UnaryMinus) else exponent
    return isinstance(inner, Numeral) and inner.value.denominator == 1
