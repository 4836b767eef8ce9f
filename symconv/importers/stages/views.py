"""What moves entries and computes nothing: reshapes, transposes, slices, concatenations."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from symconv.importers.graph.records import Operation, Shape
from symconv.importers.graph.refusals import NotImportedError

from .writer import StageWriter, Written

Block = tuple[list[int], list[int]]
"""Axes of the old shape and axes of the new one that hold the same entries."""


def write_alias(writer: StageWriter, operation: Operation) -> Written:
    """The value itself, under another name."""
    return writer.value(operation.inputs[0])


def write_reshape(writer: StageWriter, operation: Operation) -> Written:
    """`flatten`, or equations that join axes and split them, row by row."""
    x, shape = writer.value(operation.inputs[0]), tuple(operation.options["shape"])
    if shape == x.shape:
        return x
    if len(shape) == 2 < len(x.shape) and shape[0] == x.shape[0] and x.batch:
        return writer.apply("flatten", x, shape, space=0)
    blocks = pair_axes(x.shape, shape)
    if any(len(old) > 1 and len(new) > 1 for old, new in blocks):
        joined = tuple(prod(x.shape[a] for a in old) for old, _ in blocks)
        x = _regroup(writer, x, joined, pair_axes(x.shape, joined))
        blocks = pair_axes(joined, shape)
    return _regroup(writer, x, shape, blocks)


def pair_axes(old: Shape, new: Shape) -> list[Block]:
    """The smallest groups of neighbouring axes of both shapes that hold the same entries."""
    if prod(old) != prod(new):
        raise NotImportedError(f"a reshape of {old} to {new}")
    blocks, a, b = list[Block](), 0, 0
    while a < len(old) or b < len(new):
        first, second = a, b
        a, b = min(a + 1, len(old)), min(b + 1, len(new))
        while prod(old[first:a]) != prod(new[second:b]):
            if prod(old[first:a]) < prod(new[second:b]):
                a += 1
            else:
                b += 1
        blocks.append((list(range(first, a)), list(range(second, b))))
    return blocks


def _regroup(writer: StageWriter, x: Written, shape: Shape, blocks: Sequence[Block]) -> Written:
    """One equation where each group of axes is joined, split or kept."""
    letters = iter(writer.letters(len(x.shape) + len(shape)))
    left, read, ranges = [""] * len(shape), ["0"] * len(x.shape), dict[str, int]()
    for old, new in blocks:
        joining = len(old) >= len(new)
        many, sizes = (old, x.shape) if joining else (new, shape)
        parts = [(next(letters), sizes[a]) for a in many]
        # Axes of length 1 are read at 0; one that is left alone needs its index.
        moving = [p for p in parts if p[1] > 1] or parts[:1] * bool(old and new)
        place = _number_row_major(moving)
        if joining:
            for axis, part in zip(many, parts, strict=True):
                read[axis] = part[0] if part in moving else "0"
            for axis in new:
                left[axis] = place
        else:
            ranges |= dict(parts)
            for axis, (letter, _) in zip(many, parts, strict=True):
                left[axis] = letter
            for axis in old:
                read[axis] = place
    right = f"{writer.name_of(x)}[{','.join(read)}]"
    return writer.equate(right, left, shape, ranges, letter="v")


def _number_row_major(parts: Sequence[tuple[str, int]]) -> str:
    """`12*c + 4*i + j`, the place of an entry in the joined axis."""
    steps = [prod(n for _, n in parts[k + 1 :]) for k in range(len(parts))]
    terms = [v if s == 1 else f"{s}*{v}" for (v, _), s in zip(parts, steps, strict=True)]
    return "+".join(terms)


def write_expand(writer: StageWriter, operation: Operation) -> Written:
    """Axes of length 1 repeated: an entry is read at 0 there."""
    x, shape = writer.value(operation.inputs[0]), tuple(operation.options["shape"])
    if shape == x.shape:
        return x
    places = writer.letters(len(shape))
    ranges = dict(zip(places, shape, strict=True))
    return writer.equate(writer.entry(operation.inputs[0], places, shape), places, shape, ranges)


def write_permute(writer: StageWriter, operation: Operation) -> Written:
    """The axes in another order."""
    x, order = writer.value(operation.inputs[0]), operation.options["order"]
    if tuple(order) == tuple(range(len(order))):
        return x
    places = writer.letters(len(x.shape))
    right = writer.entry(operation.inputs[0], places)
    shape = tuple(x.shape[a] for a in order)
    return writer.equate(right, [places[a] for a in order], shape, letter="v")


def write_slice(writer: StageWriter, operation: Operation) -> Written:
    """Some of the places along an axis: `size` of them from `start` on, `step` apart."""
    x, option = writer.value(operation.inputs[0]), operation.options
    axis, start, step, size = (option[k] for k in ("axis", "start", "step", "size"))
    if (start, step, size) == (0, 1, x.shape[axis]) and not option.get("drop"):
        return x
    places = writer.letters(len(x.shape))
    moved = places[axis] if step == 1 else f"{step}*{places[axis]}"
    read = list(places)
    read[axis] = f"{moved}+{start}" if start else moved
    if option.get("drop"):
        read[axis] = str(start)
        left = [p for a, p in enumerate(places) if a != axis]
        shape = tuple(n for a, n in enumerate(x.shape) if a != axis)
        return writer.equate(f"{writer.name_of(x)}[{','.join(read)}]", left, shape, letter="v")
    shape = tuple(size if a == axis else n for a, n in enumerate(x.shape))
    right = f"{writer.name_of(x)}[{','.join(read)}]"
    return writer.equate(right, places, shape, {places[axis]: size}, letter="v")


def write_concat(writer: StageWriter, operation: Operation) -> Written:
    """`concat` of channels one after the other, or an equation along another axis."""
    axis, made = operation.options["axis"], writer.value(operation.inputs[0])
    for name in operation.inputs[1:]:
        other = writer.value(name)
        size = made.shape[axis] + other.shape[axis]
        shape = tuple(size if a == axis else n for a, n in enumerate(made.shape))
        if axis == 1 and made.has_channels:
            made = writer.apply(f"concat {other.marked}", made, shape, space=made.space)
            continue
        places = writer.letters(len(shape))
        there = [f"{p}-{made.shape[axis]}" if a == axis else p for a, p in enumerate(places)]
        first = f"{writer.name_of(made)}[{','.join(places)}]"
        second = f"{writer.name_of(other)}[{','.join(there)}]"
        made = writer.equate(f"{first} + {second}", places, shape, {places[axis]: size})
    return made
