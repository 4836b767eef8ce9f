"""Entries of arrays: where they stand, and under which conditions they are there at all."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.codegen.python.text import ADD, ATOM, PythonText
from symconv.core.tensor import key_of
from symconv.lower.affine import AffineForm, affine_form, denominator

from .writer import LoopWriter


@dataclass(frozen=True)
class EntryText:
    """The text of an entry, and the conditions without which it is absent."""

    text: str
    conditions: tuple[str, ...]


def write_entry(access: Indexed, writer: LoopWriter) -> EntryText:
    """`T[e, ...]`; places that have to be looked at get a name first.

    An index below 0 would count from the end in NumPy, so that every place that may lie outside of
    the array has a condition.
    """
    key = key_of(access)
    tensor, array = writer.tensors[key], writer.tensor(key)
    if tensor.role == "cost":
        return EntryText(array, ())
    places, conditions = list[str](), list[str]()
    for axis, (e, n) in enumerate(zip(access.indices, tensor.shape, strict=True)):
        letter = tensor.axes[axis] if axis < len(tensor.axes) else f"axis{axis}"
        place, needed = _write_index(expand(e), n, f"{writer.names.tensors[key]}_{letter}", writer)
        places.append(place)
        conditions += needed
    return EntryText(f"{array}[{', '.join(places)}]", tuple(conditions))


def may_be_out_of_bounds(access: Indexed, writer: LoopWriter) -> bool:
    """Whether an entry may be absent somewhere; nothing is written."""
    with writer.aside([]):
        return bool(set(write_entry(access, writer).conditions) - writer.true)


def in_bounds_conditions(place: Expr, extent: Expr, writer: LoopWriter) -> tuple[str, ...]:
    """The conditions of the bracket [place is an integer and 0 <= place < extent]."""
    return tuple(_write_index(expand(place), extent, "place", writer)[1])


def _write_index(e: Expr, extent: Expr, wanted: str, writer: LoopWriter) -> tuple[str, list[str]]:
    """The text of one index, and what has to hold for it."""
    # gap is s in (u + p - m)/s: a place whose division leaves a rest is no entry.
    form, gap = affine_form(e, writer.extents), denominator(e)
    low, high = _index_bounds(affine_form(expand(gap * e), writer.extents), writer)
    # What the sizes prove is not tested; what they leave open is.
    above = not writer.sizes.nonnegative(low)
    below = not writer.sizes.nonnegative(gap * extent - gap - high)
    if gap == 1 and not (above or below):
        return writer.size(form.expression).text, []
    conditions = []
    if gap == 1:
        text = _name_index(e, wanted, writer)
    else:
        text, rest = _write_divmod(e, gap, wanted, writer)
        conditions = [f"{rest} == 0"]
    if above and below:
        conditions.append(f"0 <= {text} < {writer.size(extent).within(ADD)}")
    elif above or below:
        end = writer.size(extent).within(ADD)
        conditions.append(f"{text} >= 0" if above else f"{text} < {end}")
    return text, conditions


def _name_index(e: Expr, wanted: str, writer: LoopWriter) -> str:
    """A name for a place, the one it has already if it has one."""
    if isinstance(e, Symbol):
        return writer.size(e).text
    if e not in writer.memory:
        writer.memory[e] = writer.named(wanted, writer.size(e)).text
    return writer.memory[e]


def _write_divmod(e: Expr, gap: Expr, wanted: str, writer: LoopWriter) -> tuple[str, str]:
    """Names for a quotient and for what it leaves over."""
    if e not in writer.memory:
        whole, rest = writer.fresh(wanted), writer.fresh("rest")
        above, below = writer.size(expand(gap * e)), writer.size(gap)
        writer.line(f"{whole}, {rest} = divmod({above.text}, {below.text})")
        writer.memory[e], writer.memory[e, "rest"] = whole, rest
    return writer.memory[e], writer.memory[e, "rest"]


def _index_bounds(form: AffineForm, writer: LoopWriter) -> tuple[Expr, Expr]:
    """The smallest and the largest value of an index expression, every index from 0 to its end."""
    low = high = form.constant
    for v, c in form.terms:
        end = c * (writer.extents[v] - 1)
        if writer.sizes.nonnegative(c):
            high += end
        else:
            low += end
    return expand(low), expand(high)


def atom_text(text: str) -> PythonText:
    """Text that binds as tightly as a name."""
    return PythonText(text, ATOM)
