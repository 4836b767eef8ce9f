"""Which equations are sums of products over windows of a plane."""

from __future__ import annotations

from sympy import Add, Expr, Integer, Mul, S, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.codegen.fast.algorithms.contraction import Contraction, Operand, Role
from symconv.core.equation import Equation, Program
from symconv.lower.affine import affine_form

from .unit_indices import WindowedProduct, restore_unit_indices
from .window_axis import AxisMatch, match_window_axis

RANK = 2
"""Windows over two axes: what the helper functions of all algorithms are written for. One axis is
left to the readable style, and so are three."""

Places = list[int | None]


def recognize_contraction(program: Program, equation: Equation) -> Contraction | None:
    """The equation as a contraction over windows; None if it is anything else."""
    addends = Add.make_args(equation.rhs)
    sums = [a for a in addends if isinstance(a, Sum)]
    rest = tuple(a for a in addends if not isinstance(a, Sum))
    if len(sums) != 1 or not all(isinstance(a, Indexed) for a in rest):
        return None
    factors = [f for f in Mul.make_args(sums[0].function) if isinstance(f, Indexed)]
    if len(factors) != 2 or len(Mul.make_args(sums[0].function)) != 2:
        return None
    extents = dict(equation.ranges) | {v: high + 1 for v, _, high in sums[0].limits}
    free = frozenset(v for v, _ in equation.ranges)
    # SymPy sorts the factors of a product, so that either of them may be the windowed one.
    products = [
        WindowedProduct(program, equation.lhs, windowed, other, extents, free, rest)
        for windowed, other in (factors, factors[::-1])
    ]
    tried = (*products, *(r for product in products for r in restore_unit_indices(product, RANK)))
    return next((c for c in map(_match_axes, tried) if c is not None), None)


def _match_axes(r: WindowedProduct) -> Contraction | None:
    """Every axis of the windowed factor is an index, or the place of a window and a tap in it."""
    axes: list[AxisMatch] = []
    shape = r.program.tensor(r.windowed).shape
    for axis, e in enumerate(r.windowed.indices):
        place = affine_form(e, r.extents)
        if len(place.terms) > 1:
            found = match_window_axis(axis, place, shape[axis], r.extents, r.free)
            if found is None:
                return None
            axes.append(found)
        # Without a window an axis is a bare index. A shift or a step along it (a slice, the
        # channels of a group) is another operation.
        elif place.constant != 0 or any(c != 1 for _, c in place.terms):
            return None
    scattered = {m.scattered for m in axes}
    return _assign_roles(r, tuple(axes)) if len(axes) == RANK and len(scattered) == 1 else None


def _assign_roles(r: WindowedProduct, axes: tuple[AxisMatch, ...]) -> Contraction | None:
    """The three tensors in their roles, as (image, kernel, places) by what stands on which side."""
    taps = {m.tap for m in axes}
    # dx[u] = sum of w[m] delta[(u + p - d m) / s]: what is seen through windows are the places.
    if axes[0].scattered:
        return _build_contraction(r, axes, "image", (r.result, r.other, r.windowed))
    # dw[m] = sum of delta[i] x[s i + d m - p]: taps stay free, places are summed.
    if taps <= r.free:
        return _build_contraction(r, axes, "kernel", (r.windowed, r.result, r.other))
    # One tap free and one summed: no role of a convolution is like that.
    if taps & r.free:
        return None
    return _build_contraction(r, axes, "places", (r.windowed, r.other, r.result))


