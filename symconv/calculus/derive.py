"""One derivation: from dC/dT[q] to a formula without derivatives, one named rule after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Add, Expr, S
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.nodes import Partial
from symconv.core.proof import Derivation
from symconv.core.tensor import Tensor, index

from .binders import fresh, index_symbols, sum_over
from .chain import Chain, rewrite
from .recognise import Recognition
from .split import Digits, digits_of


@dataclass(frozen=True)
class Consumer:
    """An equation that reads the tensor, and the delta of what it computes (None for the cost)."""

    equation: Equation
    delta: Tensor | None


def derive(
    tensor: Tensor,
    result: Tensor,
    cost: Tensor,
    consumers: tuple[Consumer, ...],
    masks: tuple[Equation, ...],
) -> Derivation:
    """The derivative of the cost by every entry of `tensor`, as an equation for `result`."""
    recognition = Recognition(tuple(c.equation for c in consumers), masks)
    axes = () if tensor.scalar else free_axes(tensor, [c.equation for c in consumers])
    ranges = tuple(r for digits in axes for r in digits.ranges)
    by = tensor[tuple(digits.place for digits in axes) or (S.Zero,)]
    chain = Chain(Partial(cost[0], by))
    if consumers:
        _through(chain, by, consumers)
        chain.differentiate(recognition)
        chain.collapse(axes, ranges)
        chain.tidy(recognition)
    else:
        chain.apply("no dependence", lambda _: Add())
    equation = Equation(result[by.indices], chain.formula, ranges)
    return Derivation(tensor, equation, tuple(chain.steps), tuple(c.equation for c in consumers))


def free_axes(tensor: Tensor, equations: list[Equation]) -> tuple[Digits, ...]:
    """A primed index for each axis of the tensor, or one a digit where it is read in blocks."""
    taken = {s for e in equations for s in index_symbols(e.rhs) | index_symbols(e.lhs)}
    found: list[Digits] = []
    for axis, (letter, extent) in enumerate(zip(tensor.axes, tensor.shape, strict=True)):
        whole = Digits(((S.One, extent),), (index(letter),))
        digits = digits_of(tensor, axis, equations) or whole
        primed = tuple(fresh(index(v.name + "'"), taken) for v in digits.symbols)
        taken |= set(primed)
        found.append(Digits(digits.digits, primed))
    return tuple(found)


def _through(chain: Chain, by: Indexed, consumers: tuple[Consumer, ...]) -> None:
    """The chain rule over every equation that reads the tensor, and what these compute."""
    chain.apply("chain rule", lambda _: Add(*(chain_rule(c, by) for c in consumers)))
    meaning: dict[Expr, Expr] = {c.equation.lhs: c.equation.rhs for c in consumers}
    chain.apply("definition", lambda e: rewrite(e, lambda node: definition(node, meaning)))


def chain_rule(consumer: Consumer, by: Indexed) -> Expr:
    """dC/dT[q] = sum over the outputs: delta * d(output)/dT[q]."""
    equation = consumer.equation
    inner = Partial(equation.lhs, by)
    if consumer.delta is None:
        return inner
    return sum_over(consumer.delta[equation.lhs.indices] * inner, equation.ranges)


def definition(node: Partial, meaning: Mapping[Expr, Expr]) -> Expr | None:
    """d y[i] = d (what the layer computes for y[i])."""
    return Partial(meaning[node.of], node.by) if node.of in meaning else None
