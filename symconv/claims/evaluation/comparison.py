"""Whether two sides agree: in random assignments, in exact numbers, to the printed digits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

from symconv.claims.model.context import NetworkContext
from symconv.claims.model.errors import MOST_VALUES, ClaimError, NotChecked
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Differential,
    Identifier,
    Numeral,
    Statement,
    Summation,
    SyntaxNode,
    TensorReference,
)

from .arrays import ArrayValue, Value
from .assign import assign_rationals
from .assignment import Assignment
from .evaluator import Evaluator, Options
from .free_indices import find_free_indices, infer_block_ranges, sample_environments
from .index_expressions import Environment
from .index_ranges import infer_range
from .interval_algebra import excludes_zero
from .layer_values import span_layers
from .modular_field import Undefined

EQUAL, DIFFERENT, SHAPES = "equal", "different", "shapes"
MOST_COUNTED = 2**62
"""What is surely counted by a range of Python."""

ENOUGH = 5_000
"""At how many values of the free indices a claim is tried at most; the borders are among them."""


def compare_values(left: Value, right: Value) -> str:
    """Equal, different, or of different shapes; numbers with bounds are equal if they may be."""
    a = left.entries if isinstance(left, ArrayValue) else (left,)
    b = right.entries if isinstance(right, ArrayValue) else (right,)
    if len(a) != len(b):
        return _compare_with_zero(left, right)
    if _is_row_against_column(left, right) or _is_row_against_column(right, left):
        return SHAPES
    if isinstance(left, ArrayValue) and isinstance(right, ArrayValue):
        grids = left.grid(), right.grid()
        # A flat list stands for a grid of as many entries; two grids have to be alike.
        if grids[0] != grids[1] and min(map(len, grids)) > 1:
            return SHAPES
    pairs = zip(a, b, strict=True)
    return DIFFERENT if any(excludes_zero(x + -1 * y) for x, y in pairs) else EQUAL


def _is_row_against_column(row: Value, column: Value) -> bool:
    """Whether a row vector stands against a matrix of one column."""
    if not (isinstance(row, ArrayValue) and row.is_row and isinstance(column, ArrayValue)):
        return False
    return len(column.shape) == 2 and column.shape[1] == 1


def _compare_with_zero(left: Value, right: Value) -> str:
    """An array against a number: 0 stands for an array of zeros."""
    array, number = (left, right) if isinstance(left, ArrayValue) else (right, left)
    if isinstance(number, ArrayValue) or number:
        return SHAPES
    return DIFFERENT if any(map(excludes_zero, array.entries)) else EQUAL


@dataclass(frozen=True)
class Question:
    """A statement together with everything that its meaning depends on."""

    statement: Statement
    context: NetworkContext
    options: Options

    @property
    def names(self) -> list[str]:
        known = frozenset(self.options.definitions)
        return find_free_indices(self.statement.parts, self.context, known)

    def layers(self) -> list[Environment]:
        """Every choice of layers for the free indices that count layers."""
        parts, delta = self.statement.parts, self.options.delta
        spans = {name: span_layers(name, parts, self.context, delta) for name in self.names}
        counted = {name: span for name, span in spans.items() if span is not None}
        return [dict(zip(counted, choice, strict=True)) for choice in product(*counted.values())]

    def ranges(self, layers: Environment) -> list[tuple[str, range]]:
        """The free indices and all of their values, in a choice of layers."""
        split = infer_block_ranges(self.statement.parts, self.context, self.options)
        env: dict[str, int] = dict(layers)
        found = [(name, range(n, n + 1)) for name, n in layers.items()]
        for name in self.names:
            if name not in layers:
                span = split.get(name) or self._implied(name, env)
                found.append((name, span))
                env[name] = span.start
        count = prod(len(s) for _, s in found)
        # Where nothing is tried, some of any number are looked at.
        most = MOST_COUNTED if self.context.is_too_large else MOST_VALUES
        if count > most:
            raise ClaimError(
                f"{count:,} values of the free indices", help=f"at most {most:,} are tried"
            )
        return found

    def _implied(self, name: str, env: Environment) -> range:
        """The range that the entries say which a free index stands at."""
        found = None
        for part in self.statement.parts:
            with suppress(NotChecked):
                found = infer_range(name, part, env, self.context, self.options)
                if found.start >= self.options.base:
                    return found
        if found is None:
            raise NotChecked(f"the index '{name}' has no range")
        return found

    def environments(
        self, most: int = ENOUGH, near: Collection[int] = frozenset()
    ) -> list[Environment]:
        """The values of the free indices, all of them or the borders and a sample.

        The values next to the numbers `near` are among them.
        """
        choices = self.layers()
        share = max(1, min(most, ENOUGH) // max(1, len(choices)))
        return [
            env
            for layers in choices
            for env in sample_environments(self.ranges(layers), share, near)
        ]

    def sampled(self, most: int = ENOUGH) -> str:
        """A remark where not every value of the free indices is tried."""
        count = sum(prod(len(s) for _, s in self.ranges(layers)) for layers in self.layers())
        most = min(most, ENOUGH)
        if count <= most:
            return ""
        return f"tried at {most:,} of {count:,} values of the free indices, the borders among them"


def evaluate_part(
    question: Question,
    n: int,
    assignment: Assignment,
    env: Environment,
    notes: list[str] | None = None,
) -> Value:
    """The value of one part of the statement."""
    evaluator = Evaluator(assignment, question.options)
    value = evaluator.value(question.statement.parts[n], env)
    if notes is not None:
        notes += [x for x in evaluator.notes if x not in notes]
    return value


def evaluate_everywhere(
    question: Question, n: int, assignment: Assignment, envs: Sequence[Environment]
) -> list[Value]:
    """One part at all values of the free indices."""
    return [evaluate_part(question, n, assignment, env) for env in envs]


def compare_everywhere(left: Sequence[Value], right: Sequence[Value]) -> str:
    """The comparison over all free indices."""
    outcomes = [compare_values(a, b) for a, b in zip(left, right, strict=True)]
    if SHAPES in outcomes:
        return SHAPES
    return DIFFERENT if DIFFERENT in outcomes else EQUAL


def agree_everywhere(
    question: Question, pair: tuple[int, int], assignment: Assignment, envs: Sequence[Environment]
) -> bool:
    """Whether two parts are equal at all values of the free indices; it ends where they differ."""
    for env in envs:
        first, second = (evaluate_part(question, n, assignment, env) for n in pair)
        if compare_values(first, second) != EQUAL:
            return False
    return True


def is_constant(node: SyntaxNode) -> bool:
    """Whether a part is made of numbers alone."""
    return not any(
        isinstance(n, TensorReference | Differential | Identifier | Summation) for n in node.walk()
    )


def states_zero(question: Question, n: int) -> bool:
    """Whether a part is 0 in whole numbers, or zeros; a decimal may be what rounding left."""
    part = question.statement.parts[n]
    if any(isinstance(x, Numeral) and x.unit is not None and x.unit < 1 for x in part.walk()):
        return False
    with suppress(Undefined, ClaimError):
        value = evaluate_part(question, n, assign_rationals(question.context, {}), {})
        return not any(value.entries if isinstance(value, ArrayValue) else (value,))
    return False


def find_references(node: SyntaxNode) -> Iterator[SyntaxNode]:
    """The references to tensors and the derivatives in a part."""
    for n in node.walk():
        if isinstance(n, TensorReference | Differential):
            yield n


def find_leading_factor(node: SyntaxNode) -> Fraction | None:
    """The first decimal that multiplies something: a learning rate."""
    for n in node.walk():
        if (
            isinstance(n, BinaryExpression)
            and n.operator in {"", "*"}
            and isinstance(n.left, Numeral)
        ):
            return n.left.value
    return None
