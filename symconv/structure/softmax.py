"""The gradient of softmax and cross entropy: the difference of the softmax and the target."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, S, Sum, exp, expand, expand_mul
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.core.nodes import Equals, LogSumExp


@dataclass(frozen=True)
class SoftmaxDifference:
    """softmax(`logits`) - `target`, where the entries of `target` add up to 1.

    With `labels` the target holds one class number a sample, and stands for its one-hot vector.
    """

    logits: Indexed
    target: Indexed
    labels: bool


def match_softmax_difference(
    program: Program, equation: Equation
) -> tuple[Expr, SoftmaxDifference] | None:
    """The factor in front and the difference; an identity of formulas is its proof.

    c exp(x[q] - log sum_r exp x[r]) sum_q t[q] - c t[q], with 1 for the sum of the targets.
    """
    weights = sorted(equation.rhs.atoms(exp), key=str)
    logits = _match_logits(weights[0], equation) if len(weights) == 1 else None
    if logits is None:
        return None
    found = _match_labels(equation, logits) or _match_probabilities(equation, logits, weights[0])
    if found is None or program.tensor(found.target).role != "target":
        return None
    subtracted, rest = found.subtracted, found.rest
    coefficient = expand_mul(rest).coeff(weights[0])
    same = expand_mul(rest - coefficient * (weights[0] - subtracted)) == 0
    made = SoftmaxDifference(logits, found.target, labels=found.labels)
    return (coefficient, made) if same and not coefficient.has(Indexed) else None


@dataclass(frozen=True)
class SoftmaxTarget:
    """The target that is subtracted from a softmax, and the formula with the sum of targets 1."""

    target: Indexed
    subtracted: Expr
    rest: Expr
    labels: bool = False


def _match_labels(equation: Equation, logits: Indexed) -> SoftmaxTarget | None:
    """One class number a sample: [q = label]."""
    labels = sorted(equation.rhs.atoms(Equals), key=str)
    if len(labels) != 1 or labels[0].place not in logits.indices:
        return None
    label = labels[0].label
    if not isinstance(label, Indexed):
        return None
    return SoftmaxTarget(label, labels[0], equation.rhs, labels=True)


def _match_probabilities(equation: Equation, logits: Indexed, weight: Expr) -> SoftmaxTarget | None:
    """Probabilities: the sum of all targets of a sample is 1."""
    totals = [s for s in sorted(equation.rhs.atoms(Sum), key=str) if s.function.is_Indexed]
    if len(totals) != 1:
        return None
    rest = equation.rhs.xreplace({totals[0]: S.One})
    targets = [a for a in sorted(rest.atoms(Indexed), key=str) if _is_at_result(a, equation)]
    others = [t for t in targets if t != logits]
    if len(others) != 1 or not _same_sum(totals[0], others[0], weight):
        return None
    return SoftmaxTarget(others[0], others[0], rest)


def _is_at_result(access: Indexed, equation: Equation) -> bool:
    return access.indices == equation.lhs.indices


def _match_logits(weight: Expr, equation: Equation) -> Indexed | None:
    """x of exp(x[.., q, ..] - log sum_r exp x[.., r, ..]), at the place of the result."""
    norms = weight.atoms(LogSumExp)
    if len(norms) != 1:
        return None
    (norm,) = norms
    logits = expand(weight.args[0] + norm)
    if not isinstance(logits, Indexed) or not _is_at_result(logits, equation):
        return None
    (axis,) = _differing_axes(norm.function, logits) or (None,)
    whole = axis is not None and norm.limits[0][1:] == (0, logits.base.shape[axis] - 1)
    return logits if whole and len(norm.variables) == 1 else None


def _differing_axes(inside: Expr, outside: Indexed) -> list[int]:
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
    axes = _differing_axes(inside, target)
    return bool(
        axes
        and len(total.variables) == 1
        and axes == _differing_axes(norm.function, logits)
        and inside.indices[axes[0]] == total.variables[0]
        and total.limits[0][1] == 0
        and total.limits[0][2] == target.base.shape[axes[0]] - 1
    )
