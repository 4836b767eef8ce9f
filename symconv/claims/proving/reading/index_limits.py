"""What a claim says of its indices: the values of an index expression, limits that are left out.

Limits that are left out are read as the evaluator of claims reads them: those of the axes that the
index counts, or else all values for which the entries exist whose index it stands in alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from symconv.claims.evaluation.evaluator import Options
from symconv.claims.evaluation.index_expressions import resolve_key
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.errors import ClaimError
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Differential,
    Exponentiation,
    FunctionCall,
    FurtherAxes,
    Identifier,
    Numeral,
    Summation,
    SumRange,
    SyntaxNode,
    TensorReference,
    UnaryMinus,
)
from symconv.claims.proving.forms.budget import NotProvedError
from symconv.claims.proving.forms.index_forms import IndexForm, make_constant, make_index
from symconv.claims.proving.forms.size_polynomials import (
    Coefficient,
    SizePolynomial,
    make_fraction,
)
from symconv.claims.proving.forms.terms import (
    Form,
    FreshNames,
    bind_index,
    limit_index,
    make_bracket,
    multiply_forms,
)
from symconv.claims.proving.rules.integer_division import find_denominator

from .array_forms import count_entries
from .equations import NetworkEquations

IndexValues = Mapping[str, IndexForm]
FLOORS = {"floor", "ceil"}
INDEX_NODES = (Numeral, Identifier, UnaryMinus, BinaryExpression, Exponentiation)


class Digits:
    """Indices that an index expression stands for, each summed over one value at most."""

    def __init__(self, fresh: FreshNames) -> None:
        self.fresh = fresh
        self.names: list[str] = []
        self.limits: list[IndexForm] = []
        self.equations: list[IndexForm] = []

    def name(self) -> str:
        """A new index."""
        return self.fresh.next()

    def add(self, name: str, limits: Iterable[IndexForm]) -> None:
        """An index with the forms that are at least 0 at its one value."""
        self.names.append(name)
        self.limits += limits

    def close(self, form: Form) -> Form:
        """The sum over all of them."""
        if not self.names:
            return form
        brackets = make_bracket(nonnegative=tuple(self.limits), zero=tuple(self.equations))
        form = multiply_forms(brackets, form)
        for name in self.names:
            form = bind_index(form, name)
        return form


@dataclass(frozen=True)
class AxisUse:
    """An index of an entry in which a name stands, and the extent of the axis that it counts."""

    index: SyntaxNode
    extent: Coefficient


class IndexReader:
    """Reads the indices, sizes and limits of one claim."""

    def __init__(
        self, equations: NetworkEquations, options: Options, layers: Mapping[str, int]
    ) -> None:
        self.equations = equations
        self.sizes = equations.sizes
        self.context: NetworkContext = equations.context
        self.options = options
        self.layers = layers
        self.digits: Digits | None = None
        self.names = {str(s).replace("_", ""): c for s, c in self.sizes.values.items()}

    # ---- values

    def index(self, node: SyntaxNode, env: IndexValues) -> IndexForm:
        """An index expression as it is written, counted from the base of the claim."""
        if isinstance(node, Numeral):
            return make_constant(make_fraction(node.value))
        if isinstance(node, Identifier):
            return env[node.name] if node.name in env else make_constant(self.size(node.name))
        if isinstance(node, UnaryMinus):
            return self.index(node.body, env).scale(-1)
        if isinstance(node, Exponentiation) and isinstance(node.exponent, Numeral):
            base, exponent = self.index(node.base, env), node.exponent.value
            if not base.slopes and exponent.denominator == 1:
                return make_constant(self.sizes.power(base.constant, int(exponent)))
        if isinstance(node, BinaryExpression):
            return self._binary(node, env)
        if isinstance(node, FunctionCall):
            return self._function(node, env)
        raise NotProvedError("an index that is no sum of indices and sizes")

    def _function(self, node: FunctionCall, env: IndexValues) -> IndexForm:
        """Floor, ceiling, and i mod n = i - n floor(i / n)."""
        values = [self.index(a, env) for a in node.arguments]
        if node.function in FLOORS and len(values) == 1:
            return self._round(values[0], up=node.function == "ceil")
        if node.function != "modulo" or len(values) != 2 or values[1].slopes:
            raise NotProvedError(f"'{node.function}' in an index")
        value, step = values[0], values[1].constant
        return value - self._round(value.scale(self.sizes.invert(step)), up=False).scale(step)

    def _round(self, value: IndexForm, *, up: bool) -> IndexForm:
        """f(floor(e / s)) is the sum over q of f(q) [0 <= e - s q < s]."""
        if not value.slopes:
            return make_constant(self._round_size(value.constant, up=up))
        if self.digits is None:
            raise NotProvedError("a floor where no entry is read")
        step = find_denominator(value)
        digit = self.digits.name()
        rest = (value - make_index(digit)).scale(step)
        if up:
            rest = rest.scale(-1)
        self.digits.add(digit, limit_index(rest, step))
        return make_index(digit)

    def _round_size(self, value: Coefficient, *, up: bool) -> Coefficient:
        """The whole number below a size expression, as far as a size of the network is that."""
        if not isinstance(value, SizePolynomial):
            return ceil(value) if up else floor(value)
        step = find_denominator(make_constant(value))
        for size in dict.fromkeys(self.sizes.values.values()):
            for guess in (size, size + -1):
                rest = (value - guess) * step * (-1 if up else 1)
                if all(self.sizes.nonnegative(e) for e in (rest, step - rest + -1)):
                    return guess
        raise NotProvedError("a floor of sizes that is no size of the network")

    def number_places(self, number: IndexForm, shape: Sequence[Coefficient]) -> list[IndexForm]:
        """The place of the entry with a number, counted row by row: one digit for each axis."""
        if self.digits is None:
            raise NotProvedError("one index for several axes")
        names = [self.digits.name() for _ in shape]
        rest = number
        for n, name in enumerate(names):
            rest = rest - make_index(name).scale(count_entries(tuple(shape[n + 1 :])))
            self.digits.add(name, limit_index(make_index(name), shape[n]))
        self.digits.equations.append(rest)
        return [make_index(name) for name in names]

    def _binary(self, node: BinaryExpression, env: IndexValues) -> IndexForm:
        a, b = self.index(node.left, env), self.index(node.right, env)
        if node.operator == "+":
            return a + b
        if node.operator == "-":
            return a - b
        if node.operator == "/":
            if b.slopes:
                raise NotProvedError("a division by an index")
            return a.scale(self.sizes.invert(b.constant))
        if a.slopes and b.slopes:
            raise NotProvedError("a product of indices")
        return b.scale(a.constant) if not a.slopes else a.scale(b.constant)

    def size(self, name: str) -> Coefficient:
        """The size that a name stands for."""
        if name in self.names:
            return self.names[name]
        if name not in self.context.size_names:
            raise NotProvedError(f"'{name}' has no value")
        if not self.context.sizes:
            return self.context.size_names[name]
        if name not in self.context.size_expressions:
            raise NotProvedError(f"'{name}' is a size at some sizes only")
        return self.sizes.coefficient(self.context.size_expressions[name])

    def is_index(self, node: SyntaxNode) -> bool:
        """Whether a side of a comparison is made of indices and sizes alone."""
        return all(isinstance(n, INDEX_NODES) for n in node.walk())

    # ---- limits

    def limits(
        self, limit: SumRange, body: SyntaxNode, env: IndexValues, index: IndexForm
    ) -> list[IndexForm]:
        """The forms that are at least 0 where an index is within its limits."""
        low = None if limit.low is None else self._limit(limit.low, env)
        high = None if limit.high is None else self._limit(limit.high, env)
        found = []
        if low is not None:
            found.append(index - low)
        if high is not None:
            found.append(high - index)
        if low is None or high is None:
            starts, stops = self._implied(limit.name, body, env, index)
            found += starts if low is None else []
            found += stops if high is None else []
        return found

    def _limit(self, node: SyntaxNode, env: IndexValues) -> IndexForm:
        found = self.index(node, env)
        if not found.whole:
            raise NotProvedError("a limit that may be no integer")
        return found

    def _implied(
        self, name: str, body: SyntaxNode, env: IndexValues, index: IndexForm
    ) -> tuple[list[IndexForm], list[IndexForm]]:
        uses = list(self.uses(name, body))
        plain = [u for u in uses if isinstance(u.index, Identifier)]
        found = plain or [u for u in uses if self._is_alone(name, u.index)]
        if not found:
            raise NotProvedError(f"the sum over {name} has no limits and counts no axis")
        pairs = []
        for use in found:
            place = self.index(use.index, {**env, name: index}).shift(-self.options.base)
            if not self.sizes.nonzero(place.slopes.get(next(iter(index.slopes)), 0)):
                raise NotProvedError("an index that may not count an axis")
            pairs.append(limit_index(place, use.extent))
        slope = next(iter(index.slopes))
        starts = [e for pair in pairs for e in pair if self.sizes.positive(e.slopes[slope])]
        stops = [e for pair in pairs for e in pair if e not in starts]
        return starts, stops

    def _is_alone(self, name: str, node: SyntaxNode) -> bool:
        names = {n.name for n in node.walk() if isinstance(n, Identifier)}
        return not names - {name} - self.context.size_names.keys()

    def uses(self, name: str, body: SyntaxNode) -> Iterator[AxisUse]:
        """The indices of entries in which a name stands."""
        for entry in walk_references(name, body):
            if entry.indices is None or not (entry.kind or entry.letter in self.context.layers):
                continue
            for index, extent in zip(entry.indices, self._axes(entry), strict=False):
                if any(isinstance(n, Identifier) and n.name == name for n in index.walk()):
                    yield AxisUse(index, extent)

    def _axes(self, entry: TensorReference) -> list[Coefficient]:
        shape = self.equations.shapes[self.key(entry)]
        count = len(entry.indices or ())
        if entry.indices and isinstance(entry.indices[-1], FurtherAxes):
            return list(shape)[: count - 1]
        if count == 1 and len(shape) != 1:
            return [count_entries(shape)]
        return [n for n in shape if count == len(shape) or n != 1]

    def key(self, entry: TensorReference) -> str:
        """The key of the tensor that an entry belongs to."""
        if entry.layer is not None:
            names = {n.name for n in entry.layer.walk() if isinstance(n, Identifier)}
            if not names <= self.layers.keys():
                raise NotProvedError("a layer that is no number")
        try:
            key = resolve_key(entry, self.layers, self.context, self.options.delta)
        except ClaimError as error:
            raise NotProvedError(error.message) from None
        if key not in self.context.tensors:
            raise NotProvedError(f"the network has no '{key}'")
        return key


def walk_references(name: str, node: SyntaxNode) -> Iterator[TensorReference]:
    """The entries of a formula, what is differentiated by included; no name is bound twice."""
    if isinstance(node, Summation) and any(x.name == name for x in node.limits):
        raise NotProvedError(f"'{name}' is bound twice")
    if isinstance(node, TensorReference):
        yield node
    elif isinstance(node, Differential):
        yield from walk_references(name, node.of)
        yield node.by
    else:
        for child in node.children():
            yield from walk_references(name, child)
