"""The value of a formula under an assignment: one rule for each kind of node."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from symconv.claims.arrays.running_maximum import RunningMaximum, is_lowest
from symconv.claims.model.budget import OPERATION_STEPS, spend
from symconv.claims.model.code_nodes import CodeRun, LocalName
from symconv.claims.model.constant_roots import normalize_constant_root
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.errors import MOST_POWER, MOST_WORK, ClaimError, NotChecked, TooMuchWork
from symconv.claims.model.syntax_tree import (
    ArrayLiteral,
    BinaryExpression,
    Cases,
    CodeFormula,
    Condition,
    Differential,
    Exponentiation,
    FirstMaximum,
    FunctionCall,
    Identifier,
    JoinedConditions,
    LabelMask,
    Maximum,
    Numeral,
    Subscript,
    Summation,
    SyntaxNode,
    TensorReference,
    UnaryMinus,
)
from symconv.claims.model.vocabulary import RATES
from symconv.semantics.autodiff import TapeNode

from . import arrays
from .arrays import ArrayValue, Value, apply_elementwise, unwrap_scalar
from .assignment import Assignment
from .code_runs import evaluate_local, evaluate_run
from .dilations import pad_dilations
from .index_expressions import COMPARISONS, Environment, evaluate_index, unknown_name
from .index_ranges import KnownRanges
from .interval_algebra import is_zero
from .label_masks import mark_labels
from .maxima import evaluate_maximum, evaluate_place
from .modular_field import ModularField
from .pattern_algebra import PatternAlgebra
from .products import combine_entries, multiply_values
from .scalar_functions import apply_function
from .subscripts import evaluate_subscript
from .summation import evaluate_sum
from .tensor_entries import evaluate_differential, evaluate_reference


def evaluate_cases(at: Evaluator, node: Cases, env: Environment) -> Value:
    """The first branch whose condition holds, entry by entry where the conditions are arrays."""
    total: Value = at.zero
    left_over: Value = at.algebra.number(1)
    for value, condition in node.branches:
        holds = left_over
        if condition is not None:
            met = _evaluate_condition(at, condition, env)
            holds = combine_entries(at, left_over, met, lambda a, b: a * b)
            left_over = combine_entries(at, left_over, holds, lambda a, b: a + -1 * b)
        term = combine_entries(at, at.value(value, env), holds, lambda a, b: a * b)
        total = combine_entries(at, total, term, lambda a, b: a + b)
    return total


def _evaluate_condition(at: Evaluator, condition: SyntaxNode, env: Environment) -> Value:
    """1 or 0: the step function of the difference of the sides, which is 0 at equality."""
    if isinstance(condition, JoinedConditions):
        return _evaluate_joined(at, condition, env)
    if isinstance(condition, Condition) and isinstance(condition.right, FirstMaximum):
        if condition.relation != "=":
            raise ClaimError("a place is compared with '='", help="[m = argmax_m x_m]")
        return evaluate_place(at, condition.left, condition.right, env)
    if not isinstance(condition, Condition):
        raise ClaimError("a condition is expected here", help="x > 0")
    low, high = (evaluate_index(s, env, at.context) for s in (condition.left, condition.right))
    if low is not None and high is not None:
        return at.algebra.number(int(COMPARISONS[condition.relation](low, high)))
    if condition.relation in {"=", "!="}:
        return _evaluate_equality(at, condition, env)
    a, b = at.value(condition.left, env), at.value(condition.right, env)
    if condition.relation.startswith("<"):
        a, b = b, a
    step, loose = at.algebra.function("step"), condition.relation.endswith("=")

    def hold(x: Any, y: Any) -> Any:
        if is_lowest(x) or is_lowest(y):
            return at.algebra.number(int(not is_lowest(x) or (loose and is_lowest(y))))
        difference = x + -1 * y
        return step(difference) + vanish(at, difference) if loose else step(difference)

    return combine_entries(at, a, b, hold)


def _evaluate_joined(at: Evaluator, joined: JoinedConditions, env: Environment) -> Value:
    """The product of conditions; `or` is what is left of 1 by the product of their opposites."""
    opposite = joined.word == "or"
    total: Value = at.algebra.number(1)
    for condition in joined.conditions:
        holds = _evaluate_condition(at, condition, env)
        holds = (
            combine_entries(at, at.algebra.number(1), holds, lambda a, b: a + -1 * b)
            if opposite
            else holds
        )
        total = combine_entries(at, total, holds, lambda a, b: a * b)
    return (
        combine_entries(at, at.algebra.number(1), total, lambda a, b: a + -1 * b)
        if opposite
        else total
    )


def _evaluate_equality(at: Evaluator, condition: Condition, env: Environment) -> Any:
    a, b = (at.value(s, env) for s in (condition.left, condition.right))
    # In code an array of one entry keeps its axes.
    a, b = (a, b) if at.options.is_code else (unwrap_scalar(a), unwrap_scalar(b))
    arrays_meet = isinstance(a, ArrayValue) or isinstance(b, ArrayValue)
    if arrays_meet and not at.options.is_code:
        raise ClaimError("whole arrays are not compared with '='", help="x > 0, i = j")

    def compare(x: Any, y: Any) -> Any:
        if is_lowest(x) or is_lowest(y):
            least = int(is_lowest(x) and is_lowest(y))
            return at.algebra.number(least if condition.relation == "=" else 1 - least)
        same = vanish(at, x + -1 * y)
        at.work.equalities[condition] = at.work.equalities.get(condition, False) or bool(same)
        return same if condition.relation == "=" else 1 + -1 * same

    return combine_entries(at, a, b, compare)


def vanish(at: Evaluator, x: Any) -> Any:
    """[x = 0], which depends on choices where the numbers do."""
    plain, algebra = unwrap_recorded(x), at.assignment.algebra
    if isinstance(algebra, ModularField | PatternAlgebra):
        return algebra.vanish(plain)
    return algebra.number(int(is_zero(plain)))


def unwrap_recorded(x: Any) -> Any:
    """The number of a node of a tape."""
    return x.value if isinstance(x, TapeNode) else x


CODE = {"code", "columns"}
LOWEST = "-inf"
"""What the least number of all is called in a tree."""

Definitions = Mapping[str, tuple[tuple[str, ...], SyntaxNode]]


@dataclass
class Options:
    """Choices of reading: whose error signal a bare delta is, and what `*` between arrays means.

    `star` is "window", "entries", or "dots", which is "window" but for two vectors; in code it is
    "code", or "columns" where vectors are columns, too. `kernel` holds the indices that count an
    axis of a kernel.
    """

    base: int
    delta: str = ""
    star: str = "window"
    rate: Fraction | str | None = None
    definitions: Definitions = field(default_factory=dict)
    kernel: frozenset[str] = frozenset()
    ranges: dict[tuple[object, ...], KnownRanges] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def is_code(self) -> bool:
        """Whether signs and words mean what they do in NumPy."""
        return self.star in CODE


@dataclass
class OperationBudget:
    """How many operations were done, over all evaluators that belong together.

    `foreseen` says that those of the sum that is being worked out were counted beforehand.
    `present` and `absent` count the entries that were read and do exist, or do not; `equalities`
    says of every "=" between numbers whether it was ever met.
    """

    done: int = 0
    foreseen: bool = False
    present: int = 0
    absent: int = 0
    equalities: dict[SyntaxNode, bool] = field(default_factory=dict)

    def one_more(self) -> None:
        """Count an operation; ClaimError beyond the limit."""
        self.done += 1
        spend(OPERATION_STEPS)
        if self.done > MOST_WORK:
            self.allow(self.done)

    def allow(self, operations: int) -> None:
        """Refuse what takes too many operations, before they are done."""
        if operations > MOST_WORK:
            raise TooMuchWork(
                f"more than {MOST_WORK:,} operations", help="smaller sums, or fewer free indices"
            )


@dataclass
class Evaluator:
    """Evaluates nodes; `taped` evaluates with nodes of the assignment's tape."""

    assignment: Assignment
    options: Options
    taped: bool = False
    work: OperationBudget = field(default_factory=OperationBudget)
    notes: list[str] = field(default_factory=list)
    locals: dict[str, Any] = field(default_factory=dict)
    """What the names of a program stand for that is being run."""
    running: bool = False
    """Whether a program is being run."""

    def __post_init__(self) -> None:
        self.context: NetworkContext = self.assignment.context
        self.algebra: Any = self.assignment.taped.tape if self.taped else self.assignment.algebra
        self.zero: Any = self.algebra.number(0)

    def value(self, node: SyntaxNode, env: Environment) -> Value:
        """The value of a node where the indices have the values of `env`."""
        self.work.one_more()
        rule = RULES.get(type(node))
        if rule is None:
            raise ClaimError("a condition stands where a number belongs", help="x > 0 after 'if'")
        return rule(self, node, env)

    def note(self, text: str) -> None:
        """Keep a remark on how something was read."""
        if text not in self.notes:
            self.notes.append(text)

    @cached_property
    def on_tape(self) -> Evaluator:
        """The same evaluation with nodes of the tape."""
        return replace(self, taped=True)

    def defined(self, name: str, indices: tuple[SyntaxNode, ...], env: Environment) -> Value:
        """A name that the text itself defined; the definition may not use the name again."""
        parameters, body = self.options.definitions[name]
        if len(parameters) != len(indices):
            count = f"{len(parameters)} indices" if indices else "indices"
            raise NotChecked(f"'{name}' is defined with {count}")
        values = [evaluate_index(i, env, self.context) for i in indices]
        local = {p: n for p, n in zip(parameters, values, strict=True) if isinstance(n, int)}
        # Without itself: a definition in terms of its own name would never end.
        others = {k: v for k, v in self.options.definitions.items() if k != name}
        inner = replace(self, options=replace(self.options, definitions=others))
        return inner.value(body, {**env, **local})


