"""A term: coefficient * product of factors, summed over bound indices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sympy import Add, Expr, KroneckerDelta, Mul, Sum, Symbol, expand
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import Box
from symconv.core.tensor import key_of

from .affine import is_rational
from .builder import ProgramBuilder


@dataclass(frozen=True)
class EinsumTerm:
    """coefficient * product of `factors`, summed over `bound`.

    `places` says where the summands of a scatter go: index of the result = affine expression.
    """

    coefficient: Expr
    factors: tuple[Expr, ...]
    bound: tuple[Symbol, ...] = ()
    places: tuple[tuple[Symbol, Expr], ...] = ()

    def rewritten(self, rewrite: Callable[[Expr], Expr]) -> EinsumTerm:
        """The same term with every factor and place rewritten."""
        return replace(
            self,
            factors=tuple(rewrite(f) for f in self.factors),
            places=tuple((v, expand(rewrite(e))) for v, e in self.places),
        )


def is_coefficient(bench: ProgramBuilder, expression: Expr) -> bool:
    """Whether an expression is a number or made of sizes only."""
    return not expression.has(Indexed, ExprWithLimits) and not expression.free_symbols & set(
        bench.extents
    )


def open_term(bench: ProgramBuilder, expression: Expr) -> EinsumTerm:
    """A product or a sum as a term; the indices of a sum are declared."""
    if isinstance(expression, Sum):
        for v, _, high in expression.limits:
            bench.declare(v, high + 1)
        inner = open_term(bench, expression.function)
        return replace(inner, bound=(*expression.variables, *inner.bound))
    parts = Mul.make_args(expression)
    numbers = tuple(p for p in parts if is_coefficient(bench, p))
    factors = tuple(p for p in parts if not is_coefficient(bench, p))
    if len(factors) == 1 and isinstance(factors[0], Sum):
        inner = open_term(bench, factors[0])
        return replace(inner, coefficient=Mul(inner.coefficient, *numbers))
    ordered = sorted(factors, key=lambda f: _rank(bench, f))
    return EinsumTerm(Mul(*numbers), tuple(ordered))


def _rank(bench: ProgramBuilder, factor: Expr) -> int:
    """Deltas first, then other entries, then compound factors, parameters last."""
    if not isinstance(factor, Indexed):
        return 2
    tensor = bench.tensors[key_of(factor)]
    # The order in which the formula is printed and read: delta, input, weight.
    return {"delta": 0, "gradient": 0, "parameter": 3}.get(tensor.role, 1)


def distribute_term(bench: ProgramBuilder, term: EinsumTerm) -> tuple[EinsumTerm, ...]:
    """The term multiplied out over a factor whose addends must be lowered one by one."""
    for k, factor in enumerate(term.factors):
        # (a + b) x stays one product of arrays wherever both addends are arrays over the same
        # indices; multiplying it out would compute the product twice.
        if isinstance(factor, Add) and any(_needs_distribution(bench, a) for a in factor.args):
            return tuple(_replace_factor(bench, term, k, a) for a in factor.args)
    return (term,)


def _replace_factor(
    bench: ProgramBuilder, term: EinsumTerm, place: int, addend: Expr
) -> EinsumTerm:
    """The term with one factor replaced, that factor opened."""
    inner = open_term(bench, addend)
    rest = (*term.factors[:place], *term.factors[place + 1 :])
    factors = sorted((*rest, *inner.factors), key=lambda f: _rank(bench, f))
    return EinsumTerm(
        term.coefficient * inner.coefficient,
        tuple(factors),
        (*term.bound, *inner.bound),
        term.places,
    )


def _needs_distribution(bench: ProgramBuilder, addend: Expr) -> bool:
    """Whether an addend has a sum, a bracket, a rational index or factors of different indices."""
    if addend.has(Sum, KroneckerDelta, Box):
        return True
    if any(is_rational(e) for entry in addend.atoms(Indexed) for e in entry.indices):
        return True
    factors = (f for f in Mul.make_args(addend) if not is_coefficient(bench, f))
    return len({frozenset(f.free_symbols & set(bench.extents)) for f in factors}) > 1


def split_off_independent(term: EinsumTerm) -> tuple[tuple[Expr, ...], EinsumTerm]:
    """The factors that no bound index touches, and the term without them."""
    bound = set(term.bound)
    # sum_m c f(m) = c sum_m f(m): c is multiplied with the smaller array, the one after the sum.
    outside = tuple(f for f in term.factors if bound and not f.free_symbols & bound)
    inside = tuple(f for f in term.factors if f not in outside)
    return (outside, replace(term, factors=inside)) if inside else ((), term)
