"""What an answer gets: full points, a part of them, or none, and the words that go with it.

Nothing that is said here shows the model answer: the correct formula and the numbers of an example
are left out, unless somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

from symconv.claims.check import Checker
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.budget import STEPS_PER_SECOND, OverBudget, limit_work
from symconv.claims.model.substitution import replace_nodes
from symconv.claims.model.syntax_tree import (
    ArrayLiteral,
    Differential,
    Identifier,
    Numeral,
    Statement,
    SyntaxNode,
    TensorReference,
)
from symconv.claims.model.verdict import CONDITION, UNREADABLE, WRONG, Verdict
from symconv.core.errors import SymconvError

from .answers import Answer
from .exercise import Exercise, ExerciseQuestion
from .quantities import Quantity, QuantityReader, holds_derivative

FULL, PART, ZERO, UNREAD, OPEN, MISSING = "full", "part", "zero", "unread", "open", "not found"
"""How a question was answered; what is unread or open is for a person to look at."""

MOST_ENTRIES = 400
"""Of how many entries a share is counted; an answer in as many is a formula with indices."""

ENTRIES_SECONDS = 3
"""What counting right entries may take; beyond it an answer gets no part."""


@dataclass(frozen=True)
class QuestionMark:
    """What a question got: points of how many, how it was answered, where, and the feedback."""

    question: str
    points: float
    most: float
    status: str
    feedback: tuple[str, ...] = ()
    line: str = ""
    text: str = ""
    truth: str = ""
    mistakes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Examiner:
    """Gives points for the answers to an exercise."""

    exercise: Exercise
    reader: QuantityReader

    def mark(self, answers: Sequence[Answer]) -> tuple[QuestionMark, ...]:
        """The marks of all questions in order."""
        return tuple(self.mark_question(q, answers) for q in self.exercise.questions)

    def mark_question(self, question: ExerciseQuestion, answers: Sequence[Answer]) -> QuestionMark:
        """The marks of one: the last answer counts, or all that give single entries."""
        mine = [a for a in answers if a.question == question.id]
        wanted = [w for way in question.wanted if (w := self.reader.read_left(way))]
        about = [a for a in mine or answers if a.left in wanted]
        entries = self._find_entries(wanted, mine or answers)
        if not about and not entries and mine:
            # Behind a marker the last statement is meant, whatever stands on its left.
            about = mine[-1:]
        if about:
            return self._mark_answer(question, about[-1], mine)
        if entries:
            return self._mark_entries(question, entries, wanted)
        return QuestionMark(question.id, 0, question.points, MISSING, ("no answer was found",))

    def _find_entries(
        self, wanted: Sequence[Quantity], answers: Sequence[Answer]
    ) -> dict[SyntaxNode, Answer]:
        """The last answer for each single entry of a quantity that is an array."""
        whole = [w.form for w in wanted if not w.entry and isinstance(w.form, Differential)]
        found: dict[SyntaxNode, Answer] = {}
        for answer in answers:
            form = answer.left.form if answer.left and answer.left.entry else None
            if isinstance(form, Differential) and any(_is_entry_of(form, w) for w in whole):
                found[form] = answer
        return found

    def _mark_answer(
        self, question: ExerciseQuestion, answer: Answer, steps: Sequence[Answer]
    ) -> QuestionMark:
        verdict = answer.verdict
        if refused := self._refuse(question, answer):
            return _make(question, answer, 0, ZERO, refused)
        if is_accepted(question, verdict):
            return _make(question, answer, question.points, FULL, ("right",))
        if verdict.verdict == UNREADABLE:
            reasons = [note.split("\n")[0] for note in verdict.notes[:1]]
            said = ("the formula could not be read", *reasons)
            return _make(question, answer, 0, UNREAD, said)
        if verdict.verdict not in {WRONG, CONDITION}:
            return _make(question, answer, 0, OPEN, ("this could not be decided",))
        named = next((n for n in verdict.names if n in question.mistakes), "")
        feedback = list(explain_mistakes(question, verdict))
        points, why = 0.0, ""
        if named:
            points = min(question.mistakes[named].points, question.points)
        elif question.partial == "entries":
            share = self._share_entries(verdict.text)
            points, why = question.points * share, f"{share} of the entries are right"
        elif question.partial == "steps" and len(steps) > 1:
            share = sum(bool(s.verdict) for s in steps) / Fraction(len(steps))
            points, why = question.points * share, f"{share} of the steps are right"
        first = next((s for s in steps if s.verdict.verdict in {WRONG, CONDITION}), answer)
        if first is not answer:
            feedback.append(f"the first wrong step is in line {first.place.line}")
        feedback += [why] if why and points else []
        points = round(float(points), 2)
        return _make(question, answer, points, PART if points else ZERO, tuple(feedback))

    def _refuse(self, question: ExerciseQuestion, answer: Answer) -> tuple[str, ...]:
        """Why an answer is none: it repeats the question, or stays in terms of derivatives."""
        statement = self.reader.parse(answer.verdict.text)
        if statement is None or answer.left is None:
            return ()
        last = statement.parts[-1]
        forms = [self.reader.unify(n).form for n in last.walk()]
        if answer.left.form in forms:
            return ("the answer holds what is asked for",)
        if question.explicit and holds_derivative(last):
            return ("the answer is in terms of derivatives, which have to be worked out",)
        return ()

    def _mark_entries(
        self,
        question: ExerciseQuestion,
        entries: dict[SyntaxNode, Answer],
        wanted: Sequence[Quantity],
    ) -> QuestionMark:
        """The marks of an array that is given entry by entry."""
        count = max((self._count_entries(w.form) for w in wanted), default=0)
        answers = list(entries.values())
        wrong = [a for a in answers if not is_accepted(question, a.verdict)]
        right = len(answers) - len(wrong)
        if count and right == count:
            return _make(question, answers[-1], question.points, FULL, ("right",))
        share = Fraction(right, count) if count and question.partial == "entries" else Fraction(0)
        said = [f"{right} of {count} entries are right"]
        for answer in wrong[:1]:
            said += [
                f"line {answer.place.line}: {x}" for x in explain_mistakes(question, answer.verdict)
            ]
        points = round(float(question.points * share), 2)
        last = wrong[0] if wrong else answers[-1]
        return _make(question, last, points, PART if points else ZERO, tuple(said))

    def _count_entries(self, form: SyntaxNode) -> int:
        tensor = self._find_shape(form.by) if isinstance(form, Differential) else None
        return 0 if tensor is None else prod(tensor)

    def _find_shape(self, reference: TensorReference) -> tuple[int, ...] | None:
        """The extents of a tensor; None where it is unknown, or sizes are open."""
        layer = reference.layer
        key = reference.letter
        if isinstance(layer, Numeral):
            key = f"{key}^{layer.value}"
        tensor = self.reader.network.program.by_key.get(key)
        if tensor is None or not all(getattr(n, "is_Integer", True) for n in tensor.shape):
            return None
        return tuple(int(n) for n in tensor.shape)

    def _share_entries(self, text: str) -> Fraction:
        """The share of right entries of an answer with free indices, or of a written array."""
        statement = self.reader.parse(text)
        if statement is None:
            return Fraction(0)
        singles = list(self._list_single(statement))
        if not 1 < len(singles) <= MOST_ENTRIES:
            return Fraction(0)
        checker = Checker(self.reader.network, self.reader.values, {}, explain=False)
        right = 0
        try:
            with limit_work(ENTRIES_SECONDS * STEPS_PER_SECOND):
                for single in singles:
                    right += bool(checker.settled(single, self._base))
        except (OverBudget, SymconvError, Undefined):
            return Fraction(0)
        return Fraction(right, len(singles))

    @property
    def _base(self) -> int:
        return self.reader.network.notation.index_base

    def _list_single(self, statement: Statement) -> list[Statement]:
        """The statement for every entry of its left side."""
        left, last = statement.parts[0], statement.parts[-1]
        by = left.by if isinstance(left, Differential) else left
        if not isinstance(by, TensorReference):
            return []
        shape = self._find_shape(by)
        if shape is None:
            return []
        names = [i.name for i in by.indices or () if isinstance(i, Identifier)]
        if prod(shape) > MOST_ENTRIES:
            return []
        flat = self.reader.network.notation.style == "flat" and len(names) == 1
        extents = (prod(shape),) if flat else shape
        ranges = [range(self._base, n + self._base) for n in extents]
        if len(names) == len(extents) == len(set(names)):
            tables: list[dict[SyntaxNode, SyntaxNode]] = [
                {Identifier(n): Numeral(Fraction(p)) for n, p in zip(names, place, strict=True)}
                for place in product(*ranges)
            ]
            return [
                Statement("", tuple(replace_nodes(p, t) for p in statement.parts), statement.marks)
                for t in tables
            ]
        if by.indices is None and isinstance(last, ArrayLiteral) and last.shape == shape:
            return self._list_written(left, by, last)
        return []

    def _list_written(
        self, left: SyntaxNode, by: TensorReference, last: ArrayLiteral
    ) -> list[Statement]:
        """The statement for every entry of an array that is written out."""
        found = []
        for number, place in enumerate(product(*map(range, last.shape))):
            flat = self.reader.network.notation.style == "flat"
            numbers = (number,) if flat else place
            indices = tuple(Numeral(Fraction(n + self._base)) for n in numbers)
            entry = replace_nodes(left, {by: TensorReference(by.letter, by.layer, indices)})
            found.append(Statement("", (entry, last.entries[number]), ("=",)))
        return found


def is_accepted(question: ExerciseQuestion, verdict: Verdict) -> bool:
    """Whether an answer is right, or right under a condition that the question accepts."""
    named = set(verdict.names) & set(question.conditions)
    return bool(verdict) or (verdict.verdict == CONDITION and bool(named))


def _is_entry_of(form: Differential, whole: SyntaxNode) -> bool:
    return isinstance(whole, Differential) and (form.by.letter, form.by.layer, form.of) == (
        whole.by.letter,
        whole.by.layer,
        whole.of,
    )


def explain_mistakes(question: ExerciseQuestion, verdict: Verdict) -> list[str]:
    """What is wrong in words: the hint of the exercise for a mistake, or what it is."""
    said = []
    for cause in verdict.causes:
        hint = question.mistakes[cause.name].hint if cause.name in question.mistakes else ""
        said.append(hint or f"{cause.name.replace('_', ' ')}: {cause.text}")
    if verdict.step:
        said.append(f"it goes wrong at {verdict.step}")
    return said or ["this is not right"]


def _make(
    question: ExerciseQuestion,
    answer: Answer,
    points: float,
    status: str,
    feedback: tuple[str, ...],
) -> QuestionMark:
    place, verdict = answer.place, answer.verdict
    cell = f"cell {place.cell}, " if place.cell else ""
    return QuestionMark(
        question.id,
        points,
        question.points,
        status,
        feedback,
        f"{cell}line {place.line}",
        verdict.text,
        verdict.truth,
        verdict.names,
    )
