"""The symbol table: which tensor, size or rate of the network a name of a claim means."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from symconv.claims.model.array_words import CONSTANTS
from symconv.claims.model.context import NetworkContext, Shape
from symconv.claims.model.errors import MOST_EXPONENT
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Exponentiation,
    FunctionCall,
    Identifier,
    Numeral,
    Statement,
    Summation,
    SumRange,
    SyntaxNode,
    TensorReference,
    UnaryMinus,
)
from symconv.claims.model.vocabulary import (
    COSTS,
    FUNCTIONS,
    INDEX_FUNCTIONS,
    OUTPUTS,
    RATES,
    hatted_name,
)
from symconv.claims.readings.ambiguity import Ambiguity, Choices
from symconv.claims.readings.extent import ENTRY as ENTRY_OF_TENSOR
from symconv.claims.readings.extent import EXTENT, EXTENT_NAME
from symconv.claims.readings.layer_number import LAYER_NUMBER, NUMBER, RATE
from symconv.claims.readings.letter_case import find_other_case
from symconv.claims.readings.number_below import ENTRY, NAME, NUMBER_BELOW

from .cursor import Vocabulary
from .deltas import resolve_delta
from .own_signs import SignTokens, list_letters, sign_reader
from .scripts import Scripts
from .superscripts import (
    is_after_update,
    resolve_moment,
    resolve_number_below,
    resolve_superscript,
)
from .tensor_indices import index_reference

if TYPE_CHECKING:
    from .parser import Parser

LOGIT_COSTS = {"cross_entropy", "bce_logits"}
"""The costs that make probabilities of the network's output themselves."""

RESERVED_WORDS = {"target", "output", "input", "otherwise", "for", "range", "if", "in", "eta"}
RESERVED_WORDS |= {"lr", "else"}


