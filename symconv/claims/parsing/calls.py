"""Functions with their arguments: `relu(x)`, `f'(z)`, `sum(a[i] for i in range(4))`."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.tree import Apply, Binary, Cases, Limit, Node, Number, Symbol, Total
from symconv.claims.model.vocabulary import FUNCTIONS

from .conditions import condition
from .sums_in_brackets import names_indices, total_over
from .tokens import Token

if TYPE_CHECKING:
    from .parser import Parser

ACTIVATIONS = {"f", "g", "phi", "sigma", "a"}
WITHOUT_BRACKETS = {"relu", "exp", "log", "tanh", "sigmoid", "max", "sqrt"}


def is_call(at: Parser) -> bool:
    """Whether the name that follows is a function that is applied."""
    ahead = 1
    while at.peek(ahead).text in {"'", "''"}:
        ahead += 1
    word, opens = at.peek().text, at.peek(ahead).text == "("
    if word in at.table.letters:
        return False
    if word in FUNCTIONS:
        return opens or word in WITHOUT_BRACKETS
    return opens and word in ACTIVATIONS


def call(at: Parser) -> Node:
    """A function of arguments; without brackets, of the next factor."""
    return applied(at, at.take())


def applied(at: Parser, token: Token) -> Node:
    """The function that a token names, applied to what follows."""
    function = FUNCTIONS.get(token.text, "activation")
    primes = len(at.primes())
    if at.peek().text != "(":
        argument = at.factor()
        return Apply(function, (argument,), primes, span=(token.start, argument.span[1]))
    at.take()
    if function == "sum":
        return total_over(at, token) if names_indices(at) else _generator(at, token)
    with at.inside_brackets():
        arguments = [_argument(at)]
        while at.peek().text == ",":
            at.take()
            arguments.append(_argument(at))
        stop = at.expect(")")
    if function == "array":
        return arguments[0]
    if function == "where" and len(arguments) == 3:
        branches = (arguments[1], arguments[0]), (arguments[2], None)
        return Cases(branches, span=(token.start, stop.stop))
    return Apply(function, tuple(arguments), primes, span=(token.start, stop.stop))


def _argument(at: Parser) -> Node:
    """An argument; words in quotes, as in `'valid'`, are options."""
    if at.peek(1).text == "=" and at.peek().kind == "name":
        if at.peek().text != "mode":
            at.fail(f"the option '{at.peek().text}' is not read", "mode='full'")
        at.take()
        at.take()
    if at.peek().text != "'":
        return condition(at)
    at.take()
    word = at.take()
    text = word.text
    while at.peek().text != "'" and at.peek().kind != "end":
        text += at.take().text
    at.expect("'")
    return Symbol(f"'{text}'", span=word.span)


def _generator(at: Parser, token: Token) -> Node:
    """`sum(a[i]*b[i] for i in range(4))`, or `sum(array)`."""
    with at.inside_brackets():
        body = at.sum_of_terms()
        limits = []
        while at.peek().text == "for":
            at.take()
            limits.append(_loop(at))
        stop = at.expect(")")
    span = (token.start, stop.stop)
    return Total(tuple(limits), body, span=span) if limits else Apply("sum", (body,), span=span)


def _loop(at: Parser) -> Limit:
    """`i in range(4)` or `i in range(1, 5)`; the end is not counted."""
    name = at.take().text + at.primes()
    at.expect("in")
    word = at.take()
    if word.text != "range":
        at.fail("'range' is expected here", "for i in range(4)", word.span)
    at.expect("(")
    end = at.sum_of_terms()
    low: Node = Number(Fraction(0))
    if at.peek().text == ",":
        at.take()
        low, end = end, at.sum_of_terms()
    at.expect(")")
    high = Binary("-", end, Number(Fraction(1)), span=end.span)
    return Limit(name, low, high, span=word.span)