def _build_contraction(
    r: WindowedProduct,
    axes: tuple[AxisMatch, ...],
    result: Role,
    accesses: tuple[Indexed, Indexed, Indexed],
) -> Contraction | None:
    """The contraction, if every other index belongs to two of the three tensors."""
    image, kernel, places = accesses
    windows: Places = [m.axis for m in axes]
    others = [_find_axis(image if result == "image" else places, m.place) for m in axes]
    at, spots = (others, windows) if result == "image" else (windows, others)
    taps_found = [found for found in (_find_tap(r, kernel, m) for m in axes) if found is not None]
    if None in others or len(taps_found) != RANK:
        return None
    met = {s for m in axes for s in (m.place, m.tap)}
    # What is neither a place nor a tap is the batch, a channel or a filter.
    groups = _group_indices([_list_symbols(access) - met for access in accesses])
    if groups is None:
        return None
    b, c, f = groups
    made = Contraction(
        result,
        Operand(image, (_find_axis(image, b), _find_axis(image, c), *at)),
        Operand(
            kernel,
            (_find_axis(kernel, f), _find_axis(kernel, c), *(axis for axis, _ in taps_found)),
            (taps_found[0][1], taps_found[1][1]),
        ),
        Operand(places, (_find_axis(places, b), _find_axis(places, f), *spots)),
        (axes[0].geometry, axes[1].geometry),
        S.One if b is None else r.extents[b],
        _read_extent(r, c),
        _read_extent(r, f),
        r.addends,
    )
    return made if _cover_tensors(r.program, made) else None


def _group_indices(
    names: list[set[Symbol]],
) -> tuple[Symbol | None, Symbol | None, Symbol | None] | None:
    """The indices of batch, channels and filters: each in two tensors, at most one of a kind.

    The sets are those of image, kernel and places. None where an index stands in all three (one of
    a group, as in a depthwise convolution) or in one alone: no product of matrices computes that.
    """
    image, kernel, places = names
    pairs = (image & places, image & kernel, kernel & places)
    known = (pairs[0] | pairs[1], pairs[1] | pairs[2], pairs[0] | pairs[2])
    if image & kernel & places or (image, kernel, places) != known:
        return None
    if any(len(pair) > 1 for pair in pairs):
        return None
    b, c, f = (next(iter(pair), None) for pair in pairs)
    return b, c, f


def _list_symbols(access: Indexed) -> set[Symbol]:
    """The index symbols of an access."""
    return {s for e in access.indices for s in e.atoms(Symbol)}


def _find_axis(access: Indexed, symbol: Symbol | None) -> int | None:
    """The axis whose index is the symbol and nothing else; None but for one such axis."""
    found = [k for k, e in enumerate(access.indices) if e == symbol]
    return found[0] if len(found) == 1 else None


def _find_tap(r: WindowedProduct, kernel: Indexed, m: AxisMatch) -> tuple[int, bool] | None:
    """Where the tap stands in the kernel, and whether it counts from the end."""
    for k, e in enumerate(kernel.indices):
        if e == m.tap:
            return k, m.flipped
        # k - 1 - m: a convolution in the narrow sense, whose kernel runs backwards.
        if e == r.extents[m.tap] - 1 - m.tap:
            return k, not m.flipped
    return None


def _read_extent(r: WindowedProduct, symbol: Symbol | None) -> int:
    """The extent of channels or filters; 0 where it is no number."""
    extent = S.One if symbol is None else r.extents[symbol]
    return int(extent) if extent.is_Integer else 0


def _cover_tensors(program: Program, made: Contraction) -> bool:
    """Whether every tensor is read or written whole, and all but the batch are numbers."""
    first, second = made.axes
    wanted = (
        (made.image, (made.batch, made.channels, first.extent, second.extent)),
        (made.kernel, (made.filters, made.channels, first.taps, second.taps)),
        (made.places, (made.batch, made.filters, first.places, second.places)),
    )
    return made.channels * made.filters > 0 and all(_fit(program, o, n) for o, n in wanted)


def _fit(program: Program, operand: Operand, wanted: tuple[Expr | int, ...]) -> bool:
    """Whether the axes have these lengths, and an axis that no index runs over has length 1."""
    shape = program.tensor(operand.key).shape
    known = [a for a in operand.order if a is not None]
    idle = [n for k, n in enumerate(shape) if k not in known]
    sizes = [Integer(1) if a is None else shape[a] for a in operand.order]
    return (
        len(set(known)) == len(known)
        and all(n == 1 for n in idle)
        and all(n == w for n, w in zip(sizes, wanted, strict=True))
    )
