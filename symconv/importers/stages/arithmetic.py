"""Functions entry by entry, sums and products of values, and means over axes."""

from __future__ import annotations

from math import prod

from symconv.importers.graph.records import Operation
from symconv.importers.graph.refusals import NotImportedError

from .numbers import write_option
from .products import broadcast_shapes
from .writer import StageWriter, Written

LAYERS = {"relu", "sigmoid", "tanh", "silu", "softplus"}
"""The functions that are layers without options."""

FORMULAS = {
    "gelu_erf": "1/2 * {x} (1 + erf({x} / sqrt(2)))",
    "exp": "exp({x})",
    "log": "log({x})",
    "sqrt": "sqrt({x})",
    "rsqrt": "1 / sqrt({x})",
    "reciprocal": "1 / {x}",
    "abs": "abs({x})",
    "erf": "erf({x})",
    "sin": "sin({x})",
    "cos": "cos({x})",
    "neg": "-{x}",
    "relu6": "min(relu({x}), 6)",
    "hardsigmoid": "1/6 * min(relu({x} + 3), 6)",
    "hardswish": "1/6 * {x} min(relu({x} + 3), 6)",
    "mish": "{x} tanh(softplus({x}))",
    "square": "{x}^2",
}
"""The functions that are equations of their own."""

SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
LARGEST_POWER = 16
"""The largest exponent that is read: whole numbers and halves up to it."""


def write_pointwise(writer: StageWriter, operation: Operation) -> Written:
    """A layer such as `relu`, or an equation where the catalogue has none."""
    function = operation.options["function"]
    x = writer.value(operation.inputs[0])
    if function in LAYERS:
        return writer.apply(function, x, x.shape, space=x.space)
    if function == "gelu_tanh":
        return writer.apply("gelu", x, x.shape, space=x.space)
    if function in {"leaky_relu", "elu"}:
        word = "slope" if function == "leaky_relu" else "alpha"
        number = write_option(operation.options["number"])
        if number is None:
            raise NotImportedError(f"the {word} {operation.options['number']!r} is too long")
        return writer.apply(f"{function} {word} {number}", x, x.shape, space=x.space)
    places = writer.letters(len(x.shape))
    read = writer.entry(operation.inputs[0], places)
    if function == "clamp":
        return writer.equate(_clamp(read, operation), places, x.shape, letter="a")
    if function == "power":
        return writer.equate(_raise(read, operation), places, x.shape, letter="a")
    return writer.equate(FORMULAS[function].format(x=read), places, x.shape, letter="a")


def _clamp(read: str, operation: Operation) -> str:
    """x between a smallest and a largest number."""
    low, high = operation.options["low"], operation.options["high"]
    numbers = [None if n is None else _number(n) for n in (low, high)]
    inner = read if numbers[0] is None else f"max({read}, {numbers[0]})"
    return inner if numbers[1] is None else f"min({inner}, {numbers[1]})"


def _number(value: float) -> str:
    written = write_option(value)
    if written is None or "e" in written:
        raise NotImportedError(f"the number {value!r} is too long")
    return written


def _raise(read: str, operation: Operation) -> str:
    exponent = operation.options["number"]
    if 2 * exponent != int(2 * exponent) or abs(exponent) > LARGEST_POWER:
        raise NotImportedError(f"the power {exponent!r}")
    if exponent == int(exponent):
        return f"{read}^{int(exponent)}" if exponent >= 0 else f"{read}^-{int(-exponent)}"
    return (
        f"{read}^({int(2 * exponent)}/2)" if exponent > 0 else f"1/{read}^({int(-2 * exponent)}/2)"
    )


def write_binary(writer: StageWriter, operation: Operation) -> Written:
    """`add`, `mul`, or an equation with broadcast entries."""
    left, right = operation.inputs[:2]
    a, b = writer.shape_of(left), writer.shape_of(right)
    kind, shape = operation.kind, broadcast_shapes(a, b)
    values = [writer.values.get(n) if isinstance(n, str) else None for n in (left, right)]
    if kind in {"add", "mul"} and a == b and shape and None not in values:
        x, other = values if values[1] != writer.last else values[::-1]
        assert x is not None
        assert other is not None
        return writer.apply(f"{kind} {other.marked}", x, shape, space=x.space)
    places = writer.letters(len(shape))
    first, second = (writer.entry(n, places, shape) for n in (left, right))
    letter = "y" if shape else "C"
    return writer.equate(f"{first} {SIGNS[kind]} {second}", places, shape, letter=letter)


def write_maximum(writer: StageWriter, operation: Operation) -> Written:
    """The greater, or the smaller, of two values."""
    left, right = operation.inputs[:2]
    shape = broadcast_shapes(writer.shape_of(left), writer.shape_of(right))
    places = writer.letters(len(shape))
    both = ", ".join(writer.entry(n, places, shape) for n in (left, right))
    word = "max" if operation.kind == "maximum" else "min"
    return writer.equate(f"{word}({both})", places, shape)


def write_reduction(writer: StageWriter, operation: Operation) -> Written:
    """A sum, a mean or a maximum over axes."""
    x, option = writer.value(operation.inputs[0]), operation.options
    axes, keep, how = option["axes"], option["keep"], option["how"]
    every = writer.letters(len(x.shape))
    summed = [v for a, v in enumerate(every) if a in axes]
    count = prod(x.shape[a] for a in axes)
    word = {"sum": "sum", "mean": "sum", "max": "max"}[how]
    right = f"{word}({','.join(summed)}) {writer.entry(operation.inputs[0], every)}"
    right = f"({right}) / {count}" if how == "mean" else right
    if len(axes) == len(every) and not keep:
        return writer.equate(right, (), (), letter="C")
    if not keep:
        places = [v for a, v in enumerate(every) if a not in axes]
        return writer.equate(
            right, places, tuple(x.shape[a] for a in range(len(every)) if a not in axes)
        )
    spare = iter(writer.letters(len(every) + len(axes))[len(every) :])
    kept = [next(spare) if a in axes else v for a, v in enumerate(every)]
    shape = tuple(1 if a in axes else n for a, n in enumerate(x.shape))
    return writer.equate(right, kept, shape)


def write_softmax(writer: StageWriter, operation: Operation) -> Written:
    """`softmax axis 1`, or `softmax` where there are samples of features."""
    x, axis = writer.value(operation.inputs[0]), operation.options["axis"]
    plain = len(x.shape) == 2 and axis == 1 and x.batch
    text = operation.kind if plain else f"{operation.kind} axis {axis}"
    return writer.apply(text, x, x.shape, space=x.space)
