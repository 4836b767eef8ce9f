"""A folder of submissions: a file each, or a folder each that is named for the student."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from symconv.core.errors import SymconvError
from symconv.core.printable import escape_line, quote_text
from symconv.documents.files import FileSearch
from symconv.documents.processes import Workshop
from symconv.documents.readers.table import READERS, is_document

from .answers import list_markers, read_submission
from .exercise import Exercise
from .quantities import QuantityReader
from .score import UNREAD, Examiner, QuestionMark

MOST_SUBMISSIONS = 5_000
"""The most submissions of one call; no course is as large."""

LOST = "the process that marked it ended, perhaps for lack of memory"

NO_VARIANT = "it names no question of a variant, as a marker `symconv: question 01.a` does"


@dataclass(frozen=True)
class Submission:
    """What one student handed in: files in order."""

    student: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class MarkedSubmission:
    """The marks of one student, and which files could not be read."""

    student: str
    marks: tuple[QuestionMark, ...]
    troubles: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """What all questions got together."""
        return round(sum(m.points for m in self.marks), 2)


def find_submissions(folder: Path) -> list[Submission]:
    """The submissions of a folder by name; SymconvError where it has none."""
    if not folder.is_dir():
        raise SymconvError(
            f"{quote_text(str(folder))} is no folder", help="a folder of submissions"
        )
    found: list[Submission] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            try:
                files = tuple(FileSearch().list_files(str(path)))
            except SymconvError:
                files = ()
            found.append(Submission(path.name, files))
        elif is_document(path.name):
            found.append(Submission(path.stem, (str(path),)))
    if not found:
        raise SymconvError(
            f"{quote_text(str(folder))} holds no submission", help=", ".join(sorted(READERS))
        )
    if len(found) > MOST_SUBMISSIONS:
        raise SymconvError(f"more than {MOST_SUBMISSIONS:,} submissions")
    return found


def mark_submissions(
    exercise: Exercise,
    submissions: Sequence[Submission],
    *,
    jobs: int = 0,
    told: Callable[[MarkedSubmission, int], None] = lambda _marked, _done: None,
) -> list[MarkedSubmission]:
    """The marks of all in order, in one process or in several."""
    work = partial(mark_submission, exercise)
    return Workshop(work, partial(_mark_lost, exercise), told).run(submissions, jobs=jobs)


def mark_submission(exercise: Exercise, submission: Submission) -> MarkedSubmission:
    """The marks of one; what goes wrong with it is told in it, and nothing is raised."""
    student = escape_line(submission.student)
    try:
        chosen = exercise.choose_variant(list_markers(submission.files))
        if chosen is None:
            return _mark_lost(exercise, submission, NO_VARIANT)
        text = read_submission(chosen, submission.files)
        examiner = Examiner(chosen, QuantityReader(chosen.find_network(), chosen.values))
        return MarkedSubmission(student, examiner.mark(text.answers), text.troubles)
    # A fault of ours in one submission leaves the others, and a person looks at this one.
    except Exception as error:  # noqa: BLE001 - as above
        return _mark_lost(exercise, submission, f"a fault of symconv: {type(error).__name__}")


def _mark_lost(exercise: Exercise, submission: Submission, why: str = LOST) -> MarkedSubmission:
    marks = tuple(QuestionMark(q.id, 0, q.points, UNREAD, (why,)) for q in exercise.questions)
    return MarkedSubmission(escape_line(submission.student), marks, (why,))
