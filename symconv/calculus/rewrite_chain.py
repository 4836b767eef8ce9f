"""A formula on its way, with named steps and their reasons: differentiate, then sift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sympy import Expr

from symconv.core.equation import Ranges
from symconv.core.errors import Unsupported
from symconv.core.nodes import Partial
from symconv.core.proof import Step

from . import derivative, sums
from .affine import MixedRadix, split_into_digits
from .binders import rebuild
from .derivation_work import DerivationWork
from .forward_reuse import ForwardReuse
from .sifting import Sifting, absorb_brackets
from .sums import one_hot_sum

REASONS = {
    "chain rule": "the cost depends on this entry through every output that reads it",
    "definition": "insert what the layer computes",
    "linearity": "the derivative passes through sums and constant factors",
    "product rule": "one factor is differentiated at a time",
    "selection": "a maximum passes its derivative to the first maximiser only",
    "log-sum-exp": "a smooth maximum passes its derivative to every entry, by its softmax weight",
    "name": "the first maximiser of a window gets a name of its own; it is constant",
    "pointwise derivative": "the derivative of the function times the derivative of its argument",
    "derivative of an entry": "an entry depends on itself only: 1 where the indices agree, else 0",
    "split": "every entry lies in exactly one block: compare the blocks and the places in them",
    "exchange of sums": "finite sums may be taken in any order",
    "renaming": "a bracket leaves one term of a sum, the one at which it holds",
    "sifting": "a bracket leaves one term of a sum; solve it for the index that it fixes",
    "absorb": "a tensor is 0 outside its range and between integers: the bracket can be dropped",
    "sum over one value": "a sum over a single value is that term",
    "recognise a forward value": "the forward pass has already computed this",
    "one class": "a label names one class: its brackets add up to 1 (0 where it is no class)",
    "pull out": "a constant factor moves out of the sum",
    "no dependence": "the cost does not depend on this tensor",
}

# In this order, because each line of a derivation should be one rule used everywhere: sums and
# constants are gone before a product is seen, and a product before the functions in it.
DERIVATIVES: tuple[tuple[str, derivative.Rule], ...] = (
    ("linearity", derivative.linearity),
    ("product rule", derivative.product_rule),
    ("selection", derivative.selection),
    ("log-sum-exp", derivative.log_sum_exp_rule),
    ("pointwise derivative", derivative.pointwise_derivative),
    ("derivative of an entry", derivative.entry_derivative),
)


@dataclass
class RewriteChain:
    """A formula on its way, with the steps taken so far."""

    formula: Expr
    work: DerivationWork
    steps: list[Step] = field(default_factory=list)

    def apply(self, rule: str, change: Callable[[Expr], Expr]) -> None:
        """Take a step, unless it changes nothing."""
        self.work.spend(self.formula)
        after = change(self.formula)
        if after != self.formula:
            self.steps.append(Step(rule, self.formula, after, REASONS[rule]))
            self.formula = after

    def differentiate(self, recognition: ForwardReuse) -> None:
        """The derivative rules, until only [a = q] brackets are left."""
        # A rule may bring forth what an earlier one is for (the product rule makes sums), so the
        # list is gone through again until no derivative is left.
        while self.formula.has(Partial):
            before = self.formula
            for rule, change in DERIVATIVES:
                # `change=change`: a closure would see the loop variable's last value.
                self.apply(rule, lambda e, change=change: rewrite_partials(e, change))  # type: ignore[misc]
                self.apply("name", recognition.masks)
            if self.formula == before:
                raise Unsupported(f"no rule differentiates {before}")

    def collapse(self, axes: tuple[MixedRadix, ...], free: Ranges) -> None:
        """Use up the brackets; `axes` are the axes differentiated by, `free` the free indices."""
        # Digits before anything is solved (a bracket of digits needs no division), all sums in
        # front of their brackets, renamings before sifting because they cost no fraction, and
        # absorbing last, since sifting is what leaves range brackets behind.
        sifting = Sifting(free)
        self.apply("split", lambda e: split_into_digits(e, axes))
        self.apply("exchange of sums", sums.exchange_sums)
        self.apply("renaming", lambda e: sums.map_terms(e, sifting.rename))
        self.apply("sifting", lambda e: sums.map_terms(e, sifting.sift))
        self.apply("absorb", lambda e: sums.map_terms(e, absorb_brackets))
        self.apply("sum over one value", lambda e: sums.map_terms(e, sums.sum_over_one_value))

    def tidy(self, recognition: ForwardReuse) -> None:
        """Use what the forward pass has computed, and move constants out of sums."""
        self.apply("recognise a forward value", recognition.forward_values)
        self.apply("one class", lambda e: one_hot_sum(e, recognition.labels))
        self.apply("pull out", sums.pull_out)


def rewrite_partials(expr: Expr, rule: Callable[[Partial], Expr | None]) -> Expr:
    """expr with the rule applied to every derivative in it, and to what comes of it."""
    if not expr.has(Partial):
        return expr
    if isinstance(expr, Partial):
        after = rule(expr)
        return expr if after is None else rewrite_partials(after, rule)
    return rebuild(expr, lambda a: rewrite_partials(a, rule))
