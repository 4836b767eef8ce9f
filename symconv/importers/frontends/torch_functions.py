"""ATen's functions entry by entry, and its sums and softmaxes over axes."""

from __future__ import annotations

from symconv.importers.graph.records import Operation
from symconv.importers.graph.refusals import NotImportedError

from .torch_calls import TorchCall, Translation


def pointwise(function: str) -> Translation:
    """A function entry by entry."""
    return lambda call: [call.make("pointwise", call.tensor("self"), function=function)]


def gelu(call: TorchCall) -> list[Operation]:
    """GELU with erf, or with tanh."""
    form = call.arguments.get("approximate", "none")
    if form not in {"none", "tanh"}:
        raise NotImportedError(f"its option approximate = {str(form)[:40]}")
    function = "gelu_tanh" if form == "tanh" else "gelu_erf"
    return [call.make("pointwise", call.tensor("self"), function=function)]


def leaky_relu(call: TorchCall) -> list[Operation]:
    """The leaky rectifier."""
    slope = call.number("negative_slope", 0.01)
    return [call.make("pointwise", call.tensor("self"), function="leaky_relu", number=slope)]


def elu(call: TorchCall) -> list[Operation]:
    """The exponential linear unit."""
    call.expect(scale=1, input_scale=1)
    alpha = call.number("alpha", 1)
    return [call.make("pointwise", call.tensor("self"), function="elu", number=alpha)]


def softplus(call: TorchCall) -> list[Operation]:
    """log(1 + exp(x)); torch returns x itself above its threshold of 20, 2e-9 away."""
    call.expect(beta=1, threshold=20)
    return [call.make("pointwise", call.tensor("self"), function="softplus")]


def clamp(call: TorchCall) -> list[Operation]:
    """x between two numbers; hardtanh is that, too, and relu6."""
    usual = (-1.0, 1.0) if "hardtanh" in call.target else (None, None)
    pairs = zip(("min_val", "max_val") if usual[0] else ("min", "max"), usual, strict=True)
    low, high = (
        n if call.arguments.get(word, n) is None else call.number(word, n) for word, n in pairs
    )
    if (low, high) == (0, 6):
        return [call.make("pointwise", call.tensor("self"), function="relu6")]
    if low == 0 and high is None:
        return [call.make("pointwise", call.tensor("self"), function="relu")]
    if low is None and high is None:
        raise NotImportedError("limits that are no numbers")
    return [call.make("pointwise", call.tensor("self"), function="clamp", low=low, high=high)]


def power(call: TorchCall) -> list[Operation]:
    """x to a power that is a number."""
    if call.tensor("self") is None:
        raise NotImportedError("a power whose exponent is a tensor")
    exponent = call.number("exponent")
    return [call.make("pointwise", call.tensor("self"), function="power", number=exponent)]


def binary(kind: str) -> Translation:
    """A sum, a difference, a product or a quotient of tensors or numbers."""

    def translate(call: TorchCall) -> list[Operation]:
        call.expect(rounding_mode=None)
        left, right = call.operand("self"), call.operand("other")
        if left is None or right is None:
            raise NotImportedError("an operand that is neither a tensor nor a number")
        scaled, made = _scale(call, right)
        return [*made, call.make(kind, left, scaled)]

    return translate


def reverse_subtract(call: TorchCall) -> list[Operation]:
    """other - alpha self."""
    scaled, made = _scale(call, call.tensor("self"))
    return [*made, call.make("sub", call.operand("other"), scaled)]


def _scale(
    call: TorchCall, operand: str | float | None
) -> tuple[str | float | None, list[Operation]]:
    """The second operand times `alpha`, and the operation that makes it."""
    factor = call.number("alpha", 1)
    if factor == 1 or operand is None:
        return operand, []
    if isinstance(operand, (int, float)):
        return factor * operand, []
    name, shape = f"%{call.outputs[0]} scaled", call.shapes.get(operand)
    made = Operation("mul", (str(operand), factor), name, call.place, {}, shape)
    return name, [made]


def softmax(kind: str) -> Translation:
    """Softmax, or its logarithm, along an axis."""

    def translate(call: TorchCall) -> list[Operation]:
        call.expect(half_to_float=False)
        axis = call.integer("dim") % len(call.shape())
        return [call.make(kind, call.tensor("self"), axis=axis)]

    return translate


def reduction(how: str) -> Translation:
    """A sum, a mean or a maximum over axes."""

    def translate(call: TorchCall) -> list[Operation]:
        rank = len(call.shape())
        said = call.arguments.get("dim")
        every = tuple(range(rank))
        axes = (
            every
            if said in {None, ()}
            else tuple(
                a % rank for a in call.sizes("dim", len(said) if isinstance(said, tuple) else 1)
            )
        )
        keep = call.flag("keepdim")
        if how == "mean" and rank > 3 and axes == every[2:]:
            return [call.make("global_pool", call.tensor("self"), how="avg", keep=keep)]
        return [call.make("reduce", call.tensor("self"), how=how, axes=axes, keep=keep)]

    return translate
