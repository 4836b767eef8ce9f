"""One result of the backward pass as a section: heading, steps, numbered result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from symconv.core.equation import Equation, Ranges
from symconv.core.nodes import Partial
from symconv.core.proof import Derivation, equation_of
from symconv.render.formula.diff_marks import mark_changes, merge_marks
from symconv.render.formula.names import display_entry, tensor_name
from symconv.render.formula.side_conditions import describe_side_condition, describe_support
from symconv.render.formula.tree import DisplayEntry, DisplayLimit, DisplayTree
from symconv.render.formula.tree_helpers import common_limits

from .detail import Detail, DisplayStep, group_steps
from .equation_writer import EquationWriter
from .glossary import link_rules
from .page_model import Section, StepLine

NARROWEST_REASON = 100
"""In points: with less room beside a formula a reason gets a line of its own.

A narrower column would have two or three words a line.
"""

WIDEST_REASON = 175
"""In points: a wider column is not used. So the reasons of several steps stand below each other."""

SMALL_LETTER = 4.4
r"""In points: the average width of a letter in LaTeX's \footnotesize, by which lines count."""


@dataclass(frozen=True)
class ReasonTracker:
    """The level of detail, and the rules whose reason this page has already given."""

    detail: Detail
    told: set[str] = field(default_factory=set)

    def reason(self, move: DisplayStep) -> str:
        """The reason of a line: always in full, once a page at normal, never at terse."""
        known = move.rules[0] in self.told
        self.told.update(move.rules)
        once = self.detail == "full" or (self.detail == "normal" and not known)
        return move.reason if once else ""


def build_section(
    author: EquationWriter,
    item: Derivation | Equation,
    telling: ReasonTracker,
    structure: tuple[str, ...] = (),
) -> Section:
    """A derivation with its steps; a bare equation, such as a mask, without."""
    equation = equation_of(item)
    steps = item.steps if isinstance(item, Derivation) else ()
    shown = group_steps(steps, telling.detail)
    left = author.form(equation.lhs)
    begin, *forms = mark_lines(author, shown, telling)
    limits = state_ranges_once([begin, *forms], author, telling)
    writing = replace(author, scribe=author.scribe.brief()) if limits else author
    beside = 0.0 if author.scribe.stacked else author.scribe.width(left)
    words, symbol = section_heading(author, equation)
    said = describe_support(equation, author.names) if telling.detail != "terse" and steps else ()
    return Section(
        words=words,
        symbol=symbol,
        through=equation_numbers_used(author, item),
        start=start_lines(writing, begin, left),
        steps=tuple(
            build_step_line(writing, move, form, beside, telling, equation.ranges)
            for move, form in zip(shown, forms, strict=True)
        ),
        result=author.display(equation, "" if steps else equation.title),
        reason_width=em_width(author.scribe.beside(beside)),
        support=author.scribe.mixed(said),
        structure=structure,
        runs=author.limits(limits),
    )


def state_ranges_once(
    forms: Sequence[DisplayTree | None], author: EquationWriter, telling: ReasonTracker
) -> tuple[DisplayLimit, ...]:
    """The ranges of all sums, to be stated once; none where every sum shows its own limits."""
    if telling.detail == "full" and author.scribe.shows_limits:
        return ()
    return common_limits(form for form in forms if form is not None) or ()


def em_width(width: float) -> float:
    """A width at 11 points, in units of the height of the type."""
    return round(width / 10.95, 1)


def mark_lines(
    author: EquationWriter, shown: Sequence[DisplayStep], telling: ReasonTracker
) -> list[DisplayTree | None]:
    """The formula before each move, and the last one, with what changes between them marked."""
    if not shown:
        return [None]
    forms = [author.form(shown[0].before), *(author.form(move.after) for move in shown)]
    if telling.detail == "terse" or not author.scribe.marks:
        return list(forms)
    pairs = [mark_changes(a, b) for a, b in pairwise(forms)]
    olds = [old for old, _ in pairs] + [forms[-1]]
    news = [forms[0]] + [new for _, new in pairs]
    return [merge_marks(old, new) for old, new in zip(olds, news, strict=True)]


def section_heading(author: EquationWriter, equation: Equation) -> tuple[str, str]:
    """What is derived, in words and as a symbol."""
    name = tensor_name(equation.key)
    if name.kind == "gradient":
        return "Gradient with respect to", author.scribe.symbol(DisplayEntry(name.plain))
    symbol = author.scribe.symbol(display_entry(name, (), author.names))
    if name.kind == "delta":
        return "Error signal", symbol
    return ("Mask" if author.names.roles.get(name.key) == "mask" else "Definition of"), symbol


def equation_numbers_used(author: EquationWriter, item: Derivation | Equation) -> tuple[int, ...]:
    """The numbers of the forward equations that a derivation went through."""
    via = item.via if isinstance(item, Derivation) else ()
    return tuple(sorted({author.numbers[e.key] for e in via if e.key in author.numbers}))


def start_lines(
    author: EquationWriter, first: DisplayTree | None, left: DisplayTree
) -> tuple[str, ...]:
    """The formula before the first step, unless it is the left side again."""
    if first is None or first == left:
        return ()
    return author.scribe.lines(first, author.scribe.width(left), numbered=False)


def build_step_line(  # noqa: PLR0913, PLR0917 - a line and where it stands
    author: EquationWriter,
    move: DisplayStep,
    form: DisplayTree | None,
    beside: float,
    telling: ReasonTracker,
    ranges: Ranges,
) -> StepLine:
    """One line: what the rules gave, their names, and why they hold."""
    assert form is not None
    scribe = author.scribe
    conditions = tuple(map(scribe.words, move.conditions))
    if telling.detail == "full" and not move.before.has(Partial):
        said = describe_side_condition(move.before, move.after, ranges, author.names)
        conditions += (scribe.mixed(said),) if said else ()
    below = telling.detail == "full" or scribe.narrow
    lines, room = scribe.lines_and_room(form, beside)
    free = 0.0 if below else room
    reason = _explain_step(author, move, telling)
    return StepLine(
        link_rules(move.rules, scribe),
        reason,
        conditions,
        lines,
        scribe.small_word * len(", ".join(move.rules)) < free,
        em_width(min(free, WIDEST_REASON)) if _fits_beside(reason, free) else 0,
    )


def _fits_beside(reason: str, free: float) -> bool:
    """Whether a reason in small type takes no more than two lines beside a formula."""
    width = min(free, WIDEST_REASON)
    return free > NARROWEST_REASON and len(reason) * SMALL_LETTER < 2 * width


def _explain_step(author: EquationWriter, move: DisplayStep, telling: ReasonTracker) -> str:
    """Why the line holds; with the solution where a bracket was solved for an index."""
    reason = author.scribe.words(telling.reason(move))
    if reason and move.rules[0] == "sifting":
        return reason + author.solved(move.before, move.after)
    return reason
