"""Whether two parts of a claim are equal at all sizes: both have the same normal form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from symconv.claims.evaluation.comparison import Question
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.syntax_tree import Identifier, TensorReference
from symconv.core.errors import SymconvError

from .forms.budget import NotProvedError, ProofBudget
from .forms.index_forms import IndexForm, make_constant, make_index
from .forms.size_letters import least_words
from .forms.terms import Form, Term, scale_form
from .reading.claim_reader import ClaimReader
from .reading.equations import NetworkEquations
from .reading.free_ranges import find_free_ranges
from .reading.opening import keys_of, unfold
from .reading.sides import put_side_by_side
from .rules.function_rules import FunctionRules, open_definitions
from .rules.normal_form import NormalForms, Summand
from .rules.unrolling import Unrolling, write_out

MOST_KEPT = 32
"""The equations of so many networks are kept, then all are forgotten: a process may live long."""

MOST_SHOWN = 300
"""How many characters of a normal form are shown; those of one sum have about 100."""

SHARE = 4
"""One part in so many of what is left is spent on sums of numbers before more is put in."""

FAULTS = (ArithmeticError, LookupError, ValueError, TypeError, AttributeError)
EQUALITY = {"=", "==", ":="}
_EQUATIONS: dict[int, tuple[object, NetworkEquations]] = {}


@dataclass(frozen=True)
class Proof:
    """That two parts of a claim are equal, over which sizes, and under which assumptions.

    `sizes` is empty where the sizes of the network are numbers. `form` is the normal form of both
    parts, `opened` says which equations were put in for it.
    """

    sizes: tuple[str, ...]
    assumptions: tuple[str, ...]
    form: str
    opened: str


def prove_equality(question: Question, part: int, budget: ProofBudget | int) -> Proof | None:
    """A proof that a part of a statement is equal to part 0; None where none was found.

    None is no verdict: the claim may be right for a reason that the normal form does not know.
    """
    left = budget if isinstance(budget, ProofBudget) else ProofBudget(budget)
    # Whatever a claim does, it does not end the judging of it; what is not proved is only tried.
    with suppress(NotProvedError, SymconvError, RecursionError, *FAULTS):
        return find_proof(question, part, left)
    return None


def find_proof(question: Question, part: int, budget: ProofBudget) -> Proof | None:
    """The proof, None where the normal forms differ; NotProvedError where they do not cover it."""
    return _Attempt(question, part, budget).prove()


def find_equations(context: NetworkContext) -> NetworkEquations:
    """The equations of a network as forms, made once."""
    key = id(context.backward)
    if key not in _EQUATIONS:
        if len(_EQUATIONS) >= MOST_KEPT:
            _EQUATIONS.clear()
        _EQUATIONS[key] = (context.backward, NetworkEquations(context))
    return _EQUATIONS[key][1]


class _Attempt:
    """One proof that is tried."""

    def __init__(self, question: Question, part: int, budget: ProofBudget) -> None:
        self.question = question
        self.part = part
        self.budget = budget
        self.equations = find_equations(question.context)
        self.sizes = self.equations.sizes
        self.opened: list[str] = []

    def prove(self) -> Proof | None:
        """The proof, or None; NotProvedError where the form does not cover the claim."""
        statement = self.question.statement
        if any(mark not in EQUALITY for mark in statement.marks):
            raise NotProvedError("a relation that is no equation")
        proof: Proof | None = None
        # A letter for the number of a layer has few values; each of them is a claim of its own.
        for layers in list_layers(self.question):
            reader = ClaimReader(self.equations, self.question, self.budget, layers)
            env = {n: make_index(n) for n in self.question.names if n not in layers}
            around = find_free_ranges(reader.indices, self.question, env)
            env |= {name: make_constant(number) for name, number in layers.items()}
            sides = [reader.value(statement.parts[n], env) for n in (0, self.part)]
            left, right, bounds = put_side_by_side(*sides)
            around = [*around, *bounds]
            if not self._is_zero(left + scale_form(right, -1), around):
                return None
            proof = proof or self._describe(left, around)
        return proof

    def _normal_forms(self, budget: ProofBudget) -> NormalForms:
        rules = FunctionRules(self.sizes, self.equations.labels)
        return NormalForms(self.sizes, budget, rules.rewrite)

    def _is_zero(self, form: Form, around: Sequence[IndexForm]) -> bool:
        """Whether a form is 0, the values that were computed last being put in first."""
        normal = self._normal_forms(self.budget)
        while True:
            rest = normal.normalize(form, around)
            if not rest:
                return True
            form = tuple([s.term for s in rest])
            if self._is_zero_in_numbers(form, around):
                return True
            key = self._choose_key(form)
            if not key:
                defined = open_definitions(form)
                return defined is not None and not normal.normalize(defined, around)
            self.opened.append(key)
            form = unfold(self.equations, form, frozenset({key}))

    def _is_zero_in_numbers(self, form: Form, around: Sequence[IndexForm]) -> bool:
        """Whether a form is 0 with its sums over numbers written out."""
        budget = self.budget.share(SHARE)
        before = budget.left
        try:
            if not self.sizes.least:
                return Unrolling(budget).is_zero(form, around)
            written = write_out(form)
            if written is None:
                return False
            return not self._normal_forms(budget).normalize(written, around)
        except NotProvedError:
            return False
        finally:
            self.budget.spend(before - max(0, budget.left))

    def _choose_key(self, form: Iterable[Term]) -> str:
        """The tensor that is computed last of those in a form; "" where none can be opened."""
        keys = {k for t in form for k in keys_of(t)}
        order = self.equations.order
        for key in sorted(keys & order.keys(), key=lambda k: -order[k]):
            if self.equations.can_open(key):
                return key
        return ""

    def _describe(self, left: Form, around: Sequence[IndexForm]) -> Proof:
        program = self.question.context.program
        symbols = program.free_sizes
        assumptions = list(least_words(symbols))
        if symbols:
            assumptions.append("every tensor has at least one entry")
        shown = self._show(left, around)
        return Proof(tuple(map(str, symbols)), tuple(assumptions), shown, ", ".join(self.opened))

    def _show(self, left: Form, around: Sequence[IndexForm]) -> str:
        """The normal form of the left side, as far as it was opened."""
        try:
            normal = self._normal_forms(self.budget)
            for key in self.opened:
                left = unfold(self.equations, left, frozenset({key}))
            rest = normal.normalize(left, around)
        except NotProvedError:
            return ""
        text = " + ".join(map(write_summand, rest)) or "0"
        return rename_indices(text, self.question.names)[:MOST_SHOWN]


def list_layers(question: Question) -> list[dict[str, int]]:
    """Every choice of numbers for the free letters that stand for a layer."""
    entries = [
        n
        for part in question.statement.parts
        for n in part.walk()
        if isinstance(n, TensorReference) and n.layer is not None
    ]
    said = {n.name for e in entries if e.layer for n in e.layer.walk() if isinstance(n, Identifier)}
    names = [n for n in question.names if n in said]
    if len(names) != len(said):
        raise NotProvedError("a layer that is summed over, or a size")
    return [dict(layers) for layers in question.layers()]


def rename_indices(text: str, taken: Iterable[str]) -> str:
    """A normal form with letters for its bound indices, none of them taken."""
    used = {*taken, *re.findall(r"[A-Za-z_]\w*", text)}
    letters = (x for x in "ijmnabcdefgopqrstuvwxyz" if x not in used)
    found: dict[str, str] = {}
    for name in re.findall(r"@\d+\.\d+|#\d+", text):
        if name not in found:
            found[name] = next(letters, name)
    return re.sub(r"@\d+\.\d+|#\d+", lambda match: found[match.group()], text)


def write_summand(summand: Summand) -> str:
    """A summand with its coefficient."""
    coefficient = summand.term.coefficient
    return summand.text() if coefficient == 1 else f"{coefficient} {summand.text()}"
