"""Layers with windows, and what changes the axes of space: convolution, pooling, padding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from symconv.importers.graph.records import Operation, Shape
from symconv.importers.graph.refusals import NotImportedError

from .arithmetic import write_reduction
from .numbers import write_option
from .writer import StageWriter, Written


def write_conv(writer: StageWriter, operation: Operation) -> Written:
    """`conv w 3x3 channels 8 stride 2 padding 1`; weights are (filters, channels, kernel)."""
    x, weight, kernel = _take_window(writer, operation)
    option = operation.options
    before, after = option["before"], option["after"]
    axes = zip(
        x.shape[2:], kernel, option["stride"], before, after, option["dilation"], strict=True
    )
    space = [(n + p + q - d * (k - 1) - 1) // s + 1 for n, k, s, p, q, d in axes]
    filters = writer.stored(operation.inputs[1]).values.shape[_filter_axis(operation)]
    text = f"conv {weight} {_join(kernel)} channels {filters}"
    text += _say("stride", option["stride"], 1) + _say("padding", before, 0)
    text += f" padding_after {_shorten(after)}" if after != before else ""
    text += _say("dilation", option["dilation"], 1) + _say("groups", (option["groups"],), 1)
    text += _say_bias(writer, operation.inputs[2])
    return writer.apply(text, x, (x.shape[0], filters, *space), space=len(space))


def write_transposed_conv(writer: StageWriter, operation: Operation) -> Written:
    """`transposed_conv w 3x3 channels 8 stride 2`; weights are (channels, filters, kernel)."""
    x, weight, kernel = _take_window(writer, operation)
    option = operation.options
    axes = zip(
        x.shape[2:],
        kernel,
        option["stride"],
        option["before"],
        option["output_padding"],
        option["dilation"],
        strict=True,
    )
    space = [(n - 1) * s - 2 * p + d * (k - 1) + q + 1 for n, k, s, p, q, d in axes]
    stored = writer.stored(operation.inputs[1]).values.shape
    filters = stored[_filter_axis(operation, 1)] * option["groups"]
    text = f"transposed_conv {weight} {_join(kernel)} channels {filters}"
    text += _say("stride", option["stride"], 1) + _say("padding", option["before"], 0)
    text += _say("output_padding", option["output_padding"], 0)
    text += _say("dilation", option["dilation"], 1) + _say("groups", (option["groups"],), 1)
    text += _say_bias(writer, operation.inputs[2])
    return writer.apply(text, x, (x.shape[0], filters, *space), space=len(space))


def write_pool(writer: StageWriter, operation: Operation) -> Written:
    """`maxpool 2` or `avgpool 3 stride 2 padding 1`."""
    x, option = writer.value(operation.inputs[0]), operation.options
    window, stride, before = option["window"], option["stride"], option["before"]
    after = option["after"]
    _need_space(x, len(window))
    dilation = option.get("dilation", (1,) * len(window))
    average = operation.kind == "avg_pool"
    if average and any(d != 1 for d in dilation):
        raise NotImportedError("an average-pooling with dilation")
    reach = [d * (k - 1) + 1 for k, d in zip(window, dilation, strict=True)]
    axes = zip(x.shape[2:], reach, stride, before, after, strict=True)
    space = [_count_windows(*axis, ceil=option["ceil"]) for axis in axes]
    text = f"{'avgpool' if average else 'maxpool'} {_join(window)}"
    text += f" stride {_shorten(stride)}" if stride != window else ""
    text += _say("padding", before, 0)
    text += f" padding_after {_shorten(after)}" if after != before else ""
    text += _say("dilation", dilation, 1)
    if average and option.get("divisor") is not None:
        text += f" divisor {option['divisor']}"
    elif average and not option["count_padding"] and any((*before, *after)):
        text += " exclude_padding"
    text += " ceil" if option["ceil"] else ""
    return writer.apply(text, x, (*x.shape[:2], *space), space=len(space))


def write_global_pool(writer: StageWriter, operation: Operation) -> Written:
    """`global_avgpool`, or a window as large as the image where the axes stay."""
    x, option = writer.value(operation.inputs[0]), operation.options
    kind, space = option["how"], len(x.shape) - 2
    _need_space(x, space)
    if option["keep"] and space == 1 and not x.space:
        how = "mean" if kind == "avg" else "max"
        options = {"axes": (2,), "keep": True, "how": how}
        return write_reduction(writer, replace(operation, options=options))
    if option["keep"]:
        shape = (*x.shape[:2], *(1,) * space)
        return writer.apply(f"{kind}pool {_join(x.shape[2:])}", x, shape, space=space)
    if x.space == space and x.batch:
        return writer.apply(f"global_{kind}pool", x, x.shape[:2], space=0)
    *lead, places = "n", "c", writer.letters(len(x.shape))[2:]
    read = writer.entry(operation.inputs[0], [*lead, *places])
    reducer = "sum" if kind == "avg" else "max"
    share = f" / {prod(x.shape[2:])}" if kind == "avg" else ""
    return writer.equate(f"({reducer}({','.join(places)}) {read}){share}", lead, x.shape[:2])


def write_pad(writer: StageWriter, operation: Operation) -> Written:
    """`pad 1 after 2`, with zeros, with a number, or with the image itself."""
    x, option = writer.value(operation.inputs[0]), operation.options
    before, after = option["before"], option["after"]
    if any((*before[:2], *after[:2])):
        raise NotImportedError("padding of the batch or of channels")
    _need_space(x, len(x.shape) - 2)
    pairs = zip(x.shape, before, after, strict=True)
    shape = tuple(n + p + q for n, p, q in pairs)
    text = f"pad {_join(before[2:])}"
    text += f" after {_join(after[2:])}" if before != after else ""
    mode, value = option.get("mode", "constant"), option.get("value", 0)
    text += f" mode {mode}" if mode != "constant" else ""
    if value:
        number = write_option(value)
        if number is None:
            raise NotImportedError(f"padding with {value!r}, which has too many digits")
        text += f" value {number}"
    return writer.apply(text, x, shape, space=len(shape) - 2)


def write_upsample(writer: StageWriter, operation: Operation) -> Written:
    """`upsample 2`: every entry becomes a block; `mode bilinear` goes from one to the next."""
    x, option = writer.value(operation.inputs[0]), operation.options
    scale = option["scale"]
    _need_space(x, len(scale))
    space = [n * k for n, k in zip(x.shape[2:], scale, strict=True)]
    text = f"upsample {_join(scale)}"
    if option.get("mode", "nearest") != "nearest":
        text += f" mode {('linear', 'bilinear', 'trilinear')[len(scale) - 1]}"
        text += " align_corners" if option.get("align_corners") else ""
    return writer.apply(text, x, (*x.shape[:2], *space), space=len(space))


def _take_window(writer: StageWriter, operation: Operation) -> tuple[Written, str, Shape]:
    """The value that a kernel slides over, the name of its weight, and its sizes."""
    x, source = writer.value(operation.inputs[0]), operation.inputs[1]
    shape, order = writer.stored(source).values.shape, operation.options.get("order")
    turned = tuple(shape[a] for a in order) if order else shape
    lifted = bool(operation.options.get("lifted"))
    kernel = (1, *turned[2:]) if lifted else turned[2:]
    _need_space(x, len(kernel))
    return x, writer.weight(str(source), "w", order, lifted=lifted), kernel


def _filter_axis(operation: Operation, ours: int = 0) -> int:
    """The axis of the stored weight that is that one of ours."""
    order = operation.options.get("order")
    return int(order[ours]) if order else ours


def _need_space(x: Written, rank: int) -> None:
    if not x.batch:
        raise NotImportedError("it is applied to a value whose samples an equation has hidden")
    if len(x.shape) != rank + 2 or not 1 <= rank <= 3 or x.space not in {None, 0, rank}:
        raise NotImportedError(
            f"it is applied to {len(x.shape)} axes; batch, channels and {rank} of space are read"
        )


def _count_windows(n: int, reach: int, s: int, *padding: int, ceil: bool) -> int:
    """How many windows there are, as `layers/support/windows.py` has them."""
    room = n + sum(padding) - reach
    count = (-(-room // s) if ceil else room // s) + 1
    return count - 1 if ceil and (count - 1) * s >= n + padding[0] else count


def _say(word: str, values: Sequence[int], usual: int) -> str:
    """An option, where it is not what it usually is."""
    return f" {word} {_shorten(values)}" if any(v != usual for v in values) else ""


def _say_bias(writer: StageWriter, name: str | float | None) -> str:
    return "" if name is None else f" bias {writer.weight(str(name), 'b')}"


def _join(values: Sequence[int]) -> str:
    return "x".join(map(str, values))


def _shorten(values: Sequence[int]) -> str:
    """One number for all axes where they are alike."""
    return str(values[0]) if len(set(values)) == 1 else _join(values)
