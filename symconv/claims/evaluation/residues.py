"""Numbers modulo a prime, and such numbers with a square root of -1."""

from __future__ import annotations

from typing import Any, ClassVar

PRIME = 2**61 - 1
"""A Mersenne prime: products of two residues are short integers still, and p = 3 modulo 4.

A difference that is a polynomial of degree d vanishes at a random point with p < d / 2^61, below
1e-16 for d up to 200.
"""


class Residue:
    """A number modulo `modulus`; `value` tells it from others."""

    __slots__ = ("value",)
    modulus: ClassVar[int] = PRIME

    def __init__(self, value: int) -> None:
        self.value = value % self.modulus

    def __add__(self, other: Any) -> Residue:
        if isinstance(other, Residue):
            return type(self)(self.value + other.value)
        return type(self)(self.value + other) if isinstance(other, int) else NotImplemented

    __radd__ = __add__

    def __mul__(self, other: Any) -> Residue:
        if isinstance(other, Residue):
            return type(self)(self.value * other.value)
        return type(self)(self.value * other) if isinstance(other, int) else NotImplemented

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return self.value != 0

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Residue):
            return self.value == other.value
        return isinstance(other, int) and self.value == other % self.modulus

    def __hash__(self) -> int:
        return hash(self.value)

    def power(self, exponent: int) -> Residue:
        """The number to a whole power; a negative one of 0 has no value."""
        return type(self)(pow(self.value, exponent, self.modulus))

    def root(self) -> Residue | None:
        """One of its square roots, if it has any: half of the residues do."""
        # For p = 3 modulo 4 this is a square root of x, if x has one.
        root = pow(self.value, (self.modulus + 1) // 4, self.modulus)
        return type(self)(root) if root * root % self.modulus == self.value else None


SHIFT = 64
"""Both parts of a number fit into one integer; each is below 2^61."""


class GaussianResidue(Residue):
    """a + b i with i^2 = -1 and residues a, b: every residue has a square root here.

    For p = 3 modulo 4 there is no such i among the residues, and of x and -x one is a square. A
    network with ten roots would have values in one of 1,024 draws only.
    """

    __slots__ = ("imaginary", "real")

    def __init__(self, value: int, imaginary: int = 0) -> None:
        self.real = value % self.modulus
        self.imaginary = imaginary % self.modulus
        self.value = self.real + (self.imaginary << SHIFT)

    def __add__(self, other: Any) -> GaussianResidue:
        if isinstance(other, GaussianResidue):
            return type(self)(self.real + other.real, self.imaginary + other.imaginary)
        return type(self)(self.real + other, self.imaginary) if _is_int(other) else NotImplemented

    __radd__ = __add__

    def __mul__(self, other: Any) -> GaussianResidue:
        if isinstance(other, GaussianResidue):
            a, b, c, d = self.real, self.imaginary, other.real, other.imaginary
            return type(self)(a * c - b * d, a * d + b * c)
        if _is_int(other):
            return type(self)(self.real * other, self.imaginary * other)
        return NotImplemented

    __rmul__ = __mul__
    __hash__ = Residue.__hash__

    def power(self, exponent: int) -> Residue:
        """The number to a whole power: (a + b i)^-1 = (a - b i) / (a^2 + b^2)."""
        if not self.imaginary:
            return type(self)(pow(self.real, exponent, self.modulus))
        base: GaussianResidue = self
        if exponent < 0:
            size = pow(self.real**2 + self.imaginary**2, -1, self.modulus)
            base = type(self)(self.real * size, -self.imaginary * size)
        found: GaussianResidue = type(self)(1)
        for _ in range(abs(exponent)):
            found = found * base
        return found

    def root(self) -> Residue | None:
        """One of its square roots; none is looked for of what has an i already."""
        if self.imaginary:
            return None
        for real, turned in ((self.real, False), (-self.real % self.modulus, True)):
            root = pow(real, (self.modulus + 1) // 4, self.modulus)
            if root * root % self.modulus == real:
                return type(self)(0, root) if turned else type(self)(root)
        return None


def _is_int(x: Any) -> bool:
    return isinstance(x, int)


_KINDS: dict[tuple[type[Residue], int], type[Residue]] = {}


def residues_modulo(kind: type[Residue], prime: int) -> type[Residue]:
    """The residues of a kind modulo a prime; one class for each."""
    if prime == kind.modulus:
        return kind
    if (kind, prime) not in _KINDS:
        made = type(kind.__name__, (kind,), {"modulus": prime, "__slots__": ()})
        _KINDS[kind, prime] = made
    return _KINDS[kind, prime]
