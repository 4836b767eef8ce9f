"""The last lines of a section: from the result to what a textbook ends in, and its names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sympy import Expr, Sum

from symconv.core.proof import Ending
from symconv.render.formula.names import DisplayNames, tensor_name
from symconv.render.formula.tree import DisplayNumber, DisplayRelation

from .detail import DisplayStep, group_steps
from .equation_writer import EquationWriter
from .page_model import Display, EndingSection, StepLine
from .sections import ReasonTracker, build_step_line, mark_lines, state_ranges_once

CONDITION = "targets add up to one"
"""The rule whose step holds under a condition, which the step shows."""


def add_ending_names(names: DisplayNames, endings: Collection[Ending]) -> DisplayNames:
    """The names of a page with those that endings introduce."""
    new = {t.key: t.role for ending in endings for t in ending.tensors}
    letters = {tensor_name(key).letter: role for key, role in new.items()}
    return replace(names, roles={**names.roles, **new}, letters={**names.letters, **letters})


def build_ending(author: EquationWriter, ending: Ending, telling: ReasonTracker) -> EndingSection:
    """The names, the steps, and the last line, which has no number: code computes the result."""
    shown = group_steps(ending.steps, telling.detail)
    begin, *forms = mark_lines(author, shown, telling)
    limits = state_ranges_once([begin, *forms], author, telling)
    writing = replace(author, scribe=author.scribe.brief()) if limits else author
    left = author.form(ending.equation.lhs)
    beside = 0.0 if author.scribe.stacked else author.scribe.width(left)
    ranges = ending.derivation.ranges
    lines = tuple(
        _with_condition(author, move, build_step_line(writing, move, form, beside, telling, ranges))
        for move, form in zip(shown, forms, strict=True)
    )
    last = author.scribe.lines(author.form(ending.equation.rhs), beside, numbered=False)
    bound = "" if author.scribe.shows_limits else author.bound(ending.equation.rhs)
    result = Display(author.scribe.write(left), last, bound=bound)
    return EndingSection(_write_names(author, ending), lines, result, author.limits(limits))


def _write_names(author: EquationWriter, ending: Ending) -> tuple[Display, ...]:
    """p = softmax, sigma = .., as definitions."""
    found = []
    for equation in ending.definitions:
        left = author.form(equation.lhs)
        right = author.scribe.lines(
            author.form(equation.rhs), author.scribe.width(left), numbered=False
        )
        note = author.scribe.words(equation.title)
        found.append(Display(author.scribe.write(left), right, note=note))
    return tuple(found)


def _with_condition(author: EquationWriter, move: DisplayStep, line: StepLine) -> StepLine:
    """The line with what has to be 1, where targets have to be probabilities."""
    if CONDITION not in move.rules:
        return line
    gone = sorted(_plain_sums(move.before) - _plain_sums(move.after), key=str)
    relations = [DisplayRelation((author.form(s), DisplayNumber(1)), ("=",)) for s in gone]
    said = tuple(author.scribe.mixed(("where ", relation)) for relation in relations)
    return replace(line, conditions=line.conditions + said)


def _plain_sums(formula: Expr) -> set[Sum]:
    """The sums of single entries."""
    return {s for s in formula.atoms(Sum) if s.function.is_Indexed}
