"""The views from one order of axes in memory to another (see `algorithms/layout.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from sympy import Expr

from symconv.codegen.fast.algorithms.contraction import Contraction
from symconv.codegen.fast.algorithms.layout import MAPS, PLANES, Layout
from symconv.codegen.fast.algorithms.sizes import Pair


def axis_lengths(contraction: Contraction, phases: Pair) -> dict[str, Expr | int]:
    """How long the axis of every letter is; n may be a symbol."""
    (a, b), (rows, columns) = phases, (axis.places for axis in contraction.axes)
    f, n = contraction.filters, contraction.batch
    return {"n": n, "f": f, "a": a, "b": b, "h": rows // a, "w": columns // b}


def relayout(given: Layout, wanted: Layout, sizes: Mapping[str, Expr | int]) -> tuple[str, ...]:
    """What turns an array of one layout into another: views, in the order of their calls.

    `sizes` are the lengths of the letters. From ("f", "nhw") to ("n", "f", "h", "w") they are a
    reshape that cuts axes and a transpose; a reshape that joins axes may follow.
    """
    if given == wanted:
        return ()
    if wanted == PLANES and given == MAPS:
        return ("[None, None]",)
    # Pieces that stay together are cut nowhere: fewer and longer axes are copied faster.
    blocks = tuple(block for axis in given for block in _split_axis(axis, wanted))
    ordered = tuple(sorted(blocks, key="".join(wanted).index))
    if ordered == blocks:
        return (_write_reshape(wanted, sizes),)
    order = ", ".join(str(blocks.index(block)) for block in ordered)
    found = [_write_reshape(blocks, sizes)] if blocks != given else []
    found.append(f".transpose({order})")
    found += [_write_reshape(wanted, sizes)] if ordered != wanted else []
    return tuple(found)


def _split_axis(axis: str, wanted: Layout) -> list[str]:
    """The longest pieces of an axis that are pieces of a wanted one: "wn" is whole in "hwn"."""
    pieces = [axis[0]]
    for letter in axis[1:]:
        if any(pieces[-1] + letter in other for other in wanted):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _write_reshape(layout: Layout, sizes: Mapping[str, Expr | int]) -> str:
    return f".reshape({', '.join(_write_length(axis, sizes) for axis in layout)})"


def _write_length(axis: str, sizes: Mapping[str, Expr | int]) -> str:
    """The length of an axis; the one with a batch of any size takes what is left."""
    found = [sizes[letter] for letter in axis]
    known = [int(n) for n in found if isinstance(n, int) or n.is_Integer]
    return str(prod(known)) if len(known) == len(found) else "-1"
