"""Endings with a softmax: p - t, and p (delta - sum delta p)."""

from __future__ import annotations

from sympy import Expr, Mul, S, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.calculus.binders import (
    free_indices,
    fresh_symbol,
    open_sum,
    product_factors,
    rebuild,
    substitute_indices,
)
from symconv.core.equation import Equation, Ranges
from symconv.core.nodes import Box, LogSumExp
from symconv.core.proof import Derivation, Ending, UnitSum
from symconv.core.tensor import Name, Tensor, index, key_of

from .chain import EndingChain, Passes, reads_any
from .instances import Pattern, find_instance, replace_instances, replace_products
from .normalised_exponential import (
    Share,
    find_share,
    gather_shares,
    unit_sums,
    write_as_quotient,
)
from .terms import move_out, take_common_factor

LETTERS = ("p", "pi", "a", "s")
"""What a softmax is called, the first that is free: p is what textbooks call it."""


def end_softmax(passes: Passes, derivation: Derivation) -> Ending | None:
    """The ending of a formula with a softmax, under its name or as it is; None of another one."""
    way = EndingChain(derivation, derivation.equation.rhs)
    known = _known_shares(passes)
    computed = _use_known(_gather(way.formula), known)
    share = find_share(find_instance(computed, _is_share) or S.Zero)
    ranges = None if share is None else _find_ranges(way, computed, share.formula)
    if share is not None and ranges is not None:
        tensor, equation = define_value(passes.free_letter(*LETTERS), share.formula, ranges)
        way.names.append((tensor, equation))
        way.apply("name a softmax", lambda _: _use_known(computed, (equation,)))
        _add_up_targets(passes, way, share, tensor)
    elif reads_any(computed, frozenset(e.key for e in known)):
        way.apply("name a softmax", lambda _: computed)
    else:
        # Any other formula is left as it was derived.
        return None
    way.apply("common factor", take_common_factor)
    return way.ending


def _gather(expr: Expr) -> Expr:
    """The formula with each exponential over its sum in one; the formula itself without such."""
    gathered = gather_shares(move_out(expr))
    return (
        gathered if find_instance(gathered, _is_share) != find_instance(expr, _is_share) else expr
    )


def _is_share(e: Expr) -> bool:
    return find_share(e) is not None


def _known_shares(passes: Passes) -> tuple[Equation, ...]:
    """The equations of the forward pass that compute a softmax."""
    return tuple(e for e in passes.forward.equations if _is_share(_split_boxes(e.rhs)[0]))


def _split_boxes(formula: Expr) -> tuple[Expr, Expr]:
    """What a softmax is, and the brackets beside it that say where there is one."""
    boxes = [a for a in product_factors(formula) if isinstance(a, Box)]
    return gather_shares(Mul(*(a for a in product_factors(formula) if a not in boxes))), Mul(*boxes)


def _use_known(expr: Expr, known: tuple[Equation, ...]) -> Expr:
    """exp(f) / sum_v exp(f) = p, for the p that is defined so."""
    for equation in known:
        share, boxes = _split_boxes(equation.rhs)
        pattern = Pattern(share, frozenset(v for v, _ in equation.ranges))
        if boxes == 1:
            expr = replace_instances(expr, pattern, equation.lhs)
        else:
            expr = replace_products(expr, pattern, boxes, equation.lhs)
    return expr


def _add_up_targets(passes: Passes, way: EndingChain, share: Share, tensor: Tensor) -> None:
    """sum_q t[q] = 1, for targets that are subtracted from the shares of the same classes."""
    targets = frozenset(t.key for t in passes.forward.tensors if t.role == "target")
    for access in sorted(way.formula.atoms(Indexed), key=str):
        if key_of(access) == tensor.key:
            for total, key, axis in unit_sums(way.formula, share.place, access, targets):
                way.unit_sums.append(UnitSum(key, axis))
                way.apply("targets add up to one", lambda e, s=total: e.xreplace({s: S.One}))  # type: ignore[misc]


def _find_ranges(way: EndingChain, whole: Expr, part: Expr) -> Ranges | None:
    """The ranges of the indices that are free in a part; None where one of them has none."""
    known: dict[Symbol, Expr] = dict(way.derivation.ranges)
    for total in sorted(whole.atoms(Sum), key=str):
        known |= dict(open_sum(total)[1])
    indices = {s for s in free_indices(part) if not s.is_nonnegative}
    if not indices <= known.keys():
        return None
    return tuple((v, known[v]) for v in sorted(indices, key=list(known).index))


def define_value(letter: str, formula: Expr, ranges: Ranges) -> tuple[Tensor, Equation]:
    """A tensor for a formula with these free indices, which lose their primes."""
    new: dict[Symbol, Symbol] = {}
    for v, _ in ranges:
        new[v] = fresh_symbol(index(v.name.rstrip("'")), new.values())
    own = tuple((new[v], n) for v, n in ranges)
    renamed = _without_primes(substitute_indices(formula, dict(new.items())), set(new.values()))
    rhs = write_as_quotient(renamed, own)
    places = tuple(v for v, _ in own)
    shape, axes = tuple(n for _, n in own), tuple(v.name for v in places)
    tensor = Tensor(Name(letter), shape or (S.One,), "value", axes)
    return tensor, Equation(tensor[places or (S.Zero,)], rhs, own, "softmax")


def _without_primes(expr: Expr, taken: set[Symbol]) -> Expr:
    """expr with the indices that it binds named as simply as can be."""
    if not isinstance(expr, LogSumExp | Sum):
        inside = expr.has(LogSumExp, Sum)
        return rebuild(expr, lambda a: _without_primes(a, taken)) if inside else expr
    new: dict[Symbol, Symbol] = {}
    for v in expr.variables:
        new[v] = fresh_symbol(index(v.name.rstrip("'")), {*taken, *new.values()})
    body = substitute_indices(expr.function, dict(new.items()))
    limits = ((new[v], low, high) for v, low, high in expr.limits)
    return expr.func(_without_primes(body, {*taken, *new.values()}), *limits)
