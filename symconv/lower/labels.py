"""Class numbers as places: sums over [k = label] read or write the entry of the label alone.

sum_k [k = t] f(k) = f(t), and the sum over every t of [k = t] f(t) adds each f(t) up at k = t. Both
hold for labels that are one of the values of k.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sympy import Expr, S, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import Equals
from symconv.core.tensor import key_of

from .builder import ProgramBuilder
from .einsum_terms import EinsumTerm
from .gather import read_access
from .ir import WHOLE, AddByLabel, IntegerIndex, NewAxis, TakeAlong, TakeByLabel
from .named_array import NamedArray, index_array, scale_array, transpose_axes
from .products import contract_factors

Lower = Callable[[ProgramBuilder, Sequence[Expr]], tuple[NamedArray, ...]]


@dataclass(frozen=True)
class LabelBracket:
    """A factor [index = label] of a term."""

    factor: Equals
    index: Symbol
    label: Indexed


def find_label_bracket(bench: ProgramBuilder, term: EinsumTerm) -> LabelBracket | None:
    """The first bracket [k = label] of an index and a label that is one of its values."""
    for factor in term.factors:
        if not isinstance(factor, Equals):
            continue
        k, label = factor.place, factor.label
        if isinstance(k, Symbol) and isinstance(label, Indexed) and _is_whole(bench, k, label):
            return LabelBracket(factor, k, label)
    return None


def _is_whole(bench: ProgramBuilder, k: Symbol, label: Indexed) -> bool:
    """Whether the label is given, and one of the values of the index, whatever it is."""
    if k not in bench.extents or k in label.free_symbols:
        return False
    count, *outside = bench.classes.get(key_of(label), (S.Zero,))
    given = bench.tensors[key_of(label)].role == "target"
    return given and not outside and bench.sizes.equal(count, bench.extents[k])


def take_labelled(
    bench: ProgramBuilder, term: EinsumTerm, bracket: LabelBracket, lower: Lower
) -> tuple[EinsumTerm, tuple[NamedArray, ...]] | None:
    """The term without the bracket and its index, and its factors read at the label.

    None where the index is not summed over, or stands in more than plain arrays.
    """
    k, label = bracket.index, read_access(bench, bracket.label)
    rest = tuple(f for f in term.factors if f is not bracket.factor)
    if k not in term.bound or term.places or any(isinstance(f, Equals) and f.has(k) for f in rest):
        return None
    factors = lower(bench, rest)
    taken = [_take(f, k, label) if k in f.axes else f for f in factors]
    if any(f is None for f in taken) or all(k not in f.axes for f in factors):
        return None
    left = replace(term, factors=rest, bound=tuple(v for v in term.bound if v != k))
    return left, tuple(f for f in taken if f is not None)


def _take(factor: NamedArray, k: Symbol, label: NamedArray) -> NamedArray | None:
    """A factor at the label; None where they share some of the label's indices, but not all."""
    axis = factor.axes.index(k)
    others = tuple(v for v in factor.axes if v != k)
    shared = set(others) & set(label.axes)
    if not shared:
        axes = (*factor.axes[:axis], *label.axes, *factor.axes[axis + 1 :])
        return NamedArray(TakeByLabel(factor.array, label.array, axis), axes)
    if shared != set(label.axes):
        return None
    ordered = transpose_axes(label, tuple(v for v in others if v in shared)).array
    places = index_array(ordered, tuple(WHOLE if v in shared else NewAxis() for v in factor.axes))
    items = tuple(IntegerIndex(S.Zero) if v == k else WHOLE for v in factor.axes)
    return NamedArray(index_array(TakeAlong(factor.array, places, axis), items), others)


def add_labelled(
    bench: ProgramBuilder, term: EinsumTerm, bracket: LabelBracket, lower: Lower
) -> NamedArray | None:
    """The sum over the labels of what each adds to the entry of its class.

    None where the class stands in another factor, or a label is not summed over.
    """
    k, label = bracket.index, read_access(bench, bracket.label)
    rest = tuple(f for f in term.factors if f is not bracket.factor)
    known = not term.places and k not in term.bound and set(label.axes) <= set(term.bound)
    if not known or not rest or not label.axes or any(f.has(k) for f in rest):
        return None
    factors = lower(bench, rest)
    met = {v for f in factors for v in f.axes}
    kept = tuple(v for v in bench.extents if v in met - set(term.bound))
    idle = set(term.bound) - met
    if idle or not set(label.axes) <= met:
        return None
    order = (*label.axes, *kept)
    parts = scale_array(contract_factors(bench, factors, order), term.coefficient)
    shape = tuple(bench.extents[v] for v in (k, *kept))
    made = AddByLabel(transpose_axes(parts, order).array, label.array, shape)
    return NamedArray(made, (k, *kept))
