"""The table of Keras: which of its layers have a layer or an equation here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .keras_calls import KerasCall, KerasValue
from .keras_functions import (
    activation,
    add_noise,
    batch_norm,
    dense,
    elu,
    group_norm,
    layer_norm,
    leaky_relu,
    merge,
    relu,
    rescale,
    softmax,
)
from .keras_recurrent import recurrent
from .keras_views import concat, flatten, permute, reshape
from .keras_windows import (
    conv,
    crop,
    depthwise_conv,
    global_pool,
    pad,
    pool,
    transposed_conv,
    upsample,
)

KerasLayer = Callable[[KerasCall, list[KerasValue]], KerasValue]

LAYERS: Mapping[str, KerasLayer] = {
    **{f"Conv{n}D": conv(n) for n in (1, 2, 3)},
    **{f"Conv{n}DTranspose": transposed_conv(n) for n in (1, 2, 3)},
    "DepthwiseConv1D": depthwise_conv(1),
    "DepthwiseConv2D": depthwise_conv(2),
    **{f"MaxPooling{n}D": pool("max_pool", n) for n in (1, 2, 3)},
    **{f"AveragePooling{n}D": pool("avg_pool", n) for n in (1, 2, 3)},
    **{f"GlobalAveragePooling{n}D": global_pool("avg") for n in (1, 2, 3)},
    **{f"GlobalMaxPooling{n}D": global_pool("max") for n in (1, 2, 3)},
    **{f"ZeroPadding{n}D": pad(n) for n in (1, 2, 3)},
    **{f"Cropping{n}D": crop(n) for n in (1, 2, 3)},
    **{f"UpSampling{n}D": upsample(n) for n in (1, 2, 3)},
    "Dense": dense,
    "Activation": activation,
    "ReLU": relu,
    "LeakyReLU": leaky_relu,
    "ELU": elu,
    "Softmax": softmax,
    "BatchNormalization": batch_norm,
    "LayerNormalization": layer_norm,
    "GroupNormalization": group_norm,
    "Rescaling": rescale,
    **dict.fromkeys(
        ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout"),
        add_noise,
    ),
    "Add": merge("add"),
    "Subtract": merge("sub"),
    "Multiply": merge("mul"),
    "Maximum": merge("maximum"),
    "Minimum": merge("minimum"),
    "Concatenate": concat,
    "Flatten": flatten,
    **{name: recurrent(name) for name in ("LSTM", "GRU", "SimpleRNN")},
    "Reshape": reshape,
    "Permute": permute,
}
"""The layers by the names of their classes."""
