"""ONNX's products, normalisation, functions entry by entry, and costs."""

from __future__ import annotations

from symconv.importers.graph.records import Operation
from symconv.importers.graph.refusals import NotImportedError

from .onnx_calls import OnnxCall, OnnxTranslation


def matmul(call: OnnxCall) -> list[Operation]:
    """MatMul, a fully connected layer where its second matrix is stored."""
    right = call.input(1)
    if right in call.arrays and len(call.shape(1)) == 2 and len(call.shape()) > 1:
        return [call.make("linear", call.input(0), right, None, transposed=True)]
    return [call.make("matmul", call.input(0), right)]


def gemm(call: OnnxCall) -> list[Operation]:
    """Gemm: alpha a b + beta c."""
    transposed, made = not call.integer("transB", 0), list[Operation]()
    x, weight, bias = (call.input(n) for n in range(3))
    options = {"factor": call.number("alpha", 1), "bias_factor": call.number("beta", 1)}
    if call.integer("transA", 0):
        shape = call.shape()[::-1]
        made.append(call.make_between("turned", "permute", shape, x, order=(1, 0)))
        x = made[-1].output
    units = call.output_shape()[-1:]
    if bias is not None and call.shape(2) != units:
        # What is added is no bias, but one for each sample, or a single one.
        if options["bias_factor"] != 1:
            raise NotImportedError("a product of matrices with a factor before what is added")
        made.append(
            call.make_between(
                "product", "linear", call.output_shape(), x, weight, None,
                transposed=transposed, factor=options["factor"],
            )
        )  # fmt: skip
        return [*made, call.make("add", made[-1].output, bias)]
    return [*made, call.make("linear", x, weight, bias, transposed=transposed, **options)]


def pointwise(function: str) -> OnnxTranslation:
    """A function entry by entry."""
    return lambda call: [call.make("pointwise", call.input(0), function=function)]


def leaky_relu(call: OnnxCall) -> list[Operation]:
    """LeakyRelu."""
    slope = call.number("alpha", 0.01)
    return [call.make("pointwise", call.input(0), function="leaky_relu", number=slope)]


def elu(call: OnnxCall) -> list[Operation]:
    """Elu."""
    return [call.make("pointwise", call.input(0), function="elu", number=call.number("alpha", 1))]


def hard_sigmoid(call: OnnxCall) -> list[Operation]:
    """HardSigmoid: max(0, min(1, alpha x + beta)), with alpha 1/6 alone."""
    # A sixth of 32 bits is no decimal of the person's: it is taken to be a sixth.
    if abs(call.number("alpha", 0.2) - 1 / 6) > 1e-7 or call.number("beta", 0.5) != 0.5:
        raise NotImportedError("a hard sigmoid whose slope is not 1/6")
    return [call.make("pointwise", call.input(0), function="hardsigmoid")]


def gelu(call: OnnxCall) -> list[Operation]:
    """Gelu with erf, or with tanh."""
    form = "gelu_tanh" if call.word("approximate", "none") == "tanh" else "gelu_erf"
    return [call.make("pointwise", call.input(0), function=form)]


def clip(call: OnnxCall) -> list[Operation]:
    """Clip, of which relu6 is one."""
    low, high = call.single(1), call.single(2)
    if (low, high) == (0, 6):
        return [call.make("pointwise", call.input(0), function="relu6")]
    return [call.make("pointwise", call.input(0), function="clamp", low=low, high=high)]


def power(call: OnnxCall) -> list[Operation]:
    """Pow with a number as its exponent."""
    exponent = call.single(1)
    return [call.make("pointwise", call.input(0), function="power", number=exponent)]


def binary(kind: str) -> OnnxTranslation:
    """A sum, a difference, a product or a quotient."""
    return lambda call: [call.make(kind, call.operand(0), call.operand(1))]


def chain(kind: str) -> OnnxTranslation:
    """Sum, Max and Min of two values."""

    def translate(call: OnnxCall) -> list[Operation]:
        if len(call.node.inputs) != 2:
            raise NotImportedError(f"{len(call.node.inputs)} operands, where two are read")
        return [call.make(kind, call.operand(0), call.operand(1))]

    return translate


def softmax(kind: str) -> OnnxTranslation:
    """Softmax and LogSoftmax."""

    def translate(call: OnnxCall) -> list[Operation]:
        axis = call.integer("axis", -1) % len(call.shape())
        return [call.make(kind, call.input(0), axis=axis)]

    return translate


def reduction(how: str) -> OnnxTranslation:
    """ReduceMean, ReduceSum and ReduceMax."""

    def translate(call: OnnxCall) -> list[Operation]:
        rank = len(call.shape())
        said = call.whole_numbers(1) or call.integers("axes", ())
        if not said and call.integer("noop_with_empty_axes", 0):
            return [call.make("alias", call.input(0))]
        axes = tuple(sorted(a % rank for a in said)) or tuple(range(rank))
        keep = bool(call.integer("keepdims", 1))
        if how == "mean" and rank > 3 and axes == tuple(range(2, rank)):
            return [call.make("global_pool", call.input(0), how="avg", keep=keep)]
        return [call.make("reduce", call.input(0), how=how, axes=axes, keep=keep)]

    return translate


def batch_norm(call: OnnxCall) -> list[Operation]:
    """BatchNormalization with the running statistics, or in training."""
    names, epsilon = [call.input(n) for n in range(5)], call.number("epsilon", 1e-5)
    if call.integer("training_mode", 0):
        return [call.make("batchnorm", *names[:3], epsilon=epsilon)]
    return [call.make("scaled_norm", *names, epsilon=epsilon)]


def layer_norm(call: OnnxCall) -> list[Operation]:
    """LayerNormalization over the last axes."""
    rank = len(call.shape())
    last = rank - call.integer("axis", -1) % rank
    names = [call.input(n) for n in range(3)]
    return [call.make("layernorm", *names, epsilon=call.number("epsilon", 1e-5), last=last)]


def group_norm(call: OnnxCall) -> list[Operation]:
    """GroupNormalization whose weights are one a channel, as since version 21."""
    if call.shape(1) != call.shape()[1:2]:
        raise NotImportedError("a group normalisation with weights for groups")
    names = [call.input(n) for n in range(3)]
    groups = call.integer("num_groups", 1)
    return [call.make("groupnorm", *names, epsilon=call.number("epsilon", 1e-5), groups=groups)]


def instance_norm(call: OnnxCall) -> list[Operation]:
    """InstanceNormalization."""
    names = [call.input(n) for n in range(3)]
    return [call.make("instancenorm", *names, epsilon=call.number("epsilon", 1e-5))]


NO_CLASS = -100
"""What PyTorch's exporter says where no class is ignored."""


def class_cost(kind: str) -> OnnxTranslation:
    """SoftmaxCrossEntropyLoss and NegativeLogLikelihoodLoss."""

    def translate(call: OnnxCall) -> list[Operation]:
        if len([n for n in call.node.outputs if n]) > 1:
            raise NotImportedError("a cost that also gives its logarithms")
        options: dict[str, object] = {"reduction": call.word("reduction", "mean")}
        ignored = call.node.attributes.get("ignore_index", NO_CLASS)
        options |= {} if ignored == NO_CLASS else {"ignore": ignored}
        return [call.make(kind, *(call.input(n) for n in range(3)), **options)]

    return translate
