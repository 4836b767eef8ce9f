r"""Differential quotients: `dC/dw_1`, `∂C/∂w_1`, `\frac{\partial C}{\partial w}`, `d/dw (...)`."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeGuard

from symconv.claims.model.errors import ClaimError
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Differential,
    Identifier,
    Numeral,
    Subscript,
    SyntaxNode,
    TensorReference,
)
from symconv.claims.model.vocabulary import COSTS
from symconv.claims.readings.derivative import DERIVATIVE_OF_ARRAYS, ENTRIES, JACOBIAN

from .brackets import parse_brackets
from .calls import is_call
from .cursor import ClaimToken

if TYPE_CHECKING:
    from .parser import Parser

SIGNS = {"d", "partial"}
Numerator = SyntaxNode | bool
Denominator = TensorReference | Subscript


def parse_fraction(at: Parser) -> SyntaxNode:
    r"""`\frac{a}{b}`, `\frac{\partial C}{\partial w}`, `\frac{d}{dw}(...)`."""
    start = at.take()
    quotient = _parse_quotient_in_braces(at)
    if quotient is not None:
        return _finish_quotient(at, quotient, start)
    above, below = _parse_two_digits(at) or (at.group(), at.group())
    at.closed = True
    return BinaryExpression("/", above, below, span=(start.start, at.last.stop))


def _parse_two_digits(at: Parser) -> tuple[SyntaxNode, SyntaxNode] | None:
    r"""`\frac12` is a half: without braces, each digit stands for itself."""
    token = at.peek()
    if token.kind != "number" or len(token.text) != 2 or not token.text.isdigit():
        return None
    at.take()
    first, second = (Numeral(Fraction(int(d)), Fraction(1), span=token.span) for d in token.text)
    return first, second


def _parse_quotient_in_braces(at: Parser) -> tuple[Numerator, Denominator] | None:
    """`{d NAME}{d NAME}`; None, at the same place, where it is something else."""
    place = at.place
    if at.peek().text == "{" and at.peek(1).text in SIGNS:
        at.take()
        above = _parse_numerator(at)
        if above is not False and at.peek().text == "}" and at.peek(1).text == "{":
            at.take()
            at.take()
            by = _parse_denominator(at) or _parse_unknown_name(at, above)
            if by is not None and at.peek().text == "}":
                at.take()
                return above, by
    at.place = place
    return None


def parse_differential(at: Parser, mark: str) -> SyntaxNode | None:
    """`dC/dw_1`, `∂C/∂w_1`, `dC_dw[0]`, `d/dw_1 (...)`; None where `d` is something else."""
    place, start = at.place, at.peek()
    above = _try_numerator(at)
    if above is not False and at.peek().text in {"/", "_"}:
        slash = at.take().text == "/"
        by = _parse_denominator(at) or (_parse_unknown_name(at, above) if slash else None)
        if by is not None:
            return _finish_quotient(at, (above, by), start)
    at.place = place
    if mark == "partial":
        at.fail("a derivative is ∂(something)/∂(something)", "∂C/∂w_1")
    return None


def _parse_numerator(at: Parser) -> Numerator:
    """`d` alone (True), `d NAME` (the node), or False where it is something else."""
    at.take()
    if at.peek().text in {"}", "/"}:
        return True
    if at.peek().text == "^":
        at.fail("second derivatives are not read", "first derivatives: ∂C/∂w_1")
    if at.peek().text == "(":
        return parse_brackets(at)
    if at.peek().kind not in {"name", "command"}:
        return False
    # An index may stand behind a function, as in the derivative of softmax(z)_i.
    return at.base() if at.peek().kind == "name" and not is_call(at) else at.factor()


def _try_numerator(at: Parser) -> Numerator:
    place = at.place
    following = at.peek(1)
    if following.kind != "name" and following.text not in {"/", "(", "style", "hat"}:
        return False
    try:
        return _parse_numerator(at)
    except ClaimError:
        if at.tokens[place].text == "partial":
            raise
        at.place = place
        return False


def _parse_denominator(at: Parser) -> Denominator | None:
    if at.peek().text not in SIGNS:
        return None
    at.take()
    by = at.base() if at.peek().text == "style" or at.peek().kind == "name" else None
    return by if isinstance(by, TensorReference) or _is_part(by) else None


def _parse_unknown_name(at: Parser, above: Numerator) -> TensorReference | None:
    """`q` of `dC/dq`, where the network has neither a `d` nor a `q`.

    It is a derivative by something that the network lacks, and no product with d.
    """
    letters, (sign, name) = at.table.letters, at.tokens[at.place - 2 : at.place]
    of_cost = isinstance(above, TensorReference) and above.letter == at.table.context.cost
    known = {*letters, *map(str, at.table.context.size_names), *at.table.indices}
    if not of_cost or "d" in letters or sign.text not in SIGNS or name.text in known:
        return None
    if name.kind != "name":
        return None
    return TensorReference(name.text, span=name.span)


def _is_part(node: SyntaxNode | None) -> TypeGuard[Subscript]:
    """Whether indices stand behind a whole tensor, as in dC/dx[-1]."""
    return isinstance(node, Subscript) and isinstance(node.base, TensorReference)


def _finish_quotient(
    at: Parser, quotient: tuple[Numerator, Denominator], start: ClaimToken
) -> SyntaxNode:
    """The quotient, or the operator together with the term that it is applied to."""
    above, by = quotient
    if isinstance(by, Subscript):
        assert isinstance(by.base, TensorReference), "`_is_part` says so"
        whole = _finish_quotient(at, (above, by.base), start)
        return Subscript(whole, by.indices, span=whole.span)
    span = (start.start, at.last.stop)
    at.closed = True
    if isinstance(above, Identifier) and above.name in COSTS:
        # Nobody differentiates a size, so what has the letter of one is the cost here.
        above = TensorReference(at.table.cost(above.name), span=above.span)
    if isinstance(above, SyntaxNode):
        return Differential(above, by, _is_entrywise(at, above, by), span=span)
    body = at.factor()
    entrywise = _is_entrywise(at, body, by)
    return Differential(body, by, entrywise, span=(start.start, body.span[1]))


def _is_entrywise(at: Parser, above: SyntaxNode, by: TensorReference) -> bool:
    """Whether a derivative of an array by an array is meant entry by entry."""
    entries = [n for n in above.walk() if isinstance(n, TensorReference)]
    whole = by.indices is None and any(
        n.indices is None and n.letter != at.table.context.cost for n in entries
    )
    if not whole:
        return False
    about = f"d{entries[0].letter}/d{by.letter}"
    return at.table.choose(DERIVATIVE_OF_ARRAYS, about, (JACOBIAN, ENTRIES)) == ENTRIES
