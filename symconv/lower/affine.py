"""Index expressions as affine forms, and the signs and bounds of size expressions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sympy import Add, Basic, Expr, Max, Mul, S, Symbol, cancel, expand, fraction, lcm

from symconv.core.equation import SizeDefinition
from symconv.core.errors import Unsupported

Term = tuple[Symbol, Expr]


@dataclass(frozen=True)
class AffineForm:
    """constant + sum of coefficient * index, with the indices in a fixed order."""

    constant: Expr
    terms: tuple[Term, ...]

    @property
    def indices(self) -> tuple[Symbol, ...]:
        return tuple(v for v, _ in self.terms)

    def coefficient(self, index: Symbol) -> Expr:
        return dict(self.terms).get(index, S.Zero)

    @property
    def expression(self) -> Expr:
        return Add(self.constant, *(c * v for v, c in self.terms))


def affine_form(expression: Expr, indices: Iterable[Symbol]) -> AffineForm:
    """The affine form of an index expression in the given indices; refused if it is not affine."""
    known = tuple(indices)
    rest = expand(expression)
    terms: list[Term] = []
    # An equation has many indices, and a place few of them.
    inside = rest.free_symbols
    for v in known:
        if v not in inside:
            continue
        coefficient = rest.coeff(v, 1)
        if coefficient != 0:
            terms.append((v, coefficient))
            rest = expand(rest - coefficient * v)
    # i m would be read as the coefficient m of i: an index that is left in a coefficient or in the
    # rest means that the form is not affine.
    left = rest.free_symbols.union(*(c.free_symbols for _, c in terms))
    if left & set(known):
        raise Unsupported(f"the index {expression} is not affine in its index letters")
    return AffineForm(rest, tuple(terms))


def denominator(expression: Expr) -> Expr:
    """The least d with d * expression free of fractions (expand first: anything else may lie)."""
    found = S.One
    # `fraction(together(.))` answers the denominator 1 for the unevaluated products that SymPy's
    # `factor_terms` leaves; term by term after `expand` it cannot.
    for part in Add.make_args(expand(expression)):
        found = lcm(found, fraction(part)[1])
    return found


def is_rational(expression: Expr) -> bool:
    """Whether an index expression need not be an integer."""
    return denominator(expression) != 1


def _evidently_nonnegative(expression: Expr) -> bool:
    """A sufficient test: with n = 1 + n' for every positive n, no term is negative."""
    positive = [s for s in expression.atoms(Symbol) if s.is_positive]
    # H - 1 has a negative term, though H >= 1. In H' = H - 1 >= 0 it is H', without one; what has
    # no negative term then is not negative for any sizes.
    shifted = expand(expression.xreplace({s: s + 1 for s in positive}))
    return all(
        coefficient >= 0 and all(f.is_nonnegative for f in Mul.make_args(rest))
        for coefficient, rest in (t.as_coeff_Mul() for t in Add.make_args(shifted))
    )


@dataclass(frozen=True)
class SizeBounds:
    """Signs of size expressions, given n = floor(numerator / stride) + 1 for some sizes n.

    Such a definition says numerator + 1 <= stride * n <= numerator + stride. `images` are the sizes
    of inputs: where nothing else is known, they are larger than others.
    """

    definitions: tuple[SizeDefinition, ...] = ()
    images: frozenset[Symbol] = frozenset()

    def lower(self, expression: Expr) -> Expr:
        """A lower bound without the defined sizes, as far as the definitions give one."""
        found = expand(expression)
        passed = len(self.definitions)
        # Backwards: the size of a later layer is defined by those of earlier ones.
        while (last := self._last_defined(found, passed)) is not None:
            passed, d = last, self.definitions[last]
            coefficient = found.coeff(d.symbol, 1)
            ratio = cancel(coefficient / d.stride)
            if coefficient == 0 or denominator(ratio) != 1:
                continue
            if _evidently_nonnegative(ratio):
                found = expand(found - coefficient * d.symbol + ratio * (d.numerator + 1))
            elif _evidently_nonnegative(-ratio):
                found = expand(found - coefficient * d.symbol + ratio * (d.numerator + d.stride))
        return found

    def _last_defined(self, expression: Expr, before: int) -> int | None:
        """The last definition in front of that place whose size stands in an expression."""
        places = self._places
        inside = (places[s] for s in expression.free_symbols if s in places)
        return max((n for n in inside if n < before), default=None)

    @cached_property
    def _places(self) -> dict[Basic, int]:
        """The place of every definition, by the size that it defines."""
        return {d.symbol: n for n, d in enumerate(self.definitions)}

    def upper(self, expression: Expr) -> Expr:
        """An upper bound without the defined sizes, as far as the definitions give one."""
        return expand(-self.lower(-expression))

    def nonnegative(self, expression: Expr) -> bool:
        """Whether the expression is provably >= 0."""
        plain = expand(expression)
        return _evidently_nonnegative(plain) or _evidently_nonnegative(self.lower(plain))

    def equal(self, left: Expr, right: Expr) -> bool:
        """Whether two sizes are provably equal."""
        difference = expand(left - right)
        # With strides two sizes may be equal only by way of the floor: then both bounds of the
        # difference are 0.
        return difference == 0 or self.lower(difference) == self.upper(difference) == 0

    def shortfall(self, expression: Expr) -> Expr:
        """max(0, expression), or an evident upper bound of it that needs no max."""
        if self.nonnegative(-expression):
            return S.Zero
        if self.nonnegative(expression):
            return expression
        bound = self.upper(expression)
        # A little more padding than needed is no harm (nothing reads it) and prints as a formula
        # without a max.
        return bound if self.nonnegative(bound) else Max(0, expression)

    def complexity(self, extent: Expr) -> int:
        """How many symbols an extent depends on, definitions written out; images count twice."""
        symbols = extent.free_symbols
        for d in reversed(self.definitions):
            if d.symbol in symbols:
                symbols = symbols | d.numerator.free_symbols | d.stride.free_symbols
        # Twice, because a person takes an image to be larger than a kernel, though nothing proves
        # it.
        return len(symbols) + len(symbols & self.images)
