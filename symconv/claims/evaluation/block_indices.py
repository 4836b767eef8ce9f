"""Entries written by block and place within: `dC/dx_{2u+m, 2v+n}` for windows that do not overlap.

The indices of such an entry have the ranges of the derived equation, whose left side is split in
the same way: u and v run over the windows, m and n over one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from sympy import Expr, Symbol, expand

from symconv.claims.model.facts import Facts
from symconv.claims.model.tree import Differential, Entry, Node
from symconv.claims.model.tree import Symbol as Letter
from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.semantics.places import whole

from .evaluate import Options
from .indices import key_of, whole_number

Slopes = dict[int, str]


def split_ranges(parts: tuple[Node, ...], facts: Facts, options: Options) -> dict[str, range]:
    """The ranges of the indices of every entry that is split as its derivative is."""
    found: dict[str, range] = {}
    for part in parts:
        for by in _differentiated(part):
            with suppress(SymconvError):
                found |= _of_entry(by, facts, options)
    return found


def _differentiated(part: Node) -> Iterator[Entry]:
    for n in part.walk():
        by = n.by if isinstance(n, Differential) else n
        if isinstance(by, Entry) and by.indices and (by is not n or by.kind):
            yield by


def _of_entry(by: Entry, facts: Facts, options: Options) -> dict[str, range]:
    result = facts.deltas.get(key_of(by, {}, facts, options.delta))
    equation = facts.program.equation(result.key) if result else None
    places = () if equation is None else equation.lhs.indices
    found: dict[str, range] = {}
    for node, place in zip(by.indices or (), places, strict=False):
        if not place.is_Symbol and equation is not None:
            found |= _of_axis(node, place, equation, facts, options)
    return found


def _of_axis(
    node: Node, place: Expr, equation: Equation, facts: Facts, options: Options
) -> dict[str, range]:
    """The indices of one axis, matched by their coefficients; nothing where they do not match."""
    said, meant = _slopes(node, facts), _derived(place, facts)
    if said.keys() != meant.keys():
        return {}
    extents = {str(v): whole(n, facts.size_map) for v, n in equation.ranges}
    return {
        name: range(options.base, options.base + extents[meant[slope]])
        for slope, name in said.items()
    }


def _slopes(node: Node, facts: Facts) -> Slopes:
    """The coefficient of every index of a written place."""
    names = sorted({n.name for n in node.walk() if isinstance(n, Letter)} - set(facts.size_names))
    zero = whole_number(node, dict.fromkeys(names, 0), facts)
    found: Slopes = {}
    for name in names:
        one = whole_number(node, {**dict.fromkeys(names, 0), name: 1}, facts)
        if isinstance(one, int) and isinstance(zero, int):
            found[one - zero] = name
    return found if len(found) == len(names) else {}


def _derived(place: Expr, facts: Facts) -> Slopes:
    """The same for a place of a derived equation."""
    indices = [s for s in place.atoms(Symbol) if not s.is_nonnegative]
    return {whole(expand(place).coeff(v), facts.size_map): str(v) for v in indices}
