"""Keras' dense layer, activations, normalisation, and sums of values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symconv.importers.graph.refusals import NotImportedError

from .keras_calls import KerasCall, KerasValue

ACTIVATIONS: dict[str, dict[str, Any]] = {
    **{
        f: {"function": f} for f in ("relu", "sigmoid", "tanh", "silu", "softplus", "relu6", "mish")
    },
    "swish": {"function": "silu"},
    "gelu": {"function": "gelu_erf"},
    "exponential": {"function": "exp"},
    "hard_sigmoid": {"function": "hardsigmoid"},
    "hard_silu": {"function": "hardswish"},
    "elu": {"function": "elu", "number": 1.0},
    "leaky_relu": {"function": "leaky_relu", "number": 0.2},
}
"""The activations by their names, as Keras 3 has them."""


def apply_activation(call: KerasCall, x: KerasValue) -> KerasValue:
    """The activation that a layer's options name."""
    name = call.config.get("activation", "linear")
    name = "linear" if name is None else str(name)
    if name == "linear":
        return x
    if name in {"softmax", "log_softmax"}:
        axis = call.axis_of(x, -1)
        return call.add(name, (x.name,), x.shape, first=x.first, axis=axis)
    if name not in ACTIVATIONS:
        raise NotImportedError(f"its option activation = {str(name)[:40]}")
    return call.add("pointwise", (x.name,), x.shape, first=x.first, **ACTIVATIONS[name])


def activation(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """A layer that is an activation."""
    (x,) = given
    return apply_activation(call, x)


def relu(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """ReLU, with a largest value of 6 or without one."""
    (x,) = given
    call.expect(threshold=0.0)
    slope, largest = call.config.get("negative_slope") or 0, call.config.get("max_value")
    if slope and largest is None:
        return _apply(call, x, function="leaky_relu", number=call.number("negative_slope", 0))
    if slope or largest not in {None, 6.0}:
        raise NotImportedError(f"its options max_value = {largest}, negative_slope = {slope}")
    return _apply(call, x, function="relu" if largest is None else "relu6")


def leaky_relu(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """LeakyReLU; Keras 2 calls the slope alpha."""
    (x,) = given
    word = "alpha" if "alpha" in call.config else "negative_slope"
    return _apply(call, x, function="leaky_relu", number=call.number(word, 0.3))


def elu(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """ELU."""
    (x,) = given
    return _apply(call, x, function="elu", number=call.number("alpha", 1))


def softmax(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """Softmax along an axis of Keras."""
    (x,) = given
    axis = call.axis_of(x, call.integer("axis", -1))
    return call.add("softmax", (x.name,), x.shape, first=x.first, axis=axis)


def add_noise(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """Dropout and noise, which do nothing outside of training."""
    (x,) = given
    return call.add("alias", (x.name,), x.shape, first=x.first)


def _apply(call: KerasCall, x: KerasValue, **options: Any) -> KerasValue:
    return call.add("pointwise", (x.name,), x.shape, first=x.first, **options)


def dense(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """Dense on the last axis of Keras; kernels are (in, out)."""
    (x,) = given
    x = call.channels_last(x)
    units = call.integer("units", 0)
    bias = call.store(1, (units,), "bias") if call.config.get("use_bias", True) else None
    names = (x.name, call.store(0, (x.shape[-1], units), "kernel"), bias)
    made = call.add("linear", names, (*x.shape[:-1], units), first=False, transposed=True)
    return apply_activation(call, made)


def batch_norm(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """BatchNormalization with its moving statistics, as outside of training."""
    x = call.channels_first(given[0])
    if call.axis_of(x, _read_axis(call)) != 1:
        raise NotImportedError("a batch normalisation of an axis that is not that of the channels")
    names, count = list[str | None](), 0
    for word, flag in (
        ("gamma", "scale"),
        ("beta", "center"),
        ("moving_mean", ""),
        ("moving_variance", ""),
    ):
        if flag and not call.config.get(flag, True):
            names.append(None)
            continue
        names.append(call.store(count, x.shape[1:2], word, trained=bool(flag)))
        count += 1
    options = {"epsilon": call.number("epsilon", 1e-3)}
    return call.add("scaled_norm", (x.name, *names), x.shape, first=x.first, **options)


def layer_norm(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """LayerNormalization over the last axis of Keras."""
    x = call.channels_last(given[0])
    call.expect(rms_scaling=False)
    if _read_axis(call) not in {-1, len(x.shape) - 1}:
        raise NotImportedError("a layer normalisation of other axes than the last")
    options = {"epsilon": call.number("epsilon", 1e-3), "last": 1}
    names = _store_scale(call, x.shape[-1])
    return call.add("layernorm", (x.name, *names), x.shape, first=False, **options)


def group_norm(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """GroupNormalization of channels."""
    x = call.channels_first(given[0])
    groups = call.integer("groups", 32)
    if call.axis_of(x, _read_axis(call)) != 1 or groups < 1:
        raise NotImportedError("a group normalisation of an axis that is not that of the channels")
    options = {"epsilon": call.number("epsilon", 1e-3), "groups": groups}
    names = _store_scale(call, x.shape[1])
    return call.add("groupnorm", (x.name, *names), x.shape, first=x.first, **options)


def _store_scale(call: KerasCall, size: int) -> list[str | None]:
    """The factors and the summands of a normalisation, where it has them."""
    scale, center = call.config.get("scale", True), call.config.get("center", True)
    gamma = call.store(0, (size,), "gamma") if scale else None
    return [gamma, call.store(int(bool(scale)), (size,), "beta") if center else None]


def _read_axis(call: KerasCall) -> int:
    """One axis; a list of one is that axis."""
    found = call.config.get("axis", -1)
    found = found[0] if isinstance(found, list) and len(found) == 1 else found
    if isinstance(found, bool) or not isinstance(found, int):
        raise NotImportedError("its axis is no whole number")
    return found


def rescale(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """scale x + offset."""
    (x,) = given
    scale, offset = call.number("scale", 1), call.number("offset", 0)
    x = call.add("mul", (x.name, scale), x.shape, first=x.first)
    return call.add("add", (x.name, offset), x.shape, first=x.first) if offset else x


def merge(kind: str) -> Callable[[KerasCall, list[KerasValue]], KerasValue]:
    """Add, Subtract, Multiply, Maximum, Minimum: one after the other."""

    def translate(call: KerasCall, given: list[KerasValue]) -> KerasValue:
        if any(v.first for v in given):
            given = [call.channels_first(v) for v in given]
        if len(given) < 2 or len({len(v.shape) for v in given}) > 1:
            raise NotImportedError("values of as many axes each are merged, two or more")
        made, *rest = given
        for other in rest:
            pairs = zip(made.shape, other.shape, strict=True)
            shape = tuple(max(n, m) for n, m in pairs)
            made = call.add(kind, (made.name, other.name), shape, first=made.first)
        return made

    return translate
