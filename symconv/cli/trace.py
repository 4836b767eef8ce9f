"""`symconv trace`: every number of the forward and the backward pass, and gradient descent."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from symconv.core.printable import escape_line

from .console import (
    FileOption,
    ForceOption,
    NetworkArgument,
    NotationOption,
    deliver,
    say,
    text_columns,
)


class TraceFormat(StrEnum):
    """How a worked example is written down."""

    text = "text"
    latex = "latex"
    markdown = "markdown"
    html = "html"
    json = "json"


def trace(  # noqa: PLR0913, PLR0917 - a command has the options it has
    network: NetworkArgument,
    values: Annotated[
        Path | None,
        typer.Option(
            "--values",
            metavar="FILE|random:SEED|small",
            help="JSON or TOML: names, and nested lists of numbers; random:7 draws "
            "small ones, and small takes those that come out well.",
        ),
    ] = None,
    given: Annotated[
        Path | None, typer.Option("--given", help="Numbers in the middle, such as deltas.")
    ] = None,
    digits: Annotated[int | None, typer.Option(help="Round what is shown; exact without.")] = None,
    steps: Annotated[int, typer.Option(min=0, max=1000, help="Steps of gradient descent.")] = 0,
    rate: Annotated[str, typer.Option(help="The learning rate.")] = "0.1",
    form: Annotated[TraceFormat, typer.Option("--format")] = TraceFormat.text,
    plot: Annotated[Path | None, typer.Option(help="Draw the loss (needs matplotlib).")] = None,
    output: FileOption = None,
    notation: NotationOption = None,
    *,
    force: ForceOption = False,
) -> None:
    """Work a network out in numbers, every entry with its terms."""
    from symconv.core.errors import SymconvError
    from symconv.trace import describe_inputs, is_random_request, read_values
    from symconv.trace import trace_network as worked

    from .network_argument import load_network

    net = load_network(network, notation)
    if values is None:
        needs = f"a trace needs numbers: --values FILE, with {describe_inputs(net)}"
        raise SymconvError(needs, help="--values random:7 draws small ones, with the seed 7")
    request = str(values)
    found = worked(
        net,
        request if is_random_request(request) else read_values(values),
        given=read_values(given) if given else None,
        digits=digits,
        steps=steps,
        rate=rate,
    )
    if plot is not None:
        found.plot(plot, force=force)
        say(f"written: {escape_line(str(plot))}")
    options = {"width": text_columns(output)} if form is TraceFormat.text else {}
    deliver(getattr(found, form.value)(**options), output, force=force)
