"""Operations without windows: outer and matrix products, entry-wise products, sums, differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from sympy import Add, Expr, S
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation

from .correlation_axes import ProductForm, is_whole, letters
from .grids import Grid, contract_grids, slice_grid, sum_grid
from .sample_points import Entries, SamplePoint

Kind = Literal[
    "outer product",
    "matrix product",
    "entry-wise product",
    "sum of products",
    "sum",
    "difference",
    "multiple",
    "copy",
    "spread",
    "scaled",
]


@dataclass(frozen=True)
class ArrayOperation:
    """One of the kinds, of one or two arrays whose indices are all bare.

    A multiple is an array times one entry of another; a spread repeats an array along further
    axes; in a scaled array every entry is multiplied by the entry of a smaller one.
    """

    kind: Kind
    form: ProductForm
    first: Indexed
    second: Indexed | None = None

    def value(self, trial: SamplePoint) -> Entries:
        """The entries by the textbook operation."""
        mine, names = _fix_numbers(self.first, trial)
        if self.second is None:
            kept = [n for n, name in enumerate(names) if name in map(str, self.form.free)]
            totals, order = sum_grid(mine, kept), [letters(self.first)[n] for n in kept]
            return lambda place: totals[tuple(place[e] for e in order)]
        theirs, others = _fix_numbers(self.second, trial)
        if self.kind == "difference":
            places = letters(self.first)
            return lambda place: (
                mine[tuple(place[e] for e in places)] - theirs[tuple(place[e] for e in places)]
            )
        sums = {str(v): trial.whole(n) for v, n in self.form.bound.items()}
        return lambda place: contract_grids(
            mine, names, theirs, others, sums, {str(v): n for v, n in place.items()}
        )


def _fix_numbers(access: Indexed, trial: SamplePoint) -> tuple[Grid, list[str]]:
    """The array at the numbers among its indices, and the names of the others."""
    fixed = {n: trial.whole(e) for n, e in enumerate(access.indices) if not e.is_Symbol}
    names = [str(e) for e in access.indices if e.is_Symbol]
    return slice_grid(trial.grid(access), fixed), names


def match_array_operation(form: ProductForm) -> ArrayOperation | None:
    """The kind of a product of bare accesses; None where an index is compound or occurs twice."""
    if any(not _is_simple_index(e) or _occurs_twice(e, a) for a in form.factors for e in a.indices):
        return None
    if len(form.factors) == 1:
        kind = _unary_kind(form, form.factors[0])
        return ArrayOperation(kind, form, form.factors[0]) if kind else None
    if len(form.factors) != 2:
        return None
    first, second = form.factors
    if not _index_symbols(first):
        first, second = second, first
    if not _index_symbols(second):
        alone = _index_symbols(first) == set(form.free) and not form.bound
        return ArrayOperation("multiple", form, first, second) if alone else None
    kind = _binary_kind(form, first, second)
    smaller = kind == "scaled" and len(_index_symbols(first)) < len(_index_symbols(second))
    pair = (second, first) if smaller else (first, second)
    return ArrayOperation(kind, form, *pair) if kind else None


def _is_simple_index(e: Expr) -> bool:
    return bool(e.is_Symbol or e.is_Integer)


def _occurs_twice(e: Expr, access: Indexed) -> bool:
    return bool(e.is_Symbol) and access.indices.count(e) > 1


def _index_symbols(access: Indexed) -> set[Expr]:
    return {e for e in access.indices if e.is_Symbol}


def _unary_kind(form: ProductForm, access: Indexed) -> Kind | None:
    if form.bound:
        return "sum" if _index_symbols(access) == {*form.bound, *form.free} else None
    if _index_symbols(access) == set(form.free):
        return "copy" if letters(access) == tuple(form.free) else None
    return "spread" if _index_symbols(access) else None


def _binary_kind(form: ProductForm, first: Indexed, second: Indexed) -> Kind | None:
    mine, theirs, free = _index_symbols(first), _index_symbols(second), set(form.free)
    if not (is_whole(first) and is_whole(second)) or not mine | theirs >= free:
        return None
    if not form.bound:
        if mine == theirs:
            return "entry-wise product"
        if mine < theirs or theirs < mine:
            return "scaled"
        return None if mine & theirs else "outer product"
    shared = mine & theirs
    if mine == theirs:
        return "sum of products"
    single = len(form.bound) == 1 and shared == set(form.bound)
    # Two axes and two axes, or two and one: a matrix times a matrix or a vector.
    return "matrix product" if single and max(len(mine), len(theirs)) == 2 else None


def match_difference(equation: Equation) -> tuple[Expr, ArrayOperation] | None:
    """c (a - b) at the same place: the factor, and the two arrays."""
    # Of two entries only: a product of a dozen sums, multiplied out, would have thousands of terms.
    if len(equation.rhs.atoms(Indexed)) != 2:
        return None
    terms = Add.make_args(equation.rhs.expand())
    if len(terms) != 2:
        return None
    parts = [t.as_independent(Indexed, as_Add=False) for t in terms]
    if not all(isinstance(a, Indexed) for _, a in parts) or parts[0][0] != -parts[1][0]:
        return None
    # c a - c b: the addend without the sign first, so that it is a - b and not -(b - a).
    plus, minus = sorted(parts, key=lambda part: bool(part[0].could_extract_minus_sign()))
    first, second = cast("Indexed", plus[1]), cast("Indexed", minus[1])
    places = {first.indices, second.indices, equation.lhs.indices}
    if len(places) != 1 or not is_whole(equation.lhs):
        return None
    form = ProductForm(S.One, (first, second), dict(equation.ranges), {})
    return plus[0], ArrayOperation("difference", form, first, second)
