"""A layer of your own, from one equation: its meaning in SymPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product as index_values

from sympy import Expr, Integer, Mul, Rational, S, exp, log

from symconv.calculus.affine import always_inside
from symconv.calculus.binders import bare_entries
from symconv.core.equation import Equation, Ranges
from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.nodes import Equals, LogSumExp, MaxOver, limits
from symconv.core.tensor import Tensor, index, key_of
from symconv.core.tree import walk
from symconv.language.parser import ROUNDING, parse_equation
from symconv.language.tree import (
    Access,
    BinaryOperation,
    BracketNode,
    ElementwiseCall,
    EquationNode,
    Formula,
    IndexReduction,
    Negation,
    NumberLiteral,
    Range,
    Reference,
)
from symconv.layers.base import EquationText, Layer, TensorName
from symconv.layers.support.ranges import sum_over_ranges
from symconv.layers.support.scope import Scope

from .comparisons import compare_places, compare_values
from .functions import ENTRYWISE, apply_to_numbers
from .indices import ExtentInference, IndexTranslator, Known, lone_index

LARGEST_EXPONENT = 16
"""The largest exponent of an equation, of a division by a power, and of a root.

Squares, cubes and their roots are meant; a forward pass of larger powers overflows soon.
"""

MOST_DIGITS = 300
"""The most digits of a number that a power makes: floating point numbers end at 1.8e308."""

MOST_EXPONENT = 700
"""The largest argument of exp that is a number: exp(710) is no floating point number."""

MOST_FACTORS = 16
"""The most factors of a product over indices, which is written out.

