"""Products of labelled arrays, summed over some of their indices."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Mul, S, Symbol, cancel

from .arithmetic import Apply, Both, Cast, Not, Test
from .builder import Workbench
from .labelled_array import ONE, Labelled, product, scaled, transposed
from .leaves import Constant, Local, Number, Ref
from .matrices import matrix_product
from .program import Array
from .reductions import Einsum, Matmul, Reduce
from .strategy import product_form
from .views import Broadcast, Index, Pad, Reshape, Transpose, Windows


def contracted(
    bench: Workbench, factors: tuple[Labelled, ...], out: tuple[Symbol, ...]
) -> Labelled:
    """The product of the factors, summed over every index that is not in `out`.

    Its axes have the order of `out` where a product over indices is free to choose.
    """
    if not factors:
        return ONE
    ordered = sorted(_numeric(bench, factors), key=lambda f: is_truth(bench, f.array))
    merged = _merged(bench, tuple(ordered))
    met = {v for f in merged for v in f.axes}
    axes = tuple(v for v in out if v in met)
    summed = frozenset(met - set(axes))
    form = product_form(merged, summed)
    match form:
        case "elementwise":
            return product(merged, bench.extents)
        case "reduce":
            return _reduced(merged[0], summed)
    merged = tuple(_counted(bench, f, merged) for f in merged)
    if len(merged) == 2 and form == "einsum":
        found = matrix_product(bench, (merged[0], merged[1]), axes)
        if found is not None:
            return found
    if form == "matmul":
        return _matmul(merged[0], merged[1], axes)
    return _einsum(bench, merged, axes)


def _einsum(bench: Workbench, factors: tuple[Labelled, ...], axes: tuple[Symbol, ...]) -> Labelled:
    """One einsum of the arrays; a number among them would decide on the type of the result."""
    indexed = tuple(f for f in factors if f.axes)
    if indexed and indexed != factors:
        numbers = tuple(f for f in factors if not f.axes)
        return product((contracted(bench, indexed, axes), *numbers), bench.extents)
    return Labelled(Einsum(tuple((f.array, f.axes) for f in factors), axes), axes)


def _counted(bench: Workbench, factor: Labelled, others: tuple[Labelled, ...]) -> Labelled:
    """Truth values as numbers: a sum of truth values inside a product would be an *or*."""
    if not is_truth(bench, factor.array):
        return factor
    like = bench.like(*(f.array for f in others))
    return Labelled(Cast(factor.array, like), factor.axes)


def _merged(bench: Workbench, factors: tuple[Labelled, ...]) -> tuple[Labelled, ...]:
    """Factors with the same indices are multiplied entry by entry first."""
    groups: dict[frozenset[Symbol], list[Labelled]] = {}
    for factor in factors:
        groups.setdefault(frozenset(factor.axes), []).append(factor)
    return tuple(product(tuple(g), bench.extents) for g in groups.values())


def _reduced(factor: Labelled, summed: frozenset[Symbol]) -> Labelled:
    left = tuple(v for v in factor.axes if v not in summed)
    axes = tuple(k for k, v in enumerate(factor.axes) if v in summed)
    return Labelled(Reduce("sum", factor.array, axes if left else None), left)


def averaged(
    bench: Workbench, value: Labelled, coefficient: Expr, bound: tuple[Symbol, ...]
) -> Labelled:
    """coefficient * value, where a sum divided by the number of its summands is a mean."""
    array, number = value.array, cancel(coefficient * Mul(*(bench.extents[v] for v in bound)))
    if isinstance(array, Reduce) and array.kind == "sum" and number in {S.One, -S.One}:
        return scaled(Labelled(replace(array, kind="mean"), value.axes), number)
    return scaled(value, coefficient)


def _matmul(left: Labelled, right: Labelled, axes: tuple[Symbol, ...]) -> Labelled:
    """a @ b with the operands in the order that gives the axes in the order asked for."""
    if axes and axes[0] not in left.axes:
        left, right = right, left
    (shared,) = set(left.axes) & set(right.axes)
    before = tuple(v for v in left.axes if v != shared)
    after = tuple(v for v in right.axes if v != shared)
    first = transposed(left, (*before, shared))
    second = transposed(right, (shared, *after))
    return Labelled(Matmul(first.array, second.array), (*before, *after))


def is_truth(bench: Workbench, array: Array) -> bool:
    """Whether an array holds truth values rather than numbers."""
    match array:
        case Test() | Both() | Not() | Constant(like=None):
            return True
        case Ref(key):
            return bench.tensors[key].role == "mask"
        case Local():
            return is_truth(bench, bench.definitions[array])
        case Index() | Reshape() | Transpose() | Pad() | Windows() | Broadcast():
            return is_truth(bench, array.source)
    return False


def _numeric(bench: Workbench, factors: tuple[Labelled, ...]) -> tuple[Labelled, ...]:
    """At least one factor of numbers; beside one, step(x) may be the truth value x > 0."""
    gates = tuple(isinstance(f.array, Apply) and f.array.function == "step" for f in factors)
    truths = tuple(is_truth(bench, f.array) for f in factors)
    if all(truths):
        like = bench.like(*(f.array for f in factors))
        return (Labelled(Cast(factors[0].array, like), factors[0].axes), *factors[1:])
    if all(g or t for g, t in zip(gates, truths, strict=True)):
        return factors
    return tuple(
        Labelled(_gate(f.array), f.axes) if g else f for f, g in zip(factors, gates, strict=True)
    )


def _gate(array: Array) -> Array:
    if not isinstance(array, Apply):
        raise TypeError(array)
    return Test(">", array.source, Number(S.Zero))
