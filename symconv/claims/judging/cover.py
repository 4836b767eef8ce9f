"""What a claim has to be tried at, derived from the claim and from the network.

- **Sizes** that are open: several choices of all, different from each other, each size once beyond
  every whole number in an index or a limit, and each with more values than the formula's degree.
- **Switches, winners, classes**: as free numbers, which is every combination in one draw. Where the
  sides need that they are 0 and 1, or the claim has switches of its own, as choices that are
  multiplied out, which is every combination, too (`pattern_algebra`).
- **Laws of exponents and angles**, where exp, log or sin occur and the sides differ without them.
  They replace the arithmetic, not the cover: switches, winners and classes are as above.
- **The prime**: one that is drawn in every process, so that nobody can write a multiple of it; one
  point in exact numbers beside.
- **Free indices**: all values, or the ends of their ranges, the values near every whole number of
  the claim, and a sample.
- **Kinks and ties** are conventions, and `boundary_cases` asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from sympy import Expr
from sympy.tensor.indexed import Indexed

from symconv.claims.evaluation.assignment import list_labels
from symconv.claims.evaluation.comparison import Question
from symconv.claims.evaluation.exponent_laws import ExponentLawField
from symconv.claims.evaluation.index_expressions import is_rounded
from symconv.claims.evaluation.modular_field import ModularField
from symconv.claims.evaluation.summation import estimate_operations
from symconv.claims.model.budget import OPERATION_STEPS, VERDICT_STEPS
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Cases,
    Condition,
    Differential,
    Exponentiation,
    FunctionCall,
    Identifier,
    Maximum,
    Numeral,
    Statement,
    Summation,
    SyntaxNode,
    TensorReference,
    UnaryMinus,
)
from symconv.core.nodes import MaxOver, absolute, relu
from symconv.semantics.index_arithmetic import FORMULAS

from .size_comparisons import SWITCHES

FEWEST_VALUES = 48
"""At how many values of the free indices a statement is tried at least, at every choice of sizes.