Its derivative has as many terms, each with all the other factors.
"""

SPARE_LETTERS = "ijuvmnrq"


@dataclass
class EquationTranslator:
    """Translates a person's equation to SymPy; makes each parameter where it first occurs."""

    places: IndexTranslator
    at: Scope
    parameters: dict[str, Tensor] = field(default_factory=dict)

    def equation(self, *, batch: int) -> Equation:
        """The equation; its output is as large as the left side reaches."""
        self.check_ranks()
        ranges = ExtentInference(self.places).outer()
        for v, n in ranges:
            if n.is_positive is False:
                message = f"the index {v} would run over {n} values"
                self.places.fail(message, self.places.formula.left, "a larger input")
        known = {v.name: n for v, n in ranges}
        rhs = self.value(self.places.formula.right, known)
        left = self.places.formula.left.places
        if not left:
            return self.at.cost(rhs)
        where = tuple(self.places.entry(p, known) for p in left)
        axes = self.axes(left, known)
        samples = batch if batch and self.has_batch(lone_index(left[0])) else 0
        return self.at.rewritten(axes, where, rhs, ranges, batch=samples)

    def check_ranks(self) -> None:
        """Every value that is known has as many axes as the equation gives it indices."""
        for access in self.places.accesses:
            tensor = self.at.find(access.name)
            if tensor is not None and len(tensor.shape) != len(access.places):
                message = f"'{access.name}' has {len(tensor.shape)} axes"
                self.places.fail(message, access, "one index an axis")

    def axes(self, places: tuple[EquationNode, ...], known: Known) -> Ranges:
        """An axis for each place, as long as the place reaches, with its index as the letter."""
        spare = iter(v for v in SPARE_LETTERS if v not in {lone_index(p) for p in places})
        return tuple(
            (index(lone_index(p) or next(spare)), self.places.reach(p, known)) for p in places
        )

    def has_batch(self, name: str) -> bool:
        """Whether an index is that of the samples of a value that is read."""
        found = ((a, self.at.find(a.name)) for a in self.places.accesses)
        return any(t is not None and t.batch and lone_index(a.places[0]) == name for a, t in found)

    def value(self, node: EquationNode, known: Known) -> Expr:  # noqa: PLR0911 - one a kind
        """What a part of the right side stands for."""
        if isinstance(node, NumberLiteral):
            return Rational(Fraction(node.digits))
        if isinstance(node, Negation):
            return -self.value(node.of, known)
        if isinstance(node, Access):
            return self.access(node, known)
        if isinstance(node, Reference):
            return self.reference(node, known)
        if isinstance(node, IndexReduction):
            return self.reduction(node, known)
        if isinstance(node, BracketNode):
            return self.comparison(node, known)
        return self.composed(node, known)

    def composed(self, node: EquationNode, known: Known) -> Expr:
        """Functions, powers and the four operations; every one of them must have a value."""
        found = self.operated(node, known)
        valueless = (S.ComplexInfinity, S.Infinity, S.NegativeInfinity, S.NaN, S.ImaginaryUnit)
        if found.has(*valueless) or (found.is_number and found.is_real is False):
            self.places.fail(
                "this has no value",
                node,
                "no division by 0, and no log or root that does not exist",
            )
        return found

    def operated(self, node: EquationNode, known: Known) -> Expr:
        """What a function or an operation makes of its parts."""
        if isinstance(node, ElementwiseCall):
            return self.call(node, tuple(self.value(a, known) for a in node.arguments))
        assert isinstance(node, BinaryOperation)
        left = self.value(node.left, known)
        if node.operator == "^":
            return self.power(node, left, known)
        right = self.value(node.right, known)
        by = {"+": left + right, "-": left - right, "*": left * right}
        return by[node.operator] if node.operator in by else left / right

    def call(self, node: ElementwiseCall, arguments: tuple[Expr, ...]) -> Expr:
        """A function of values; floor, ceil and mod of numbers only."""
        name, first = node.function, arguments[0]
        if (found := apply_to_numbers(name, arguments)) is not None:
            return found
        if name not in ENTRYWISE:
            message = f"{name} has no useful derivative"
            self.places.fail(message, node, "use a function that can be differentiated")
        if name == "exp" and first.is_number and abs(first) > MOST_EXPONENT:
            help_ = f"exponents from -{MOST_EXPONENT} to {MOST_EXPONENT}"
            self.places.fail("a number beyond all floating point numbers", node, help_)
        return ENTRYWISE[name](*arguments)

    def comparison(self, node: BracketNode, known: Known) -> Expr:
        """A bracket of places, of values, or of a class number and the label of a sample."""
        sides = (node.left, node.right)
        valued = [n for n in sides if self.holds_values(n, known)]
        if not valued:
            return compare_places(self.places, node, known)
        self.refuse_letters_alone(node)
        label, place = valued[0], next((n for n in sides if n is not valued[0]), node.left)
        if len(valued) == 1 and isinstance(label, Access) and lone_index(place) in known:
            if node.relation != "=":
                self.places.fail("a class number is equal to an index or not", node, "[t[b] = q]")
            return Equals(self.places.place(place, known), self.access(label, known))
        return compare_values(node.relation, *(self.value(n, known) for n in sides))

    def refuse_letters_alone(self, node: BracketNode) -> None:
        """`[i < j]` where neither is bound: indices were meant, not two parameters."""
        names = [n for n in walk(node, Reference) if n.name in self.at.names]
        valued = (Access, ElementwiseCall)
        plain = not any(isinstance(n, valued) for n in walk(node, EquationNode))
        if plain and len(names) > 1:
            message = f"the index {names[0].name} is bound nowhere"
            self.places.fail(message, names[0], f"sum({names[0].name}<3) ..., or one letter alone")

    def holds_values(self, node: EquationNode, known: Known) -> bool:
        """Whether a side of a bracket is made of entries, not of indices and sizes."""
        names = [n.name for n in walk(node, Reference) if n.name not in known]
        entries = any(True for _ in walk(node, Access))
        functions = any(n.function not in {"mod", *ROUNDING} for n in walk(node, ElementwiseCall))
        return entries or functions or any(n in self.at.names for n in names)

    def power(self, node: BinaryOperation, base: Expr, known: Known) -> Expr:
        """x^(n/m), for x > 0 unless m is 1; x^p = exp(p log x), for x > 0, where p is a value."""
        if self.holds_values(node.right, known):
            return exp(self.value(node.right, known) * log(base))
        exponent = self.places.place(node.right, {})
        small = (
            isinstance(exponent, Rational) and max(abs(exponent), exponent.q) <= LARGEST_EXPONENT
        )
        if not small:
            help_ = f"fractions of numbers up to {LARGEST_EXPONENT}: 2, -1, (1/3); or a letter"
            self.places.fail("an exponent is a small number", node.right, help_)
        self.limit_digits(node, base, int(abs(exponent)))
        return base**exponent

    def limit_digits(self, node: EquationNode, base: Expr, exponent: int) -> None:
        """Refuse a power whose numbers are longer than any floating point number."""
        numbers = [n for n in base.atoms(Rational) if not n.is_Integer or abs(n) > 1]
        digits = max((len(str(max(abs(n.p), n.q))) for n in numbers), default=0)
        if digits * exponent > MOST_DIGITS:
            message = f"a number of about {digits * exponent} digits"
            self.places.fail(message, node, f"a floating point number has {MOST_DIGITS} at most")

    def reference(self, node: Reference, known: Known) -> Expr:
        """A tensor of one number, or a size."""
        if node.name in known:
            message = f"the index {node.name} is no value"
            self.places.fail(message, node, "indices stand in brackets")
        if node.name in self.at.names:
            return self.parameter(node.name, ())[0]
        tensor = self.at.find(node.name)
        if tensor is not None:
            if tensor.shape != (S.One,):
                message = f"'{node.name}' has {len(tensor.shape)} axes"
                self.places.fail(message, node, f"{node.name}[i], one index an axis")
            return tensor[0]
        return self.places.place(node, {})

    def access(self, node: Access, known: Known) -> Expr:
        """An entry of a value that is known, or of a parameter."""
        where = tuple(self.places.entry(p, known) for p in node.places)
        tensor = self.at.find(node.name)
        if tensor is None:
            axes = self.axes(node.places, known)
            tensor = self.parameter(node.name, axes)
            if tensor.shape != tuple(n for _, n in axes):
                message = f"'{node.name}' is read in two shapes"
                self.places.fail(message, node, "use another name for one of the two")
        elif tensor.role == "parameter":
            self.check_inside(node, tensor, where, known)
        return tensor[where]

    def check_inside(
        self, node: Access, tensor: Tensor, where: tuple[Expr, ...], known: Known
    ) -> None:
        """A parameter that came before is not read beyond its border, where it would be 0."""
        ranges = tuple((index(v), n) for v, n in known.items())
        for place, n in zip(where, tensor.shape, strict=True):
            if not always_inside(place, n, ranges):
                shape = " x ".join(map(str, tensor.shape))
                message = f"'{node.name}' is {shape}, and may be read beyond that"
                self.places.fail(message, node, "use another name, or let indices run within it")

    def parameter(self, name: str, axes: Ranges) -> Tensor:
        """The parameter of that name, made when it is first met."""
        # Whatever is not known is a parameter, but only under the names that the network has given
        # out.
        if name not in self.at.names:
            known = [*self.at.earlier.by_key, *ENTRYWISE]
            raise SymconvError(f"nothing is called '{name}'", help=did_you_mean(name, known))
        if name not in self.parameters:
            self.parameters[name] = self.at.parameter(name, axes)
        return self.parameters[name]

    def reduction(self, node: IndexReduction, known: Known) -> Expr:
        """sum, max, min, product or log-sum-exp over indices of its own."""
        for r in node.ranges:
            if r.index in known:
                message = f"the index {r.index} means something already"
                self.places.fail(message, r, "use another letter")
        extents = ExtentInference(self.places)
        own = tuple((index(r.index), extents.extent(r, node.body)) for r in node.ranges)
        body = self.value(node.body, known | {v.name: n for v, n in own})
        if node.kind == "sum":
            return sum_over_ranges(body, own)
        if node.kind == "prod":
            return self.product(node, body, known, own)
        if node.kind == "min":
            return -MaxOver(-body, *limits(own))
        return (MaxOver if node.kind == "max" else LogSumExp)(body, *limits(own))

    def product(self, node: IndexReduction, body: Expr, known: Known, own: Ranges) -> Expr:
        """A product over indices, factor by factor."""
        counts = [n for _, n in own]
        if not all(n.is_Integer for n in counts) or Mul(*counts) > MOST_FACTORS:
            message = "a product over indices is written out factor by factor"
            help_ = (
                f"numbers for its ranges, {MOST_FACTORS} factors; or exp(sum(m) log(x[m])), x > 0"
            )
            self.places.fail(message, node, help_)
        around = (*((index(v), n) for v, n in known.items()), *own)
        for entry, ranges in bare_entries(body, around):
            pairs = zip(entry.indices, entry.base.shape, strict=True)
            if not all(always_inside(p, n, ranges) for p, n in pairs):
                name = key_of(entry)
                message = f"{name} may be read beyond its border, where a product has no factor"
                self.places.fail(message, node, "let the indices run inside the tensor only")
        values = index_values(*(map(Integer, range(int(n))) for n in counts))
        turns = (dict(zip((v for v, _ in own), turn, strict=True)) for turn in values)
        return Mul(*(body.xreplace(turn) for turn in turns))


