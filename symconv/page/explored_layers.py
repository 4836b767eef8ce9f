"""Layers that windows slide over, stated anew with letters for their numbers.

So a page can choose other numbers: what is read, what a gradient adds up and how many outputs there
are stand in equations with letters, which it evaluates. Nothing of it is written by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import Expr

from symconv.calculus.reverse_mode import reverse_mode
from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.errors import SymconvError
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor
from symconv.layers.base import Layer
from symconv.layers.given import GivenTensor
from symconv.layers.support.sizes import Size
from symconv.layers.support.windows import make_windows
from symconv.network.build import build_program
from symconv.network.spec import Input, NetworkSpec, layer_options
from symconv.notation.presets import Notation
from symconv.render.document.displays import arrange_size
from symconv.render.document.equation_writer import EquationWriter
from symconv.render.document.html import HTML, inline_math
from symconv.render.formula.names import collect_names, parse_symbol
from symconv.render.formula.positions import arrange_position
from symconv.render.formula.tree import DisplayRelation, DisplayTree

from .index_maps import write_index_map, write_polynomial

if TYPE_CHECKING:
    from symconv.api import Network

LETTERS = {
    "kernel": "k", "window": "k", "stride": "s", "padding": "p", "padding_after": "q",
    "output_padding": "q", "dilation": "d", "before": "p", "after": "q",
}  # fmt: skip
"""The letters that the field has for what a layer says of its windows, by the option's name."""

STARTS = {"k": 3, "s": 2, "p": 1}
"""Where a network leaves these open, a page begins with them, where each does something; or 1."""

SLIDING = {"sizes", "amounts", "offsets"}
"""The kinds of options that say where windows lie."""

IMAGE = ("H", "W")
INPUT, WEIGHTS = "x", ("w", "v")
"""How the input and the weights of a layer alone are called."""

LARGEST_IMAGE = 10
"""The longest side of an image that a page begins with: a larger one would not fit a screen."""

Values = tuple[Size, ...]


@dataclass(frozen=True)
class ExploredLayer:
    """A layer alone, with letters for the numbers of its windows, over an image of `rank` axes.

    `starts` has the number that a page begins with for each letter, `said` the option that it is.
    """

    layer: Layer
    rank: int
    starts: Mapping[str, int]
    said: Mapping[str, str]


def collect_explored(network: Network) -> list[dict[str, Any]]:
    """The layers of a network that can be explored, as data for a page; those alike once.

    `layers` are the outputs with the numbers that each layer has in the network.
    """
    found: dict[Layer, dict[str, Any]] = {}
    for layer, equation in _pair_layers(network):
        explored = restate_layer(layer, equation, network.program)
        if explored is None:
            continue
        if explored.layer not in found:
            try:
                found[explored.layer] = write_explored(explored, network.notation) | {"layers": []}
            except SymconvError:
                # A layer that needs numbers, as one whose last window may hang over.
                continue
        here = {"key": equation.key, "starts": dict(explored.starts)}
        found[explored.layer]["layers"].append(here)
    return list(found.values())


def _pair_layers(network: Network) -> Iterator[tuple[Layer, Equation]]:
    """The layers that windows slide over, each with its equation, where it has one alone."""
    layers = [x for x in network.spec.layers if not isinstance(x, GivenTensor) and x.spans]
    for kind in dict.fromkeys(x.kind for x in layers):
        own = [x for x in layers if x.kind == kind]
        stated = [e for e in network.program.equations if e.kind == kind]
        if len(own) == len(stated):
            yield from zip(own, stated, strict=True)


def restate_layer(layer: Layer, equation: Equation, program: Program) -> ExploredLayer | None:
    """The layer with letters, a single sample and channel; None where no window slides.

    Of an image with more axes of space the last two are taken: windows slide along each alike.
    """
    read = [t for t in program.in_order(equation.reads) if t.role != "parameter"]
    window = getattr(layer, layer.spans)
    known = len(window) if isinstance(window, tuple) else max(1, read[0].space or 0) if read else 0
    rank = min(known, len(IMAGE))
    if not rank:
        return None
    starts = _measure_image(read[0], rank)
    said = dict.fromkeys(starts, "input")
    made: dict[str, Any] = {}
    for name, all_values in _read_options(layer, known).items():
        values = all_values[-rank:]
        letters = _name_values(LETTERS.get(name, name[0]), values)
        made[name] = letters if name == layer.spans else letters[0] if len(values) == 1 else letters
        for letter, value in zip(letters, values, strict=True):
            open_start = STARTS.get(LETTERS.get(name, ""), 1)
            starts.setdefault(letter, value if isinstance(value, int) else open_start)
            said.setdefault(letter, name.replace("_", " "))
    options = layer_options(type(layer))
    named = [o.name for o in options if o.kind == "name" and o.required]
    made |= dict(zip(named, WEIGHTS, strict=False))
    made |= {o.name: getattr(layer, o.name) for o in options if o.kind in {"flag", "choice"}}
    return ExploredLayer(type(layer)(**made), rank, starts, said)


