"""`symconv generate`, `symconv verify` and `symconv run`: code, checks, and all of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .options import FolderOption, ForceOption, JsonOption, NetworkArgument, NotationOption
from .output import say, show

if TYPE_CHECKING:
    from symconv.api import Network
    from symconv.check.record import Check


def generate(
    network: NetworkArgument,
    output: FolderOption,
    notation: NotationOption = None,
    *,
    force: ForceOption = False,
) -> None:
    """Write the NumPy module of a network, its derivation, and its own tests."""
    from symconv.source import network_from

    _generate(network_from(network, notation), output, force=force)


def verify(
    network: NetworkArgument, notation: NotationOption = None, *, as_json: JsonOption = False
) -> None:
    """Check every step, every gradient and the NumPy module; exit code 1 if one fails."""
    from symconv.source import network_from

    checks = network_from(network, notation).verify()
    if as_json:
        from dataclasses import asdict

        show(json.dumps([asdict(check) for check in checks], indent=1))
    else:
        _report(checks)
    _exit(checks)


def run(
    network: NetworkArgument,
    output: FolderOption,
    notation: NotationOption = None,
    *,
    force: ForceOption = False,
) -> None:
    """Do all of it: show the derivation, write the files, report every check."""
    from symconv.source import network_from

    net = network_from(network, notation)
    show(net.derivation().text())
    _generate(net, output, force=force)
    checks = net.verify()
    _report(checks)
    _exit(checks)


def _generate(net: Network, folder: Path, *, force: bool) -> None:
    from symconv.files import write_files

    for path in write_files(folder, net.files(), force=force):
        say(f"written: {path}")


def _report(checks: tuple[Check, ...]) -> None:
    for check in checks:
        show(check.line)
    failed = sum(not check.passed for check in checks)
    show(f"{len(checks) - failed} checks passed, {failed} failed")


def _exit(checks: tuple[Check, ...]) -> None:
    if not all(check.passed for check in checks):
        raise typer.Exit(1)