@dataclass
class SymbolTable:
    """The names that a claim may use, counted from `base`; `extra` came with values.

    `aliases` are further names of tensors that the network calls otherwise.
    """

    context: NetworkContext
    base: int
    extra: Mapping[str, Shape] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    indices: frozenset[str] = frozenset()
    ranges: Mapping[str, SumRange] = field(default_factory=dict)
    most_exponent: int = MOST_EXPONENT
    choices: Choices = field(default_factory=Choices)
    indexing: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters of tensors."""
        return frozenset(self.context.layers) | frozenset(self.extra) | frozenset(self.aliases)

    @cached_property
    def weights(self) -> frozenset[str]:
        """The letters of what is trained."""
        tensors = self.context.forward.tensors
        return frozenset(t.name.letter for t in tensors if t.role == "parameter")

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Every word that stays whole when a run of letters is split."""
        sizes = self.context.own_size_names
        other = {n.swapcase() for n in self.letters if len(n) == 1}
        words = self.letters | sizes | other | RESERVED_WORDS | {"C", "E", "L", "J", "loss"}
        words |= list_letters(self.context.notation.hand)
        return Vocabulary(frozenset(words))

    @cached_property
    def signs(self) -> SignTokens:
        """The reader of the signs that tensors have in the hand of the notation."""
        context, layers = self.context, self.context.layers
        own_sizes = {str(size).replace("_", "") for size, _ in context.sizes}
        taken = self.letters | own_sizes | {context.cost}
        layered = frozenset(letter for letter, found in layers.items() if found != [None])
        return sign_reader(
            context.notation.hand, frozenset(taken), layered | {"delta"}, context.own_size_names
        )

    def choose(self, ambiguity: Ambiguity, subject: str, possible: tuple[str, ...]) -> str:
        """The meaning of a notation that has several, with a remark on what was taken.

        `possible` are the meanings that it may have here, the likeliest first.
        """
        taken = self.choices.choose(ambiguity, subject, possible)
        if said := ambiguity.sentence(taken, subject):
            self.note(said)
        return taken

    @contextmanager
    def reading_indices(self) -> Iterator[None]:
        """Where a letter alone is an index, whatever else has that letter."""
        outer, self.indexing = self.indexing, True
        try:
            yield
        finally:
            self.indexing = outer

    def note(self, text: str) -> None:
        """Keep a remark on how something was read."""
        if text not in self.notes:
            self.notes.append(text)

    def take_notes(self) -> list[str]:
        """The remarks so far, which are forgotten."""
        found, self.notes = self.notes, []
        return found

    def hatted(self, name: str) -> str:
        r"""`\hat{y}` is the output where y is the target.

        For a cost that takes logits it is their softmax, or sigmoid, which has the name `yhat`.
        """
        if name not in {t.name.letter for t in self.context.targets}:
            return name
        kinds = {e.kind for e in self.context.forward.equations}
        return hatted_name(name) if kinds & LOGIT_COSTS else "output"

    def as_index(self, node: SyntaxNode) -> SyntaxNode:
        """The same formula with letters as indices instead of tensors."""
        # One with a layer of its own, h^2, is no letter of an index.
        if isinstance(node, TensorReference) and node.indices is None and node.layer is None:
            return Identifier(node.letter, span=node.span)
        if isinstance(node, BinaryExpression):
            return replace(node, left=self.as_index(node.left), right=self.as_index(node.right))
        if isinstance(node, UnaryMinus):
            return replace(node, body=self.as_index(node.body))
        if isinstance(node, FunctionCall) and node.function in INDEX_FUNCTIONS:
            return replace(node, arguments=tuple(map(self.as_index, node.arguments)))
        return node

    def bind(self, name: str, scripts: Scripts, at: Parser) -> SyntaxNode:
        """What a name with its scripts stands for."""
        name = self.hatted(name) if scripts.hat else name
        if name == "delta" and name not in self.letters:
            return resolve_delta(self, scripts, at)
        if self.indexing and scripts.is_bare:
            return Identifier(name, span=scripts.whole)
        name = self.aliases.get(name, name)
        if self.is_extent(name, scripts):
            return self.other(name, scripts)
        if name not in self.letters and (number := self.layer_number(name, scripts)) is not None:
            return number
        if (joined := self.join_number(name, scripts)) is not None:
            return self.entry(joined, replace(scripts, sub=None, tail=None), at)
        letter = self.find_letter(name)
        return self.other(name, scripts) if letter is None else self.entry(letter, scripts, at)

    def is_extent(self, name: str, scripts: Scripts) -> bool:
        """Whether a name is that of a size: L_h is a length, although L alone is the cost."""
        written = _size_name(name, scripts)
        if written not in self.context.size_names or scripts.bracket:
            return False
        if name not in self.letters:
            return True
        # W_h is the width of h, or an entry of W at the index h.
        if written not in self.context.size_expressions or len(written) == len(name):
            return False
        return (
            self.choose(EXTENT_NAME, f"{name}_{written[1:]}", (ENTRY_OF_TENSOR, EXTENT)) == EXTENT
        )

    def layer_number(self, name: str, scripts: Scripts) -> SyntaxNode | None:
        r"""`\alpha`, `eps` as the one number of a layer that is called so; None where it is not."""
        known = self.context.layer_numbers.get(name)
        if known is None or scripts.sub is not None or scripts.primes or scripts.tail is not None:
            return None
        possible = (NUMBER, RATE) if name in RATES and name != known else (NUMBER,)
        value = float(self.context.constants[known])
        if self.choose(LAYER_NUMBER, f"{name} = {value}", possible) == RATE:
            return None
        found = Identifier(known, span=scripts.whole)
        power = scripts.sup
        return found if power is None else Exponentiation(found, power, span=scripts.whole)

    def find_letter(self, name: str) -> str | None:
        """The letter of the tensor that a name stands for; None where it stands for none."""
        if name in self.letters:
            return name
        known = self.alias(name)
        if known is not None or name in self.context.size_names or name in RATES:
            return known
        # A mask is no tensor that a person names: m is an index, whatever the mask is called.
        forward = {t.name.letter for t in self.context.forward.tensors}
        other = find_other_case(name, frozenset(forward) | {*self.extra, *self.aliases})
        # What counts entries somewhere is an index, and no slip of a tensor's letter.
        if not other or name in self.indices:
            return None
        self.note(f"read {name} as {other}")
        return other

    def join_number(self, name: str, s: Scripts) -> str | None:
        """The tensor that is called by a letter together with the number below it: `w_2`, w2."""
        number = _digits(s.sub[0]) if s.sub and len(s.sub) == 1 and s.tail is None else ""
        joined = name + number
        if not number.isdigit() or joined not in self.letters:
            return None
        possible = (NAME, ENTRY) if name in self.letters else (NAME,)
        return joined if self.choose(NUMBER_BELOW, joined, possible) == NAME else None

    def cost(self, name: str) -> str:
        """The letter of the cost, which is written as `name`."""
        self.note(f"read {name} as the cost {self.context.cost}")
        return self.context.cost

    def alias(self, name: str) -> str | None:
        """The letter that a word such as 'target', 'output' or E stands for."""
        context = self.context
        # A size of the network wins over the habit of calling the cost C or L.
        if name == context.cost:
            return name
        if name in COSTS and not context.layers.get(name) and name not in context.size_names:
            return self.cost(name)
        if name == "target" and context.targets:
            return context.targets[0].name.letter
        if name in OUTPUTS and context.before_cost is not None:
            return context.before_cost.key
        if name == "input":
            return next((t.name.letter for t in context.forward.tensors if t.role == "input"), None)
        return None

    def entry(self, letter: str, s: Scripts, at: Parser) -> SyntaxNode:
        """A tensor or its entry, perhaps raised to a power, perhaps after an update."""
        if s.primes:
            return Identifier(letter + s.primes, span=s.whole)
        s = resolve_number_below(self, letter, resolve_moment(self, letter, s), at)
        layer, power = resolve_superscript(self, letter, s, at)
        sub = s.sub
        if s.tail is not None and sub is None and layer is not s.tail:
            sub = (s.tail,)
        fresh = s.time is not None and is_after_update(s.time, at)
        counted = layer is not None and self.context.layers.get(letter) == [None]
        said = TensorReference(letter, layer, sub, "", fresh, s.bracket, counted, span=s.whole)
        entry = index_reference(self, said, at)
        found = entry if power is None else Exponentiation(entry, power, span=s.whole)
        return FunctionCall("transpose", (found,), span=s.whole) if s.transposed else found

    def other(self, name: str, scripts: Scripts) -> SyntaxNode:
        """A size, the learning rate, an index, or a name that the network does not have."""
        plain = _size_name(name, scripts)
        if plain in self.context.size_names or plain in self.context.constants:
            found: SyntaxNode = Identifier(plain, span=scripts.whole)
        elif scripts.sub is None and scripts.tail is None:
            found = Identifier(name + scripts.primes, span=scripts.whole)
        else:
            sub = scripts.sub or ((scripts.tail,) if scripts.tail else None)
            layer = None if name in RATES else scripts.sup
            return TensorReference(name, layer, sub, span=scripts.whole)
        return (
            Exponentiation(found, scripts.sup, span=scripts.whole)
            if scripts.sup is not None
            else found
        )


