"""Second order: reverse mode applied to its own output.

The gradients of contractions are contractions, so the backward equations are a program like any
other. With a direction v for every parameter, S = sum dC/dw v is a scalar, and its gradients are
the product of the Hessian with v (Pearlmutter, Fast exact multiplication by the Hessian, 1994).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from .single_values import drop_single_values


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
    """A program that ends in a scalar of second order, and the backward pass of that scalar.

    `directions` holds the direction v of each tensor, by the tensor's key; the results of `passes`
    are the products with the Hessian, or with the Gauss-Newton matrix.
    """

    forward: Program
    directions: Mapping[str, Tensor]
    passes: Backward


def hessian_vector_product(
    forward: Program, wrt: tuple[Tensor, ...], names: Sequence[Name] = ()
) -> SecondOrder:
    """The products H v for the tensors `wrt`, with S = sum dC/dw v, the slope along v.

    `names` are those of the directions, one a tensor; without them that of `w^1` is `vw^1`.
    Raises SymconvError without a cost, or where a name would mean two tensors.
    """
    if not forward.tensor(forward.output).scalar:
        raise SymconvError("a second derivative needs a network with a cost")
    refuse_computed(wrt)
    first = reverse_mode(forward, wrt)
    plain = {t.key: plain_derivative(t) for t in first.program.tensors}
    directions = directions_of(wrt, names)
    pairs = zip(first.results, directions.values(), strict=True)
    products = Add(*(inner_product(plain[g.key], v) for g, v in pairs))
    slope = free_scalar((*plain.values(), *directions.values()), ("S", "Slope"))
    ending = Equation(slope[0], products, (), "slope of the cost along the directions")
    ending = drop_single_values(ending)
    program = Program(
        all_different((*plain.values(), *directions.values(), slope)),
        (*(value_equation(e, plain, forward.output) for e in first.program.equations), ending),
        slope.key,
        forward.sizes,
    )
    return SecondOrder(program, directions, reverse_mode(program, wrt))


def refuse_computed(wrt: tuple[Tensor, ...]) -> None:
    """A value that the network computes has no direction of its own."""
    for tensor in wrt:
        if tensor.role not in {"input", "parameter"}:
            raise SymconvError(
                f"'{tensor.key}' is no input and no parameter: it cannot be moved in a direction"
            )


def all_different(tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The tensors, if no two have the same name."""
    for tensor in tensors:
        # A network may have a tensor called `vw^1` of its own, beside the direction of `w^1`.
        if sum(t.key == tensor.key for t in tensors) > 1:
            raise SymconvError(f"'{tensor.key}' would name two tensors", help="rename one of them")
    return tensors


def directions_of(wrt: tuple[Tensor, ...], names: Sequence[Name] = ()) -> dict[str, Tensor]:
    """The directions in which tensors are moved, by the key of what they move."""
    chosen = names or [_prefix("v", t.name) for t in wrt]
    pairs = zip(wrt, chosen, strict=True)
    return {t.key: replace(t, name=name, role="input") for t, name in pairs}


def free_scalar(tensors: Sequence[Tensor], letters: Sequence[str]) -> Tensor:
    """A cost by the first of the letters that names no tensor and no size."""
    used = {t.name.letter for t in tensors}
    used |= {str(s) for t in tensors for n in t.shape for s in n.free_symbols}
    letter = next((c for c in letters if c not in used), letters[0])
    return Tensor(Name(letter), (Integer(1),), "cost", ("i",))


def plain_derivative(tensor: Tensor) -> Tensor:
    """A first derivative as a value like any other: `delta z^1` becomes `deltaz^1`."""
    # The cost of the first pass is no cost any more: S is. As a value it needs the axis that
    # scalars go without.
    if tensor.role == "cost":
        return replace(tensor, role="value", axes=("i",))
    if tensor.name.kind == "":
        return tensor
    prefix = {"delta": "delta", "gradient": "d"}[tensor.name.kind]
    return replace(tensor, name=_prefix(prefix, tensor.name), role="value")


def inner_product(a: Tensor, b: Tensor) -> Expr:
    """sum over all entries of a b."""
    # Two primes: one prime marks the free indices of the gradients that the first pass has made.
    ranges = tuple((index(f"{v}''"), n) for v, n in zip(a.axes, a.shape, strict=True))
    here = cast("tuple[Expr, ...]", tuple(v for v, _ in ranges))
    return sum_over(a[here] * b[here], ranges)


def value_equation(equation: Equation, plain: Mapping[str, Tensor], cost: str) -> Equation:
    """An equation of the first order as one of values; derivatives say in their titles of what."""
    words = equation.key.split()
    title = f"derivative of {cost} by {words[-1]}" if len(words) > 1 else equation.title
    return replace(rename_equation(equation, plain), title=title)


def _prefix(prefix: str, name: Name) -> Name:
    return Name(prefix + name.letter, name.layer)
