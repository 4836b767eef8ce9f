"""Windows that slide over the axes of space: how many there are, and what each reads."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Integer, expand

from symconv.core.equation import Ranges
from symconv.core.errors import SymconvError
from symconv.core.tensor import amount

from .ranges import indices_of
from .scope import Scope
from .sizes import Amounts, Sizes, per_axis


@dataclass(frozen=True)
class Windows:
    """One entry an axis: windows of `width` entries that lie `dilation` apart, one every `stride`.

    The axis is padded by `before` and `after`. With `ceil` a last window may hang over the end, as
    long as it starts within the image or the padding before it.
    """

    width: tuple[Expr, ...]
    stride: tuple[Expr, ...]
    dilation: tuple[Expr, ...]
    before: tuple[Expr, ...]
    after: tuple[Expr, ...]
    ceil: bool = False

    @property
    def reach(self) -> tuple[Expr, ...]:
        """d (k - 1) + 1, the entries from the first to the last of a window."""
        pairs = zip(self.dilation, self.width, strict=True)
        return tuple(expand(d * (k - 1) + 1) for d, k in pairs)

    def kernel(self, at: Scope) -> Ranges:
        """The places in a window."""
        return at.ranges("kernel", self.width)

    def positions(self, space: tuple[Expr, ...], at: Scope) -> Ranges:
        """The positions of the windows: floor((n + before + after - reach) / stride) + 1."""
        return at.ranges("space", [self._count(axis, n, at) for axis, n in enumerate(space)])

    def reads(self, out: Ranges, kernel: Ranges) -> tuple[Expr, ...]:
        """s i + d m - p, one an axis: what window i reads at its place m."""
        axes = zip(
            indices_of(out),
            indices_of(kernel),
            self.stride,
            self.dilation,
            self.before,
            strict=True,
        )
        return tuple(s * i + d * m - p for i, m, s, d, p in axes)

    def _count(self, axis: int, extent: Expr, at: Scope) -> Expr:
        padded = expand(extent + self.before[axis] + self.after[axis])
        room = expand(padded - self.reach[axis])
        if room.is_negative:
            raise SymconvError(
                f"the {at.title} needs a window of {self.reach[axis]}, "
                f"but its input has only {padded} along that axis",
                help="use a smaller kernel, a smaller dilation or more padding",
            )
        if self.ceil:
            return self._hanging(axis, extent, room, at)
        return at.rounded(extent, room, self.stride[axis])

    def _hanging(self, axis: int, extent: Expr, room: Expr, at: Scope) -> Expr:
        """ceil(room / stride) + 1, less a window that would start in the padding behind."""
        stride, start = self.stride[axis], extent + self.before[axis]
        if not (room.is_Integer and stride.is_Integer and start.is_Integer):
            raise SymconvError(f"the {at.title} with 'ceil' needs numbers for its sizes")
        count = -(-int(room) // int(stride)) + 1
        # As PyTorch does: a window that would start behind the image, in the padding, is left out.
        return Integer(count - 1 if (count - 1) * int(stride) >= int(start) else count)


def make_windows(  # noqa: PLR0913 - what a layer says of its windows
    width: Sizes,
    rank: int,
    *,
    stride: Sizes | None,
    padding: Amounts,
    padding_after: Amounts | None = None,
    dilation: Sizes = 1,
    ceil: bool = False,
) -> Windows:
    """The windows of a layer's options; without a stride, windows lie side by side."""
    k, d = per_axis(width, rank), per_axis(dilation, rank)
    steps = k if stride is None else per_axis(stride, rank)
    before, after = _resolve_padding(padding, padding_after, k, d)
    return Windows(k, steps, d, before, after, ceil)


def _resolve_padding(
    before: Amounts, after: Amounts | None, width: tuple[Expr, ...], dilation: tuple[Expr, ...]
) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    """Padding before and after; `same` keeps the size at stride 1, `valid` is none."""
    rank = len(width)
    if before == "same":
        total = [int(d * (k - 1)) for d, k in zip(dilation, width, strict=True)]
        # An even kernel cannot be padded alike on both sides: the one more goes behind, as in
        # TensorFlow.
        half = tuple(Integer(n // 2) for n in total)
        return half, tuple(Integer(n) - h for n, h in zip(total, half, strict=True))
    front = per_axis(0 if before == "valid" else before, rank, amount)
    return front, front if after is None else per_axis(after, rank, amount)
