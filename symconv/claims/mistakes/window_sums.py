"""An equation that sums over outputs, as a sum over the places of a window.

Which of the two is derived depends on which of them is shorter, and mistakes are made in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sympy import Expr, Integer, Mul, Symbol, expand

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation
from symconv.core.nodes import Box
from symconv.core.tensor import index

from .equation_parts import accesses, as_sum_of_products, is_kernel, tensor_of


def sum_over_window(e: Equation, context: NetworkContext) -> Equation | None:
    """sum_i d[i] w[u - s i] as sum_m d[(u - m)/s] w[m]; None where it is no such sum."""
    a = as_sum_of_products(e.rhs)
    if a is None:
        return None
    body, limits, changed = Mul(*a.factors), [], False
    for v, low, high in a.limits:
        found = next(_window_indices(body, v, context), None)
        if found is None:
            limits.append((v, low, high))
            continue
        place, extent = found
        slope = place.coeff(v)
        new = index(f"{v}_w")
        body = body.xreplace({v: expand((place - slope * v - new) / -slope)})
        # Expanded once more, so that the index of the window is the new letter alone.
        body = body.replace(
            lambda x: x.is_Indexed, lambda x: x.func(x.base, *map(expand, x.indices))
        )
        limits.append((new, Integer(0), extent - 1))
        changed = True
    if not changed:
        return None
    parts = replace(a, factors=Mul.make_args(body), limits=tuple(limits))
    return replace(e, rhs=parts.rebuilt())


def _window_indices(body: Expr, v: Symbol, context: NetworkContext) -> Iterator[tuple[Expr, Expr]]:
    """The places within a window that an output's index decides, with the window's extent."""
    for x in accesses(body):
        mask = tensor_of(x, context).role == "mask"
        if not (mask or is_kernel(x, context)):
            continue
        shape, axes = tensor_of(x, context).shape, context.image_axes
        for place, extent in zip(x.indices[-axes:], shape[-axes:], strict=True):
            if expand(place).coeff(v).is_negative:
                yield expand(place), extent
    for box in sorted(body.atoms(Box), key=str):
        if expand(box.place).coeff(v).is_negative:
            yield expand(box.place), box.extent
