"""Numbers that depend on choices: on which side a switch is, which entry wins, which class it is.

A number is a sum of residues, each times a product of choices: a + b [u_0 > 0] + c [u_0 > 0]
+ d [u_0 > 0][t = 2].
A choice is 0 or 1, two choices of one window or of one label exclude each other, and the last one
of them is 1 minus the others. So two numbers are equal in every combination of choices exactly
where their residues are, and nothing has to be enumerated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

from symconv.claims.model.budget import spend
from symconv.claims.model.errors import NotChecked
from symconv.core.errors import Unsupported
from symconv.semantics.protocol import KnownChoices, Map

from .modular_field import ModularField
from .residues import Residue

MOST_PRODUCTS = 200_000
"""How many products of residues all numbers of one algebra may take: about a second.

Three layers of twelve switches each take some 10,000.
"""

MOST_CASES = 8
"""In how many combinations of choices a function such as exp, or a switch, is followed.

That is three switches: relu(relu(x)), relu(max(a, b)). Every case may bring a switch of its own, so
that two layers of six switches would be 192 already. A function of more choices is a number of its
own, which proves less, never more.
"""

MOST_EQUALITIES = 1_024
"""In how many combinations it is looked up whether a number is 0: ten switches, or a large window.

That brings no new choices.
"""

MOST_RATIO = 12
"""Up to which multiple, and part, two numbers share their switch: a mean over 12, a factor 2."""

MOST_RELATED = 200
"""Among how many switches such multiples are looked for: each costs 288 products."""

LARGEST_KNOWN, LOWEST_PART = 64, 12
"""Of which numbers the side of 0 is known: up to 64, in parts down to twelfths.

