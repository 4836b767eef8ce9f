"""`symconv derive`: the derivation of the gradients."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from .options import FileOption, ForceOption, NetworkArgument, NotationOption
from .output import deliver


class Format(StrEnum):
    """How a derivation is written down."""

    text = "text"
    latex = "latex"
    markdown = "markdown"
    html = "html"
    json = "json"
    pdf = "pdf"


class Detail(StrEnum):
    """How much of a derivation is shown."""

    terse = "terse"
    normal = "normal"
    full = "full"


WrtOption = Annotated[
    list[str] | None,
    typer.Option("--wrt", help="Differentiate by this tensor only; may be repeated."),
]


def derive(  # noqa: PLR0913, PLR0917 - a command has the options it has
    network: NetworkArgument,
    wrt: WrtOption = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.text,
    detail: Annotated[Detail, typer.Option(help="How much to show.")] = Detail.normal,
    output: FileOption = None,
    notation: NotationOption = None,
    *,
    force: ForceOption = False,
) -> None:
    """Derive the gradients of a network, step by step."""
    from symconv.source import network_from

    explanation = network_from(network, notation).derivation(*(wrt or ()))
    if form is Format.latex:
        written: str | bytes = explanation.latex(document=True, detail=detail.value)
    else:
        written = getattr(explanation, form.value)(detail=detail.value)
    deliver(written, output, force=force)
