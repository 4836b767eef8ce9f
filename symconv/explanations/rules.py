"""A rule of the derivation at work: the first step of a small network in which it is taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.core.proof import Derivation, Step
from symconv.render.document.glossary import SMALL
from symconv.render.formula.arrange import arrange
from symconv.render.formula.names import collect_names
from symconv.render.formula.plain import PlainText

from .networks import list_networks, parse_example

UNREAD = "input x 1 | softmax -> p | half_sse t -> C"
"""A network whose cost does not depend on its input: the softmax of one number is 1."""


@dataclass(frozen=True)
class StepExample:
    """A step of a derivation, by its number from 1."""

    text: str
    network: Network
    derivation: Derivation
    number: int
    step: Step

    @property
    def sides(self) -> tuple[str, str]:
        """What stood before the step, and what stands after it, as text."""
        passes, notation = self.network.backward(), self.network.notation
        names = collect_names(self.network.program, passes.items, notation)
        plain = PlainText().in_notation(notation)
        before, after = (arrange(e, names) for e in (self.step.before, self.step.after))
        return plain.write(before), plain.write(after)


def find_rule_example(rule: str) -> StepExample:
    """The first step by a rule in the smallest network; SymconvError where no step takes it."""
    for example in _list_steps():
        if example.step.rule == rule:
            return example
    raise SymconvError(f"no small network takes a step by the rule '{rule}'")


def _list_steps() -> Iterator[StepExample]:
    further = ((text, parse_example(text)) for text in (*SMALL, UNREAD))
    for text, network in chain(list_networks(), further):
        for derivation in network.backward().derivations:
            ending = network.derivation().endings.get(derivation.equation.key)
            steps = (*derivation.steps, *(ending.steps if ending else ()))
            for number, step in enumerate(steps, start=1):
                yield StepExample(text, network, derivation, number, step)
