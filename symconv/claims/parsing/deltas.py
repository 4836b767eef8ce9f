r"""What a delta means: an error signal, of a tensor or of a layer, or Kronecker's delta."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    Condition,
    Exponentiation,
    ExtraAxis,
    FurtherAxes,
    Identifier,
    Numeral,
    Subscript,
    SyntaxNode,
    TensorReference,
)
from symconv.claims.readings.delta import (
    DELTA_OF_TWO,
    INDEX,
    KRONECKER,
    LETTER_AT_DELTA,
    OWNER,
    SIGNAL,
)
from symconv.claims.readings.fewer_indices import FEWER_INDICES, LEADING, ROW_MAJOR
from symconv.claims.readings.number_below import ENTRY, LAYER, NUMBER_BELOW
from symconv.claims.readings.superscript import LAYER_OF_ONE, LEFT_OUT
from symconv.core.tensor import Tensor

from .conditions import as_indicator
from .scripts import Scripts, needs_subscript
from .superscripts import counts_layers, name_last_layer
from .tensor_indices import (
    index_reference,
    indices_from_digits,
    leads_within,
    split_indices,
)

if TYPE_CHECKING:
    from .parser import Parser
    from .symbol_table import SymbolTable

INDEX_LETTERS = {"i", "j", "k", "m", "n", "l"}


def resolve_delta(table: SymbolTable, s: Scripts, at: Parser) -> SyntaxNode:
    """The error signal that a delta with its scripts means, or 1 where two indices are equal."""
    if s.primes:
        at.fail("a prime belongs to an index or a function", "\\delta_{i'}", s.whole)
    place, name = _find_letter(table, s, at)
    if name:
        layer, sub = (s.second, s.sub) if place is s.sup else (s.sup, (s.sub or ())[1:] or None)
        # The layer may stand at the name that is above: \delta^{h^{2}}.
        if layer is None and isinstance(place, TensorReference):
            layer = place.layer
        found = TensorReference(name, layer, sub, "delta", bracket=s.bracket, span=s.whole)
        return index_reference(table, found, at)
    if (pair := _pair_of_indices(table, s)) is not None:
        return as_indicator(Condition("=", *pair, span=s.whole))
    if _is_power(table, s):
        bare = _bare_signal(table, replace(s, sup=None), at)
        assert s.sup is not None, "a power has an exponent"
        return Exponentiation(bare, s.sup, span=s.whole)
    return _signal_of_layer(table, s, at) or _bare_signal(table, s, at)


def _is_power(table: SymbolTable, s: Scripts) -> bool:
    r"""Whether the number above a delta is no layer here: `\delta_i^2`."""
    if not isinstance(s.sup, Numeral) or s.layer_bracket or s.time is not None:
        return False
    if any(t.name.layer is not None for t in _signals(table)):
        return False
    return int(s.sup.value) > 1 and not table.context.made_in(int(s.sup.value))


def _signal_of_layer(table: SymbolTable, s: Scripts, at: Parser) -> TensorReference | None:
    r"""`\delta_2` as the error signal of layer 2; None where it is something else."""
    number = s.sub[0] if s.sub and len(s.sub) == 1 and s.sup is None else None
    if not isinstance(number, Numeral):
        return None
    counted = not s.bracket and bool(table.context.made_in(int(number.value)))
    counted = counted and counts_layers(table, "delta", at)
    possible = (ENTRY, LAYER) if counted else (ENTRY,)
    if table.choose(NUMBER_BELOW, "delta", possible) == ENTRY:
        return None
    return TensorReference("", number, None, "delta", counted=True, span=s.whole)


def _bare_signal(table: SymbolTable, s: Scripts, at: Parser) -> SyntaxNode:
    """An error signal that does not say whose it is."""
    layer = None if s.sup is None else name_last_layer(table, s.sup)
    counted = layer is not None and _counts_layers(table)
    found = TensorReference(
        "", layer, s.sub, "delta", bracket=s.bracket, counted=counted, span=s.whole
    )
    if s.bracket and s.sub and needs_subscript(at, s.sub):
        at.is_code = True
        return Subscript(replace(found, indices=None), s.sub, span=s.whole)
    found = _pair_digits(table, found)
    indices = found.indices or ()
    # Nobody means the mean or the variance of a normalisation by a delta without a name.
    named = [t for t in _signals(table) if t.name.plain.key not in table.context.statistics]
    shapes = [table.context.shape(t) for t in named]
    if len(indices) != 1 or not shapes or min(map(len, shapes)) < 2:
        return found
    if not all(leads_within(table, indices, shape) for shape in shapes):
        return found
    possible = (LEADING,) if s.bracket and at.is_code else (ROW_MAJOR, LEADING)
    if table.choose(FEWER_INDICES, "", possible) == ROW_MAJOR:
        return found
    return replace(found, indices=(*indices, FurtherAxes()))


def _counts_layers(table: SymbolTable) -> bool:
    """Whether the number above a bare delta counts layers by their parameters."""
    if any(t.name.layer is not None for t in _signals(table)):
        return False
    return table.choose(LAYER_OF_ONE, "", (LEFT_OUT, LAYER)) != LEFT_OUT


def _pair_of_indices(table: SymbolTable, s: Scripts) -> tuple[SyntaxNode, SyntaxNode] | None:
    """The two indices of a Kronecker delta; None where it is an error signal."""
    pair = split_indices(s.sub or (), {2})
    if len(pair) != 2 or s.sup is not None or s.bracket:
        return None
    if all(isinstance(n, Numeral) for i in pair for n in i.walk()):
        return None
    grids = max(_ranks_of_signals(table), default=0) > 1
    possible = (SIGNAL, KRONECKER) if grids else (KRONECKER,)
    kronecker = table.choose(DELTA_OF_TWO, "", possible) == KRONECKER
    return (pair[0], pair[1]) if kronecker else None


def _ranks_of_signals(table: SymbolTable) -> set[int]:
    """How many axes the error signals of the network have."""
    return {len(t.shape) for t in _signals(table)}


def _signals(table: SymbolTable) -> list[Tensor]:
    return [t for t in table.context.deltas.values() if t.role == "delta"]


def _find_letter(table: SymbolTable, s: Scripts, at: Parser) -> tuple[SyntaxNode | None, str]:
    """The script that names a tensor, and its name.

    A value may have the letter of an index. Code has no indices below a name, so that `delta_k` is
    the error signal of k there, and nothing but a name stands above a delta.
    """
    values = {t.name.letter for t in _signals(table)}
    for place in (s.sup, *(s.sub or ())):
        name = _name_of(place)
        if name not in table.context.layers:
            continue
        if name in INDEX_LETTERS:
            certain = at.is_code or place is s.sup
            possible = (OWNER,) if certain else (INDEX, OWNER)
            if name not in values or table.choose(LETTER_AT_DELTA, name, possible) == INDEX:
                continue
        return (place, name) if _fits_tensor(table, name, place, s) else (None, "")
    return None, ""


def _fits_tensor(table: SymbolTable, name: str, place: SyntaxNode | None, s: Scripts) -> bool:
    r"""Whether the indices behind the name of a tensor are as many as it has axes.

    In a network with a bias b, the first index of `\delta_{b,f,i,j}` may count a batch.
    """
    written = [i for i in s.sub or () if not isinstance(i, ExtraAxis | FurtherAxes)]
    count = len(written) - (place is not s.sup)
    shapes = [t.shape for t in table.context.tensors.values() if t.name.letter == name]
    return count <= 1 or any(len(shape) >= count for shape in shapes)


def _pair_digits(table: SymbolTable, entry: TensorReference) -> TensorReference:
    r"""`\delta_{11}` as an entry of a grid, where the notation writes grids."""
    ranks = {rank for rank in _ranks_of_signals(table) if rank > 1}
    indices = split_indices(entry.indices or (), {2} | ranks)
    if len(indices) != 1 or entry.indices is None:
        return replace(entry, indices=indices) if entry.indices else entry
    only = indices[0]
    digits = str(only.value) if isinstance(only, Numeral) else ""
    grids = 2 in _ranks_of_signals(table)
    if len(digits) != 2 or not grids or table.context.notation.style == "flat":
        return entry
    return replace(entry, indices=indices_from_digits(table, digits, only.span))


def _name_of(node: SyntaxNode | None) -> str:
    if isinstance(node, Identifier):
        return node.name
    return node.letter if isinstance(node, TensorReference) and node.indices is None else ""
