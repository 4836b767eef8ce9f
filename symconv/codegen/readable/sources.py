"""Where a function takes its sizes from: the shapes of its arrays, definitions, parameters."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol

from symconv.core.equation import SizeDefinition


@dataclass(frozen=True)
class Given:
    """An array that a function can read: its key, its shape, whether the caller passes it bare."""

    key: str
    shape: tuple[Expr, ...]
    bare: bool

    @property
    def symbols(self) -> set[Symbol]:
        return {s for n in self.shape for s in n.atoms(Symbol)}


@dataclass(frozen=True)
class Read:
    """Sizes taken from the shape of an array; None where an axis tells nothing new."""

    array: Given
    sizes: tuple[Symbol | None, ...]


@dataclass(frozen=True)
class Sources:
    """Everything a function does before it computes, and the sizes that it must be told."""

    reads: tuple[Read, ...]
    definitions: tuple[SizeDefinition, ...]
    checks: tuple[Given, ...]
    parameters: tuple[Symbol, ...]


def sources(
    needed: set[Symbol],
    used: tuple[Given, ...],
    others: tuple[Given, ...],
    definitions: tuple[SizeDefinition, ...],
) -> Sources:
    """Every needed size from the first array that has it, else from its definition, else given.

    A size that has a definition is not believed to the arrays that a caller passes. `used` are the
    arrays that the function reads anyway; one of the `others` is taken only if neither they nor a
    definition know a size.
    """
    computed = {d.symbol for d in definitions}
    checks = _checks(used, computed)
    wanted = needed.union(*(g.symbols for g in checks))
    reads = _reads(wanted, used, computed)
    defined: set[SizeDefinition] = set()
    while missing := wanted - _told(reads, defined):
        found = {d for d in definitions if d.symbol in missing}
        extra = next((g for g in others if missing & set(g.shape)), None)
        if found:
            defined |= found
            wanted = wanted.union(*((d.numerator + d.stride).atoms(Symbol) for d in found))
            reads = _reads(wanted - {d.symbol for d in defined}, used, computed)
        elif extra is not None:
            used = (*used, extra)
            others = tuple(g for g in others if g != extra)
            reads = _reads(wanted - {d.symbol for d in defined}, used, computed)
        else:
            break
    ordered = tuple(d for d in definitions if d in defined)
    return Sources(reads, ordered, checks, tuple(sorted(missing, key=str)))


def _checks(used: tuple[Given, ...], defined: set[Symbol]) -> tuple[Given, ...]:
    """The arrays whose shape says something that unpacking it does not."""
    seen: set[Symbol] = set()
    found = []
    for array in (g for g in used if g.bare):
        names = [n for n in array.shape if n.is_Symbol]
        if len(set(names)) < len(array.shape) or (seen | defined) & set(names):
            found.append(array)
        seen |= array.symbols
    return tuple(found)


def _reads(
    wanted: set[Symbol], arrays: tuple[Given, ...], computed: set[Symbol]
) -> tuple[Read, ...]:
    """Each wanted size once, from the first array that has it as an axis."""
    left = set(wanted)
    found: list[Read] = []
    for array in arrays:
        sizes: list[Symbol | None] = []
        for n in array.shape:
            known = left - computed if array.bare else left
            new = isinstance(n, Symbol) and n in known
            sizes.append(n if isinstance(n, Symbol) and new else None)
            left -= {n} & known
        if any(s is not None for s in sizes):
            found.append(Read(array, tuple(sizes)))
    return tuple(found)


def _told(reads: tuple[Read, ...], defined: set[SizeDefinition]) -> set[Symbol]:
    return {s for r in reads for s in r.sizes if s is not None} | {d.symbol for d in defined}
