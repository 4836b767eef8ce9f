"""A part of a statement that is wrong, in a world where that shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from symconv.claims.evaluation.arrays import Value
from symconv.claims.evaluation.assignment import World
from symconv.claims.evaluation.comparison import EQUAL, Question, agree, evaluated
from symconv.claims.evaluation.indices import Environment, key_of
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.facts import Facts
from symconv.claims.model.tree import Differential, Entry, Node
from symconv.core.errors import SymconvError

Judge = Callable[[Sequence[Value]], bool]


@dataclass(frozen=True, eq=False)
class Suspect:
    """A wrong part (`claimed`), and the part that asks (`asked`), at the values `envs`.

    `judge` says whether values of the question are what the claimed part says. `others` is the same
    suspect in further worlds: where maxima and switches decide, one world is too few. `exact` says
    that agreement there is no accident, as it may be between a few printed digits.
    """

    question: Question
    asked: int
    claimed: int
    world: World
    envs: tuple[Environment, ...]
    judge: Judge
    others: tuple[Suspect, ...] = ()
    exact: bool = False

    @property
    def facts(self) -> Facts:
        """What the network is."""
        return self.question.facts

    @property
    def node(self) -> Node:
        """The part that asks."""
        return self.question.statement.parts[self.asked]

    @property
    def truth(self) -> list[Value]:
        """What the question is in this world."""
        return self.asked_in(self.world)

    def asked_in(self, world: World) -> list[Value]:
        """What the question would be in another world."""
        return [evaluated(self.question, self.asked, world, env) for env in self.envs]

    def holds(self, values: Callable[[Suspect], Sequence[Value]]) -> bool:
        """Whether the claim says what `values` answers, in every world."""
        return all(s.holds_here(values) for s in (self, *self.others))

    def holds_here(self, values: Callable[[Suspect], Sequence[Value]]) -> bool:
        """The same in this world."""
        with suppress(SymconvError, Undefined):
            return self.judge(values(self))
        return False

    def tensors(self) -> list[str]:
        """The plain keys of what is differentiated by, in the order in which they appear."""
        found: dict[str, None] = {}
        with suppress(SymconvError):
            for by in _differentiated(self.node):
                env = self.envs[0] if self.envs else {}
                found[key_of(by, env, self.facts, self.question.options.delta)] = None
        return list(found)


def _differentiated(node: Node) -> Iterator[Entry]:
    """The entries below a fraction line, error signals, and weights after a step."""
    for n in node.walk():
        if isinstance(n, Differential):
            yield n.by
        elif isinstance(n, Entry) and (n.kind or n.fresh):
            yield n


def suspect_in(
    world: World, question: Question, pair: tuple[int, int], envs: tuple[Environment, ...]
) -> Suspect:
    """The suspect in a world of residues."""
    asked, claimed = pair

    @cache
    def claims() -> list[Value]:
        return [evaluated(question, claimed, world, env) for env in envs]

    def judge(values: Sequence[Value]) -> bool:
        return agree(list(values), claims()) == EQUAL

    return Suspect(question, asked, claimed, world, envs, judge, exact=True)
