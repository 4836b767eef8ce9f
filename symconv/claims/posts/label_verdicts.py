"""Matrices under words that say what they are: values for what follows, or claims about values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from symconv.claims.check import MOST_ECHOED, Checker
from symconv.claims.model.verdict import (
    NOT_CHECKED,
    UNDETERMINED,
    UNREADABLE,
    WRONG,
    Verdict,
)
from symconv.claims.parsing.labelled_matrices import LabelledMatrix

from .labels import LabelReading, read_label

Matrix = tuple[tuple[Fraction, ...], ...]


@dataclass
class LabelJudge:
    """Judges the labelled matrices of one text, one after another."""

    checker: Checker
    gradient: tuple[Matrix, Verdict] | None = None
    """The last gradient that the text states, with what was said about it."""
    given: dict[str, Matrix] = field(default_factory=dict)

    def verdict(self, matrix: LabelledMatrix) -> Verdict | None:
        """The verdict on a matrix; None where its words say nothing about a network."""
        reading = read_label(matrix, self.checker.context)
        if reading is None or not reading.role:
            return None
        text = f"{matrix.label} {matrix.literal}"[:MOST_ECHOED]
        found = self.judge(reading, matrix)
        return replace(found, text=text, line=matrix.line, column=matrix.column)

    def judge(self, reading: LabelReading, matrix: LabelledMatrix) -> Verdict:
        """What follows from the reading of the words."""
        rows = _read_rows(matrix)
        if reading.rate:
            self.checker.values = {**self.checker.values, "eta": reading.rate}
        if reading.given:
            self.given[reading.given] = rows
            values = [[str(number) for number in row] for row in matrix.rows]
            self.checker.values = {**self.checker.values, reading.given: values}
            said = f"{reading.given} = {matrix.literal}"
            return Verdict(NOT_CHECKED, "given value", reading=said)
        if reading.role == "other":
            note = "what this is in the network is not said by the words above it"
            return Verdict(NOT_CHECKED, "given value", notes=(note,))
        if not reading.claims:
            height, width = len(matrix.rows), len(matrix.rows[0])
            note = f"the network has no {reading.role} of {height} x {width}"
            return Verdict(UNREADABLE, "prose", notes=(note,))
        found = self.likeliest(reading)
        if reading.role == "gradient":
            self.gradient = rows, replace(found, line=matrix.line)
        if reading.role == "updated" and found.verdict == WRONG:
            found = self.trace_back(found, reading, rows)
        return found

    def likeliest(self, reading: LabelReading) -> Verdict:
        """The first reading that is right; the first of all where none is."""
        verdicts = [self.checker.verdict(claim) for claim in reading.claims]
        found = next((v for v in verdicts if v), verdicts[0])
        others = [v for v in verdicts if v.verdict != WRONG]
        # Wrong only where it is wrong in every reading.
        found = others[0] if found.verdict == WRONG and others else found
        if found.verdict == WRONG and reading.weak:
            note = f"no {reading.role} of the network, and the words may mean something else"
            return Verdict(UNDETERMINED, found.kind, notes=(note,))
        return found

    def trace_back(self, found: Verdict, reading: LabelReading, new: Matrix) -> Verdict:
        """A wrong step that follows from a gradient which the text has stated wrongly."""
        rate = self.checker.values.get("eta")
        old = self.given.get(reading.claims[0].split()[0])
        if self.gradient is None or self.gradient[1].verdict != WRONG or not (rate and old):
            return found
        slope, said = self.gradient
        eta = Fraction(str(rate))
        shapes = {tuple(map(len, m)) for m in (old, slope, new)}
        if len(shapes) != 1 or not all(
            b == a - eta * g
            for before, by, after in zip(old, slope, new, strict=True)
            for a, g, b in zip(before, by, after, strict=True)
        ):
            return found
        note = f"it follows from the gradient in line {said.line}, which is wrong"
        return replace(found, notes=(note, *found.notes))


def _read_rows(matrix: LabelledMatrix) -> Matrix:
    return tuple(tuple(Fraction(number) for number in row) for row in matrix.rows)
