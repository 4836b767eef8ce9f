"""Values by cases, and the conditions that choose between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symconv.claims.model.errors import ClaimError
from symconv.claims.model.tree import Cases, Compare, Node

from .arrays import Array, Value, scalar, zipped
from .indices import Environment, whole_number
from .intervals import is_zero
from .products import fitting

if TYPE_CHECKING:
    from .evaluate import Evaluator


def of_cases(at: Evaluator, node: Cases, env: Environment) -> Value:
    """The first branch whose condition holds, entry by entry where the conditions are arrays."""
    total: Value = at.zero
    left_over: Value = at.algebra.number(1)
    for value, condition in node.branches:
        holds = left_over
        if condition is not None:
            holds = _zipped(left_over, _holds(at, condition, env), lambda a, b: a * b)
            left_over = _zipped(left_over, holds, lambda a, b: a + -1 * b)
        term = _zipped(at.value(value, env), holds, lambda a, b: a * b)
        total = _zipped(total, term, lambda a, b: a + b)
    return total


def _zipped(left: Value, right: Value, function: Any) -> Value:
    return fitting(zipped(left, right, function), left, right)


def _holds(at: Evaluator, condition: Node, env: Environment) -> Value:
    """1 or 0: the step function of the difference of the sides, which is 0 at equality."""
    if not isinstance(condition, Compare):
        raise ClaimError("a condition is expected here", help="x > 0")
    if condition.relation in {"=", "!="}:
        return _equality(at, condition, env)
    a, b = at.value(condition.left, env), at.value(condition.right, env)
    if condition.relation.startswith("<"):
        a, b = b, a
    difference = _zipped(a, b, lambda x, y: x + -1 * y)
    step, loose = at.algebra.function("step"), condition.relation.endswith("=")
    one = at.algebra.number(1)
    at_once = lambda x: one if loose and is_zero(x) else step(x)  # noqa: E731 - a name for the choice
    return difference.map(at_once) if isinstance(difference, Array) else at_once(difference)


def _equality(at: Evaluator, condition: Compare, env: Environment) -> Any:
    sides = [whole_number(s, env, at.facts) for s in (condition.left, condition.right)]
    if None not in sides:
        same = sides[0] == sides[1]
    else:
        a, b = (scalar(at.value(s, env)) for s in (condition.left, condition.right))
        if isinstance(a, Array) or isinstance(b, Array):
            raise ClaimError("whole arrays are not compared with '='", help="x > 0, i = j")
        same = is_zero(a + -1 * b)
    return at.algebra.number(int(same == (condition.relation == "=")))
