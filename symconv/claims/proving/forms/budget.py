"""How much work a proof may take, counted in steps, and the refusal that ends one."""

from __future__ import annotations

from dataclasses import dataclass

STEPS_PER_PROOF = 8_000
"""How many steps one proof may take, where nothing else is asked for.

A step is one candidate in a search for an inequality, or one factor that is rewritten. On a slow
core one takes 20 to 45 microseconds, so that a proof that fails costs about 0.3 s at most.
"""


class NotProvedError(Exception):
    """The claim is not covered by the normal form, or the proof takes too long; no verdict."""


@dataclass
class ProofBudget:
    """The steps that are left; NotProvedError beyond them."""

    left: int = STEPS_PER_PROOF

    def spend(self, steps: int = 1) -> None:
        """Count steps."""
        self.left -= steps
        if self.left < 0:
            raise NotProvedError("the proof takes too long")

    def share(self, part: int) -> ProofBudget:
        """A budget of its own with at most one part in so many of what is left."""
        return ProofBudget(self.left // part)
