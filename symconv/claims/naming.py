"""Names of a claim against the names of the network: layers, indices, powers, error signals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

from symconv.core.errors import did_you_mean
from symconv.core.tensor import Tensor

from .facts import Facts, Shape
from .limits import MOST_EXPONENT, ClaimError
from .syntax import Binary, Entry, Negative, Node, Number, Power, Span, Symbol
from .tokens import Vocabulary
from .words import COSTS, OUTPUTS, RATES

if TYPE_CHECKING:
    from .parser import Parser


class OutOfRange(ClaimError):
    """An index that no entry has."""


@dataclass
class Scripts:
    """What stands around a letter."""

    span: Span
    sub: tuple[Node, ...] | None = None
    sup: Node | None = None
    tail: Number | None = None
    time: Node | None = None
    second: Node | None = None
    primes: str = ""
    bracket: bool = False
    layer_bracket: bool = False
    stop: int = 0

    @property
    def whole(self) -> Span:
        return self.span[0], max(self.span[1], self.stop)


@dataclass
class Table:
    """The names that a claim may use, with the reading chosen where there are several."""

    facts: Facts
    base: int
    extra: Mapping[str, Shape] = field(default_factory=dict)
    choice: Mapping[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    ambiguous: dict[str, tuple[str, ...]] = field(default_factory=dict)
    most_exponent: int = MOST_EXPONENT

    @cached_property
    def letters(self) -> frozenset[str]:
        return frozenset(self.facts.layers) | frozenset(self.extra)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        sizes = frozenset(self.facts.size_names)
        words = {"target", "output", "input", "otherwise", "for", "range", "if", "in", "eta", "lr"}
        costs = {"C", "E", "L", "J", "loss"} if self.own_cost else set()
        return Vocabulary(self.letters | sizes | words | costs)

    @property
    def own_cost(self) -> bool:
        return True

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def take_notes(self) -> list[str]:
        found, self.notes = self.notes, []
        return found

    def hatted(self, name: str) -> str:
        """`\\hat{y}` is the output where y is the target."""
        return "output" if name in {t.name.letter for t in self.facts.targets} else name

    def as_index(self, node: Node) -> Node:
        """The same formula with letters as indices instead of tensors."""
        if isinstance(node, Entry) and node.indices is None:
            return Symbol(node.letter, span=node.span)
        if isinstance(node, Binary):
            return replace(node, left=self.as_index(node.left), right=self.as_index(node.right))
        if isinstance(node, Negative):
            return replace(node, body=self.as_index(node.body))
        return node

    def bind(self, name: str, scripts: Scripts, at: Parser) -> Node:
        """What a name with its scripts stands for."""
        if name == "delta" and name not in self.letters:
            return self.error_signal(scripts, at)
        if name in self.letters:
            return self.entry(name, scripts, at)
        if (alias := self.alias(name)) is not None:
            return self.entry(alias, scripts, at)
        return self.other(name, scripts)

    def alias(self, name: str) -> str | None:
        """The letter that a word such as 'target', 'output' or E stands for."""
        facts = self.facts
        if name in COSTS and not facts.layers.get(name):
            self.note(f"read {name} as the cost {facts.cost}")
            return facts.cost
        if name == facts.cost:
            return name
        if name == "target" and facts.targets:
            return facts.targets[0].name.letter
        if name in OUTPUTS and facts.before_cost is not None:
            return facts.before_cost.key
        if name == "input":
            return next((t.name.letter for t in facts.forward.tensors if t.role == "input"), None)
        return None

    def other(self, name: str, scripts: Scripts) -> Node:
        """A size, the learning rate, an index, or a name that the network does not have."""
        plain = name
        if scripts.tail is not None:
            plain += str(scripts.tail.value)
        elif scripts.sub is not None and len(scripts.sub) == 1:
            plain += _digits(scripts.sub[0])
        if plain in self.facts.size_names:
            found: Node = Symbol(plain, span=scripts.whole)
        elif scripts.sub is None and scripts.tail is None:
            found = Symbol(name + scripts.primes, span=scripts.whole)
        else:
            sub = scripts.sub or ((scripts.tail,) if scripts.tail else None)
            layer = None if name in RATES else scripts.sup
            return Entry(name, layer, sub, span=scripts.whole)
        return Power(found, scripts.sup, span=scripts.whole) if scripts.sup is not None else found

    def error_signal(self, s: Scripts, at: Parser) -> Node:
        """`\\delta^2_k`, `\\delta^{x}_{i,j}`, `\\delta_h`: which tensor it belongs to."""
        letter, sub, layer = "", s.sub, s.sup
        for place in (s.sup, *(s.sub or ())):
            name = _name_of(place)
            if name in self.facts.layers and self.is_letter_of_delta(name, s):
                letter = name
                if place is s.sup:
                    layer = s.second
                elif s.sub:
                    sub = s.sub[1:] or None
                break
        if s.primes:
            at.fail("a prime belongs to an index or a function", "\\delta_{i'}", s.whole)
        found = Entry(letter, layer, sub, "delta", bracket=s.bracket, span=s.whole)
        return self.shaped(found, at) if letter else self.paired(found)

    def paired(self, entry: Entry) -> Entry:
        """`\\delta_{11}` as an entry of a grid, where the notation writes grids."""
        indices = entry.indices or ()
        ranks = {len(t.shape) for t in self.facts.deltas.values() if t.role == "delta"}
        if len(indices) != 1:
            return entry
        (only,) = split_indices(indices, {2}) if len(split_indices(indices, {2})) == 1 else (None,)
        if only is None:
            return replace(entry, indices=split_indices(indices, {2}))
        digits = str(only.value) if isinstance(only, Number) else ""
        if len(digits) != 2 or 2 not in ranks or self.facts.notation.style == "flat":
            return entry
        self.note(f"read the subscript {digits} as {','.join(digits)}")
        return replace(
            entry,
            indices=tuple(Number(Fraction(int(d)), Fraction(1), span=only.span) for d in digits),
        )

    def is_letter_of_delta(self, name: str, s: Scripts) -> bool:
        """A subscript that names a layer's letter, rather than an index of the same letter."""
        return name not in {"i", "j", "k", "m", "n", "l"} and (s.sup is None or s.sup is not None)

    def entry(self, letter: str, s: Scripts, at: Parser) -> Node:
        if s.primes:
            return Symbol(letter + s.primes, span=s.whole)
        layer, power = self.layer_or_power(letter, s, at)
        sub = s.sub
        if s.tail is not None and sub is None and layer is not s.tail:
            sub = (s.tail,)
        fresh = s.time is not None and _is_next(s.time)
        found = Entry(letter, layer, sub, "", fresh, s.bracket, span=s.whole)
        found = self.shaped(found, at)
        if power is None:
            return found
        return Power(found, power, span=s.whole)

    def layer_or_power(
        self, letter: str, s: Scripts, at: Parser
    ) -> tuple[Node | None, Node | None]:
        """The layer of a letter and the power it is raised to."""
        layers = [n for n in self.facts.layers.get(letter, [None]) if n is not None]
        sup = None if s.time is not None and s.sup is s.time else s.sup
        if sup is None and s.tail is not None and layers and int(s.tail.value) in layers:
            return s.tail, None
        if sup is None:
            return self.only_layer(letter, layers, s, at), None
        if not layers:
            return self.unlayered(letter, sup, s)
        value = int(sup.value) if isinstance(sup, Number) else None
        if value is None or value in layers:
            if value is not None and value > 1 and not s.layer_bracket:
                self.note(f"read {letter}^{value} as {letter} of layer {value}, not as a power")
            return sup, None
        if len(layers) == 1 and not s.layer_bracket:
            self.note(f"read ^{value} on '{letter}' as a power")
            return Number(Fraction(layers[0])), sup
        at.fail(
            f"'{letter}' has no layer {value}",
            f"layers of {letter}: {', '.join(map(str, layers))}; write ({letter})^{value} for a power",
            sup.span,
        )

    def only_layer(self, letter: str, layers: list[int], s: Scripts, at: Parser) -> Node | None:
        if len(layers) > 1:
            at.fail(
                f"which layer of '{letter}'?",
                " or ".join(f"{letter}^{n}" for n in layers),
                s.whole,
            )
        return Number(Fraction(layers[0])) if layers else None

    def unlayered(self, letter: str, sup: Node, s: Scripts) -> tuple[Node | None, Node | None]:
        if isinstance(sup, Number) and not s.layer_bracket:
            return None, (sup if sup.value != 1 else None)
        if isinstance(sup, Negative) or (isinstance(sup, Binary) and sup.operator == "/"):
            return None, sup
        self.note(f"there is one '{letter}' in this network, so its layer is left out")
        return None, None

    def shaped(self, entry: Entry, at: Parser) -> Entry:
        """The entry with one index for each axis, or one row-major number."""
        tensors = self.candidates(entry)
        if entry.indices is None or not tensors:
            return entry
        shapes = [self.shape_of(t) for t in tensors]
        indices = split_indices(entry.indices, {len(x) for x in shapes})
        if len(indices) == 1 and isinstance(indices[0], Number):
            indices = self.compact(indices[0], shapes[0], entry)
        for tensor, shape in zip(tensors, shapes, strict=True):
            self.in_range(tensor, shape, replace(entry, indices=indices), at)
        return replace(entry, indices=indices)

    def candidates(self, entry: Entry) -> list[Tensor | str]:
        if entry.letter in self.extra and entry.letter not in self.facts.layers:
            return [entry.letter]
        found: list[Tensor | str] = []
        for tensor in self.facts.tensors.values():
            if tensor.name.letter == entry.letter:
                fixed = isinstance(entry.layer, Number)
                if not fixed or tensor.name.layer == int(entry.layer.value):  # type: ignore[union-attr]
                    found.append(tensor)
        return found

    def shape_of(self, tensor: Tensor | str) -> Shape:
        return self.extra[tensor] if isinstance(tensor, str) else self.facts.shape(tensor)

    def compact(self, number: Number, shape: Shape, entry: Entry) -> tuple[Node, ...]:
        """`w_{11}` as w_{1,1}, unless it is the number of an entry in a flat notation."""
        digits = str(number.value)
        start = entry.span[0]
        flat = number.value - self.base < prod(shape) and self.facts.notation.style == "flat"
        if flat or len(digits) != len(shape) or len(shape) < 2:
            return (number,)
        self.note(f"read the subscript {digits} as {','.join(digits)}")
        return tuple(
            Number(Fraction(int(d)), Fraction(1), span=(start, entry.span[1])) for d in digits
        )

    def in_range(self, tensor: Tensor | str, shape: Shape, entry: Entry, at: Parser) -> None:
        """Refuse a written index that no entry has, and a wrong number of indices."""
        indices = entry.indices or ()
        name = tensor if isinstance(tensor, str) else tensor.key
        if shape == (1,) and len(indices) > 1 and isinstance(tensor, Tensor):
            if tensor.role == "parameter":
                return
        trimmed = tuple(n for n in shape if n != 1) or (1,)
        if len(indices) not in {1, len(shape), len(trimmed)}:
            at.fail(
                f"'{name}' has {len(shape)} axes, and here are {len(indices)} indices",
                f"{' x '.join(map(str, shape))}: {len(shape)} indices, or one row-major number",
                entry.span,
            )
        extents = shape if len(indices) == len(shape) else trimmed
        if len(indices) == 1 and len(extents) > 1:
            extents = (prod(shape),)
        for item, extent in zip(indices, extents, strict=False):
            if isinstance(item, Number) and not 0 <= item.value - self.base < extent:
                self.outside(name, shape, item, extent, at)

    def outside(self, name: str, shape: Shape, item: Number, extent: int, at: Parser) -> None:
        grid = " x ".join(map(str, shape))
        try:
            at.fail(
                f"'{name}' is {grid}; index {item.value} is outside",
                f"valid: {self.base}..{self.base + extent - 1}",
                item.span,
            )
        except ClaimError as error:
            raise OutOfRange(
                error.message, text=error.text, position=error.position, help=error.help
            ) from None

    def unknown(self, name: str) -> str:
        return did_you_mean(name, sorted(self.letters))


def split_indices(indices: tuple[Node, ...], ranks: set[int]) -> tuple[Node, ...]:
    """`{m'n'}` as two indices where the tensor has two axes."""
    if len(indices) != 1 or 1 in ranks:
        return indices
    pieces: list[Node] = []
    node: Node = indices[0]
    while isinstance(node, Binary) and node.operator == "":
        pieces.insert(0, node.right)
        node = node.left
    pieces.insert(0, node)
    return tuple(pieces) if len(pieces) in ranks else indices


def _digits(node: Node) -> str:
    if isinstance(node, Number):
        return str(node.value)
    return node.name if isinstance(node, Symbol) else ""


def _name_of(node: Node | None) -> str:
    if isinstance(node, Symbol):
        return node.name
    return node.letter if isinstance(node, Entry) and node.indices is None else ""


def _is_next(time: Node) -> bool:
    """Whether a moment is t + 1 or 'new'."""
    if isinstance(time, Symbol):
        return time.name == "new"
    return any(isinstance(n, Number) for n in time.walk())
