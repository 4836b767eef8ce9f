"""Copies between arrays of the caller and blocks in which the channels are neighbours.

Where the columns of an array are neighbours, a square of channels and columns is turned in
registers; any other layout is copied number by number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from sympy import Symbol

from symconv.codegen.c.nests.accesses import ArrayAccess
from symconv.codegen.c.nests.addresses import plain_packing, write_place

from .correlated_nest import list_strides
from .function_text import FunctionText
from .tile_plan import WinogradPlan


@dataclass(frozen=True)
class BlockShape:
    """A block (sample, row, column, channel) of an array (batch, channels, rows, columns).

    `extents` are those of the array along rows and columns, `padding` is how many places of the
    block come before its first row and its first column, `high` and `wide` are those of the block.
    """

    plan: WinogradPlan
    access: ArrayAccess
    channels: Symbol
    width: int
    extents: tuple[int, int]
    padding: tuple[int, int]
    high: int
    wide: int

    @property
    def strides(self) -> tuple[int, int, int, int]:
        """How far neighbours lie apart along the batch, the channels, rows and columns."""
        product = self.plan.product
        rows, columns = product.rows, product.columns
        letters = (product.batch, self.channels, rows.place, columns.place)
        n, c, i, j = list_strides(self.access, *letters)
        return n, c, i, j

    @property
    def count(self) -> int:
        """How many channels the array has."""
        return self.plan.product.nest.extents[self.channels]

    @property
    def inside(self) -> tuple[int, int]:
        """The first column that the block holds, and the one behind the last."""
        pad = self.padding[1]
        return max(0, -pad), max(0, min(self.extents[1], self.wide - pad))

    @property
    def turns(self) -> bool:
        """Whether squares are turned in registers."""
        first, end = self.inside
        return self.strides[3] == 1 and end - first >= self.plan.lanes


def shape_image(plan: WinogradPlan) -> BlockShape:
    """What the tiles of a block see of the image."""
    product = plan.product
    axes = [
        next(k for k, f in enumerate(product.image.forms) if axis.place in dict(f.terms))
        for axis in (product.rows, product.columns)
    ]
    return BlockShape(
        plan,
        product.image,
        product.channels,
        plan.channels,
        (product.image.shape[axes[0]], product.image.shape[axes[1]]),
        (product.rows.padding, product.columns.padding),
        plan.rows.reach(plan.high),
        plan.columns.reach(plan.columns.steps),
    )


def shape_places(plan: WinogradPlan) -> BlockShape:
    """The places of a block, what hangs over their ends among them."""
    product = plan.product
    return BlockShape(
        plan,
        product.places,
        product.filters,
        plan.filters,
        (product.rows.count, product.columns.count),
        (0, 0),
        plan.rows.step * plan.high,
        plan.columns.step * plan.columns.steps,
    )


def write_inward_copy(f: FunctionText, shape: BlockShape) -> None:
    """The body of a function of `array`, the first `sample` and `row` of a block, and `block`.

    What is absent in the array is 0 in the block.
    """
    n, c, i, j = shape.strides
    width, (first, end), pad = shape.width, shape.inside, shape.padding[1]
    line, tall = shape.wide * width, shape.extents[0]
    low, high = (first + pad) * width, (end + pad) * width
    f.line(f"const int top = row {_write_shift(-shape.padding[0])};")
    f.line("const int begin = top < 0 ? -top : 0;")
    f.line(f"const int end = top + {shape.high} > {tall} ? {tall} - top : {shape.high};")
    with f.loop("n", shape.plan.samples):
        f.line(f"real *to = block + {line * shape.high} * n;")
        f.line(f"const real *from = array + {n} * (sample + n);")
        with f.loop("i", shape.high):
            inside = f"i >= begin && i < end ? {low} : {line}"
            f.line(f"const int some = {inside};")
            f.line(f"for (int k = 0; k < some; k++) to[{line} * i + k] = 0;")
            if high < line:
                f.line(f"for (int k = {high}; k < {line}; k++) to[{line} * i + k] = 0;")
        if shape.turns:
            here, there = (
                f"from + {c} * c + {i} * (top + i) + j",
                f"to + {line} * i + {width} * (j {_write_shift(pad)}) + c",
            )
            with _open_squares(f, shape, "begin"):
                f.line(
                    f"turn_{shape.plan.lanes}({here}, {c}, {shape.count} - c, {there}, {width}, "
                    f"{shape.plan.lanes});"
                )
            return
        with _loop_rows(f, "begin"), f.loop("j", end, first=first), f.loop("c", width):
            value = f"from[{c} * c + {i} * (top + i) + {j} * j]"
            value = value if width == shape.count else f"c < {shape.count} ? {value} : 0"
            f.line(f"to[{line} * i + {width} * (j {_write_shift(pad)}) + c] = {value};")


def write_outward_copy(f: FunctionText, shape: BlockShape) -> None:
    """The body of a function of `block`, `bias`, the first `sample` and `row`, and `array`."""
    product = shape.plan.product
    n, c, i, j = shape.strides
    width, wide, tall = shape.width, shape.extents[1], shape.extents[0]
    line = shape.wide * width
    f.line(f"const int end = row + {shape.high} > {tall} ? {tall} - row : {shape.high};")
    with f.loop("n", shape.plan.samples):
        f.line(f"const real *from = block + {line * shape.high} * n;")
        f.line(f"real *to = array + {n} * (sample + n) + {i} * row;")
        if shape.turns:
            with _open_squares(f, shape, "0"):
                f.line(
                    f"turn_{shape.plan.lanes}(from + {line} * i + {width} * j + c, {width}, "
                    f"{shape.plan.lanes}, to + {c} * c + {i} * i + j, {c}, {shape.count} - c);"
                )
        else:
            with _loop_rows(f, "0"), f.loop("c", shape.count), f.loop("j", wide):
                f.line(f"to[{c} * c + {i} * i + {j} * j] = from[{line} * i + {width} * j + c];")
        if product.nest.bias:
            letters = {product.filters: "c", product.rows.place: "(row + i)"}
            letters[product.columns.place] = "j"
            if product.batch is not None:
                letters[product.batch] = "(sample + n)"
            access = product.nest.bias
            place = write_place("bias", access, plain_packing(access.shape), letters)
            with _loop_rows(f, "0"), f.loop("c", shape.count), f.loop("j", wide):
                f.line(f"to[{c} * c + {i} * i + {j} * j] += {place};")


@contextmanager
def _open_squares(f: FunctionText, shape: BlockShape, begin: str) -> Iterator[None]:
    """Loops over squares of as many channels c and columns j as a vector has lanes, and rows i.

    The last columns are moved back. Rows of one channel come one after the other: planes often lie
    pages apart, where they share their places in the first cache.
    """
    lanes, (first, last) = shape.plan.lanes, shape.inside
    squares = f.loop("k", last, lanes, first)
    with f.loop("c", shape.count, lanes), _loop_rows(f, begin), squares:
        f.line(f"const int j = k < {last - lanes} ? k : {last - lanes};")
        yield


def _loop_rows(f: FunctionText, begin: str) -> AbstractContextManager[None]:
    """The rows of the block that the array has."""
    return f.block(f"for (int i = {begin}; i < end; i++)")


def _write_shift(n: int) -> str:
    """`+ 1` or `- 1`."""
    return f"{'-' if n < 0 else '+'} {abs(n)}"


def write_kernel_copy(f: FunctionText, plan: WinogradPlan, *, inward: bool) -> None:
    """The body of a function of the kernel and its copy (channel, tap, filter), or back.

    Channel by channel, so that the part of the copy that is at work stays in the first cache.
    """
    product = plan.product
    rows, columns = product.rows, product.columns
    extents = product.nest.extents
    channels, filters = extents[product.channels], extents[product.filters]
    letters = (product.filters, product.channels, rows.tap, columns.tap)
    o, c, m, n = list_strides(product.kernel, *letters)
    if inward and (channels, filters) != (plan.channels, plan.filters):
        f.line(f"for (int k = 0; k < {plan.sizes['kernel']}; k++) copy[k] = 0;")
    taps = f.loop("m", rows.taps), f.loop("n", columns.taps)
    with f.loop("c", channels), f.loop("f", filters), taps[0], taps[1]:
        place = f"kernel[{o} * f + {c} * c + {m} * m + {n} * n]"
        at = _write_tap("m", rows.taps, flipped=rows.flipped)
        along = _write_tap("n", columns.taps, flipped=columns.flipped)
        tap = f"{columns.taps * plan.filters} * {at} + {plan.filters} * {along}"
        copy = f"copy[{rows.taps * columns.taps * plan.filters} * c + {tap} + f]"
        f.line(f"{copy} = {place};" if inward else f"{place} = {copy};")


def _write_tap(letter: str, taps: int, *, flipped: bool) -> str:
    return f"({taps - 1} - {letter})" if flipped else letter