Bounds of clipped numbers are such. Another number is one of those by chance with p < 1e-14.
"""

Choices = int
"""A product of choices, a bit for each."""


class TooManyPatterns(NotChecked):
    """More combinations of switches and winners than are followed."""


class PatternNumber:
    """A number for every combination of choices."""

    __slots__ = ("rules", "terms")

    def __init__(self, terms: Mapping[Choices, Residue], rules: PatternAlgebra) -> None:
        self.terms = terms
        self.rules = rules

    def __add__(self, other: Any) -> Any:
        # A node of a tape adds and multiplies itself.
        if not isinstance(other, PatternNumber | Residue | int | Fraction):
            return NotImplemented
        found = dict(self.terms)
        for choices, residue in self.rules.terms_of(other).items():
            total = found[choices] + residue if choices in found else residue
            if total:
                found[choices] = total
            else:
                found.pop(choices, None)
        return self.rules.make(found)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, PatternNumber | Residue | int | Fraction):
            return NotImplemented
        return self.rules.multiply(self.terms, self.rules.terms_of(other))

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        """False where it is 0 in every combination."""
        return bool(self.terms)

    @property
    def key(self) -> tuple[tuple[Choices, int], ...]:
        """What tells it from other numbers."""
        return tuple(sorted((c, r.value) for c, r in self.terms.items()))


class PatternAlgebra(KnownChoices):
    """The algebra over a field: choices are made where that field would toss a coin."""

    def __init__(self, field: ModularField) -> None:
        self.field = field
        self.switches: dict[int, Choices] = {}
        self.numbers: dict[int, Residue] = {}
        self.sides: dict[int, tuple[int, int]] = {}
        self.rivals: dict[Any, list[Choices]] = {}
        self.group_of: dict[Choices, Choices] = {}
        self.exclusive: Choices = 0
        self.labels: dict[Any, dict[int, Any]] = {}
        self.gaps: dict[Any, Any] = {}
        """How far the largest of some numbers is above one of them, and whether that one wins."""
        self.products = 0
        self.count = 0
        self.related: dict[Choices, dict[Choices, int]] = {}
        """What the product of two switches is, where their numbers differ by a known one."""
        self.partners: dict[Choices, Choices] = {}

    # Numbers ------------------------------------------------------------------------------------

    def number(self, value: int | Fraction) -> Residue:
        return self.field.number(value)

    def constant(self, value: float, name: str) -> Residue:
        return self.field.constant(value, name)

    def entry(self, value: Any) -> Any:
        return self.field.entry(value) if isinstance(value, Residue) else value

    def terms_of(self, x: Any) -> Mapping[Choices, Residue]:
        """A number as residues times choices; a plain one depends on none."""
        if isinstance(x, PatternNumber):
            return x.terms
        residue = x if isinstance(x, Residue) else self.number(x)
        return {0: residue} if residue else {}

    def make(self, terms: Mapping[Choices, Residue]) -> Any:
        """The number of some terms, plain where it depends on no choice."""
        if not terms:
            return self.number(0)
        return terms[0] if terms.keys() == {0} else PatternNumber(terms, self)

    def multiply(self, left: Mapping[Choices, Residue], right: Mapping[Choices, Residue]) -> Any:
        """The product: a choice times itself is that choice, two rivals exclude each other."""
        self.products += len(left) * len(right)
        if self.products > MOST_PRODUCTS:
            raise TooManyPatterns("too many combinations of switches and winners")
        found: dict[Choices, Residue] = {}
        for a, x in left.items():
            for b, y in right.items():
                if a & self.exclusive and b & self.exclusive and self._excludes(a, b):
                    continue
                total = x * y + found[a | b] if a | b in found else x * y
                found[a | b] = total
        if self.related:
            found = self._reduce(found)
        return self.make({c: r for c, r in found.items() if r})

    def _reduce(self, terms: dict[Choices, Residue]) -> dict[Choices, Residue]:
        """The terms without products of switches that are a sum of single ones."""
        found: dict[Choices, Residue] = {}
        waiting = list(terms.items())
        while waiting:
            choices, residue = waiting.pop()
            pair = self._find_related(choices)
            if not pair:
                found[choices] = found[choices] + residue if choices in found else residue
                continue
            rest = choices & ~pair
            waiting += [(rest | bits, residue * n) for bits, n in self.related[pair].items()]
        return found

    def _find_related(self, choices: Choices) -> Choices:
        """Two switches among some choices that are related; 0 where there are none."""
        left = choices
        while left:
            bit = left & -left
            others = choices & self.partners.get(bit, 0)
            if others:
                return bit | (others & -others)
            left ^= bit
        return 0

    def _excludes(self, a: Choices, b: Choices) -> bool:
        """Whether two products hold different choices of one window or label."""
        rest = a & self.exclusive
        while rest:
            bit = rest & -rest
            if b & self.group_of[bit] & ~bit:
                return True
            rest ^= bit
        return False

    # Choices ------------------------------------------------------------------------------------

    def _new_choice(self) -> Choices:
        self.count += 1
        return 1 << (self.count - 1)

    def _choice(self, bit: Choices) -> PatternNumber:
        return PatternNumber({bit: self.number(1)}, self)

    def _choose_among(self, name: Any, count: int) -> list[Any]:
        """Numbers of which one is 1 and the others are 0; the last one has no bit of its own."""
        if name not in self.rivals:
            bits = [self._new_choice() for _ in range(count - 1)]
            together = sum(bits)
            self.group_of |= dict.fromkeys(bits, together)
            if len(bits) > 1:
                self.exclusive |= together
            self.rivals[name] = bits
        found: list[Any] = [self._choice(bit) for bit in self.rivals[name]]
        rest: Any = self.number(1)
        for choice in found:
            rest = rest + choice * -1
        return [*found, rest]

    def label(self, name: Any, labels: Sequence[int]) -> Any:
        """Any one of the labels."""
        marks = dict(zip(labels, self._choose_among(("label", name), len(labels)), strict=True))
        found: Any = self.number(0)
        for n, mark in marks.items():
            found = found + mark * n
        self.labels[self._key(found)] = marks
        return found

    def compare_label(self, place: int | None, label: Any) -> Any:
        """[place = label]."""
        marks = self.labels.get(self._key(label))
        if marks is None:
            return self.vanish(label + -place) if place is not None else self.number(0)
        return self.number(0) if place is None else marks.get(place, self.number(0))

    def mark_winner(self, values: Sequence[Any]) -> Sequence[Any]:
        """[value n is the first largest one]: any of them, and of two by their difference."""
        keys = [self._key(v) for v in values]
        distinct = sorted(set(keys))
        if len(distinct) == 1:
            marks: list[Any] = [self.number(1)]
        elif len(distinct) == 2:
            second = next(v for v, k in zip(values, keys, strict=True) if k != keys[0])
            difference = values[0] + second * -1
            first = self._step(difference) + self.vanish(difference)
            marks = [first, first * -1 + 1]
            distinct.sort(key=lambda k: k != keys[0])
        else:
            marks = self._choose_among(("window", tuple(distinct)), len(distinct))
        left = dict(zip(distinct, marks, strict=True))
        return [left.pop(k, self.number(0)) for k in keys]

    def maximum(self, values: Sequence[Any]) -> Any:
        """The sum of [value n wins] * value n."""
        found: Any = self.number(0)
        marks = self.mark_winner(values)
        for value, mark in zip(values, marks, strict=True):
            found = found + value * mark
        for value, mark in zip(values, marks, strict=True):
            self.gaps.setdefault(self._key(found + value * -1), mark)
        return found

    def first_maximiser(self, values: Sequence[Any]) -> int:  # noqa: ARG002 - any one is as good
        return 0

    def _key(self, x: Any) -> Any:
        return tuple(sorted((c, r.value) for c, r in self.terms_of(x).items()))

    # Functions ----------------------------------------------------------------------------------

    def function(self, name: str) -> Map:
        switches: dict[str, Map] = {
            "step": self._step,
            "relu": lambda x: x * self._step(x),
            "absolute": lambda x: x * (self._step(x) * 2 + -1),
        }
        return switches.get(name) or self._lift(name, self.field.function(name))

    def power(self, exponent: Fraction) -> Map:
        if exponent.denominator == 1 and exponent >= 0:
            return lambda x: self._whole_power(x, exponent.numerator)
        if exponent.denominator == 1:
            return self._lift(f"power {exponent}", self.field.power(exponent))
        if exponent.denominator != 2:
            # The numbers have square roots, told apart by their sign, and no other roots.
            raise Unsupported(f"the exponent {exponent} is not decided")
        return lambda x: self._follow([x], lambda r: self._root(r[0], exponent), "root")

    def log_sum_exp(self, values: Sequence[Any]) -> Any:
        return self._follow(values, self.field.log_sum_exp, "log_sum_exp")

    def vanish(self, x: Any) -> Any:
        """[x = 0]."""
        return self._follow([x], lambda r: self.number(int(not r[0])), "vanish")

    def _step(self, x: Any) -> Any:
        """[x > 0]; the largest of some numbers is above each of them but the one that wins."""
        if self.gaps and isinstance(x, PatternNumber):
            above = self.gaps.get(self._key(x))
            if above is not None:
                return above * -1 + 1
            if self._key(x * -1) in self.gaps:
                return self.number(0)
        return self._follow([x], lambda r: self._switch(r[0]), "step")

    def _switch(self, x: Residue) -> Any:
        """[x > 0], with [x > 0] + [-x > 0] = 1 where x is not 0."""
        if not x:
            return self.number(0)
        if x.value in self.known_sides:
            return self.number(int(self.known_sides[x.value] > 0))
        if x.value not in self.sides:
            self._add_switch(x)
        sign, known = self.sides[x.value]
        on = self._choice(self.switches[known])
        return on if sign > 0 else on * -1 + 1

    @cached_property
    def known_sides(self) -> dict[int, int]:
        """The small fractions, with 1 or -1 for the side of 0 that they are on."""
        found: dict[int, int] = {}
        for below in range(1, LOWEST_PART + 1):
            part = self.number(Fraction(1, below))
            for above in range(1, LARGEST_KNOWN + 1):
                found |= {(part * above).value: 1, (part * -above).value: -1}
        return found

    def _relate_switch(self, x: Residue, bit: Choices) -> None:
        """Two numbers whose sum or difference is known are not on all four pairs of sides.

        For x = y + c with c > 0, y > 0 leaves x > 0; for x + y = c, one of them is above 0, or one
        is below.
        """
        for value, other in self.switches.items():
            y = self.numbers.get(value)
            if y is None or other == bit:
                continue
            pair, sides = bit | other, self.known_sides
            if not {(x + y * -1).value, (x + y).value} & sides.keys():
                continue
            for one, two in ((bit, other), (other, bit)):
                self.partners[one] = self.partners.get(one, 0) | two
            if apart := sides.get((x + y * -1).value):
                self.related[pair] = {other if apart > 0 else bit: 1}
            elif both := sides.get((x + y).value):
                self.related[pair] = {bit: 1, other: 1, 0: -1} if both > 0 else {}

    def _add_switch(self, x: Residue) -> None:
        """A switch that says on which side of 0 a number is, and so are its multiples.

        2x and x/3 are on the side of x, -x/2 is on the other one. Two numbers that have nothing
        to do with each other are such multiples with p < 1e-15.
        """
        most = MOST_RATIO if len(self.switches) < MOST_RELATED else 1
        spend(2 * most**2)
        bit = self.switches[x.value] = self._new_choice()
        self.numbers[x.value] = x
        self.group_of[bit] = bit
        if len(self.switches) < MOST_RELATED:
            self._relate_switch(x, bit)
        for below in range(1, most + 1):
            part = x * self.field.power(Fraction(-1))(self.field.number(below))
            for above in range(1, most + 1):
                self.sides.setdefault((part * above).value, (1, x.value))
                self.sides.setdefault((part * -above).value, (-1, x.value))

    def _root(self, x: Residue, exponent: Fraction) -> Any:
        """A power of the positive root; on which side of 0 a root is, a switch says."""
        root = self.field.power(Fraction(1, 2))(x)
        found = self.field.power(Fraction(exponent.numerator))(root)
        return found * (self._switch(root) * 2 + -1) if exponent.numerator % 2 else found

    def _whole_power(self, x: Any, exponent: int) -> Any:
        if isinstance(x, Residue):
            return self.field.power(Fraction(exponent))(x)
        found: Any = self.number(1)
        for _ in range(exponent):
            found = found * x
        return found

    def _lift(self, name: str, function: Map) -> Map:
        return lambda x: self._follow([x], lambda r: function(r[0]), name)

    def _follow(
        self, values: Sequence[Any], function: Callable[[list[Residue]], Any], name: str
    ) -> Any:
        """A function of numbers: its value in every combination of their choices."""
        bits = 0
        for value in values:
            for choices in self.terms_of(value):
                bits |= choices
        if not bits:
            return function([v if isinstance(v, Residue) else self.number(v) for v in values])
        groups = list(self._groups(bits))
        most = MOST_EQUALITIES if name == "vanish" else MOST_CASES
        if prod((g & bits).bit_count() + 1 for g in groups) > most:
            return self._opaque(name, values)
        group, found, rest = groups[0], self.number(0), self.number(1)
        for bit in _split_bits(group & bits):
            chosen = self._choice(bit)
            at = [self._restrict(v, bit, group) for v in values]
            found = found + chosen * self._follow(at, function, name)
            rest = rest + chosen * -1
        at = [self._restrict(v, 0, group) for v in values]
        return found + rest * self._follow(at, function, name)

    def _groups(self, bits: Choices) -> Iterator[Choices]:
        """The windows, labels and switches that some choices belong to."""
        while bits:
            group = self.group_of[bits & -bits]
            yield group
            bits &= ~group

    def _restrict(self, x: Any, bit: Choices, group: Choices) -> Any:
        """A number where one choice of a group is made, or none of those that it depends on."""
        found: dict[Choices, Residue] = {}
        for choices, residue in self.terms_of(x).items():
            if not choices & group or choices & group == bit:
                left = choices & ~group
                found[left] = found[left] + residue if left in found else residue
        return self.make({c: r for c, r in found.items() if r})

    def _opaque(self, name: str, values: Sequence[Any]) -> Any:
        """A function of too many choices: a number, or a switch, of its own."""
        keys = [self._key(v) for v in values]
        if name == "step":
            turned = self._key(values[0] * -1)
            small = min(keys[0], turned)
            mark = self._choose_among(("step", small), 2)
            return mark[int(small != keys[0])]
        if name == "vanish":
            raise TooManyPatterns("whether a number is 0 depends on too many switches")
        return self.field.residue(self.field.hash_text(f"{name} {keys}"))


def _split_bits(bits: Choices) -> Iterator[Choices]:
    while bits:
        yield bits & -bits
        bits &= bits - 1
