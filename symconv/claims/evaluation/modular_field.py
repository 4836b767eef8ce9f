"""TrialField modulo a prime of 61 bits with keyed functions and switches: equal there means equal.

exp and log are uninterpreted (a keyed hash of the argument), sigmoid and tanh are made of exp, so
that sigmoid(-z) = 1 - sigmoid(z). relu and max are switches. In a `free` field their states are
any numbers that add up to 1: [x > 0] + [-x > 0], the winners of one window, the classes of one
label. What is equal for all of those is equal for 0 and 1, in every combination: one draw tells.
With `coins` a keyed coin decides on which side of 0 a number is; `open` and `shut` mean the side
that is asked for first, which is the network's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from hashlib import blake2b
from secrets import randbits
from typing import Any, Literal

from sympy import nextprime

from symconv.core.errors import Unsupported
from symconv.semantics.protocol import KnownChoices, Map

from .residues import PRIME, GaussianResidue, Residue, residues_modulo

Gates = Literal["free", "coins", "open", "shut"]


@cache
def secret_prime() -> int:
    """Another prime of 61 bits with p = 3 modulo 4, drawn once a process.

    Whoever knows the prime can write a multiple of it, which is 0 there: 2^61 is 1 modulo `PRIME`.
    This one is not known.
    """
    found = 0
    while found % 4 != 3:
        found = int(nextprime(2**60 + randbits(60)))
    return found


class Undefined(ArithmeticError):  # noqa: N818 - a number that does not exist, no failure of ours
    """A number that does not exist at this point, such as 1/0."""


class NoRoot(Undefined):
    """A number that has a root modulo another prime, and none modulo this one."""


class ModularField(KnownChoices):
    """The algebra: `salt` chooses the functions, `gates` the state of the switches."""

    def __init__(
        self, salt: int, gates: Gates = "free", prime: int = PRIME, *, roots: bool = False
    ) -> None:
        self.salt = salt
        self.gates = gates
        self.prime = prime
        self.residue: Callable[[int], Residue] = residues_modulo(self._numbers(roots=roots), prime)
        self.exponentials: dict[int, Residue] = {}
        self.first: dict[int, int] = {}
        self.labels: dict[int, dict[int, Residue]] = {}
        self.same_label: dict[int, Residue] = {}

    @staticmethod
    def _numbers(*, roots: bool) -> type[Residue]:
        """What it calculates with: where there are roots, numbers that have them."""
        return GaussianResidue if roots else Residue

    def number(self, value: int | Fraction) -> Residue:
        if isinstance(value, int):
            return self.residue(value)
        return self.residue(value.numerator * pow(value.denominator, -1, self.prime))

    def label(self, name: Any, labels: Sequence[int]) -> Residue:
        """Every one of the labels at once: sum k m_k for numbers m_k that add up to 1."""
        weights = dict(zip(labels, self._free_weights(f"label {name}", labels), strict=True))
        found = self.number(0)
        for n, weight in weights.items():
            found = found + weight * n
        self.labels[found.value] = weights
        for n, weight in weights.items():
            for difference in (found + -n, (found + -n) * -1):
                self.same_label[difference.value] = weight
        return self.entry(found)

    def compare_label(self, place: int | None, label: Residue) -> Residue:
        """[place = label]."""
        weights = self.labels.get(label.value)
        if weights is None:
            return self.number(int(place is not None and self.number(place) == label))
        return self.number(0) if place is None else weights.get(place, self.number(0))

    def vanish(self, x: Residue) -> Residue:
        """[x = 0]; the difference of a label and a class is 0 for that class."""
        return self.same_label.get(x.value, self.number(int(not x)))

    def _free_weights(self, name: str, keys: Sequence[int]) -> list[Residue]:
        """Any numbers that add up to 1, one for each key."""
        found = [self.residue(self._hash(name, k)) for k in keys[:-1]]
        rest = self.number(1)
        for weight in found:
            rest = rest + weight * -1
        return [*found, rest]

    def constant(self, value: float, name: str) -> Residue:  # noqa: ARG002 - the protocol's name
        return self.residue(self._hash(f"constant {name}", 0))

    def function(self, name: str) -> Map:
        known: dict[str, Map] = {
            "exp": self._exp,
            "log": self._log,
            "sigmoid": self._sigmoid,
            "tanh": self._tanh,
            "sin": self._sin,
            "cos": self._cos,
            "erf": lambda x: self._odd("erf", x),
            "softplus": lambda x: self._log(self._exp(x) + 1),
            "step": self._step,
            "relu": lambda x: x * self._step(x),
            "absolute": lambda x: x * (2 * self._step(x) + -1),
        }
        if name not in known:
            return lambda x: self.residue(self._hash(name, x.value))
        return known[name]

    def power(self, exponent: Fraction) -> Map:
        if exponent.denominator == 1:
            return lambda x: self._whole_power(x, exponent.numerator)
        if exponent.denominator == 2:
            return lambda x: self._whole_power(self._root(x), exponent.numerator)
        raise Unsupported(f"the exponent {exponent} is not decided")

    def first_maximiser(self, values: Sequence[Residue]) -> int:
        best = self._winner(values)
        return next(n for n, v in enumerate(values) if v == best)

    def mark_winner(self, values: Sequence[Residue]) -> Sequence[Residue]:
        """[value n is the first largest one]; any numbers that add up to 1 in a free field."""
        if self.gates != "free":
            return super().mark_winner(values)
        # The window is known by what stands in it, in whatever order; equal values are one.
        distinct = sorted({v.value for v in values})
        if len(distinct) == 1:
            weights = [self.number(1)]
        elif len(distinct) == 2:
            first = self._step(values[0] + (sum(distinct) - values[0].value) * -1)
            weights = [first, first * -1 + 1]
            distinct.sort(key=lambda v: v != values[0].value)
        else:
            weights = self._free_weights(f"winner {distinct}", distinct)
        left = dict(zip(distinct, weights, strict=True))
        # The first of several equal values takes all of their weight.
        return [left.pop(v.value, self.number(0)) for v in values]

    def maximum(self, values: Sequence[Residue]) -> Residue:
        """The largest one; in a free field the sum of [value n wins] * value n."""
        if self.gates != "free":
            return self._winner(values)
        found = self.number(0)
        for value, weight in zip(values, self.mark_winner(values), strict=True):
            found = found + weight * value
        return found

    def _winner(self, values: Sequence[Residue]) -> Residue:
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
        total = self.number(0)
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
        return self.hash_text(f"{name} {value}")

    def hash_text(self, text: str) -> int:
        """A number below the prime that a text and the salt decide."""
        # A keyed hash: what a claim says of a function must hold for whatever the function is.
        # Python's own `hash` of text would change from run to run.
        key = f"{self.salt} {text}".encode()
        return int.from_bytes(blake2b(key, digest_size=8).digest(), "big") % self.prime

    def _coin(self, x: Residue) -> int:
        if not x:
            return 0
        if self.gates in {"open", "shut"}:
            # x and -x share an entry; the one asked for first is on the side that is wanted.
            first = self.first.setdefault(self._unsigned(x), x.value)
            return int((x.value == first) == (self.gates == "open"))
        return int(self._is_positive(x))

    @staticmethod
    def _unsigned(x: Residue) -> int:
        """What x and -x have in common."""
        return min(x.value, (x * -1).value)

    def _is_positive(self, x: Residue) -> bool:
        """The side of 0 that a number is on: a coin that turns with the sign."""
        return self._hash("coin", x.value) > self._hash("coin", (x * -1).value)

    def _step(self, x: Residue) -> Residue:
        """0 or 1; where the gates are free, any number with step(x) + step(-x) = 1."""
        if self.gates != "free" or not x:
            return self.residue(self._coin(x))
        small = self._unsigned(x)
        found = self._hash("gate", small)
        # step(x) + step(-x) = 1 for all x but 0: the only law that gates need.
        return self.residue(found if small == x.value else 1 - found)

    def _exp(self, x: Residue) -> Residue:
        if not x:
            return self.residue(1)
        if x.value in self.exponentials:
            return self.exponentials[x.value]
        small = self._unsigned(x)
        found = 1 + self._hash("exp", small) % (self.prime - 1)
        # exp(-x) = 1 / exp(x).
        return self.residue(found if small == x.value else pow(found, -1, self.prime))

    def _log(self, x: Residue) -> Residue:
        if not x:
            raise Undefined("log(0)")
        # log(1/x) = -log(x): the smaller one of x and 1/x is hashed.
        small = min(x.value, x.power(-1).value)
        if small == 1:
            return self.residue(0)
        found = self._hash("log", small)
        return self.residue(found if small == x.value else -found)

    def _sigmoid(self, x: Residue) -> Residue:
        return self._whole_power(self._exp(x * -1) + 1, -1)

    def _tanh(self, x: Residue) -> Residue:
        return 2 * self._sigmoid(2 * x) + -1

    def _odd(self, name: str, x: Residue) -> Residue:
        """An uninterpreted function with f(-x) = -f(x)."""
        small = self._unsigned(x)
        found = self._hash(name, small) if x else 0
        return self.residue(found if small == x.value else -found)

    def _half_tangent(self, x: Residue) -> tuple[Residue, Residue]:
        """T = tan(x/2), which any odd function stands for, and 1 / (1 + t^2)."""
        t = self._odd("tan(x/2)", x)
        return t, self._whole_power(t * t + 1, -1)

    def _sin(self, x: Residue) -> Residue:
        """2t / (1 + t^2): odd, and sin(x)^2 + cos(x)^2 = 1."""
        t, scale = self._half_tangent(x)
        return 2 * t * scale

    def _cos(self, x: Residue) -> Residue:
        """(1 - t^2) / (1 + t^2): even, and 1 at 0."""
        t, scale = self._half_tangent(x)
        return (t * t * -1 + 1) * scale

    def _whole_power(self, x: Residue, exponent: int) -> Residue:
        if exponent < 0 and not x:
            raise Undefined("1/0")
        return x.power(exponent)

    def _root(self, x: Residue) -> Residue:
        root = x.root()
        if root is None:
            raise NoRoot("the square root of a number that is no square here")
        return root if self._is_positive(root) else root * -1
