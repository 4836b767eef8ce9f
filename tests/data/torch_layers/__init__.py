"""Random cases of every layer: a network, its arrays, and the same layer of PyTorch."""

import torch

from .compared import TOLERANCE, TOLERANCES, compared
from .costs import cross_entropy, loss, squared
from .draws import Draw, layer, network
from .options import OPTIONS
from .pooling import avgpool, global_pool, maxpool
from .scaling import norm, pointwise, scale, softmax
from .sequences import attention, embedding
from .shaping import add, concat, dense, dropout, flatten, matmul, mul, pad, upsample
from .sliding import conv, local, transposed_conv
from .windows import room

F = torch.nn.functional

__all__ = ["CASES", "TOLERANCE", "TOLERANCES", "Draw", "compared", "layer", "network", "room"]

CASES = {
    "conv": conv,
    "transposed_conv": transposed_conv,
    "local": local,
    "maxpool": maxpool,
    "avgpool": avgpool,
    "dense": dense,
    "dropout": dropout,
    "attention": attention,
    "embedding": embedding,
    "relu": pointwise("relu", F.relu),
    "leaky_relu": pointwise(
        "leaky_relu", lambda x, slope: F.leaky_relu(x, negative_slope=slope), slope=("0.01", "0.5")
    ),
    "elu": pointwise("elu", F.elu, alpha=("1", "0.5")),
    "softplus": pointwise("softplus", lambda x: F.softplus(x, threshold=1000)),
    "gelu": pointwise("gelu", lambda x: F.gelu(x, approximate="tanh")),
    "silu": pointwise("silu", F.silu),
    "sigmoid": pointwise("sigmoid", torch.sigmoid),
    "tanh": pointwise("tanh", torch.tanh),
    "softmax": softmax("softmax"),
    "log_softmax": softmax("log_softmax"),
    "cross_entropy": cross_entropy,
    "nll_loss": OPTIONS["nll_loss"],
    "sse": loss("sse", squared(1), ("sum",)),
    "half_sse": loss("half_sse", squared(0.5), ("sum",)),
    "mse": loss("mse", F.mse_loss, ("mean",)),
    "l1": loss("l1", F.l1_loss),
    "huber": OPTIONS["huber"],
    "smooth_l1": loss("smooth_l1", F.smooth_l1_loss, options=(None, "0.5", "2")),
    "bce": loss("bce", F.binary_cross_entropy),
    "bce_logits": loss("bce_logits", F.binary_cross_entropy_with_logits),
    "batchnorm": norm(
        "batchnorm", lambda x, g, b, e, _: F.batch_norm(x, None, None, g, b, training=True, eps=e)
    ),
    "layernorm": norm("layernorm", lambda x, g, b, e, _: F.layer_norm(x, x.shape[1:], g, b, e)),
    "instancenorm": norm(
        "instancenorm", lambda x, g, b, e, _: F.instance_norm(x, None, None, g, b, eps=e)
    ),
    "groupnorm": norm("groupnorm", lambda x, g, b, e, n: F.group_norm(x, n, g, b, e)),
    "rmsnorm": norm("rmsnorm", lambda x, g, _, e, __: F.rms_norm(x, x.shape[1:], g, e)),
    "global_avgpool": global_pool("global_avgpool", F.adaptive_avg_pool2d),
    "global_maxpool": global_pool("global_maxpool", F.adaptive_max_pool2d),
    "flatten": flatten,
    "upsample": upsample,
    "pad": pad,
    "scale": scale,
    "add": add,
    "mul": mul,
    "concat": concat,
    "matmul": matmul,
}
