"""A mistake as a mutation of a rule: its name, its text, and the equations that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sympy import Expr

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation

Ways = Callable[[Equation, NetworkContext], Iterator[Expr]]


@dataclass(frozen=True)
class Mutation:
    """A rule of the backward pass, broken on purpose.

    `ways` answers the right-hand sides that the mistake makes of one equation. `rank` orders the
    mistakes, the most specific first. `steps` are the names of the derivation's rules at which the
    mistake enters, the best one first; `at_output` says that it does where the cost is derived.
    """

    name: str
    text: str
    rank: int
    steps: tuple[str, ...]
    ways: Ways
    at_output: bool = False

    def __call__(self, equation: Equation, context: NetworkContext) -> Iterator[Expr]:
        return self.ways(equation, context)


def mutation(
    name: str, text: str, *, rank: int, steps: str, at_output: bool = False
) -> Callable[[Ways], Mutation]:
    """Make a mistake of a function; `steps` is a list with commas."""
    names = tuple(s.strip() for s in steps.split(","))
    return lambda ways: Mutation(name, text, rank, names, ways, at_output)
