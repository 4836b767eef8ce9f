"""Affine forms: sums of indices times coefficients in the sizes, plus a constant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from .size_polynomials import Coefficient, is_integral, narrow


class IndexForm:
    """An index expression, `slopes[index] * index + ... + constant`; never changed once made."""

    __slots__ = ("_hash", "_text", "constant", "slopes")

    def __init__(self, slopes: Mapping[str, Coefficient], constant: Coefficient) -> None:
        self.slopes = slopes
        # A whole number is an int always: what is no int is no integer.
        self.constant = narrow(constant) if type(constant) is Fraction else constant
        self._hash = 0
        self._text = ""

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, IndexForm)
            and self.constant == other.constant
            and self.slopes == other.slopes
        )

    def __hash__(self) -> int:
        if not self._hash:
            self._hash = hash((frozenset(self.slopes.items()), self.constant))
        return self._hash

    def __add__(self, other: IndexForm) -> IndexForm:
        if not other.slopes:
            return IndexForm(self.slopes, self.constant + other.constant)
        found: dict[str, Any] = dict(self.slopes)
        for name, slope in other.slopes.items():
            new = found.get(name, 0) + slope
            if new:
                found[name] = narrow(new) if type(new) is Fraction else new
            else:
                del found[name]
        return IndexForm(found, self.constant + other.constant)

    def __sub__(self, other: IndexForm) -> IndexForm:
        return self + other.scale(-1)

    def __str__(self) -> str:
        if not self._text:
            parts = [f"{s}*{n}" if s != 1 else n for n, s in sorted(self.slopes.items())]
            if self.constant or not parts:
                parts.append(str(self.constant))
            self._text = " + ".join(parts)
        return self._text

    __repr__ = __str__

    def shift(self, constant: Coefficient) -> IndexForm:
        """The form with a constant added."""
        return IndexForm(self.slopes, self.constant + constant)

    def scale(self, factor: Coefficient) -> IndexForm:
        """The form times a coefficient."""
        if not factor:
            return IndexForm({}, 0)
        slopes = {}
        for name, slope in self.slopes.items():
            new = slope * factor
            slopes[name] = narrow(new) if type(new) is Fraction else new
        return IndexForm(slopes, self.constant * factor)

    def put(self, values: Mapping[str, IndexForm]) -> IndexForm:
        """The form with some indices replaced, all at once."""
        if values.keys().isdisjoint(self.slopes):
            return self
        kept = {n: s for n, s in self.slopes.items() if n not in values}
        found = IndexForm(kept, self.constant)
        for name, slope in self.slopes.items():
            if name in values:
                found = found + values[name].scale(slope)
        return found

    def solve(self, name: str, inverse: Coefficient) -> IndexForm:
        """The value of an index at which the form is 0; `inverse` is 1 / its slope."""
        rest = IndexForm({n: s for n, s in self.slopes.items() if n != name}, self.constant)
        return rest.scale(inverse * -1)

    @property
    def whole(self) -> bool:
        """Whether the form is an integer wherever its indices are integers."""
        return is_integral(self.constant) and all(map(is_integral, self.slopes.values()))

    def names(self) -> Iterator[str]:
        """The indices that stand in the form."""
        return iter(self.slopes)


def make_constant(value: Coefficient) -> IndexForm:
    """A form without indices."""
    return IndexForm({}, value)


def make_index(name: str) -> IndexForm:
    """One index."""
    return IndexForm({name: 1}, 0)
