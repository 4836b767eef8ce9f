"""The rules by name: the formula that the rule's own code states, its reason, and an example.

Nothing here is typed by hand: formulas are the docstrings of the rules, and examples are steps of
derivations of small networks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sympy import count_ops

from symconv.calculus import derivative, derive, labels, recognise, sifting, split, sums
from symconv.calculus.reverse import reverse
from symconv.calculus.rules import REASONS
from symconv.core.equation import Program
from symconv.core.proof import Backward, Derivation, Step
from symconv.network.text import parse
from symconv.notation.presets import IJ0
from symconv.render.formula.names import names_of

from .equation_writer import Author
from .markup_settings import Scribe
from .page import Rule, Term

STATED: dict[str, Callable[..., Any]] = {
    "chain rule": derive.chain_rule,
    "definition": derive.definition,
    "linearity": derivative.linearity,
    "product rule": derivative.product_rule,
    "selection": derivative.selection,
    "log-sum-exp": derivative.log_sum_exp,
    "name": recognise.Recognition.masks,
    "pointwise derivative": derivative.pointwise_derivative,
    "derivative of an entry": derivative.entry,
    "split": split.split,
    "exchange of sums": sums.exchange_of_sums,
    "renaming": sifting.Sifting.rename,
    "sifting": sifting.Sifting.sift,
    "absorb": sifting.absorb,
    "sum over one value": sums.sum_over_one_value,
    "recognise a forward value": recognise.Recognition.forward_values,
    "one class": labels.one_class,
    "pull out": sums.pull_out,
}
"""The code whose docstring is the formula of a rule."""

SMALL = (
    "input x H | conv w k -> z",
    "input x H | conv w k stride s -> z",
    "input x 2 | conv w 2 -> z",
    "input x H | sigmoid -> a",
    "input x H | maxpool 2 -> y",
    "input x 4 | maxpool 2 -> y",
    "input x H | avgpool k stride s -> y",
    "input x H | silu -> a",
    "input x H | mse t -> C",
    "input x NxK | cross_entropy t -> C",
    "input x NxK | cross_entropy t labels -> C",
)
"""Networks small enough for examples."""


@dataclass(frozen=True)
class Example:
    """One step of a derivation of a small network."""

    program: Program
    backward: Backward
    derivation: Derivation
    step: Step


def formula(rule: str) -> str:
    """The formula of a rule, in the words of the code that applies it."""
    stated = STATED.get(rule)
    text = " ".join((stated.__doc__ or "").split()) if stated else ""
    return text.rstrip(".")


@cache
def examples() -> dict[str, Example]:
    """The shortest step of every rule among the derivations of the small networks."""
    found: dict[str, Example] = {}
    for example in _all_steps():
        rule = example.step.rule
        if rule not in found or _length(example.step) < _length(found[rule].step):
            found[rule] = example
    return found


def _all_steps() -> Iterator[Example]:
    for text in SMALL:
        program = parse(text).program()
        wrt = tuple(t for t in program.tensors if t.role in {"input", "parameter"})
        backward = reverse(program, wrt)
        for derivation in backward.derivations:
            for step in derivation.steps:
                yield Example(program, backward, derivation, step)


def _length(step: Step) -> int:
    return int(count_ops(step.before)) + int(count_ops(step.after))


def glossary_terms(scribe: Scribe, rules: Collection[str]) -> tuple[Term, ...]:
    """The rules that a page uses, in the order in which a derivation applies them."""
    return tuple(term(scribe, rule) for rule in REASONS if rule in rules)


def term(scribe: Scribe, rule: str) -> Term:
    """A rule with its formula, its reason, and the two lines of its example."""
    found = examples().get(rule)
    made = Term(
        scribe.words(rule),
        anchor(rule),
        scribe.words(formula(rule)),
        scribe.words(REASONS[rule]),
        (),
        (),
    )
    return with_example(made, scribe, found) if found else made


def with_example(made: Term, scribe: Scribe, example: Example) -> Term:
    """The entry with the two lines of an example: what stands before the step, and what after."""
    author = Author(names_of(example.program, example.backward.items, IJ0), scribe, {})
    forms = (author.form(example.step.before), author.form(example.step.after))
    left, right = (scribe.lines(form, 20, numbered=False) for form in forms)
    wide = sum(map(scribe.width, forms)) + 2 * scribe.margin > scribe.room
    return replace(made, left=left, right=right, beside=not wide)


def rules_of(names: Collection[str], scribe: Scribe) -> tuple[Rule, ...]:
    """Names of rules with the places where the glossary explains them."""
    return tuple(Rule(scribe.words(name), anchor(name)) for name in names)


def anchor(rule: str) -> str:
    """The place of a rule in the glossary of a page."""
    return "rule-" + "-".join(rule.lower().split())
