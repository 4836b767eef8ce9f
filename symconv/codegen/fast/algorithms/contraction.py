"""A sum of products over windows, told by the shape of its index expressions alone.

One trilinear form stands behind a convolution and both of its gradients,

    sum of places[b, f, i] * kernel[f, c, m] * image[b, c, s*i + d*m - p],

summed over all indices of the one tensor that is computed from the other two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sympy import Expr
from sympy.tensor.indexed import Indexed

from symconv.core.tensor import key_of

Role = Literal["image", "kernel", "places"]


@dataclass(frozen=True)
class AxisGeometry:
    """Windows along one axis: place i and tap m meet at stride*i + dilation*m - before.

    `extent` entries of the image, so many `places` and `taps`. `before` is the padding in front; it
    is below 0 where the first window starts inside of the image.
    """

    extent: int
    places: int
    taps: int
    stride: int
    dilation: int
    before: int


@dataclass(frozen=True)
class Operand:
    """A tensor and where the axes of its role stand in it; None where it has no such axis.

    The roles' axes are (b, c, i, j) of an image, (f, c, m, n) of a kernel, (b, f, i, j) of places.
    `flipped` tells which taps of a kernel count from the end.
    """

    access: Indexed
    order: tuple[int | None, ...]
    flipped: tuple[bool, ...] = (False, False)

    @property
    def key(self) -> str:
        return key_of(self.access)

    @property
    def plain(self) -> bool:
        """Whether the tensor's axes are those of the role; one of length 1 needs no index."""
        rank = len(self.order)
        same = all(a in {k, None} for k, a in enumerate(self.order))
        return same and len(self.access.indices) == rank and not any(self.flipped)


@dataclass(frozen=True)
class Contraction:
    """One of the three tensors as a sum over the other two; `computes` says which.

    Shapes: image (batch, channels, H, W), kernel (filters, channels, k, l), places (batch, filters,
    H_o, W_o), with H, H_o and k in `axes[0]`. The batch may be a symbol, everything else is a
    number. `addends` are added to the sum, entry by entry.
    """

    computes: Role
    image: Operand
    kernel: Operand
    places: Operand
    axes: tuple[AxisGeometry, AxisGeometry]
    batch: Expr
    channels: int
    filters: int
    addends: tuple[Expr, ...]

    @property
    def result(self) -> Operand:
        return {"image": self.image, "kernel": self.kernel, "places": self.places}[self.computes]

    @property
    def indices(self) -> dict[Expr, int]:
        """The indices that an addend of the places may depend on, by axis of (b, f, i, j)."""
        entries = self.places.access.indices
        return {entries[a]: k for k, a in enumerate(self.places.order) if a is not None}

    @property
    def multiplications(self) -> Expr:
        """How many products the sum adds up; half its FLOPs."""
        first, second = self.axes
        kernel = self.channels * self.filters * first.taps * second.taps
        return self.batch * kernel * first.places * second.places
