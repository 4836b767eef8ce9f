"""What stands around a name: subscripts, superscripts, primes, square brackets, moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    ExtraAxis,
    FurtherAxes,
    Identifier,
    IndexSlice,
    Numeral,
    Span,
    Subscript,
    SyntaxNode,
    UnaryMinus,
)
from symconv.claims.readings.negative_index import ABSENT, FROM_BEHIND, NEGATIVE_INDEX

from .brackets import parse_brackets
from .calls import count_transpose_tokens
from .conditions import holds_relation
from .cursor import ClaimToken
from .numerals import parse_number

if TYPE_CHECKING:
    from .parser import Parser

HAT_WORDS = {"hat", "pred"}
"""What stands below the letter of a target for what the network says instead of it: y_hat."""

MOMENTS = {"t", "new", "old"}
SENTENCE_WORDS = {"in", "if"}


@dataclass
class Scripts:
    """What stands around a letter; `tail` are digits right after it, `time` is a moment t + 1."""

    span: Span
    sub: tuple[SyntaxNode, ...] | None = None
    sup: SyntaxNode | None = None
    tail: Numeral | None = None
    time: SyntaxNode | None = None
    second: SyntaxNode | None = None
    primes: str = ""
    bracket: bool = False
    layer_bracket: bool = False
    transposed: bool = False
    hat: bool = False
    stop: int = 0

    @property
    def is_bare(self) -> bool:
        """Whether nothing stands around the letter."""
        written = (self.sub, self.sup, self.tail, self.time)
        return all(x is None for x in written) and not self.primes

    @property
    def whole(self) -> Span:
        """From the letter to the end of its scripts."""
        return self.span[0], max(self.span[1], self.stop)


def parse_scripts(at: Parser, token: ClaimToken) -> Scripts:
    """Subscripts, superscripts, primes, brackets after a name, in any order."""
    found = Scripts(token.span)
    follows = at.peek()
    if follows.kind == "number" and follows.start == token.stop and follows.text.isdigit():
        found.tail = parse_number(at)
        found.stop = follows.stop
    while at.peek().kind == "op" and _parse_script(at, found):
        found.stop = at.last.stop
    return found


def _parse_script(at: Parser, found: Scripts) -> bool:
    """Read one script; False where there is none."""
    text = at.peek().text
    # dC_dw is a derivative in the names of code.
    if text == "_" and _is_fraction_line(at):
        return False
    if text == "_" and found.sub is None:
        at.take()
        found.sub = parse_subscript(at)
        if _is_hat(found.sub) and not found.hat:
            # y_hat and y_hat_i: the hat is a mark, and an index may follow.
            found.hat, found.sub = True, None
    elif text == "^" and found.sup is None and not found.bracket and not count_transpose_tokens(at):
        at.take()
        _parse_superscript(at, found)
    elif text in {"'", "''"} and not found.sub and not found.sup:
        found.primes += at.primes()
    elif text == "[" and at.peek().start == at.last.stop and _may_have_brackets(at, found):
        found.sub = (*(found.sub or ()), *parse_index_list(at, "]"))
        found.bracket = True
    else:
        return False
    return True


def _is_hat(sub: tuple[SyntaxNode, ...]) -> bool:
    return len(sub) == 1 and isinstance(sub[0], Identifier) and sub[0].name in HAT_WORDS


def _is_fraction_line(at: Parser) -> bool:
    """The underscore of `dC_dw`, which stands for a fraction line."""
    below, name = at.peek(1), at.peek(2)
    return below.text == "d" and name.kind == "name" and name.start == below.stop


def _may_have_brackets(at: Parser, found: Scripts) -> bool:
    """`w[0]`, and `delta_z[0]` where the subscript is a name; what holds a relation is no index."""
    if found.bracket or holds_relation(at):
        return False
    if found.sub is None:
        return True
    name = found.sub[0].name if isinstance(found.sub[0], Identifier) else ""
    return len(found.sub) == 1 and (len(name) > 1 or name in at.table.letters)


def parse_subscript(at: Parser) -> tuple[SyntaxNode, ...]:
    """The indices behind an underscore."""
    if at.peek().text in {"{", "("}:
        return parse_index_list(at, "}" if at.peek().text == "{" else ")")
    if at.peek().kind == "number":
        return (parse_number(at),)
    if at.peek().kind == "name":
        token = at.take()
        first = Identifier(token.text + at.primes(), span=token.span)
        return (_parse_run_of_indices(at, first),)
    return at.fail("a subscript is missing", "w_1, w_{m,n}")


def _parse_run_of_indices(at: Parser, first: Identifier) -> SyntaxNode:
    r"""The letters that stand right behind a subscript without braces: `W_ij` for `W_{ij}`."""
    found: SyntaxNode = first
    known = at.table.letters | at.table.context.size_names.keys()
    while (token := at.peek()).kind == "name" and token.start == at.last.stop:
        if len(token.text) > 1 or token.text in known or len(first.name) > 1 or first.name in known:
            break
        at.take()
        second = Identifier(token.text + at.primes(), span=token.span)
        found = BinaryExpression("", found, second, span=(first.span[0], token.stop))
    return found


def parse_index_list(at: Parser, closing: str) -> tuple[SyntaxNode, ...]:
    """The indices in a bracket, of which the opening one comes next."""
    at.take()
    with at.inside_brackets():
        items = [_parse_index(at, closing)]
        while at.peek().text in {",", ";"}:
            at.take()
            items.append(_parse_index(at, closing))
        at.expect(closing)
    return tuple(items)


def _parse_index(at: Parser, closing: str) -> SyntaxNode:
    """An index, or a slice in square brackets: `m:m+2`, `:3`, `:`."""
    start = at.peek()
    slices = closing == "]"
    if slices and (found := _parse_axes(at)):
        return found
    low = None if slices and start.text == ":" else _split_word(at.index_sum())
    if low is not None and not (slices and at.peek().text == ":"):
        return low
    at.take()
    ends = {",", closing, ":"}
    high = None if at.peek().text in ends else at.index_sum()
    step = None
    if at.peek().text == ":":
        at.take()
        step = None if at.peek().text in ends else at.index_sum()
    return IndexSlice(low, high, step, span=(start.start, at.last.stop))


def _parse_axes(at: Parser) -> SyntaxNode | None:
    """`None` and `...` among indices; None where something else follows."""
    token = at.peek()
    if token.text in {"None", "newaxis"} and token.text not in at.table.letters:
        at.take()
        return ExtraAxis(span=token.span)
    if [at.peek(n).text for n in range(3)] == [".", ".", "."]:
        for _ in range(3):
            at.take()
        return FurtherAxes(span=(token.start, at.last.stop))
    return None


def parse_trailing_indices(at: Parser, base: SyntaxNode) -> SyntaxNode:
    """`(a - t)[:, None]`, `x.shape[0]`: indices behind what is no name."""
    indices = parse_index_list(at, "]")
    return Subscript(base, indices, span=(base.span[0], at.last.stop))


def needs_subscript(at: Parser, indices: tuple[SyntaxNode, ...]) -> bool:
    """Whether indices are more than entries and slices: new axes, steps, counted from behind.

    In formulas an entry with a negative index is one that does not exist.
    """
    fancy = any(
        isinstance(i, ExtraAxis | FurtherAxes)
        or (isinstance(i, IndexSlice) and (i.step or _is_negative(i.low) or _is_negative(i.high)))
        for i in indices
    )
    if fancy or not any(map(_is_negative, indices)):
        return fancy
    possible = (FROM_BEHIND,) if at.is_code else (ABSENT, FROM_BEHIND)
    return at.table.choose(NEGATIVE_INDEX, "", possible) == FROM_BEHIND


def _is_negative(node: SyntaxNode | None) -> bool:
    return isinstance(node, UnaryMinus) and isinstance(node.body, Numeral)


def _split_word(index: SyntaxNode) -> SyntaxNode:
    """The two indices i and n where the word `in` was read."""
    if not isinstance(index, Identifier) or index.name not in SENTENCE_WORDS:
        return index
    first, second = index.name[0], index.name[1]
    start, stop = index.span
    left = Identifier(first, span=(start, start + 1))
    return BinaryExpression("", left, Identifier(second, span=(stop - 1, stop)), span=index.span)


def _parse_superscript(at: Parser, found: Scripts) -> None:
    """`^2`, `^{(2)}`, `^{[2]}`, `^{l-1}`, `^{l(t+1)}`, `^{l,x}`."""
    if at.peek().text == "(":
        found.layer_bracket = True
        found.sup = _parse_in_brackets(at, found)
        return
    if at.peek().text == "+" or (at.peek().text == "{" and at.peek(1).text == "+"):
        _parse_plus(at, found)
        return
    if at.peek().text != "{":
        found.sup = at.table.as_index(at.group())
        return
    at.take()
    _parse_transpose(at, found)
    if at.peek().text in {"(", "["}:
        found.layer_bracket = True
        found.sup = _parse_in_brackets(at, found)
    else:
        with at.inside_brackets():
            found.sup = at.index_sum()
        _separate_moment(at, found)
    _parse_transpose(at, found)
    if at.peek().text == ",":
        at.take()
        found.second = at.index_sum()
    at.expect("}")


def _parse_transpose(at: Parser, found: Scripts) -> None:
    """The T of `W^{[2]T}` and `W^{T(2)}`."""
    beside = {found.layer_bracket and "}", not found.layer_bracket and "("}
    if at.peek().text == "T" and at.peek(1).text in beside and "T" not in at.table.letters:
        at.take()
        found.transposed = True


def _parse_plus(at: Parser, found: Scripts) -> None:
    """`w^+` is the weight after the step."""
    braced = at.take().text == "{"
    plus = at.take() if braced else at.last
    found.sup = found.time = Identifier("new", span=plus.span)
    if braced:
        at.expect("}")


def _parse_in_brackets(at: Parser, found: Scripts) -> SyntaxNode:
    """The layer in `^{(2)}` and `^{[2]}`, or the moment in `^{(t+1)}`."""
    body = at.table.as_index(parse_brackets(at))
    if "t" in _identifiers(body):
        found.time, found.layer_bracket = body, False
    return body


def _separate_moment(at: Parser, found: Scripts) -> None:
    """The product in `w^{l(t+1)}` is a layer and a moment."""
    sup = found.sup
    if isinstance(sup, BinaryExpression) and sup.operator == "":
        if "t" in _identifiers(sup.right):
            found.sup, found.time = sup.left, sup.right
    elif isinstance(sup, BinaryExpression) and sup.operator in {"+", "-"}:
        if "t" in _identifiers(sup) and "t" not in at.table.letters:
            found.time = sup
    elif isinstance(sup, Identifier) and sup.name in MOMENTS:
        found.time = sup


def _identifiers(node: SyntaxNode) -> set[str]:
    return {n.name for n in node.walk() if isinstance(n, Identifier)}
