"""Formulas that agree almost everywhere: they part at equal maxima and at relu'(0)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import partial

from sympy import Dummy, Expr, Integer, Sum

from symconv.claims.evaluation.arrays import Value
from symconv.claims.evaluation.assign import assign_rationals, assign_residues
from symconv.claims.evaluation.assignment import Assignment, all_places, leaf_tensors
from symconv.claims.evaluation.comparison import (
    EQUAL,
    Question,
    compare_everywhere,
    evaluate_everywhere,
    is_constant,
    states_zero,
)
from symconv.claims.evaluation.interval_algebra import IntervalAlgebra
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.syntax_tree import Cases, Condition, FunctionCall, Maximum
from symconv.claims.model.verdict import Cause
from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.core.nodes import MaxOver, OneHot, absolute, relu, step
from symconv.core.tensor import Tensor
from symconv.semantics.index_arithmetic import Place

from .wrong_part import CONVENTION_STEPS, WrongPart, step_of_mistake

MOST_INDEX_VALUES = 200
"""At how many values of the free indices the conventions are compared.

All inputs are equal at these points, and so are all weights: more values would mostly repeat
themselves.
"""

SHUT_SEED = 4
"""Any seed would do: the numbers that the claim was judged by with shut gates are taken."""

Point = dict[str, dict[Place, Fraction]]
LAST_MAXIMUM = Cause(
    "tie_rule",
    "right if the last of equal maxima wins, or if there are none; here the first one wins",
    condition=True,
)
ALL_MAXIMA = Cause(
    "tie_rule",
    "right where the maximum is unique; yours gives the gradient to all of several equal maxima, "
    "and here the first one wins",
    condition=True,
)
UNIQUE_MAXIMUM = Cause(
    "tie_rule",
    "right where the maximum is unique; among equal maxima the first one wins here",
    condition=True,
)
TIED_MAXIMA = Cause(
    "tie_rule",
    "yours gives the gradient to all of several equal maxima; here the first one wins",
)
SHARED_MAXIMA = Cause(
    "tie_rule",
    "yours shares the gradient out among several equal maxima; here the first one gets all of it",
)
RELU_SLOPE = Cause("relu_at_zero", "right if relu'(0) = 1; here relu'(0) = 0", condition=True)
RELU_KINK = Cause("relu_at_zero", "right except where the input of the ReLU is 0", condition=True)
DEAD_RELU = Cause(
    "dead_relu", "right where the ReLU is off (its input is not positive)", condition=True
)
CHOICES = ((1, 0, 0, 1), (0, 1, 1, 1), (1, 1, 1, 0), (0, 1, 0, 1))
"""Values of the inputs, the weights, the biases and the targets that make ties, and zeros under a
ReLU: with inputs and biases of 0 the layers behind it still have weights."""


def find_boundary_cause(question: Question) -> Cause | None:
    """The convention on which a claim depends that is right everywhere else."""
    context = question.context
    if not (_has_kinks(context) and _compares(question)):
        return None
    for choice in CHOICES:
        point = _point(context, choice)
        # False alone counts: None says that one side has no value there, which is no disagreement.
        if _holds(question, assign_rationals(context, point, IntervalAlgebra())) is not False:
            continue
        cause = next(
            _matching_conventions(question, context, point),
            UNIQUE_MAXIMUM if _has_maxima(context) else RELU_KINK,
        )
        return point_to_step(cause, context)
    return None


def holds_where_relu_is_off(question: Question) -> bool:
    """Whether the statement, which says that something is 0, holds where every ReLU is off.

    Only "it is 0" is a statement about such a ReLU: where it is off, its derivative is a factor 0,
    and every formula with that factor is right whatever else it says.
    """
    parts = question.statement.parts
    if not any(is_constant(p) and states_zero(question, n) for n, p in enumerate(parts)):
        return False
    if not any(e.rhs.has(relu, absolute) for e in question.context.forward.equations):
        return False
    return bool(_holds(question, assign_residues(question.context, SHUT_SEED, "shut")))


def _has_kinks(context: NetworkContext) -> bool:
    return _has_maxima(context) or any(e.rhs.has(relu, absolute) for e in context.forward.equations)


def _has_maxima(context: NetworkContext) -> bool:
    return any(e.rhs.has(MaxOver) for e in context.forward.equations)


def _compares(question: Question) -> bool:
    """Whether a part decides by comparing: cases, max, or the derivative of a ReLU."""
    return any(
        isinstance(n, Cases | Condition | Maximum)
        or (isinstance(n, FunctionCall) and n.function in {"max", "step"})
        for part in question.statement.parts
        for n in part.walk()
    )


def _point(context: NetworkContext, choice: tuple[int, int, int, int]) -> Point:
    roles = ("input", "parameter", "bias", "target")
    values = dict(zip(roles, map(Fraction, choice), strict=True))
    return {
        t.key: dict.fromkeys(all_places(context, t), values.get(_role_of(t), Fraction(1)))
        for t in leaf_tensors(context)
    }


def _role_of(tensor: Tensor) -> str:
    """What is set together: a parameter of one axis is a bias, or does as one."""
    return "bias" if tensor.role == "parameter" and len(tensor.shape) == 1 else tensor.role


def _holds(question: Question, assignment: Assignment) -> bool | None:
    """Whether all parts agree under an assignment; None where they have no value."""
    with suppress(SymconvError, Undefined):
        envs = question.environments(MOST_INDEX_VALUES)
        count = len(question.statement.parts)
        values = [evaluate_everywhere(question, n, assignment, envs) for n in range(count)]
        return all(compare_everywhere(values[0], other) == EQUAL for other in values[1:])
    return None


def _matching_conventions(
    question: Question, context: NetworkContext, point: Point
) -> Iterator[Cause]:
    """The conventions under which the claim holds at the point, too."""
    for cause, algebra in (
        (RELU_SLOPE, IntervalAlgebra(1)),
        (LAST_MAXIMUM, IntervalAlgebra(last_wins=True)),
    ):
        if _holds(question, assign_rationals(context, point, algebra)):
            yield cause
    if _holds(
        question,
        assign_rationals(context, point, IntervalAlgebra()).broken(_mask_all_maxima(context)),
    ):
        yield ALL_MAXIMA


def _mask_all_maxima(context: NetworkContext, *, shared: bool = False) -> dict[str, Equation]:
    """The masks with a 1 at every maximum: 1 - step(max - x); or with a share of it."""
    found = {}
    for e in context.program.equations:
        if isinstance(e.rhs, OneHot):
            rhs = _is_largest(e.rhs.maximum, e.rhs.position)
            if shared:
                others = tuple(Dummy(str(p), integer=True) for p in e.rhs.position)
                limits = (
                    (v, *span[1:]) for v, span in zip(others, e.rhs.maximum.limits, strict=True)
                )
                rhs /= Sum(_is_largest(e.rhs.maximum, others), *limits)
            found[e.key] = replace(e, rhs=rhs)
    return found


def _is_largest(maximum: MaxOver, position: Sequence[Expr]) -> Expr:
    """[the entry at a position is a maximum]: max - x is 0 there, and step(0) = 0."""
    entry = maximum.function.xreplace(dict(zip(maximum.variables, position, strict=True)))
    return Integer(1) - step(maximum - entry)


def point_to_step(cause: Cause, context: NetworkContext) -> Cause:
    """The cause with the step at which a maximum, or the slope of a ReLU, enters."""
    nodes = (MaxOver,) if cause.name == "tie_rule" else (relu, absolute)
    for derivation in context.backward.derivations:
        if any(e.rhs.has(*nodes) for e in derivation.via):
            where = step_of_mistake(context, derivation.of.key, CONVENTION_STEPS[cause.name])
            return replace(cause, where=where)
    return cause


def by_ties(wrong_part: WrongPart) -> Iterator[Cause]:
    """Numbers in which all of several equal maxima get the gradient, or a share of it."""
    if not _has_maxima(wrong_part.context) or wrong_part.exact:
        return
    for cause, shared in ((TIED_MAXIMA, False), (SHARED_MAXIMA, True)):
        masks = _mask_all_maxima(wrong_part.context, shared=shared)
        if wrong_part.holds(partial(_under_masks, masks)):
            # The numbers do have equal maxima, so that "right where there are none" would be empty.
            yield point_to_step(cause, wrong_part.context)
            return


def _under_masks(masks: dict[str, Equation], wrong_part: WrongPart) -> list[Value]:
    return wrong_part.asked_in(wrong_part.assignment.broken(masks))
