"""Results whose entry at a place needs the entries of other arrays at the same place alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr, Integer, Mul, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.nodes import Box, Equals, OneHot, Partial
from symconv.core.tensor import Name, Tensor, key_of
from symconv.semantics.algebra import Exact
from symconv.semantics.interpret import interpret

from .correlation_axes import is_whole, letters
from .grids import Grid
from .sample_points import Entries, SamplePoint

OTHERS = (ExprWithLimits, Box, Equals, OneHot, Partial)


@dataclass(frozen=True)
class PointwiseProduct:
    """A product of `factors`, each a formula of arrays at the same place."""

    factors: tuple[Expr, ...]

    def value(self, trial: SamplePoint) -> Entries:
        """The entries from formulas of single numbers."""
        entries = sorted({a for f in self.factors for a in f.atoms(Indexed)}, key=str)
        single = {a: _single_entry(a) for a in entries}
        formula = Mul(*self.factors).xreplace({a: t[Integer(0)] for a, t in single.items()})

        def entry(place: Mapping[Symbol, int]) -> int:
            grids: dict[str, Grid] = {
                t.key: {(0,): trial.grid(a)[tuple(_at(e, place) for e in a.indices)]}
                for a, t in single.items()
            }
            return interpret(formula, [], trial.sizes, grids, Exact())(())

        return entry


def _at(e: Expr, place: Mapping[Symbol, int]) -> int:
    """The value of an index; 0 on an axis of one entry."""
    return place[e] if isinstance(e, Symbol) else 0


def _single_entry(access: Indexed) -> Tensor:
    """A tensor of one number that stands for an entry."""
    return Tensor(Name(key_of(access)), (Integer(1),), "value")


def match_pointwise(equation: Equation) -> tuple[Expr, PointwiseProduct] | None:
    """A coefficient and factors, where every access is at the place of the result."""
    if equation.rhs.has(*OTHERS) or not is_whole(equation.lhs):
        return None
    accesses = equation.rhs.atoms(Indexed)
    if not accesses or any(a.indices != equation.lhs.indices for a in accesses):
        return None
    coefficient, rest = equation.rhs.as_independent(Indexed, as_Add=False)
    places: set[Expr] = set(letters(equation.lhs))
    factors = Mul.make_args(rest)
    if (
        coefficient.free_symbols & places
        or _uses_index(rest, places)
        or any(map(_hides_product, factors))
    ):
        return None
    return coefficient, PointwiseProduct(factors)


def _hides_product(factor: Expr) -> bool:
    """Whether arrays are multiplied inside of a factor, where no sign would say how."""
    products = factor.atoms(Mul)
    return any(sum(a.has(Indexed) for a in product.args) > 1 for product in products)


def _uses_index(rest: Expr, places: set[Expr]) -> bool:
    """Whether an index stands outside of the accesses."""
    bare = rest.xreplace({a: Integer(1) for a in rest.atoms(Indexed)})
    return bool(bare.free_symbols & places)
