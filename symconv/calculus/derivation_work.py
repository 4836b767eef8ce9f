"""How much work a derivation is, counted in parts of formulas while it goes on.

A rule goes through the whole formula, and a formula may grow with every rule: a product of n
factors has n terms when it is differentiated, each of n factors. What is counted is the same on
every machine, so that the same network gets the same answer on all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sympy import Basic, Expr

from symconv.core.errors import Unsupported

MOST_PARTS = 1_000_000
"""The most parts of formulas that the rules of one network go through.

That is 10 s at 10 microseconds a part, a slow machine's rate; a thousand relu layers have 660,000,
LeNet-5 has 26,000.
"""

MOST_PARTS_OF_ONE = 500_000
"""The most parts that the rules of one derivative go through; large formulas cost more a part."""


@dataclass
class NetworkWork:
    """What all derivations of one network have spent."""

    spent: int = 0

    def derivation(self, key: str) -> DerivationWork:
        """The work of the derivative by one tensor."""
        return DerivationWork(key, self)


@dataclass
class DerivationWork:
    """What the derivation by the tensor `key` has spent, and its network with it."""

    key: str
    network: NetworkWork = field(default_factory=NetworkWork)
    spent: int = 0

    def spend(self, formula: Expr) -> None:
        """Count a rule that is applied to a formula; Unsupported where that is too much."""
        level: list[Basic] = [formula]
        # Level by level, so that most of the counting is done by lists.
        while level:
            self.spent += len(level)
            self.network.spent += len(level)
            if self.spent > MOST_PARTS_OF_ONE:
                raise self._refusal(MOST_PARTS_OF_ONE, "its formulas")
            if self.network.spent > MOST_PARTS:
                raise self._refusal(MOST_PARTS, "the formulas of the network")
            level = [part for e in level for part in e.args]

    def _refusal(self, most: int, what: str) -> Unsupported:
        return Unsupported(
            f"the derivative by '{self.key}' is too much work: {what} have more than {most:,} "
            "parts to go through",
            help="take fewer layers, or name long products and sums: "
            "a[i] = u[i]*u[i+1] | y[i] = a[i]*a[i+2]",
        )
