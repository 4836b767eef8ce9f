"""The functions of an equation that is computed from tiles: one for every step, one around them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from symconv.codegen.c.model.names import CNames
from symconv.codegen.c.nests.planner import ROUND
from symconv.codegen.c.nests.write_nest import NestWriter
from symconv.codegen.fast.algorithms.winograd_matrices import RationalMatrix

from .function_text import FunctionText, declare_input, declare_output
from .tile_plan import WinogradPlan, describe_tiles
from .write_block import (
    BlockShape,
    shape_image,
    shape_places,
    write_inward_copy,
    write_kernel_copy,
    write_outward_copy,
)
from .write_transform import transpose_matrix, write_transform

LOCALS = frozenset({
    "a", "array", "b", "begin", "bias", "block", "c", "copy", "end", "f", "from", "half", "i", "j",
    "k", "kernel", "m", "n", "q", "r", "row", "sample", "some", "source", "t", "target", "to",
    "top",
})  # fmt: skip
"""The names of parameters and counters in the functions of the steps."""

BLOCK = ("int sample", "int row")
"""Where a block begins: its first sample and its first row of places."""


@dataclass
class WinogradWriter:
    """Writes an equation that is computed from tiles.

    `names` are the identifiers of the arrays; `words` collects the names of locals.
    """

    plan: WinogradPlan
    names: Mapping[str, str]
    namer: CNames
    name: str
    functions: list[FunctionText] = field(default_factory=list)
    words: set[str] = field(default_factory=lambda: set(LOCALS))

    def write(self, parameters: str) -> list[str]:
        """The functions; the last one has the parameters of the equation, and does it all."""
        main = FunctionText(self.name, (parameters,))
        main.line(f"/* {describe_tiles(self.plan)} */")
        end = 0
        for word, size in self.plan.sizes.items():
            main.line(f"real *{word} = scratch + {end};")
            end += size + -size % ROUND
            self.words.add(word)
        if self.plan.product.sums_places:
            self._write_kernel(main)
        else:
            self._write_places(main)
        return [line for f in (*self.functions, main) for line in (*f.lines, "")][:-1]

    def _begin(self, word: str, *parameters: str) -> FunctionText:
        """The function of a step."""
        name = self.namer.claim(f"{self.name}_{word}")
        self.functions.append(FunctionText(name, parameters))
        return self.functions[-1]

    def _write_places(self, main: FunctionText) -> None:
        """Places: the kernel is transformed once, then images are block by block."""
        plan, product = self.plan, self.plan.product
        image, places = shape_image(plan), shape_places(plan)
        rows, columns = plan.rows.transforms, plan.columns.transforms
        kernel, target = (f"{self.names[a.key]}_" for a in (product.kernel, product.places))
        main.line(f"{self._copy_kernel(inward=True)}({kernel}, kernel);")
        main.line(
            f"{self._transform_kernel(rows.kernel, columns.kernel, back=False)}(kernel, taps);"
        )
        with self._loop_blocks(main):
            main.line(self._read_block("image", image, "image"))
            forward = self._transform_block("image", image, rows.image, columns.image, back=False)
            main.line(f"{forward}(image, tiles);")
            main.line(f"{self._multiply(('tiles', 'taps', 'products'))}(tiles, taps, products);")
            back = self._transform_block("places", places, rows.places, columns.places, back=True)
            main.line(f"{back}(products, image);")
            bias = product.nest.bias
            given = f"{self.names[bias.key]}_, " if bias else ""
            added = [declare_input("bias")] if bias else []
            f = self._begin(
                "places_store", declare_input("block"), *added, *BLOCK, declare_output("array")
            )
            write_outward_copy(f, places)
            main.line(f"{f.name}(image, {given}sample, row, {target});")

    def _write_kernel(self, main: FunctionText) -> None:
        """A kernel: the products of all blocks are added up, and transformed once."""
        plan, product = self.plan, self.plan.product
        image, places = shape_image(plan), shape_places(plan)
        rows, columns = plan.rows.transforms, plan.columns.transforms
        main.line(f"for (int k = 0; k < {plan.sizes['taps']}; k++) taps[k] = 0;")
        with self._loop_blocks(main):
            main.line(self._read_block("image", image, "image"))
            forward = self._transform_block("image", image, rows.image, columns.image, back=False)
            main.line(f"{forward}(image, tiles);")
            main.line(self._read_block("places", places, "image"))
            spread = [transpose_matrix(m.places) for m in (rows, columns)]
            forward = self._transform_block("places", places, spread[0], spread[1], back=False)
            main.line(f"{forward}(image, products);")
            main.line(f"{self._multiply(('tiles', 'deltas', 'taps'))}(tiles, products, taps);")
        gather = [transpose_matrix(m.kernel) for m in (rows, columns)]
        main.line(f"{self._transform_kernel(gather[0], gather[1], back=True)}(taps, kernel);")
        target = f"{self.names[product.kernel.key]}_"
        main.line(f"{self._copy_kernel(inward=False)}(kernel, {target});")

    def _loop_blocks(self, main: FunctionText) -> AbstractContextManager[None]:
        plan = self.plan
        high = plan.rows.step * plan.high
        ends = plan.rows.indices.count
        head = f"for (int sample = 0; sample < {plan.product.samples}; sample += {plan.samples})"
        return main.block(f"{head} for (int row = 0; row < {ends}; row += {high})")

    def _read_block(self, word: str, shape: BlockShape, target: str) -> str:
        """The function that copies a block, and its call."""
        f = self._begin(f"{word}_block", declare_input("array"), *BLOCK, declare_output("block"))
        write_inward_copy(f, shape)
        return f"{f.name}({self.names[shape.access.key]}_, sample, row, {target});"

    def _copy_kernel(self, *, inward: bool) -> str:
        given = (declare_input("kernel"), declare_output("copy"))
        if not inward:
            given = (declare_input("copy"), declare_output("kernel"))
        f = self._begin("kernel", *given)
        write_kernel_copy(f, self.plan, inward=inward)
        return f.name

    def _transform_kernel(
        self, rows: RationalMatrix, columns: RationalMatrix, *, back: bool
    ) -> str:
        """The function that transforms all taps, or takes them back."""
        plan = self.plan
        f = self._begin("taps", declare_input("source"), declare_output("target"))
        taps = plan.rows.indices.taps, plan.columns.indices.taps
        apart = plan.channels * plan.filters
        few = (taps[1] * plan.filters, plan.filters)
        many = (plan.columns.points * apart, apart)
        with f.loop("n", plan.channels):
            begins = plan.filters * taps[0] * taps[1], plan.filters
            one, other = begins[::-1] if back else begins
            f.line(f"const real *from = source + {one} * n;")
            f.line(f"real *to = target + {other} * n;")
            with f.loop("c", plan.filters, plan.lanes):
                write_transform(
                    f, rows, columns, plan.lanes, *((many, few) if back else (few, many))
                )
        return f.name

    def _transform_block(
        self,
        word: str,
        shape: BlockShape,
        rows: RationalMatrix,
        columns: RationalMatrix,
        *,
        back: bool,
    ) -> str:
        """The function that transforms the tiles of a block, or takes them back."""
        plan = self.plan
        f = self._begin(f"{word}_tiles", declare_input("source"), declare_output("target"))
        width = shape.width
        (d, e), (s, z) = self._dilations, (plan.rows.step, plan.columns.step)
        f.line("int t = 0;")
        with (
            f.loop("n", plan.samples),
            f.loop("i", plan.high),
            f.loop("r", d),
            f.loop("j", plan.columns.steps),
            f.loop("q", e),
        ):
            place = f"{width} * ({shape.wide} * ({shape.high} * n + {s} * i + r) + {z} * j + q)"
            tile = f"{width} * t"
            one, other = (tile, place) if back else (place, tile)
            f.line(f"const real *from = source + {one};")
            f.line(f"real *to = target + {other};")
            block = (d * shape.wide * width, e * width)
            pitch = plan.pitch(width) * width
            tiles = (plan.columns.points * pitch, pitch)
            with f.loop("c", width, plan.lanes):
                write_transform(
                    f, rows, columns, plan.lanes, *((tiles, block) if back else (block, tiles))
                )
            f.line("t++;")
        return f.name

    @property
    def _dilations(self) -> tuple[int, int]:
        return self.plan.rows.indices.dilation, self.plan.columns.indices.dilation

    def _multiply(self, arrays: tuple[str, str, str]) -> str:
        """The function of the products, which is planned as any nest is."""
        *read, made = arrays
        f = self._begin(
            "products", *(declare_input(f"{a}_") for a in read), declare_output(f"{made}_")
        )
        assert self.plan.sums
        namer = self.namer.branch()
        writer = NestWriter(self.plan.sums, {a: a for a in arrays}, namer)
        f.body += writer.write()
        self.words |= {*namer.claimed, *writer.words, *(f"{a}_" for a in arrays)}
        return f.name
