"""What a verdict rests on: a proof, or trials, with what they covered and what they did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PROVED, TESTED = "proved", "tested"


@dataclass(frozen=True)
class Evidence:
    """`kind` is "proved" or "tested".

    Proved means that both sides have one normal form, for all sizes that `covered` names. Tested
    means that they agreed at every one of `choices` trials; `bound` bounds the chance that sides
    which differ within what is `covered` agree in all of them. `missed` is what no trial covers.
    """

    kind: str
    covered: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    choices: int = 0
    bound: float = 0.0

    def __str__(self) -> str:
        said = f": {', '.join(self.covered)}" if self.covered else ""
        if self.kind == PROVED:
            return f"a proof{said}"
        chance = f"; chance of an error below {self.bound:.0e}" if self.bound else ""
        missed = f"; not covered: {', '.join(self.missed)}" if self.missed else ""
        if not self.choices:
            return missed.lstrip("; ")
        plural = "" if self.choices == 1 else "s"
        return f"{self.choices} trial{plural}{said}{chance}{missed}"

    def data(self) -> dict[str, Any]:
        """The record as plain data for JSON."""
        return {
            "kind": self.kind,
            "covered": list(self.covered),
            "not_covered": list(self.missed),
            "choices": self.choices,
            "bound": self.bound,
        }
