"""ATen's fully connected layers, attention, normalisation and costs."""

from __future__ import annotations

from math import sqrt

import numpy as np

from symconv.importers.graph.records import Operation
from symconv.importers.graph.refusals import NotImportedError

from .torch_calls import TorchCall, Translation
from .torch_constants import read_constant


def linear(call: TorchCall) -> list[Operation]:
    """A fully connected layer."""
    return [call.make("linear", call.tensor("input"), call.tensor("weight"), call.tensor("bias"))]


def addmm(call: TorchCall) -> list[Operation]:
    """beta bias + alpha a b, where b is stored as (in, out)."""
    names = (call.tensor("mat1"), call.tensor("mat2"), call.tensor("self"))
    factors = {"factor": call.number("alpha", 1), "bias_factor": call.number("beta", 1)}
    return [call.make("linear", *names, transposed=True, **factors)]


def matmul(call: TorchCall) -> list[Operation]:
    """A product of matrices."""
    second = call.tensor("other", "mat2")
    return [call.make("matmul", call.tensor("self"), second)]


def attention(call: TorchCall) -> list[Operation]:
    """Scaled dot-product attention without a mask, or with the causal one."""
    if call.tensor("attn_mask") is not None:
        raise NotImportedError("attention with a mask that is a tensor")
    call.expect(dropout_p=0.0, enable_gqa=False)
    query = call.shape("query")
    given = call.arguments.get("scale")
    scale = 1 / sqrt(query[-1]) if given is None else call.number("scale")
    names = (call.tensor("query"), call.tensor("key"), call.tensor("value"))
    return [call.make("attention", *names, scale=scale, causal=call.flag("is_causal"))]


def batch_norm(call: TorchCall) -> list[Operation]:
    """Batch normalisation with its own statistics, or with the stored ones."""
    names = [call.tensor(n) for n in ("input", "weight", "bias", "running_mean", "running_var")]
    epsilon = call.number("eps", 1e-5)
    if call.flag("training"):
        return [call.make("batchnorm", *names[:3], epsilon=epsilon)]
    return [call.make("scaled_norm", *names, epsilon=epsilon)]


def layer_norm(call: TorchCall) -> list[Operation]:
    """Layer normalisation over the last axes."""
    last = len(call.sizes("normalized_shape", len(call.arguments.get("normalized_shape", ()))))
    names = (call.tensor("input"), call.tensor("weight"), call.tensor("bias"))
    return [call.make("layernorm", *names, epsilon=call.number("eps", 1e-5), last=last)]


def rms_norm(call: TorchCall) -> list[Operation]:
    """Normalisation by the root mean square of the last axes."""
    last = len(call.sizes("normalized_shape", len(call.arguments.get("normalized_shape", ()))))
    names = (call.tensor("input"), call.tensor("weight"), None)
    return [call.make("rmsnorm", *names, epsilon=call.number("eps"), last=last)]


def group_norm(call: TorchCall) -> list[Operation]:
    """Group normalisation."""
    names = (call.tensor("input"), call.tensor("weight"), call.tensor("bias"))
    groups = call.integer("num_groups")
    return [call.make("groupnorm", *names, epsilon=call.number("eps", 1e-5), groups=groups)]


def instance_norm(call: TorchCall) -> list[Operation]:
    """Instance normalisation with the statistics of the data."""
    if not call.flag("use_input_stats"):
        raise NotImportedError("an instance normalisation with stored statistics")
    names = (call.tensor("input"), call.tensor("weight"), call.tensor("bias"))
    return [call.make("instancenorm", *names, epsilon=call.number("eps", 1e-5))]


def weight_norm(call: TorchCall) -> list[Operation]:
    """g v / |v|, with a norm for each place along an axis."""
    v, g, place = call.tensor("v"), call.tensor("g"), call.place
    shape, output = call.shape("v"), f"%{call.outputs[0]}"
    axis = call.integer("dim", 0) % len(shape)
    axes = tuple(a for a in range(len(shape)) if a != axis)
    kept = tuple(n if a == axis else 1 for a, n in enumerate(shape))
    names = [f"{output} {word}" for word in ("squares", "sums", "norms", "directions")]
    sums = {"how": "sum", "axes": axes, "keep": True}
    return [
        Operation("pointwise", (str(v),), names[0], place, {"function": "square"}, shape),
        Operation("reduce", (names[0],), names[1], place, sums, kept),
        Operation("pointwise", (names[1],), names[2], place, {"function": "sqrt"}, kept),
        Operation("div", (str(v), names[2]), names[3], place, {}, shape),
        call.make("mul", names[3], g),
    ]


def cost(kind: str) -> Translation:
    """A cost of a value and a target."""

    def translate(call: TorchCall) -> list[Operation]:
        reduce = {0: "none", 1: "mean", 2: "sum"}.get(call.integer("reduction", 1))
        if reduce is None:
            raise NotImportedError("its reduction is none that is known")
        options: dict[str, object] = {"reduction": reduce}
        for word, argument, usual in COST_NUMBERS:
            if call.number(argument, usual) != usual:
                options[word] = call.number(argument, usual)
        if call.integer("ignore_index", NO_CLASS) != NO_CLASS:
            options["ignore"] = call.integer("ignore_index")
        weights = (call.tensor("weight"), call.tensor("pos_weight"))
        return [call.make(kind, call.tensor("self"), call.tensor("target"), *weights, **options)]

    return translate


COST_NUMBERS = (("smoothing", "label_smoothing", 0), ("beta", "beta", 1), ("delta", "delta", 1))
"""The options of costs here, in ATen, and what they usually are."""

NO_CLASS = -100
"""What ATen says where no class is ignored."""


def embedding(call: TorchCall) -> list[Operation]:
    """Rows of a table; how its gradient is stored does not change it."""
    call.expect(scale_grad_by_freq=False, sparse=False)
    if call.integer("padding_idx", -1) != -1:
        raise NotImportedError("an embedding with a row that has no gradient")
    known = read_constant(call, "indices")
    if known is None:
        return [call.make("embedding", call.tensor("indices"), call.tensor("weight"))]
    start, size = int(known.flat[0]), known.size
    if (known.ravel() != np.arange(start, start + size)).any():
        raise NotImportedError("rows of a table that do not follow each other")
    shape, name = call.output_shape(), f"%{call.outputs[0]} rows"
    options = {"axis": 0, "start": start, "step": 1, "size": size}
    rows = (size, shape[-1])
    table = str(call.tensor("weight"))
    return [
        Operation("slice", (table,), name, call.place, options, rows),
        call.make("reshape", name, shape=shape),
    ]
