"""ONNX's operators with windows: convolution, pooling, padding, resizing."""

from __future__ import annotations

from symconv.importers.graph.records import Operation, Shape
from symconv.importers.graph.refusals import NotImportedError

from .onnx_calls import OnnxCall, OnnxTranslation
from .sizes import find_scale


def conv(call: OnnxCall) -> list[Operation]:
    """Conv: cross-correlation."""
    kernel = call.shape(1)[2:]
    stride, dilation = _per_axis(call, "strides", kernel), _per_axis(call, "dilations", kernel)
    before, after = _pads(call, kernel, stride, dilation)
    return [
        call.make(
            "conv",
            *(call.input(n) for n in range(3)),
            stride=stride,
            before=before,
            after=after,
            dilation=dilation,
            groups=call.integer("group", 1),
        )
    ]


def conv_transpose(call: OnnxCall) -> list[Operation]:
    """ConvTranspose."""
    kernel = call.shape(1)[2:]
    zero = (0,) * len(kernel)
    if "output_shape" in call.node.attributes or call.word("auto_pad", "NOTSET") != "NOTSET":
        raise NotImportedError("a transposed convolution whose padding is worked out of its output")
    pads = call.integers("pads", zero * 2)
    before, after = pads[: len(kernel)], pads[len(kernel) :]
    padding = call.integers("output_padding", zero)
    # Less padding behind is more of the output there.
    behind = tuple(q + p - a for q, p, a in zip(padding, before, after, strict=True))
    if min(behind, default=0) < 0:
        raise NotImportedError("a transposed convolution with more padding behind")
    return [
        call.make(
            "conv_transpose",
            *(call.input(n) for n in range(3)),
            stride=_per_axis(call, "strides", kernel),
            before=before,
            output_padding=behind,
            dilation=_per_axis(call, "dilations", kernel),
            groups=call.integer("group", 1),
        )
    ]


def pool(kind: str) -> OnnxTranslation:
    """MaxPool and AveragePool."""

    def translate(call: OnnxCall) -> list[Operation]:
        window = call.integers("kernel_shape", ())
        stride, dilation = _per_axis(call, "strides", window), _per_axis(call, "dilations", window)
        before, after = _pads(call, window, stride, dilation)
        if len([n for n in call.node.outputs if n]) > 1 or call.integer("storage_order", 0):
            raise NotImportedError("a pooling that also gives the places of its maxima")
        options: dict[str, object] = {
            "window": window,
            "stride": stride,
            "before": before,
            "after": after,
        }
        options |= {"ceil": bool(call.integer("ceil_mode", 0)), "dilation": dilation}
        if kind == "avg_pool":
            options |= {"count_padding": bool(call.integer("count_include_pad", 0))}
        return [call.make(kind, call.input(0), **options)]

    return translate


def global_pool(how: str) -> OnnxTranslation:
    """GlobalAveragePool and GlobalMaxPool, which keep their axes."""
    return lambda call: [call.make("global_pool", call.input(0), how=how, keep=True)]


def pad(call: OnnxCall) -> list[Operation]:
    """Pad, also with the image itself."""
    modes = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}
    mode, value = modes[call.word("mode", "constant")], call.single(2, 0) or 0
    amounts, rank = call.whole_numbers(1) or (), len(call.shape())
    axes = call.whole_numbers(3) or tuple(range(rank))
    before, after = [0] * rank, [0] * rank
    for k, axis in enumerate(axes):
        before[axis], after[axis] = amounts[k], amounts[k + len(axes)]
    options = {"before": tuple(before), "after": tuple(after), "mode": mode, "value": value}
    return [call.make("pad", call.input(0), **options)]


def resize(call: OnnxCall) -> list[Operation]:
    """Resize to the nearest or linearly between neighbours, by whole numbers."""
    scale = find_scale(call.shape(), call.output_shape())
    mode = call.word("mode", "nearest")
    # With other rules of rounding the nearest entry is another one, even where scales are whole.
    rule = call.word("coordinate_transformation_mode", "half_pixel")
    rounding = call.word("nearest_mode", "round_prefer_floor")
    plain = (rule, rounding) == ("asymmetric", "floor")
    plain |= rule == "half_pixel" and rounding.startswith("round_prefer")
    if mode == "linear":
        plain = rule in {"half_pixel", "align_corners"} and not call.integer("antialias", 0)
    if mode not in {"nearest", "linear"} or not plain:
        raise NotImportedError(f"resizing in the mode {mode} with {rule}, {rounding}")
    said = call.constants.get(call.input(2) or "", call.arrays.get(call.input(2) or ""))
    # The places between entries are those of the scale that was asked for: 2.25 makes 4 of 2.
    if said is not None and any(n != round(float(n)) for n in said.ravel()):
        raise NotImportedError("resizing by scales that are no whole numbers")
    options = {"mode": mode, "align_corners": rule == "align_corners"}
    return [call.make("upsample", call.input(0), scale=scale, **options)]


def _per_axis(call: OnnxCall, name: str, kernel: Shape) -> Shape:
    return call.integers(name, (1,) * len(kernel))


def _pads(call: OnnxCall, kernel: Shape, stride: Shape, dilation: Shape) -> tuple[Shape, Shape]:
    """Padding before and after; `SAME_UPPER` puts the one more behind."""
    automatic = call.word("auto_pad", "NOTSET")
    rank = len(kernel)
    if automatic in {"NOTSET", "VALID"}:
        pads = call.integers("pads", (0,) * 2 * rank) if automatic == "NOTSET" else (0,) * 2 * rank
        return pads[:rank], pads[rank:]
    if automatic not in {"SAME_UPPER", "SAME_LOWER"}:
        raise NotImportedError("a padding that is none of ONNX's")
    axes = zip(call.shape()[2:], kernel, stride, dilation, strict=True)
    total = [max((-(-n // s) - 1) * s + d * (k - 1) + 1 - n, 0) for n, k, s, d in axes]
    less, more = tuple(t // 2 for t in total), tuple(t - t // 2 for t in total)
    return (less, more) if automatic == "SAME_UPPER" else (more, less)
