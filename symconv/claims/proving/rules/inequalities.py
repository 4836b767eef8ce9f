"""Which inequality follows from others: by what is known of the same indices, or by a sum of them."""

from __future__ import annotations

from collections.abc import Iterable

from symconv.claims.proving.forms.affine_forms import AffineForm
from symconv.claims.proving.forms.budget import Budget
from symconv.claims.proving.forms.size_facts import SizeFacts
from symconv.claims.proving.forms.size_polynomials import Coefficient

MOST_SUBTRACTED = 6
"""How many known forms may be taken away from one: two for every axis of an image, and two more."""

MOST_TRIED = 40
"""How many ways are tried for one inequality; those that were found took fewer than 20."""


class KnownForms:
    """Forms that are at least 0, looked up by their indices."""

    def __init__(self, forms: Iterable[AffineForm]) -> None:
        self.forms = list(dict.fromkeys(forms))
        self.constants: dict[frozenset[tuple[str, Coefficient]], list[Coefficient]] = {}
        for form in self.forms:
            self.constants.setdefault(frozenset(form.slopes.items()), []).append(form.constant)

    def alike(self, form: AffineForm) -> list[Coefficient]:
        """The constants of the known forms with the same indices."""
        return self.constants.get(frozenset(form.slopes.items()), [])


def follows(form: AffineForm, known: KnownForms, sizes: SizeFacts, budget: Budget) -> bool:
    """Whether a form is at least 0 wherever the known ones are."""
    budget.spend()
    if not form.slopes:
        return sizes.nonnegative(form.constant)
    if any(sizes.nonnegative(form.constant + c * -1) for c in known.alike(form)):
        return True
    tried = Budget(MOST_TRIED)
    return _follows_from_sum(form, known.forms, sizes, budget, tried, MOST_SUBTRACTED)


def _follows_from_sum(
    form: AffineForm,
    known: list[AffineForm],
    sizes: SizeFacts,
    budget: Budget,
    tried: Budget,
    depth: int,
) -> bool:
    """Take known forms away, each at most once, until no index is left."""
    if not form.slopes:
        return sizes.nonnegative(form.constant)
    tried.left -= 1
    budget.spend()
    if depth == 0 or tried.left < 0:
        return False
    name = min(form.slopes, key=lambda n: sum(n in g.slopes for g in known))
    slope = form.slopes[name]
    for n, other in enumerate(known):
        ratio = _divide_alike(slope, other.slopes.get(name, 0), sizes)
        if ratio is None:
            continue
        rest = form - other.scale(ratio)
        left = known[:n] + known[n + 1 :]
        if _follows_from_sum(rest, left, sizes, budget, tried, depth - 1):
            return True
    return False


def _divide_alike(a: Coefficient, b: Coefficient, sizes: SizeFacts) -> Coefficient | None:
    """The positive number a / b; None where it is not shown to be positive."""
    if not b:
        return None
    if a == b:
        return 1
    if not sizes.nonzero(b):
        return None
    ratio = a * sizes.invert(b)
    return ratio if sizes.positive(ratio) else None
