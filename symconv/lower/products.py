"""Products of labelled arrays, summed over some of their indices."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Mul, S, Symbol, cancel

from symconv.core.tree import walk

from .builder import ProgramBuilder
from .ir import (
    ApplyFunction,
    Arange,
    Arithmetic,
    Array,
    Broadcast,
    Cast,
    Choose,
    Comparison,
    Einsum,
    Full,
    IndexView,
    Local,
    LogicalAnd,
    LogicalNot,
    Matmul,
    Negate,
    PadArray,
    Reduce,
    Ref,
    Reshape,
    Scalar,
    SlidingWindowView,
    TakeAlong,
    TakeByLabel,
    Transpose,
)
from .matmul import lower_to_matmul
from .named_array import (
    ONE,
    NamedArray,
    broadcast_to_axes,
    merge_axes,
    multiply_arrays,
    scale_array,
    transpose_axes,
)
from .strategy import choose_product_form


def contract_factors(
    bench: ProgramBuilder, factors: tuple[NamedArray, ...], out: tuple[Symbol, ...]
) -> NamedArray:
    """The product of the factors, summed over every index that is not in `out`.

    Its axes have the order of `out` where a product over indices is free to choose.
    """
    if not factors:
        return ONE
    # Numbers before truth values: the first operand decides on the type of the result.
    ordered = sorted(_ensure_numeric(bench, factors), key=lambda f: is_boolean(bench, f.array))
    # Factors over the same indices cost one pass over the array; as operands of their own they
    # would turn a product of two matrices into one of three, which BLAS does not have.
    merged = _cast_counted(bench, _merge_factors(bench, tuple(ordered)))
    met = {v for f in merged for v in f.axes}
    axes = tuple(v for v in out if v in met)
    summed = frozenset(met - set(axes))
    form = choose_product_form(merged, summed)
    match form:
        case "elementwise":
            return _multiply_chosen(bench, merged)
        case "reduce":
            return _sum_axes(merged[0], summed)
    merged = tuple(_cast_booleans(bench, f, merged) for f in merged)
    if len(merged) == 2 and form == "einsum":
        found = lower_to_matmul(bench, (merged[0], merged[1]), axes)
        if found is not None:
            return found
    if form == "matmul":
        return _lower_matmul(merged[0], merged[1], axes)
    return _lower_einsum(bench, merged, axes)


def _lower_einsum(
    bench: ProgramBuilder, factors: tuple[NamedArray, ...], axes: tuple[Symbol, ...]
) -> NamedArray:
    """One einsum of the arrays; a number among them would decide on the type of the result."""
    # A Python number as an operand of einsum is an array of float64, and float32 would be lost.
    indexed = tuple(f for f in factors if f.axes)
    if indexed and indexed != factors:
        numbers = tuple(f for f in factors if not f.axes)
        return multiply_arrays((contract_factors(bench, indexed, axes), *numbers), bench.extents)
    return NamedArray(Einsum(tuple((f.array, f.axes) for f in factors), axes), axes)


def _cast_booleans(
    bench: ProgramBuilder, factor: NamedArray, others: tuple[NamedArray, ...]
) -> NamedArray:
    """Truth values as numbers: a sum of truth values inside a product would be an *or*."""
    if not is_boolean(bench, factor.array):
        return factor
    like = bench.like(*(f.array for f in others))
    return NamedArray(Cast(factor.array, like), factor.axes)


def _cast_counted(bench: ProgramBuilder, factors: tuple[NamedArray, ...]) -> tuple[NamedArray, ...]:
    """Numbers that are made of indices alone take the type of the others, not that of a ratio."""
    counted = [_is_counted(bench, f.array) for f in factors]
    if all(counted):
        return factors
    like = bench.like(*(f.array for f in factors))
    return tuple(
        NamedArray(Cast(f.array, like), f.axes) if c else f
        for f, c in zip(factors, counted, strict=True)
    )


def _is_counted(bench: ProgramBuilder, array: Array) -> bool:
    """Whether an array holds numbers made of indices, and of nothing that is given or computed."""
    parts = [p for p in walk(array) if isinstance(p, Ref | Local | Arange)]
    counts = bool(parts) and all(isinstance(p, Arange) for p in parts)
    return counts and not is_boolean(bench, array)


def _merge_factors(
    bench: ProgramBuilder, factors: tuple[NamedArray, ...]
) -> tuple[NamedArray, ...]:
    """Factors with the same indices are multiplied entry by entry first."""
    groups: dict[frozenset[Symbol], list[NamedArray]] = {}
    for factor in factors:
        groups.setdefault(frozenset(factor.axes), []).append(factor)
    return tuple(_multiply_chosen(bench, tuple(g)) for g in groups.values())


def _multiply_chosen(bench: ProgramBuilder, factors: tuple[NamedArray, ...]) -> NamedArray:
    """The product, entry by entry; truth values choose where it counts, and 0 stands elsewhere.

    A bracket that is 0 makes a product 0, whatever else it holds: 0 * infinity would be NaN.
    """
    truths = tuple(f for f in factors if is_boolean(bench, f.array))
    numbers = tuple(f for f in factors if f not in truths)
    if not truths or not numbers:
        return multiply_arrays(factors, bench.extents)
    axes = merge_axes(factors, bench.extents)
    condition, *others = (broadcast_to_axes(t, axes) for t in truths)
    for other in others:
        condition = LogicalAnd(condition, other)
    product = multiply_arrays(numbers, bench.extents)
    return NamedArray(Choose(condition, broadcast_to_axes(product, axes)), axes)


def _sum_axes(factor: NamedArray, summed: frozenset[Symbol]) -> NamedArray:
    left = tuple(v for v in factor.axes if v not in summed)
    axes = tuple(k for k, v in enumerate(factor.axes) if v in summed)
    return NamedArray(Reduce("sum", factor.array, axes if left else None), left)


def scale_to_mean(
    bench: ProgramBuilder, value: NamedArray, coefficient: Expr, summed: tuple[Symbol, ...]
) -> NamedArray:
    """coefficient * value, where a sum over `summed` divided by their number is meant as a mean."""
    # 1/n sum of n summands = mean, where n is the product of the extents summed over.
    array, summands = value.array, Mul(*(bench.extents[v] for v in summed))
    number = cancel(coefficient * summands)
    mean = number in {S.One, -S.One} and bench.averages(summands)
    if isinstance(array, Reduce) and array.kind == "sum" and mean:
        return scale_array(NamedArray(replace(array, kind="mean"), value.axes), number)
    return scale_array(value, coefficient)


def _lower_matmul(left: NamedArray, right: NamedArray, axes: tuple[Symbol, ...]) -> NamedArray:
    """a @ b with the operands in the order that gives the axes in the order asked for."""
    if axes and axes[0] not in left.axes:
        left, right = right, left
    (shared,) = set(left.axes) & set(right.axes)
    before = tuple(v for v in left.axes if v != shared)
    after = tuple(v for v in right.axes if v != shared)
    first = transpose_axes(left, (*before, shared))
    second = transpose_axes(right, (shared, *after))
    return NamedArray(Matmul(first.array, second.array), (*before, *after))


def is_boolean(bench: ProgramBuilder, array: Array) -> bool:
    """Whether an array holds truth values rather than numbers."""
    match array:
        case Comparison() | LogicalAnd() | LogicalNot() | Full(like=None):
            return True
        case Ref(key):
            return bench.tensors[key].role == "mask"
        case Local():
            return is_boolean(bench, bench.definitions[array])
        case IndexView() | Reshape() | Transpose() | PadArray() | SlidingWindowView() | Broadcast():
            return is_boolean(bench, array.source)
        case TakeByLabel() | TakeAlong():
            return is_boolean(bench, array.source)
    return False


def _ensure_numeric(
    bench: ProgramBuilder, factors: tuple[NamedArray, ...]
) -> tuple[NamedArray, ...]:
    """At least one factor of numbers; beside one, step(x) may be the truth value x > 0."""
    gates = tuple(
        isinstance(f.array, ApplyFunction) and f.array.function == "step" for f in factors
    )
    truths = tuple(is_boolean(bench, f.array) for f in factors)
    if all(truths):
        like = bench.like(*(f.array for f in factors))
        return (NamedArray(Cast(factors[0].array, like), factors[0].axes), *factors[1:])
    if all(g or t for g, t in zip(gates, truths, strict=True)):
        # Nothing but gates and truth values: the gates stay numbers, or the product would be a
        # truth value.
        return factors
    return tuple(
        NamedArray(_compare_step(bench, f.array), f.axes) if g else f
        for f, g in zip(factors, gates, strict=True)
    )


def _compare_step(bench: ProgramBuilder, array: Array) -> Array:
    return compare_with_zero(bench, array.source) if isinstance(array, ApplyFunction) else array


def compare_with_zero(bench: ProgramBuilder, source: Array) -> Array:
    """Where step(source) is 1: where it is above 0, in a derivative where it is not 0 or below.

    So a gradient goes through relu where NaN went through it, as PyTorch's does.
    """
    # Two sides, as a difference of infinities would be NaN.
    addends = (
        source.parts if isinstance(source, Arithmetic) and source.operator == "+" else (source,)
    )
    below = tuple(n for n in map(_negated, addends) if n is not None)
    above = tuple(a for a in addends if _negated(a) is None)
    left, right = (_join_addends(side) for side in (above, below))
    derives = bench.tensors[bench.goal].role in {"delta", "gradient"}
    if not above:
        flipped = Comparison(">=" if derives else "<", right, left)
        return LogicalNot(flipped) if derives else flipped
    if derives:
        return LogicalNot(Comparison("<=", left, right))
    return Comparison(">", left, right)


def _join_addends(parts: tuple[Array, ...]) -> Array:
    if not parts:
        return Scalar(S.Zero)
    return parts[0] if len(parts) == 1 else Arithmetic("+", parts)


def _negated(addend: Array) -> Array | None:
    """The array b of an addend -b; None for any other."""
    match addend:
        case Negate(source):
            return source
        case Scalar(value) if value.could_extract_minus_sign():
            return Scalar(-value)
    return None