def _measure_image(read: Tensor, rank: int) -> dict[str, int]:
    """The sides of the image that a page begins with: those of the network where they are small."""
    sides = dict(zip(IMAGE[:rank], read.shape[-rank:], strict=True))
    return {
        s: min(int(n), LARGEST_IMAGE) if n.is_Integer else LARGEST_IMAGE for s, n in sides.items()
    }


def _read_options(layer: Layer, rank: int) -> dict[str, Values]:
    """What a layer says of its windows, one value an axis; what it leaves out is left out."""
    options = [o.name for o in layer_options(type(layer)) if o.kind in SLIDING]
    values = {name: getattr(layer, name) for name in options}
    window = getattr(layer, layer.spans)
    if values.get("padding") in {"same", "valid"}:
        stated = {"stride": 1, "dilation": 1} | values
        where = {n: stated[n] for n in ("stride", "padding", "dilation")}
        found = make_windows(window, rank, **where)
        values |= {"padding": found.before, "padding_after": found.after}
    if "stride" in values:
        values["stride"] = window if values["stride"] is None else values["stride"]
    spread = {n: v if isinstance(v, tuple) else (v,) * rank for n, v in values.items()}
    return {n: tuple(map(_plain, v)) for n, v in spread.items() if None not in v}


def _plain(value: Size) -> Size:
    return int(value) if isinstance(value, Expr) and value.is_Integer else value


def _name_values(letter: str, values: Values) -> tuple[str, ...]:
    """A letter for each value: one for all that are the same number; names stay what they are."""
    if all(v == values[0] for v in values):
        return (letter if isinstance(values[0], int) else str(values[0]),) * len(values)
    return tuple(
        f"{letter}{n}" if isinstance(v, int) else str(v) for n, v in enumerate(values, start=1)
    )


def write_explored(explored: ExploredLayer, notation: Notation) -> dict[str, Any]:
    """The equations of a layer alone as index maps and as formulas.

    SymconvError where it has no single equation, or none with letters.
    """
    spec = NetworkSpec(Input(INPUT, IMAGE[: explored.rank]), (explored.layer,))
    program = build_program(spec)
    if len(program.equations) != 1:
        raise SymconvError("the layer has several equations")
    return write_alone(program, program.tensor(INPUT), explored.said, notation)


def write_alone(
    program: Program, read: Tensor, said: Mapping[str, str], notation: Notation
) -> dict[str, Any]:
    """A program of one equation as index maps and formulas, with its gradient by what it reads.

    `said` has a word for each letter whose number can be chosen.
    """
    forward = program.equations[0]
    passes = reverse_mode(program, (read,))
    backward = next(e for e in passes.program.equations if e.key == f"gradient {read.key}")
    shapes = {t.key: [write_polynomial(n) for n in t.shape] for t in passes.program.tensors}
    return {
        "title": forward.title,
        "base": notation.index_base,
        "output": forward.key,
        "letters": [
            {"name": name, "said": word, "least": _least_of(name, program)}
            for name, word in said.items()
        ],
        "sizes": [
            [d.symbol.name, write_polynomial(d.numerator), write_polynomial(d.stride)]
            for d in program.sizes
        ],
        "shapes": shapes,
        "forward": write_index_map(forward),
        "backward": write_index_map(backward),
        "formulas": _write_formulas(program, passes, (forward, backward), notation),
    }


def _least_of(name: str, program: Program) -> int:
    """1 for a size, 0 for an amount: what a letter was said to be."""
    known = {s.name: s for s in program.free_sizes}
    return 1 if name not in known or known[name].is_positive else 0


def _write_formulas(
    program: Program, passes: Backward, equations: tuple[Equation, ...], notation: Notation
) -> dict[str, Any]:
    """The equations as MathML, and the sizes, each with the name that it defines."""
    names = collect_names(program, passes.items, notation)
    scribe = HTML.lettered(notation)
    forms = EquationWriter(names, scribe, {})

    def write(left: DisplayTree, right: DisplayTree) -> str:
        return inline_math(scribe.write(DisplayRelation((left, right), ("=",))))

    forward, backward = (write(forms.form(e.lhs), forms.form(e.rhs)) for e in equations)
    defined: dict[Expr, SizeDefinition] = {d.symbol: d for d in program.sizes}
    shape = program.by_key[equations[0].key].shape
    sizes = [
        write(parse_symbol(str(n), entry=False), arrange_size(defined[n]))
        if n in defined
        else ("" if n.is_Integer else inline_math(scribe.write(arrange_position(n))))
        for n in shape
    ]
    return {"forward": forward, "backward": backward, "sizes": sizes}
