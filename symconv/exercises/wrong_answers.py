"""Typical wrong answers: a rule of the backward pass broken, and what comes out of it.

Nothing is typed: the list of mistakes breaks the derived program, whose gradient at the numbers of
the exercise is the wrong answer. One is offered only where `check` judges it wrong and calls it by
the name of that mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TypeVar

from sympy import Expr

from symconv.api import Network
from symconv.claims.mistakes import Mutation, mistakes
from symconv.claims.model.verdict import WRONG
from symconv.core.errors import SymconvError
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor
from symconv.explanations.mistakes import break_rule
from symconv.notation.presets import entry_name
from symconv.render.formula.scalars import format_gradient
from symconv.semantics.entrywise import EntrywiseGradients
from symconv.semantics.index_arithmetic import Place
from symconv.semantics.run import run_program
from symconv.trace.input_tables import Values
from symconv.trace.numbers import ExactOrFloat, Number

from .values import find_fraction, list_values, write_number

Draw = Callable[[], float]
"""A source of numbers from 0 up to 1, which a seed determines."""

Item = TypeVar("Item")

MOST_WAYS = 6
"""In how many ways a mistake is made: at so many equations; an index is off by one in dozens."""

LONGEST_OPTION = 150
"""The longest formula among which one chooses, in characters: two lines of a sheet."""


@dataclass(frozen=True)
class WrongAnswer:
    """What somebody gets who makes a mistake: the statement, its right side, and the feedback.

    `formula` is the right side in symbols; None where it is the number `value`.
    """

    mistake: str
    claim: str
    feedback: str
    value: Number
    formula: Expr | None = None


@dataclass(frozen=True)
class BrokenPass:
    """A mistake, and the backward pass with its rule broken at one equation."""

    mistake: Mutation
    backward: Backward

    def __hash__(self) -> int:
        return id(self)


@dataclass(frozen=True)
class MistakeMaker:
    """Makes mistakes in one network; what is true of its formulas is found out once."""

    network: Network
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)
    right: dict[str, bool] = field(default_factory=dict)

    @cached_property
    def broken(self) -> tuple[BrokenPass, ...]:
        """The broken passes, the most specific mistakes first."""
        return tuple(
            BrokenPass(mistake, one)
            for mistake in mistakes()
            for one in islice(break_rule(mistake, self.network), MOST_WAYS)
        )

    def find_names(self, claim: str, values: Values | None = None) -> tuple[str, ...]:
        """The names that `check` has for a statement; none unless it is wrong."""
        if values is None and claim in self.named:
            return self.named[claim]
        verdict = self.network.check(claim, None if values is None else list_values(values))
        found = verdict.names if verdict.verdict == WRONG else ()
        if values is None:
            self.named[claim] = found
        return found

    def is_right(self, claim: str, values: Values | None = None) -> bool:
        """Whether `check` calls a statement right."""
        if values is None and claim in self.right:
            return self.right[claim]
        found = bool(self.network.check(claim, None if values is None else list_values(values)))
        if values is None:
            self.right[claim] = found
        return found

    def write_entry(self, tensor: Tensor, place: Place) -> str:
        """The name of an entry, such as `w_1^1`."""
        return entry_name(tensor, place, self.network.notation)

    def write_left(self, tensor: Tensor, place: Place) -> str:
        """The derivative by an entry as people write it, such as `dC/dw_1^1`."""
        return f"d{self.network.backward().cost.key}/d{self.write_entry(tensor, place)}"


@dataclass(frozen=True)
class MistakenValues:
    """What every mistake makes of the gradients at the numbers of one variant."""

    maker: MistakeMaker
    tables: Values
    true: Mapping[str, Mapping[Place, Number]]

    @cached_property
    def found(self) -> tuple[tuple[BrokenPass, Values], ...]:
        """The gradients of every broken pass that has some."""
        program = self.maker.network.backward().program
        wanted = [t.key for t in program.tensors if t.is_derivative]
        known = {k: t for k, t in self.true.items() if not program.tensor(k).is_derivative}
        found = []
        for broken in self.maker.broken:
            with suppress(SymconvError, ZeroDivisionError, ValueError, OverflowError):
                made = run_program(
                    broken.backward.program, {}, known, ExactOrFloat(), wanted=wanted
                )
                found.append((broken, made))
        return tuple(found)

    def list_numbers(self, tensor: Tensor, place: Place, draw: Draw) -> Iterator[WrongAnswer]:
        """Wrong numbers for an entry, each called by its own name, no two of them the same."""
        simple = find_fraction(self.find_true(tensor, place)) is not None
        for broken, value in self._shuffle(tensor, place, draw):
            if simple and find_fraction(value) is None:
                continue
            claim = f"{self.maker.write_left(tensor, place)} = {write_number(value)}"
            if self.maker.find_names(claim, self.tables)[:1] == (broken.mistake.name,):
                yield WrongAnswer(broken.mistake.name, claim, broken.mistake.text, value)

    def list_formulas(self, tensor: Tensor, place: Place, draw: Draw) -> Iterator[WrongAnswer]:
        """Wrong formulas for an entry; at the numbers no two of them are worth the same."""
        for broken, value in self._shuffle(tensor, place, draw):
            wrong = EntrywiseGradients(broken.backward, self.maker.network.notation)
            name = self.maker.write_entry(tensor, place)
            claim = format_gradient(name, wrong, self.maker.network.program)
            if len(claim) > LONGEST_OPTION or claim.endswith("= 0"):
                continue
            if self.maker.find_names(claim)[:1] == (broken.mistake.name,):
                formula = wrong.entries(tensor, only=[place])[place]
                mistake, said = broken.mistake.name, broken.mistake.text
                yield WrongAnswer(mistake, claim, said, value, formula)

    def find_true(self, tensor: Tensor, place: Place) -> Number:
        """The derivative by an entry at the numbers."""
        return self.true[self._find_key(tensor)][place]

    def state_true(self, tensor: Tensor, place: Place) -> str:
        """The same as a statement."""
        number = write_number(self.find_true(tensor, place))
        return f"{self.maker.write_left(tensor, place)} = {number}"

    def count_values(self, tensor: Tensor, place: Place) -> int:
        """How many different wrong numbers there are for an entry."""
        return sum(1 for _ in self._list_values(tensor, place))

    def _shuffle(self, tensor: Tensor, place: Place, draw: Draw) -> list[tuple[BrokenPass, Number]]:
        """What mistakes make of an entry in an order that is drawn, each mistake once."""
        found: dict[str, tuple[BrokenPass, Number]] = {}
        for broken, value in self._list_values(tensor, place):
            found.setdefault(broken.mistake.name, (broken, value))
        return shuffle(found.values(), draw)

    def _list_values(self, tensor: Tensor, place: Place) -> Iterator[tuple[BrokenPass, Number]]:
        """What mistakes make of an entry, no value twice, and none of them the right one."""
        key = self._find_key(tensor)
        seen = {write_number(self.find_true(tensor, place))}
        for broken, tables in self.found:
            value = tables[key][place]
            written = write_number(value)
            if written not in seen:
                seen.add(written)
                yield broken, value

    def _find_key(self, tensor: Tensor) -> str:
        """The key of the tensor that holds the derivative by one."""
        network = self.maker.network
        return EntrywiseGradients(network.backward(), network.notation).result(tensor).key


def shuffle(items: Iterable[Item], draw: Draw) -> list[Item]:
    """The items in an order that is drawn: the same in every version of Python."""
    return [
        item
        for _, _, item in sorted(((draw(), n, i) for n, i in enumerate(items)), key=lambda t: t[:2])
    ]
