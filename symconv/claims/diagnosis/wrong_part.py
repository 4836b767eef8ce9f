"""A part of a statement that is wrong, and the step of the derivation where that begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from symconv.claims.evaluation.arrays import Value
from symconv.claims.evaluation.assignment import Assignment
from symconv.claims.evaluation.comparison import EQUAL, Question, compare_everywhere, evaluate_part
from symconv.claims.evaluation.index_expressions import Environment, resolve_key
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.syntax_tree import Differential, SyntaxNode, TensorReference
from symconv.core.errors import SymconvError
from symconv.core.proof import Derivation

MOST_INDEX_VALUES = 60
"""At how many values of the free indices a wrong part is looked into.

A mistake shows at almost all of them; 60 hold all entries of a small kernel, and the borders of
larger tensors.
"""

ValueTest = Callable[[Sequence[Value]], bool]


@dataclass(frozen=True, eq=False)
class WrongPart:
    """A wrong part (`claimed`), and the part that asks (`asked`), at the values `envs`.

    `judge` says whether values of the question are what the claimed part says. `others` is the same
    part in further assignments: where maxima and switches decide, one assignment is too few.
    `exact` says that agreement there is no accident, as it may be between a few printed digits.
    `only` are the names of the broken rules that are tried, where these are not all.
    """

    question: Question
    asked: int
    claimed: int
    assignment: Assignment
    envs: tuple[Environment, ...]
    judge: ValueTest
    others: tuple[WrongPart, ...] = ()
    exact: bool = False
    only: frozenset[str] = frozenset()

    @property
    def context(self) -> NetworkContext:
        """What the network is."""
        return self.question.context

    @property
    def node(self) -> SyntaxNode:
        """The part that asks."""
        return self.question.statement.parts[self.asked]

    @property
    def truth(self) -> list[Value]:
        """What the question is in this assignment."""
        return self.asked_in(self.assignment)

    def asked_in(self, assignment: Assignment) -> list[Value]:
        """What the question would be in another assignment."""
        return [evaluate_part(self.question, self.asked, assignment, env) for env in self.envs]

    def holds(self, values: Callable[[WrongPart], Sequence[Value]]) -> bool:
        """Whether the claim says what `values` answers, in every assignment."""
        return all(s.holds_here(values) for s in (self, *self.others))

    def holds_here(self, values: Callable[[WrongPart], Sequence[Value]]) -> bool:
        """The same in this assignment."""
        with suppress(SymconvError, Undefined):
            return self.judge(values(self))
        return False

    def tensors(self) -> list[str]:
        """The plain keys of what is differentiated by, in the order in which they appear."""
        found: dict[str, None] = {}
        with suppress(SymconvError):
            for by in _derivative_entries(self.node):
                env = self.envs[0] if self.envs else {}
                found[resolve_key(by, env, self.context, self.question.options.delta)] = None
        return list(found)


def _derivative_entries(node: SyntaxNode) -> Iterator[TensorReference]:
    """The entries below a fraction line, error signals, and weights after a step."""
    for n in node.walk():
        if isinstance(n, Differential):
            yield n.by
        elif isinstance(n, TensorReference) and (n.kind or n.fresh):
            yield n


def wrong_part_in(
    assignment: Assignment, question: Question, pair: tuple[int, int], envs: tuple[Environment, ...]
) -> WrongPart:
    """The wrong part under an assignment of residues."""
    asked, claimed = pair

    @cache
    def claims() -> list[Value]:
        return [evaluate_part(question, claimed, assignment, env) for env in envs]

    def judge(values: Sequence[Value]) -> bool:
        return compare_everywhere(list(values), claims()) == EQUAL

    return WrongPart(question, asked, claimed, assignment, envs, judge, exact=True)


CONVENTION_STEPS: dict[str, tuple[str, ...]] = {
    "dead_relu": ("pointwise derivative",),
    "relu_at_zero": ("pointwise derivative",),
    "tie_rule": ("selection",),
}
"""The steps of the conventions, which belong to no rule of their own."""


def step_of_mistake(context: NetworkContext, key: str, rules: Sequence[str]) -> str:
    """`step 3 of the derivation of dC/dw^1: exchange of sums`; empty without a derivation.

    `key` is what is differentiated by, `rules` are the names to look for, the best one first.
    Where the derivation has none of them, its first step is meant.
    """
    derivation = context.backward.derivation(key)
    if derivation is None or not derivation.steps:
        return ""
    number = _step_number(derivation, rules)
    rule = derivation.steps[number - 1].rule
    return f"step {number} of the derivation of d{context.cost}/d{key}: {rule}"


def _step_number(derivation: Derivation, rules: Sequence[str]) -> int:
    names = [s.rule for s in derivation.steps]
    return next((names.index(rule) + 1 for rule in rules if rule in names), 1)
