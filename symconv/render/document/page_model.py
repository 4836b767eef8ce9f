"""A document ready for its template: every string written and escaped, no layout yet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Display:
    """`left` = `lines`, the right side already broken; with its number and words beside it.

    `ranges` says for which free indices it holds, `bound` over what its sums run (only where the
    markup does not show the limits of a sum).
    """

    left: str
    lines: tuple[str, ...]
    number: int | None = None
    note: str = ""
    ranges: str = ""
    bound: str = ""


@dataclass(frozen=True)
class RuleLink:
    """The name of a rule as it is written, and the anchor of its entry in the glossary."""

    name: str
    anchor: str


@dataclass(frozen=True)
class StepLine:
    """One or more rules applied: their names, the reason and the side conditions, what they gave.

    `reason` is empty where the page has given it before. `beside` says whether the names fit beside
    the last of the `lines`, `free` how wide, in em, a reason may be there (0: no room for one).
    """

    rules: tuple[RuleLink, ...]
    reason: str
    conditions: tuple[str, ...]
    lines: tuple[str, ...]
    beside: bool = False
    free: float = 0


@dataclass(frozen=True)
class EndingSection:
    """The names that last lines use, the steps that lead to them, and the last line itself.

    `runs` are the ranges of the sums, where the steps do not show them.
    """

    names: tuple[Display, ...]
    steps: tuple[StepLine, ...]
    result: Display
    runs: str = ""


@dataclass(frozen=True)
class Section:
    """One result of the backward pass and how it comes about.

    `start` is the formula before the first step, empty where that is `result.left` itself; `runs`
    are the ranges of the sums, where these do not show them. `reason_width` is the room that words
    have beside the left side, in units of the height of the type (em). `support` says where the
    terms of the result count, `structure` what operation the result is, each sentence in words.
    `ending` is how a textbook would end, where it would go on.
    """

    words: str
    symbol: str
    through: tuple[int, ...]
    start: tuple[str, ...]
    steps: tuple[StepLine, ...]
    result: Display
    reason_width: float
    support: str = ""
    structure: tuple[str, ...] = ()
    runs: str = ""
    ending: EndingSection | None = None


@dataclass(frozen=True)
class GlossaryTerm:
    """One rule of the glossary: its formula, its reason, and an example of two lines.

    `beside` says whether the two lines fit beside each other.
    """

    name: str
    anchor: str
    formula: str
    reason: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    beside: bool = False


@dataclass(frozen=True)
class CaseSection:
    """A small concrete case: its sizes in words, and its gradients entry by entry."""

    words: str
    lines: tuple[Display, ...]


@dataclass(frozen=True)
class Page:
    """A document, part by part.

    `sizes` are rows of equations that fit beside each other; `stacked` says whether right sides
    stand below their left sides, because lines are short.
    """

    title: str
    network: tuple[Display, ...]
    sizes: tuple[tuple[Display, ...], ...]
    symbols: tuple[str, ...]
    conventions: tuple[str, ...]
    sections: tuple[Section, ...]
    unrolled: tuple[Display, ...]
    glossary: tuple[GlossaryTerm, ...] = ()
    legend: str = ""
    why_sizes: tuple[str, ...] = ()
    case: CaseSection | None = None
    stacked: bool = False
    costs: tuple[str, ...] = ()
