"""A formula on its way, with named steps: differentiate, then use up the brackets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sympy import Expr

from symconv.core.equation import Ranges
from symconv.core.errors import Unsupported
from symconv.core.nodes import Partial
from symconv.core.proof import Step

from . import derivative, sums
from .binders import rebuild
from .labels import one_class
from .recognise import Recognition
from .rules import REASONS
from .sifting import Sifting, absorb
from .split import Digits, split

DERIVATIVES: tuple[tuple[str, derivative.Rule], ...] = (
    ("linearity", derivative.linearity),
    ("product rule", derivative.product_rule),
    ("selection", derivative.selection),
    ("log-sum-exp", derivative.log_sum_exp),
    ("pointwise derivative", derivative.pointwise_derivative),
    ("derivative of an entry", derivative.entry),
)


@dataclass
class Chain:
    """A formula on its way, with the steps taken so far."""

    formula: Expr
    steps: list[Step] = field(default_factory=list)

    def apply(self, rule: str, change: Callable[[Expr], Expr]) -> None:
        """Take a step, unless it changes nothing."""
        after = change(self.formula)
        if after != self.formula:
            self.steps.append(Step(rule, self.formula, after, REASONS[rule]))
            self.formula = after

    def differentiate(self, recognition: Recognition) -> None:
        """The derivative rules, until only [a = q] brackets are left."""
        while self.formula.has(Partial):
            before = self.formula
            for rule, change in DERIVATIVES:
                self.apply(rule, lambda e, change=change: rewrite(e, change))  # type: ignore[misc]
                self.apply("name", recognition.masks)
            if self.formula == before:
                raise Unsupported(f"no rule differentiates {before}")

    def collapse(self, axes: tuple[Digits, ...], free: Ranges) -> None:
        """Use up the brackets; `axes` are the axes differentiated by, `free` the free indices."""
        sifting = Sifting(free)
        self.apply("split", lambda e: split(e, axes))
        self.apply("exchange of sums", sums.exchange_of_sums)
        self.apply("renaming", lambda e: sums.each_term(e, sifting.rename))
        self.apply("sifting", lambda e: sums.each_term(e, sifting.sift))
        self.apply("absorb", lambda e: sums.each_term(e, absorb))
        self.apply("sum over one value", lambda e: sums.each_term(e, sums.sum_over_one_value))

    def tidy(self, recognition: Recognition) -> None:
        """Use what the forward pass has computed, and move constants out of sums."""
        self.apply("recognise a forward value", recognition.forward_values)
        self.apply("one class", lambda e: one_class(e, recognition.forward))
        self.apply("pull out", sums.pull_out)


def rewrite(expr: Expr, rule: Callable[[Partial], Expr | None]) -> Expr:
    """expr with the rule applied to every derivative in it, and to what comes of it."""
    if not expr.has(Partial):
        return expr
    if isinstance(expr, Partial):
        after = rule(expr)
        return expr if after is None else rewrite(after, rule)
    return rebuild(expr, lambda a: rewrite(a, rule))
