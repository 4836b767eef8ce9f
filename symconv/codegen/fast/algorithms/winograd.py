"""Winograd: tiles of 2 x 2 or 4 x 4 places from as few products as there are points."""

from __future__ import annotations

from fractions import Fraction

from symconv.codegen.python.layout import TAB, WIDTH

from .base import Algorithm, CorrelatedGradient, Definition, HelperCall, HelperCalls
from .contraction import Contraction
from .counts import RoleCounts
from .operation_count import Count, OperationCount, count_copies, count_products
from .sizes import ContractionSizes
from .winograd_matrices import RationalMatrix, make_transforms

TAPS = 3
"""The taps along an axis that tiles are made for: those of most layers; wider windows need more
points, and lose more digits."""

PASSES = 1.3
"""How often a transform writes every number of a tile, along its rows and then along its columns.
By the shapes of winograd.py.j2 that is 1.7 times for an image and 1.1 for places with tiles of 4,
1.5 and 0.75 with tiles of 2; one number stands for all four."""

SMALL = 24
"""How many numbers of a map a transform takes in the time of a product of matrices: it multiplies
matrices too small for the time of a product that `NANOSECONDS` has."""


def _apply(contraction: Contraction) -> bool:
    """Windows of 3 x 3 that move by one place."""
    return all((a.stride, a.dilation, a.taps) == (1, 1, TAPS) for a in contraction.axes)


class _Tiles:
    """Counts for tiles of size x size places: (size + taps - 1)^2 products a pair of channels."""

    def __init__(self, size: int) -> None:
        self.size = size

    def count(self, s: ContractionSizes) -> RoleCounts:
        """The products, and the transforms of both sides."""
        held, around = self._numbers(s, s.c + s.f), s.as_correlation
        image, places, products = self._image, self._places, self._products
        return {
            "places": (image(s) + places(s) + products(s)).holding(held),
            "kernel": (places(s) + products(s)).holding(held),
            "image": (image(around) + places(around) + products(around)).holding(held),
        }

    def _field(self, s: ContractionSizes) -> tuple[int, int]:
        """What a tile sees."""
        return self.size + s.taps[0] - 1, self.size + s.taps[1] - 1

    def _numbers(self, s: ContractionSizes, maps: int) -> Count:
        """The entries of the tiles of so many maps."""
        high, wide = self._field(s)
        # -(-n // d) is n / d, rounded up: a tile that places fill in part costs as much as a full
        # one.
        tiles = s.n * -(-s.places[0] // self.size) * -(-s.places[1] // self.size)
        return tiles * maps * high * wide

    def _image(self, s: ContractionSizes) -> OperationCount:
        """Along the rows for every column once, then along the columns of every tile."""
        high, wide = self._field(s)
        each = high * (high * self.size + wide * wide)
        return _count_transform(self._numbers(s, s.c), high * wide, each, s.c)

    def _places(self, s: ContractionSizes) -> OperationCount:
        """Along the rows and along the columns, each time fewer numbers."""
        high, wide = self._field(s)
        each = self.size * wide * (high + self.size)
        return _count_transform(self._numbers(s, s.f), high * wide, each, s.f)

    def _products(self, s: ContractionSizes) -> OperationCount:
        high, wide = self._field(s)
        tiles = self._numbers(s, s.c) // (high * wide * s.c)
        # About 40 calls of NumPy in winograd.py.j2 around the products of one sum.
        return count_products(high * wide, tiles, s.c, s.f) + OperationCount(calls=40)


def _count_transform(numbers: Count, area: int, each: int, maps: int) -> OperationCount:
    """One side: numbers in tiles of an area, with `each` multiplications a tile and map."""
    tiny = OperationCount(
        products=numbers // (maps * SMALL), multiplications=numbers // area * each
    )
    return tiny + count_copies(PASSES * numbers, maps)


def _define_transforms(size: int) -> Definition:
    """The matrices of tiles of size x size places."""
    transforms = make_transforms(size, TAPS)
    lines = ["Transforms("]
    for part in ("image", "kernel", "places"):
        lines += _write_matrix(part, getattr(transforms, part))
    return Definition(f"F{size}X{TAPS}", "\n".join([*lines, ")"]))


def _write_matrix(name: str, matrix: RationalMatrix) -> list[str]:
    """A matrix as the value of a keyword."""
    rows = [f"[{', '.join(map(_write_number, row))}]" for row in matrix]
    flat = f"{TAB}{name}=np.array([{', '.join(rows)}]),"
    if len(flat) <= WIDTH:
        return [flat]
    inner = f"{TAB * 2}[{', '.join(rows)}]"
    if len(inner) <= WIDTH:
        return [f"{TAB}{name}=np.array(", inner, f"{TAB}),"]
    inside = [f"{TAB * 3}{row}," for row in rows]
    return [f"{TAB}{name}=np.array(", f"{TAB * 2}[", *inside, f"{TAB * 2}]", f"{TAB}),"]


def _write_number(n: Fraction) -> str:
    return f"{n.numerator} / {n.denominator}" if n.denominator != 1 else str(n.numerator)


def _make(size: int, why: str) -> Algorithm:
    return Algorithm(
        name=f"winograd{size}",
        synonyms=(f"winograd_f{size}",),
        why=why,
        tiles=f"f{size}",
        applies=_apply,
        work=_Tiles(size).count,
        calls=HelperCalls(
            copy_image=HelperCall(
                "transform_image_winograd",
                ("image", "window", "constant", "workspace", "name"),
                "tiles",
            ),
            copy_delta=HelperCall("order_channels_last", ("delta",), "nhwc"),
            correlate=HelperCall(
                "correlate_winograd",
                ("image", "kernel", "window", "constant", "workspace", "name", "in_workspace"),
                answers_patches=True,
            ),
            kernel_gradient=HelperCall(
                "kernel_gradient_winograd", ("delta", "patches", "constant", "workspace", "name")
            ),
            image_gradient=CorrelatedGradient(images="interleave_phases_winograd"),
        ),
        template="winograd",
        constant=lambda _: _define_transforms(size),
    )


_WHY = (
    "computes {} x {} places at a time from {} products instead of {}, with more rounding in "
    "float32"
)
WINOGRAD_F2 = _make(2, _WHY.format(2, 2, 16, 36))
WINOGRAD_F4 = _make(4, _WHY.format(4, 4, 36, 144))