def _size_name(name: str, scripts: Scripts) -> str:
    """A name with its digits or its one subscript behind it: `k1`, `Hh`, `H'`."""
    if scripts.tail is not None:
        return f"{name}{scripts.primes}{scripts.tail.value}"
    sub = scripts.sub or ()
    return name + scripts.primes + (_digits(sub[0]) if len(sub) == 1 else "")


def _digits(node: SyntaxNode) -> str:
    if isinstance(node, BinaryExpression) and not node.operator:
        return _digits(node.left) + _digits(node.right)
    if isinstance(node, Numeral):
        return str(node.value)
    return node.name if isinstance(node, Identifier) else ""


WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z][A-Za-z0-9]*)*")
LONGEST_WORD = 40
"""How many characters of an unknown word are repeated to the person."""


def describe_unknown_word(
    statement: Statement, context: NetworkContext, known: Collection[str]
) -> str:
    """One line on the first word that means nothing here; empty where there is none.

    Words have two letters or more: single letters may be indices. `known` are names that came
    with values or definitions.
    """
    nodes = [n for part in statement.parts for n in part.walk()]
    named = {
        *known,
        *context.layers,
        *context.size_names,
        *context.constants,
        *RATES,
        context.cost,
        *_index_names(nodes, context),
    }
    unread = sorted(n.span for n in nodes if len(_name_in(n)) > 1 and _name_in(n) not in named)
    if not unread:
        return ""
    start, stop = unread[0]
    match = WORD.match(statement.text, start)
    word = (match.group() if match else statement.text[start:stop])[:LONGEST_WORD]
    if word in FUNCTIONS:
        return f"'{word}' is a function, and what it is taken of stands in brackets: {word}(...)"
    functions = ", ".join(sorted(name for name in FUNCTIONS if name.islower()))
    return f"'{word}' is no tensor, index or function here; functions: {functions}"


def _name_in(node: SyntaxNode) -> str:
    """The name that a node brings; options in quotes are no names."""
    name = node.letter if isinstance(node, TensorReference) and not node.kind else ""
    name = node.name if isinstance(node, Identifier) else name
    return name if name[:1].isalpha() and name not in CONSTANTS else ""


def _index_names(nodes: Collection[SyntaxNode], context: NetworkContext) -> Iterator[str]:
    """The names that are indices: of sums, and on the tensors of the network."""
    for node in nodes:
        if isinstance(node, Summation):
            yield from (limit.name for limit in node.limits)
        if isinstance(node, TensorReference) and (node.kind or node.letter in context.layers):
            scripts = (*(node.indices or ()), *([node.layer] if node.layer else []))
            yield from (n.name for s in scripts for n in s.walk() if isinstance(n, Identifier))
