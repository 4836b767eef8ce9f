"""One answer graded from Python: in a test cell of a notebook, or behind a question of a server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from symconv.core.errors import SymconvError
from symconv.documents.readers.source import Source

from .answers import list_answers
from .exercise import Exercise, read_exercise
from .quantities import QuantityReader
from .score import FULL, Examiner, QuestionMark


@dataclass(frozen=True)
class Grade:
    """What an answer gets: points of how many, and the feedback in words; true only if full.

    `assert grade, grade.feedback` is a test cell of otter-grader and nbgrader; `partial_score()`
    what PrairieLearn keeps of a question.
    """

    points: float
    most: float
    status: str
    feedback: str
    mistakes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.status == FULL

    @property
    def score(self) -> float:
        """The share of the points, from 0 to 1."""
        return self.points / self.most if self.most else float(bool(self))

    def partial_score(self) -> dict[str, float | str]:
        """`score` and `feedback`, as servers of questions take them."""
        return {"score": self.score, "feedback": self.feedback}


def grade(exercise: str | Path | Exercise, answer: str, question: str | None = None) -> Grade:
    r"""The grade of an answer, a formula or a text with several, to a question of an exercise.

    Without a question the exercise has to have one only. SymconvError where it has none of that
    name, or the answer is no text.

        >>> from symconv import grade
        >>> from symconv.documents.model.records import NetworkMark
        >>> from symconv.marking.exercise import Exercise, ExerciseQuestion
        >>> one = Exercise(NetworkMark("two-convs"), (ExerciseQuestion("a", ("dC/dw_1^2",), 2.0),))
        >>> grade(one, r"\frac{\partial C}{\partial w_1^2} = 2 (o_1^2 - y_1) o_1^1").points
        2.0
    """
    if not isinstance(answer, str):
        raise SymconvError(f"an answer is text, and this is of type '{type(answer).__name__}'")
    found = exercise if isinstance(exercise, Exercise) else read_exercise(Path(exercise))
    found = found.choose_variant([question or ""]) or found
    ids = [q.id for q in found.questions]
    if question is None and len(ids) > 1:
        raise SymconvError("which question?", help=f"question={ids[0]!r}")
    chosen = [q for q in found.questions if question in {None, q.id}]
    if not chosen:
        raise SymconvError(f"the exercise has no question {question!r}", help=", ".join(ids))
    examiner = Examiner(found, QuantityReader(found.find_network(), found.values))
    mark = examiner.mark_question(
        chosen[0], tuple(list_answers(found, Source(answer, "answer.md")))
    )
    return _make_grade(mark)


def _make_grade(mark: QuestionMark) -> Grade:
    said = "; ".join(" ".join(f.split()) for f in mark.feedback)
    return Grade(mark.points, mark.most, mark.status, said, mark.mistakes)
