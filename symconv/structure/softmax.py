"""The gradient of softmax and cross entropy: the difference of the softmax and the target."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, S, Sum, Symbol, exp, expand
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.nodes import Equals, LogSumExp


@dataclass(frozen=True)
class SoftmaxDifference:
    """softmax(`logits`) - `target`, where the entries of `target` add up to 1 along `along`.

    With `labels` the target holds one class number a sample, and stands for its one-hot vector.
    """

    logits: Indexed
    target: Indexed
    along: Symbol | None
    labels: bool


def softmax_difference(equation: Equation) -> tuple[Expr, SoftmaxDifference] | None:
    """The factor in front and the difference; an identity of formulas is its proof.

    c exp(x[q] - log sum_r exp x[r]) sum_q t[q] - c t[q], with 1 for the sum of the targets.
    """
    weights = sorted(equation.rhs.atoms(exp), key=str)
    if len(weights) != 1 or (logits := _softmax_of(weights[0], equation)) is None:
        return None
    (weight,) = weights
    totals = [s for s in sorted(equation.rhs.atoms(Sum), key=str) if s.function.is_Indexed]
    rest = equation.rhs.xreplace({totals[0]: S.One}) if len(totals) == 1 else equation.rhs
    labels = sorted(rest.atoms(Equals), key=str)
    targets = labels or [a for a in sorted(rest.atoms(Indexed), key=str) if _bare(a, equation)]
    targets = [t for t in targets if t != logits]
    if len(targets) != 1 or (len(totals) != 1) != bool(labels):
        return None
    target = targets[0]
    coefficient = expand(rest).coeff(weight)
    if expand(rest - coefficient * (weight - target)) != 0 or coefficient.has(Indexed):
        return None
    if labels:
        return coefficient, SoftmaxDifference(logits, target.label, None, labels=True)
    along = totals[0].variables[0]
    if len(totals[0].variables) != 1 or not _same_sum(totals[0], target, weight):
        return None
    return coefficient, SoftmaxDifference(logits, target, along, labels=False)


def _bare(access: Indexed, equation: Equation) -> bool:
    return access.indices == equation.lhs.indices


def _softmax_of(weight: Expr, equation: Equation) -> Indexed | None:
    """x of exp(x[.., q, ..] - log sum_r exp x[.., r, ..]), at the place of the result."""
    norms = weight.atoms(LogSumExp)
    if len(norms) != 1:
        return None
    (norm,) = norms
    logits = expand(weight.args[0] + norm)
    if not isinstance(logits, Indexed) or not _bare(logits, equation):
        return None
    (axis,) = _axes(norm.function, logits) or (None,)
    return logits if axis is not None and len(norm.variables) == 1 else None


def _axes(inside: Expr, outside: Indexed) -> list[int]:
    """The axes in which two accesses of the same tensor differ; one is wanted."""
    if not isinstance(inside, Indexed) or inside.base != outside.base:
        return []
    pairs = enumerate(zip(inside.indices, outside.indices, strict=True))
    found = [axis for axis, (a, b) in pairs if a != b]
    return found if len(found) == 1 else []


def _same_sum(total: Sum, target: Indexed, weight: Expr) -> bool:
    """Whether the targets are added up over the whole axis that the softmax runs along."""
    (norm,) = weight.atoms(LogSumExp)
    inside = total.function
    logits = expand(weight.args[0] + norm)
    axes = _axes(inside, target)
    return bool(
        axes
        and axes == _axes(norm.function, logits)
        and inside.indices[axes[0]] == total.variables[0]
        and total.limits[0][1] == 0
        and total.limits[0][2] == target.base.shape[axes[0]] - 1
    )
