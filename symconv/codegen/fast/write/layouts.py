"""In which order the axes of an array lie in memory, and the view from one order to another.

Letters: n batch, f filters, (a, b) phases that share a maximum, (h, w) their places. Letters that
share an axis follow each other in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from sympy import Expr

from symconv.codegen.fast.forms.contraction import Contraction

Layout = tuple[str, ...]

MAPS: Layout = ("n", "f", "h", "w")
PLANES: Layout = ("a", "b", "n", "f", "h", "w")

MATRICES: Mapping[str, Layout] = {
    "matrix": ("bafhw", "n"),
    "gathered": ("f", "abnhw"),
    "batch_last": ("h", "baf", "wn"),
}
"""What the products of a form write and read; the other forms have planes."""

RUNS: Mapping[str, Layout] = {
    "matrix": ("b", "a", "fhwn"),
    "gathered": ("b", "a", "f", "nhw"),
    "batch_last": ("b", "a", "h", "f", "wn"),
}
"""The same with long runs of memory at the end, the phases first: a maximum compares these."""


def layout_of(form: str, phases: tuple[int, int]) -> Layout:
    """What a form writes; planes stay planes where there is one phase."""
    found = MATRICES.get(form, PLANES)
    return found if phases != (1, 1) or found == PLANES else without_phases(found)


def without_phases(layout: Layout) -> Layout:
    """The axes of one phase."""
    plain = (axis.replace("a", "").replace("b", "") for axis in layout)
    return tuple(axis for axis in plain if axis)


def lengths(made: Contraction, phases: tuple[int, int]) -> dict[str, Expr | int]:
    """How long every axis is."""
    (a, b), (rows, columns) = phases, (axis.places for axis in made.axes)
    f, n = made.filters, made.batch
    return {"n": n, "f": f, "a": a, "b": b, "h": rows // a, "w": columns // b}


def steps(given: Layout, wanted: Layout, sizes: Mapping[str, Expr | int]) -> tuple[str, ...]:
    """What turns an array of one layout into another: views, in the order of their calls."""
    if given == wanted:
        return ()
    if wanted == PLANES and given == MAPS:
        return ("[None, None]",)
    blocks = tuple(block for axis in given for block in _blocks(axis, wanted))
    turned = tuple(sorted(blocks, key="".join(wanted).index))
    if turned == blocks:
        return (_reshape(wanted, sizes),)
    order = ", ".join(str(blocks.index(block)) for block in turned)
    found = [_reshape(blocks, sizes)] if blocks != given else []
    found.append(f".transpose({order})")
    found += [_reshape(wanted, sizes)] if turned != wanted else []
    return tuple(found)


def _blocks(axis: str, wanted: Layout) -> list[str]:
    """The longest pieces of an axis that are pieces of a wanted one."""
    pieces = [axis[0]]
    for letter in axis[1:]:
        if any(pieces[-1] + letter in other for other in wanted):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _reshape(layout: Layout, sizes: Mapping[str, Expr | int]) -> str:
    return f".reshape({', '.join(_size(axis, sizes) for axis in layout)})"


def _size(axis: str, sizes: Mapping[str, Expr | int]) -> str:
    """The length of an axis; the one with a batch of any size takes what is left."""
    found = [sizes[letter] for letter in axis]
    known = [int(n) for n in found if isinstance(n, int) or n.is_Integer]
    return str(prod(known)) if len(known) == len(found) else "-1"
