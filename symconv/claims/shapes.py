"""Taking a backward equation apart: its factors, its sum, and the accesses in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Expr, Integer, Mul, Sum, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor

from .facts import Facts


@dataclass(frozen=True)
class Anatomy:
    """rhs = the product of `outer` times the sum of the product of `factors` over `limits`."""

    outer: tuple[Expr, ...]
    factors: tuple[Expr, ...]
    limits: tuple[tuple[Symbol, Expr, Expr], ...]

    def rebuilt(self) -> Expr:
        body = Mul(*self.factors)
        return Mul(*self.outer, Sum(body, *self.limits) if self.limits else body)


def anatomy(rhs: Expr) -> Anatomy | None:
    """The parts of a right-hand side that is one sum of products, or one product."""
    factors = Mul.make_args(rhs)
    sums = [f for f in factors if isinstance(f, Sum)]
    if len(sums) > 1:
        return None
    if not sums:
        return Anatomy((), tuple(factors), ())
    outer = tuple(f for f in factors if f is not sums[0])
    return Anatomy(outer, tuple(Mul.make_args(sums[0].function)), tuple(sums[0].limits))


def accesses(e: Expr) -> list[Indexed]:
    """The accesses of a formula in a fixed order."""
    return sorted(e.atoms(Indexed), key=str)


def changed(e: Expr, change: Callable[[Indexed], Expr | None]) -> Expr | None:
    """The formula with some accesses replaced; None where nothing is."""
    table = {}
    for access in accesses(e):
        new = change(access)
        if new is not None and new != access:
            table[access] = new
    return e.xreplace(table) if table else None


def tensor_of(access: Indexed, facts: Facts) -> Tensor:
    return facts.program.tensor(access)


def is_signal(access: Indexed, facts: Facts) -> bool:
    """Whether an access is an error signal."""
    return tensor_of(access, facts).role == "delta"


def is_kernel(access: Indexed, facts: Facts) -> bool:
    """Whether an access is a kernel that slides over an image."""
    tensor = tensor_of(access, facts)
    return tensor.role == "parameter" and len(tensor.shape) in {2, 4} and facts.windowed(tensor)


def with_indices(access: Indexed, *indices: Expr) -> Indexed:
    return Indexed(access.base, *(expand(i) for i in indices))


def spatial(access: Indexed) -> tuple[Expr, ...]:
    """The last two indices."""
    return tuple(access.indices[-2:])


def turned(access: Indexed, facts: Facts) -> Indexed:
    """The access with its last two axes read backwards."""
    shape = facts.shape(tensor_of(access, facts))
    lead = access.indices[:-2]
    backwards = (Integer(n - 1) - e for n, e in zip(shape[-2:], spatial(access), strict=False))
    return with_indices(access, *lead, *backwards)


def of_kind(equation: Equation, facts: Facts) -> str:
    """Kernel, bias, weight, pointwise, image: what the equation computes dC/d(it) of."""
    result = facts.program.tensor(equation.lhs)
    plain = result.name.plain.key
    tensor = facts.tensors.get(plain)
    if tensor is not None and tensor.role == "parameter":
        if facts.windowed(tensor) and len(tensor.shape) in {2, 4}:
            return "kernel"
        return "bias" if len(tensor.shape) == 1 else "weight"
    return "image"
