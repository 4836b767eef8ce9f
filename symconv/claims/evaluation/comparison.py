"""Whether two sides agree: in random worlds, in exact numbers, to the printed digits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from symconv.claims.model.errors import MOST_VALUES, ClaimError, NotChecked
from symconv.claims.model.facts import Facts
from symconv.claims.model.tree import Binary, Differential, Entry, Node, Number, Statement

from .arrays import Array, Value
from .assignment import World
from .assignments import rational_world
from .block_indices import split_ranges
from .evaluate import Evaluator, Options
from .free_indices import free_indices
from .index_ranges import implied_range
from .index_samples import environments
from .indices import Environment
from .intervals import apart_from_zero
from .modular_field import Undefined

EQUAL, DIFFERENT, SHAPES = "equal", "different", "shapes"
ENOUGH = 5_000


def compare(left: Value, right: Value) -> str:
    """Equal, different, or of different shapes; numbers with bounds are equal if they may be."""
    a = left.entries if isinstance(left, Array) else (left,)
    b = right.entries if isinstance(right, Array) else (right,)
    if len(a) != len(b):
        return _against_zero(left, right)
    if _lies(left, right) or _lies(right, left):
        return SHAPES
    if isinstance(left, Array) and isinstance(right, Array):
        grids = left.grid(), right.grid()
        if grids[0] != grids[1] and min(map(len, grids)) > 1:
            return SHAPES
    pairs = zip(a, b, strict=True)
    return DIFFERENT if any(apart_from_zero(x + -1 * y) for x, y in pairs) else EQUAL


def _lies(row: Value, column: Value) -> bool:
    """Whether a vector that was laid down stands against a matrix of one column."""
    if not (isinstance(row, Array) and row.is_row and isinstance(column, Array)):
        return False
    return len(column.shape) == 2 and column.shape[1] == 1


def _against_zero(left: Value, right: Value) -> str:
    """An array against a number: 0 stands for an array of zeros."""
    array, number = (left, right) if isinstance(left, Array) else (right, left)
    if isinstance(number, Array) or number:
        return SHAPES
    return DIFFERENT if any(map(apart_from_zero, array.entries)) else EQUAL


@dataclass(frozen=True)
class Question:
    """A statement together with everything that its meaning depends on."""

    statement: Statement
    facts: Facts
    options: Options

    @property
    def names(self) -> list[str]:
        known = frozenset(self.options.definitions)
        return free_indices(self.statement.parts, self.facts, known)

    def ranges(self) -> list[tuple[str, range]]:
        """The free indices and all of their values."""
        split = split_ranges(self.statement.parts, self.facts, self.options)
        env: dict[str, int] = {}
        found = []
        for name in self.names:
            span = split.get(name) or self._implied(name, env)
            found.append((name, span))
            env[name] = span.start
        count = prod(len(s) for _, s in found)
        if count > MOST_VALUES:
            raise ClaimError(
                f"{count:,} values of the free indices", help=f"at most {MOST_VALUES:,} are tried"
            )
        return found

    def _implied(self, name: str, env: Environment) -> range:
        """The range that the entries say which a free index stands at."""
        found = None
        for part in self.statement.parts:
            with suppress(NotChecked):
                found = implied_range(name, part, env, self.facts, self.options)
                if found.start >= self.options.base:
                    return found
        if found is None:
            raise NotChecked(f"the index '{name}' has no range")
        return found

    def environments(self, most: int = ENOUGH) -> list[Environment]:
        """The values of the free indices, all of them or the borders and a sample."""
        return environments(self.ranges(), most)

    def sampled(self, most: int = ENOUGH) -> str:
        """A remark where not every value of the free indices is tried."""
        count = prod(len(s) for _, s in self.ranges())
        if count <= most:
            return ""
        return f"tried at {most:,} of {count:,} values of the free indices, the borders among them"


def evaluated(
    question: Question, n: int, world: World, env: Environment, notes: list[str] | None = None
) -> Value:
    """The value of one part of the statement."""
    evaluator = Evaluator(world, question.options)
    value = evaluator.value(question.statement.parts[n], env)
    if notes is not None:
        notes += [x for x in evaluator.notes if x not in notes]
    return value


def values_of(question: Question, n: int, world: World, envs: Sequence[Environment]) -> list[Value]:
    """One part at all values of the free indices."""
    return [evaluated(question, n, world, env) for env in envs]


def agree(left: Sequence[Value], right: Sequence[Value]) -> str:
    """The comparison over all free indices."""
    outcomes = [compare(a, b) for a, b in zip(left, right, strict=True)]
    if SHAPES in outcomes:
        return SHAPES
    return DIFFERENT if DIFFERENT in outcomes else EQUAL


def is_constant(node: Node) -> bool:
    """Whether a part is made of numbers alone."""
    return not any(
        type(n).__name__ in {"Entry", "Differential", "Symbol", "Total"} for n in node.walk()
    )


def is_zero(question: Question, n: int) -> bool:
    """Whether a part is 0 in whole numbers, or zeros; a decimal may be what rounding left."""
    part = question.statement.parts[n]
    if any(isinstance(x, Number) and x.unit is not None and x.unit < 1 for x in part.walk()):
        return False
    with suppress(Undefined, ClaimError):
        value = evaluated(question, n, rational_world(question.facts, {}), {})
        return not any(value.entries if isinstance(value, Array) else (value,))
    return False


def mentions(node: Node) -> Iterator[Node]:
    """The entries and derivatives of a part."""
    for n in node.walk():
        if isinstance(n, Entry | Differential):
            yield n


def leading_factor(node: Node) -> Fraction | None:
    """The first decimal that multiplies something: a learning rate."""
    for n in node.walk():
        if isinstance(n, Binary) and n.operator in {"", "*"} and isinstance(n.left, Number):
            return n.left.value
    return None
