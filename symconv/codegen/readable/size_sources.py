"""Where a function takes its sizes from: the shapes of its arrays, definitions, parameters."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol

from symconv.core.equation import SizeDefinition


@dataclass(frozen=True)
class SizeSource:
    """An array that a function can read: its key, its shape, whether the caller passes it bare."""

    key: str
    shape: tuple[Expr, ...]
    bare: bool

    @property
    def symbols(self) -> set[Symbol]:
        return {s for n in self.shape for s in n.atoms(Symbol)}


@dataclass(frozen=True)
class ShapeUnpacking:
    """Sizes taken from the shape of an array; None where an axis tells nothing new."""

    array: SizeSource
    sizes: tuple[Symbol | None, ...]


@dataclass(frozen=True)
class SizeSources:
    """How a function learns its sizes: from shapes, definitions and parameters; and its checks."""

    reads: tuple[ShapeUnpacking, ...]
    definitions: tuple[SizeDefinition, ...]
    checks: tuple[SizeSource, ...]
    parameters: tuple[Symbol, ...]


def find_size_sources(
    needed: set[Symbol],
    used: tuple[SizeSource, ...],
    others: tuple[SizeSource, ...],
    definitions: tuple[SizeDefinition, ...],
) -> SizeSources:
    """Every needed size from the first array that has it, else from its definition, else given.

    A size that has a definition is not believed to the arrays that a caller passes. `used` are the
    arrays that the function reads anyway; one of the `others` is taken only if neither they nor a
    definition know a size.
    """
    computed = {d.symbol for d in definitions}
    checks = _shapes_to_check(used, computed)
    wanted = needed.union(*(g.symbols for g in checks))
    reads = _unpack_shapes(wanted, used, computed)
    defined: set[SizeDefinition] = set()
    # A definition brings in sizes of its own: until none is missing, or nobody knows it.
    while missing := wanted - _sizes_in_scope(reads, defined):
        found = {d for d in definitions if d.symbol in missing}
        extra = next((g for g in others if missing & set(g.shape)), None)
        if found:
            defined |= found
            wanted = wanted.union(*((d.numerator + d.stride).atoms(Symbol) for d in found))
            reads = _unpack_shapes(wanted - {d.symbol for d in defined}, used, computed)
        elif extra is not None:
            used = (*used, extra)
            others = tuple(g for g in others if g != extra)
            reads = _unpack_shapes(wanted - {d.symbol for d in defined}, used, computed)
        else:
            break
    ordered = tuple(d for d in definitions if d in defined)
    return SizeSources(reads, ordered, checks, tuple(sorted(missing, key=str)))


def _shapes_to_check(used: tuple[SizeSource, ...], defined: set[Symbol]) -> tuple[SizeSource, ...]:
    """The arrays from outside whose shape says more than their sizes, so that it may be wrong.

    An axis of a fixed length, a size that stands twice or in two arrays, or one that is computed.
    """
    seen: set[Symbol] = set()
    found = []
    for array in (g for g in used if g.bare):
        names = [n for n in array.shape if n.is_Symbol]
        if len(set(names)) < len(array.shape) or (seen | defined) & set(names):
            found.append(array)
        seen |= array.symbols
    return tuple(found)


def _unpack_shapes(
    wanted: set[Symbol], arrays: tuple[SizeSource, ...], computed: set[Symbol]
) -> tuple[ShapeUnpacking, ...]:
    """Each wanted size once, from the first array that has it as an axis."""
    left = set(wanted)
    found: list[ShapeUnpacking] = []
    for array in arrays:
        sizes: list[Symbol | None] = []
        for n in array.shape:
            # What our own forward pass returned has the sizes it should; a delta from outside need
            # not.
            known = left - computed if array.bare else left
            new = isinstance(n, Symbol) and n in known
            sizes.append(n if isinstance(n, Symbol) and new else None)
            left -= {n} & known
        if any(s is not None for s in sizes):
            found.append(ShapeUnpacking(array, tuple(sizes)))
    return tuple(found)


def _sizes_in_scope(reads: tuple[ShapeUnpacking, ...], defined: set[SizeDefinition]) -> set[Symbol]:
    return {s for r in reads for s in r.sizes if s is not None} | {d.symbol for d in defined}
