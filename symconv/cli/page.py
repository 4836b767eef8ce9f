"""`symconv page`: a network as one file that shows every entry, its gradient and a claim."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import FileOption, ForceOption, NetworkArgument, NotationOption, deliver


def page(  # noqa: PLR0913 - a command has the options it has
    network: NetworkArgument,
    claim: Annotated[
        str | None, typer.Option("--claim", help="A statement that is drawn over the truth.")
    ] = None,
    values: Annotated[
        Path | None,
        typer.Option(
            "--values",
            metavar="FILE|random:SEED|small",
            help="JSON or TOML: the numbers that it begins with; random:7 draws "
            "small ones, and small takes those that come out well.",
        ),
    ] = None,
    output: FileOption = None,
    notation: NotationOption = None,
    *,
    force: ForceOption = False,
) -> None:
    """Write a network as one HTML file: its entries as grids, every path to the cost, in numbers.

    It needs no network connection and no Python: it can be sent, or put on any page.
    """
    from symconv.claims.model.verdict import UNREADABLE
    from symconv.core.errors import SymconvError
    from symconv.core.printable import quote_text
    from symconv.page import write_page
    from symconv.trace import draw_values, is_random_request, read_values

    from .network_argument import load_network

    net = load_network(network, notation)
    drawn = values is not None and is_random_request(str(values))
    given = draw_values(net, str(values)).values if drawn else None
    known = given if values is None or drawn else read_values(values)
    if claim is not None:
        verdict = net.check(claim, values=known)
        if verdict.verdict == UNREADABLE:
            raise SymconvError("\n".join((f"{quote_text(claim)} was not read", *verdict.notes)))
    deliver(write_page(net, claim, known), output, force=force)
