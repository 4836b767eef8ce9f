"""Forward mode: how every value of a network moves along given directions.

The tangent of y[i] = f(T) is the sum over T's entries of (df/dT[q]) times the tangent of T[q].
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Add, Expr, S

from symconv.core.equation import Equation, Program
from symconv.core.nodes import Partial
from symconv.core.tensor import Tensor, index

from .binders import fresh, index_symbols, sum_over
from .chain import Chain
from .derivative import visible
from .masks import masks_of
from .recognise import Recognition


def tangents(
    forward: Program, directions: dict[str, Tensor]
) -> tuple[dict[str, Tensor], tuple[Equation, ...]]:
    """The tangents of all values that depend on the tensors with a direction, and their equations.

    `directions` holds the direction of a tensor by the tensor's key. The equations of masks that
    tangents read come first.
    """
    moving, equations = dict(directions), list[Equation]()
    masks = masks_of(forward)
    for equation in forward.equations:
        read = sorted(visible(equation.rhs) & set(moving))
        if not read:
            continue
        own = tuple(m.equation for m in masks.get(equation.key, ()))
        tangent = tangent_of(forward.tensor(equation.key))
        pairs = [(forward.tensor(k), moving[k]) for k in read]
        equations += [*own, _tangent(equation, tangent, pairs, own)]
        moving[equation.key] = tangent
    return moving, tuple(equations)


def tangent_of(tensor: Tensor) -> Tensor:
    """The tensor of tangents: `z^1` moves by `tz^1`."""
    name = replace(tensor.name, letter="t" + tensor.name.letter)
    return replace(tensor, name=name, role="value")


def _tangent(
    equation: Equation,
    tangent: Tensor,
    pairs: list[tuple[Tensor, Tensor]],
    masks: tuple[Equation, ...],
) -> Equation:
    """The equation of one tangent, by the rules of the calculus."""
    recognition = Recognition((equation,), masks)
    terms = [_term(equation, tensor, direction) for tensor, direction in pairs]
    chain = Chain(Add(*terms))
    chain.differentiate(recognition)
    chain.collapse((), equation.ranges)
    chain.tidy(recognition)
    return Equation(tangent[equation.lhs.indices], chain.formula, equation.ranges, "tangent")


def _term(equation: Equation, tensor: Tensor, direction: Tensor) -> Expr:
    """sum_q (tangent of T[q]) df/dT[q]."""
    taken = index_symbols(equation.rhs) | index_symbols(equation.lhs)
    axes = () if tensor.scalar else tensor.axes
    places = tuple(fresh(index(f"{v}'"), taken) for v in axes)
    ranges = tuple(zip(places, tensor.shape, strict=False))
    place = places or (S.Zero,)
    return sum_over(direction[place] * Partial(equation.rhs, tensor[place]), ranges)