@dataclass(frozen=True)
class EquationLayer(Layer):
    """y[...] = right side, as a person writes it.

        EquationLayer("y[i,j] = sum(m<3, n<3) w[m,n] * x[i+m, j+n] for i<6, j<6")

    A name with indices is a value that came before, or else a parameter of the layer. The range of
    an index may be left out where the index alone runs over an axis of a known tensor, and where it
    moves a window over one.
    """

    title = "own equation"
    letter = "y"

    text: EquationText

    @cached_property
    def formula(self) -> Formula:
        """The equation as it was written."""
        return parse_equation(self.text)

    def names(self, known: Mapping[str, str]) -> dict[str, TensorName]:
        """The parameters: every tensor that is not known."""
        left = self.formula.left.places
        indices = {n.name for n in walk(left, Reference)}
        indices |= {n.index for n in walk(self.formula, Range)}
        values = [n.name for n in _value_names(self.formula)]
        return {n: n for n in values if n.partition("^")[0] not in known.keys() | indices}

    def output_name(self) -> TensorName:
        return self.formula.left.name

    def space_after(self, x: Tensor, axes: int) -> int | None:
        """That of its input, where each place of it moves with the index of the same axis."""
        left = [lone_index(p) for p in self.formula.left.places]
        reads = [a for a in walk(self.formula.right, Access) if a.name == x.name.letter]
        alike = axes == len(x.shape) and all(len(a.places) == axes for a in reads)
        follows = alike and all(
            v in {n.name for n in walk(p, Reference)}
            for a in reads
            for v, p in zip(left, a.places, strict=True)
        )
        return x.space if reads and follows else None

    def forward(self, x: Tensor, at: Scope) -> Equation:
        return EquationTranslator(IndexTranslator(self.formula, self.text, at), at).equation(
            batch=x.batch
        )


def _value_names(formula: Formula) -> list[Access | Reference]:
    """The names on the right side that stand for numbers, not for places or extents."""
    # By identity: equal nodes at two places of the equation may mean different things.
    inside = {id(n) for a in walk(formula, Access) for n in walk(a.places, EquationNode)}
    inside |= {id(n) for r in walk(formula, Range) for n in walk(r, EquationNode)}
    inside |= {id(n) for b in walk(formula, BracketNode) for n in _places_in(b, formula)}
    found = (n for n in walk(formula.right, EquationNode) if isinstance(n, Access | Reference))
    return [n for n in found if id(n) not in inside]


def _places_in(bracket: BracketNode, formula: Formula) -> list[EquationNode]:
    """The parts of a bracket that compares indices, not values."""
    indices = {n.name for n in walk(formula.left.places, Reference)}
    indices |= {r.index for r in walk(formula, Range)}
    moving = any(n.name in indices for n in walk(bracket, Reference))
    values = any(True for _ in walk(bracket, Access))
    return list(walk(bracket, EquationNode)) if moving and not values else []
