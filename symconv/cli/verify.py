"""`symconv verify`: the checks of a network, or of a derivation that somebody saved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Protocol

import typer

from symconv.core.errors import SymconvError
from symconv.core.exit_codes import ExitCode
from symconv.core.input_files import read_regular_file
from symconv.schemas import with_format

from .completion import complete_network
from .console import (
    TEXT_OR_FILE,
    ColourOption,
    JsonOption,
    NotationOption,
    Style,
    show,
    show_laid_out,
)
from .progress import show_waiting
from .streams import read_standard_input
from .terminal import Colour, Terminal, Tone, find_terminal

DERIVATION = "FILE is what `symconv derive NETWORK --format json` writes"


class Reported(Protocol):
    """A check with its verdict in one line."""

    @property
    def passed(self) -> bool: ...

    @property
    def open(self) -> str: ...

    @property
    def line(self) -> str: ...


def verify(  # noqa: PLR0913 - a command has the options it has
    network: Annotated[
        str | None,
        typer.Argument(metavar="[NETWORK]", help=TEXT_OR_FILE, autocompletion=complete_network),
    ] = None,
    notation: NotationOption = None,
    style: Annotated[
        Style | None,
        typer.Option("--style", help="The style of the module to check.", show_default="readable"),
    ] = None,
    replay: Annotated[
        str | None,
        typer.Option(
            "--replay",
            metavar="FILE",
            help="Replay the steps in a JSON derivation instead, or - for standard input.",
        ),
    ] = None,
    *,
    as_json: JsonOption = False,
    colour: ColourOption = Colour.auto,
) -> None:
    """Check every step, every gradient and the module; exit code 1 if one fails.

    A module that takes a workspace is checked without and with one.

    With --replay the steps of a derivation in JSON are computed anew, from the file alone: its
    forward equations are taken as they stand. Exit code 3 where a step is too large to decide.
    """
    if (network is None) == (replay is None):
        raise SymconvError(
            "verify takes a network, or --replay FILE, and not both", help=DERIVATION
        )
    if replay is not None:
        if notation is not None:
            raise SymconvError("--notation is for a network: a derivation has its own")
        if style is not None:
            raise SymconvError("--style is for a network: a derivation in JSON has no module")
        _verify_replay(replay, find_terminal(colour), as_json=as_json)
        return
    from .network_argument import load_network

    assert network is not None
    net = load_network(network, notation)
    with show_waiting("checking every step, every gradient and the module"):
        checks = net.verify((style or Style.readable).value)
    if as_json:
        found = {"checks": [asdict(check) for check in checks]}
        show(json.dumps(with_format("checks", found), indent=1))
    else:
        report(checks, find_terminal(colour))
    exit_with(checks)


def _verify_replay(name: str, terminal: Terminal, *, as_json: bool) -> None:
    from symconv.verify.replay.replay import replay

    try:
        text = _read_input(name)
        with show_waiting("replaying the steps"):
            verdicts = replay(text)
    except SymconvError as error:
        error.help = error.help or DERIVATION
        raise
    if as_json:
        found = {"derivations": [asdict(verdict) for verdict in verdicts]}
        show(json.dumps(with_format("replay", found), indent=1))
    else:
        report(verdicts, terminal)
    exit_with(verdicts)


def _read_input(name: str) -> str:
    """The text of a file, or of standard input."""
    from symconv.verify.replay.json_tree import LONGEST_TEXT

    if name == "-":
        return read_standard_input(LONGEST_TEXT)
    return read_regular_file(Path(name), LONGEST_TEXT).decode("utf-8-sig", errors="replace")


TONES = {"ok    ": Tone.good, "FAILED": Tone.bad, "open  ": Tone.condition}
"""The colours of how a check may have ended."""


def report(checks: Sequence[Reported], terminal: Terminal) -> None:
    """One line a check, broken at the width of the terminal, and how many passed."""
    show_laid_out(_lay_out_check(check.line, terminal) for check in checks)
    failed = sum(check.line.startswith("FAILED") for check in checks)
    passed = sum(check.passed for check in checks)
    undecided = len(checks) - passed - failed
    rest = f", {undecided} undecided" if undecided else ""
    show(f"{passed} checks passed, {failed} failed{rest}")


def _lay_out_check(line: str, terminal: Terminal) -> str:
    """The verdict in colour; what follows it stays to the right of it."""
    verdict, said = line[:6], line[6:].lstrip()
    return terminal.lay_out("  " + said, head=verdict, tone=TONES.get(verdict), hang=8)


def exit_with(checks: Sequence[Reported]) -> None:
    """End with exit code 1 where a check failed, and with that of what is open where one is."""
    if any(not check.passed and not check.open for check in checks):
        raise typer.Exit(ExitCode.WRONG)
    if any(check.open for check in checks):
        raise typer.Exit(ExitCode.OPEN)
