"""`symconv check`: is what somebody wrote right? One claim, or the formulas of many files."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from symconv.core.errors import SymconvError
from symconv.core.exit_codes import ExitCode, combine_exit_codes

from .completion import complete_network
from .console import (
    ColourOption,
    FileOption,
    ForceOption,
    JsonOption,
    NotationOption,
    deliver,
    show_laid_out,
)
from .terminal import Colour, find_terminal
from .verdict_layout import lay_out_reports

if TYPE_CHECKING:
    from symconv.documents.check_file import CheckTask, NamedText
    from symconv.documents.model.records import FileReport
    from symconv.documents.options import CheckOptions

POST_SECONDS, MOST_SECONDS = 10.0, 3_600.0
"""What a file may take where nothing is said, and at most: a text of 4,000 lines takes minutes."""

MOST_JOBS = 256
"""The most processes of one call; no machine that people have has more cores to give."""


class ReportForm(StrEnum):
    """How the verdicts are written."""

    text = "text"
    lines = "lines"
    json = "json"
    sarif = "sarif"
    github = "github"
    junit = "junit"
    html = "html"


class JudgedCode(StrEnum):
    """Which code of a file is judged."""

    shown = "shown"
    all = "all"
    none = "none"


def check(  # noqa: PLR0913, PLR0917 - a command has the options it has
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NETWORK] CLAIM|PATH...",
            help="A network where the first is one, then a statement; or files (name.md, @PATH), "
            "folders, patterns, or - for input. Files may name their own networks.",
            show_default=False,
            autocompletion=complete_network,
        ),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option("--network", help="The network of what names none; all arguments are texts."),
    ] = None,
    values: Annotated[
        Path | None,
        typer.Option("--values", help="JSON or TOML: the numbers that numeric claims are about."),
    ] = None,
    notation: NotationOption = None,
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget",
            metavar="SECONDS",
            min=0.1,
            max=MOST_SECONDS,
            help="What a file may take, counted in work; the rest of it is left open. [10]",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", min=1, max=MOST_JOBS, help="Processes; one for each core by itself."
        ),
    ] = None,
    code: Annotated[
        JudgedCode | None,
        typer.Option(
            "--code", help="Code that a page shows is judged; that it runs, too, or none."
        ),
    ] = None,
    form: Annotated[ReportForm | None, typer.Option("--format", help="How to report.")] = None,
    output: FileOption = None,
    *,
    only_marked: Annotated[
        bool, typer.Option("--only-marked", help="Pass over files that name no network.")
    ] = False,
    allow_unread: Annotated[
        bool, typer.Option("--allow-unread", help="What is not read does not count.")
    ] = False,
    lines: Annotated[
        bool, typer.Option("--lines", help="Print file:line:column: message.")
    ] = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0.")] = False,
    as_json: JsonOption = False,
    colour: ColourOption = Colour.auto,
    force: ForceOption = False,
) -> None:
    """Check a claim, or every formula of texts: what is right, what is wrong and why.

    A comment `symconv: NETWORK` in a text names the network of what follows; `symconv: ignore`
    leaves out what follows, up to `symconv: check`. Options of a project stand in its
    pyproject.toml, in the table tool.symconv, or in symconv.toml.
    """
    from dataclasses import replace

    from symconv.documents.options import find_options
    from symconv.documents.writers.table import WRITERS

    chosen = _choose_form(form, lines=lines, sarif=sarif, as_json=as_json)
    options = find_options(Path.cwd())
    options = replace(
        options,
        notation=options.notation if notation is None else notation,
        budget=budget or options.budget,
        jobs=jobs or options.jobs,
        code=code.value if code else options.code,
        only_marked=only_marked or options.only_marked,
        allow_unread=allow_unread or options.allow_unread,
    )
    reports, listed = _report(arguments or [], network, values, options)
    _refuse_alone(reports, chosen)
    if chosen == "text" and output is None:
        show_laid_out(lay_out_reports(reports, find_terminal(colour)))
    else:
        deliver(WRITERS[chosen](reports), output, force=force)
    raise typer.Exit(_combine(reports, listed, allow_unread=options.allow_unread))


def _choose_form(form: ReportForm | None, *, lines: bool, sarif: bool, as_json: bool) -> str:
    """The one form that was asked for; text where none was."""
    short = [n for n, wanted in (("lines", lines), ("sarif", sarif), ("json", as_json)) if wanted]
    asked = [*short, *([form.value] if form else [])]
    if len(asked) > 1:
        raise SymconvError(
            "only one of --format, --lines, --sarif and --json can be printed at a time"
        )
    return asked[0] if asked else "text"


def _report(
    arguments: list[str], network: str | None, values: Path | None, options: CheckOptions
) -> tuple[list[FileReport], frozenset[str]]:
    """The reports on what the arguments name, one claim or files; the files that folders gave."""
    from symconv.claims.check import check_claim
    from symconv.documents.model.records import report_claim

    from .check_arguments import collect_files, make_task, part_arguments

    given, texts = part_arguments(arguments, network, options)
    task, net = make_task(given, values, options)
    files = collect_files(texts, options, claims=net is not None)
    if files is None:
        if net is None:
            raise SymconvError("a claim needs a network", help="symconv check NETWORK CLAIM")
        return [report_claim(check_claim(net, texts[0], task.values))], frozenset()
    reports = _check_all(task, files.files, options.jobs or 0)
    return reports, frozenset(r.file for r in reports) - files.named


def _check_all(task: CheckTask, files: Sequence[str | NamedText], jobs: int) -> list[FileReport]:
    """The reports on files; on a terminal one hears which is ready."""
    from symconv.documents.check_files import check_files

    from .console import show_progress

    def tell(report: FileReport, done: int) -> None:
        if len(files) > 1:
            show_progress(f"{done}/{len(files)} {report.file}")

    return check_files(task, files, jobs=jobs, told=tell)


def _refuse_alone(reports: list[FileReport], form: str) -> None:
    """SymconvError for one file that cannot be read, where a person reads the answer."""
    from symconv.documents.model.records import FILE_KIND

    if form != "text" or len(reports) != 1 or len(reports[0].found) != 1:
        return
    (verdict,) = reports[0].verdicts
    if verdict.kind == FILE_KIND:
        raise SymconvError(verdict.notes[0])


def _combine(reports: list[FileReport], listed: frozenset[str], *, allow_unread: bool) -> ExitCode:
    """The exit code of all files; where all were passed over there is nothing against them.

    Of the files that a folder or a pattern gave, those without a formula count only where no other
    has one.
    """
    from symconv.documents.check_files import find_exit_code

    found = [(r, find_exit_code(r, allow_unread=allow_unread)) for r in reports]
    codes = [(r.file, code) for r, code in found if code is not None]
    counted = [c for f, c in codes if c != ExitCode.NO_FORMULA or f not in listed]
    if not codes:
        return ExitCode.RIGHT
    return combine_exit_codes(counted)
