"""How much work a replay may do."""

from __future__ import annotations

from dataclasses import dataclass


class TooMuchError(Exception):
    """More work than a replay may do."""


@dataclass
class Work:
    """What is left of the work that one replay may do."""

    left: int

    def spend(self) -> None:
        """One leaf of a formula was visited."""
        self.left -= 1
        if self.left < 0:
            raise TooMuchError
