"""`symconv derive`: the derivation of the gradients."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .completion import complete_tensor
from .console import (
    DeltasOption,
    FileOption,
    ForceOption,
    LetterOption,
    NetworkArgument,
    NotationOption,
    deliver,
    text_columns,
)
from .progress import show_waiting

if TYPE_CHECKING:
    from symconv.render.derivation_document import DerivationDocument


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
    typer.Option(
        "--wrt",
        metavar="NAME",
        help="Differentiate by this tensor only; may be repeated.",
        autocompletion=complete_tensor,
    ),
]

SecondOption = Annotated[
    list[str] | None,
    typer.Option(
        "--second",
        metavar="NAME",
        help="Second derivatives: the Hessian of the cost times a direction of this name, which "
        "has the shape of the tensor; a name for each --wrt, or one that is numbered.",
    ),
]


def derive(  # noqa: PLR0913, PLR0917 - a command has the options it has
    network: NetworkArgument,
    wrt: WrtOption = None,
    second: SecondOption = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.text,
    detail: Annotated[Detail, typer.Option(help="How much to show.")] = Detail.normal,
    output: FileOption = None,
    notation: NotationOption = None,
    letter: LetterOption = None,
    deltas: DeltasOption = None,
    *,
    case: Annotated[bool, typer.Option("--case", help="Add the smallest case, in full.")] = False,
    fragment: Annotated[
        bool, typer.Option("--fragment", help=r"LaTeX for \input, without a preamble.")
    ] = False,
    width: Annotated[
        float | None, typer.Option(help="The width of a line with --fragment, in points.")
    ] = None,
    force: ForceOption = False,
) -> None:
    """Derive the gradients of a network, step by step; second derivatives with --second."""
    from symconv.core.errors import SymconvError

    from .network_argument import load_network

    if (fragment or width is not None) and form is not Format.latex:
        raise SymconvError("--fragment and --width are for --format latex")
    if width is not None and not fragment:
        raise SymconvError("--width belongs to --fragment", help="add --fragment")
    net, names = load_network(network, notation), second or []
    options: dict[str, Any] = {"detail": detail.value}
    if form not in {Format.json, Format.pdf}:
        options["case"] = case
    if form is Format.text:
        options["width"] = text_columns(output)
    if form is Format.latex:
        options |= {"document": not fragment, "width": width}
    with show_waiting("deriving the gradients") as tell:
        if names:
            direction = names[0] if len(names) == 1 else names
            explanation = net.hessian_vector_product(*(wrt or ()), direction=direction)
        else:
            explanation = net.derivation(*(wrt or ()))
        explanation = _in_own_notation(explanation, letter or [], deltas)
        tell("writing the derivation")
        written = getattr(explanation, form.value)(**options)
    deliver(written, output, force=force)


def _in_own_notation(
    explanation: DerivationDocument, letter: list[str], deltas: str | None
) -> DerivationDocument:
    """The same derivations with other letters for indices and other names for error signals."""
    from dataclasses import replace

    from symconv.notation.index_letters import index_letters, parse_letters

    changes: dict[str, Any] = {} if deltas is None else {"deltas": deltas}
    if letter:
        known = index_letters(explanation.forward, explanation.backward)
        changes["letters"] = parse_letters(letter, known)
    return replace(explanation, notation=replace(explanation.notation, **changes))
