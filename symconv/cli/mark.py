"""`symconv mark`: the submissions of a course, marked by one exercise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import FolderOption, ForceOption, say, show, show_progress


def mark(  # noqa: PLR0913 - a command has the options it has
    exercise: Annotated[
        Path, typer.Argument(metavar="EXERCISE", help="A TOML file: network and questions.")
    ],
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Submissions: a file each, or a folder named for the student."
        ),
    ],
    output: FolderOption,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, max=256, help="Processes; one for each core.")
    ] = None,
    *,
    show_answers: Annotated[
        bool, typer.Option("--show-answers", help="Write the correct formulas, too.")
    ] = False,
    force: ForceOption = False,
) -> None:
    """Mark a folder of submissions: points, feedback in words, a table and a page each.

    An answer is what follows a comment `symconv: question ID`, or what has the wanted quantity on
    its left; the last one counts.
    """
    from symconv.marking.exercise import read_exercise
    from symconv.marking.folder import MarkedSubmission, find_submissions, mark_submissions
    from symconv.marking.sheets import write_sheets
    from symconv.output.files import write_files

    found = read_exercise(exercise)
    submissions = find_submissions(folder)

    def tell(one: MarkedSubmission, done: int) -> None:
        show_progress(f"{done}/{len(submissions)} {one.student}")

    marked = mark_submissions(found, submissions, jobs=jobs or 0, told=tell)
    written = write_sheets(found, marked, answers=show_answers)
    write_files(output, written, force=force)
    total = sum(one.points for one in marked)
    most = found.points * len(marked)
    to_see = sum(m.status in {"unread", "open"} for one in marked for m in one.marks)
    show(f"{len(marked)} submissions: {total:g} of {most:g} points; {to_see} answers to look at")
    say(f"written: {len(written)} files")
