"""Brackets as arrays of truth values: the way out where no access absorbs them."""

from __future__ import annotations

from sympy import Add, Expr, KroneckerDelta, Mul, S, expand
from sympy.tensor.indexed import Indexed

from symconv.core.errors import Unsupported
from symconv.core.nodes import Box, Equals

from .affine import affine_form, denominator
from .builder import ProgramBuilder
from .gather import read_access
from .ir import Arange, Arithmetic, Comparison, LogicalAnd, Scalar
from .named_array import NamedArray, add_arrays, broadcast_to_axes, merge_axes, scale_array

ZERO = Scalar(S.Zero)


def _affine_values(bench: ProgramBuilder, expression: Expr) -> NamedArray:
    """The values of an affine index expression."""
    place = affine_form(expression, bench.extents)
    parts = [
        scale_array(NamedArray(Arange(bench.extents[v]), (v,)), c)
        for v, c in sorted(place.terms, key=lambda t: t[1].could_extract_minus_sign())
    ]
    if place.constant != 0 or not parts:
        parts.append(NamedArray(Scalar(place.constant), ()))
    return add_arrays(tuple(parts), bench.extents)


def delta_residual(node: KroneckerDelta) -> Expr:
    """The expression that is 0 where the bracket [a = b] is 1."""
    return Add(node.args[0], Mul(-1, node.args[1]))  # type: ignore[arg-type]


def lower_delta(bench: ProgramBuilder, node: KroneckerDelta) -> NamedArray:
    """[a = b]: both sides as integers, the positive part left and the negative right."""
    gap = delta_residual(node)
    place = affine_form(expand(gap * denominator(gap)), bench.extents)
    plus = Add(*(c * v for v, c in place.terms if not c.could_extract_minus_sign()))
    # No negative number on either side: i + m = u rather than i + m - u = 0, two small aranges
    # instead of an array of three axes.
    sides = (_affine_values(bench, plus), _affine_values(bench, plus - place.expression))
    axes = merge_axes(sides, bench.extents)
    return NamedArray(Comparison("==", *(broadcast_to_axes(s, axes) for s in sides)), axes)


def lower_label_bracket(bench: ProgramBuilder, node: Equals) -> NamedArray:
    """[place = label] for an entry of an array of class numbers."""
    if not isinstance(node.label, Indexed) or denominator(node.place) != 1:
        raise Unsupported(f"{node.place} is compared with {node.label}, which is no label")
    sides = (_affine_values(bench, node.place), read_access(bench, node.label))
    axes = merge_axes(sides, bench.extents)
    return NamedArray(Comparison("==", *(broadcast_to_axes(s, axes) for s in sides)), axes)


def lower_box(bench: ProgramBuilder, node: Box) -> NamedArray | None:
    """[e is an integer and 0 <= e < n]; None where that is provably always so."""
    gap = denominator(node.place)
    place = affine_form(expand(node.place * gap), bench.extents)
    low = high = place.constant
    for v, c in place.terms:
        reach = c * (bench.extents[v] - 1)
        rises = bench.sizes.nonnegative(c)
        # The corners of the box of the indices, as in `SizeBounds`.
        low, high = (low, high + reach) if rises else (low + reach, high)
    above = bench.sizes.nonnegative(low)
    below = bench.sizes.nonnegative(gap * node.extent - 1 - high)
    # A bracket that holds everywhere is not computed.
    if above and below and gap == 1:
        return None
    counted = _affine_values(bench, place.expression)
    entry = bench.bind(counted.array, bench.goal, "place")
    tests = []
    if not above:
        tests.append(Comparison(">=", entry, ZERO))
    if not below:
        tests.append(Comparison("<", entry, Scalar(gap * node.extent)))
    if gap != 1:
        tests.append(Comparison("==", Arithmetic("%", (entry, Scalar(gap))), ZERO))
    joined: Comparison | LogicalAnd = tests[0]
    for test in tests[1:]:
        joined = LogicalAnd(joined, test)
    return NamedArray(joined, counted.axes)
