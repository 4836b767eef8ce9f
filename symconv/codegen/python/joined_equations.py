"""Exponentials that one equation computes and another divides by, put together for stable forms.

A softmax in equations of one's own, e[i] = exp(x[i]), p[i] = e[i] / sum(e[k]), overflows in e. With
the exponentials put in, p is the quotient that `stable_forms` knows. A gradient goes back through
the delta of e, which is put in as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TypeGuard

from sympy import Expr, Mul, Pow, Sum, Symbol, exp, expand_mul, log
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.calculus.affine import always_inside
from symconv.calculus.binders import rebuild, substitute_indices
from symconv.core.equation import Equation, Program, Ranges
from symconv.core.nodes import LogSumExp, MaxOver
from symconv.core.tensor import key_of

MOST_OPERATIONS = 400
"""The most operations of a formula that others are put in: a softmax with its gradient has about
60. With more, what is put in again and again grows as fast as 2 to the number of equations."""

Definition = tuple[tuple[Expr, ...], Expr]


class ExponentialValues:
    """The values of a program that are products with exponentials or sums of these, by key.

    Those that `rewrite` brings to a stable form by themselves are left, unless somebody takes their
    logarithm or divides by them.
    """

    def __init__(self, program: Program, rewrite: Callable[[Equation], Equation]) -> None:
        self.program, self.rewrite = program, rewrite

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """What to put in for an entry: the indices on the left, and the formula."""
        found: dict[str, Definition] = {}
        if not any(e.rhs.has(exp) for e in self.program.equations):
            return found
        for equation in self.program.equations:
            places = equation.lhs.indices
            alone = len(self.program.writers[equation.key]) == 1
            # An axis of length 1 has the index 0.
            if not alone or len({p for p in places if p != 0}) < sum(p != 0 for p in places):
                continue
            whole = self._open(equation.rhs, equation.ranges, found)
            if whole.count_ops() > MOST_OPERATIONS:
                continue
            tensor = self.program.tensor(equation.key)
            behind = tensor.is_derivative and tensor.name.plain.key in found
            if behind or (_is_exponential(whole) and self._overflows(equation, whole)):
                found[equation.key] = places, whole
        return found

    def _overflows(self, equation: Equation, whole: Expr) -> bool:
        """Whether a plain exponential is left in a value, or readers need what it is made of."""
        divides = not any(_is_exponential(f) for f in Mul.make_args(whole) if not _is_power(f))
        if divides or equation.key in self._logarithms:
            return True
        made = self.rewrite(replace(equation, rhs=whole))
        return any(not a.has(LogSumExp, MaxOver) for a in made.rhs.atoms(exp))

    @cached_property
    def _logarithms(self) -> frozenset[str]:
        """The keys of what some equation takes the logarithm of, or divides by."""
        found = set[str]()
        for equation in self.program.equations:
            below = [p for p in equation.rhs.atoms(Pow) if p.exp.could_extract_minus_sign()]
            inside = [a for e in (*below, *equation.rhs.atoms(log)) for a in e.atoms(Indexed)]
            found |= {key_of(a) for a in inside}
        return frozenset(found)

    def put_in(self, equation: Equation) -> Expr | None:
        """The right side with those values put in; None where it holds none of them."""
        if not equation.reads & self.definitions.keys():
            return None
        opened = self._open(equation.rhs, equation.ranges, self.definitions)
        return None if opened.count_ops() > MOST_OPERATIONS else expand_mul(opened)

    def _open(self, e: Expr, ranges: Ranges, known: dict[str, Definition]) -> Expr:
        """The formula with what is known put in, where no entry is absent."""
        if isinstance(e, Indexed):
            if key_of(e) not in known:
                return e
            pairs = zip(e.indices, e.base.shape, strict=True)
            if not all(always_inside(i, n, ranges, self.program.sizes) for i, n in pairs):
                return e
            places, whole = known[key_of(e)]
            new = {p: i for p, i in zip(places, e.indices, strict=True) if isinstance(p, Symbol)}
            return substitute_indices(whole, new)
        if isinstance(e, ExprWithLimits):
            ranges = (*ranges, *((v, high + 1) for v, _, high in e.limits))
        return rebuild(e, lambda a: self._open(a, ranges, known))


def _is_power(e: Expr) -> TypeGuard[Pow]:
    """Whether a formula is a power; SymPy's exponential is one, too."""
    return isinstance(e, Pow) and not isinstance(e, exp)


def _is_exponential(e: Expr) -> bool:
    """Whether a formula is a product with an exponential, or a sum of these, or divided by one."""
    if isinstance(e, Sum):
        return _is_exponential(e.function)
    if _is_power(e):
        return isinstance(e.base, Sum) and _is_exponential(e.base)
    if isinstance(e, Mul):
        return any(_is_exponential(f) for f in e.args)
    return isinstance(e, exp)
