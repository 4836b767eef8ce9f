"""Names of a claim against the names of the network: which of its tensors, sizes or rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from symconv.claims.model.errors import MOST_EXPONENT
from symconv.claims.model.facts import Facts, Shape
from symconv.claims.model.tree import Binary, Entry, Negative, Node, Number, Power, Symbol
from symconv.claims.model.vocabulary import COSTS, OUTPUTS, RATES

from .scripts import Scripts
from .signals import error_signal
from .superscripts import is_next, layer_and_power
from .tensor_indices import shaped
from .tokens import Vocabulary

if TYPE_CHECKING:
    from .parser import Parser

WORDS = {"target", "output", "input", "otherwise", "for", "range", "if", "in", "eta", "lr"}


@dataclass
class Table:
    """The names that a claim may use, counted from `base`; `extra` came with values."""

    facts: Facts
    base: int
    extra: Mapping[str, Shape] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    most_exponent: int = MOST_EXPONENT

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters of tensors."""
        return frozenset(self.facts.layers) | frozenset(self.extra)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Every word that stays whole when a run of letters is split."""
        sizes = frozenset(self.facts.size_names)
        return Vocabulary(self.letters | sizes | WORDS | {"C", "E", "L", "J", "loss"})

    def note(self, text: str) -> None:
        """Keep a remark on how something was read."""
        if text not in self.notes:
            self.notes.append(text)

    def take_notes(self) -> list[str]:
        """The remarks so far, which are forgotten."""
        found, self.notes = self.notes, []
        return found

    def hatted(self, name: str) -> str:
        r"""`\hat{y}` is the output where y is the target."""
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
            return error_signal(self, scripts, at)
        letter = name if name in self.letters else self.alias(name)
        return self.other(name, scripts) if letter is None else self.entry(letter, scripts, at)

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

    def entry(self, letter: str, s: Scripts, at: Parser) -> Node:
        """A tensor or its entry, perhaps raised to a power, perhaps after an update."""
        if s.primes:
            return Symbol(letter + s.primes, span=s.whole)
        layer, power = layer_and_power(self, letter, s, at)
        sub = s.sub
        if s.tail is not None and sub is None and layer is not s.tail:
            sub = (s.tail,)
        fresh = s.time is not None and is_next(s.time)
        found = Entry(letter, layer, sub, "", fresh, s.bracket, span=s.whole)
        found = shaped(self, found, at)
        return found if power is None else Power(found, power, span=s.whole)

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


def _digits(node: Node) -> str:
    if isinstance(node, Number):
        return str(node.value)
    return node.name if isinstance(node, Symbol) else ""
