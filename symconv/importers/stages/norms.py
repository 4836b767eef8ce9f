"""Normalisation, with the statistics of the data or with stored ones."""

from __future__ import annotations

from symconv.importers.graph.records import Operation
from symconv.importers.graph.refusals import NotImportedError

from .numbers import write_option
from .writer import StageWriter, Written


def write_norm(writer: StageWriter, operation: Operation) -> Written:
    """`batchnorm`, `layernorm`, `groupnorm`, `instancenorm` or `rmsnorm`, of the data at hand."""
    x, weight, bias = writer.value(operation.inputs[0]), *operation.inputs[1:3]
    option, kind = operation.options, operation.kind
    if kind in {"batchnorm", "groupnorm", "instancenorm"} and not x.has_channels:
        raise NotImportedError("a normalisation whose channels an equation has hidden")
    text = kind + _name_scale(writer, weight, bias)
    text += f" epsilon {write_epsilon(option['epsilon'])}"
    for word in ("groups", "last"):
        text += f" {word} {option[word]}" if word in option else ""
    return writer.apply(text, x, x.shape, space=x.space)


def write_scaled_norm(writer: StageWriter, operation: Operation) -> Written:
    """Batch normalisation with stored mean and variance, which have no gradient.

    It is an equation where the layer would not know which axis is that of the channels.
    """
    x, option = writer.value(operation.inputs[0]), operation.options
    weight, bias, mean, variance = operation.inputs[1:5]
    if x.has_channels:
        text = "batchnorm inference" + _name_scale(writer, weight, bias)
        text += f" mean {writer.statistic(str(mean), 'mu')}"
        text += f" variance {writer.statistic(str(variance), 'nu')}"
        text += f" epsilon {write_epsilon(option['epsilon'])}"
        return writer.apply(text, x, x.shape, space=x.space)
    places = writer.letters(len(x.shape))
    spread = [places[1], *("0" for _ in x.shape[2:])]
    here = writer.entry(operation.inputs[0], places)
    mu, nu = (_read_channel(writer, n, spread[0]) for n in (mean, variance))
    epsilon = write_epsilon(option["epsilon"])
    added = f" + {writer.read_number(option['epsilon'])}" if epsilon != "0" else ""
    right = f"({here} - {mu}) / sqrt({nu}{added})"
    if weight is not None:
        right += f" * {_read_channel(writer, weight, spread[0])}"
    if bias is not None:
        right += f" + {_read_channel(writer, bias, spread[0])}"
    return writer.equate(right, places, x.shape)


def _name_scale(writer: StageWriter, weight: str | float | None, bias: str | float | None) -> str:
    """The factors and the summands of a normalisation as options."""
    text = f" weight {writer.weight(str(weight), 'gamma')}" if weight is not None else ""
    return text + (f" bias {writer.weight(str(bias), 'beta')}" if bias is not None else "")


def _read_channel(writer: StageWriter, name: str | float | None, place: str) -> str:
    """An entry of a stored array with one axis, that of the channels."""
    if len(writer.shape_of(name)) != 1:
        raise NotImportedError(f"{name!r} has {len(writer.shape_of(name))} axes, not one")
    return writer.entry(name, [place])


def write_epsilon(value: float) -> str:
    """The epsilon of a normalisation as an option."""
    found = write_option(value)
    if found is None or value < 0:
        raise NotImportedError(f"epsilon = {value!r} cannot be written")
    return found
