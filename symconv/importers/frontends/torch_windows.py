"""ATen's operators with windows: convolution, pooling, padding, upsampling."""

from __future__ import annotations

from symconv.importers.graph.records import Operation
from symconv.importers.graph.refusals import NotImportedError

from .sizes import find_scale
from .torch_calls import TorchCall, Translation


def conv(call: TorchCall) -> list[Operation]:
    """conv1d, conv2d, conv3d: cross-correlation."""
    rank = len(call.shape("weight")) - 2
    dilation = call.sizes("dilation", rank, 1)
    before, after = _padding(call, rank, dilation)
    x, weight, bias = call.tensor("input"), call.tensor("weight"), call.tensor("bias")
    return [
        call.make(
            "conv",
            x,
            weight,
            bias,
            stride=call.sizes("stride", rank, 1),
            before=before,
            after=after,
            dilation=dilation,
            groups=call.integer("groups", 1),
        )
    ]


def _padding(call: TorchCall, rank: int, dilation: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Padding before and after; `same` puts the one more behind, as torch does."""
    said = call.arguments.get("padding", 0)
    if isinstance(said, str):
        if said == "valid":
            return (0,) * rank, (0,) * rank
        kernel = call.shape("weight")[2:]
        total = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
        return tuple(n // 2 for n in total), tuple(n - n // 2 for n in total)
    amounts = call.sizes("padding", rank, 0)
    return amounts, amounts


def conv_transpose(call: TorchCall) -> list[Operation]:
    """conv_transpose1d, 2d, 3d."""
    rank = len(call.shape("weight")) - 2
    return [
        call.make(
            "conv_transpose",
            call.tensor("input"),
            call.tensor("weight"),
            call.tensor("bias"),
            stride=call.sizes("stride", rank, 1),
            before=call.sizes("padding", rank, 0),
            output_padding=call.sizes("output_padding", rank, 0),
            dilation=call.sizes("dilation", rank, 1),
            groups=call.integer("groups", 1),
        )
    ]


def pool(kind: str, rank: int) -> Translation:
    """max_pool and avg_pool of that many axes."""

    def translate(call: TorchCall) -> list[Operation]:
        window = call.sizes("kernel_size", rank)
        padding = call.sizes("padding", rank, 0)
        options: dict[str, object] = {
            "window": window,
            "stride": call.sizes("stride", rank, window),
            "before": padding,
            "after": padding,
            "ceil": call.flag("ceil_mode"),
        }
        if kind == "max_pool":
            options["dilation"] = call.sizes("dilation", rank, 1)
        else:
            options["count_padding"] = call.flag("count_include_pad", default=True)
            given = call.arguments.get("divisor_override")
            options["divisor"] = given if given is None else call.integer("divisor_override")
        return [call.make(kind, call.tensor("self"), **options)]

    return translate


def adaptive_pool(how: str, rank: int) -> Translation:
    """Adaptive pooling whose windows are all of one size."""

    def translate(call: TorchCall) -> list[Operation]:
        space = call.shape()[-rank:]
        wanted = call.sizes("output_size", rank)
        if len(call.outputs) != 1 or len(call.shape()) != rank + 2:
            raise NotImportedError("an adaptive pooling that is not read")
        if wanted == (1,) * rank:
            return [call.make("global_pool", call.tensor("self"), how=how, keep=True)]
        if any(n % m for n, m in zip(space, wanted, strict=True)):
            raise NotImportedError(
                f"an adaptive pooling of {space} to {wanted}, in unequal windows"
            )
        window = tuple(n // m for n, m in zip(space, wanted, strict=True))
        zero = (0,) * rank
        return [
            call.make(
                f"{how}_pool",
                call.tensor("self"),
                window=window,
                stride=window,
                before=zero,
                after=zero,
                ceil=False,
                count_padding=True,
            )
        ]

    return translate


def pad(call: TorchCall) -> list[Operation]:
    """Padding, also with the image itself; the amounts begin at the last axis."""
    mode = call.arguments.get("mode", "constant")
    if mode not in {"constant", "reflect", "replicate", "circular"}:
        raise NotImportedError(f"its option mode = {str(mode)[:40]}")
    value = 0.0 if call.arguments.get("value") is None else call.number("value")
    rank = len(call.shape())
    amounts = call.sizes("pad", len(call.arguments.get("pad", ())))
    pairs = list(zip(amounts[::2], amounts[1::2], strict=True))[::-1]
    pairs = [(0, 0)] * (rank - len(pairs)) + pairs
    before, after = (tuple(side) for side in zip(*pairs, strict=True))
    return [
        call.make("pad", call.tensor("self"), before=before, after=after, mode=mode, value=value)
    ]


def upsample(mode: str) -> Translation:
    """Upsampling by whole numbers, to the nearest or linearly between neighbours."""

    def translate(call: TorchCall) -> list[Operation]:
        old, new = call.shape("input" if call.tensor("input") else "self"), call.output_shape()
        scale = find_scale(old, new)
        # The places between entries are those of the scale that was asked for: 2.25 makes 4 of 2.
        said = call.arguments.get("scale_factors")
        if isinstance(said, tuple) and said != scale:
            raise NotImportedError(f"upsampling by {said}, which are no whole numbers")
        options = {"scale": scale, "mode": mode, "align_corners": call.flag("align_corners")}
        return [call.make("upsample", call.tensor("input", "self"), **options)]

    return translate
