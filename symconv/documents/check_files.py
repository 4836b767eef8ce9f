"""Many files, in one process or in several, each with a budget of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from symconv.claims.model.verdict import exit_code
from symconv.core.exit_codes import ExitCode
from symconv.core.printable import escape_line

from .check_file import CheckTask, NamedText, check_file
from .model.records import FAULT_KIND, FILE_KIND, FileReport, Place, report_trouble
from .processes import Workshop

ENDED = "the process that judged it ended, perhaps for lack of memory; the file alone shows more"
Told = Callable[[FileReport, int], None]


def check_files(
    task: CheckTask, files: Sequence[str | NamedText], *, jobs: int = 0, told: Told | None = None
) -> list[FileReport]:
    """The reports on files in their order; `told` hears of each with how many are ready.

    `jobs` is the number of processes; 0 is one for each core, and one alone for few files.
    """
    told = told or (lambda _report, _done: None)
    return Workshop(partial(check_file, task), _report_lost, told).run(files, jobs=jobs)


def _report_lost(file: str | NamedText) -> FileReport:
    """What is said of a file whose process ended."""
    name = escape_line(file.name if isinstance(file, NamedText) else file)
    return report_trouble(Place(name, 1), ENDED, FAULT_KIND)


def find_exit_code(report: FileReport, *, allow_unread: bool) -> ExitCode | None:
    """The exit code of one file, after the table; None for one that was passed over.

    A file, or a network of one, that cannot be read counts, whatever else is allowed.
    """
    if report.unmarked:
        return None
    kinds = {v.kind for v in report.verdicts}
    code = exit_code([v for v in report.verdicts if v.kind != FILE_KIND], allow_unread=allow_unread)
    if FAULT_KIND in kinds:
        return ExitCode.FAULT
    return ExitCode.UNREAD if FILE_KIND in kinds and code != ExitCode.WRONG else code
