r"""Signs between images that say how far a kernel slides: `\delta *_{full} w`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    FunctionCall,
    Identifier,
    SyntaxNode,
)
from symconv.claims.readings.window_sign import CONVOLUTION, CORRELATION, WINDOW_SIGN

if TYPE_CHECKING:
    from .parser import Parser
    from .symbol_table import SymbolTable

WINDOW_SIGNS = {"*", "conv", "corr"}
MODES = {"full", "valid", "same"}


def parse_window_mode(at: Parser) -> str | None:
    r"""The mode below a sign, `*_{full}`, `*_{\text{full}}`, `*_\mathrm{full}`; None without."""
    if at.peek().text != "_":
        return None
    place = at.place
    at.take()
    opened = 0
    while at.peek().text in {"{", "style"}:
        opened += at.take().text == "{"
    mode = at.take()
    if mode.text not in MODES:
        at.place = place
        at.fail("what stands below a sign is not read", "\\ast_{full}, \\ast_{valid}")
    for _ in range(opened):
        at.expect("}")
    return mode.text


def as_window(table: SymbolTable, product: SyntaxNode, mode: str) -> SyntaxNode:
    """The window that a sign with a mode means: turned as the network turns its kernels, or not."""
    assert isinstance(product, BinaryExpression), "a window has two factors"
    likely = (CONVOLUTION, CORRELATION) if table.context.flips else (CORRELATION, CONVOLUTION)
    possible = (CORRELATION,) if product.operator == "corr" else likely
    turned = table.choose(WINDOW_SIGN, "", possible) == CONVOLUTION
    function = "convolve2d" if turned else "correlate2d"
    arguments = (product.left, product.right, Identifier(f"'{mode}'"))
    return FunctionCall(function, arguments, span=product.span)
