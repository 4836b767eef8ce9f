"""Second order: reverse mode applied to its own output.

The gradients of contractions are contractions, so the backward equations are a program like any
other. With a direction v for every parameter, S = sum dC/dw v is a scalar, and its gradients are
the product of the Hessian with v (Pearlmutter, Fast exact multiplication by the Hessian, 1994).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from sympy import Add, Expr, Integer

from symconv.core.equation import Equation, Program
from symconv.core.errors import SymconvError
from symconv.core.proof import Backward
from symconv.core.tensor import Name, Tensor, index

from .binders import sum_over
from .renaming import rename_equation
from .reverse import reverse


@dataclass(frozen=True)
class SecondOrder:
    """A program that computes gradients and S = sum dC/dw v, and the backward pass of S.

    `directions` holds the direction v of each tensor, by the tensor's key; the results of `passes`
    are the products H v.
    """

    forward: Program
    directions: Mapping[str, Tensor]
    passes: Backward


def hessian_vector_product(forward: Program, wrt: tuple[Tensor, ...]) -> SecondOrder:
    """The products H v for the tensors `wrt`; the direction of `w^1` is the input `vw^1`.

    Raises SymconvError without a cost, or where a name would mean two tensors.
    """
    if not forward.tensor(forward.output).scalar:
        raise SymconvError("a second derivative needs a network with a cost")
    first = reverse(forward, wrt)
    plain = {t.key: _plain(t) for t in first.program.tensors}
    directions = {t.key: direction_of(t) for t in wrt}
    slope = Tensor(Name("S"), (Integer(1),), "cost", ("i",))
    pairs = zip(first.results, directions.values(), strict=True)
    products = Add(*(_inner_product(plain[g.key], v) for g, v in pairs))
    ending = Equation(slope[0], products, (), "slope of the cost along the directions")
    program = Program(
        _all_different((*plain.values(), *directions.values(), slope)),
        (*(rename_equation(e, plain) for e in first.program.equations), ending),
        slope.key,
        forward.sizes,
    )
    return SecondOrder(program, directions, reverse(program, wrt))


def _all_different(tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The tensors, if no two have the same name."""
    for tensor in tensors:
        if sum(t.key == tensor.key for t in tensors) > 1:
            raise SymconvError(f"'{tensor.key}' would name two tensors", help="rename one of them")
    return tensors


def direction_of(tensor: Tensor) -> Tensor:
    """The direction in which a tensor is moved: the input `vw^1` for `w^1`."""
    return replace(tensor, name=_named("v", tensor.name), role="input")


def _named(prefix: str, name: Name) -> Name:
    return Name(prefix + name.letter, name.layer)


def _plain(tensor: Tensor) -> Tensor:
    """A first derivative as a value like any other: `delta z^1` becomes `deltaz^1`."""
    if tensor.role == "cost":
        return replace(tensor, role="value", axes=("i",))
    if tensor.name.kind == "":
        return tensor
    prefix = {"delta": "delta", "gradient": "d"}[tensor.name.kind]
    return replace(tensor, name=_named(prefix, tensor.name), role="value")


def _inner_product(a: Tensor, b: Tensor) -> Expr:
    """sum over all entries of a b."""
    ranges = tuple((index(f"{v}''"), n) for v, n in zip(a.axes, a.shape, strict=True))
    here = cast("tuple[Expr, ...]", tuple(v for v, _ in ranges))
    return sum_over(a[here] * b[here], ranges)
