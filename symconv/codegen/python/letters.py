"""One letter per index for the subscripts of an einsum."""

from __future__ import annotations

from string import ascii_letters

from sympy import Symbol


def einsum_letters(indices: tuple[Symbol, ...]) -> dict[Symbol, str]:
    """The index's own first letter where it is free, else the same as a capital, else any.

    An einsum has 52 letters; no formula binds as many indices.
    """
    found: dict[Symbol, str] = {}
    free = list(ascii_letters)
    # Short names first: m has its letter before m' asks for it.
    for v in sorted(dict.fromkeys(indices), key=lambda v: len(v.name)):
        first = v.name[0]
        overrides = [first, first.swapcase(), *free]
        found[v] = next(w for w in overrides if w in free)
        free.remove(found[v])
    return found
