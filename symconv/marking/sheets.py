"""What marking writes: marks.csv, marks.json, and a page for each submission."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from symconv.core.printable import escape_controls
from symconv.output.templates import render_template
from symconv.render.document.html import style_sheet

from .exercise import Exercise
from .folder import MarkedSubmission
from .score import QuestionMark

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet takes for a formula; such a text gets an apostrophe."""

LONGEST_NAME = 60
"""How many characters of a student's name are in the name of the page."""


def write_sheets(
    exercise: Exercise, marked: Sequence[MarkedSubmission], *, answers: bool = False
) -> dict[str, str]:
    """All files by name; the correct formulas only where `answers` are asked for."""
    pages = name_pages(marked)
    return {
        "marks.csv": write_csv(exercise, marked),
        "marks.json": write_marks(exercise, marked, answers=answers),
        **{
            page: write_page(exercise, one, answers=answers)
            for page, one in zip(pages, marked, strict=True)
        },
    }


def name_pages(marked: Sequence[MarkedSubmission]) -> list[str]:
    """The name of the page of each, which no other has."""
    found: list[str] = []
    for number, one in enumerate(marked, 1):
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", one.student).strip("-")[:LONGEST_NAME]
        taken = f"{plain}.html".lower() in {f.lower() for f in found}
        last = f"-{number}" if taken or not plain else ""
        found.append(f"{plain or 'submission'}{last}.html")
    return found


def write_csv(exercise: Exercise, marked: Sequence[MarkedSubmission]) -> str:
    """A row for each student: the points of every question, and of all; what to look at."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    ids = [q.id for q in exercise.questions]
    writer.writerow(["student", *map(guard_cell, ids), "points", "of", "look at"])
    for one in marked:
        points = [f"{m.points:g}" for m in one.marks]
        to_see = [m.question for m in one.marks if m.status in {"unread", "open"}]
        cells = [guard_cell(one.student), *points, f"{one.points:g}", f"{exercise.points:g}"]
        writer.writerow([*cells, guard_cell(" ".join(to_see))])
    return file.getvalue()


def guard_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    plain = escape_controls(text)
    return f"'{plain}" if plain.startswith(FORMULA_SIGNS) else plain


def write_marks(
    exercise: Exercise, marked: Sequence[MarkedSubmission], *, answers: bool = False
) -> str:
    """The same as plain data, with the feedback."""
    data = {
        "exercise": exercise.title,
        "points": exercise.points,
        "submissions": [
            {
                "student": one.student,
                "points": one.points,
                "troubles": list(one.troubles),
                "questions": [_list_mark(m, answers=answers) for m in one.marks],
            }
            for one in marked
        ],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _list_mark(mark: QuestionMark, *, answers: bool) -> dict[str, Any]:
    truth = {"correct": mark.truth} if answers else {}
    return {
        "question": mark.question,
        "points": mark.points,
        "of": mark.most,
        "status": mark.status,
        "mistakes": list(mark.mistakes),
        "feedback": list(mark.feedback),
        "place": mark.line,
        "answer": mark.text,
        **truth,
    }


def write_page(exercise: Exercise, one: MarkedSubmission, *, answers: bool = False) -> str:
    """The page of one student: the points and the words for every question."""
    rows = [
        {
            "question": _escape(m.question),
            "points": f"{m.points:g} of {m.most:g}",
            "status": m.status,
            "place": _escape(m.line),
            "text": _escape(m.text),
            "said": [*map(_escape, m.feedback)]
            + ([_escape(f"correct: {m.truth}")] if answers and m.truth else []),
        }
        for m in one.marks
    ]
    return render_template(
        "html",
        "marks.html.j2",
        title=_escape(exercise.title),
        student=_escape(one.student),
        points=f"{one.points:g} of {exercise.points:g}",
        rows=rows,
        troubles=[_escape(t) for t in one.troubles],
        style=style_sheet(),
    )


def _escape(text: str) -> str:
    return escape(escape_controls(" ".join(text.split())))
