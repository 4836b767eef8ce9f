"""The table of ATen: which operators have a layer or an equation here."""

from __future__ import annotations

from collections.abc import Mapping

from .torch_calls import Translation
from .torch_functions import (
    binary,
    clamp,
    elu,
    gelu,
    leaky_relu,
    pointwise,
    power,
    reduction,
    reverse_subtract,
    softmax,
    softplus,
)
from .torch_products import (
    addmm,
    attention,
    batch_norm,
    cost,
    embedding,
    group_norm,
    instance_norm,
    layer_norm,
    linear,
    matmul,
    rms_norm,
    weight_norm,
)
from .torch_recurrent import KINDS, cell, layer
from .torch_views import (
    alias,
    broadcast,
    concat,
    detach,
    dropout,
    expand,
    permute,
    reshape,
    reverse_axes,
    select,
    slice_axis,
    split,
    stack,
    transpose,
)
from .torch_windows import adaptive_pool, conv, conv_transpose, pad, pool, upsample

OPERATORS: Mapping[str, Translation] = {
    **{f"conv{n}d": conv for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": conv_transpose for n in (1, 3)},
    "conv_transpose2d": conv_transpose,
    **{f"max_pool{n}d": pool("max_pool", n) for n in (1, 2, 3)},
    **{f"avg_pool{n}d": pool("avg_pool", n) for n in (1, 2, 3)},
    **{f"adaptive_avg_pool{n}d": adaptive_pool("avg", n) for n in (1, 2, 3)},
    "pad": pad,
    "constant_pad_nd": pad,
    **{f"upsample_nearest{n}d": upsample("nearest") for n in (1, 2, 3)},
    "upsample_linear1d": upsample("linear"),
    "upsample_bilinear2d": upsample("linear"),
    "upsample_trilinear3d": upsample("linear"),
    "linear": linear,
    "addmm": addmm,
    "matmul": matmul,
    "mm": matmul,
    "bmm": matmul,
    "scaled_dot_product_attention": attention,
    **{
        f: pointwise(f)
        for f in (
            *("relu", "sigmoid", "tanh", "silu", "exp", "log", "sqrt", "rsqrt", "reciprocal"),
            *("abs", "erf", "sin", "cos", "neg", "relu6", "hardsigmoid", "hardswish", "mish"),
            "square",
        )
    },
    "gelu": gelu,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "softplus": softplus,
    "hardtanh": clamp,
    "clamp": clamp,
    "clamp_min": clamp,
    "pow": power,
    **{f: binary(f) for f in ("add", "sub", "mul", "div", "maximum", "minimum")},
    "rsub": reverse_subtract,
    "softmax": softmax("softmax"),
    "_softmax": softmax("softmax"),
    "log_softmax": softmax("log_softmax"),
    "_log_softmax": softmax("log_softmax"),
    "sum": reduction("sum"),
    "mean": reduction("mean"),
    "amax": reduction("max"),
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "rms_norm": rms_norm,
    "_weight_norm": weight_norm,
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "dropout": dropout,
    "feature_dropout": dropout,
    **dict.fromkeys(("clone", "contiguous", "alias"), alias),
    "detach": detach,
    **dict.fromkeys(
        ("view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "_unsafe_view"), reshape
    ),
    "expand": expand,
    "broadcast_tensors": broadcast,
    "permute": permute,
    "transpose": transpose,
    "t": transpose,
    **dict.fromkeys(("numpy_T", "mT"), reverse_axes),
    "slice": slice_axis,
    "select": select,
    **dict.fromkeys(("chunk", "split", "split_with_sizes", "unbind"), split),
    "cat": concat,
    "stack": stack,
    **{kind: layer(kind) for kind in KINDS},
    **{f"{kind}_cell": cell(kind) for kind in KINDS},
    "cross_entropy_loss": cost("cross_entropy"),
    "nll_loss": cost("nll_loss"),
    "nll_loss_nd": cost("nll_loss"),
    "huber_loss": cost("huber"),
    "embedding": embedding,
    "mse_loss": cost("mse"),
    "l1_loss": cost("l1"),
    "smooth_l1_loss": cost("smooth_l1"),
    "binary_cross_entropy": cost("bce"),
    "binary_cross_entropy_with_logits": cost("bce_logits"),
}
"""The operators by their names in ATen, without overloads."""

VIEWS = {
    "view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "permute", "transpose", "t",
    "numpy_T", "mT", "slice", "select", "chunk", "split", "split_with_sizes", "unbind", "alias",
    "detach", "contiguous", "dropout", "expand", "broadcast_tensors",
}  # fmt: skip
"""The operators whose result may lie in the memory of their input."""
