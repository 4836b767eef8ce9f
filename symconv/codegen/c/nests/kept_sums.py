"""Sums that are kept from block to block: which plans may do so, and how the sums lie.

What is summed is then met in blocks that stay in the first cache, a sample at a time. Along a sum,
each entry keeps a vector, whose lanes are added at the end; along an entry of the target, vectors
of sums lie side by side, rows filled up to whole tiles.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod

from .addresses import plain_packing
from .nest import Nest
from .packing import Packing
from .register_tile import RegisterTile
from .vector_axis import VectorAxis, find_phases

SMALL = 4
"""How many times as large as the target the largest operand is, where sums may be kept: a target
as large as an image would leave the cache between two blocks."""


def can_keep_sums(nest: Nest, axis: VectorAxis, tile: RegisterTile) -> bool:
    """Whether no entry is met twice, and the sums are few.

    A tile that is moved back to end where its index ends computes entries again, which is wrong
    where something is added to them; what is copied anyhow is filled up with zeros instead.
    """
    if axis.dot or not axis.alone:
        return axis.dot
    if any(nest.outer[u] % t for u, t in tile.sizes):
        return False
    if axis.extent % tile.run and not axis.fills_rows(nest):
        return False
    largest = max(prod(a.shape) for a in nest.operands)
    return SMALL * prod(nest.target.shape) <= largest and not find_phases(nest)


def lay_sums_out(nest: Nest, axis: VectorAxis, tile: RegisterTile) -> Packing:
    """The layout of the sums of entries, the vector axis last, in rows of whole tiles."""
    plain = plain_packing(nest.target.shape)
    last = next(k for k, f in enumerate(nest.target.forms) if axis.index in dict(f.terms))
    order = (*(k for k in plain.order if k != last), last)
    return replace(plain, order=order, pitch=tile.run)
