"""The answers of a submission: its statements, each with the question that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from symconv.claims.check import MOST_ECHOED, check_claim
from symconv.claims.model.verdict import NOT_CHECKED, UNDETERMINED, WRONG, Verdict
from symconv.claims.posts import report_post
from symconv.core.errors import SymconvError
from symconv.core.input_files import read_regular_file
from symconv.core.printable import escape_line
from symconv.documents.check_file import join_message
from symconv.documents.model.records import Mark, Place
from symconv.documents.passages import build_document
from symconv.documents.readers.source import Piece, Source
from symconv.documents.readers.table import find_reader, most_bytes

from .exercise import Exercise
from .quantities import Quantity, QuantityReader

GIVEN = "given value"
OWN_NUMBERS = "it may be right with numbers that its author gives"


@dataclass(frozen=True)
class Answer:
    """A statement of a submission: its verdict, its place, its left side, and its question.

    `question` is that of a marker before it, and empty where there is none.
    """

    verdict: Verdict
    place: Place
    left: Quantity | None
    question: str


@dataclass(frozen=True)
class SubmittedText:
    """The answers of all texts of a submission, and what of it could not be read."""

    answers: tuple[Answer, ...]
    troubles: tuple[str, ...]


def read_submission(exercise: Exercise, files: tuple[str, ...]) -> SubmittedText:
    """The answers of the files of one person, in order; a file that is none is told."""
    answers: list[Answer] = []
    troubles: list[str] = []
    for file in files:
        try:
            raw = read_regular_file(Path(file), most_bytes(file))
            text = raw.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
            answers += list_answers(exercise, Source(text, escape_line(file)))
        except SymconvError as error:
            troubles.append(f"{escape_line(Path(file).name)}: {join_message(error)}")
    return SubmittedText(tuple(answers), tuple(troubles))


def list_markers(files: tuple[str, ...]) -> Iterator[str]:
    """The questions that the files of one person name, in order."""
    for file in files:
        with suppress(SymconvError):
            raw = read_regular_file(Path(file), most_bytes(file))
            text = raw.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
            for piece in find_reader(file)(Source(text, escape_line(file))):
                if isinstance(piece, Mark) and piece.question:
                    yield piece.question


def list_answers(exercise: Exercise, source: Source) -> Iterator[Answer]:
    """The statements of a text, judged by the network of the exercise and by no other.

    What a submission says of networks is passed over: it does not choose what it is judged by.
    """
    network = exercise.find_network()
    reader = QuantityReader(network, exercise.values)
    document = build_document(_keep_questions(source), exercise.network)
    for passage in document.passages:
        found = report_post(network, passage.text, exercise.values, seconds=exercise.budget)
        given = any(v.kind == GIVEN and v.verdict == NOT_CHECKED for v in found.verdicts)
        for told in found.verdicts:
            verdict = judge_again(exercise, told) if given and told else told
            place = document.locate(verdict.line, verdict.column)
            placed = replace(verdict, line=place.line, column=place.column)
            left = reader.read_left(verdict.text) if verdict.text else None
            yield Answer(placed, place, left, document.find_question(verdict.line))


def judge_again(exercise: Exercise, verdict: Verdict) -> Verdict:
    """The verdict on a right statement without what its author gives: numbers of one's own.

    `w = 0` makes every gradient behind it 0. What is right only so is for a person to look at.
    """
    network = exercise.find_network()
    whole = len(verdict.text) < MOST_ECHOED
    again = check_claim(network, verdict.text, exercise.values) if whole else None
    if again is not None and (again or again.verdict == WRONG):
        return replace(again, line=verdict.line, column=verdict.column)
    return replace(verdict, verdict=UNDETERMINED, notes=(OWN_NUMBERS,))


def _keep_questions(source: Source) -> Iterator[Piece]:
    for piece in find_reader(source.file)(source):
        if not isinstance(piece, Mark) or piece.question:
            yield piece
