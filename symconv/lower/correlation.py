"""Contractions that are correlations: sums of products over windows, told by their indices alone.

    out[n, o, i, ...] = sum over c, m, ... of
        image[n, c, (stride i + dilation m - before) / spread, ...] kernel[o, c, m, ...]

A library that has this operation for any stride, dilation, spread and padding has with it both
passes of every convolution: the gradient by the kernel sums over places and leaves the taps free,
that by the image has a fraction, and so has the forward pass of a transposed convolution. What an
index is, `correlation_roles` tells; here the operands are laid out for the roles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sympy import Expr, Mul, S, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import Box
from symconv.core.tensor import key_of

from .affine import affine_form
from .builder import ProgramBuilder
from .correlation_roles import PlainAxis, Roles, Window, find_roles
from .einsum_terms import EinsumTerm
from .ir import WHOLE, Array, Correlate, IntegerIndex, NewAxis, Ref, SpaceAxis
from .named_array import (
    NamedArray,
    index_array,
    reshape_array,
    reverse_items,
    scale_array,
    transpose_axes,
)
from .solve_brackets import is_guarded

SPACE = "DHW"
"""The letters of the axes of space, of which the last ones are taken: depth, height, width."""


def lower_correlation(bench: ProgramBuilder, term: EinsumTerm) -> NamedArray | None:
    """The term as one correlation; None where it is none."""
    before = dict(bench.extents)
    opened = _without_brackets(bench, term)
    found = None if opened is None else _find_correlation(bench, opened)
    if found is None:
        bench.extents = before
    return found


def _without_brackets(bench: ProgramBuilder, term: EinsumTerm) -> EinsumTerm | None:
    """The term with a tap for every bracket [0 <= place < n]; None where one cannot be solved.

    A gradient may sum over the places that saw an entry, where these are fewer than the taps:
    w[2 - u + 2 i] delta[i] [0 <= u - 2 i < 3] is w[2 - m] delta[(u - m) / 2], the tap m being
    u - 2 i. A parameter that is read at such a place is 0 beyond its taps, without a bracket:
    w[(u - 3 i) / 2] delta[i] is w[m] delta[(u - 2 m) / 3].
    """
    found = next(_list_brackets(bench, term), None)
    if found is None:
        return term
    within, extent, factors = found
    place = affine_form(within, bench.extents)
    inner = [(v, c) for v, c in place.terms if v in term.bound]
    if len(inner) != 1 or not is_guarded(bench, term, inner[0][0]):
        return None
    ((v, c),) = inner
    tap = bench.fresh("m", extent)
    solved = expand((tap - place.expression + c * v) / c)
    bound = (*(b for b in term.bound if b != v), tap)
    kept = replace(term, factors=factors, bound=bound)
    return _without_brackets(bench, kept.rewritten(lambda f: _put_in(f, v, solved)))


def _put_in(factor: Expr, v: Symbol, solved: Expr) -> Expr:
    """A factor with an index solved for, its places multiplied out."""
    new = factor.xreplace({v: solved})
    return new.func(new.base, *map(expand, new.indices)) if isinstance(new, Indexed) else new


def _list_brackets(
    bench: ProgramBuilder, term: EinsumTerm
) -> Iterator[tuple[Expr, Expr, tuple[Expr, ...]]]:
    """What lies in a range, the extent of that, and the factors of the term that say no more of it.

    Brackets say so, and the places at which a parameter is read.
    """
    for factor in term.factors:
        if isinstance(factor, Box):
            yield factor.place, factor.extent, tuple(f for f in term.factors if f != factor)
        elif isinstance(factor, Indexed) and bench.tensors[key_of(factor)].role == "parameter":
            shape = bench.tensors[key_of(factor)].shape
            for place, length in zip(factor.indices, shape, strict=True):
                inside = {v for v in place.free_symbols if v in bench.extents}
                bound = [v for v in term.bound if v in inside]
                windowed = len(inside) == 2 and len(bound) == 1
                if windowed and is_guarded(bench, term, bound[0], factor):
                    yield place, length, term.factors


def _find_correlation(bench: ProgramBuilder, term: EinsumTerm) -> NamedArray | None:
    factors = [f for f in term.factors if isinstance(f, Indexed)]
    if len(factors) != 2 or len(term.factors) != 2 or not term.bound or term.places:
        return None
    tensors = [bench.tensors[key_of(f)] for f in factors]
    if not all(bench.holds_numbers(Ref(t.key)) for t in tensors):
        return None
    # Where no window shows which is the image: a delta stands first, a parameter last, and beside
    # an input it is the delta that is the kernel.
    between = tensors[0].is_derivative and tensors[1].role != "parameter"
    for image, kernel in (factors[::-1], factors)[:: 1 if between else -1]:
        roles = find_roles(bench, term, image, kernel)
        if roles is not None and len(roles.windows) <= len(SPACE):
            return scale_array(_correlate(bench, roles, image, kernel), term.coefficient)
    return None


def _correlate(bench: ProgramBuilder, roles: Roles, image: Indexed, kernel: Indexed) -> NamedArray:
    """The correlation of the operands as they have to lie, and its result by the indices."""
    space = SPACE[-len(roles.windows) :]
    axes = dict(zip(space, roles.windows, strict=True))
    known = {"N": _some(roles.sample), "C": _some(roles.group, roles.filter)}
    known |= {letter: _some(window.place) for letter, window in axes.items()}
    # What the result has no index for comes first, where it is cut off; the others stand as in the
    # tensor that is computed.
    order = list(bench.extents)
    shown = sorted(known, key=lambda s: min((order.index(v) for v in known[s]), default=-1))
    left, image_letters = _lay_out_image(roles, image, axes)
    right, kernel_letters = _lay_out_kernel(bench, roles, kernel, axes)
    count = S.One if roles.group is None else bench.extents[roles.group]
    value = Correlate(
        left,
        right,
        (image_letters, kernel_letters, "".join(shown)),
        tuple(_measure(bench, w, image) for w in roles.windows),
        *((S.One, count) if roles.groups_samples else (count, S.One)),
    )
    cut = index_array(value, tuple(WHOLE if known[s] else IntegerIndex(S.Zero) for s in shown))
    labels = tuple(v for s in shown for v in known[s])
    if None not in {roles.group, roles.filter}:
        cut = reshape_array(cut, tuple(bench.extents[v] for v in labels))
    falls = {w.place for w in roles.windows if w.place and _descends(bench, w.stride)}
    return NamedArray(index_array(cut, reverse_items(tuple(v in falls for v in labels))), labels)


def _some(*indices: Symbol | None) -> tuple[Symbol, ...]:
    return tuple(v for v in indices if v is not None)


def _descends(bench: ProgramBuilder, coefficient: Expr) -> bool:
    return not bench.sizes.nonnegative(coefficient)


def _measure(bench: ProgramBuilder, window: Window, image: Indexed) -> SpaceAxis:
    """The geometry of one axis; an index that falls is counted from its other end."""
    last = [S.Zero if v is None else bench.extents[v] - 1 for v in (window.place, window.tap)]
    steps, shift = [window.stride, window.dilation], window.shift
    for k in range(2):
        if _descends(bench, steps[k]):
            shift += steps[k] * last[k]
            steps[k] = -steps[k]
    end = steps[0] * last[0] + steps[1] * last[1] + shift
    length = window.spread * (bench.tensors[key_of(image)].shape[window.axis] - 1)
    return SpaceAxis(steps[0], steps[1], window.spread, expand(-shift), expand(end - length))


def _lay_out_image(roles: Roles, image: Indexed, axes: dict[str, Window]) -> tuple[Array, str]:
    """The image with an axis for each of its roles, and the letters of its axes."""
    letters = [""] * len(image.indices)
    for letter, window in axes.items():
        letters[window.axis] = letter
    outer, inner = _some(roles.sample), _some(roles.feature)
    group = _some(roles.group)
    named = (
        {"N": (*group, *outer), "C": inner}
        if roles.groups_samples
        else {"N": outer, "C": (*group, *inner)}
    )
    _name_axes(letters, roles.image, named)
    return _complete(Ref(key_of(image)), letters, "NC")


def _name_axes(
    letters: list[str], axes: Sequence[PlainAxis], named: dict[str, tuple[Symbol, ...]]
) -> None:
    """Write the letter of a role at the axis that counts its indices."""
    for axis in axes:
        for letter, indices in named.items():
            if axis.indices and set(axis.indices) <= set(indices):
                letters[axis.axis] = letter


def _lay_out_kernel(
    bench: ProgramBuilder, roles: Roles, kernel: Indexed, axes: dict[str, Window]
) -> tuple[Array, str]:
    """The kernel with its groups beside its filters, turned where a tap falls, and its letters."""
    letters = [""] * len(kernel.indices)
    taps = {w.tap: (letter, w) for letter, w in axes.items() if w.tap is not None}
    falls = [False] * len(letters)
    for axis in roles.kernel:
        for v in set(axis.indices) & set(taps):
            letters[axis.axis], window = taps[v]
            falls[axis.axis] = axis.backwards != _descends(bench, window.dilation)
    array = index_array(Ref(key_of(kernel)), reverse_items(tuple(falls)))
    named = {"O": _some(roles.group, roles.filter), "I": _some(roles.feature)}
    if _are_apart(roles):
        array, letters = _bring_groups(bench, roles, array, letters)
    else:
        _name_axes(letters, roles.kernel, named)
    return _complete(array, letters, "OI" + "".join(axes))


def _are_apart(roles: Roles) -> bool:
    """Whether the groups of the kernel do not stand with its filters."""
    wanted = _some(roles.group, roles.filter)
    return roles.group is not None and all(a.indices != wanted for a in roles.kernel)


def _bring_groups(
    bench: ProgramBuilder, roles: Roles, array: Array, letters: list[str]
) -> tuple[Array, list[str]]:
    """The kernel with the groups in front of the filters in one axis."""
    spread: list[tuple[Symbol | None, str, Expr]] = []
    role = {roles.group: "O", roles.filter: "O", roles.feature: "I"}
    for axis, letter in zip(roles.kernel, letters, strict=True):
        for v in axis.indices or (None,):
            size = S.One if v is None else bench.extents[v]
            spread.append((v, letter or ("" if v is None else role[v]), size))
    labels = [v for v, _, _ in spread]
    order = [k for k, v in enumerate(labels) if v != roles.group]
    before = labels.index(roles.filter if roles.filter is not None else roles.group)
    order.insert(order.index(before) if before in order else before, labels.index(roles.group))
    split = reshape_array(array, tuple(n for _, _, n in spread))
    names = tuple(Symbol(f"{k}") for k in range(len(spread)))
    turned = transpose_axes(NamedArray(split, names), tuple(names[k] for k in order)).array
    merged: list[tuple[str, Expr]] = []
    for k in order:
        _, letter, size = spread[k]
        if merged and letter == "O" == merged[-1][0]:
            merged[-1] = ("O", Mul(merged[-1][1], size))
        else:
            merged.append((letter, size))
    return reshape_array(turned, tuple(n for _, n in merged)), [letter for letter, _ in merged]


def _complete(array: Array, letters: list[str], wanted: str) -> tuple[Array, str]:
    """The array with an axis of length 1 for every letter that is missing, and all its letters."""
    missing = [letter for letter in wanted if letter not in letters]
    found = list(letters)
    # Axes of length 1 that are there take the place of missing ones; others are dropped.
    for k, letter in enumerate(letters):
        if not letter and missing:
            found[k] = missing.pop(0)
    items = (*(NewAxis() for _ in missing), *(WHOLE if s else IntegerIndex(S.Zero) for s in found))
    return index_array(array, items), "".join((*missing, *found))
