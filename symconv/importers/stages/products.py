"""Fully connected layers, matrix products, attention and embeddings."""

from __future__ import annotations

from symconv.importers.graph.records import Operation, Shape
from symconv.importers.graph.refusals import NotImportedError

from .numbers import write_option
from .writer import StageWriter, Written


def write_linear(writer: StageWriter, operation: Operation) -> Written:
    """`dense w 10 bias b`, on the last axis; weights are (out, in), or (in, out) transposed."""
    x, (weight, bias) = writer.value(operation.inputs[0]), operation.inputs[1:]
    transposed = bool(operation.options.get("transposed"))
    if weight not in writer.graph.arrays or (weight, "equation") in writer.carried:
        return _multiply_computed(writer, operation)
    if len(x.shape) < 2:
        raise NotImportedError("a fully connected layer without an axis of samples")
    if writer.shape_of(weight)[transposed ^ 1] != x.shape[-1]:
        raise NotImportedError(f"weights {writer.shape_of(weight)} for {x.shape[-1]} features")
    units = writer.shape_of(weight)[transposed]
    text = f"dense {writer.weight(str(weight), 'w')} {units}"
    if bias is not None:
        if writer.shape_of(bias) != (units,):
            raise NotImportedError(f"a bias of shape {writer.shape_of(bias)} for {units} units")
        text += f" bias {writer.weight(str(bias), 'b')}"
    text += " transposed" if transposed else ""
    text += " last" if len(x.shape) > 2 or not x.batch else ""
    words = ("factor", "bias_factor") if bias is not None else ("factor",)
    for word in words:
        number = write_option(operation.options.get(word, 1))
        if number is None:
            raise NotImportedError(f"the factor {operation.options[word]!r} has too many digits")
        text += f" {word} {number}" if number != "1" else ""
    return writer.apply(text, x, (*x.shape[:-1], units), space=0)


def _multiply_computed(writer: StageWriter, operation: Operation) -> Written:
    """`y[n,c] = sum(i) w[c,i] x[n,i] + b[c]`, where the weight is a value, or one of an equation.

    A layer has a weight of its own, or that of an earlier layer.
    """
    x, (weight, bias) = writer.value(operation.inputs[0]), operation.inputs[1:]
    *lead, unit, summed = writer.letters(len(x.shape) + 1)
    transposed = bool(operation.options.get("transposed"))
    order = [summed, unit] if transposed else [unit, summed]
    size, units = (writer.shape_of(weight)[k] for k in (transposed ^ 1, transposed))
    if size != x.shape[-1]:
        raise NotImportedError(f"weights {writer.shape_of(weight)} for {x.shape[-1]} features")
    product = f"{writer.entry(weight, order)} {writer.entry(operation.inputs[0], [*lead, summed])}"
    alpha, beta = (
        "" if (n := operation.options.get(word, 1)) == 1 else f"{writer.read_number(n)} * "
        for word in ("factor", "bias_factor")
    )
    right = f"{alpha}(sum({summed}<{size}) {product})"
    right += "" if bias is None else f" + {beta}{writer.entry(bias, [unit])}"
    return writer.equate(right, [*lead, unit], (*x.shape[:-1], units), {unit: units})


def write_matmul(writer: StageWriter, operation: Operation) -> Written:
    """`y[n,i,j] = sum(k) a[n,i,k] b[n,k,j]`; axes before the last two are broadcast."""
    left, right = operation.inputs[:2]
    a, b = writer.shape_of(left), writer.shape_of(right)
    if len(a) < 2 or len(b) < 2 or a[-1] != b[-2]:
        raise NotImportedError(f"a matrix product of shapes {a} and {b}")
    lead = broadcast_shapes(a[:-2], b[:-2])
    *places, row, column, summed = writer.letters(len(lead) + 3)
    shape = (*lead, a[-2], b[-1])
    rows = writer.entry(left, [*places, row, summed], (*lead, *a[-2:]))
    columns = writer.entry(right, [*places, summed, column], (*lead, *b[-2:]))
    ranges = {row: a[-2], column: b[-1]}
    return writer.equate(
        f"sum({summed}<{a[-1]}) {rows} {columns}", [*places, row, column], shape, ranges
    )


def write_attention(writer: StageWriter, operation: Operation) -> Written:
    """Scaled dot-product attention: softmax(q k' scale) v, with [j <= i] where it is causal."""
    q, k, v = (writer.value(n) for n in operation.inputs[:3])
    if len(q.shape) < 2 or q.shape[:-2] != k.shape[:-2] or k.shape[:-1] != v.shape[:-1]:
        raise NotImportedError(f"attention of shapes {q.shape}, {k.shape} and {v.shape}")
    *lead, row, column, summed = writer.letters(len(q.shape) + 1)
    factor = writer.read_number(operation.options["scale"])
    queries = writer.entry(operation.inputs[0], [*lead, row, summed])
    keys = writer.entry(operation.inputs[1], [*lead, column, summed])
    shape = (*q.shape[:-1], k.shape[-2])
    ranges = {row: q.shape[-2], column: k.shape[-2]}
    scores = writer.equate(
        f"(sum({summed}) {queries} {keys}) * {factor}", [*lead, row, column], shape, ranges
    )
    shares = _write_shares(writer, scores, [*lead, row, column, summed], operation)
    weighed = f"{writer.name_of(shares)}[{','.join([*lead, row, column])}]"
    values = writer.entry(operation.inputs[2], [*lead, column, summed])
    return writer.equate(
        f"sum({column}<{k.shape[-2]}) {weighed} {values}",
        [*lead, row, summed],
        (*q.shape[:-1], v.shape[-1]),
        {row: q.shape[-2], summed: v.shape[-1]},
    )


def _write_shares(
    writer: StageWriter, scores: Written, places: list[str], operation: Operation
) -> Written:
    """The softmax of scores along the last axis, over what a causal mask leaves."""
    if not operation.options.get("causal"):
        return writer.apply(f"softmax axis {len(scores.shape) - 1}", scores, scores.shape)
    *lead, row, column, other = places
    name = writer.name_of(scores)
    here = f"{name}[{','.join([*lead, row, column])}]"
    there = f"{name}[{','.join([*lead, row, other])}]"
    total = f"sum({other}) [{other} <= {row}] exp({there})"
    return writer.equate(
        f"[{column} <= {row}] exp({here}) / ({total})", [*lead, row, column], scores.shape
    )


def broadcast_shapes(a: Shape, b: Shape) -> Shape:
    """The shape of two that are broadcast; NotImportedError where they do not fit."""
    long, short = (a, b) if len(a) >= len(b) else (b, a)
    padded = (1,) * (len(long) - len(short)) + short
    if any(m != n and 1 not in {m, n} for m, n in zip(long, padded, strict=True)):
        raise NotImportedError(f"shapes {a} and {b} do not fit each other")
    return tuple(n if m == 1 else m for m, n in zip(long, padded, strict=True))
