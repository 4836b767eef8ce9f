"""The value of a formula in a world: one rule for each kind of node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from symconv.claims.model.errors import MOST_POWER, MOST_WORK, ClaimError, NotChecked
from symconv.claims.model.facts import Facts
from symconv.claims.model.tree import (
    Apply,
    Binary,
    Cases,
    Differential,
    Entry,
    Matrix,
    Negative,
    Node,
    Number,
    Power,
    Symbol,
    Total,
)
from symconv.claims.model.vocabulary import RATES

from . import arrays
from .arrays import Array, Value, scalar, zipped
from .assignment import World
from .cases import of_cases
from .functions import apply_function
from .indices import Environment, whole_number
from .jacobians import of_differential
from .products import fitting, multiplied
from .summation import of_total
from .tensor_entries import of_entry

Definitions = Mapping[str, tuple[tuple[str, ...], Node]]


@dataclass
class Options:
    """Choices of reading: whose error signal a bare delta is, and what `*` between arrays means.

    `star` is "window", "entries", or "dots", which is "window" but for two vectors; `kernel` holds
    the indices that count an axis of a kernel.
    """

    base: int
    delta: str = ""
    star: str = "window"
    rate: Fraction | str | None = None
    definitions: Definitions = field(default_factory=dict)
    kernel: frozenset[str] = frozenset()


@dataclass
class Work:
    """How many operations were done, over all evaluators that belong together.

    `foreseen` says that those of the sum that is being worked out were counted beforehand.
    """

    done: int = 0
    foreseen: bool = False

    def one_more(self) -> None:
        """Count an operation; ClaimError beyond the limit."""
        self.done += 1
        if self.done > MOST_WORK:
            self.allow(self.done)

    def allow(self, operations: int) -> None:
        """Refuse what takes too many operations, before they are done."""
        if operations > MOST_WORK:
            raise ClaimError(
                f"more than {MOST_WORK:,} operations", help="smaller sums, or fewer free indices"
            )


@dataclass
class Evaluator:
    """Evaluates nodes; `taped` evaluates with nodes of the world's tape."""

    world: World
    options: Options
    taped: bool = False
    work: Work = field(default_factory=Work)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.facts: Facts = self.world.facts
        self.algebra: Any = self.world.taped.tape if self.taped else self.world.algebra
        self.zero: Any = self.algebra.number(0)

    def value(self, node: Node, env: Environment) -> Value:
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

    def on_tape(self) -> Evaluator:
        """The same evaluation with nodes of the tape."""
        return replace(self, taped=True)

    def defined(self, name: str, indices: tuple[Node, ...], env: Environment) -> Value:
        """A name that the text itself defined; the definition may not use the name again."""
        parameters, body = self.options.definitions[name]
        if len(parameters) != len(indices):
            count = f"{len(parameters)} indices" if indices else "indices"
            raise NotChecked(f"'{name}' is defined with {count}")
        values = [whole_number(i, env, self.facts) for i in indices]
        local = {p: n for p, n in zip(parameters, values, strict=True) if isinstance(n, int)}
        others = {k: v for k, v in self.options.definitions.items() if k != name}
        inner = replace(self, options=replace(self.options, definitions=others))
        return inner.value(body, {**env, **local})


def _of_number(at: Evaluator, node: Number, _env: Environment) -> Value:
    return at.algebra.number(node.value)


def _of_symbol(at: Evaluator, node: Symbol, env: Environment) -> Value:
    name = node.name
    for table in (env, at.facts.size_names):
        if name in table:
            return at.algebra.number(table[name])
    if name in at.world.scalars:
        return at.world.scalars[name]
    if name in at.options.definitions:
        return at.defined(name, (), env)
    known = name in RATES
    raise NotChecked(f"there is no value for {name}" if known else f"the network has no '{name}'")


def _of_power(at: Evaluator, node: Power, env: Environment) -> Value:
    exponent = whole_number(node.exponent, env, at.facts)
    if exponent is None or not -MOST_POWER <= exponent <= MOST_POWER:
        raise ClaimError(
            f"an exponent beyond {MOST_POWER}, or none at all", help="a number such as 2"
        )
    apply = at.algebra.power(Fraction(exponent))
    return zipped(at.value(node.base, env), 0, lambda a, _: apply(a + at.zero))


def _of_binary(at: Evaluator, node: Binary, env: Environment) -> Value:
    left, right = at.value(node.left, env), at.value(node.right, env)
    if node.operator in {"+", "-"}:
        sign = 1 if node.operator == "+" else -1
        return fitting(zipped(left, right, lambda a, b: a + sign * b), left, right)
    if node.operator == "/":
        inverse = at.algebra.power(Fraction(-1))
        found = zipped(left, right, lambda a, b: a * inverse(b + at.zero))
        return fitting(found, left, right)
    return multiplied(at, node.operator, left, right)


def _of_matrix(at: Evaluator, node: Matrix, env: Environment) -> Value:
    rows = [[scalar(at.value(e, env)) for e in row] for row in node.rows]
    widths = {len(row) for row in rows}
    if len(widths) != 1:
        raise ClaimError("the rows of the matrix have different lengths")
    flat = [e for row in rows for e in row]
    if any(isinstance(e, Array) for e in flat):
        raise ClaimError("an entry of the matrix is an array itself")
    return arrays.plain((len(rows), widths.pop()), flat)


RULES: Mapping[type[Node], Callable[[Evaluator, Any, Environment], Value]] = {
    Number: _of_number,
    Symbol: _of_symbol,
    Entry: of_entry,
    Differential: of_differential,
    Negative: lambda at, node, env: zipped(at.value(node.body, env), -1, lambda a, b: a * b),
    Power: _of_power,
    Binary: _of_binary,
    Total: of_total,
    Apply: apply_function,
    Matrix: _of_matrix,
    Cases: of_cases,
}
