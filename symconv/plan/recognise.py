"""Which equations are sums of products over windows of a plane."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sympy import Add, Expr, Integer, Mul, S, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.lower.affine import Affine, affine

from .contraction import Axis, Contraction, Operand, Role

RANK = 2


@dataclass(frozen=True)
class Meeting:
    """One axis of the windowed access: which index is the place, which the tap, and how they meet."""

    axis: int
    place: Symbol
    tap: Symbol
    geometry: Axis
    flipped: bool


@dataclass
class Reader:
    """An equation taken apart: the result, a windowed factor and a plain one."""

    program: Program
    equation: Equation
    windowed: Indexed
    other: Indexed
    extents: dict[Symbol, Expr]
    free: frozenset[Symbol]
    meetings: list[Meeting] = field(default_factory=list)
    as_image: bool = True


def contraction(program: Program, equation: Equation) -> Contraction | None:
    """The equation as a contraction over windows; None if it is anything else."""
    addends = Add.make_args(equation.rhs)
    sums = [a for a in addends if isinstance(a, Sum)]
    rest = tuple(a for a in addends if not isinstance(a, Sum))
    if len(sums) != 1 or not all(isinstance(a, Indexed) for a in rest):
        return None
    factors = Mul.make_args(sums[0].function)
    if len(factors) != 2 or not all(isinstance(f, Indexed) for f in factors):
        return None
    extents = dict(equation.ranges) | {v: high + 1 for v, _, high in sums[0].limits}
    for windowed, other in (factors, factors[::-1]):
        reader = Reader(
            program, equation, windowed, other, extents, frozenset(v for v, _ in equation.ranges)
        )
        found = _read(reader, rest)
        if found is not None:
            return found
    return None


def _read(r: Reader, addends: tuple[Expr, ...]) -> Contraction | None:
    for axis, e in enumerate(r.windowed.indices):
        place = affine(e, r.extents)
        if len(place.terms) > 1:
            meeting = _meeting(r, axis, place)
            if meeting is None:
                return None
            r.meetings.append(meeting)
        elif place.constant != 0 or any(c != 1 for _, c in place.terms):
            return None
    if len(r.meetings) != RANK:
        return None
    return _assigned(r, addends)


def _meeting(r: Reader, axis: int, e: Affine) -> Meeting | None:
    """An axis s*i + d*m - p of an image, or (u + p - d*m)/s of what a window is added from."""
    if len(e.terms) != 2:
        return None
    (u, a), (v, b) = sorted(e.terms, key=lambda t: t[0] not in r.free)
    if u not in r.free or v in r.free:
        return None
    key = str(r.windowed.base.label)
    extent = r.program.tensor(key).shape[axis]
    numbers = (extent, r.extents[u], r.extents[v])
    if not all(n.is_Integer for n in numbers):
        return None
    length, free, bound = (int(n) for n in numbers)
    if a.is_Integer and b.is_Integer and e.constant.is_Integer and a > 0 and b > 0:
        return _seen(axis, (u, int(a), free), (v, int(b), bound), (length, int(e.constant)))
    if a.is_Integer and b.is_Integer and e.constant.is_Integer and a < 0 < b:
        flipped = _seen(
            axis, (u, -int(a), free), (v, int(b), bound), (length, int(e.constant + a * (free - 1)))
        )
        return None if flipped is None or flipped.tap != u else replace(flipped, flipped=True)
    if a > 0 and b < 0:
        s, d, p = 1 / a, -b / a, e.constant / a
        if all(n.is_Integer for n in (s, d, p)):
            r.as_image = False
            geometry = Axis(free, length, bound, int(s), int(d), int(p))
            return Meeting(axis, u, v, geometry, flipped=False)
    return None


def _seen(
    axis: int,
    free: tuple[Symbol, int, int],
    bound: tuple[Symbol, int, int],
    image: tuple[int, int],
) -> Meeting | None:
    """The index with the shorter reach is the tap; at equal reach the one that is summed over."""
    length, constant = image
    tap_is_free = free[1] * (free[2] - 1) < bound[1] * (bound[2] - 1)
    (m, d, k), (i, s, n) = (free, bound) if tap_is_free else (bound, free)
    return Meeting(axis, i, m, Axis(length, n, k, s, d, -constant), flipped=False)


def _assigned(r: Reader, addends: tuple[Expr, ...]) -> Contraction | None:
    """The three tensors in their roles, if every other index belongs to two of them."""
    left = r.equation.lhs
    taps = {m.tap for m in r.meetings}
    kernel_is_result = taps <= r.free
    if not kernel_is_result and taps & r.free:
        return None
    if kernel_is_result:
        result: Role = "kernel"
        image, kernel, places = r.windowed, left, r.other
    elif r.as_image:
        result, image, kernel, places = "places", r.windowed, r.other, left
    else:
        result, image, kernel, places = "image", left, r.other, r.windowed
    return _operands(r, result, (image, kernel, places), addends)


def _operands(
    r: Reader, result: Role, accesses: tuple[Indexed, Indexed, Indexed], addends: tuple[Expr, ...]
) -> Contraction | None:
    image, kernel, places = accesses
    space = [m.place for m in r.meetings]
    taps = [m.tap for m in r.meetings]
    if result == "image":
        symbols = [_symbols(image), _symbols(kernel), _outer(r, places, space)]
        at = [_at(image, m.place) for m in r.meetings]
        spots = [m.axis for m in r.meetings]
    else:
        symbols = [_outer(r, image, []), _symbols(kernel), _symbols(places)]
        at, spots = [m.axis for m in r.meetings], [_at(places, m.place) for m in r.meetings]
    folds = [_tap(r, kernel, m) for m in r.meetings]
    if any(a is None for a in (*at, *spots)) or any(f is None for f in folds):
        return None
    drop = set(space) | set(taps)
    names = [s - drop for s in symbols]
    batch, channel, filters = _pairs(names)
    if any(len(group) > 1 for group in (batch, channel, filters)) or names[0] & names[1] & names[2]:
        return None
    if names[0] != batch | channel or names[1] != channel | filters or names[2] != batch | filters:
        return None
    b, c, f = (next(iter(group), None) for group in (batch, channel, filters))
    axes = tuple(m.geometry for m in r.meetings)
    flips = tuple(bool(fold and fold[1]) for fold in folds)
    made = Contraction(
        result,
        Operand(image, (_at(image, b), _at(image, c), *at)),
        Operand(kernel, (_at(kernel, f), _at(kernel, c), *(x[0] for x in folds if x)), flips),
        Operand(places, (_at(places, b), _at(places, f), *spots)),
        (axes[0], axes[1]),
        r.extents[b] if b is not None else S.One,
        _count(r, c),
        _count(r, f),
        addends,
    )
    return made if _whole(r, made) else None


def _outer(r: Reader, access: Indexed, extra: list[Symbol]) -> set[Symbol]:
    """The indices of the windowed access that stand alone on an axis."""
    windows = {m.axis for m in r.meetings}
    plain = {e for k, e in enumerate(access.indices) if k not in windows}
    return {s for e in plain for s in e.free_symbols} | set(extra)


def _symbols(access: Indexed) -> set[Symbol]:
    return {s for e in access.indices for s in e.free_symbols}


def _at(access: Indexed, symbol: Symbol | None) -> int | None:
    found = [k for k, e in enumerate(access.indices) if e == symbol]
    return found[0] if len(found) == 1 else None


def _tap(r: Reader, kernel: Indexed, m: Meeting) -> tuple[int, bool] | None:
    """Where the tap stands in the kernel, and whether it counts from the end."""
    for k, e in enumerate(kernel.indices):
        if e == m.tap:
            return k, m.flipped
        if e == r.extents[m.tap] - 1 - m.tap:
            return k, not m.flipped
    return None


def _pairs(names: list[set[Symbol]]) -> tuple[set[Symbol], set[Symbol], set[Symbol]]:
    image, kernel, places = names
    return image & places, image & kernel, kernel & places


def _count(r: Reader, symbol: Symbol | None) -> int:
    extent = S.One if symbol is None else r.extents[symbol]
    return int(extent) if extent.is_Integer else -1


def _whole(r: Reader, made: Contraction) -> bool:
    """Whether every tensor is read or written whole, and all but the batch are numbers."""
    if made.channels < 1 or made.filters < 1:
        return False
    first, second = made.axes
    wanted = {
        "image": (made.batch, made.channels, first.extent, second.extent),
        "kernel": (made.filters, made.channels, first.taps, second.taps),
        "places": (made.batch, made.filters, first.places, second.places),
    }
    for role, operand in (("image", made.image), ("kernel", made.kernel), ("places", made.places)):
        shape = r.program.tensor(operand.key).shape
        known = {a for a in operand.order if a is not None}
        if len(known) != sum(a is not None for a in operand.order):
            return False
        if any(k not in known and n != 1 for k, n in enumerate(shape)):
            return False
        sizes = [Integer(1) if a is None else shape[a] for a in operand.order]
        if any(n != w for n, w in zip(sizes, wanted[role], strict=True)):
            return False
    return True
