"""Second order: reverse mode applied to its own output.

The gradients of contractions are contractions, so the backward equations are a program like any
other. With a direction v for every parameter, S = sum dC/dw v is a scalar, and its gradients are
the product of the Hessian with v (Pearlmutter, Fast exact multiplication by the Hessian, 1994).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from sympy import Add, Expr, Integer, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.core.errors import SymconvError
from symconv.core.proof import Backward
from symconv.core.tensor import Name, Tensor, index, key_of

from .binders import rebuild, sum_over
from .reverse_mode import reverse_mode


def rename_tensors(program: Program, names: Mapping[str, Name]) -> Program:
    """The program with the names of tensors replaced, by key."""
    tensors = {t.key: replace(t, name=names.get(t.key, t.name)) for t in program.tensors}
    return replace(
        program,
        tensors=tuple(tensors.values()),
        equations=tuple(rename_equation(e, tensors) for e in program.equations),
        output=tensors[program.output].key,
    )


def rename_equation(equation: Equation, tensors: Mapping[str, Tensor]) -> Equation:
    """The equation with every tensor replaced by the one that stands for it, by key."""

    def access(entry: Indexed) -> Indexed:
        return tensors[key_of(entry)][entry.indices]

    def rename(expr: Expr) -> Expr:
        if isinstance(expr, Indexed):
            return access(expr)
        return expr if isinstance(expr, Symbol) else rebuild(expr, rename)

    return replace(equation, lhs=access(equation.lhs), rhs=rename(equation.rhs))


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
    first = reverse_mode(forward, wrt)
    plain = {t.key: _as_value(t) for t in first.program.tensors}
    directions = {t.key: direction_tensor(t) for t in wrt}
    slope = Tensor(Name("S"), (Integer(1),), "cost", ("i",))
    pairs = zip(first.results, directions.values(), strict=True)
    products = Add(*(_inner_product(plain[g.key], v) for g, v in pairs))
    ending = Equation(slope[0], products, (), "slope of the cost along the directions")
    program = Program(
        _check_distinct_names((*plain.values(), *directions.values(), slope)),
        (*(rename_equation(e, plain) for e in first.program.equations), ending),
        slope.key,
        forward.sizes,
    )
    return SecondOrder(program, directions, reverse_mode(program, wrt))


def _check_distinct_names(tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The tensors, if no two have the same name."""
    for tensor in tensors:
        if sum(t.key == tensor.key for t in tensors) > 1:
            raise SymconvError(f"'{tensor.key}' would name two tensors", help="rename one of them")
    return tensors


def direction_tensor(tensor: Tensor) -> Tensor:
    """The direction in which a tensor is moved: the input `vw^1` for `w^1`."""
    return replace(tensor, name=_prefix_name("v", tensor.name), role="input")


def _prefix_name(prefix: str, name: Name) -> Name:
    return Name(prefix + name.letter, name.layer)


def _as_value(tensor: Tensor) -> Tensor:
    """A first derivative as a value like any other: `delta z^1` becomes `deltaz^1`."""
    if tensor.role == "cost":
        return replace(tensor, role="value", axes=("i",))
    if tensor.name.kind == "":
        return tensor
    prefix = {"delta": "delta", "gradient": "d"}[tensor.name.kind]
    return replace(tensor, name=_prefix_name(prefix, tensor.name), role="value")


def _inner_product(a: Tensor, b: Tensor) -> Expr:
    """sum over all entries of a b."""
    ranges = tuple((index(f"{v}''"), n) for v, n in zip(a.axes, a.shape, strict=True))
    here = cast("tuple[Expr, ...]", tuple(v for v, _ in ranges))
    return sum_over(a[here] * b[here], ranges)
