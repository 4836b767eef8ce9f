"""The normal form of a sum of terms: what is equal by the rules of sums has the same terms.

The bound indices of a term are renamed by what they count: the indices of its accesses, in the
order of the tensors' names, are its new indices as far as they are independent. That does away
with names, order, shifts, flips, and with sums over inputs instead of outputs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product
from math import factorial, prod

from symconv.claims.proving.forms.budget import NotProvedError, ProofBudget
from symconv.claims.proving.forms.index_forms import IndexForm, make_index
from symconv.claims.proving.forms.size_facts import SizeFacts
from symconv.claims.proving.forms.terms import (
    INDEX_VALUE,
    INVERSE,
    EntryFactor,
    Form,
    FunctionFactor,
    Term,
    make_index_number,
    multiply_forms,
    put_indices,
    scale_form,
)

from .brackets import BracketRules, bounds_of
from .inequalities import KnownForms, follows

MOST_ORDERS = 24
"""How many orders of equal tensors are tried: four factors alike have as many."""

DEEPEST = 8
"""How deep functions may stand in functions: a network of eight activations."""


Rewrite = Callable[[Term], Form | None]


@dataclass(frozen=True)
class Summand:
    """A term in normal form: what it is without its inequalities, as a text, and the term."""

    skeleton: str
    term: Term

    def text(self) -> str:
        """The whole summand but for its coefficient."""
        brackets = sorted(f"[{e} >= 0]" for e in self.term.nonnegative)
        return " ".join([self.skeleton, *brackets]).strip()


class NormalForms:
    """Normal forms for the sizes of one network; `rewrite` are the rules for functions."""

    def __init__(self, sizes: SizeFacts, budget: ProofBudget, rewrite: Rewrite) -> None:
        self.sizes = sizes
        self.budget = budget
        self.rules = BracketRules(sizes, budget)
        self.rewrite = rewrite

    def normalize(self, form: Form, around: Sequence[IndexForm], depth: int = 0) -> list[Summand]:
        """The normal form of a sum, whose terms matter only where `around` is at least 0."""
        if depth > DEEPEST:
            raise NotProvedError("functions too deep in functions")
        found: dict[str, list[Summand]] = {}
        waiting = list(form)
        while waiting:
            summand = self._normalize_term(waiting.pop(0), around, depth)
            if summand is None:
                continue
            other = expand_index_numbers(summand.term)
            if other is None and summand.term.functions:
                other = self.rewrite(summand.term)
            if other is None:
                self._collect(found.setdefault(summand.skeleton, []), summand, around)
            else:
                self.budget.spend(10)
                waiting = [*other, *waiting]
        return [s for key in sorted(found) for s in found[key] if s.term.coefficient]

    def _collect(self, alike: list[Summand], new: Summand, around: Sequence[IndexForm]) -> None:
        """Add a summand to those with the same factors, to one whose inequalities say the same."""
        for n, old in enumerate(alike):
            if self._same_region(old.term, new.term, around):
                total = old.term.coefficient + new.term.coefficient
                alike[n] = replace(old, term=replace(old.term, coefficient=total))
                return
        alike.append(new)

    def _same_region(self, a: Term, b: Term, around: Sequence[IndexForm]) -> bool:
        """Whether the inequalities of either term follow from those of the other."""
        if set(a.nonnegative) == set(b.nonnegative):
            return True
        bounds = (*around, *bounds_of(a.accesses))
        for one, other in ((a, b), (b, a)):
            known = KnownForms((*bounds, *one.nonnegative))
            if not all(follows(e, known, self.sizes, self.budget) for e in other.nonnegative):
                return False
        return True

    # ---- one term

    def _normalize_term(
        self, term: Term, around: Sequence[IndexForm], depth: int
    ) -> Summand | None:
        # Its bound indices get names of this depth first, which no index around it has.
        values = {b: make_index(f"~{depth}.{n}") for n, b in enumerate(term.bound)}
        bound = tuple([f"~{depth}.{n}" for n in range(len(term.bound))])
        renamed = replace(put_indices(replace(term, bound=()), values), bound=bound)
        plain = self.rules.simplify(renamed, around)
        if plain is None or not plain.coefficient:
            return None
        plain = self.rules.count_indices(plain)
        best: Summand | None = None
        for order in _orders(plain):
            found = self._rename(plain, order, around, depth)
            if found is None:
                return None
            if best is None or found.text() < best.text():
                best = found
        return best

    def _rename(
        self,
        term: Term,
        order: Sequence[int],
        around: Sequence[IndexForm],
        depth: int,
    ) -> Summand | None:
        """The term with its accesses in an order, and its indices named by them."""
        names = _IndexNames(depth)
        term = replace(term, accesses=tuple([term.accesses[n] for n in order]))
        term = self._count_slots(term, names)
        simple = self.rules.simplify(term, around)
        if simple is None:
            return None
        simple = self._normalize_functions(simple, around, depth)
        if simple is None:
            return None
        left = [n for n in simple.bound if n not in names.given]
        if left:
            term = self._count_inner_slots(simple, names)
            again = self.rules.simplify(term, around)
            if again is None:
                return None
            simple = self._normalize_functions(again, around, depth)
            if simple is None:
                return None
        simple = self.rules.count_indices(simple)
        used = {n for e in simple.index_forms() for n in e.slopes}
        if any(n not in names.given for n in simple.bound) or f"~{depth}." in "".join(used):
            raise NotProvedError("an index that no entry names")
        return Summand(self._skeleton(simple), simple)

    def _count_slots(self, term: Term, names: _IndexNames) -> Term:
        """Change of variables: each independent index of an access is the next new index."""
        for n in range(len(term.accesses)):
            for axis in range(len(term.accesses[n].shape)):
                term = self._enter(term, term.accesses[n].indices[axis], names)
        return term

    def _enter(self, term: Term, form: IndexForm, names: _IndexNames) -> Term:
        mine = [b for b in term.bound if b in form.slopes and b not in names.given]
        name = next((b for b in mine if form.slopes[b] in (1, -1)), "")
        name = name or next((b for b in mine if self.sizes.nonzero(form.slopes[b])), "")
        if not name:
            return term
        self.budget.spend(2)
        new = names.next()
        value = (form - make_index(new)).solve(name, self.sizes.invert(form.slopes[name]))
        rest = tuple([b for b in term.bound if b != name])
        kept = [n for n in rest if n in names.given]
        others = [n for n in rest if n not in names.given]
        term = put_indices(replace(term, bound=()), {name: value})
        # The old index was an integer, and so is the new one where it counts an axis.
        whole = (*term.whole, value) if not value.whole else term.whole
        names.given.append(new)
        return replace(term, bound=(*kept, new, *others), whole=whole)

    def _count_inner_slots(self, term: Term, names: _IndexNames) -> Term:
        """Indices that only functions have are named by the entries within these."""
        inner = [
            (access.key, e)
            for function in term.functions
            for t in function.argument
            for access in t.accesses
            for e, _ in access.axes()
            if e.whole and not any(n in t.bound for n in e.slopes)
        ]
        for _, form in sorted(inner, key=lambda pair: pair[0]):
            left = [n for n in term.bound if n not in names.given]
            if any(form.slopes.get(n) in (1, -1) for n in left):
                return self._count_inner_slots(self._enter(term, form, names), names)
        # What functions have only together with indices of their own, or what stands as a number
        # alone, keeps what it counts.
        for name in [n for n in term.bound if n not in names.given and n in _lone_names(term)]:
            term = self._enter(term, make_index(name), names)
        return term

    # ---- functions

    def _normalize_functions(
        self, term: Term, around: Sequence[IndexForm], depth: int
    ) -> Term | None:
        """The functions of a term in normal form, which may use all that the term says."""
        if not term.functions:
            return term
        known = (*around, *bounds_of(term.accesses), *term.nonnegative)
        coefficient, kept = term.coefficient, list[FunctionFactor]()
        for function in term.functions:
            inner = self.normalize(function.argument, known, depth + 1)
            argument = tuple([s.term for s in inner])
            self.budget.spend(1 + len(argument))
            if function.name == INVERSE:
                if not argument:
                    raise NotProvedError("a division by 0")
                lead = min(argument, key=lambda t: write_term(replace(t, coefficient=1)))
                factor = self.sizes.invert(lead.coefficient)
                coefficient = coefficient * factor
                argument = scale_form(argument, factor)
                if len(argument) == 1 and argument[0].is_constant():
                    continue
            kept.append(FunctionFactor(function.name, argument))
        return replace(term, coefficient=coefficient, functions=tuple(kept))

    def _skeleton(self, term: Term) -> str:
        parts = [str(a) for a in term.accesses]
        parts += sorted(map(write_function, term.functions))
        parts += sorted(f"[{e} = 0]" for e in term.zero)
        parts += sorted(f"[{e} whole]" for e in term.whole)
        head = f"sum {','.join(term.bound)}: " if term.bound else ""
        return head + " ".join(parts)


def _lone_names(term: Term) -> set[str]:
    """The indices within functions, and those that stand as numbers."""
    inner = [t for f in term.functions for t in f.argument]
    numbers = [a.indices[0] for a in term.accesses if a.key == INDEX_VALUE]
    forms = [*numbers, *(e for t in inner for e in t.index_forms())]
    return {n for e in forms for n in e.slopes}


def expand_index_numbers(term: Term) -> Form | None:
    """A term in which the number i + m stands, as the sum of i and m; None where none does."""
    for n, factor in enumerate(term.accesses):
        if factor.key != INDEX_VALUE:
            continue
        (index,) = factor.indices
        if list(index.slopes.values()) == [1] and not index.constant:
            continue
        rest = replace(term, bound=(), accesses=term.accesses[:n] + term.accesses[n + 1 :])
        found = multiply_forms((rest,), make_index_number(index))
        return tuple([replace(t, bound=term.bound) for t in found])
    return None


def write_function(function: FunctionFactor) -> str:
    """A function of a form that is normal, as a text."""
    return f"{function.name}({write_form(function.argument)})"


def write_form(form: Form) -> str:
    """A form that is normal, as a text: equal forms have the same."""
    return " + ".join(sorted(map(write_term, form))) or "0"


def write_term(term: Term) -> str:
    """A term that is normal, as a text."""
    parts = [str(term.coefficient)] if term.coefficient != 1 or term.is_constant() else []
    parts += [f"sum {','.join(term.bound)}:"] if term.bound else []
    parts += [str(a) for a in term.accesses]
    parts += sorted(map(write_function, term.functions))
    parts += sorted(f"[{e} = 0]" for e in term.zero)
    parts += sorted(f"[{e} whole]" for e in term.whole)
    parts += sorted(f"[{e} >= 0]" for e in term.nonnegative)
    return " ".join(parts)


class _IndexNames:
    """The names of the indices of a term in normal form; those within functions have others."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.given: list[str] = []

    def next(self) -> str:
        """The next name."""
        return f"@{self.depth}.{len(self.given)}"


def _orders(term: Term) -> Iterator[list[int]]:
    """The orders of the accesses that the names of their tensors leave open.

    Equal ones may change places, and the indices of a term that binds none have their names.
    """
    groups: dict[str, list[int]] = {}
    for n in sorted(range(len(term.accesses)), key=lambda n: str(term.accesses[n])):
        groups.setdefault(term.accesses[n].key, []).append(n)
    lists = [groups[key] for key in sorted(groups)]
    alike = Counter(term.accesses).values()
    count = prod(factorial(len(g)) for g in lists) // prod(map(factorial, alike))
    if count == 1 or count > MOST_ORDERS or not term.bound:
        yield [n for group in lists for n in group]
        return
    seen = set[tuple[EntryFactor, ...]]()
    for choice in product(*(permutations(g) for g in lists)):
        order = [n for group in choice for n in group]
        accesses = tuple([term.accesses[n] for n in order])
        if accesses not in seen:
            seen.add(accesses)
            yield order
