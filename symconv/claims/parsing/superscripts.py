"""What a superscript means: a layer, a power, a moment of an update, or an error signal."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Identifier,
    Numeral,
    SyntaxNode,
    TensorReference,
    UnaryMinus,
)

from .scripts import Scripts
from .tensor_indices import indices_from_digits, normalize_indices, split_indices

if TYPE_CHECKING:
    from .parser import Parser
    from .symbol_table import SymbolTable

LayerAndPower = tuple[SyntaxNode | None, SyntaxNode | None]


def resolve_superscript(table: SymbolTable, letter: str, s: Scripts, at: Parser) -> LayerAndPower:
    """The layer of a letter and the power it is raised to."""
    layers = [n for n in table.context.layers.get(letter, [None]) if n is not None]
    sup = None if s.time is not None and s.sup is s.time else s.sup
    if sup is None and s.tail is not None and int(s.tail.value) in layers:
        return s.tail, None
    if sup is None:
        return _only_layer(letter, layers, s, at), None
    if not layers:
        return _without_layers(table, letter, sup, s)
    return _resolve_among_layers(table, letter, layers, sup, s, at)


def _resolve_among_layers(  # noqa: PLR0913, PLR0917 - what a superscript means depends on exactly these
    table: SymbolTable, letter: str, layers: list[int], sup: SyntaxNode, s: Scripts, at: Parser
) -> LayerAndPower:
    """A superscript on a letter that carries layers."""
    value = int(sup.value) if isinstance(sup, Numeral) else None
    # A letter that carries layers has its layer above it; a power would be written with brackets.
    # The reading is noted, since a person may mean the other.
    if value is None or value in layers:
        if value is not None and value > 1 and not s.layer_bracket:
            table.note(f"read {letter}^{value} as {letter} of layer {value}, not as a power")
        return sup, None
    if len(layers) == 1 and not s.layer_bracket:
        table.note(f"read ^{value} on '{letter}' as a power")
        return Numeral(Fraction(layers[0])), sup
    known = ", ".join(map(str, layers))
    hint = f"layers of {letter}: {known}; write ({letter})^{value} for a power"
    return at.fail(f"'{letter}' has no layer {value}", hint, sup.span)


def _only_layer(letter: str, layers: list[int], s: Scripts, at: Parser) -> SyntaxNode | None:
    if len(layers) > 1:
        hint = " or ".join(f"{letter}^{n}" for n in layers)
        at.fail(f"which layer of '{letter}'?", hint, s.whole)
    return Numeral(Fraction(layers[0])) if layers else None


def _without_layers(table: SymbolTable, letter: str, sup: SyntaxNode, s: Scripts) -> LayerAndPower:
    """A superscript on a letter that stands for one tensor only."""
    if isinstance(sup, Numeral) and not s.layer_bracket:
        return None, (sup if sup.value != 1 else None)
    if isinstance(sup, UnaryMinus) or (isinstance(sup, BinaryExpression) and sup.operator == "/"):
        return None, sup
    table.note(f"there is one '{letter}' in this network, so its layer is left out")
    return None, None


def is_after_update(time: SyntaxNode) -> bool:
    """Whether a moment is t + 1 or 'new'."""
    if isinstance(time, Identifier):
        return time.name == "new"
    return any(isinstance(n, Numeral) for n in time.walk())


INDEX_LETTERS = {"i", "j", "k", "m", "n", "l"}


def resolve_error_signal(table: SymbolTable, s: Scripts, at: Parser) -> SyntaxNode:
    r"""The error signal that a delta with its scripts means."""
    if s.primes:
        at.fail("a prime belongs to an index or a function", "\\delta_{i'}", s.whole)
    letter, sub, layer = "", s.sub, s.sup
    place, name = _find_letter(table, s)
    if name:
        letter = name
        if place is s.sup:
            layer = s.second
        elif s.sub:
            sub = s.sub[1:] or None
    found = TensorReference(letter, layer, sub, "delta", bracket=s.bracket, span=s.whole)
    return normalize_indices(table, found, at) if letter else _pair_digits(table, found)


def _find_letter(table: SymbolTable, s: Scripts) -> tuple[SyntaxNode | None, str]:
    """The script that names a tensor, and its name."""
    for place in (s.sup, *(s.sub or ())):
        name = _name_of(place)
        if name in table.context.layers and name not in INDEX_LETTERS:
            return place, name
    return None, ""


def _pair_digits(table: SymbolTable, entry: TensorReference) -> TensorReference:
    r"""`\delta_{11}` as an entry of a grid, where the notation writes grids."""
    indices = split_indices(entry.indices or (), {2})
    if len(indices) != 1 or entry.indices is None:
        return replace(entry, indices=indices) if entry.indices else entry
    only = indices[0]
    digits = str(only.value) if isinstance(only, Numeral) else ""
    ranks = {len(t.shape) for t in table.context.deltas.values() if t.role == "delta"}
    if len(digits) != 2 or 2 not in ranks or table.context.notation.style == "flat":
        return entry
    return replace(entry, indices=indices_from_digits(table, digits, only.span))


def _name_of(node: SyntaxNode | None) -> str:
    if isinstance(node, Identifier):
        return node.name
    return node.letter if isinstance(node, TensorReference) and node.indices is None else ""
