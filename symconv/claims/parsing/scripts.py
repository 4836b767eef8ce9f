"""What stands around a name: subscripts, superscripts, primes, square brackets, moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symconv.claims.model.tree import Binary, Node, Number, Slice, Span, Symbol

from .brackets import enclosed, number
from .methods import transposes
from .tokens import Token

if TYPE_CHECKING:
    from .parser import Parser

MOMENTS = {"t", "new", "old"}


@dataclass
class Scripts:
    """What stands around a letter; `tail` are digits right after it, `time` is a moment t + 1."""

    span: Span
    sub: tuple[Node, ...] | None = None
    sup: Node | None = None
    tail: Number | None = None
    time: Node | None = None
    second: Node | None = None
    primes: str = ""
    bracket: bool = False
    layer_bracket: bool = False
    stop: int = 0

    @property
    def whole(self) -> Span:
        """From the letter to the end of its scripts."""
        return self.span[0], max(self.span[1], self.stop)


def scripts(at: Parser, token: Token) -> Scripts:
    """Subscripts, superscripts, primes, brackets after a name, in any order."""
    found = Scripts(token.span)
    follows = at.peek()
    if follows.kind == "number" and follows.start == token.stop and follows.text.isdigit():
        found.tail = number(at)
        found.stop = follows.stop
    while at.peek().kind == "op" and _one(at, found):
        found.stop = at.last.stop
    return found


def _one(at: Parser, found: Scripts) -> bool:
    """Read one script; False where there is none."""
    text = at.peek().text
    if text == "_" and _below_a_line(at):
        return False
    if text == "_" and found.sub is None:
        at.take()
        found.sub = _subscript(at)
    elif text == "^" and found.sup is None and not found.bracket and not transposes(at):
        at.take()
        _superscript(at, found)
    elif text in {"'", "''"} and not found.sub and not found.sup:
        found.primes += at.primes()
    elif text == "[" and at.peek().start == at.last.stop and _may_have_brackets(found):
        found.sub = (*(found.sub or ()), *_index_list(at, "]"))
        found.bracket = True
    else:
        return False
    return True


def _below_a_line(at: Parser) -> bool:
    """The underscore of `dC_dw`, which stands for a fraction line."""
    below, name = at.peek(1), at.peek(2)
    return below.text == "d" and name.kind == "name" and name.start == below.stop


def _may_have_brackets(found: Scripts) -> bool:
    """`w[0]`, and `delta_z[0]` where the subscript is a name."""
    if found.bracket or found.sub is None:
        return not found.bracket
    return len(found.sub) == 1 and isinstance(found.sub[0], Symbol)


def _subscript(at: Parser) -> tuple[Node, ...]:
    if at.peek().text in {"{", "("}:
        return _index_list(at, "}" if at.peek().text == "{" else ")")
    if at.peek().kind == "number":
        return (number(at),)
    if at.peek().kind == "name":
        token = at.take()
        return (Symbol(token.text + at.primes(), span=token.span),)
    return at.fail("a subscript is missing", "w_1, w_{m,n}")


def _index_list(at: Parser, closing: str) -> tuple[Node, ...]:
    at.take()
    with at.inside_brackets():
        items = [_index(at, closing)]
        while at.peek().text in {",", ";"}:
            at.take()
            items.append(_index(at, closing))
        at.expect(closing)
    return tuple(items)


def _index(at: Parser, closing: str) -> Node:
    """An index, or a slice in square brackets: `m:m+2`, `:3`, `:`."""
    start = at.peek()
    slices = closing == "]"
    low = None if slices and start.text == ":" else at.index_sum()
    if low is not None and not (slices and at.peek().text == ":"):
        return low
    at.take()
    high = None if at.peek().text in {",", closing} else at.index_sum()
    return Slice(low, high, span=(start.start, at.last.stop))


def _superscript(at: Parser, found: Scripts) -> None:
    """`^2`, `^{(2)}`, `^{[2]}`, `^{l-1}`, `^{l(t+1)}`, `^{l,x}`."""
    if at.peek().text == "(":
        found.layer_bracket = True
        found.sup = _in_brackets(at, found)
        return
    if at.peek().text == "+" or (at.peek().text == "{" and at.peek(1).text == "+"):
        _plus(at, found)
        return
    if at.peek().text != "{":
        found.sup = at.table.as_index(at.group())
        return
    at.take()
    if at.peek().text in {"(", "["}:
        found.layer_bracket = True
        found.sup = _in_brackets(at, found)
    else:
        with at.inside_brackets():
            found.sup = at.index_sum()
        _moment(at, found)
    if at.peek().text == ",":
        at.take()
        found.second = at.index_sum()
    at.expect("}")


def _plus(at: Parser, found: Scripts) -> None:
    """`w^+` is the weight after the step."""
    braced = at.take().text == "{"
    plus = at.take() if braced else at.last
    found.sup = found.time = Symbol("new", span=plus.span)
    if braced:
        at.expect("}")


def _in_brackets(at: Parser, found: Scripts) -> Node:
    """The layer in `^{(2)}` and `^{[2]}`, or the moment in `^{(t+1)}`."""
    body = at.table.as_index(enclosed(at))
    if "t" in _names(body):
        found.time, found.layer_bracket = body, False
    return body


def _moment(at: Parser, found: Scripts) -> None:
    """The product in `w^{l(t+1)}` is a layer and a moment."""
    sup = found.sup
    if isinstance(sup, Binary) and sup.operator == "":
        if "t" in _names(sup.right):
            found.sup, found.time = sup.left, sup.right
    elif isinstance(sup, Binary) and sup.operator in {"+", "-"}:
        if "t" in _names(sup) and "t" not in at.table.letters:
            found.time = sup
    elif isinstance(sup, Symbol) and sup.name in MOMENTS:
        found.time = sup


def _names(node: Node) -> set[str]:
    return {n.name for n in node.walk() if isinstance(n, Symbol)}
