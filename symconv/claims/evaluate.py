"""The value of a formula in a world: one method for each kind of node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from symconv.semantics.tape import Node as Recorded

from . import arrays
from .arrays import Array, Block, Value, scalar, zipped
from .facts import Facts, Shape
from .indexing import Environment, key_of, place_of, span_of, whole_number
from .limits import MOST_POWER, MOST_WORK, ClaimError, NotChecked
from .syntax import (
    Apply,
    Binary,
    Cases,
    Compare,
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
from .words import RATES
from .world import World

Definitions = Mapping[str, tuple[tuple[str, ...], Node]]
SLOPES = {"relu", "sigmoid", "tanh", "softplus", "exp", "log", "absolute"}


@dataclass
class Options:
    """Choices of reading: whose error signal a bare delta is, and what `*` between arrays means."""

    base: int
    delta: str = ""
    star: str = "window"
    rate: Fraction | None = None
    definitions: Definitions = field(default_factory=dict)


@dataclass
class Evaluator:
    """Evaluates nodes; `taped` evaluates with nodes of the world's tape."""

    world: World
    options: Options
    taped: bool = False
    work: int = 0
    notes: list[str] = field(default_factory=list)
    starred: bool = False

    @property
    def facts(self) -> Facts:
        return self.world.facts

    @property
    def algebra(self) -> Any:
        return self.world.taped.tape if self.taped else self.world.algebra

    @property
    def zero(self) -> Any:
        return self.algebra.number(0)

    def value(self, node: Node, env: Environment) -> Value:
        """The value of a node where the indices have the values of `env`."""
        self.work += 1
        if self.work > MOST_WORK:
            raise ClaimError(
                f"more than {MOST_WORK:,} operations", help="smaller sums, or fewer free indices"
            )
        return getattr(self, f"of_{type(node).__name__.lower()}")(node, env)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def of_number(self, node: Number, _env: Environment) -> Value:
        return self.algebra.number(node.value)

    def of_symbol(self, node: Symbol, env: Environment) -> Value:
        name = node.name
        if name in env:
            return self.algebra.number(env[name])
        if name in self.facts.size_names:
            return self.algebra.number(self.facts.size_names[name])
        if name in self.world.scalars:
            return self.world.scalars[name]
        if name in self.options.definitions:
            return self.defined(name, (), env)
        if name in RATES:
            raise NotChecked(f"there is no value for {name}")
        raise NotChecked(f"the network has no '{name}'")

    def defined(self, name: str, indices: tuple[Node, ...], env: Environment) -> Value:
        """A name that the text itself defined."""
        parameters, body = self.options.definitions[name]
        if len(parameters) != len(indices):
            if not indices and parameters:
                raise NotChecked(f"'{name}' is defined with indices")
            raise NotChecked(f"'{name}' is defined with {len(parameters)} indices")
        values = [whole_number(i, env, self.facts) for i in indices]
        local = {p: n for p, n in zip(parameters, values, strict=True) if isinstance(n, int)}
        inner = replace(
            self.options,
            definitions={k: v for k, v in self.options.definitions.items() if k != name},
        )
        other = Evaluator(self.world, inner, self.taped, self.work)
        found = other.value(body, {**env, **local})
        self.work = other.work
        return found

    def of_entry(self, node: Entry, env: Environment) -> Value:
        if node.letter in self.world.extra and node.letter not in self.facts.layers:
            shape, table = self.world.extra[node.letter]
            return self.picked(node, env, shape, table, node.letter, below=False)
        if not node.kind and node.letter not in self.facts.layers:
            if node.letter in self.options.definitions:
                return self.defined(node.letter, node.indices or (), env)
            raise NotChecked(f"the network has no '{node.letter}'")
        key = key_of(node, env, self.facts, self.options.delta)
        if node.fresh:
            return self.updated(node, key, env)
        if node.kind:
            return self.gradient(key, node, env)
        table = self.forward(key)
        return self.picked(node, env, self.world.shape(key), table, key, below=False)

    def forward(self, key: str) -> Any:
        if not self.taped:
            return self.world.table(key)
        if key not in self.world.taped.tables:
            raise NotChecked(f"there are no values for {key}")
        return self.world.taped.tables[key]

    def gradient(self, key: str, node: Entry, env: Environment) -> Value:
        """dC/d(tensor): from the derived program, or along the tape where it is not derived."""
        tensor = self.facts.deltas.get(key)
        shape = self.world.shape(key)
        if tensor is not None:
            table: Any = self.world.table(tensor.key)
        else:
            cost = self.world.taped.tables[self.facts.cost][(0,)]
            table = self.along(self.world.slopes(cost), key)
        return self.picked(node, env, shape, table, key, below=True)

    def along(self, slopes: list[Any], key: str) -> dict[Any, Any]:
        nodes = self.world.taped.tables[key]
        zero = self.world.algebra.number(0)
        return {p: slopes[n.order] + zero for p, n in nodes.items()}

    def picked(  # noqa: PLR0913 - an entry of a table depends on exactly these
        self, node: Entry, env: Environment, shape: Shape, table: Any, key: str, *, below: bool
    ) -> Value:
        """The entry at the node's indices; the whole array without indices; 0 where absent."""
        if node.indices is None:
            entries = tuple(table[p] for p in product(*map(range, shape)))
            whole = Array((Block(key, shape, below),), entries)
            return whole if len(entries) > 1 else entries[0]
        place = place_of(node.indices, env, shape, self.options.base, self.facts)
        return table.get(place, self.zero) if place is not None else self.zero

    def updated(self, node: Entry, key: str, env: Environment) -> Value:
        """w after one step of gradient descent: w - rate * dC/dw."""
        old = self.of_entry(replace(node, fresh=False), env)
        slope = self.gradient(key, node, env)
        rate = self.world.scalars.get("rate")
        if self.options.rate is not None:
            rate = self.algebra.number(self.options.rate)
        if rate is None:
            raise NotChecked("there is no value for the learning rate")
        return zipped(old, slope, lambda w, g: w + -1 * rate * g)

    def of_differential(self, node: Differential, env: Environment) -> Value:
        key = key_of(node.by, env, self.facts, self.options.delta)
        if key not in self.facts.tensors:
            raise NotChecked(f"the network has no '{node.by.letter}'")
        if isinstance(node.of, Entry) and self.is_cost(node.of):
            return self.gradient(key, node.by, env)
        inner = Evaluator(self.world, self.options, taped=True, work=self.work)
        above = inner.value(node.of, env)
        self.work = inner.work
        return self.jacobian(above, node.by, key, env)

    def is_cost(self, node: Entry) -> bool:
        return node.letter == self.facts.cost and not node.kind

    def jacobian(self, above: Value, by: Entry, key: str, env: Environment) -> Value:
        """The derivatives of all entries above by the entries below, along the tape."""
        shape = self.world.shape(key)
        seeds = above.entries if isinstance(above, Array) else (above,)
        zero = self.world.algebra.number(0)
        found: list[Any] = []
        indexed = by.indices is not None
        for seed in seeds:
            if isinstance(seed, Recorded):
                table = self.along(self.world.slopes(seed), key)
            else:
                table = dict.fromkeys(product(*map(range, shape)), zero)
            value = self.picked(by, env, shape, table, key, below=True)
            found += list(value.entries) if isinstance(value, Array) else [value]
        blocks = above.blocks if isinstance(above, Array) else ()
        if not indexed and prod(shape) > 1:
            blocks = (*blocks, Block(key, shape, below=True))
        return Array(blocks, tuple(found)) if blocks else found[0]

    def of_negative(self, node: Negative, env: Environment) -> Value:
        return zipped(self.value(node.body, env), -1, lambda a, b: a * b)

    def of_power(self, node: Power, env: Environment) -> Value:
        exponent = whole_number(node.exponent, env, self.facts, fraction=True)
        if exponent is None or not -MOST_POWER <= exponent <= MOST_POWER:
            raise ClaimError(
                f"an exponent beyond {MOST_POWER}, or none at all", help="a number such as 2"
            )
        base = self.value(node.base, env)
        apply = self.algebra.power(Fraction(exponent))
        return zipped(base, 0, lambda a, _: apply(a + self.zero))

    def of_binary(self, node: Binary, env: Environment) -> Value:
        left, right = self.value(node.left, env), self.value(node.right, env)
        if node.operator in {"+", "-"}:
            sign = 1 if node.operator == "+" else -1
            found = zipped(left, right, lambda a, b: a + sign * b)
            return self.fitting(found, left, right, node)
        if node.operator == "/":
            inverse = self.algebra.power(Fraction(-1))
            return self.fitting(
                zipped(left, right, lambda a, b: a * inverse(b + self.zero)), left, right, node
            )
        return self.multiplied(node, left, right)

    def fitting(self, found: Value | None, left: Value, right: Value, node: Node) -> Value:
        if found is None:
            shapes = [" x ".join(map(str, v.shape)) for v in (left, right)]
            raise ClaimError(f"arrays of {shapes[0]} and {shapes[1]} do not fit together")
        return found

    def multiplied(self, node: Binary, left: Value, right: Value) -> Value:
        """A product; between arrays the chain rule, a window, a matrix product or entry by entry."""
        both = isinstance(left, Array) and isinstance(right, Array)
        times = lambda a, b: a * b  # noqa: E731 - a name for the operator
        if not both or len(left.entries) == 1 or len(right.entries) == 1:
            if not (both and node.operator in {"*", "conv", "corr"} and self.windows(left, right)):
                return zipped(left, right, times)
        if arrays.shared(left, right) is not None and node.operator != "had":
            a, _ = arrays.shared(left, right) or (0, 0)
            block = left.blocks[a]
            self.note(
                f"the product over {block.key} is read as the chain rule: "
                f"summed over its {prod(block.shape)} entries"
            )
            return arrays.contracted(left, right, self.zero)
        return self.fitting(self.array_product(node.operator, left, right), left, right, node)

    def windows(self, left: Array, right: Array) -> bool:
        return False

    def array_product(self, operator: str, left: Array, right: Array) -> Value | None:
        times = lambda a, b: a * b  # noqa: E731 - a name for the operator
        if operator in {"*", "conv", "corr"}:
            self.starred = self.starred or operator == "*"
            if operator != "*" or self.options.star == "window":
                big, small = sorted((left, right), key=lambda v: -len(v.entries))
                flip = operator != "corr" and self.flips
                found = arrays.windowed(big, small, self.zero, flip=flip)
                if found is not None:
                    word = "convolution (flipped)" if flip else "correlation (not flipped)"
                    self.note(f"'*' between arrays is read as {word}, as in this network")
                    return scalar(found) if len(found.entries) == 1 else found
            return zipped(left, right, times)
        if operator == "@":
            return arrays.matrix_product(left, right, self.zero)
        if operator == "had":
            return zipped(left, right, times)
        found = arrays.matrix_product(left, right, self.zero)
        return found if found is not None else zipped(left, right, times)

    @property
    def flips(self) -> bool:
        """Whether the network's convolutions turn their kernel."""
        from symconv.notation.conventions import conventions

        return any("read backwards" in line for line in conventions(self.facts.forward))

    def of_total(self, node: Total, env: Environment) -> Value:
        """The sum over all values of the indices."""
        total: Value = self.zero
        for inner in self.assignments(node, 0, env):
            term = self.value(node.body, inner)
            added = zipped(total, term, lambda a, b: a + b)
            total = self.fitting(added, total, term, node)
        return total

    def assignments(self, node: Total, n: int, env: Environment) -> Iterator[Environment]:
        if n == len(node.limits):
            yield env
            return
        limit = node.limits[n]
        span = span_of(limit, node.body, env, self.facts, self.options)
        if limit.low is None or limit.high is None:
            self.note(f"the sum over {limit.name} is read as {span.start}..{span.stop - 1}")
        for value in span:
            inner = {**env, limit.name: value}
            skip = limit.unequal is not None
            if skip and value == whole_number(limit.unequal, env, self.facts):  # type: ignore[arg-type]
                continue
            yield from self.assignments(node, n + 1, inner)

    def of_apply(self, node: Apply, env: Environment) -> Value:
        from .functions import apply_function

        return apply_function(self, node, env)

    def of_matrix(self, node: Matrix, env: Environment) -> Value:
        rows = [[self.value(e, env) for e in row] for row in node.rows]
        widths = {len(row) for row in rows}
        if len(widths) != 1:
            raise ClaimError("the rows of the matrix have different lengths")
        flat = [scalar(e) for row in rows for e in row]
        if any(isinstance(e, Array) for e in flat):
            raise ClaimError("an entry of the matrix is an array itself")
        return arrays.plain((len(rows), widths.pop()), flat)

    def of_cases(self, node: Cases, env: Environment) -> Value:
        """The first branch whose condition holds."""
        total: Value = self.zero
        left_over: Value = self.algebra.number(1)
        for value, condition in node.branches:
            holds = left_over if condition is None else left_over * self.holds(condition, env)
            if condition is not None:
                left_over = left_over + -1 * holds
            term = zipped(self.value(value, env), holds, lambda a, b: a * b)
            total = zipped(total, term, lambda a, b: a + b)
        return total

    def holds(self, condition: Node, env: Environment) -> Any:
        """1 or 0; `<=` and `>=` are taken as 0 at equality being decided by the strict sign."""
        if not isinstance(condition, Compare):
            raise ClaimError("a condition is expected here", help="x > 0")
        if condition.relation in {"=", "!="}:
            return self.equality(condition, env)
        a, b = scalar(self.value(condition.left, env)), scalar(self.value(condition.right, env))
        difference = a + -1 * b if condition.relation.startswith(">") else b + -1 * a
        step = self.algebra.function("step")
        if condition.relation in {">=", "<="} and not difference:
            return self.algebra.number(1)
        return step(difference)

    def equality(self, condition: Compare, env: Environment) -> Any:
        sides = [whole_number(s, env, self.facts) for s in (condition.left, condition.right)]
        if None not in sides:
            same = sides[0] == sides[1]
        else:
            a, b = (scalar(self.value(s, env)) for s in (condition.left, condition.right))
            same = not (a + -1 * b)
        return self.algebra.number(int(same == (condition.relation == "=")))
