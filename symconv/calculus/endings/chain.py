"""The steps of an ending, the names that it introduces, and what the rules are called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count

from sympy import Expr, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.core.nodes import sigmoid
from symconv.core.proof import Backward, Derivation, Ending, Step, UnitSum
from symconv.core.tensor import Tensor, key_of

ENDINGS = {
    "name a softmax": "an exponential over the sum of all of them is a softmax, and gets a name",
    "targets add up to one": "the targets of a sample are probabilities",
    "insert a statistic": "the error signals of mean and variance are put in and multiplied out",
    "deviations cancel": "what lies above a mean and what lies below it add up to 0",
    "standardise": "a deviation over the root of the mean square gets a name",
    "common factor": "what terms have in common stands in front once",
}
"""The rules of endings and their reasons, in the order in which they are taken."""


@dataclass(frozen=True)
class Passes:
    """A forward pass with its backward pass, and the letters that mean something in them."""

    forward: Program
    backward: Backward

    @cached_property
    def taken(self) -> frozenset[str]:
        """The letters of tensors, sizes, indices and functions."""
        program = self.backward.program
        sides = [side for e in program.equations for side in (e.lhs, e.rhs)]
        sides += [n for t in program.tensors for n in t.shape]
        letters = {s.name for side in sides for s in side.atoms(Symbol)}
        letters |= {t.name.letter for t in program.tensors} | {self.backward.cost.name.letter}
        return frozenset(letters | ({"sigma"} if any(e.has(sigmoid) for e in sides) else set()))

    def free_letter(self, *wanted: str) -> str:
        """The first of the letters that is free, else the first one with a number."""
        longer = (f"{wanted[0]}{n}" for n in count(1))
        return next(letter for letter in chain(wanted, longer) if letter not in self.taken)


@dataclass
class EndingChain:
    """The result of a derivation on its way to its last line."""

    derivation: Derivation
    formula: Expr
    steps: list[Step] = field(default_factory=list)
    names: list[tuple[Tensor, Equation]] = field(default_factory=list)
    unit_sums: list[UnitSum] = field(default_factory=list)

    def apply(self, rule: str, change: Callable[[Expr], Expr]) -> None:
        """Take a step, unless it changes nothing."""
        after = change(self.formula)
        if after != self.formula:
            self.steps.append(Step(rule, self.formula, after, ENDINGS[rule]))
            self.formula = after

    def reads(self, keys: frozenset[str]) -> bool:
        """Whether the formula holds an entry of one of these tensors."""
        return reads_any(self.formula, keys)

    @property
    def ending(self) -> Ending | None:
        """The steps as data, with the names that they use; None without a step."""
        used = {key_of(a) for s in self.steps for a in s.after.atoms(Indexed)}
        used |= {key for _, e in self.names if e.key in used for key in e.reads}
        kept = [(t, e) for t, e in self.names if t.key in used]
        definitions, tensors = tuple(e for _, e in kept), tuple(t for t, _ in kept)
        made = Ending(
            self.derivation, tuple(self.steps), definitions, tensors, tuple(self.unit_sums)
        )
        return made if self.steps else None


def reads_any(expr: Expr, keys: frozenset[str]) -> bool:
    """Whether a formula holds an entry of one of these tensors."""
    return any(key_of(a) in keys for a in expr.atoms(Indexed))
