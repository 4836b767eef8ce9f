"""`symconv check`: is what somebody wrote right?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from .options import JsonOption, NetworkArgument, NotationOption
from .output import show

LARGEST = 1_000_000


def check(
    network: NetworkArgument,
    claim: Annotated[str, typer.Argument(help="A statement, a file of text, or - for input.")],
    notation: NotationOption = None,
    *,
    lines: Annotated[bool, typer.Option("--lines", help="Print file:line: message.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check a claim: exit code 0 right, 1 wrong, 2 unreadable, 3 undetermined."""
    from symconv.claims.report import exit_code, one_line, summary, text_of
    from symconv.source import network_from

    net = network_from(network, notation)
    text = _text(claim)
    found = (net.check(claim),) if text is None else net.check_post(text)
    if as_json:
        show(json.dumps([verdict.data() for verdict in found], indent=1, ensure_ascii=False))
    elif lines:
        show("\n".join(one_line(verdict, claim) for verdict in found))
    else:
        show("\n".join([*map(text_of, found), *([summary(found)] if text is not None else [])]))
    raise typer.Exit(exit_code(found))


def _text(claim: str) -> str | None:
    """The text of a file or of standard input; None where the claim stands for itself."""
    if claim == "-":
        return sys.stdin.read(LARGEST)
    if len(claim) > 255 or "\n" in claim or not Path(claim).is_file():
        return None
    with Path(claim).open(encoding="utf-8", errors="replace") as file:
        return file.read(LARGEST)