def _evaluate_number(at: Evaluator, node: Numeral, _env: Environment) -> Value:
    return at.algebra.number(node.value)


def _evaluate_identifier(at: Evaluator, node: Identifier, env: Environment) -> Value:
    name = node.name
    if name == LOWEST:
        return RunningMaximum(at.algebra)
    for table in (env, at.context.size_names, at.context.constants):
        if name in table:
            return at.algebra.number(table[name])
    if name == "alpha" and at.context.sloped:
        # Beside a slope the letter is that slope, and no rate that may be any number.
        raise NotChecked("the network gives its slope as a number, and no letter to it")
    if name == "pi":
        return at.algebra.constant(math.pi, name)
    if name in at.assignment.scalars:
        return at.assignment.scalars[name]
    if name in at.options.definitions:
        return at.defined(name, (), env)
    if name in RATES:
        raise NotChecked(f"there is no value for {name}")
    raise unknown_name(name, at.context)


def _evaluate_power(at: Evaluator, node: Exponentiation, env: Environment) -> Value:
    # Exponents are index expressions: x^2, x^{k-1}, x^{1/2}. The limit comes before the power.
    exponent = evaluate_index(node.exponent, env, at.context)
    if exponent is None or not -MOST_POWER <= exponent <= MOST_POWER:
        raise ClaimError(
            f"an exponent beyond {MOST_POWER}, or none at all", help="a number such as 2"
        )
    if exponent.denominator != 1 and (normal := normalize_constant_root(node)) is not None:
        return at.value(normal, env)
    apply = at.algebra.power(Fraction(exponent))
    return apply_elementwise(at.value(node.base, env), 0, lambda a, _: apply(a + at.zero))


