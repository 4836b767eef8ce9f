"""One result of the backward pass as a section: heading, steps, numbered result."""

from __future__ import annotations

from symconv.core.equation import Equation
from symconv.core.proof import Derivation, Step

from .author import Author
from .form import Entry, Form
from .names import entry_form, equation_of, tensor_name
from .page import Section, StepLine


def section(author: Author, item: Derivation | Equation) -> Section:
    """A derivation with its steps; a bare equation, such as a mask, without."""
    equation = equation_of(item)
    steps = item.steps if isinstance(item, Derivation) else ()
    left = author.form(equation.lhs)
    beside = 0.0 if author.scribe.stacked else author.scribe.width(left)
    words, symbol = heading(author, equation)
    return Section(
        words=words,
        symbol=symbol,
        through=through(author, item),
        start=start(author, steps, left),
        steps=tuple(step_line(author, step, beside) for step in steps),
        result=author.display(equation, "" if steps else equation.title),
        reason_width=int(author.scribe.beside(beside)),
    )


def heading(author: Author, equation: Equation) -> tuple[str, str]:
    """What is derived, in words and as a symbol."""
    name = tensor_name(equation.key)
    if name.kind == "gradient":
        return "Gradient with respect to", author.scribe.symbol(Entry(name.plain))
    symbol = author.scribe.symbol(entry_form(name, (), author.names))
    if name.kind == "delta":
        return "Error signal", symbol
    return ("Mask" if author.names.roles.get(name.key) == "mask" else "Definition of"), symbol


def through(author: Author, item: Derivation | Equation) -> tuple[int, ...]:
    """The numbers of the forward equations that a derivation went through."""
    via = item.via if isinstance(item, Derivation) else ()
    return tuple(sorted({author.numbers[e.key] for e in via if e.key in author.numbers}))


def start(author: Author, steps: tuple[Step, ...], left: Form) -> tuple[str, ...]:
    """The formula before the first step, unless it is the left side again."""
    if not steps or (first := author.form(steps[0].before)) == left:
        return ()
    return author.scribe.lines(first, author.scribe.width(left), numbered=False)


def step_line(author: Author, step: Step, beside: float) -> StepLine:
    """One rule: what it gave, its name, and why it holds."""
    return StepLine(
        author.scribe.words(step.rule),
        author.scribe.words(step.reason),
        tuple(map(author.scribe.words, step.conditions)),
        author.scribe.lines(author.form(step.after), beside, numbered=False),
    )
