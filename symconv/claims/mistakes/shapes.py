"""Taking a backward equation apart: its factors, its sum, and the accesses in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Expr, Integer, Mul, Sum, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.claims.model.facts import Facts
from symconv.core.equation import Equation
from symconv.core.tensor import Tensor


@dataclass(frozen=True)
class Anatomy:
    """rhs = the product of `outer` times the sum of the product of `factors` over `limits`."""

    outer: tuple[Expr, ...]
    factors: tuple[Expr, ...]
    limits: tuple[tuple[Symbol, Expr, Expr], ...]

    def rebuilt(self) -> Expr:
        """The formula of these parts."""
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


def axis_kind(v: Symbol, a: Anatomy, facts: Facts) -> str:
    """Batch, channel or space: the axis that a bound index runs over."""
    for access in (x for factor in a.factors for x in accesses(factor)):
        tensor = tensor_of(access, facts)
        for axis, place in enumerate(access.indices):
            if not place.has(v):
                continue
            if axis < tensor.batch:
                return "batch"
            if len(tensor.shape) != 1 and axis >= max(len(tensor.shape) - 2, _before(tensor)):
                return "space"
    return "channel"


def _before(tensor: Tensor) -> int:
    """The axes in front of the image: none in an image or matrix alone, those of the batch else."""
    return 0 if len(tensor.shape) - tensor.batch >= 2 or not tensor.batch else len(tensor.shape)


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
    """The tensor that an access reads."""
    return facts.program.tensor(access)


def is_signal(access: Indexed, facts: Facts) -> bool:
    """Whether an access is an error signal."""
    return tensor_of(access, facts).role == "delta"


def has_signal(e: Expr, facts: Facts) -> bool:
    """Whether a formula reads an error signal."""
    return any(is_signal(x, facts) for x in accesses(e))


def is_kernel(access: Indexed, facts: Facts) -> bool:
    """Whether an access is a kernel that slides over an image."""
    tensor = tensor_of(access, facts)
    return tensor.role == "parameter" and len(tensor.shape) in {2, 4} and facts.windowed(tensor)


def with_indices(access: Indexed, *indices: Expr) -> Indexed:
    """The access at other indices."""
    return Indexed(access.base, *(expand(i) for i in indices))


def spatial_axes(access: Indexed, facts: Facts) -> tuple[int, ...]:
    """The axes that say where in an image: the last two, or those before a mask's window."""
    if tensor_of(access, facts).role == "mask":
        return (-4, -3) if len(access.indices) >= 4 else ()
    return (-2, -1) if len(access.indices) >= 2 else ()


def turned(access: Indexed, facts: Facts) -> Indexed:
    """The access with its last two axes read backwards."""
    shape = facts.shape(tensor_of(access, facts))
    lead, last = access.indices[:-2], access.indices[-2:]
    backwards = (Integer(n - 1) - e for n, e in zip(shape[-2:], last, strict=False))
    return with_indices(access, *lead, *backwards)


def of_kind(equation: Equation, facts: Facts) -> str:
    """Kernel, bias, weight or image: what the equation computes dC/d(it) of."""
    result = facts.program.tensor(equation.lhs)
    tensor = facts.tensors.get(result.name.plain.key)
    if tensor is None or tensor.role != "parameter":
        return "image"
    if facts.windowed(tensor) and len(tensor.shape) in {2, 4}:
        return "kernel"
    return "bias" if len(tensor.shape) == 1 else "weight"
