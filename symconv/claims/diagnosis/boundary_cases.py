"""Where formulas part that agree almost everywhere: equal maxima, and relu'(0)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

from sympy import Integer

from symconv.claims.evaluation.assignment import World, all_places, leaves
from symconv.claims.evaluation.assignments import field_world, rational_world
from symconv.claims.evaluation.comparison import EQUAL, Question, agree, values_of
from symconv.claims.evaluation.interval_algebra import Enclosures
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.facts import Facts
from symconv.claims.model.tree import Apply, Cases, Compare
from symconv.claims.model.verdict import Cause
from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.core.nodes import MaxOver, OneHot, absolute, relu, step
from symconv.semantics.places import Place

from .step_pointers import GENERAL, step_at
from .wrong_part import Suspect

Point = dict[str, dict[Place, Fraction]]
LAST = Cause(
    "tie_rule",
    "right if the last of equal maxima wins, or if there are none; here the first one wins",
    condition=True,
)
ALL = Cause(
    "tie_rule",
    "right where the maximum is unique; yours gives the gradient to all of several equal maxima, "
    "and here the first one wins",
    condition=True,
)
UNIQUE = Cause(
    "tie_rule",
    "right where the maximum is unique; among equal maxima the first one wins here",
    condition=True,
)
SLOPE = Cause("relu_at_zero", "right if relu'(0) = 1; here relu'(0) = 0", condition=True)
KINK = Cause("relu_at_zero", "right except where the input of the ReLU is 0", condition=True)
DEAD = Cause("dead_relu", "right where the ReLU is off (its input is not positive)", condition=True)
CHOICES = ((1, 0, 1), (0, 1, 1), (1, 1, 0))
"""Values of the inputs, the parameters and the targets that make ties, and zeros under a ReLU."""


def at_edges(question: Question) -> Cause | None:
    """The convention on which a claim depends that is right everywhere else."""
    facts = question.facts
    if not (_kinks(facts) and _compares(question)):
        return None
    for choice in CHOICES:
        point = _point(facts, choice)
        if _holds(question, rational_world(facts, point, Enclosures())) is not False:
            continue
        cause = next(_conventions(question, facts, point), UNIQUE if _pools(facts) else KINK)
        return pointed(cause, facts)
    return None


def holds_where_shut(question: Question) -> bool:
    """Whether the statement holds where every ReLU is off."""
    if not any(e.rhs.has(relu, absolute) for e in question.facts.forward.equations):
        return False
    return bool(_holds(question, field_world(question.facts, 4, "shut")))


def _kinks(facts: Facts) -> bool:
    return _pools(facts) or any(e.rhs.has(relu, absolute) for e in facts.forward.equations)


def _pools(facts: Facts) -> bool:
    return any(e.rhs.has(MaxOver) for e in facts.forward.equations)


def _compares(question: Question) -> bool:
    """Whether a part decides by comparing: cases, max, or the derivative of a ReLU."""
    return any(
        isinstance(n, Cases | Compare) or (isinstance(n, Apply) and n.function in {"max", "step"})
        for part in question.statement.parts
        for n in part.walk()
    )


def _point(facts: Facts, choice: tuple[int, int, int]) -> Point:
    values = dict(zip(("input", "parameter", "target"), map(Fraction, choice), strict=True))
    return {
        t.key: dict.fromkeys(all_places(facts, t), values.get(t.role, Fraction(1)))
        for t in leaves(facts)
    }


def _holds(question: Question, world: World) -> bool | None:
    """Whether all parts agree in a world; None where they have no value."""
    with suppress(SymconvError, Undefined):
        envs = question.environments(200)
        count = len(question.statement.parts)
        values = [values_of(question, n, world, envs) for n in range(count)]
        return all(agree(values[0], other) == EQUAL for other in values[1:])
    return None


def _conventions(question: Question, facts: Facts, point: Point) -> Iterator[Cause]:
    """The conventions under which the claim holds at the point, too."""
    for cause, algebra in ((SLOPE, Enclosures(1)), (LAST, Enclosures(last_wins=True))):
        if _holds(question, rational_world(facts, point, algebra)):
            yield cause
    if _holds(question, rational_world(facts, point, Enclosures()).broken(_all_maxima(facts))):
        yield ALL


def _all_maxima(facts: Facts) -> dict[str, Equation]:
    """The masks with a 1 at every maximum: 1 - step(max - x)."""
    found = {}
    for e in facts.program.equations:
        if isinstance(e.rhs, OneHot):
            place = dict(zip(e.rhs.maximum.variables, e.rhs.position, strict=True))
            entry = e.rhs.maximum.function.xreplace(place)
            found[e.key] = replace(e, rhs=Integer(1) - step(e.rhs.maximum - entry))
    return found


def pointed(cause: Cause, facts: Facts) -> Cause:
    """The cause with the step at which a maximum, or the slope of a ReLU, enters."""
    nodes = (MaxOver,) if cause.name == "tie_rule" else (relu, absolute)
    for derivation in facts.backward.derivations:
        if any(e.rhs.has(*nodes) for e in derivation.via):
            where = step_at(facts, derivation.of.key, GENERAL[cause.name])
            return replace(cause, where=where)
    return cause


def by_ties(suspect: Suspect) -> Iterator[Cause]:
    """Numbers in which all of several equal maxima get the gradient."""
    if _pools(suspect.facts) and not suspect.exact:
        masks = _all_maxima(suspect.facts)
        if suspect.holds(lambda s: s.asked_in(s.world.broken(masks))):
            yield pointed(ALL, suspect.facts)
