"""What the letters on a page stand for: arrays with their axes, window sizes, error signals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import Expr, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.core.constants import constants_of, decimal
from symconv.core.equation import Equation, Program
from symconv.core.proof import Derivation
from symconv.core.tensor import Name, Tensor, key_of
from symconv.notation.conventions import axis_words
from symconv.render.formula.arrange import arrange
from symconv.render.formula.names import DisplayNames, display_entry, parse_symbol, tensor_name
from symconv.render.formula.positions import arrange_position
from symconv.render.formula.tree import (
    DisplayDecimal,
    DisplayDerivative,
    DisplayEntry,
    DisplayRelation,
    DisplaySequence,
    DisplayTree,
)
from symconv.structure.sliding_window import WindowAxis, find_sliding_windows

from .symbol_notes import Sentence

Backward = Sequence[Derivation | Equation]
GROUPS: tuple[tuple[str, str, str], ...] = (
    ("input", "Input: ", "Inputs: "),
    ("parameter", "Parameter: ", "Parameters: "),
    ("value", "Computed: ", "Computed: "),
    ("target", "Target: ", "Targets: "),
    ("constant", "Constant: ", "Constants: "),
)
WINDOWS = (
    ("stride", " is the stride (a window moves on by that much)"),
    ("padding", " is the padding (so many zeros stand beyond each border)"),
    ("dilation", " is the dilation (neighbours in a window are that far apart)"),
)
MOST_SIGNALS = 4
"""How many error signals are spelled out in a sentence; the rest are formed the same way."""


def describe_symbols(program: Program, backward: Backward, names: DisplayNames) -> list[Sentence]:
    """Sentences on every letter that the formulas of a page use, in the order of the network."""
    return [
        *_describe_arrays(program),
        *_describe_windows(program),
        *_constants(program),
        *_describe_signals(program, backward, names),
        *_describe_primes(backward, names),
    ]


def _describe_arrays(program: Program) -> Iterator[Sentence]:
    """Input: x (N, C, H, W: batch, channel, row, column)."""
    said: Sentence = ()
    constants = _list_constants(program)
    for role, one, many in GROUPS:
        tensors = [
            t for t in program.tensors if ("constant" if t.key in constants else t.role) == role
        ]
        if tensors:
            said += (". " if said else "", one if len(tensors) == 1 else many)
        for number, tensor in enumerate(tensors):
            said += ("; " if number else "", *_describe_array(tensor, program))
    yield (*said, ".")


def _list_constants(program: Program) -> set[str]:
    """What is given without a gradient and is no target of a cost of the catalogue."""
    targets = (t for t in program.tensors if t.role == "target")
    return {
        t.key
        for t in targets
        if t.positive or all(e.kind in OWN for e in program.readers.get(t.key, ()))
    }


OWN = {"equation", "add", "mul", "concat", "matmul", "batchnorm", "dropout", "embedding"}
"""The layers that read constants; whatever else reads a target compares it."""


def _describe_array(tensor: Tensor, program: Program) -> Iterator[str | DisplayTree]:
    yield DisplayEntry(tensor.name)
    if tensor.scalar:
        yield " (a number)"
        return
    yield " ("
    yield DisplaySequence(tuple(map(arrange_position, tensor.shape)))
    words = axis_words(tensor, program) if tensor.role in {"input", "parameter"} else []
    least = 1 if tensor.role == "input" else 2
    yield f": {', '.join(words)})" if len(tensor.shape) > least and words else ")"


def _describe_windows(program: Program) -> Iterator[Sentence]:
    """s is the stride, p the padding, d the dilation, where these are letters."""
    reaches = [r for e in program.equations for s in find_sliding_windows(e) for r in s.reaches]
    meanings: dict[Expr, str] = {}
    for name, words in WINDOWS:
        for reach in reaches:
            value = getattr(reach, name)
            if isinstance(value, Symbol) and (name != "padding" or _pads_both(reach, program)):
                meanings.setdefault(value, words)
    said: Sentence = ()
    for number, (symbol, words) in enumerate(meanings.items()):
        said += (", " if number else "", arrange_position(symbol), words)
    if said:
        yield (*said, ".")


def _pads_both(reach: WindowAxis, program: Program) -> bool:
    """Whether as much stands behind the last entry as before the first: floor(room / s) + 1."""
    room, count = reach.room, expand(reach.outputs - 1)
    if reach.stride.is_Integer and room.is_Integer:
        return bool(count == room // reach.stride)
    known = next((d for d in program.sizes if d.symbol == reach.outputs), None)
    if known is not None:
        return expand(known.numerator - room) == 0 and known.stride == reach.stride
    return bool(reach.stride == 1 and expand(count - room) == 0)


def _constants(program: Program) -> Iterator[Sentence]:
    """epsilon = 0.00001, where a layer has set it."""
    for number in constants_of(program.equations):
        value = parse_symbol(number.name, entry=False), DisplayDecimal(decimal(number.value))
        yield ("Constant: ", DisplayRelation(value, ("=",)), ".")


def _describe_signals(
    program: Program, backward: Backward, names: DisplayNames
) -> Iterator[Sentence]:
    """What delta means, by its names on this page; and what is given where there is no cost."""
    output = program.by_key[program.output]
    open_ended = not any(tensor.role == "cost" for tensor in program.tensors)
    cost = DisplayEntry(Name(names.cost))
    partial = names.notation.deltas == "partial"
    if open_ended:
        whole = DisplayDerivative(cost, DisplayEntry(output.name))
        error = display_entry(Name(output.name.letter, output.name.layer, "delta"), (), names)
        given = whole if partial else DisplayRelation((error, whole), ("=",))
        words: Sentence = (
            cost,
            " is any scalar that depends on the output ",
            DisplayEntry(output.name),
        )
        yield (*words, "; its derivative ", given, ", entry by entry, is given.")
    used = [n for n in _collect_signals(backward) if not (open_ended and n.plain == output.name)]
    if used and not partial:
        yield _define_signals(used, cost, names)


def _define_signals(used: Sequence[Name], cost: DisplayTree, names: DisplayNames) -> Sentence:
    """The error signal of a value: delta_h = dC/dh, delta_v = dC/dv."""
    said: Sentence = ("The error signal of a value is the derivative of the cost by it",)
    for number, name in enumerate(used[:MOST_SIGNALS]):
        equal = (display_entry(name, (), names), DisplayDerivative(cost, DisplayEntry(name.plain)))
        said += (", " if number else ": ", DisplayRelation(equal, ("=",)))
    return (*said, ", and so on." if len(used) > MOST_SIGNALS else ".")


def _collect_signals(backward: Backward) -> list[Name]:
    """The error signals that formulas read, the last layer first."""
    derivations = [item for item in backward if isinstance(item, Derivation)]
    formulas = [f for d in derivations for f in (d.equation.rhs, *(s.after for s in d.steps))]
    found = (
        tensor_name(key_of(access))
        for formula in formulas
        for access in sorted(formula.atoms(Indexed), key=str)
    )
    return list(dict.fromkeys(name for name in found if name.kind == "delta"))


def _describe_primes(backward: Backward, names: DisplayNames) -> Iterator[Sentence]:
    """What a prime on an index says."""
    for item in backward:
        if isinstance(item, Derivation) and any("'" in str(e) for e in item.equation.lhs.indices):
            entry = item.of[item.equation.lhs.indices]
            shown = arrange(entry, names)
            words = ", belong to the entry that we differentiate by."
            yield ("Primed indices, as in ", shown, words)
            return
