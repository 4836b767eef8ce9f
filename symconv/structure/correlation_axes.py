"""Index expressions of products, taken apart: which axis moves over which, how far, which way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sympy import Expr, Mul, S, Sum, Symbol, expand, fraction, together
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.notation.index_letters import is_index


@dataclass(frozen=True)
class ProductForm:
    """coefficient * sum over `bound` of a product of accesses."""

    coefficient: Expr
    factors: tuple[Indexed, ...]
    free: Mapping[Symbol, Expr]
    bound: Mapping[Symbol, Expr]


def match_product(equation: Equation) -> ProductForm | None:
    """The right side as one sum of a product of entries; None where it is something else."""
    coefficient: Expr = S.One
    rest = equation.rhs
    outside = Mul.make_args(rest)
    sums = [a for a in outside if isinstance(a, Sum)]
    if len(sums) > 1 or (sums and any(a.has(Indexed) for a in outside if a not in sums)):
        return None
    bound: dict[Symbol, Expr] = {}
    if sums:
        coefficient = Mul(*(a for a in outside if a not in sums))
        bound = {v: high + 1 for v, _, high in reversed(sums[0].limits)}
        rest = sums[0].function
    entries = [a for a in Mul.make_args(rest) if isinstance(a, Indexed)]
    others = Mul(*(a for a in Mul.make_args(rest) if not isinstance(a, Indexed)))
    if (
        others.has(Indexed)
        or others.has(Sum)
        or _index_symbols(others)
        or not _has_bare_left_side(equation)
    ):
        return None
    ordered = tuple(sorted(entries, key=str))
    return ProductForm(coefficient * others, ordered, dict(equation.ranges), bound)


def _has_bare_left_side(equation: Equation) -> bool:
    """Whether the left side counts its entries one index an axis."""
    return all(e.is_Symbol or e == 0 for e in equation.lhs.indices)


def is_whole(access: Indexed) -> bool:
    """Whether an access reads an array index by index; an axis of one entry is read at 0."""
    return all(map(_is_letter, access.indices, access.base.shape))


def _is_letter(place: Expr, extent: Expr) -> bool:
    return bool(place.is_Symbol or (place == 0 and extent == 1))


def letters(access: Indexed) -> tuple[Symbol, ...]:
    """The indices of an access that are bare letters, in order."""
    return tuple(e for e in access.indices if isinstance(e, Symbol))


def _index_symbols(e: Expr) -> set[Symbol]:
    return {s for s in e.free_symbols if isinstance(s, Symbol) and is_index(s)}


@dataclass(frozen=True)
class CorrelationAxis:
    """One axis along which an array moves over another: first[(a u + b v + c)/s] second[v].

    In normal form: the first array is dilated by `dilation`, gets `front` zeros in front, and is
    read at `stride * u + t`, where t runs over the second array, which is dilated by `spread` and
    backwards where `turned`; the result is backwards where `mirrored`.
    """

    first_axis: int
    second_axis: int
    free: Symbol
    bound: Symbol
    dilation: Expr
    stride: Expr
    spread: Expr
    front: Expr
    reach: Expr
    turned: bool
    mirrored: bool


def match_correlation_axes(
    form: ProductForm, first: Indexed, second: Indexed
) -> tuple[CorrelationAxis, ...] | None:
    """The axes in which both a free and a bound index move; None if the rest is not bare."""
    found = list(_match_axes(form, first, second))
    taken = {w.first_axis for w in found if w}
    places = enumerate(zip(first.indices, first.base.shape, strict=True))
    rest = [pair for axis, pair in places if axis not in taken]
    rest += zip(_undo_reversal(second, form), second.base.shape, strict=True)
    plain = all(_is_letter(e, n) for e, n in rest)
    return tuple(w for w in found if w) if plain and None not in found else None


def _undo_reversal(second: Indexed, form: ProductForm) -> Iterator[Expr]:
    """The indices of the second array, with `n - 1 - v` read as v."""
    for e, extent in zip(second.indices, second.base.shape, strict=True):
        (v,) = _index_symbols(e) if len(_index_symbols(e)) == 1 else (None,)
        turned = v is not None and expand(e - (extent - 1 - v)) == 0
        yield v if turned and v in {*form.bound, *form.free} else e


def _match_axes(
    form: ProductForm, first: Indexed, second: Indexed
) -> Iterator[CorrelationAxis | None]:
    unturned = list(_undo_reversal(second, form))
    for axis, place in enumerate(first.indices):
        inside = _index_symbols(place)
        free, bound = inside & set(form.free), inside & set(form.bound)
        if len(inside) < 2:
            if not place.is_Symbol and inside:
                yield None
            continue
        if len(free) != 1 or len(bound) != 1 or not bound <= set(unturned):
            yield None
            continue
        (u,), (v,) = free, bound
        second_axis = unturned.index(v)
        turned = second.indices[second_axis] != v
        yield _normalize_axis(axis, second_axis, place, u, v, form, turned=turned)


def _normalize_axis(  # noqa: PLR0913, PLR0917 - the parts of one axis
    axis: int,
    second_axis: int,
    place: Expr,
    u: Symbol,
    v: Symbol,
    form: ProductForm,
    *,
    turned: bool,
) -> CorrelationAxis | None:
    """Coefficients a, b, c, s of (a u + b v + c)/s, brought to positive steps."""
    above, below = fraction(together(place))
    above, n = expand(above), form.bound[v]
    # second[n - 1 - v] at v is second[v] at n - 1 - v, so that the direction is read off one sign.
    if turned:
        above = expand(above.xreplace({v: n - 1 - v}))
    a, b = above.coeff(u), above.coeff(v)
    c = expand(above - a * u - b * v)
    if below.could_extract_minus_sign():
        a, b, c, below = -a, -b, -c, -below
    if not all(k.is_positive or k.is_negative for k in (a, b)) or _index_symbols(c):
        return None
    backwards, mirrored = bool(b.is_negative), bool(a.is_negative)
    # With b < 0 the window is read from its far end: b v + c runs down from c to c - reach. The
    # same for a < 0, where the first output stands at the far end of the array.
    reach = expand(abs(b) * (n - 1))
    start = c - reach if backwards else c
    if mirrored:
        start += a * (form.free[u] - 1)
    front = expand(-start)
    size = (abs(a), abs(b))
    return CorrelationAxis(
        axis, second_axis, u, v, below, size[0], size[1], front, reach, backwards, mirrored
    )
