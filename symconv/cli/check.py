"""`symconv check`: is what somebody wrote right?"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from symconv.core.errors import SymconvError
from symconv.core.printable import escape_line, quote_text

from .console import JsonOption, NetworkArgument, NotationOption, show
from .text_argument import SuppliedText, read_supplied_text

if TYPE_CHECKING:
    from symconv.claims.model.verdict import Verdict

LARGEST = 1_000_000
"""The most bytes of a file, and characters of standard input; a post may have 400,000."""

LONGEST_PATH = 255
"""A longer text is no file name on any usual system, and asking for one would be an error."""

POST_SECONDS, MOST_SECONDS = 10.0, 3_600.0
"""What a text may take where nothing is said, and at most: a text of 4,000 lines takes minutes."""

FILE_NAME = re.compile(r"[^=<>~≈←]*\w\.[A-Za-z]{2,8}")


def check(  # noqa: PLR0913 - a command has the options it has
    network: NetworkArgument,
    claim: Annotated[
        str, typer.Argument(help="A statement, a file of text (name.md or @PATH), or - for input.")
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
    lines: Annotated[bool, typer.Option("--lines", help="Print file:line: message.")] = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check a claim: exit code 0 right, 1 wrong, 2 unreadable, 3 undetermined or not checked."""
    from symconv.claims.check import check_claim, validate_values
    from symconv.claims.model.verdict import exit_code
    from symconv.claims.posts import check_post
    from symconv.trace.input_values import read_values

    from .network_argument import load_network

    if sum((lines, sarif, as_json)) > 1:
        raise SymconvError("only one of --lines, --sarif and --json can be printed at a time")
    if network == claim == "-":
        raise SymconvError("standard input cannot be both the network and the claim")
    net = load_network(network, notation)
    given = {} if values is None else read_values(values)
    validate_values(net, given)
    post = _read_claim(claim)
    if post is None:
        found: Sequence[Verdict] = (check_claim(net, claim, given),)
    else:
        found = check_post(net, post.text, given, seconds=budget)
    if as_json:
        show(json.dumps([verdict.data() for verdict in found], indent=1, ensure_ascii=False))
    else:
        show(_format_verdicts(found, post, sarif=sarif, lines=lines))
    raise typer.Exit(exit_code(found))


def _format_verdicts(
    found: Sequence[Verdict], post: SuppliedText | None, *, sarif: bool, lines: bool
) -> str:
    """The verdicts as SARIF, as lines for an editor, or for a person."""
    from symconv.claims.model.verdict import format_one_line, format_verdict, summarize_verdicts
    from symconv.claims.model.verdict import to_sarif as reported

    name = escape_line(post.name) if post else "claim"
    if sarif:
        return json.dumps(reported(found, name), indent=1, ensure_ascii=False)
    if lines:
        return "\n".join(format_one_line(verdict, name) for verdict in found)
    return "\n".join([*map(format_verdict, found), *([summarize_verdicts(found)] if post else [])])


def _read_claim(claim: str) -> SuppliedText | None:
    """The text of a file or of standard input; None where the claim stands for itself.

    SymconvError where the claim is the name of a file (`claims.txt`) that does not exist.
    """
    found = read_supplied_text(claim, LARGEST)
    if found is None and len(claim) <= LONGEST_PATH and FILE_NAME.fullmatch(claim):
        raise SymconvError(f"there is no file {quote_text(Path(claim).name)}")
    return found
