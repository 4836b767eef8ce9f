"""Brackets as arrays of truth values: the way out where no access absorbs them."""

from __future__ import annotations

from sympy import Add, Expr, KroneckerDelta, Mul, S, expand
from sympy.tensor.indexed import Indexed

from symconv.core.errors import Unsupported
from symconv.core.nodes import Box, Equals

from .access import read
from .affine import affine, denominator
from .arithmetic import Arithmetic, Both, Test
from .builder import Workbench
from .labelled_array import Labelled, scaled, spread, total, union
from .leaves import Counter, Number

ZERO = Number(S.Zero)


def _counted(bench: Workbench, expression: Expr) -> Labelled:
    """The values of an affine index expression."""
    place = affine(expression, bench.extents)
    parts = [
        scaled(Labelled(Counter(bench.extents[v]), (v,)), c)
        for v, c in sorted(place.terms, key=lambda t: t[1].could_extract_minus_sign())
    ]
    if place.constant != 0 or not parts:
        parts.append(Labelled(Number(place.constant), ()))
    return total(tuple(parts), bench.extents)


def equation_of(node: KroneckerDelta) -> Expr:
    """The expression that is 0 where the bracket [a = b] is 1."""
    return Add(node.args[0], Mul(-1, node.args[1]))  # type: ignore[arg-type]


def delta(bench: Workbench, node: KroneckerDelta) -> Labelled:
    """[a = b]: both sides as integers, the positive part left and the negative right."""
    gap = equation_of(node)
    place = affine(expand(gap * denominator(gap)), bench.extents)
    plus = Add(*(c * v for v, c in place.terms if not c.could_extract_minus_sign()))
    sides = (_counted(bench, plus), _counted(bench, plus - place.expression))
    axes = union(sides, bench.extents)
    return Labelled(Test("==", *(spread(s, axes) for s in sides)), axes)


def equals(bench: Workbench, node: Equals) -> Labelled:
    """[place = label] for an entry of an array of class numbers."""
    if not isinstance(node.label, Indexed) or denominator(node.place) != 1:
        raise Unsupported(f"{node.place} is compared with {node.label}, which is no label")
    sides = (_counted(bench, node.place), read(bench, node.label))
    axes = union(sides, bench.extents)
    return Labelled(Test("==", *(spread(s, axes) for s in sides)), axes)


def box(bench: Workbench, node: Box) -> Labelled | None:
    """[e is an integer and 0 <= e < n]; None where that is provably always so."""
    gap = denominator(node.place)
    place = affine(expand(node.place * gap), bench.extents)
    low = high = place.constant
    for v, c in place.terms:
        reach = c * (bench.extents[v] - 1)
        rises = bench.sizes.nonnegative(c)
        low, high = (low, high + reach) if rises else (low + reach, high)
    above = bench.sizes.nonnegative(low)
    below = bench.sizes.nonnegative(gap * node.extent - 1 - high)
    if above and below and gap == 1:
        return None
    counted = _counted(bench, place.expression)
    entry = bench.bind(counted.array, bench.goal, "place")
    tests = []
    if not above:
        tests.append(Test(">=", entry, ZERO))
    if not below:
        tests.append(Test("<", entry, Number(gap * node.extent)))
    if gap != 1:
        tests.append(Test("==", Arithmetic("%", (entry, Number(gap))), ZERO))
    joined: Test | Both = tests[0]
    for test in tests[1:]:
        joined = Both(joined, test)
    return Labelled(joined, counted.axes)
