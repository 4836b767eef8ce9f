"""What is known about sizes: signs and bounds of expressions of size symbols."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Add, Expr, Max, Mul, S, Symbol, cancel, expand

from symconv.core.equation import SizeDefinition

from .affine import denominator


def _evidently_nonnegative(expression: Expr) -> bool:
    """A sufficient test: with n = 1 + n' for every positive n, no term is negative."""
    positive = [s for s in expression.atoms(Symbol) if s.is_positive]
    shifted = expand(expression.xreplace({s: s + 1 for s in positive}))
    return all(
        coefficient >= 0 and all(f.is_nonnegative for f in Mul.make_args(rest))
        for coefficient, rest in (t.as_coeff_Mul() for t in Add.make_args(shifted))
    )


@dataclass(frozen=True)
class Sizes:
    """Signs of size expressions, given n = floor(numerator / stride) + 1 for some sizes n.

    Such a definition says numerator + 1 <= stride * n <= numerator + stride. `images` are the sizes
    of inputs: where nothing else is known, they are larger than others.
    """

    definitions: tuple[SizeDefinition, ...] = ()
    images: frozenset[Symbol] = frozenset()

    def lower(self, expression: Expr) -> Expr:
        """A lower bound without the defined sizes, as far as the definitions give one."""
        found = expand(expression)
        for d in reversed(self.definitions):
            coefficient = found.coeff(d.symbol, 1)
            ratio = cancel(coefficient / d.stride)
            if coefficient == 0 or denominator(ratio) != 1:
                continue
            if _evidently_nonnegative(ratio):
                found = expand(found - coefficient * d.symbol + ratio * (d.numerator + 1))
            elif _evidently_nonnegative(-ratio):
                found = expand(found - coefficient * d.symbol + ratio * (d.numerator + d.stride))
        return found

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
        return difference == 0 or self.lower(difference) == self.upper(difference) == 0

    def shortfall(self, expression: Expr) -> Expr:
        """max(0, expression), or an evident upper bound of it that needs no max."""
        if self.nonnegative(-expression):
            return S.Zero
        if self.nonnegative(expression):
            return expression
        bound = self.upper(expression)
        return bound if self.nonnegative(bound) else Max(0, expression)

    def complexity(self, extent: Expr) -> int:
        """How many symbols an extent depends on, definitions written out; images count twice."""
        symbols = extent.free_symbols
        for d in reversed(self.definitions):
            if d.symbol in symbols:
                symbols = symbols | d.numerator.free_symbols | d.stride.free_symbols
        return len(symbols) + len(symbols & self.images)
