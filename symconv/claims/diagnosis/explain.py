"""Why a part of a statement is wrong: causes, terms, an example, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from symconv.claims.evaluation.assignment import World
from symconv.claims.evaluation.assignments import field_world
from symconv.claims.evaluation.comparison import (
    DIFFERENT,
    EQUAL,
    Question,
    compare,
    evaluated,
    mentions,
)
from symconv.claims.evaluation.indices import Environment
from symconv.claims.evaluation.modular_field import Gates, Undefined
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.verdict import CONDITION, UNDETERMINED, WRONG, Cause, Verdict
from symconv.core.nodes import MaxOver

from .boundary_cases import DEAD, holds_where_shut, pointed
from .broken_rules import MOST_VISITS
from .causes import causes
from .counterexample import counterexample
from .right_formula import right_formula
from .term_difference import TermDifference, term_difference
from .wrong_part import Suspect, suspect_in

LONG = 600
CONFIRMED = 12
FREE = 49
LARGE = MOST_VISITS // 100
SHAPES = Cause("shapes", "one side has several components, and the other side has not")
UNSHOWN = "no example shows a difference"
FOR_ALL = "no values are given, so that '= 0' is read as: 0 for all values"


@dataclass(frozen=True)
class Difference:
    """Part `n` of a statement is not the first part, as `world` shows; `outcome` says how."""

    question: Question
    n: int
    outcome: str
    world: World

    @property
    def local(self) -> Question:
        """The question at the sizes of that world."""
        return replace(self.question, facts=self.world.facts)

    @property
    def pair(self) -> tuple[int, int]:
        """The part that asks, and the part that claims."""
        asks = any(True for _ in mentions(self.question.statement.parts[0]))
        return (0, self.n) if asks else (self.n, 0)


def unexplained(difference: Difference, notes: Iterable[str]) -> Verdict:
    """Wrong, if exact numbers show it."""
    local, pair = difference.local, difference.pair
    if difference.outcome != DIFFERENT:
        return Verdict(WRONG, notes=tuple(notes))
    shown = counterexample(local, *pair, local.environments(60), small=False)
    verdict = WRONG if shown else UNDETERMINED
    return Verdict(verdict, counterexample=shown, notes=tuple(notes))


def explained(difference: Difference, notes: Iterable[str]) -> Verdict:
    """Why it is wrong; what is only different modulo the prime stays undetermined."""
    local, pair, said = difference.local, difference.pair, tuple(notes)
    envs = _ordered(difference, local.environments(60))
    shown = _example(difference, envs)
    if difference.outcome == DIFFERENT and not shown:
        return Verdict(UNDETERMINED, notes=(*said, UNSHOWN))
    found = _causes(difference, envs)
    terms = TermDifference()
    if difference.outcome == DIFFERENT:
        terms = term_difference(local, *pair, envs[0])
    if not found and local.facts.work > LARGE:
        said = (*said, "the network is large: not every mistake was tried")
    if len(local.statement.parts) > 2:
        said = (*said, f"part {difference.n + 1} of the chain is not equal to the first one")
    return Verdict(
        CONDITION if found and found[0].condition else WRONG,
        truth=right_formula(local, pair[0], envs[0]),
        causes=tuple(found),
        counterexample=shown,
        missing=terms.missing,
        spurious=terms.spurious,
        terms=terms.counts,
        notes=said,
        step=found[0].where if found else "",
    )


def not_zero(difference: Difference, notes: Iterable[str]) -> Verdict:
    """What is said to be 0 is not: an example, what it is, and whether a dead ReLU makes it 0.

    Whatever makes a product vanish would reproduce a 0, so that no mistake is named.
    """
    local, pair, said = difference.local, difference.pair, (*notes, FOR_ALL)
    envs = _ordered(difference, local.environments(60))
    if difference.outcome != DIFFERENT:
        return Verdict(WRONG, causes=(SHAPES,), notes=said)
    shown = _example(difference, envs)
    if not shown:
        return Verdict(UNDETERMINED, notes=(*said, UNSHOWN))
    dead = (pointed(DEAD, local.facts),) if holds_where_shut(local) else ()
    return Verdict(
        CONDITION if dead else WRONG,
        truth=right_formula(local, pair[0], envs[0]),
        causes=dead,
        counterexample=shown,
        notes=said,
        step=dead[0].where if dead else "",
    )


def _ordered(difference: Difference, envs: list[Environment]) -> tuple[Environment, ...]:
    """The values of the free indices, the first at which the sides differ in front."""
    world = difference.world
    return tuple(sorted(envs, key=lambda env: not _differs(difference, world, env)))


def _example(difference: Difference, envs: tuple[Environment, ...]) -> str:
    if difference.outcome != DIFFERENT:
        return ""
    local, pair = difference.local, difference.pair
    short = sum(1 for _ in local.statement.parts[pair[1]].walk()) < LONG
    return counterexample(local, *pair, envs, small=short)


def _causes(difference: Difference, envs: tuple[Environment, ...]) -> list[Cause]:
    """The causes, each once; a dead ReLU or the shapes where nothing else is found."""
    found: dict[str, Cause] = {}
    with suppress(Undefined, NotChecked):
        for cause in causes(_suspect(difference, envs)):
            found.setdefault(cause.name, cause)
    if found:
        return list(found.values())
    if difference.outcome != DIFFERENT:
        return [SHAPES]
    local = difference.local
    return [pointed(DEAD, local.facts)] if holds_where_shut(local) else []


def _suspect(difference: Difference, envs: tuple[Environment, ...]) -> Suspect:
    """The suspect in a world that shows it, and in others where one is too few."""
    local, pair = difference.local, difference.pair
    world, more = _worlds(difference, envs[0])
    others = tuple(suspect_in(other, local, pair, envs) for other in more)
    return replace(suspect_in(world, local, pair, envs), others=others)


def _worlds(difference: Difference, env: Environment) -> tuple[World, list[World]]:
    """A world in which the sides differ, and more of them with other maxima or other switches.

    Where switches are any numbers, one world is enough.
    """
    facts, world = difference.world.facts, difference.world
    free = field_world(facts, FREE)
    if _differs(difference, free, env):
        world = free
    kind: Gates = "free" if world is free else "coins"
    several = kind == "coins" or any(e.rhs.has(MaxOver) for e in facts.forward.equations)
    seeds = range(50, 50 + CONFIRMED) if several else ()
    return world, [field_world(facts, seed, kind) for seed in seeds]


def _differs(difference: Difference, world: World, env: Environment) -> bool:
    with suppress(Undefined):
        sides = (evaluated(difference.local, n, world, env) for n in difference.pair)
        return compare(*sides) != EQUAL
    return False
