"""Proved structure in words and in operators: what a result is, and why the kernel is rotated."""

from __future__ import annotations

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.render.formula.names import Names
from symconv.structure.carried import Carried
from symconv.structure.findings import Finding
from symconv.structure.pointwise import Pointwise
from symconv.structure.sliding import Sliding
from symconv.structure.softmax import SoftmaxDifference

from .array_words import Wholes
from .plain_words import PlainWords
from .routing_words import CarriedWords
from .sliding_words import SlidingWords
from .symbol_notes import Sentence


@dataclass(frozen=True)
class Describer:
    """Writes findings in the names of a network."""

    names: Names
    forward: tuple[Equation, ...]

    def sentences(self, finding: Finding) -> tuple[Sentence, ...]:
        """What the result is, in words, then in operators, then why."""
        wholes = Wholes(self.names)
        match finding.operation:
            case Sliding() as sliding:
                return tuple(SlidingWords(wholes, self.forward).sentences(finding, sliding))
            case Carried() as carried:
                return (CarriedWords(wholes).carried(finding, carried),)
            case Pointwise() as pointwise:
                return (CarriedWords(wholes).pointwise(finding, pointwise),)
            case SoftmaxDifference() as difference:
                return (CarriedWords(wholes).difference(finding, difference),)
            case plain:
                return (PlainWords(wholes).sentence(finding, plain),)


def structure_of(
    found: tuple[Finding, ...], names: Names, forward: tuple[Equation, ...]
) -> dict[str, tuple[Sentence, ...]]:
    """The sentences of every finding, by the key of the result."""
    describer = Describer(names, forward)
    return {f.derivation.equation.key: describer.sentences(f) for f in found}
