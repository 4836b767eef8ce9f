"""Whether two sides agree: in random worlds, in exact numbers, to the printed digits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from math import floor, prod

from symconv.claims.reading.syntax import (
    Binary,
    Differential,
    Entry,
    Matrix,
    Negative,
    Node,
    Number,
    Statement,
)
from symconv.claims.values.arrays import Array, Value
from symconv.claims.values.evaluate import Evaluator, Options
from symconv.claims.values.free import free_indices
from symconv.claims.values.indexing import Environment
from symconv.claims.values.ranges import implied_range
from symconv.claims.values.samples import environments
from symconv.claims.values.world import World

from .facts import Facts
from .limits import MOST_VALUES, ClaimError, NotChecked
from .splits import split_ranges

EQUAL, DIFFERENT, SHAPES = "equal", "different", "shapes"
ENOUGH = 5_000


def compare(left: Value, right: Value) -> str:
    """Equal, different, or of different shapes."""
    a = left.entries if isinstance(left, Array) else (left,)
    b = right.entries if isinstance(right, Array) else (right,)
    if len(a) != len(b):
        return SHAPES
    if isinstance(left, Array) and isinstance(right, Array):
        grids = left.grid(), right.grid()
        if grids[0] != grids[1] and min(map(len, grids)) > 1:
            return SHAPES
    return EQUAL if all(not (x + -1 * y) for x, y in zip(a, b, strict=True)) else DIFFERENT


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


def literal(node: Node) -> list[Number] | None:
    """The printed numbers of a part that is a number or an array of numbers."""
    if isinstance(node, Number):
        return [node]
    if isinstance(node, Negative):
        inner = literal(node.body)
        if inner is None or len(inner) != 1:
            return None
        return [Number(-inner[0].value, inner[0].unit, span=node.span)]
    if isinstance(node, Matrix):
        rows = [literal(e) for row in node.rows for e in row]
        if any(r is None or len(r) != 1 for r in rows):
            return None
        return [r[0] for r in rows if r]
    return None


EXACT, HALF_UNIT, TRUNCATED, OFF = "exact", "half a unit", "truncated", "off"


def printed(claim: Number, truth: Fraction) -> str:
    """How a printed number stands to the true one."""
    if claim.value == truth:
        return EXACT
    unit = claim.unit
    if unit is None or unit >= 1:
        return OFF
    if abs(claim.value - truth) * 2 <= unit:
        return HALF_UNIT
    toward_zero = floor(abs(truth) / unit) * unit * (1 if truth > 0 else -1)
    return TRUNCATED if toward_zero == claim.value else OFF


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
