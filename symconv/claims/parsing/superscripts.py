"""What a superscript on a name means: a layer, a power, or a moment of an update."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.tree import Binary, Negative, Node, Number, Symbol

from .scripts import Scripts

if TYPE_CHECKING:
    from .name_resolution import Table
    from .parser import Parser

LayerAndPower = tuple[Node | None, Node | None]


def layer_and_power(table: Table, letter: str, s: Scripts, at: Parser) -> LayerAndPower:
    """The layer of a letter and the power it is raised to."""
    layers = [n for n in table.facts.layers.get(letter, [None]) if n is not None]
    sup = None if s.time is not None and s.sup is s.time else s.sup
    if sup is None and s.tail is not None and int(s.tail.value) in layers:
        return s.tail, None
    if sup is None:
        return _only_layer(letter, layers, s, at), None
    if not layers:
        return _without_layers(table, letter, sup, s)
    return _written(table, letter, layers, sup, s, at)


def _written(  # noqa: PLR0913, PLR0917 - what a superscript means depends on exactly these
    table: Table, letter: str, layers: list[int], sup: Node, s: Scripts, at: Parser
) -> LayerAndPower:
    """A superscript on a letter that carries layers."""
    value = int(sup.value) if isinstance(sup, Number) else None
    if value is None or value in layers:
        if value is not None and value > 1 and not s.layer_bracket:
            table.note(f"read {letter}^{value} as {letter} of layer {value}, not as a power")
        return sup, None
    if len(layers) == 1 and not s.layer_bracket:
        table.note(f"read ^{value} on '{letter}' as a power")
        return Number(Fraction(layers[0])), sup
    known = ", ".join(map(str, layers))
    hint = f"layers of {letter}: {known}; write ({letter})^{value} for a power"
    return at.fail(f"'{letter}' has no layer {value}", hint, sup.span)


def _only_layer(letter: str, layers: list[int], s: Scripts, at: Parser) -> Node | None:
    if len(layers) > 1:
        hint = " or ".join(f"{letter}^{n}" for n in layers)
        at.fail(f"which layer of '{letter}'?", hint, s.whole)
    return Number(Fraction(layers[0])) if layers else None


def _without_layers(table: Table, letter: str, sup: Node, s: Scripts) -> LayerAndPower:
    """A superscript on a letter that stands for one tensor only."""
    if isinstance(sup, Number) and not s.layer_bracket:
        return None, (sup if sup.value != 1 else None)
    if isinstance(sup, Negative) or (isinstance(sup, Binary) and sup.operator == "/"):
        return None, sup
    table.note(f"there is one '{letter}' in this network, so its layer is left out")
    return None, None


def is_next(time: Node) -> bool:
    """Whether a moment is t + 1 or 'new'."""
    if isinstance(time, Symbol):
        return time.name == "new"
    return any(isinstance(n, Number) for n in time.walk())
