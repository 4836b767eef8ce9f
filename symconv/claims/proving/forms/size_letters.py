"""The letters in which the sizes of a network are written, with the facts built into them.

Every tensor has at least one entry. Where a convolution gives H - k + 1 rows, that number is a
letter of its own, at least 1, and H is it + k - 1. With a stride, numerator = s (z - 1) + r with a
remainder r from 0 to s - 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sympy import Expr, Symbol

from symconv.core.equation import Program

from .size_facts import REMAINDER, SizeFacts
from .size_polynomials import Coefficient, SizePolynomial, make_letter, terms_of


def find_size_facts(program: Program) -> SizeFacts:
    """The letters and facts of a program; no letters where its sizes are numbers."""
    found = SizeFacts()
    for symbol in (*program.free_sizes, *(d.symbol for d in program.sizes)):
        found.values[symbol] = make_letter(str(symbol))
        found.least[str(symbol)] = 1 if symbol.is_positive else 0
    # From the last layer to the first: that the last one has an entry mostly shows that those
    # before it have one.
    extents = dict.fromkeys(n for t in program.tensors for n in t.shape)
    for definition in reversed(program.sizes):
        _define_size(found, definition.symbol, definition.numerator, definition.stride)
    for extent in reversed(list(extents)):
        if not extent.is_Symbol and not extent.is_Integer:
            _require_entries(found, extent)
    return found


def _define_size(found: SizeFacts, symbol: Symbol, numerator: Expr, stride: Expr) -> None:
    """The size z = floor(numerator / stride) + 1, at least 1."""
    top, step, size = (found.coefficient(e) for e in (numerator, stride, symbol))
    if step == 1:
        name = "" if found.nonnegative(top) else _choose_letter(found, top, size)
        if name:
            found.substitute(name, make_letter(name) - top + size + -1)
        else:
            found.substitute(str(symbol), top + 1)
        return
    remainder = f"{REMAINDER}{symbol}]"
    name = _choose_letter(found, top, size * step)
    if name:
        found.least[remainder] = 0
        before = len(found.facts)
        rest = make_letter(remainder)
        found.substitute(name, make_letter(name) - top + step * (size + -1) + rest)
        found.facts.append(step + rest * -1 + -1)
        if isinstance(step, SizePolynomial):
            # A product of two facts, which a search by single terms does not find.
            found.facts += [f * (step + -1) for f in found.facts[before:-1]]
        return
    found.facts += [top, top - step * (size + -1), step * size - top + -1]


def _require_entries(found: SizeFacts, extent: Expr) -> None:
    """An extent that is computed is at least 1."""
    value = found.coefficient(extent)
    if found.nonnegative(value + -1):
        return
    name = _choose_letter(found, value, 1)
    if name:
        letter = f"({extent})".replace(" ", "")
        found.least[letter] = 1
        found.substitute(name, make_letter(name) - value + make_letter(letter))
    else:
        found.facts.append(value + -1)


def _choose_letter(found: SizeFacts, value: Coefficient, apart: Coefficient) -> str:
    """A size, at least 1, that a value is made of by adding it once; "" where there is none.

    It is none of the letters of `apart`.
    """
    terms = dict(terms_of(value))
    taken = {n for m, _ in terms_of(apart) for n, _ in m}
    for monomial, number in sorted(terms.items()):
        if len(monomial) == 1 and monomial[0][1] == 1 and number == 1:
            name = monomial[0][0]
            alone = sum(name in dict(m) for m in terms) == 1
            if alone and name not in taken and found.least.get(name):
                return name
    return ""


def least_words(symbols: Iterable[Symbol]) -> Iterator[str]:
    """What is assumed of some sizes, in words."""
    positive = [str(s) for s in symbols if s.is_positive]
    other = [str(s) for s in symbols if not s.is_positive]
    if positive:
        yield f"{', '.join(positive)} >= 1"
    if other:
        yield f"{', '.join(other)} >= 0"
