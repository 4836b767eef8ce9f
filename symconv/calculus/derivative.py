"""Rules that differentiate: each rewrites one `Partial` node, or answers None.

Every docstring is the rule's formula; d stands for the derivative by one entry T[q].
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Add, Basic, Dummy, Expr, KroneckerDelta, Mul, S, Sum, exp
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import Box, Equals, LogSumExp, MaxOver, OneHot, Partial, step
from symconv.core.tensor import key_of

from .binders import free_indices, product_factors, rename_bound, replace_body, sum_over

Rule = Callable[[Partial], Expr | None]

# Step functions of their arguments: the derivative is 0 almost everywhere, and taken to be 0 at the
# jumps as well.
CONSTANT = (Box, Equals, OneHot, KroneckerDelta, step)


def active_tensors(expr: Basic) -> frozenset[str]:
    """The keys of the tensors by whose entries the derivative of expr can differ from 0."""
    if isinstance(expr, CONSTANT):
        return frozenset()
    if isinstance(expr, Indexed):
        return frozenset({key_of(expr)})
    return frozenset().union(*(active_tensors(a) for a in expr.args))


def depends(expr: Basic, by: Indexed) -> bool:
    """Whether a derivative by an entry of that tensor can differ from 0."""
    return key_of(by) in active_tensors(expr)


def linearity(node: Partial) -> Expr | None:
    """d(a + b) = da + db,  d(c a) = c da,  d(sum_m a) = sum_m da,  dc = 0 for c without T."""
    expr, by = node.of, node.by
    if not depends(expr, by):
        return S.Zero
    if isinstance(expr, Add):
        return Add(*(Partial(a, by) for a in expr.args))
    if isinstance(expr, Sum):
        # d/dw[m] of sum_m w[m] x[m] is x[m] only if the bound m gets another name first. SymPy does
        # not rename and answers for a formula in which the two are mixed up.
        safe = rename_bound(expr, free_indices(by))
        return replace_body(safe, Partial(safe.function, by))
    # By the factors that move, not by the entry itself: w[a] moves with w[q], though it is not
    # w[q].
    constant, variable = expr.as_independent(*_entries(expr, by), as_Add=False)
    if isinstance(expr, Mul) and constant != 1:
        return constant * Partial(variable, by)
    return None


def _entries(expr: Expr, by: Indexed) -> tuple[Expr, ...]:
    """The factors of a product that the derivative sees."""
    return tuple(a for a in product_factors(expr) if depends(a, by))


def product_rule(node: Partial) -> Expr | None:
    """d(a b) = da b + a db."""
    if not isinstance(node.of, Mul):
        return None
    parts = product_factors(node.of)
    return Add(
        *(
            Mul(*parts[:n], Partial(a, node.by), *parts[n + 1 :])
            for n, a in enumerate(parts)
            if depends(a, node.by)
        )
    )


def selection(node: Partial) -> Expr | None:
    """d max_m f(m) = sum_m [m is the first maximiser] df(m)."""
    if not isinstance(node.of, MaxOver):
        return None
    outer = rename_bound(node.of, free_indices(node.by))
    # Twice renamed: `outer` so that it does not capture the entry's indices, `inner` so that the
    # maximum inside the bracket binds other letters than the sum around it.
    inner = rename_bound(outer, {*outer.variables, *free_indices(node.by)})
    ranges = tuple((v, high + 1) for v, _, high in outer.limits)
    return sum_over(OneHot(inner, *outer.variables) * Partial(outer.function, node.by), ranges)


def log_sum_exp_rule(node: Partial) -> Expr | None:
    """d log sum_m exp f(m) = sum_m exp(f(m) - log sum_m' exp f(m')) df(m)."""
    if not isinstance(node.of, LogSumExp):
        return None
    outer = rename_bound(node.of, free_indices(node.by))
    inner = rename_bound(outer, {*outer.variables, *free_indices(node.by)})
    ranges = tuple((v, high + 1) for v, _, high in outer.limits)
    # exp(f - lse), not exp(f) / sum exp(f): the exponent is never positive, so nothing overflows.
    return sum_over(exp(outer.function - inner) * Partial(outer.function, node.by), ranges)


def pointwise_derivative(node: Partial) -> Expr | None:
    """d f(u) = f'(u) du, where f' is SymPy's scalar derivative."""
    expr = node.of
    if isinstance(expr, Indexed | ExprWithLimits | Add | Mul) or not expr.args:
        return None
    inside = [a for a in expr.args if depends(a, node.by)]
    # SymPy differentiates the bare function of Dummies, where its `diff` is sound. Over Indexed and
    # Sum it is not: it gives deltas of captured indices, and Heaviside at the kinks.
    held = {a: Dummy() for a in inside}
    scalar = expr.func(*(held.get(a, a) for a in expr.args))
    back = {d: a for a, d in held.items()}
    return Add(
        *(
            # Factor by factor: `xreplace` in the product 2 u would give Mul(2, o - y), which SymPy
            # multiplies out to 2 o - 2 y; with the third factor beside it 2 (o - y) stays as it is.
            Mul(*(f.xreplace(back) for f in product_factors(scalar.diff(d))), Partial(a, node.by))
            for a, d in held.items()
        )
    )


def entry_derivative(node: Partial) -> Expr | None:
    """d T[a] / d T[q] = [a = q], one bracket an axis."""
    if not isinstance(node.of, Indexed) or node.of.base != node.by.base:
        return None
    pairs = zip(node.of.indices, node.by.indices, strict=True)
    return Mul(*(KroneckerDelta(a, q) for a, q in pairs))
