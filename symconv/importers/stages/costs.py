"""Costs: cross entropy and the errors between a value and a target."""

from __future__ import annotations

from symconv.importers.graph.records import ModelInput, Operation
from symconv.importers.graph.refusals import NotImportedError

from .names import find_free_name
from .numbers import write_option
from .writer import StageWriter, Written


def write_cost(writer: StageWriter, operation: Operation) -> Written:
    """`cross_entropy t labels`, `mse t` and the like; the target is an input of the model."""
    x, option = writer.value(operation.inputs[0]), operation.options
    target = find_target(writer, operation)
    kind, reduction = operation.kind, option["reduction"]
    labels = kind == "cross_entropy" and target.whole
    wanted = (x.shape[0], *x.shape[2:]) if labels else x.shape
    if target.shape != wanted:
        raise NotImportedError(f"a target of shape {target.shape} for {x.shape}")
    if kind == "cross_entropy" and len(x.shape) > 2 and x.space != len(x.shape) - 2:
        raise NotImportedError("a cross entropy whose channels an equation has hidden")
    text = f"{kind} {_name_target(writer, target)}"
    text += f" reduction {reduction}" if reduction != "mean" else ""
    text += " labels" if labels else ""
    if "beta" in option:
        text += f" beta {write_option(option['beta'])}"
    shape = () if reduction != "none" else wanted
    return writer.apply(text, x, shape, space=x.space if shape == x.shape else 0)


def write_nll(writer: StageWriter, operation: Operation) -> Written:
    """The mean of -p[n, t[n]] for logarithms p of probabilities and labels t."""
    x, target = writer.value(operation.inputs[0]), find_target(writer, operation)
    if len(x.shape) != 2 or target.shape != x.shape[:1] or not target.whole:
        raise NotImportedError(f"labels of shape {target.shape} for {x.shape}")
    share = {"mean": f" / {x.shape[0]}", "sum": ""}.get(operation.options["reduction"])
    if share is None:
        raise NotImportedError("a negative log likelihood that is not reduced")
    name = _name_target(writer, target)
    writer.stages.append(f"constant {name} {x.shape[0]}")
    right = f"-(sum(n,c) [{name}[n] = c] {writer.entry(operation.inputs[0], ['n', 'c'])}){share}"
    return writer.equate(right, (), (), letter="C")


def find_target(writer: StageWriter, operation: Operation) -> ModelInput:
    """The input of the model that a cost compares with; nothing else may read it."""
    name = operation.inputs[1]
    found = next((i for i in writer.graph.inputs if i.name == name), None)
    uses = sum(o.reads.count(str(name)) for o in writer.graph.operations)
    if found is None or uses > 1:
        raise NotImportedError("a target that is no input of the model, or read elsewhere, too")
    return found


def _name_target(writer: StageWriter, target: ModelInput) -> str:
    """The name of a target, which its cost declares."""
    written = writer.count_name(find_free_name(target.name, writer.taken), target.shape)
    writer.given[target.name] = written.marked
    return written.letter
