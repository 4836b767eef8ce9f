"""What a superscript means: a layer, a power, a moment of an update, or an error signal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import takewhile
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Identifier,
    Numeral,
    SyntaxNode,
    UnaryMinus,
)
from symconv.claims.readings.moment import INDEX, MOMENT, MOMENT_BELOW
from symconv.claims.readings.number_below import ENTRY, LAYER, NUMBER_BELOW
from symconv.claims.readings.superscript import LAYER_OF_ONE, LEFT_OUT, POWER, SUPERSCRIPT

from .cursor import ClaimToken
from .scripts import Scripts

if TYPE_CHECKING:
    from .parser import Parser
    from .symbol_table import SymbolTable

LayerAndPower = tuple[SyntaxNode | None, SyntaxNode | None]


def resolve_superscript(table: SymbolTable, letter: str, s: Scripts, at: Parser) -> LayerAndPower:
    """The layer of a letter and the power it is raised to."""
    layers = [n for n in table.context.layers.get(letter, [None]) if n is not None]
    sup = None if s.time is not None and s.sup is s.time else s.sup
    sup = None if sup is None else name_last_layer(table, sup)
    if sup is None and s.tail is not None and int(s.tail.value) in layers:
        return s.tail, None
    if sup is None:
        return _only_layer(letter, layers, s, at), None
    if not layers:
        return _without_layers(table, letter, sup, s)
    return _resolve_among_layers(table, letter, layers, sup, s, at)


def name_last_layer(table: SymbolTable, sup: SyntaxNode) -> SyntaxNode:
    """A superscript with the number of the last layer for L."""
    if isinstance(sup, Identifier) and sup.name == "L" and "L" not in table.context.size_names:
        last = table.context.last_layer
        table.note(f"L is read as the last layer, {last}")
        return Numeral(Fraction(last), span=sup.span)
    if isinstance(sup, BinaryExpression):
        left, right = name_last_layer(table, sup.left), name_last_layer(table, sup.right)
        if left is not sup.left or right is not sup.right:
            value = evaluate_layer(replace(sup, left=left, right=right))
            return sup if value is None else Numeral(value, span=sup.span)
    return sup


def evaluate_layer(node: BinaryExpression) -> Fraction | None:
    """`L-1` and `L+1` in numbers."""
    if not isinstance(node.left, Numeral) or not isinstance(node.right, Numeral):
        return None
    sign = {"+": 1, "-": -1}.get(node.operator)
    return None if sign is None else node.left.value + sign * node.right.value


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
    if isinstance(sup, Numeral):
        layer = int(sup.value)
        # In its own layer a tensor is itself; as layer 0 a value is the network's input.
        other = bool(table.context.at_depth(letter, layer)) and (layer != 1 or s.layer_bracket)
        other = other and (s.layer_bracket or table.context.last_layer > 1)
        if s.layer_bracket and layer == 0 and other:
            return sup, None
        if not s.layer_bracket:
            possible = (POWER, LAYER) if other else (POWER,)
            if table.choose(SUPERSCRIPT, letter, possible) == LAYER:
                return sup, None
            return None, (sup if sup.value != 1 else None)
    elif isinstance(sup, UnaryMinus) or (isinstance(sup, BinaryExpression) and sup.operator == "/"):
        return None, sup
    elif table.choose(LAYER_OF_ONE, "", (LEFT_OUT, LAYER)) == LAYER:
        return sup, None
    table.note(f"there is one '{letter}' in this network, so its layer is left out")
    return None, None


def resolve_number_below(table: SymbolTable, letter: str, s: Scripts, at: Parser) -> Scripts:
    """The scripts with a number below the letter, or behind it, where it counts layers.

    Of several tensors with that letter, the number says which one; the only tensor with it may be
    meant by its own layer, too.
    """
    number = s.tail
    if number is None and s.sub and len(s.sub) == 1 and isinstance(s.sub[0], Numeral):
        number = s.sub[0]
    layers = [n for n in table.context.layers.get(letter, []) if n is not None]
    raised = s.sup is not None and (bool(layers) or s.layer_bracket)
    if number is None or raised or s.bracket or letter in table.extra:
        return s
    rest = s.sub if number is s.tail else None
    if layers:
        if len(layers) > 1 and int(number.value) in layers and s.tail is None:
            table.choose(NUMBER_BELOW, letter, (LAYER,))
            return replace(s, sub=rest, tail=None, sup=number, layer_bracket=True)
        return s
    own = table.context.depths.get(letter) == number.value and counts_layers(table, letter, at)
    if rest is not None and not own:
        at.fail(f"the network has no '{letter}{number.value}'", letter, s.whole)
    possible = (LAYER,) if rest is not None else (ENTRY, LAYER) if own else (ENTRY,)
    if table.choose(NUMBER_BELOW, letter, possible) == LAYER:
        return replace(s, sub=rest, tail=None)
    return s


def counts_layers(table: SymbolTable, letter: str, at: Parser) -> bool:
    """Whether a number at a letter may count layers: there are several, and it counts no entries.

    A letter that has an index below it elsewhere in the statement has entries: `y_r` beside `y_1`.
    """
    if table.context.last_layer < 2:
        return False
    words = [token.text for token in at.tokens]
    below = [n for n in range(len(words) - 2) if words[n : n + 2] == [letter, "_"]]
    return not any(_is_index_below(at.tokens[n + 2 :]) for n in below)


def _is_index_below(following: Sequence[ClaimToken]) -> bool:
    """Whether a subscript has a letter in it."""
    if following[0].text != "{":
        return following[0].kind == "name"
    inside = takewhile(lambda token: token.text != "}", following[1:])
    return any(token.kind == "name" for token in inside)


STEP_LETTERS = {"t", "k", "n"}


def resolve_moment(table: SymbolTable, letter: str, s: Scripts) -> Scripts:
    """The scripts with `new`, `old`, t and t+1, or k and k+1, below a weight as moments."""
    only = s.sub[0] if s.sub and len(s.sub) == 1 else None
    if only is None or s.time is not None or s.bracket or letter not in table.weights:
        return s
    names = {n.name for n in only.walk() if isinstance(n, Identifier)}
    if names <= {"new", "old"} and names:
        return replace(s, sub=None, time=only)
    if len(names) != 1 or not names <= STEP_LETTERS:
        return s
    if table.choose(MOMENT_BELOW, "", (INDEX, MOMENT)) == INDEX:
        return s
    return replace(s, sub=None, time=only)


def is_after_update(time: SyntaxNode, at: Parser) -> bool:
    """Whether a moment is 'new', or the later one of t and t + 1, k - 1 and k."""
    if isinstance(time, Identifier) and time.name in {"new", "old"}:
        return time.name == "new"
    words = [token.text for token in at.tokens]
    steps = [[n.name, "-", "1"] for n in time.walk() if isinstance(n, Identifier)]
    backwards = any(words[n : n + 3] in steps for n in range(len(words)))
    later = any(isinstance(n, Numeral) for n in time.walk())
    return later != backwards
