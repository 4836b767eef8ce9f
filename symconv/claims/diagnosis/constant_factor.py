"""A constant multiple of the truth: a sign, the 2 of the square, a mean for a sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

from sympy import Integer, Mul, Pow
from sympy.tensor.indexed import Indexed

from symconv.claims.evaluation.arrays import ArrayValue, Value
from symconv.claims.evaluation.assignment import all_places
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.syntax_tree import Differential, TensorReference
from symconv.claims.model.verdict import Cause

from .wrong_part import WrongPart, step_of_mistake

SQUARE = ("pointwise derivative", "linearity", "definition")
SCALE = ("definition",)
HALVED = "half_sse"
"""The keyword of the cost that has 1/2 in front of the square."""

MEAN_OF_SIGNALS = (
    "a mean stands where the sum belongs: where the cost is a mean, its error signals have that "
    "factor already"
)
MEAN_TWICE = "the mean is taken twice: this cost has that factor already"


def by_multiple(wrong_part: WrongPart) -> Iterator[Cause]:
    """The forgotten factors that make the truth the claim.

    None for an update: of `w - eta dC/dw` only the step has such a factor.
    """
    if asks_for_update(wrong_part):
        return
    for factor, found, steps in forgotten_factors(wrong_part):
        cause = _fit_to_claim(found, factor, wrong_part)
        if cause is not None and wrong_part.holds(partial(_truth_times, factor)):
            output = wrong_part.context.before_cost
            key = output.name.plain.key if output is not None else ""
            if asks_for_slope_of_value(wrong_part):
                key = ""  # no derivation of this network is about it
            yield replace(cause, where=step_of_mistake(wrong_part.context, key, steps))


def _fit_to_claim(cause: Cause, factor: Fraction, wrong_part: WrongPart) -> Cause | None:
    """The cause as this network and this claim allow it; None where the condition is impossible."""
    mean = cause.name == "mean_for_sum"
    if cause.condition and not scales_with_cost(wrong_part):
        return replace(cause, text=MEAN_OF_SIGNALS, condition=False) if mean else None
    if mean and divides_by(wrong_part.context, factor.denominator):
        return Cause("mean_twice", MEAN_TWICE)
    return cause


def scales_with_cost(wrong_part: WrongPart) -> bool:
    """Whether another factor in front of the cost would be another truth, and the same claim.

    So for a derivative of a cost that the network states, claimed in terms of its values. What is
    said in terms of an error signal scales as that does; a size does not scale at all, and neither
    does the derivative of another value.
    """
    context, parts = wrong_part.context, wrong_part.question.statement.parts
    if context.equation(context.cost) is None or not wrong_part.tensors():
        return False
    if asks_for_slope_of_value(wrong_part):
        return False
    claimed = parts[wrong_part.claimed].walk()
    return not any(
        isinstance(n, Differential) or (isinstance(n, TensorReference) and n.kind) for n in claimed
    )


def asks_for_update(wrong_part: WrongPart) -> bool:
    """Whether the claim is about what a step of descent makes of a tensor."""
    asked = wrong_part.question.statement.parts[wrong_part.asked]
    return isinstance(asked, TensorReference) and asked.fresh


def asks_for_slope_of_value(wrong_part: WrongPart) -> bool:
    """Whether the claim is about a derivative of something else than the cost, or a term of it."""
    context = wrong_part.context
    of_cost = {context.cost, *(t.name.plain.key for t in context.targets)}
    asked = wrong_part.question.statement.parts[wrong_part.asked]
    slopes = [n.of for n in asked.walk() if isinstance(n, Differential)]
    named = [{n.letter for n in of.walk() if isinstance(n, TensorReference)} for of in slopes]
    return any(not letters & of_cost for letters in named)


def _truth_times(factor: Fraction, wrong_part: WrongPart) -> list[Value]:
    return scale_values(wrong_part.truth, factor, wrong_part)


def scale_values(values: Sequence[Value], factor: Fraction, wrong_part: WrongPart) -> list[Value]:
    """The values times a number."""
    scale = wrong_part.assignment.algebra.number(factor)
    return [v.map(lambda e: e * scale) if isinstance(v, ArrayValue) else v * scale for v in values]


def forgotten_factors(wrong_part: WrongPart) -> Iterator[tuple[Fraction, Cause, tuple[str, ...]]]:
    """The constant factors that people forget.

    The derivative of another value than the cost knows nothing of targets, squares and means.
    """
    context = wrong_part.context
    if asks_for_slope_of_value(wrong_part):
        yield Fraction(-1), Cause("sign", "the sign is turned round"), ()
        return
    said = "the sign is turned round: (target - output) stands where (output - target) belongs"
    yield Fraction(-1), Cause("sign", said), SQUARE
    if has_squares(context):
        yield _factor_of_square(context)
    counts = _mean_counts(context)
    for n, over, belongs in counts:
        if belongs and divides_by(context, n):
            text = f"the cost is a mean over {n} {over}; right if it is a sum"
            yield Fraction(n), Cause("sum_for_mean", text, condition=True), SCALE
    for n, over, belongs in counts:
        # A cost is a mean over what it reads; over the entries of a value before it, it is none.
        rest = "right if the cost is a mean over them" if belongs else "no cost is a mean over them"
        text = f"yours is divided by the {n} {over}; {rest}"
        yield Fraction(1, n), Cause("mean_for_sum", text, condition=belongs), SCALE


def has_squares(context: NetworkContext) -> bool:
    """Whether the cost squares anything, so that its derivative has a 2."""
    cost = context.equation(context.cost)
    return cost is not None and any(p.exp == 2 for p in cost.rhs.atoms(Pow))


def divides_by(context: NetworkContext, n: int) -> bool:
    """Whether the cost is divided by a number, as a mean over so many values is."""
    cost = context.equation(context.cost)
    if cost is None:
        return False
    outside = Mul(*(f for f in Mul.make_args(cost.rhs) if not f.has(Indexed)))
    scale = abs(outside.xreplace({s: Integer(k) for s, k in context.sizes}))
    scale *= 2 if cost.kind == HALVED else 1
    return bool(scale.is_Rational and scale.q % n == 0)


def _factor_of_square(context: NetworkContext) -> tuple[Fraction, Cause, tuple[str, ...]]:
    """The 2 of the derivative of the square, which a factor 1/2 in the cost takes away."""
    if any(e.kind == HALVED for e in context.forward.equations):
        said = "a factor 2 too many: this cost has 1/2 in front of the square; right without it"
        return Fraction(2), Cause("extra_two", said, condition=True), SQUARE
    said = "the 2 of the derivative of the square is missing; right if the cost has the factor 1/2"
    return Fraction(1, 2), Cause("missing_two", said, condition=True), SQUARE


def _mean_counts(context: NetworkContext) -> list[tuple[int, str, bool]]:
    """What a mean may be taken over: how many, of what, and whether a cost does that."""
    found: dict[int, tuple[int, str, bool]] = {}
    output = context.before_cost
    entries = len(all_places(context, output)) if output else 1
    found[entries] = entries, "entries of the output", True
    for tensor in context.forward.tensors:
        if tensor.batch:
            n = context.shape(tensor)[0]
            # The first meaning of a count stays: with a batch of 4 and 4 outputs a factor of 4 is
            # said once.
            found.setdefault(n, (n, "samples of the batch", True))
            break
    for tensor in context.forward.tensors:
        n = len(all_places(context, tensor))
        if tensor.role == "value":
            found.setdefault(n, (n, f"entries of {tensor.key}", False))
    return [x for x in found.values() if x[0] > 1]
