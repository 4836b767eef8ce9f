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


GATHERED = (8, 4)
"""The numbers of a vector that is put together from as many rows: one store instead of eight."""


def write_zeros(pointer: str, packing: Packing) -> str:
    """The whole copy set to 0; what is copied later leaves the halo as it is."""
    return f"for (int k = 0; k < {packing.total}; k++) {pointer}[k] = 0;"


def write_copy(  # noqa: PLR0913 - from where, to where, and in which words
    source: str,
    pointer: str,
    packing: Packing,
    samples: Sequence[str],
    namer: CNames,
    *,
    short: bool = False,
) -> Iterator[str]:
    """The loops of a copy, one a plane; `samples` are the indices of the axes that are left out.

    What is gathered from several rows is told by one entry where it is to be `short`.
    """
    strides = _plain_strides(packing.shape)
    *others, last = packing.order
    # What has one entry needs no loop.
    axes = [*(k for k in others if packing.shape[k] > 1), last]
    letters = {k: namer.claim(f"at{k}") for k in axes}
    symbols: Mapping[int, Symbol] = {k: Symbol(letters[k]) for k in axes}
    outside = [Symbol(name) for name in samples]
    names = {symbols[k]: letters[k] for k in axes} | {v: v.name for v in outside}
    s = packing.planes
    for plane in range(s):
        there = {symbols[k]: packing.strides[k] for k in axes}
        start = sum(packing.low[k] * packing.strides[k] for k in others) + plane * packing.row
        here = {symbols[k]: strides[k] for k in axes} | {symbols[last]: strides[last] * s}
        here |= dict(zip(outside, strides, strict=False))
        low = packing.low[last]
        begin = (plane - low) * strides[last]
        if s == 1:
            # Counted from the first entry, not from the first place.
            start, begin = start + low, 0
            heads, firsts = _open_blocks(packing, axes, letters, namer)
            names |= {v: v.name for v in firsts}
            there |= firsts
        else:
            first, end = -(-(low - plane) // s), -(-(packing.shape[last] + low - plane) // s)
            heads = [_loop(letters[k], 0, packing.shape[k]) for k in axes[:-1]]
            heads.append(_loop(letters[last], max(0, first), end))
        left = f"{pointer}[{write_offset(there, start, names)}]"
        right, lanes = f"{source}[{write_offset(here, begin, names)}]", count_gathered(packing)
        if lanes > 1:
            left, apart = f"*(u{lanes} *)&{left}", strides[last]
            rows = (write_offset(here, begin + k * apart, names) for k in range(lanes))
            whole = f"(v{lanes}){{{', '.join(f'{source}[{row}]' for row in rows)}}}"
            right = f"GATHER{lanes}({right}, {apart})" if short else whole
        yield f"{' '.join(heads)} {left} = {right};"


def count_gathered(packing: Packing) -> int:
    """How many numbers of different rows are written at once where axes are turned."""
    last = packing.order[-1]
    if packing.planes > 1 or last == max(packing.order):
        return 1
    extents = (packing.shape[last], packing.panel)
    return next((n for n in GATHERED if not any(e % n for e in extents)), 1)


def _open_blocks(
    packing: Packing, order: Sequence[int], letters: Mapping[int, str], namer: CNames
) -> tuple[list[str], dict[Symbol, int]]:
    """The loops of a copy in one plane, and how far a block of panels is from the next.

    Where the axes are in another order, what is read stays in order, in blocks of the axis that is
    contiguous there, so that what is written stays in the cache.
    """
    axes, blocks = list(order), dict[int, int]()
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
        heads.append(_loop(name, 0, n, blocks[k]))
    for k in inside:
        letter, n = letters[k], packing.shape[k]
        step = count_gathered(packing) if k == last else 1
        if k not in blocks:
            heads.append(_loop(letter, 0, n, step))
            continue
        limit = f"{letter} < {firsts[k]} + {blocks[k]}"
        limit += f" && {letter} < {n}" if n % blocks[k] else ""
        count = f"{letter}++" if step == 1 else f"{letter} += {step}"
        heads.append(f"for (int {letter} = {firsts[k]}; {limit}; {count})")
    panels = {Symbol(firsts[last]): packing.rows - 1} if packing.panel and last in firsts else {}
    return heads, panels


def _loop(letter: str, first: int, end: int, step: int = 1) -> str:
    count = f"{letter}++" if step == 1 else f"{letter} += {step}"
    return f"for (int {letter} = {first}; {letter} < {end}; {count})"


def _plain_strides(shape: tuple[int, ...]) -> list[int]:
    found, run = [0] * len(shape), 1
    for k in range(len(shape) - 1, -1, -1):
        found[k] = run
        run *= shape[k]
    return found
