"""The arguments of a word of NumPy: arrays, and plain things such as axes, shapes and modes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from symconv.claims.model.array_words import describe_signature, read_signature
from symconv.claims.model.errors import ClaimError, ShapeMismatchError
from symconv.claims.model.syntax_tree import (
    FunctionCall,
    Identifier,
    KeywordArgument,
    SyntaxNode,
)

from .dense_array import DenseArray, NumberSystem, describe_shape

Plain = Any
"""None, a truth value, a whole number, a text, or a tuple of these."""


@dataclass(frozen=True)
class ArgumentReader:
    """What gives nodes their values: as arrays, and as plain things."""

    numbers: NumberSystem
    as_array: Callable[[SyntaxNode], DenseArray]
    as_plain: Callable[[SyntaxNode], Plain]


@dataclass(frozen=True)
class WordArguments:
    """The arguments of one call, by the names of the parameters; they are read when asked for."""

    word: str
    given: Mapping[str, tuple[SyntaxNode, ...]]
    reader: ArgumentReader

    @property
    def numbers(self) -> NumberSystem:
        return self.reader.numbers

    def has(self, name: str) -> bool:
        """Whether an argument was given, and not None."""
        nodes = self.given.get(name, ())
        return bool(nodes) and nodes != (Identifier("None"),)

    def array(self, name: str) -> DenseArray:
        """An argument as an array; a number has no axes."""
        return self.reader.as_array(self.given[name][0])

    def arrays(self, name: str) -> list[DenseArray]:
        """All arguments that a parameter takes."""
        return [self.reader.as_array(n) for n in self.given.get(name, ())]

    @cached_property
    def x(self) -> DenseArray:
        """The array that most words have first."""
        return self.array("x")

    def plain(self, name: str, default: Plain = None) -> Plain:
        """An argument that is no array."""
        nodes = self.given.get(name, ())
        return self.reader.as_plain(nodes[0]) if nodes else default

    def flag(self, name: str) -> bool:
        """Whether an option is on; off where it is not said."""
        return bool(self.plain(name))

    def whole(self, name: str, default: int) -> int:
        """A whole number."""
        found = self.plain(name, default)
        if isinstance(found, bool) or not isinstance(found, int):
            raise self.refusal(f"'{name}' is a whole number")
        return found

    def whole_numbers(self, name: str) -> tuple[int, ...]:
        """Whole numbers, as one tuple or one after the other."""
        found = [self.reader.as_plain(n) for n in self.given.get(name, ())]
        if len(found) == 1 and isinstance(found[0], tuple):
            found = list(found[0])
        if any(isinstance(n, bool) or not isinstance(n, int) for n in found):
            raise self.refusal(f"'{name}' is made of whole numbers")
        return tuple(found)

    def axes(self, name: str = "axis") -> tuple[int, ...] | None:
        """Axes counted from 0; None where none are named."""
        if not self.has(name):
            return None
        return self.count_axes(self.whole_numbers(name), len(self.x.shape))

    def count_axes(self, axes: Sequence[int], rank: int) -> tuple[int, ...]:
        """Axes of an array with so many, negative ones counted from behind, each once."""
        for axis in axes:
            if not -rank <= axis < rank:
                said = f"the shape {describe_shape(self.x.shape)} has no axis {axis}"
                raise ShapeMismatchError(said)
        found = tuple(axis % rank for axis in axes)
        if len(set(found)) != len(found):
            raise ShapeMismatchError(f"an axis of '{self.word}' is named twice")
        return found

    def refusal(self, why: str) -> ClaimError:
        """One line that says what is wrong, with the signature."""
        return ClaimError(f"'{self.word}': {why}", help=describe_signature(self.word))


def bind_arguments(word: str, node: FunctionCall, reader: ArgumentReader) -> WordArguments:
    """The arguments of a call at the parameters that they are for."""
    signature = read_signature(word)
    given: dict[str, tuple[SyntaxNode, ...]] = {}
    found = WordArguments(word, given, reader)
    names = list(signature.names)
    for argument in node.arguments:
        if isinstance(argument, KeywordArgument):
            name = argument.name
            if name not in signature.names or name in given:
                raise found.refusal(f"the option '{name[:20]}' is not read here")
            given[name] = (argument.value,)
            continue
        if not names:
            raise found.refusal("these are too many arguments")
        name = names[0]
        if name == signature.rest:
            given[name] = (*given.get(name, ()), argument)
        elif name in given:
            raise found.refusal(f"'{name}' is given twice")
        else:
            given[names.pop(0)] = (argument,)
    needed = set(signature.names) - signature.optional - {signature.rest}
    if missing := sorted(needed - given.keys()):
        raise found.refusal(f"'{missing[0]}' is missing")
    return found
