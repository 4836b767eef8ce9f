"""A product over windows where a tap or a place has one value only: its index is put back.

A network states equations without such indices, so that a 1x1 convolution reads

    z[b, f, i, j] = sum_c w[f, c, 0, 0] x[b, c, i, j].

Its windows have one tap each. With an index t of extent 1 for it, w[f, c, t, ..] and
x[b, c, i + t, ..], it is the same product with the index expressions of every other window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import cast

from sympy import Expr, S, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Program
from symconv.core.tensor import index
from symconv.lower.affine import affine_form


@dataclass(frozen=True)
class WindowedProduct:
    """An equation taken apart: its result, a windowed factor and a plain one."""

    program: Program
    result: Indexed
    windowed: Indexed
    other: Indexed
    extents: dict[Symbol, Expr]
    free: frozenset[Symbol]
    addends: tuple[Expr, ...]


def restore_unit_indices(made: WindowedProduct, rank: int) -> Iterator[WindowedProduct]:
    """The product with an index for each of its `rank` window axes that shows one index only.

    Such an axis of the windowed factor has lost a tap or a place; the tensor that had it, too, has
    an axis of one entry for it: the other factor or the result. Each way to pair them is given.
    """
    forms = [affine_form(e, made.extents) for e in made.windowed.indices]
    whole = [axis for axis, form in enumerate(forms) if len(form.terms) > 1]
    single = [axis for axis, form in enumerate(forms) if len(form.terms) == 1]
    missing = rank - len(whole)
    if missing < 1 or len(single) < missing:
        return
    # Samples and channels stand in front of the places in every layout that has windows.
    axes = single[-missing:]
    units = {"other": _unit_axes(made, made.other), "result": _unit_axes(made, made.result)}
    for holders in product(units, repeat=missing):
        counts = {holder: holders.count(holder) for holder in units}
        if all(len(units[holder]) >= n for holder, n in counts.items()):
            left = {h: iter(units[h][len(units[h]) - n :]) for h, n in counts.items()}
            pairs = [(axis, h, next(left[h])) for axis, h in zip(axes, holders, strict=True)]
            yield _with_indices(made, pairs)


def _unit_axes(made: WindowedProduct, access: Indexed) -> list[int]:
    """The axes of one entry, which no index runs over."""
    shape = made.program.tensor(access).shape
    return [k for k, n in enumerate(shape) if n == 1 and access.indices[k] == 0]


def _with_indices(made: WindowedProduct, pairs: list[tuple[int, str, int]]) -> WindowedProduct:
    """The product with a new index at each pair of a windowed axis and a unit axis."""
    indices = {
        "windowed": list(made.windowed.indices),
        "other": list(made.other.indices),
        "result": list(made.result.indices),
    }
    new: dict[str, list[Symbol]] = {"other": [], "result": []}
    tensors = made.program.tensor(made.windowed), made.program.tensor(made.result)
    derivative = all(t.is_derivative for t in tensors)
    for n, (axis, holder, unit) in enumerate(pairs):
        t = index(f"t{n}")
        new[holder].append(t)
        indices[holder][unit] = t
        step = _step(made, axis)
        # The derivative by an image reads the delta of the places against the direction of the
        # kernel, (u + p - t)/s, and so does a transposed convolution, which shows by its 1/s.
        backwards = derivative or not step.is_Integer
        indices["windowed"][axis] += -step * t if backwards else t
    return replace(
        made,
        windowed=_replace_indices(made.windowed, indices["windowed"]),
        other=_replace_indices(made.other, indices["other"]),
        result=_replace_indices(made.result, indices["result"]),
        extents={**made.extents, **{t: S.One for found in new.values() for t in found}},
        free=made.free | frozenset(new["result"]),
    )


def _step(made: WindowedProduct, axis: int) -> Expr:
    """How far the index of an axis goes with its symbol: 1/s where a stride divides it."""
    ((_, step),) = affine_form(made.windowed.indices[axis], made.extents).terms
    return step


def _replace_indices(access: Indexed, indices: list[Expr]) -> Indexed:
    return cast("Indexed", access.base[tuple(indices)])
