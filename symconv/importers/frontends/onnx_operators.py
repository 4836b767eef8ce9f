"""The table of ONNX: which operators have a layer or an equation here."""

from __future__ import annotations

from collections.abc import Mapping

from .onnx_calls import OnnxTranslation
from .onnx_functions import (
    batch_norm,
    binary,
    chain,
    class_cost,
    clip,
    elu,
    gelu,
    gemm,
    group_norm,
    hard_sigmoid,
    instance_norm,
    layer_norm,
    leaky_relu,
    matmul,
    pointwise,
    power,
    reduction,
    softmax,
)
from .onnx_recurrent import USUAL, recurrent
from .onnx_views import (
    alias,
    concat,
    dropout,
    expand,
    flatten,
    gather,
    permute,
    reshape,
    slice_axis,
    split,
)
from .onnx_windows import conv, conv_transpose, global_pool, pad, pool, resize

FUNCTIONS = {
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Exp": "exp",
    "Log": "log",
    "Sqrt": "sqrt",
    "Reciprocal": "reciprocal",
    "Abs": "abs",
    "Erf": "erf",
    "Sin": "sin",
    "Cos": "cos",
    "Neg": "neg",
    "HardSwish": "hardswish",
    "Mish": "mish",
}
"""ONNX's functions without options."""

OPERATORS: Mapping[str, OnnxTranslation] = {
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "MaxPool": pool("max_pool"),
    "AveragePool": pool("avg_pool"),
    "GlobalAveragePool": global_pool("avg"),
    "GlobalMaxPool": global_pool("max"),
    "Pad": pad,
    "Resize": resize,
    "MatMul": matmul,
    "Gemm": gemm,
    **{name: pointwise(function) for name, function in FUNCTIONS.items()},
    "LeakyRelu": leaky_relu,
    "Elu": elu,
    "HardSigmoid": hard_sigmoid,
    "Gelu": gelu,
    "Clip": clip,
    "Pow": power,
    **{name: binary(name.lower()) for name in ("Add", "Sub", "Mul", "Div")},
    "Sum": chain("add"),
    "Max": chain("maximum"),
    "Min": chain("minimum"),
    "Softmax": softmax("softmax"),
    "LogSoftmax": softmax("log_softmax"),
    "ReduceMean": reduction("mean"),
    "ReduceSum": reduction("sum"),
    "ReduceMax": reduction("max"),
    "BatchNormalization": batch_norm,
    "LayerNormalization": layer_norm,
    "GroupNormalization": group_norm,
    "InstanceNormalization": instance_norm,
    "SoftmaxCrossEntropyLoss": class_cost("cross_entropy"),
    "NegativeLogLikelihoodLoss": class_cost("nll_loss"),
    **dict.fromkeys(("Identity", "Cast"), alias),
    **{name: recurrent(name) for name in USUAL},
    "Dropout": dropout,
    **dict.fromkeys(("Reshape", "Squeeze", "Unsqueeze"), reshape),
    "Flatten": flatten,
    "Transpose": permute,
    "Expand": expand,
    "Concat": concat,
    "Split": split,
    "Slice": slice_axis,
    "Gather": gather,
}
"""The operators by their names; functions of the standard that are spelled out are read as such."""
