"""Arithmetic modulo 2^61 - 1 with keyed functions and gates: equal there means equal.

exp and log are uninterpreted (a keyed hash of the argument), sigmoid and tanh are made of exp, so
that sigmoid(-z) = 1 - sigmoid(z). relu and max are gates: which side of 0 a number is on is keyed
and turns with its sign, so that no region is too rare to be met. Open and shut mean the side that
is asked for first, which is the network's own. Free gates are any numbers, which
proves more than 0 and 1 need; what differs there is tried again with coins.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from hashlib import blake2b
from typing import Any, Literal

from symconv.core.errors import Unsupported
from symconv.semantics.protocol import Map

PRIME = 2**61 - 1
"""A Mersenne prime: products of two residues are short integers still, and p = 3 modulo 4.

A difference that is a polynomial of degree d vanishes at a random point with p < d / 2^61, below
1e-16 for d up to 200.
"""

Gates = Literal["free", "coins", "open", "shut"]


class Undefined(ArithmeticError):  # noqa: N818 - a number that does not exist, no failure of ours
    """A number that does not exist at this point, such as 1/0."""


class Residue:
    """A number modulo PRIME."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value % PRIME

    def __add__(self, other: Any) -> Residue:
        if isinstance(other, Residue):
            return Residue(self.value + other.value)
        return Residue(self.value + other) if isinstance(other, int) else NotImplemented

    __radd__ = __add__

    def __mul__(self, other: Any) -> Residue:
        if isinstance(other, Residue):
            return Residue(self.value * other.value)
        return Residue(self.value * other) if isinstance(other, int) else NotImplemented

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return self.value != 0

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Residue):
            return self.value == other.value
        return isinstance(other, int) and self.value == other % PRIME

    def __hash__(self) -> int:
        return hash(self.value)


class ModularField:
    """The algebra: `salt` chooses the functions, `gates` the state of the switches."""

    def __init__(self, salt: int, gates: Gates = "free") -> None:
        self.salt = salt
        self.gates = gates
        self.exponentials: dict[int, Residue] = {}
        self.first: dict[int, int] = {}

    def number(self, value: int | Fraction) -> Residue:
        if isinstance(value, int):
            return Residue(value)
        return Residue(value.numerator * pow(value.denominator, -1, PRIME))

    def constant(self, value: float, name: str) -> Residue:  # noqa: ARG002 - the protocol's name
        return Residue(self._hash(f"constant {name}", 0))

    def function(self, name: str) -> Map:
        known: dict[str, Map] = {
            "exp": self._exp,
            "log": self._log,
            "sigmoid": self._sigmoid,
            "tanh": self._tanh,
            "softplus": lambda x: self._log(self._exp(x) + 1),
            "step": self._step,
            "relu": lambda x: x * self._step(x),
            "absolute": lambda x: x * (2 * self._step(x) + -1),
        }
        if name not in known:
            return lambda x: Residue(self._hash(name, x.value))
        return known[name]

    def power(self, exponent: Fraction) -> Map:
        if exponent.denominator == 1:
            return lambda x: self._whole_power(x, exponent.numerator)
        if exponent.denominator == 2:
            return lambda x: self._whole_power(self._root(x), exponent.numerator)
        raise Unsupported(f"the exponent {exponent} is not decided")

    def first_maximiser(self, values: Sequence[Residue]) -> int:
        best = self.maximum(values)
        return next(n for n, v in enumerate(values) if v == best)

    def maximum(self, values: Sequence[Residue]) -> Residue:
        """The winner of coin matches, in an order that does not depend on the order given."""
        # max(0, x) is relu(x), whichever of the two a person writes.
        if len(values) == 2 and not all(values):
            return self.function("relu")(values[0] + values[1])
        # Coins know no transitivity: a beats b, b beats c, c beats a. In a fixed order of matches
        # max(a, b, c) has one winner, however it is written.
        ordered = sorted(values, key=lambda v: self._hash("order", v.value))
        best = ordered[0]
        for value in ordered[1:]:
            if self._coin(value + best * -1):
                best = value
        return best

    def log_sum_exp(self, values: Sequence[Residue]) -> Residue:
        """L with exp(L) = sum exp(x), and exp(x - L) = exp(x)/sum exp(x): softmax adds up to 1."""
        total = Residue(0)
        for value in values:
            total = total + self._exp(value)
        found = self._log(total)
        # exp(L) and exp(x - L) are set to what they have to be, and all other values stay hashed:
        # enough for softmax and its gradient without a law of exponents.
        self.exponentials[found.value] = total
        inverse = self._whole_power(total, -1)
        for value in values:
            self.exponentials[(value + found * -1).value] = self._exp(value) * inverse
        return found

    def entry(self, value: Residue) -> Residue:
        return value

    def _hash(self, name: str, value: int) -> int:
        text = f"{self.salt} {name} {value}".encode()
        # A keyed hash: what a claim says of a function must hold for whatever the function is.
        # Python's own `hash` of text would change from run to run.
        return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") % PRIME

    def _coin(self, x: Residue) -> int:
        if not x:
            return 0
        if self.gates in {"open", "shut"}:
            # x and -x share an entry; the one asked for first is on the side that is wanted.
            first = self.first.setdefault(min(x.value, PRIME - x.value), x.value)
            return int((x.value == first) == (self.gates == "open"))
        return int(self._is_positive(x.value))

    def _is_positive(self, value: int) -> bool:
        """The side of 0 that a number is on: a coin that turns with the sign."""
        return self._hash("coin", value) > self._hash("coin", PRIME - value)

    def _step(self, x: Residue) -> Residue:
        """0 or 1; where the gates are free, any number with step(x) + step(-x) = 1."""
        if self.gates != "free" or not x:
            return Residue(self._coin(x))
        small = min(x.value, PRIME - x.value)
        found = self._hash("gate", small)
        # step(x) + step(-x) = 1 for all x but 0: the only law that gates need.
        return Residue(found if small == x.value else 1 - found)

    def _exp(self, x: Residue) -> Residue:
        if not x:
            return Residue(1)
        if x.value in self.exponentials:
            return self.exponentials[x.value]
        small = min(x.value, PRIME - x.value)
        found = 1 + self._hash("exp", small) % (PRIME - 1)
        # exp(-x) = 1 / exp(x).
        return Residue(found if small == x.value else pow(found, -1, PRIME))

    def _log(self, x: Residue) -> Residue:
        if not x:
            raise Undefined("log(0)")
        # log(1/x) = -log(x): the smaller one of x and 1/x is hashed.
        inverse = pow(x.value, -1, PRIME)
        small = min(x.value, inverse)
        if small == 1:
            return Residue(0)
        found = self._hash("log", small)
        return Residue(found if small == x.value else -found)

    def _sigmoid(self, x: Residue) -> Residue:
        return self._whole_power(self._exp(x * -1) + 1, -1)

    def _tanh(self, x: Residue) -> Residue:
        return 2 * self._sigmoid(2 * x) + -1

    def _whole_power(self, x: Residue, exponent: int) -> Residue:
        if exponent < 0 and not x:
            raise Undefined("1/0")
        return Residue(pow(x.value, exponent, PRIME))

    def _root(self, x: Residue) -> Residue:
        # For p = 3 modulo 4 this is a square root of x, if x has one: half of the residues do.
        root = pow(x.value, (PRIME + 1) // 4, PRIME)
        if root * root % PRIME != x.value:
            raise Undefined("the square root of a number that is no square here")
        return Residue(root if self._is_positive(root) else -root)
