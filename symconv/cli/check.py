"""`symconv check`: is what somebody wrote right?"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symconv.core.errors import SymconvError
from symconv.core.exit_codes import combine_exit_codes
from symconv.core.printable import escape_line, quote_text

from .console import (
    ColourOption,
    JsonOption,
    NetworkArgument,
    NotationOption,
    show,
    show_laid_out,
)
from .terminal import Colour, Terminal, find_terminal
from .text_argument import SuppliedText, read_supplied_text
from .verdict_layout import lay_out_hint, lay_out_verdict

if TYPE_CHECKING:
    from symconv.api import Network
    from symconv.claims.evaluation.assign import Values
    from symconv.claims.model.verdict import Verdict
    from symconv.claims.posts.accounting import SignFate

LARGEST = 1_000_000
"""The most bytes of a file, and characters of standard input; a post may have 400,000."""

LONGEST_PATH = 255
"""A longer text is no file name on any usual system, and asking for one would be an error."""

POST_SECONDS, MOST_SECONDS = 10.0, 3_600.0
"""What a text may take where nothing is said, and at most: a text of 4,000 lines takes minutes."""

MOST_FILES = 1_000
"""The most files of one call: a folder with more is hardly one of posts."""

ENDINGS = {".md", ".markdown", ".rst", ".tex", ".txt"}
"""The files of a folder that are texts with formulas."""

FILE_NAME = re.compile(r"[^=<>~≈←]*\w\.[A-Za-z]{2,8}")


def check(  # noqa: PLR0913 - a command has the options it has
    network: NetworkArgument,
    claims: Annotated[
        list[str],
        typer.Argument(
            metavar="CLAIM|FILE|FOLDER...",
            help="A statement, files of text (name.md or @PATH) or folders, or - for input.",
        ),
    ],
    values: Annotated[
        Path | None,
        typer.Option("--values", help="JSON or TOML: the numbers that numeric claims are about."),
    ] = None,
    notation: NotationOption = None,
    budget: Annotated[
        float,
        typer.Option(
            "--budget",
            metavar="SECONDS",
            min=0.1,
            max=MOST_SECONDS,
            help="What a text may take, counted in work; the rest of it is left open.",
        ),
    ] = POST_SECONDS,
    *,
    allow_unread: Annotated[
        bool, typer.Option("--allow-unread", help="What is not read does not count.")
    ] = False,
    lines: Annotated[
        bool, typer.Option("--lines", help="Print file:line:column: message.")
    ] = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0.")] = False,
    as_json: JsonOption = False,
    colour: ColourOption = Colour.auto,
) -> None:
    """Check a claim, or every formula of texts: what is right, what is wrong and why.

    A comment `symconv: ignore` in a text leaves out what follows, up to `symconv: check`.
    """
    from symconv.claims.check import check_claim, validate_values
    from symconv.claims.model.verdict import exit_code
    from symconv.trace.input_values import read_values

    from .network_argument import load_network

    if sum((lines, sarif, as_json)) > 1:
        raise SymconvError("only one of --lines, --sarif and --json can be printed at a time")
    if network == "-" and "-" in claims:
        raise SymconvError("standard input cannot be both the network and the claim")
    net = load_network(network, notation)
    given = {} if values is None else read_values(values)
    validate_values(net, given)
    texts = list(_read_claims(claims))
    if texts:
        reports = [_report_text(net, text, given, budget) for text in texts]
    else:
        reports = [CheckedText("", (check_claim(net, claims[0], given),), ())]
    if as_json:
        show(json.dumps(_list_data(reports), indent=1, ensure_ascii=False))
    elif sarif or lines:
        show(_format_for_tools(reports, sarif=sarif))
    else:
        show_laid_out(_describe_reports(reports, find_terminal(colour)))
    codes = [exit_code(r.verdicts, allow_unread=allow_unread) for r in reports]
    raise typer.Exit(combine_exit_codes(codes))


@dataclass(frozen=True)
class CheckedText:
    """The verdicts on one text and the account of its signs; without a name, on one claim."""

    name: str
    verdicts: tuple[Verdict, ...]
    signs: tuple[SignFate, ...]


def _report_text(net: Network, text: SuppliedText, given: Values, budget: float) -> CheckedText:
    from symconv.claims.posts import report_post

    found = report_post(net, text.text, given, seconds=budget)
    return CheckedText(escape_line(text.name), found.verdicts, found.signs)


def _list_data(reports: Sequence[CheckedText]) -> list[dict[str, Any]]:
    """The verdicts as plain data, each with the file that it is about."""
    return [
        {**({"file": r.name} if r.name else {}), **verdict.data()}
        for r in reports
        for verdict in r.verdicts
    ]


def _format_for_tools(reports: Sequence[CheckedText], *, sarif: bool) -> str:
    """The verdicts as SARIF, or as lines for an editor, which are never broken."""
    from symconv.claims.model.verdict import format_one_line, to_sarif_of_files

    if sarif:
        found = to_sarif_of_files([(r.name or "claim", r.verdicts) for r in reports])
        return json.dumps(found, indent=1, ensure_ascii=False)
    return "\n".join(
        format_one_line(verdict, r.name or "claim") for r in reports for verdict in r.verdicts
    )


def _describe_reports(reports: Sequence[CheckedText], terminal: Terminal) -> Iterator[str]:
    """The verdicts for a person, the statements and the signs of each text counted."""
    from symconv.claims.model.verdict import summarize_verdicts
    from symconv.claims.posts.accounting import summarize_signs

    for report in reports:
        if len(reports) > 1:
            yield terminal.lay_out(f"{report.name}:")
        for verdict in report.verdicts:
            yield from lay_out_verdict(verdict, terminal)
        if report.name:
            yield terminal.lay_out(summarize_signs(report.signs))
            yield terminal.lay_out(summarize_verdicts(report.verdicts))
    yield from lay_out_hint([v for report in reports for v in report.verdicts], terminal)


def _read_claims(claims: Sequence[str]) -> Iterator[SuppliedText]:
    """The texts of files, of folders and of standard input; none where one claim stands for itself.

    SymconvError where a claim is the name of a file (`claims.txt`) that does not exist, or where
    there are several and one is no file.
    """
    names = [name for claim in claims for name in _list_files(claim)]
    if len(names) > MOST_FILES:
        raise SymconvError(f"{len(names):,} files; at most {MOST_FILES:,} are read at a time")
    for name in names:
        found = read_supplied_text(name, LARGEST)
        if found is not None:
            yield found
        elif len(name) <= LONGEST_PATH and FILE_NAME.fullmatch(name):
            raise SymconvError(f"there is no file {quote_text(Path(name).name)}")
        elif len(names) > 1:
            raise SymconvError(
                f"{quote_text(name)} is no file, and a claim is checked by itself",
                help="one claim in quotes, or files and folders",
            )


def _list_files(claim: str) -> list[str]:
    """The files of text in a folder, in order; what names no folder stands for itself."""
    if len(claim) > LONGEST_PATH or "\0" in claim or not Path(claim).is_dir():
        return [claim]
    found: list[str] = []
    for folder, inner, names in os.walk(claim):
        inner.sort()
        paths = [Path(folder, name) for name in sorted(names)]
        found += [str(p) for p in paths if p.suffix in ENDINGS and not p.is_symlink()]
        if len(found) > MOST_FILES:
            break
    if not found:
        endings = ", ".join(sorted(ENDINGS))
        raise SymconvError(f"{quote_text(claim)} is a folder without a text", help=endings)
    return found
