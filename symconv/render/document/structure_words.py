"""Proved structure in words and in operators: what a result is, and why the kernel is rotated."""

from __future__ import annotations

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.render.formula.names import DisplayNames
from symconv.structure.correlation import Correlation
from symconv.structure.findings import Finding
from symconv.structure.pointwise import PointwiseProduct
from symconv.structure.routing import Routing
from symconv.structure.softmax import SoftmaxDifference

from .array_operation_words import ArrayOperationWords
from .array_words import WholeArrays
from .correlation_words import CorrelationWords
from .routing_words import RoutingWords
from .symbol_notes import Sentence


@dataclass(frozen=True)
class StructureWords:
    """Writes findings in the names of a network."""

    names: DisplayNames
    forward: tuple[Equation, ...]

    def sentences(self, finding: Finding) -> tuple[Sentence, ...]:
        """What the result is, in words, then in operators, then why."""
        wholes = WholeArrays(self.names)
        match finding.operation:
            case Correlation() as sliding:
                return tuple(CorrelationWords(wholes, self.forward).sentences(finding, sliding))
            case Routing() as carried:
                return (RoutingWords(wholes).carried(finding, carried),)
            case PointwiseProduct() as pointwise:
                return (RoutingWords(wholes).pointwise(finding, pointwise),)
            case SoftmaxDifference() as difference:
                return (RoutingWords(wholes).difference(finding, difference),)
            case plain:
                return (ArrayOperationWords(wholes).sentence(finding, plain),)


def describe_structure(
    found: tuple[Finding, ...], names: DisplayNames, forward: tuple[Equation, ...]
) -> dict[str, tuple[Sentence, ...]]:
    """The sentences of every finding, by the key of the result."""
    describer = StructureWords(names, forward)
    return {f.derivation.equation.key: describer.sentences(f) for f in found}
