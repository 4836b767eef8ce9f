"""Equations to statements: indices made unique, lowered, placed in their tensors."""

from __future__ import annotations

from functools import partial

from sympy import Expr, S, Sum, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, SizeDefinition, class_counts, count_labels
from symconv.core.errors import Unsupported
from symconv.core.nodes import LogSumExp, MaxOver, limits
from symconv.core.tensor import Tensor, index, key_of
from symconv.core.tree import substitute, walk

from .affine import SizeBounds, affine_form
from .builder import ProgramBuilder
from .common_subexpressions import eliminate_common_subexpressions
from .dataflow import propagate_copies
from .expressions import lower_expression
from .ir import ApplyFunction, Array, Broadcast, Cast, Full, Let, Ref, Reshape, Scalar, Statement
from .named_array import NamedArray, broadcast_to_axes, transpose_axes
from .products import compare_with_zero, is_boolean
from .scatter import ScatterTarget, scatter_add


def drop_unit_indices(expression: Expr, units: frozenset[Symbol]) -> Expr:
    """No sums over one value, and x[i] for x[i + m] where m is in `units`, the range being 1.

    Every bound index has a name of its own.
    """
    if isinstance(expression, Indexed):
        # A bare x[i] keeps its index, so that the axis stays; in x[i + m] the i can only be 0.
        places = (e if e in units else _set_to_zero(e, units) for e in expression.indices)
        return expression.func(expression.base, *places)
    if isinstance(expression, Sum):
        single = frozenset(v for v, low, high in expression.limits if low == high == 0)
        left = tuple((v, high + 1) for v, _, high in expression.limits if v not in single)
        body = drop_unit_indices(_set_to_zero(expression.function, single), units)
        return Sum(body, *limits(left)) if left else body
    if not expression.args or not expression.has(Indexed):
        return expression
    return expression.func(*(drop_unit_indices(a, units) for a in expression.args))  # type: ignore[arg-type]


def _set_to_zero(expression: Expr, units: frozenset[Symbol]) -> Expr:
    return expression.xreplace(dict.fromkeys(units, S.Zero)) if units else expression


BINDERS = (Sum, MaxOver, LogSumExp)


def make_indices_unique(expression: Expr, taken: set[str]) -> Expr:
    """The same formula with every bound index named once and starting at 0; extends `taken`."""
    if isinstance(expression, ExprWithLimits):
        return _rename_binder(expression, taken)
    if not expression.has(ExprWithLimits):
        return expression
    return expression.func(*(make_indices_unique(a, taken) for a in expression.args))  # type: ignore[arg-type]


def _rename_binder(binder: ExprWithLimits, taken: set[str]) -> Expr:
    # By type, not by isinstance: a subclass with a meaning of its own must be refused, not lowered
    # as its parent.
    if type(binder) not in BINDERS:
        raise Unsupported(f"no array form is known for {type(binder).__name__}: {binder}")
    place: dict[Symbol, Expr] = {}
    ranges = []
    for v, low, high in binder.limits:
        name = v.name
        while name in taken:
            name += "'"
        taken.add(name)
        new = v if name == v.name else index(name)
        # sum from low to high of f(v) = sum from 0 to high - low of f(v + low).
        place[v] = new + low
        ranges.append((new, high + 1 - low))
    body = make_indices_unique(binder.function, taken)
    moved = {v: e for v, e in place.items() if v != e}
    if moved:
        body = _substitute_free(body, moved)
    return type(binder)(body, *limits(ranges))


def _substitute_free(expression: Expr, moved: dict[Symbol, Expr]) -> Expr:
    """Replacement of free indices; no binder below uses one of these names any more."""
    bound = {v for b in expression.atoms(ExprWithLimits) for v in b.variables}
    inner = {v: e for v, e in moved.items() if v not in bound}
    # `xreplace` below binders is sound here: every bound index has just been given a name of its
    # own.
    return expression.xreplace(inner)


def lower_equations(  # noqa: PLR0913 - all that is known, by name
    tensors: dict[str, Tensor],
    equations: tuple[Equation, ...],
    definitions: tuple[SizeDefinition, ...] = (),
    known: tuple[Equation, ...] = (),
    labelled: tuple[Equation, ...] = (),
    *,
    correlates: bool = False,
) -> tuple[Statement, ...]:
    """The array program that computes the equations one after the other.

    The values of the equations in `known` are there already, and those in `labelled` tell, too,
    what labels there may be. With `correlates` windows are single operations, for a library
    that has correlations and compiles what it is given.
    """
    shapes = [n for t in tensors.values() if t.role == "input" for n in t.shape]
    images = frozenset[Symbol]().union(*(n.atoms(Symbol) for n in shapes))
    labels = frozenset(class_counts((*known, *equations)))
    classes = count_labels((*known, *labelled, *equations))
    bench = ProgramBuilder(
        tensors, SizeBounds(definitions, images), labels, known, classes, correlates
    )
    for equation in equations:
        _lower_equation(bench, equation)
    return propagate_copies(
        eliminate_common_subexpressions(propagate_copies(tuple(bench.statements)))
    )


def _lower_equation(bench: ProgramBuilder, equation: Equation) -> None:
    """The statements of one equation; the last one defines its tensor."""
    bench.goal, bench.averages = equation.key, equation.averages
    # The indices belong to one equation; arrays that were bound stay, for the equations that
    # follow.
    bench.extents = dict(equation.ranges)
    left, right = _index_unit_axes(bench, equation)
    bench.extents = _as_on_the_left(bench.extents, left)
    taken = {v.name for v in bench.extents}
    units = frozenset(v for v, n in equation.ranges if n == 1)
    start = len(bench.statements)
    found = lower_expression(bench, drop_unit_indices(make_indices_unique(right, taken), units))
    array = _place_value(bench, left, found)
    bench.statements.append(Let(Ref(equation.key), array, equation.key))
    bench.statements[start:] = map(partial(_count_steps, bench), bench.statements[start:])


