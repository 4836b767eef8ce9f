"""Whether the parts of a statement agree in random worlds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from symconv.claims.evaluation.assignment import World
from symconv.claims.evaluation.cache import coins, has_switches, switched, with_laws, worlds_for
from symconv.claims.evaluation.comparison import (
    DIFFERENT,
    ENOUGH,
    EQUAL,
    Question,
    agree,
    evaluated,
)
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.evaluation.summation import operations
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.facts import Facts
from symconv.claims.model.tree import Apply, Negative, Node, Number, Power

ROOTS = {"sqrt"}
BENT = {"sqrt", "relu", "max", "min", "absolute", "step", "activation"}
EXPONENTIALS = {"exp", "log", "sigmoid", "tanh", "softplus", "activation"}
LAWS = "shown with exp(a + b) = exp(a) exp(b) and log(a b) = log a + log b"
MOST_COINS = 48
FEWEST = 100
WORK = 400_000
Outcome = tuple[str, World | None]


@dataclass
class Agreement:
    """The test of one statement at every choice of sizes; `notes` says how it was read."""

    question: Question
    everywhere: Sequence[Facts]
    notes: list[str] = field(default_factory=list)
    found: dict[int, Outcome] = field(default_factory=dict)

    def of_part(self, n: int) -> Outcome:
        """Whether part n agrees with the first one; a world in which it does not."""
        if n not in self.found:
            self.found[n] = self._tried(n)
        return self.found[n]

    def _tried(self, n: int) -> Outcome:
        tried = 0
        for facts in self.everywhere:
            local = replace(self.question, facts=facts)
            outcome, world, seen = self._in(worlds_for(facts), local, n)
            if outcome == DIFFERENT and (has_switches(facts) or self._has(BENT)):
                outcome, world, seen = self._in(switched(facts), local, n)
            elif outcome == EQUAL and self._has(ROOTS):
                outcome, world, seen = self._in(coins(facts, MOST_COINS), local, n)
            if outcome == DIFFERENT and self._has(EXPONENTIALS):
                again = self._in(with_laws(facts), local, n)
                if again[0] == EQUAL and again[2]:
                    outcome, world, seen = again
                    self.notes.append(LAWS)
            tried += seen
            if outcome != EQUAL:
                return outcome, world
        if not tried:
            raise Undefined("1/0 or log(0)")
        return EQUAL, None

    def _has(self, functions: set[str]) -> bool:
        """Whether the statement uses some functions, or a power that is a root."""
        for node in (n for p in self.question.statement.parts for n in p.walk()):
            if isinstance(node, Apply) and node.function in functions:
                return True
            if isinstance(node, Power) and not _whole(node.exponent):
                return True
        return False

    def _in(
        self, worlds: Iterable[World], local: Question, n: int
    ) -> tuple[str, World | None, int]:
        """The first world in which the parts differ, and in how many they do not."""
        tried = 0
        envs = local.environments(self.most(local))
        for world in worlds:
            with suppress(Undefined):
                for env in envs:
                    a = evaluated(local, 0, world, env, self.notes)
                    b = evaluated(local, n, world, env, self.notes)
                    outcome = agree([a], [b])
                    if outcome != EQUAL:
                        return outcome, world, tried
                tried += 1
        return EQUAL, None, tried

    def most(self, local: Question) -> int:
        """At how many values of the free indices it is tried: the fewer the more work one takes."""
        parts = local.statement.parts
        one = sum(operations(p, local.facts, local.options) for p in parts)
        return max(FEWEST, min(ENOUGH, WORK // one))

    def sampled(self) -> str:
        """A remark where not all values of the free indices are tried."""
        local = (replace(self.question, facts=facts) for facts in self.everywhere)
        return next((said for q in local if (said := q.sampled(self.most(q)))), "")

    def of_all(self) -> bool:
        """Whether all parts agree whatever the numbers are."""
        with suppress(NotChecked, Undefined):
            parts = range(1, len(self.question.statement.parts))
            return all(self.of_part(n)[0] == EQUAL for n in parts)
        return False


def _whole(exponent: Node) -> bool:
    """Whether an exponent is written as a whole number, so that the power is no root."""
    inner = exponent.body if isinstance(exponent, Negative) else exponent
    return isinstance(inner, Number) and inner.value.denominator == 1