def _evaluate_binary(at: Evaluator, node: BinaryExpression, env: Environment) -> Value:
    left, right = at.value(node.left, env), at.value(node.right, env)
    if node.operator in {"+", "-"}:
        sign = 1 if node.operator == "+" else -1
        return combine_entries(at, left, right, lambda a, b: a + sign * b)
    if node.operator == "/":
        inverse = at.algebra.power(Fraction(-1))
        return combine_entries(at, left, right, lambda a, b: a * inverse(b + at.zero))
    left, right = pad_dilations(at, node, left, right, env)
    return multiply_values(at, node.operator, left, right)


def _evaluate_literal(at: Evaluator, node: ArrayLiteral, env: Environment) -> Value:
    """An array that is written out; of arrays of one shape, the array of all of them."""
    values = [unwrap_scalar(at.value(e, env)) for e in node.entries]
    shapes = {v.shape if isinstance(v, ArrayValue) else () for v in values}
    if len(shapes) != 1:
        raise ClaimError("the entries of the array have different shapes")
    flat = [e for v in values for e in (v.entries if isinstance(v, ArrayValue) else (v,))]
    return arrays.make_array((*node.shape, *shapes.pop()), flat)


def _evaluate_code(at: Evaluator, node: CodeFormula, env: Environment) -> Value:
    return replace(at, options=replace(at.options, star="code")).value(node.body, env)


RULES: Mapping[type[SyntaxNode], Callable[[Evaluator, Any, Environment], Value]] = {
    Numeral: _evaluate_number,
    Identifier: _evaluate_identifier,
    TensorReference: evaluate_reference,
    Differential: evaluate_differential,
    UnaryMinus: lambda at, node, env: apply_elementwise(
        at.value(node.body, env), -1, lambda a, b: a * b
    ),
    Exponentiation: _evaluate_power,
    BinaryExpression: _evaluate_binary,
    Summation: evaluate_sum,
    Maximum: evaluate_maximum,
    FunctionCall: apply_function,
    ArrayLiteral: _evaluate_literal,
    Cases: evaluate_cases,
    Subscript: evaluate_subscript,
    LabelMask: mark_labels,
    CodeFormula: _evaluate_code,
    CodeRun: evaluate_run,
    LocalName: evaluate_local,
}
