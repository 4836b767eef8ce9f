"""Models for any number of samples: a size that the model leaves open becomes a letter.

The stages are written with two numbers in its place, and both texts become one. Where they differ
by more than that number, the network depends on it, and it has to be given.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from symconv.core.errors import SymconvError
from symconv.network.parser import parse_network

from .graph.records import ModelGraph
from .imported import ImportedModel, WrittenModel, compare_shapes, name_parts, write_model

LETTER = "N"
"""The letter of the size; no tensor of an imported network has it as its name."""

SIZES = (61, 67)
"""Two numbers in its place: primes that no layer has as a size of its own, or hardly any."""

NUMBER = re.compile("[0-9]+|[^0-9]+")


def import_open_graph(read: Callable[[int], ModelGraph], source: str) -> ImportedModel:
    """The network of a model with an open size; `read` gives the model with a number for it."""
    first, second = (write_model(read(n), source) for n in SIZES)
    text = unite_texts(first.text, second.text)
    shapes = [[c.values.shape for c in w.writer.carried.values()] for w in (first, second)]
    if text is None or shapes[0] != shapes[1]:
        raise _depends()
    try:
        parsed = parse_network(text)
        program = parsed.program()
    except SymconvError as error:
        raise _depends() from error
    for written, size in zip((first, second), SIZES, strict=True):
        compare_shapes(program, written.writer, size)
    return name_parts(WrittenModel(first.graph, first.writer, text), parsed.spec, program)


def unite_texts(first: str, second: str) -> str | None:
    """Both texts with the letter where one has a multiple of each of the sizes; None where not."""
    pairs = [NUMBER.findall(t) for t in (first, second)]
    if len(pairs[0]) != len(pairs[1]):
        return None
    made = [a if a == b else _name_size(a, b) for a, b in zip(*pairs, strict=True)]
    return None if None in made else "".join(m for m in made if m is not None)


def _name_size(a: str, b: str) -> str | None:
    """`N` or `(3*N)` for numbers in two texts; None where they are no multiple of the sizes."""
    if not (a.isdigit() and b.isdigit()):
        return None
    factor, rest = divmod(int(a), SIZES[0])
    if rest or factor * SIZES[1] != int(b):
        return None
    return LETTER if factor == 1 else f"({factor}*{LETTER})"


def _depends() -> SymconvError:
    return SymconvError(
        "the network is another one for each number of samples, so that no letter can stand for it",
        help="give a number, such as --size batch=2, or an example whose sizes are fixed",
    )
