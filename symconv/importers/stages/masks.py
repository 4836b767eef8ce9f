"""Dropout in training: the mask that is drawn becomes one that is given."""

from __future__ import annotations

from symconv.importers.graph.records import Operation
from symconv.importers.graph.refusals import NotImportedError

from .names import find_free_name
from .numbers import write_option
from .writer import StageWriter, Written


def write_dropout(writer: StageWriter, operation: Operation) -> Written:
    """`dropout mask rate 0.5`; an equation where whole channels are dropped."""
    x, rate = writer.value(operation.inputs[0]), operation.options["rate"]
    written = write_option(rate)
    if written is None or not 0 < rate < 1:
        raise NotImportedError(f"dropout of the share {rate!r}")
    channels = operation.options["channels"]
    if channels and len(x.shape) < 3:
        raise NotImportedError(f"dropout of channels in a value of {len(x.shape)} axes")
    mask = writer.count_name(
        find_free_name("mask", writer.taken), x.shape[:2] if channels else x.shape
    )
    writer.given[f"mask of {operation.place}"] = mask.marked
    each = "channel" if channels else "entry"
    writer.notes.append(
        f"{operation.place}: the mask of dropout is given as '{mask.letter}', 0 or 1 for each"
        f" {each}; what is kept is divided by {1 - rate:.12g}"
    )
    if not channels:
        return writer.apply(f"dropout {mask.letter} rate {written}", x, x.shape, space=x.space)
    writer.stages.append(f"constant {mask.letter} {x.shape[1]} batch {x.shape[0]}")
    places = writer.letters(len(x.shape))
    read = f"{writer.entry(operation.inputs[0], places)} * {mask.marked}[{','.join(places[:2])}]"
    return writer.equate(f"{read} / (1 - {writer.read_number(rate)})", places, x.shape)