def _count_steps(bench: ProgramBuilder, statement: Statement) -> Statement:
    """The statement with every step that is a number as a comparison in the type of numbers."""
    for part in tuple(walk(statement, ApplyFunction)):
        if part.function == "step":
            number = Cast(compare_with_zero(bench, part.source), bench.like(part.source))
            statement = substitute(statement, part, number)
    return statement


def _index_unit_axes(bench: ProgramBuilder, equation: Equation) -> tuple[Indexed, Expr]:
    """Index 0 of an axis of length 1 may as well be an index with the range 1."""
    if bench.tensors[equation.key].role == "cost":
        return equation.lhs, equation.rhs
    units: dict[int, Symbol] = {}
    shape = bench.tensors[equation.key].shape
    for k, (e, n) in enumerate(zip(equation.lhs.indices, shape, strict=True)):
        if e == 0 and n == 1:
            units[k] = bench.fresh(bench.letter(equation.key, k), S.One)
    left = equation.lhs.func(
        equation.lhs.base, *(units.get(k, e) for k, e in enumerate(equation.lhs.indices))
    )
    if not units or _is_single_number(equation):
        return left, equation.rhs
    # The free indices are taken, too: a bound one that got the name of one would capture it.
    right = make_indices_unique(equation.rhs, {v.name for v in bench.extents})
    new = {a: _index_unit_access(bench, a, units) for a in sorted(right.atoms(Indexed), key=str)}
    return left, right.xreplace(new)


def _as_on_the_left(extents: dict[Symbol, Expr], left: Indexed) -> dict[Symbol, Expr]:
    """The extents with every index of range 1 behind those that stand before it on the left."""
    order = [v for v, n in extents.items() if n != 1]
    places = [e for e in left.indices if e in extents]
    for k, e in enumerate(places):
        if e not in order:
            before = [order.index(v) for v in places[:k]]
            order.insert(max(before, default=-1) + 1, e)
    return {v: extents[v] for v in (*order, *extents)}


def _is_single_number(equation: Equation) -> bool:
    """Whether a tensor of one entry comes from one like it: a number is read as a number then."""
    single = (S.One,)
    read = (a.base.shape for a in equation.rhs.atoms(Indexed))
    return tuple(equation.lhs.base.shape) == single and any(tuple(n) == single for n in read)


def _index_unit_access(bench: ProgramBuilder, access: Indexed, units: dict[int, Symbol]) -> Indexed:
    """The access with the index of an axis of the result, or the only one at its only such axis."""
    shape = bench.tensors[key_of(access)].shape
    pairs = enumerate(zip(access.indices, shape, strict=True))
    alone = [k for k, (e, n) in pairs if e == 0 and n == 1]
    new = {k: units[k] for k in alone if k in units and len(shape) > max(units)}
    if not new and len(alone) == len(units) == 1 and len(shape) > 1:
        new = dict(zip(alone, units.values(), strict=True))
    return access.func(access.base, *(new.get(k, e) for k, e in enumerate(access.indices)))


def _place_value(bench: ProgramBuilder, left: Indexed, found: NamedArray) -> Array:
    """The value as the array of the tensor that the left side names."""
    tensor = bench.tensors[key_of(left)]
    if tensor.role == "cost":
        return found.array
    if set(left.indices) <= set(bench.extents) and len(set(left.indices)) == len(left.indices):
        plain = all(
            bench.sizes.equal(bench.extents[v], n)
            for v, n in zip(left.indices, tensor.shape, strict=True)
        )
        if plain:
            # A mask is an array of truth values; every other tensor has the type of the numbers it
            # is made of.
            if tensor.role != "mask" and is_boolean(bench, found.array):
                found = NamedArray(Cast(found.array, bench.like()), found.axes)
            return _broadcast_to_shape(bench, found, left.indices, tensor.shape)
    if isinstance(found.array, Scalar) and found.array.value == 0:
        # Wherever it is written: nothing reads what the tensor is the derivative by.
        return Full(tensor.shape, S.Zero, bench.like())
    targets = tuple(
        ScatterTarget(index(f"{k}"), n, affine_form(e, bench.extents))
        for k, (e, n) in enumerate(zip(left.indices, tensor.shape, strict=True))
    )
    return scatter_add(bench, (found,), S.One, targets).array


def _broadcast_to_shape(
    bench: ProgramBuilder, found: NamedArray, axes: tuple[Symbol, ...], shape: tuple[Expr, ...]
) -> Array:
    """The value with every axis of the tensor."""
    if set(axes) == set(found.axes):
        return transpose_axes(found, axes).array
    if isinstance(found.array, Scalar):
        return Full(shape, found.array.value, bench.like())
    if not found.axes and all(n == 1 for n in shape):
        return Reshape(found.array, shape)
    full = broadcast_to_axes(found, axes)
    if all(v in found.axes or n == 1 for v, n in zip(axes, shape, strict=True)) and found.axes:
        # NumPy broadcasting adds axes of length 1 in front only. The others have to stand in the
        # order of the tensor before one of length 1 is put between them.
        if found.axes[0] == axes[0]:
            return full
        return Reshape(
            transpose_axes(found, tuple(v for v in axes if v in found.axes)).array, shape
        )
    # A broadcast view is read-only and its entries share memory: what a caller gets must be
    # writable.
    return ApplyFunction("copy", Broadcast(full, shape))
