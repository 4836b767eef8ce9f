"""Operations without windows: outer and matrix products, entry-wise products, sums, differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from sympy import Add, Expr, S
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation

from .axes import ProductForm
from .grids import contracted, summed
from .trials import Entries, Trial

Kind = Literal["outer product", "matrix product", "entry-wise product", "sum", "difference"]


@dataclass(frozen=True)
class Plain:
    """One of the kinds, of one or two arrays whose indices are all bare."""

    kind: Kind
    form: ProductForm
    first: Indexed
    second: Indexed | None = None

    def value(self, trial: Trial) -> Entries:
        """The entries by the textbook operation."""
        mine, names = trial.grid(self.first), [str(e) for e in self.first.indices]
        if self.second is None:
            kept = [n for n, e in enumerate(self.first.indices) if e in self.form.free]
            totals = summed(mine, kept)
            return lambda place: totals[tuple(place[self.first.indices[n]] for n in kept)]
        theirs, others = trial.grid(self.second), [str(e) for e in self.second.indices]
        if self.kind == "difference":
            order = self.first.indices
            return lambda place: (
                mine[tuple(place[e] for e in order)] - theirs[tuple(place[e] for e in order)]
            )
        sums = {str(v): trial.whole(n) for v, n in self.form.bound.items()}
        return lambda place: contracted(
            mine, names, theirs, others, sums, {str(v): n for v, n in place.items()}
        )


def plain(form: ProductForm) -> Plain | None:
    """The kind of a product of bare accesses; None where an index is compound or occurs twice."""
    if any(not e.is_Symbol or a.indices.count(e) > 1 for a in form.factors for e in a.indices):
        return None
    if len(form.factors) == 1 and form.bound:
        return Plain("sum", form, form.factors[0])
    if len(form.factors) != 2:
        return None
    first, second = form.factors
    mine, theirs = set(first.indices), set(second.indices)
    if not form.bound:
        if mine == theirs == set(form.free):
            return Plain("entry-wise product", form, first, second)
        return Plain("outer product", form, first, second) if not mine & theirs else None
    shared = mine & theirs
    single = len(form.bound) == 1 and shared == set(form.bound)
    two = max(len(mine), len(theirs)) == 2
    return Plain("matrix product", form, first, second) if single and two else None


def difference(equation: Equation) -> tuple[Expr, Plain] | None:
    """c (a - b) at the same place: the factor, and the two arrays."""
    terms = Add.make_args(equation.rhs.expand())
    if len(terms) != 2:
        return None
    parts = [t.as_independent(Indexed, as_Add=False) for t in terms]
    if not all(isinstance(a, Indexed) for _, a in parts) or parts[0][0] != -parts[1][0]:
        return None
    plus, minus = sorted(parts, key=lambda part: bool(part[0].could_extract_minus_sign()))
    first, second = cast("Indexed", plus[1]), cast("Indexed", minus[1])
    places = {first.indices, second.indices, equation.lhs.indices}
    if len(places) != 1 or not all(e.is_Symbol for e in equation.lhs.indices):
        return None
    form = ProductForm(S.One, (first, second), dict(equation.ranges), {})
    return plus[0], Plain("difference", form, first, second)
