"""The parts of a backward equation: its factors, its sum, its accesses and their indices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from sympy import Add, Expr, Integer, Mul, S, Sum, Symbol, expand, ilcm
from sympy.tensor.indexed import Indexed

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation
from symconv.core.tensor import Tensor


@dataclass(frozen=True)
class SumOfProducts:
    """rhs = the product of `outer` times the sum of the product of `factors` over `limits`."""

    outer: tuple[Expr, ...]
    factors: tuple[Expr, ...]
    limits: tuple[tuple[Symbol, Expr, Expr], ...]

    def rebuilt(self) -> Expr:
        """The formula of these parts."""
        body = Mul(*self.factors)
        return Mul(*self.outer, Sum(body, *self.limits) if self.limits else body)


def as_sum_of_products(rhs: Expr) -> SumOfProducts | None:
    """The parts of a right-hand side that is one sum of products, or one product."""
    factors = Mul.make_args(rhs)
    sums = [f for f in factors if isinstance(f, Sum)]
    if len(sums) > 1:
        return None
    if not sums:
        return SumOfProducts((), tuple(factors), ())
    outer = tuple(f for f in factors if f is not sums[0])
    return SumOfProducts(outer, tuple(Mul.make_args(sums[0].function)), tuple(sums[0].limits))


def axis_kind(v: Symbol, a: SumOfProducts, context: NetworkContext) -> str:
    """Batch, channel or space: the axis that a bound index runs over."""
    for access in (x for factor in a.factors for x in accesses(factor)):
        tensor = tensor_of(access, context)
        for axis, place in enumerate(access.indices):
            if not place.has(v):
                continue
            if axis < tensor.batch:
                return "batch"
            if axis >= _first_image_axis(tensor, context):
                return "space"
    return "channel"


def _first_image_axis(tensor: Tensor, context: NetworkContext) -> int:
    """The number of the first axis along which windows move; beyond all where there is none."""
    rank = len(tensor.shape)
    if context.image_axes == 1 and context.windows:
        bias = tensor.role == "parameter" and tensor.key not in context.sliding
        return rank if bias else rank - 1
    inside = rank - tensor.batch >= 2 or not tensor.batch
    return max(rank - 2, 0) if rank != 1 and inside else rank


FORMULAS = 4096
"""Of how many formulas the accesses are remembered: dozens of mistakes ask for those of one."""


@lru_cache(maxsize=FORMULAS)
def accesses(e: Expr) -> tuple[Indexed, ...]:
    """The accesses of a formula in a fixed order."""
    return tuple(sorted(e.atoms(Indexed), key=str))


def replace_accesses(e: Expr, change: Callable[[Indexed], Expr | None]) -> Expr | None:
    """The formula with some accesses replaced; None where nothing is."""
    table = {}
    for access in accesses(e):
        new = change(access)
        if new is not None and new != access:
            table[access] = new
    return e.xreplace(table) if table else None


def tensor_of(access: Indexed, context: NetworkContext) -> Tensor:
    """The tensor that an access reads."""
    return context.program.tensor(access)


def is_signal(access: Indexed, context: NetworkContext) -> bool:
    """Whether an access is an error signal."""
    return tensor_of(access, context).role == "delta"


def has_signal(e: Expr, context: NetworkContext) -> bool:
    """Whether a formula reads an error signal."""
    return any(is_signal(x, context) for x in accesses(e))


def is_kernel(access: Indexed, context: NetworkContext) -> bool:
    """Whether an access is a kernel that slides over an image."""
    return tensor_of(access, context).key in context.sliding


def with_indices(access: Indexed, *indices: Expr) -> Indexed:
    """The access at other indices."""
    return Indexed(access.base, *(expand(i) for i in indices))


def spatial_axes(access: Indexed, context: NetworkContext) -> tuple[int, ...]:
    """The axes that say where in an image: the last ones, or those before a mask's window."""
    axes = context.image_axes
    if tensor_of(access, context).role == "mask":
        return tuple(range(-2 * axes, -axes)) if len(access.indices) >= 2 * axes else ()
    return tuple(range(-axes, 0)) if len(access.indices) >= axes else ()


def reverse_last_axes(access: Indexed, context: NetworkContext) -> Indexed:
    """The access with the axes of its image read backwards."""
    shape, axes = context.shape(tensor_of(access, context)), context.image_axes
    lead, last = access.indices[:-axes], access.indices[-axes:]
    backwards = (Integer(n - 1) - e for n, e in zip(shape[-axes:], last, strict=False))
    return with_indices(access, *lead, *backwards)


def gradient_kind(equation: Equation, context: NetworkContext) -> str:
    """Kernel, bias, weight or image: what the equation computes dC/d(it) of."""
    result = context.program.tensor(equation.lhs)
    tensor = context.tensors.get(result.name.plain.key)
    if tensor is None or tensor.role != "parameter":
        return "image"
    if tensor.key in context.sliding:
        return "kernel"
    return "bias" if len(tensor.shape) == 1 else "weight"


@dataclass(frozen=True)
class AffineQuotient:
    """(sum_v numerators[v] v + rest) / divisor."""

    numerators: Mapping[Symbol, Expr]
    rest: Expr
    divisor: Expr = S.One

    def built(self) -> Expr:
        terms = (c * v for v, c in self.numerators.items())
        return expand(Add(*terms, self.rest) / self.divisor)

    def scaled(self, change: Callable[[Symbol, Expr], Expr]) -> AffineQuotient:
        """The same with other coefficients."""
        return replace(self, numerators={v: change(v, c) for v, c in self.numerators.items()})


def decompose_index(place: Expr) -> AffineQuotient:
    """The coefficients, the rest and the divisor of an index."""
    place = expand(place)
    indices = sorted((s for s in place.atoms(Symbol) if not s.is_nonnegative), key=str)
    slopes = {v: place.coeff(v) for v in indices}
    rest = expand(place - Add(*(c * v for v, c in slopes.items())))
    divisor = _common_divisor([c.as_numer_denom()[1] for c in slopes.values()])
    numerators = {v: expand(c * divisor) for v, c in slopes.items()}
    return AffineQuotient(numerators, expand(rest * divisor), divisor)


def _common_divisor(divisors: list[Expr]) -> Expr:
    if all(d.is_Integer for d in divisors):
        return Integer(ilcm(1, 1, *divisors))
    return next(d for d in divisors if not d.is_Integer)


def replace_indices(
    e: Equation, context: NetworkContext, change: Callable[[AffineQuotient], AffineQuotient | None]
) -> Iterator[Expr]:
    """The right-hand side with the positions of its images and error signals changed."""

    def moved(x: Indexed) -> Expr | None:
        axes = spatial_axes(x, context)
        if is_kernel(x, context) or not axes:
            return None
        indices = list(x.indices)
        for axis in axes:
            new = change(decompose_index(indices[axis]))
            if new is not None:
                indices[axis] = new.built()
        return with_indices(x, *indices)

    new = replace_accesses(e.rhs, moved)
    if new is not None:
        yield new
