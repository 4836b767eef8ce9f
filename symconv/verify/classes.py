"""Tensors of labels: which tensors hold class numbers, and how many classes there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sympy import Basic, Expr
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Program
from symconv.core.errors import Unsupported
from symconv.core.nodes import Equals
from symconv.semantics.places import Sizes, whole


def classes(program: Program, sizes: Sizes) -> dict[str, int]:
    """How many classes the labels of a tensor choose from, by the tensor's key."""
    found: dict[str, int] = {}
    for equation in program.equations:
        for key, count in _labels(equation.rhs, dict(equation.ranges)):
            number = whole(count, sizes)
            found[key] = min(number, found.get(key, number))
    return found


def _labels(e: Basic, extents: Mapping[Basic, Expr]) -> Iterator[tuple[str, Expr]]:
    """Each tensor that an index is compared with, and the extent of that index."""
    if isinstance(e, Equals) and isinstance(e.label, Indexed):
        if e.place not in extents:
            raise Unsupported(f"'{e.place}' is compared with a label and is no index")
        yield str(e.label.base.label), extents[e.place]
    bound = {v: high + 1 for v, _, high in e.limits} if isinstance(e, ExprWithLimits) else {}
    for a in e.args:
        yield from _labels(a, {**extents, **bound})
