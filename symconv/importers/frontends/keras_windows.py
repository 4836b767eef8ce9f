"""Keras' layers with windows: convolution, pooling, padding, upsampling."""

from __future__ import annotations

from collections.abc import Callable

from symconv.importers.graph.records import Shape
from symconv.importers.graph.refusals import NotImportedError

from .keras_calls import KerasCall, KerasValue
from .keras_functions import apply_activation

KerasLayer = Callable[[KerasCall, list[KerasValue]], KerasValue]


def conv(rank: int) -> KerasLayer:
    """Conv1D, Conv2D, Conv3D; kernels are (space, channels, filters)."""

    def translate(call: KerasCall, given: list[KerasValue]) -> KerasValue:
        x = _take_image(call, given, rank)
        kernel, groups = call.sizes("kernel_size", rank), call.integer("groups", 1)
        filters = call.integer("filters", 0)
        shape = (*kernel, x.shape[1] // groups, filters)
        order = (rank + 1, rank, *range(rank))
        return _slide(call, x, shape, order, groups)

    return translate


def depthwise_conv(rank: int) -> KerasLayer:
    """A kernel for each channel; kernels are (space, channels, 1)."""

    def translate(call: KerasCall, given: list[KerasValue]) -> KerasValue:
        call.expect(depth_multiplier=1)
        x = _take_image(call, given, rank)
        kernel = call.sizes("kernel_size", rank)
        order = (rank, rank + 1, *range(rank))
        return _slide(call, x, (*kernel, x.shape[1], 1), order, x.shape[1])

    return translate


def _slide(call: KerasCall, x: KerasValue, weight: Shape, order: Shape, groups: int) -> KerasValue:
    """The convolution of an image with a kernel of Keras' shape."""
    rank = len(order) - 2
    kernel, filters = weight[:rank], weight[order[0]]
    stride, dilation = (
        call.sizes("strides", rank, (1,) * rank),
        call.sizes("dilation_rate", rank, (1,) * rank),
    )
    before, after, space = _pad_image(call, x.shape[2:], kernel, stride, dilation)
    names = [x.name, call.store(0, weight, "kernel"), _store_bias(call, filters)]
    made = call.add(
        "conv", names, (x.shape[0], filters, *space), first=True, stride=stride, before=before,
        after=after, dilation=dilation, groups=groups, order=order,
    )  # fmt: skip
    return apply_activation(call, made)


def transposed_conv(rank: int) -> KerasLayer:
    """Conv2DTranspose and the like; kernels are (space, filters, channels)."""

    def translate(call: KerasCall, given: list[KerasValue]) -> KerasValue:
        call.expect(output_padding=None, groups=1)
        x = _take_image(call, given, rank)
        kernel, filters = call.sizes("kernel_size", rank), call.integer("filters", 0)
        stride = call.sizes("strides", rank, (1,) * rank)
        if any(d != 1 for d in call.sizes("dilation_rate", rank, (1,) * rank)):
            raise NotImportedError("a transposed convolution with dilation")
        same = _is_same(call)
        over = [max(k - s, 0) if same else 0 for k, s in zip(kernel, stride, strict=True)]
        if any(n % 2 for n in over):
            raise NotImportedError("the padding 'same' whose two sides differ")
        before = tuple(n // 2 for n in over)
        missing = tuple(max(s - k, 0) for k, s in zip(kernel, stride, strict=True))
        axes = zip(x.shape[2:], kernel, stride, over, missing, strict=True)
        space = [(n - 1) * s + k - p + q for n, k, s, p, q in axes]
        names = [x.name, call.store(0, (*kernel, filters, x.shape[1]), "kernel")]
        made = call.add(
            "conv_transpose", [*names, _store_bias(call, filters)], (x.shape[0], filters, *space),
            first=True, stride=stride, before=before, output_padding=missing,
            dilation=(1,) * rank, groups=1, order=(rank + 1, rank, *range(rank)),
        )  # fmt: skip
        return apply_activation(call, made)

    return translate


def pool(kind: str, rank: int) -> KerasLayer:
    """MaxPooling and AveragePooling; an average leaves padding out."""

    def translate(call: KerasCall, given: list[KerasValue]) -> KerasValue:
        x = _take_image(call, given, rank)
        window = call.sizes("pool_size", rank)
        stride = call.sizes("strides", rank, window)
        before, after, space = _pad_image(call, x.shape[2:], window, stride, (1,) * rank)
        return call.add(
            kind, (x.name,), (*x.shape[:2], *space), first=True, window=window, stride=stride,
            before=before, after=after, ceil=False, count_padding=False,
        )  # fmt: skip

    return translate


def global_pool(how: str) -> KerasLayer:
    """The mean, or the maximum, over space."""

    def translate(call: KerasCall, given: list[KerasValue]) -> KerasValue:
        x = _take_image(call, given, len(given[0].shape) - 2)
        keep = call.config.get("keepdims", False) is True
        shape = (*x.shape[:2], *((1,) * (len(x.shape) - 2) if keep else ()))
        return call.add("global_pool", (x.name,), shape, first=keep, how=how, keep=keep)

    return translate


def pad(rank: int) -> KerasLayer:
    """ZeroPadding."""

    def translate(call: KerasCall, given: list[KerasValue]) -> KerasValue:
        x = _take_image(call, given, rank)
        before, after = _read_sides(call, "padding", rank)
        pairs = zip(x.shape[2:], before, after, strict=True)
        shape = (*x.shape[:2], *(n + p + q for n, p, q in pairs))
        sides = {"before": (0, 0, *before), "after": (0, 0, *after)}
        return call.add("pad", (x.name,), shape, first=True, **sides)

    return translate


def crop(rank: int) -> KerasLayer:
    """Cropping, one slice for each axis of space."""

    def translate(call: KerasCall, given: list[KerasValue]) -> KerasValue:
        x = _take_image(call, given, rank)
        for axis, (start, end) in enumerate(
            zip(*_read_sides(call, "cropping", rank), strict=True), 2
        ):
            size = x.shape[axis] - start - end
            shape = tuple(size if a == axis else n for a, n in enumerate(x.shape))
            options = {"axis": axis, "start": start, "step": 1, "size": size}
            x = call.add("slice", (x.name,), shape, first=True, **options)
        return x

    return translate


def upsample(rank: int) -> KerasLayer:
    """UpSampling to the nearest."""

    def translate(call: KerasCall, given: list[KerasValue]) -> KerasValue:
        call.expect(interpolation="nearest")
        x = _take_image(call, given, rank)
        scale = call.sizes("size", rank)
        space = [n * k for n, k in zip(x.shape[2:], scale, strict=True)]
        return call.add("upsample", (x.name,), (*x.shape[:2], *space), first=True, scale=scale)

    return translate


def _take_image(call: KerasCall, given: list[KerasValue], rank: int) -> KerasValue:
    """The one value that a layer is applied to, its channels before space."""
    call.expect(data_format="channels_last")
    (x,) = given
    if len(x.shape) != rank + 2:
        raise NotImportedError(f"it is applied to {len(x.shape)} axes, not to {rank + 2}")
    return call.channels_first(x)


def _is_same(call: KerasCall) -> bool:
    padding = call.config.get("padding", "valid")
    if padding not in {"same", "valid"}:
        raise NotImportedError(f"its option padding = {str(padding)[:40]}")
    return bool(padding == "same")


def _pad_image(
    call: KerasCall, space: Shape, kernel: Shape, stride: Shape, dilation: Shape
) -> tuple[Shape, Shape, Shape]:
    """Padding before and after, and the sizes behind a window; `same` puts the one more behind."""
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    if not _is_same(call):
        zero = (0,) * len(kernel)
        windows = zip(space, reach, stride, strict=True)
        return zero, zero, tuple((n - r) // s + 1 for n, r, s in windows)
    out = tuple(-(-n // s) for n, s in zip(space, stride, strict=True))
    axes = zip(out, stride, reach, space, strict=True)
    total = [max((m - 1) * s + r - n, 0) for m, s, r, n in axes]
    return tuple(t // 2 for t in total), tuple(t - t // 2 for t in total), out


def _store_bias(call: KerasCall, filters: int) -> str | None:
    return call.store(1, (filters,), "bias") if call.config.get("use_bias", True) else None


def _read_sides(call: KerasCall, word: str, rank: int) -> tuple[Shape, Shape]:
    """Amounts before and after: 1, [1, 2] or [[1, 1], [2, 2]]; [1, 2] is both sides of one axis."""
    found = call.config.get(word, 1)
    if isinstance(found, list) and rank == 1:
        found = [found]
    found = [found] * rank if isinstance(found, int) else found
    pairs = [[n, n] if isinstance(n, int) else n for n in found]
    if len(pairs) != rank or any(len(p) != 2 or min(p) < 0 for p in pairs):
        raise NotImportedError(f"its option {word} has no two amounts for each axis")
    return tuple(int(p[0]) for p in pairs), tuple(int(p[1]) for p in pairs)
