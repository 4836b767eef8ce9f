"""The copy of an operand: between the zeros of its halo, dealt out to planes, in its order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sympy import Symbol

from symconv.codegen.c.model.names import CNames

from .addresses import write_offset
from .packing import Packing

BLOCK = 16
"""How many entries are read side by side where axes are turned: a line of the cache, so that the
rows that are written meanwhile are few enough to stay in it."""


def write_zeros(pointer: str, packing: Packing) -> str:
    """The whole copy set to 0; what is copied later leaves the halo as it is."""
    return f"for (int k = 0; k < {packing.total}; k++) {pointer}[k] = 0;"


def write_copy(
    source: str, pointer: str, packing: Packing, samples: Sequence[str], namer: CNames
) -> Iterator[str]:
    """The loops of a copy, one a plane; `samples` are the indices of the axes that are left out."""
    axes, strides = list(packing.order), _plain_strides(packing.shape)
    letters = {k: namer.claim(f"at{k}") for k in axes}
    symbols: Mapping[int, Symbol] = {k: Symbol(letters[k]) for k in axes}
    outside = [Symbol(name) for name in samples]
    names = {symbols[k]: letters[k] for k in axes} | {v: v.name for v in outside}
    last, s = axes[-1], packing.planes
    for plane in range(s):
        there = {symbols[k]: packing.strides[k] for k in axes}
        start = sum(packing.low[k] * packing.strides[k] for k in axes[:-1]) + plane * packing.row
        here = {symbols[k]: strides[k] for k in axes} | {symbols[last]: strides[last] * s}
        here |= dict(zip(outside, strides, strict=False))
        low = packing.low[last]
        begin = (plane - low) * strides[last]
        if s == 1:
            # Counted from the first entry, not from the first place.
            start, begin = start + low, 0
            heads, firsts = _open_blocks(packing, letters, namer)
            names |= {v: v.name for v in firsts}
            there |= firsts
        else:
            first, end = -(-(low - plane) // s), -(-(packing.shape[last] + low - plane) // s)
            heads = [_loop(letters[k], 0, packing.shape[k]) for k in axes[:-1]]
            heads.append(_loop(letters[last], max(0, first), end))
        left = f"{pointer}[{write_offset(there, start, names)}]"
        right = f"{source}[{write_offset(here, begin, names)}]"
        yield f"{' '.join(heads)} {left} = {right};"


def _open_blocks(
    packing: Packing, letters: Mapping[int, str], namer: CNames
) -> tuple[list[str], dict[Symbol, int]]:
    """The loops of a copy in one plane, and how far a block of panels is from the next.

    Where the axes are in another order, what is read stays in order, in blocks of the axis that is
    contiguous there, so that what is written stays in the cache.
    """
    axes, blocks = list(packing.order), dict[int, int]()
    last, contiguous = axes[-1], max(axes)
    if packing.panel:
        blocks[last] = packing.panel
    if last != contiguous:
        axes.remove(contiguous)
        axes.append(contiguous)
        blocks[contiguous] = BLOCK
    blocks = {k: n for k, n in blocks.items() if n < packing.shape[k]}
    firsts = {k: namer.claim(f"{letters[k]}_first") for k in blocks}
    inside = [k for k in axes if k in {last, contiguous}]
    heads = [_loop(letters[k], 0, packing.shape[k]) for k in axes if k not in inside]
    for k, name in firsts.items():
        n = packing.shape[k]
        heads.append(f"for (int {name} = 0; {name} < {n}; {name} += {blocks[k]})")
    for k in inside:
        letter, n = letters[k], packing.shape[k]
        if k not in blocks:
            heads.append(_loop(letter, 0, n))
            continue
        limit = f"{letter} < {firsts[k]} + {blocks[k]}"
        limit += f" && {letter} < {n}" if n % blocks[k] else ""
        heads.append(f"for (int {letter} = {firsts[k]}; {limit}; {letter}++)")
    panels = {Symbol(firsts[last]): packing.rows - 1} if packing.panel and last in firsts else {}
    return heads, panels


def _loop(letter: str, first: int, end: int) -> str:
    return f"for (int {letter} = {first}; {letter} < {end}; {letter}++)"


def _plain_strides(shape: tuple[int, ...]) -> list[int]:
    found, run = [0] * len(shape), 1
    for k in range(len(shape) - 1, -1, -1):
        found[k] = run
        run *= shape[k]
    return found