Those hold the ends of two indices together and the values next to some numbers one by one. What
does not fit into the budget then is left open.
"""

TRIALS = 2
"""How often the free indices are gone through: with free numbers, and with choices."""

EXPONENTIALS = {"exp", "log", "sigmoid", "tanh", "softplus", "activation", "cosh", "sinh", "sech"}
ANGLES = {"sin", "cos", "tan", "sec"}
ROOTS = {"sqrt", "norm"}
QUOTIENTS = {"sech", "sec", "tan"}


@dataclass(frozen=True)
class TrialField:
    """A field, with free numbers for choices or with `patterns`, with or without square roots."""

    field: type[ModularField]
    patterns: bool = False
    roots: bool = False

    @property
    def laws(self) -> bool:
        """Whether exp and log obey their laws."""
        return self.field is ExponentLawField


FREE, PATTERNS = TrialField(ModularField), TrialField(ModularField, patterns=True)
LAWS = TrialField(ExponentLawField)
LAW_PATTERNS = TrialField(ExponentLawField, patterns=True)


@dataclass(frozen=True)
class Cover:
    """What one statement has to be tried at, at one of some choices of sizes."""

    question: Question
    choices: int = 1

    @property
    def context(self) -> NetworkContext:
        return self.question.context

    @cached_property
    def arithmetics(self) -> Sequence[TrialField]:
        """In which arithmetics the sides may be equal, the first one that shows it being enough."""
        statement, chosen = self.question.statement, has_choices(self.context)
        own = uses(statement, SWITCHES) or has_conditions(statement) or has_roots(statement)
        plain = [PATTERNS] if own else [FREE, *([PATTERNS] if chosen else [])]
        plain = [replace(a, roots=has_roots(statement)) for a in plain]
        if not uses(statement, EXPONENTIALS | ANGLES):
            return plain
        return [*plain, *([LAW_PATTERNS] if own else [LAWS, *([LAW_PATTERNS] if chosen else [])])]

    @cached_property
    def most_values(self) -> int:
        """At how many values of the free indices the statement is tried."""
        q = self.question
        one = sum(estimate_operations(p, q.context, q.options) for p in q.statement.parts)
        steps = VERDICT_STEPS // (2 * self.choices * TRIALS)
        return max(FEWEST_VALUES, steps // (OPERATION_STEPS * max(1, one)))

    def sampled(self) -> str:
        """A remark where not every value of the free indices is tried."""
        return self.question.sampled(self.most_values)

    @cached_property
    def numbers(self) -> frozenset[int]:
        """The whole numbers of the statement, near which free indices are tried."""
        parts = self.question.statement.parts
        found = (n.value for p in parts for n in p.walk() if isinstance(n, Numeral))
        return frozenset(int(x) for x in found if x.denominator == 1)

    def covered(self) -> Iterator[str]:
        """What the trials in any of the arithmetics cover, beside the sizes."""
        if list_labels(self.context):
            yield "every class of every label"
        if has_maxima(self.context):
            yield "every winner of every window"
        if has_switches(self.context) or uses(self.question.statement, SWITCHES):
            yield "both sides of every switch"


def has_switches(context: NetworkContext) -> bool:
    """Whether the network has a ReLU or an absolute value."""
    return any(_has_switch(e.rhs) for e in context.forward.equations)


@lru_cache(maxsize=FORMULAS)
def _has_switch(e: Expr) -> bool:
    """Whether a formula has a ReLU or an absolute value of an entry."""
    # Of an index alone the side is known: nothing is chosen.
    return any(a.has(Indexed) for a in e.atoms(relu, absolute))


def has_maxima(context: NetworkContext) -> bool:
    """Whether the network has a maximum over a window."""
    return any(e.rhs.has(MaxOver) for e in context.forward.equations)


def has_choices(context: NetworkContext) -> bool:
    """Whether the network chooses anywhere: a side of a switch, a winner, a class."""
    return has_switches(context) or has_maxima(context) or bool(list_labels(context))


def uses(statement: Statement, functions: set[str]) -> bool:
    """Whether the statement writes one of some functions."""
    return any(isinstance(n, FunctionCall) and n.function in functions for n in _nodes(statement))


def has_conditions(statement: Statement) -> bool:
    """Whether the statement compares: cases, brackets."""
    return any(isinstance(n, Cases | Condition | Maximum) for n in _nodes(statement))


def uses_index_values(question: Question) -> bool:
    """Whether the value of a free index counts beside the entries that it names: max(0, i - 3).

    Entries are alike but for the ends of their axes; a formula of the number itself is not.
    """
    names = set(question.names)
    return any(_index_values(part, names) for part in question.statement.parts)


def _index_values(node: SyntaxNode, names: set[str]) -> bool:
    if isinstance(node, Identifier):
        return node.name in names
    if isinstance(node, TensorReference):
        # Every third entry is not alike: what is rounded tells them apart.
        return any(is_rounded(i) and _index_values(i, names) for i in node.indices or ())
    if isinstance(node, Differential):
        return False
    if isinstance(node, Summation):
        return _index_values(node.body, names - {x.name for x in node.limits})
    return any(_index_values(child, names) for child in node.children())


def has_quotients(statement: Statement) -> bool:
    """Whether the statement divides by something that depends on the network's numbers."""
    for node in _nodes(statement):
        below: SyntaxNode | None = None
        if isinstance(node, FunctionCall) and node.function in QUOTIENTS:
            below = node
        if isinstance(node, BinaryExpression) and node.operator == "/":
            below = node.right
        elif isinstance(node, Exponentiation) and isinstance(node.exponent, UnaryMinus):
            below = node.base
        if below is not None and any(isinstance(n, TensorReference) for n in below.walk()):
            return True
    return False


def has_roots(statement: Statement) -> bool:
    """Whether the statement has a root, or a power that may be one."""
    for node in _nodes(statement):
        if isinstance(node, FunctionCall) and node.function in ROOTS:
            return True
        if isinstance(node, Exponentiation) and not _is_whole(node.exponent):
            return True
    return False


def _is_whole(exponent: SyntaxNode) -> bool:
    """Whether an exponent is written as a whole number, so that the power is no root."""
    inner = exponent.body if isinstance(exponent, UnaryMinus) else exponent
    return isinstance(inner, Numeral) and inner.value.denominator == 1


def _nodes(statement: Statement) -> Iterator[SyntaxNode]:
    return (n for p in statement.parts for n in p.walk())
