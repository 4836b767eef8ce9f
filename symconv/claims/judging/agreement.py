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

COINS = 24
MOST_KEPT = 64
MOST_CLASSES = 32
"""In how many assignments labels take one class after the other."""

_CONTEXTS: WeakKeyDictionary[Any, list[NetworkContext]] = WeakKeyDictionary()
_ASSIGNMENTS: dict[int, tuple[NetworkContext, list[Assignment]]] = {}


def derive_contexts(network: DifferentiableNetwork) -> list[NetworkContext]:
    """The contexts at one choice of sizes, or at several where sizes are symbols; made once."""
    if network not in _CONTEXTS:
        first = build_context(network)
        more = [build_context(network, seed) for seed in (3, 5)] if first.sizes else []
        _CONTEXTS[network] = [first, *more]
    return _CONTEXTS[network]


def draw_assignments(context: NetworkContext) -> Sequence[Assignment]:
    """Random assignments; more of them with maxima, so that others win, and one for each class."""
    if id(context) not in _ASSIGNMENTS:
        if len(_ASSIGNMENTS) > MOST_KEPT:
            _ASSIGNMENTS.clear()
        count = 6 if any(e.rhs.has(MaxOver) for e in context.forward.equations) else 2
        count = max([count, *(min(MOST_CLASSES, n) for n in count_classes(context).values())])
        _ASSIGNMENTS[id(context)] = (
            context,
            [assign_residues(context, seed + 1) for seed in range(count)],
        )
    return _ASSIGNMENTS[id(context)][1]


def draw_with_exponent_laws(context: NetworkContext) -> Iterator[Assignment]:
    """Random assignments in which exp and log obey their laws."""
    for seed in (1, 2, 3):
        yield assign_residues(context, 60 + seed, kind=ExponentLawField)


def has_switches(context: NetworkContext) -> bool:
    """Whether the network has a ReLU or an absolute value."""
    return any(e.rhs.has(relu) or e.rhs.has(absolute) for e in context.forward.equations)


def draw_with_gates(context: NetworkContext) -> Iterator[Assignment]:
    """Random assignments in which ReLUs are 0 or 1: all on, all off, and by coins."""
    if has_switches(context):
        yield assign_residues(context, 3, "open")
        yield assign_residues(context, 4, "shut")
    yield from draw_with_coins(context, COINS)


def draw_with_coins(context: NetworkContext, count: int) -> Iterator[Assignment]:
    """Random assignments in which a coin says on which side of 0 a number is."""
    for seed in range(count):
        yield assign_residues(context, 20 + seed, "coins")


ROOTS = {"sqrt"}
BENT = {"sqrt", "relu", "max", "min", "absolute", "step", "activation"}
EXPONENTIALS = {"exp", "log", "sigmoid", "tanh", "softplus", "activation"}
LAWS = "shown with exp(a + b) = exp(a) exp(b) and log(a b) = log a + log b"
MOST_COINS = 48
FEWEST = 100
WORK = 400_000
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
            if outcome == DIFFERENT and (has_switches(context) or self._has(BENT)):
                outcome, assignment, seen = self._in(draw_with_gates(context), local, n)
            elif outcome == EQUAL and self._has(ROOTS):
                outcome, assignment, seen = self._in(draw_with_coins(context, MOST_COINS), local, n)
            if outcome == DIFFERENT and self._has(EXPONENTIALS):
                again = self._in(draw_with_exponent_laws(context), local, n)
                if again[0] == EQUAL and again[2]:
                    outcome, assignment, seen = again
                    self.notes.append(LAWS)
            tried += seen
            if outcome != EQUAL:
                return outcome, assignment
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
