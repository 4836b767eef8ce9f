"""One derivation: from dC/dT[q] to a formula without derivatives, one named rule after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sympy import Add, Expr, S
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Ranges
from symconv.core.errors import Unsupported
from symconv.core.nodes import Partial
from symconv.core.proof import Derivation, Step
from symconv.core.tensor import Tensor, index

from . import derivative, sums
from .binders import fresh, index_symbols, rebuild, sum_over
from .recognise import Recognition
from .rules import REASONS
from .sifting import Sifting, absorb
from .split import Digits, digits_of, split


@dataclass
class Chain:
    """A formula on its way, with the steps taken so far."""

    formula: Expr
    steps: list[Step] = field(default_factory=list)

    def apply(self, rule: str, change: Callable[[Expr], Expr]) -> None:
        """Take a step, unless it changes nothing."""
        after = change(self.formula)
        if after != self.formula:
            self.steps.append(Step(rule, self.formula, after, REASONS[rule]))
            self.formula = after


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
        _differentiate(chain, by, consumers, recognition)
        _collapse(chain, axes, ranges)
        chain.apply("recognise a forward value", recognition.forward_values)
        chain.apply("pull out", sums.pull_out)
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


def _differentiate(
    chain: Chain, by: Indexed, consumers: tuple[Consumer, ...], recognition: Recognition
) -> None:
    """Chain rule, definition, and the derivative rules until only [a = q] brackets are left."""
    chain.apply("chain rule", lambda _: Add(*(_chain_rule(c, by) for c in consumers)))
    meaning: dict[Expr, Expr] = {c.equation.lhs: c.equation.rhs for c in consumers}
    chain.apply("definition", lambda e: rewrite(e, lambda node: _definition(node, meaning)))
    while chain.formula.has(Partial):
        before = chain.formula
        for rule, change in DERIVATIVES:
            chain.apply(rule, lambda e, change=change: rewrite(e, change))  # type: ignore[misc]
            chain.apply("name", recognition.masks)
        if chain.formula == before:
            raise Unsupported(f"no rule differentiates {before}", help="see the rules in calculus/")


DERIVATIVES: tuple[tuple[str, derivative.Rule], ...] = (
    ("linearity", derivative.linearity),
    ("product rule", derivative.product_rule),
    ("selection", derivative.selection),
    ("log-sum-exp", derivative.log_sum_exp),
    ("pointwise derivative", derivative.pointwise_derivative),
    ("derivative of an entry", derivative.entry),
)


def _chain_rule(consumer: Consumer, by: Indexed) -> Expr:
    """dC/dT[q] = sum over the outputs: delta * d(output)/dT[q]."""
    equation = consumer.equation
    inner = Partial(equation.lhs, by)
    if consumer.delta is None:
        return inner
    return sum_over(consumer.delta[equation.lhs.indices] * inner, equation.ranges)


def _definition(node: Partial, meaning: Mapping[Expr, Expr]) -> Expr | None:
    """d y[i] = d (what the layer computes for y[i])."""
    return Partial(meaning[node.of], node.by) if node.of in meaning else None


def rewrite(expr: Expr, rule: Callable[[Partial], Expr | None]) -> Expr:
    """expr with the rule applied to every derivative in it, and to what comes of it."""
    if not expr.has(Partial):
        return expr
    if isinstance(expr, Partial):
        after = rule(expr)
        return expr if after is None else rewrite(after, rule)
    return rebuild(expr, lambda a: rewrite(a, rule))


def _collapse(chain: Chain, axes: tuple[Digits, ...], free: Ranges) -> None:
    """Use up the brackets."""
    sifting = Sifting(free)
    chain.apply("split", lambda e: split(e, axes))
    chain.apply("exchange of sums", sums.exchange_of_sums)
    chain.apply("renaming", lambda e: sums.each_term(e, sifting.rename))
    chain.apply("sifting", lambda e: sums.each_term(e, sifting.sift))
    chain.apply("absorb", lambda e: sums.each_term(e, absorb))
    chain.apply("sum over one value", lambda e: sums.each_term(e, sums.sum_over_one_value))
