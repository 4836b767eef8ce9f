"""Costs: cross entropy and the errors between a value and a target."""

from __future__ import annotations

from symconv.importers.graph.records import ModelInput, Operation, Shape
from symconv.importers.graph.refusals import NotImportedError

from .names import find_free_name
from .numbers import write_option
from .writer import StageWriter, Written

CLASSES = {"cross_entropy", "nll_loss"}
"""The costs of one right class among several, whose target may be labels."""

COSTS = CLASSES | {"mse", "l1", "bce", "bce_logits", "smooth_l1", "huber"}
"""The operations whose second input is a target: kinds and keywords are the same."""


def write_cost(writer: StageWriter, operation: Operation) -> Written:
    """`cross_entropy t labels`, `mse t` and the like, with weights of classes or of features."""
    x, option = writer.value(operation.inputs[0]), operation.options
    kind, reduction = operation.kind, option["reduction"]
    given = next((i for i in writer.graph.inputs if i.name == operation.inputs[1]), None)
    labels = kind in CLASSES and operation.inputs[1] in writer.whole
    wanted = (x.shape[0], *x.shape[2:]) if labels else x.shape
    target = _name_target(writer, operation.inputs[1], given, wanted)
    moved = operation.inputs[1] in writer.whole and given is None
    if kind in CLASSES and (moved or not x.has_channels):
        return _spell_out(writer, operation, x, target, labels=labels)
    text = f"{kind} {target}"
    text += f" reduction {reduction}" if reduction != "mean" else ""
    text += " labels" if labels else ""
    for word, source in zip(("weights", "pos_weight"), operation.inputs[2:], strict=False):
        text += f" {word} {_name_weights(writer, source, x)}" if source is not None else ""
    for word in ("smoothing", "ignore", "beta", "delta"):
        text += f" {word} {_write_number(option[word], word)}" if word in option else ""
    shape = () if reduction != "none" else wanted
    return writer.apply(text, x, shape, space=x.space if shape == x.shape else 0)


def _spell_out(
    writer: StageWriter, operation: Operation, x: Written, target: str, *, labels: bool
) -> Written:
    """The cost of labels as an equation, where the layer would not know the axis of the classes.

    A label that is ignored has the weight 0, and the mean is over the weights of the others.
    """
    option, weights = dict(operation.options), [n for n in operation.inputs[2:] if n is not None]
    reduction, ignored = option.pop("reduction"), option.pop("ignore", None)
    if len(x.shape) != 2 or not labels or option or reduction == "none":
        raise NotImportedError("a cost of classes whose axis an equation has hidden")
    if operation.inputs[1] not in writer.values:
        writer.stages.append(f"constant {target} {x.shape[0]}")
    samples, classes = x.shape
    name, over = writer.name_of(x), f"sum(n<{samples}, c<{classes})"
    factors, share = [f"[{target}[n] = c]"], f"{name}[n,c]"
    if ignored is not None and 0 <= ignored < classes:
        factors.append(f"[c != {ignored}]")
    elif ignored is not None:
        writer.notes.append(
            f"{operation.place}: the module takes the labels 0 to {classes - 1}, and not {ignored},"
            " which the model ignores"
        )
    factors += [f"{_name_weights(writer, source, x)}[c]" for source in weights]
    if operation.kind == "cross_entropy":
        share = f"({share} - logsumexp(r<{classes}) {name}[n,r])"
    weight, count = " * ".join(factors), str(samples)
    if weights or ignored is not None:
        count = f"({over} {weight})"
    right = f"-({over} {weight} * {share})" + (f" / {count}" if reduction == "mean" else "")
    return writer.equate(right, (), (), letter="C")


def _name_target(
    writer: StageWriter, name: str | float | None, given: ModelInput | None, wanted: Shape
) -> str:
    """The name of a target: a value that is known, or an input that its cost declares."""
    if isinstance(name, str) and name in writer.values:
        shape, text = writer.values[name].shape, writer.values[name].marked
    elif given is not None:
        shape = given.shape
        written = writer.count_name(find_free_name(given.name, writer.taken), shape)
        writer.given[given.name], text = written.marked, written.letter
    else:
        raise NotImportedError("a target that is neither an input nor computed")
    if shape != wanted:
        raise NotImportedError(f"a target of shape {shape}, where {wanted} is needed")
    return text


def _name_weights(writer: StageWriter, source: str | float, x: Written) -> str:
    """A stored array of one number a class or a feature, as a constant."""
    if writer.shape_of(source) != x.shape[1:2] or len(x.shape) < 2 or x.shape[1] == 1:
        raise NotImportedError(f"weights of shape {writer.shape_of(source)} for {x.shape}")
    if writer.stored(source).trained:
        raise NotImportedError("weights of a cost that are trained")
    return writer.read_array(str(source))[0]


def _write_number(value: float, word: str) -> str:
    found = write_option(value)
    if found is None:
        raise NotImportedError(f"the {word} {value!r} has too many digits")
    return found


def write_embedding(writer: StageWriter, operation: Operation) -> Written:
    """`embedding w 1000x64`: rows of a table by the whole numbers of an input."""
    x, table = writer.value(operation.inputs[0]), writer.stored(operation.inputs[1]).values.shape
    given = next((i for i in writer.graph.inputs if i.name == operation.inputs[0]), None)
    if given is None or not given.whole or len(table) != 2:
        raise NotImportedError("an embedding of what is no input of whole numbers")
    weight = writer.weight(str(operation.inputs[1]), "w")
    return writer.apply(
        f"embedding {weight} {table[0]}x{table[1]}", x, (*x.shape, table[1]), space=0
    )
