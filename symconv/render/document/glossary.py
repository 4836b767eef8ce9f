"""The rules by name: the formula that the rule's own code states, its reason, and an example.

Nothing here is typed by hand: formulas are the docstrings of the rules, and examples are steps of
derivations of small networks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from sympy import count_ops

from symconv.calculus import affine, derivative, forward_reuse, sifting, sums
from symconv.calculus.endings import chain, norm, normalised_exponential, standardised, terms
from symconv.calculus.endings.end_derivations import end_derivations
from symconv.calculus.reverse_mode import chain_rule, insert_definition, reverse_mode
from symconv.calculus.rewrite_chain import REASONS
from symconv.core.equation import Program
from symconv.core.proof import Backward, Derivation, Step
from symconv.network.parser import parse_network
from symconv.notation.presets import IJ0
from symconv.render.formula.names import collect_names

from .equation_writer import EquationWriter
from .markup_settings import MarkupSettings
from .page_model import GlossaryTerm, RuleLink

STATED: dict[str, Callable[..., Any]] = {
    "chain rule": chain_rule,
    "definition": insert_definition,
    "linearity": derivative.linearity,
    "product rule": derivative.product_rule,
    "selection": derivative.selection,
    "log-sum-exp": derivative.log_sum_exp_rule,
    "name": forward_reuse.ForwardReuse.masks,
    "pointwise derivative": derivative.pointwise_derivative,
    "derivative of an entry": derivative.entry_derivative,
    "split": affine.split_into_digits,
    "exchange of sums": sums.exchange_sums,
    "renaming": sifting.Sifting.rename,
    "sifting": sifting.Sifting.sift,
    "absorb": sifting.absorb_brackets,
    "sum over one value": sums.sum_over_one_value,
    "recognise a forward value": forward_reuse.ForwardReuse.forward_values,
    "one class": sums.one_hot_sum,
    "pull out": sums.pull_out,
    "name a softmax": normalised_exponential.gather_shares,
    "targets add up to one": normalised_exponential.unit_sums,
    "insert a statistic": terms.multiply_out,
    "deviations cancel": standardised.cancel_deviations,
    "standardise": norm.NamedDeviation.rename,
    "common factor": terms.take_common_factor,
}
"""The code whose docstring is the formula of a rule."""

RULES: Mapping[str, str] = MappingProxyType({**REASONS, **chain.ENDINGS})
"""Every rule with its reason: those of derivations, then those of their endings."""

SMALL = (
    "input x H | conv w k -> z",
    "input x H | conv w k stride s -> z",
    "input x 3 | conv w 2 -> z",
    "input x H | sigmoid -> a",
    "input x H | maxpool 2 -> y",
    "input x H | maxpool 1 padding p -> y",
    "input x 4 | maxpool 2 -> y",
    "input x H | avgpool k stride s -> y",
    "input x H | silu -> a",
    "input x H | mse t -> C",
    "input x NxK | cross_entropy t -> C",
    "input x NxK | cross_entropy t labels -> C",
    "input x NxK | layernorm -> y",
)
"""Networks small enough for examples."""


@dataclass(frozen=True)
class RuleExample:
    """One step of a derivation of a small network."""

    program: Program
    backward: Backward
    derivation: Derivation
    step: Step


def rule_formula(rule: str) -> str:
    """The formula of a rule, in the words of the code that applies it."""
    stated = STATED.get(rule)
    text = " ".join((stated.__doc__ or "").split()) if stated else ""
    return text.rstrip(".")


@cache
def rule_examples() -> dict[str, RuleExample]:
    """The shortest step of every rule among the derivations of the small networks."""
    found: dict[str, RuleExample] = {}
    for example in _all_steps():
        rule = example.step.rule
        if rule not in found or _count_operations(example.step) < _count_operations(
            found[rule].step
        ):
            found[rule] = example
    return found


def _all_steps() -> Iterator[RuleExample]:
    for text in SMALL:
        program = parse_network(text).program()
        wrt = tuple(t for t in program.tensors if t.role in {"input", "parameter"})
        backward = reverse_mode(program, wrt)
        for derivation in backward.derivations:
            for step in derivation.steps:
                yield RuleExample(program, backward, derivation, step)
        for ending in end_derivations(program, backward).values():
            for step in ending.steps:
                yield RuleExample(program, backward, ending.derivation, step)


def _count_operations(step: Step) -> int:
    return int(count_ops(step.before)) + int(count_ops(step.after))


def glossary_terms(scribe: MarkupSettings, rules: Collection[str]) -> tuple[GlossaryTerm, ...]:
    """The rules that a page uses, in the order in which a derivation applies them."""
    return tuple(build_term(scribe, rule) for rule in RULES if rule in rules)


def build_term(scribe: MarkupSettings, rule: str) -> GlossaryTerm:
    """A rule with its formula, its reason, and the two lines of its example."""
    found = rule_examples().get(rule)
    made = GlossaryTerm(
        scribe.words(rule),
        rule_anchor(rule),
        scribe.words(rule_formula(rule)),
        scribe.words(RULES[rule]),
        (),
        (),
    )
    return add_example(made, scribe, found) if found else made


def add_example(made: GlossaryTerm, scribe: MarkupSettings, example: RuleExample) -> GlossaryTerm:
    """The entry with the two lines of an example: what stands before the step, and what after."""
    author = EquationWriter(collect_names(example.program, example.backward.items, IJ0), scribe, {})
    forms = (author.form(example.step.before), author.form(example.step.after))
    left, right = (scribe.lines(form, 20, numbered=False) for form in forms)
    wide = sum(map(scribe.width, forms)) + 2 * scribe.margin > scribe.room
    return replace(made, left=left, right=right, beside=not wide)


def link_rules(names: Collection[str], scribe: MarkupSettings) -> tuple[RuleLink, ...]:
    """Names of rules with the places where the glossary explains them."""
    return tuple(RuleLink(scribe.words(name), rule_anchor(name)) for name in names)


def rule_anchor(rule: str) -> str:
    """The place of a rule in the glossary of a page."""
    return "rule-" + "-".join(rule.lower().split())
