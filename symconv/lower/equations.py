"""Equations to statements: one function's worth of array program."""

from __future__ import annotations

from sympy import Expr, Indexed, S, Symbol

from symconv.core.equation import Equation, SizeDefinition
from symconv.core.tensor import Tensor, index

from .affine import affine
from .arithmetic import Apply, Cast
from .binders import unshadowed
from .builder import Workbench
from .common_subexpressions import shared
from .copy_propagation import tidied
from .labelled_array import Labelled, spread, transposed
from .labels import class_counts
from .leaves import Constant, Number, Ref
from .products import is_truth
from .program import Array, Let, Statement
from .scatter import scattered
from .scatter_axes import Target
from .sizes import Sizes
from .unit_extents import without_units
from .values import value
from .views import Broadcast, Reshape


def lowered(
    tensors: dict[str, Tensor],
    equations: tuple[Equation, ...],
    definitions: tuple[SizeDefinition, ...] = (),
    known: tuple[Equation, ...] = (),
) -> tuple[Statement, ...]:
    """The array program that computes the equations one after the other.

    The values of the equations in `known` are there already.
    """
    shapes = [n for t in tensors.values() if t.role == "input" for n in t.shape]
    images = frozenset[Symbol]().union(*(n.atoms(Symbol) for n in shapes))
    labels = frozenset(class_counts((*known, *equations)))
    bench = Workbench(tensors, Sizes(definitions, images), labels, known)
    for equation in equations:
        _equation(bench, equation)
    return tidied(shared(tidied(tuple(bench.statements))))


def _equation(bench: Workbench, equation: Equation) -> None:
    """The statements of one equation; the last one defines its tensor."""
    bench.goal = equation.key
    bench.extents = {}
    for v, extent in equation.ranges:
        bench.declare(v, extent)
    left, right = _with_unit_indices(bench, equation)
    taken = {v.name for v in bench.extents}
    units = frozenset(v for v, n in equation.ranges if n == 1)
    found = value(bench, without_units(unshadowed(right, taken), units))
    array = _placed(bench, left, found)
    bench.statements.append(Let(Ref(equation.key), array, equation.key))


def _with_unit_indices(bench: Workbench, equation: Equation) -> tuple[Indexed, Expr]:
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
    if not units or _is_number(equation):
        return left, equation.rhs
    right = unshadowed(equation.rhs, {v.name for v in units.values()})
    new = {a: _unit_access(bench, a, units) for a in sorted(right.atoms(Indexed), key=str)}
    return left, right.xreplace(new)


def _is_number(equation: Equation) -> bool:
    """Whether a tensor of one entry comes from one like it: a number is read as a number then."""
    single = (S.One,)
    read = (a.base.shape for a in equation.rhs.atoms(Indexed))
    return tuple(equation.lhs.base.shape) == single and any(tuple(n) == single for n in read)


def _unit_access(bench: Workbench, access: Indexed, units: dict[int, Symbol]) -> Indexed:
    tensor = bench.tensors[str(access.base.label)]
    if len(tensor.shape) <= max(units):
        return access
    places = (
        units[k] if k in units and e == 0 and n == 1 else e
        for k, (e, n) in enumerate(zip(access.indices, tensor.shape, strict=True))
    )
    return access.func(access.base, *places)


def _placed(bench: Workbench, left: Indexed, found: Labelled) -> Array:
    """The value as the array of the tensor that the left side names."""
    tensor = bench.tensors[str(left.base.label)]
    if tensor.role == "cost":
        return found.array
    if set(left.indices) <= set(bench.extents) and len(set(left.indices)) == len(left.indices):
        plain = all(
            bench.sizes.equal(bench.extents[v], n)
            for v, n in zip(left.indices, tensor.shape, strict=True)
        )
        if plain:
            if tensor.role != "mask" and is_truth(bench, found.array):
                found = Labelled(Cast(found.array, bench.like()), found.axes)
            return _complete(bench, found, left.indices, tensor.shape)
    targets = tuple(
        Target(index(f"{k}"), n, affine(e, bench.extents))
        for k, (e, n) in enumerate(zip(left.indices, tensor.shape, strict=True))
    )
    return scattered(bench, (found,), S.One, targets).array


def _complete(
    bench: Workbench, found: Labelled, axes: tuple[Symbol, ...], shape: tuple[Expr, ...]
) -> Array:
    """The value with every axis of the tensor."""
    if set(axes) == set(found.axes):
        return transposed(found, axes).array
    if isinstance(found.array, Number):
        return Constant(shape, found.array.value, bench.like())
    if not found.axes and all(n == 1 for n in shape):
        return Reshape(found.array, shape)
    full = spread(found, axes)
    if all(v in found.axes or n == 1 for v, n in zip(axes, shape, strict=True)) and found.axes:
        return full if found.axes[0] == axes[0] else Reshape(found.array, shape)
    return Apply("copy", Broadcast(full, shape))
