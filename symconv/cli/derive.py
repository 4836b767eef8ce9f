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
    from symconv.notation.hand import Hand
    from symconv.render.derivation_document import DerivationDocument


class Format(StrEnum):
    """How a derivation is written down."""

    text = "text"
    latex = "latex"
    markdown = "markdown"
    html = "html"
    json = "json"
    pdf = "pdf"


class OnlyPart(StrEnum):
    """What of a document can be had alone."""

    result = "result"


class MathForm(StrEnum):
    """How Markdown shows formulas."""

    github = "github"
    dollars = "dollars"


class DerivativeForm(StrEnum):
    """How dC/dw is written."""

    partial = "partial"
    d = "d"
    nabla = "nabla"


class ProductOrder(StrEnum):
    """Which factor of a matrix product stands first: the data, or the weights."""

    xW = "xW"  # noqa: N815 - as people write it
    Wx = "Wx"


class DerivativeLayout(StrEnum):
    """The shape of a derivative by a matrix: that of the matrix, or of its transpose."""

    denominator = "denominator"
    numerator = "numerator"


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


SymbolOption = Annotated[
    list[str] | None,
    typer.Option(
        "--symbol",
        metavar="NAME=SIGN",
        help=r"Write a tensor by this sign, as 'w=\mathbf{W}'; may be repeated.",
    ),
]
LayerOption = Annotated[
    str | None,
    typer.Option(
        "--layer",
        metavar="MARK",
        help="How a layer is marked: W^l, W^{[l]}, W^{(l)} or W_l.",
    ),
]
DerivativeOption = Annotated[
    DerivativeForm | None, typer.Option("--derivative", help="How derivatives are written.")
]
ProductOption = Annotated[
    ProductOrder | None, typer.Option("--product", help="Matrix products as x W or as W x.")
]
LayoutOption = Annotated[
    DerivativeLayout | None,
    typer.Option("--layout", help="dC/dW has the shape of W, or of its transpose (numerator)."),
]


def derive(  # noqa: PLR0913, PLR0917 - a command has the options it has
    network: NetworkArgument,
    wrt: WrtOption = None,
    second: SecondOption = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="How to write it; text where nothing is said.")
    ] = None,
    detail: Annotated[Detail, typer.Option(help="How much to show.")] = Detail.normal,
    output: FileOption = None,
    notation: NotationOption = None,
    letter: LetterOption = None,
    deltas: DeltasOption = None,
    symbol: SymbolOption = None,
    layer: LayerOption = None,
    derivative: DerivativeOption = None,
    product: ProductOption = None,
    layout: LayoutOption = None,
    only: Annotated[
        OnlyPart | None, typer.Option("--only", help="The final formulas alone.")
    ] = None,
    math: Annotated[
        MathForm | None,
        typer.Option(
            "--math",
            help="Markdown: formulas as GitHub has them, or between two dollar signs each.",
        ),
    ] = None,
    *,
    case: Annotated[bool, typer.Option("--case", help="Add the smallest case, in full.")] = False,
    costs: Annotated[
        bool, typer.Option("--costs", help="Add the operations and bytes of every equation.")
    ] = False,
    fragment: Annotated[
        bool, typer.Option("--fragment", help=r"LaTeX for \input, without a preamble.")
    ] = False,
    plain: Annotated[
        bool,
        typer.Option("--plain", help=r"LaTeX: one align with labels, amsmath and no macros."),
    ] = False,
    width: Annotated[
        float | None,
        typer.Option(help="The width of a line with --fragment or --plain, in points."),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Derive the gradients of a network, step by step; second derivatives with --second."""
    from symconv.core.errors import SymconvError

    from .network_argument import load_network

    form = form or (Format.latex if plain else Format.text)
    if (fragment or width is not None) and form is not Format.latex:
        raise SymconvError("--fragment and --width are for --format latex")
    if plain and form is not Format.latex:
        raise SymconvError("--plain is for --format latex")
    if width is not None and not (fragment or plain or only):
        raise SymconvError("--width belongs to --fragment", help="add --fragment")
    if math and form is not Format.markdown:
        raise SymconvError("--math is for --format markdown")
    if only and form in {Format.json, Format.pdf}:
        raise SymconvError("--only result is for text, LaTeX, Markdown and HTML")
    net, names = load_network(network, notation), second or []
    options: dict[str, Any] = {"detail": detail.value, "costs": costs}
    options |= {"only": only.value} if only else {}
    options |= {"math": math.value} if math else {}
    if form not in {Format.json, Format.pdf}:
        options["case"] = case
    if form is Format.text:
        options["width"] = text_columns(output)
    if form is Format.latex:
        options |= {"document": not fragment, "width": width, "plain": plain}
    with show_waiting("deriving the gradients") as tell:
        if names:
            direction = names[0] if len(names) == 1 else names
            explanation = net.hessian_vector_product(*(wrt or ()), direction=direction)
        else:
            explanation = net.derivation(*(wrt or ()))
        marks = {
            "layer": layer,
            "derivative": derivative and derivative.value,
            "product": product and product.value,
            "layout": layout and layout.value,
        }
        hand = _own_hand(explanation, symbol or [], marks)
        explanation = _in_own_notation(explanation, letter or [], deltas, hand)
        tell("writing the derivation")
        written = getattr(explanation, form.value)(**options)
    deliver(written, output, force=force)


def _in_own_notation(
    explanation: DerivationDocument, letter: list[str], deltas: str | None, hand: Hand
) -> DerivationDocument:
    """The same derivations with other letters for indices and other names for error signals."""
    from dataclasses import replace

    from symconv.notation.index_letters import index_letters, parse_letters

    changes: dict[str, Any] = {"hand": hand} | ({} if deltas is None else {"deltas": deltas})
    if letter:
        known = index_letters(explanation.forward, explanation.backward)
        changes["letters"] = parse_letters(letter, known)
    return replace(explanation, notation=replace(explanation.notation, **changes))


def _own_hand(
    explanation: DerivationDocument, symbol: list[str], marks: dict[str, str | None]
) -> Hand:
    """The hand of the notation, with the signs and marks of the command line in it."""
    from dataclasses import replace

    from symconv.notation.hand import parse_symbols

    hand = explanation.notation.hand
    tensors = [t.name for t in explanation.backward.program.tensors]
    known = {"delta", *(n.letter for n in tensors if not n.kind)}
    known |= {n.key for n in tensors if not n.kind and n.layer is not None}
    signs = dict(hand.signs) | parse_symbols(symbol, frozenset(known))
    given = {name: mark for name, mark in marks.items() if mark is not None}
    return replace(hand, symbols=tuple(signs.items()), **given)
