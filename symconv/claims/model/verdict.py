"""What is said about a statement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

RIGHT = "right"
PRINTED = "right to the printed digits"
WRONG = "wrong"
CONDITION = "right under a condition"
UNDETERMINED = "undetermined"
NOT_CHECKED = "not checked"
UNREADABLE = "unreadable"
VERDICTS = (RIGHT, PRINTED, WRONG, CONDITION, UNDETERMINED, NOT_CHECKED, UNREADABLE)


@dataclass(frozen=True)
class Cause:
    """A mistake, or a condition, that reproduces the claim: its name, and a sentence.

    `where` is the step of the derivation at which it enters. `condition` says that the claim is
    right where the condition holds.
    """

    name: str
    text: str
    where: str = ""
    condition: bool = False


@dataclass(frozen=True)
class Verdict:
    """The answer to one statement; true only if the statement is right.

    `kind` is claim, given value, architecture, definition, update or prose. `reading` is the
    statement as it was understood, `truth` the correct formula. `missing` and `spurious` are the
    terms in which claim and truth differ, after what they have in common is divided out; `terms`
    are the numbers of terms of the claim and of the truth. `tried` says at how many values of the
    free indices the statement was tried where these are not all of them.
    """

    verdict: str
    kind: str = "claim"
    text: str = ""
    reading: str = ""
    truth: str = ""
    causes: tuple[Cause, ...] = ()
    counterexample: str = ""
    missing: tuple[str, ...] = ()
    spurious: tuple[str, ...] = ()
    terms: tuple[int, int] | None = None
    notes: tuple[str, ...] = ()
    step: str = ""
    line: int = 0
    tried: str = ""

    def __bool__(self) -> bool:
        return self.verdict in {RIGHT, PRINTED}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the causes, the most specific first."""
        return tuple(c.name for c in self.causes)

    def at(self, line: int) -> Verdict:
        return replace(self, line=line)

    def __str__(self) -> str:
        from .report import text_of

        return text_of(self)

    def data(self) -> dict[str, Any]:
        """The verdict as plain data for JSON."""
        return {
            "verdict": self.verdict,
            "kind": self.kind,
            "line": self.line,
            "text": self.text,
            "reading": self.reading,
            "truth": self.truth,
            "causes": [{"name": c.name, "text": c.text, "where": c.where} for c in self.causes],
            "counterexample": self.counterexample,
            "missing": list(self.missing),
            "spurious": list(self.spurious),
            "terms": None if self.terms is None else list(self.terms),
            "notes": list(self.notes),
            "step": self.step,
            "tried": self.tried,
        }
