"""The copy of an operand: between the zeros of its halo, dealt out to planes, in its order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sympy import Symbol

from symconv.codegen.c.model.names import CNames

from .addresses import write_offset
from .packing import Packing


def write_zeros(pointer: str, packing: Packing) -> str:
    """The whole copy set to 0; what is copied later leaves the halo as it is."""
    return f"for (int k = 0; k < {packing.total}; k++) {pointer}[k] = 0;"


def write_copy(
    source: str, pointer: str, packing: Packing, samples: Sequence[str], namer: CNames
) -> Iterator[str]:
    """The loops of a copy, one a plane; `samples` are the indices of the axes that are left out."""
    axes = list(packing.order)
    letters = {k: namer.claim(f"at{k}") for k in axes}
    strides = _plain_strides(packing.shape)
    last, s = axes[-1], packing.planes
    symbols: Mapping[int, Symbol] = {k: Symbol(letters[k]) for k in axes}
    outside = [Symbol(name) for name in samples]
    names = {symbols[k]: letters[k] for k in axes} | {v: v.name for v in outside}
    for plane in range(s):
        heads = [_loop(letters[k], 0, packing.shape[k]) for k in axes[:-1]]
        low = packing.low[last]
        first, end = -(-(low - plane) // s), -(-(packing.shape[last] + low - plane) // s)
        heads.append(_loop(letters[last], max(0, first), end))
        there = {symbols[k]: packing.strides[k] for k in axes}
        start = sum(packing.low[k] * packing.strides[k] for k in axes[:-1]) + plane * packing.row
        here = {symbols[k]: strides[k] for k in axes} | {symbols[last]: strides[last] * s}
        begin = (plane - low) * strides[last]
        if s == 1:
            # Counted from the first entry, not from the first place.
            heads[-1] = _loop(letters[last], 0, packing.shape[last])
            start, begin = start + low, 0
        here |= dict(zip(outside, strides, strict=False))
        left = f"{pointer}[{write_offset(there, start, names)}]"
        right = f"{source}[{write_offset(here, begin, names)}]"
        yield f"{' '.join(heads)} {left} = {right};"


def _loop(letter: str, first: int, end: int) -> str:
    return f"for (int {letter} = {first}; {letter} < {end}; {letter}++)"


def _plain_strides(shape: tuple[int, ...]) -> list[int]:
    found, run = [0] * len(shape), 1
    for k in range(len(shape) - 1, -1, -1):
        found[k] = run
        run *= shape[k]
    return found
