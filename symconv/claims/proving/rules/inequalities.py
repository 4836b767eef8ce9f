"""Which inequality follows from others: by one with the same indices, or by a sum of them."""

from __future__ import annotations

from collections.abc import Iterable

from symconv.claims.proving.forms.budget import ProofBudget
from symconv.claims.proving.forms.index_forms import IndexForm
from symconv.claims.proving.forms.size_facts import SizeFacts
from symconv.claims.proving.forms.size_polynomials import Coefficient

MOST_SUBTRACTED = 6
"""How many known forms may be taken away from one: two for every axis of an image, and two more."""

MOST_TRIED = 40
"""How many ways are tried for one inequality; those that were found took fewer than 20."""


class KnownForms:
    """Forms that are at least 0, looked up by their indices."""

    def __init__(self, forms: Iterable[IndexForm]) -> None:
        self.forms = list(dict.fromkeys(forms))
        self.constants: dict[frozenset[tuple[str, Coefficient]], list[Coefficient]] = {}
        for form in self.forms:
            self.constants.setdefault(frozenset(form.slopes.items()), []).append(form.constant)

    def alike(self, form: IndexForm) -> list[Coefficient]:
        """The constants of the known forms with the same indices."""
        return self.constants.get(frozenset(form.slopes.items()), [])


def follows(form: IndexForm, known: KnownForms, sizes: SizeFacts, budget: ProofBudget) -> bool:
    """Whether a form is at least 0 wherever the known ones are."""
    budget.spend()
    if not form.slopes:
        return sizes.nonnegative(form.constant)
    if any(sizes.nonnegative(form.constant + c * -1) for c in known.alike(form)):
        return True
    return _SumSearch(sizes, budget).follows(form, known.forms, MOST_SUBTRACTED)


class _SumSearch:
    """A search for non-negative multiples of known forms whose sum is a form, and what is left."""

    def __init__(self, sizes: SizeFacts, budget: ProofBudget) -> None:
        self.sizes = sizes
        self.budget = budget
        self.left = MOST_TRIED

    def follows(self, form: IndexForm, known: list[IndexForm], depth: int) -> bool:
        """Take known forms away, each at most once, until no index is left."""
        if not form.slopes:
            return self.sizes.nonnegative(form.constant)
        self.left -= 1
        self.budget.spend()
        if depth == 0 or self.left < 0:
            return False
        name = min(form.slopes, key=lambda n: sum(n in g.slopes for g in known))
        slope = form.slopes[name]
        for n, other in enumerate(known):
            ratio = self._divide_alike(slope, other.slopes.get(name, 0))
            if ratio is not None:
                rest = form - other.scale(ratio)
                if self.follows(rest, known[:n] + known[n + 1 :], depth - 1):
                    return True
        return False

    def _divide_alike(self, a: Coefficient, b: Coefficient) -> Coefficient | None:
        """The positive number a / b; None where it is not shown to be positive."""
        if not b:
            return None
        if a == b:
            return 1
        if not self.sizes.nonzero(b):
            return None
        ratio = a * self.sizes.invert(b)
        return ratio if self.sizes.positive(ratio) else None
