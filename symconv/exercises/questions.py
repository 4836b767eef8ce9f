"""What is asked of a variant: choices among answers, blanks for numbers, gaps of a derivation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random
from string import ascii_lowercase, ascii_uppercase

from sympy import Expr

from symconv.core.proof import Derivation
from symconv.core.tensor import Tensor
from symconv.render.document.detail import DisplayStep, group_steps
from symconv.render.formula.arrange import arrange
from symconv.render.formula.names import collect_names
from symconv.render.formula.plain import PlainText
from symconv.render.formula.tree import DisplayRelation
from symconv.semantics.entrywise import EntrywiseGradients, concrete_places
from symconv.semantics.index_arithmetic import Place
from symconv.trace.numbers import Number

from .wrong_answers import LONGEST_OPTION, Draw, MistakeMaker, MistakenValues, WrongAnswer, shuffle

MOST_WRONG, FEWEST_WRONG = 4, 2
"""How many wrong answers a choice has beside the right one; with fewer it is a blank."""

MOST_BLANKS, MOST_TYPICAL = 4, 2
"""How many numbers are asked for, and how many typical wrong answers are told for each."""

POINTS, HALF = 2.0, 1.0
"""What a question gives, and what a blank with a named mistake does: all but one rule was right."""


@dataclass(frozen=True)
class DrawnQuestion:
    """A question: by which entry, what is right, and what else one may choose or get.

    `claim` is the right answer as a statement that `check` reads. The answer is the number `value`
    or, where there is one, the `formula`. `options` are letters with the wrong answer that each is,
    None for the right one; without options it is a blank. A gap of a derivation is the line `gap`
    of `derivation`.
    """

    id: str
    wanted: str
    claim: str
    tensor: Tensor
    place: Place = ()
    value: Number = 0
    formula: Expr | None = None
    options: tuple[tuple[str, WrongAnswer | None], ...] = ()
    typical: tuple[WrongAnswer, ...] = ()
    derivation: Derivation | None = None
    gap: int = 0

    @property
    def wrong(self) -> tuple[WrongAnswer, ...]:
        """The wrong answers that it has words for."""
        return tuple(w for _, w in self.options if w) or self.typical


@dataclass(frozen=True)
class QuestionMaker:
    """Makes the questions of one variant from what is wrong and right at its numbers."""

    wrong: MistakenValues
    draw: Draw

    @property
    def maker(self) -> MistakeMaker:
        return self.wrong.maker

    def make_questions(self) -> tuple[DrawnQuestion, ...]:
        """A formula to choose, a number to choose, blanks, and two gaps of a derivation."""
        asked: set[tuple[str, Place]] = set()
        # Every variant has as many questions: where there is nothing to choose from, a blank.
        made = [
            *(list(self._choose_formula(asked)) or self._leave_blank(asked)),
            *(list(self._choose_number(asked)) or self._leave_blank(asked)),
            *self._leave_blanks(asked),
            *self._leave_gaps(),
        ]
        return tuple(
            DrawnQuestion(**(vars(q) | {"id": letter}))
            for letter, q in zip(ascii_lowercase, made, strict=False)
        )

    def _choose_formula(self, asked: set[tuple[str, Place]]) -> Iterator[DrawnQuestion]:
        """The first entry, of parameters first, whose formula has wrong forms."""
        network = self.maker.network
        right = EntrywiseGradients(network.backward(), network.notation)
        for tensor in self._list_tensors():
            for place in self._rank_places(tensor)[:2]:
                claim = network.written(self.maker.write_entry(tensor, place))
                if len(claim) > LONGEST_OPTION or not self.maker.is_right(claim):
                    continue
                found = self.wrong.list_formulas(tensor, place, self.draw)
                wrong = list(islice(found, MOST_WRONG))
                if len(wrong) >= FEWEST_WRONG:
                    asked.add((tensor.key, place))
                    formula = right.entries(tensor, only=[place])[place]
                    yield self._ask(tensor, place, claim, formula, wrong)
                    return

    def _choose_number(self, asked: set[tuple[str, Place]]) -> Iterator[DrawnQuestion]:
        for tensor in self._list_tensors():
            for place in self._rank_places(tensor)[:2]:
                if (tensor.key, place) in asked:
                    continue
                found = self.wrong.list_numbers(tensor, place, self.draw)
                wrong = list(islice(found, MOST_WRONG))
                if len(wrong) >= FEWEST_WRONG and (claim := self._state(tensor, place)):
                    asked.add((tensor.key, place))
                    yield self._ask(tensor, place, claim, None, wrong)
                    return

    def _leave_blank(self, asked: set[tuple[str, Place]]) -> list[DrawnQuestion]:
        """One number of the gradients that were asked for."""
        for tensor in self._list_tensors():
            for place in self._rank_places(tensor):
                if (tensor.key, place) not in asked and (claim := self._state(tensor, place)):
                    asked.add((tensor.key, place))
                    value = self.wrong.find_true(tensor, place)
                    left = self.maker.write_left(tensor, place)
                    return [DrawnQuestion("", left, claim, tensor, place, value)]
        return []

    def _leave_blanks(self, asked: set[tuple[str, Place]]) -> Iterator[DrawnQuestion]:
        """One entry of as many gradients as there is room for, those inside first."""
        derivations = self.maker.network.backward().derivations
        for tensor in [d.of for d in derivations][:MOST_BLANKS]:
            for place in self._rank_places(tensor):
                if (tensor.key, place) in asked or not (claim := self._state(tensor, place)):
                    continue
                found = self.wrong.list_numbers(tensor, place, self.draw)
                typical = tuple(islice(found, MOST_TYPICAL))
                value = self.wrong.find_true(tensor, place)
                left = self.maker.write_left(tensor, place)
                yield DrawnQuestion("", left, claim, tensor, place, value, typical=typical)
                break

    def _leave_gaps(self) -> Iterator[DrawnQuestion]:
        """The last line of a derivation that is drawn, and one line inside."""
        network = self.maker.network
        backward = network.backward()
        names = collect_names(network.program, backward.items, network.notation)
        plain = PlainText(ascii_only=True).in_notation(network.notation)
        for derivation in shuffle(backward.derivations, self.draw):
            left = arrange(derivation.equation.lhs, names)
            steps = list_steps(derivation)
            gaps: list[tuple[int, str]] = []
            for number in [len(steps) - 1, *shuffle(range(1, len(steps) - 1), self.draw)]:
                right = arrange(steps[number].after, names)
                claim = plain.write(DisplayRelation((left, right), ("=",)))
                if self.maker.is_right(claim):
                    gaps.append((number, claim))
                if len(gaps) == 2:
                    for line, text in sorted(gaps):
                        yield DrawnQuestion(
                            "", plain.write(left), text, derivation.of,
                            derivation=derivation, gap=line,
                        )  # fmt: skip
                    return

    def _ask(
        self, tensor: Tensor, place: Place, claim: str, formula: Expr | None,
        wrong: list[WrongAnswer],
    ) -> DrawnQuestion:  # fmt: skip
        mixed: list[WrongAnswer | None] = shuffle([None, *wrong], self.draw)
        options = tuple(zip(ascii_uppercase, mixed, strict=False))
        left = self.maker.write_left(tensor, place)
        value = self.wrong.find_true(tensor, place)
        return DrawnQuestion("", left, claim, tensor, place, value, formula, options)

    def _state(self, tensor: Tensor, place: Place) -> str:
        """The right number as a statement; empty where `check` does not call it right."""
        claim = self.wrong.state_true(tensor, place)
        return claim if self.maker.is_right(claim, self.wrong.tables) else ""

    def _list_tensors(self) -> list[Tensor]:
        """Parameters in an order that is drawn, then the input."""
        wrt = self.maker.network.backward().wrt
        mixed = shuffle(wrt, self.draw)
        return sorted(mixed, key=lambda t: t.role == "input")

    def _rank_places(self, tensor: Tensor) -> list[Place]:
        """The places where most mistakes show, in an order that is drawn; zeros come last."""
        places = shuffle(concrete_places(tensor), self.draw)
        return sorted(
            places,
            key=lambda p: (
                not self.wrong.find_true(tensor, p),
                -min(self.wrong.count_values(tensor, p), ENOUGH),
            ),
        )


ENOUGH = 6
"""From so many different wrong numbers on, one place of a tensor is as good as another."""


def list_steps(derivation: Derivation) -> tuple[DisplayStep, ...]:
    """The lines of a derivation as its document has them."""
    return group_steps(derivation.steps, "normal")


def start_draw(seed: str) -> Draw:
    """The source of numbers of a seed."""
    return Random(seed).random  # noqa: S311 - an exercise, no secret
