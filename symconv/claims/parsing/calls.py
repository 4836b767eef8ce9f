"""Functions and methods with arguments: `relu(x)`, `sum(a[i] for i in ...)`, `W.T.dot(d)`."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.array_words import ATTRIBUTES, CODE_WORDS, METHODS
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Cases,
    Exponentiation,
    FunctionCall,
    KeywordArgument,
    Numeral,
    Summation,
    SumRange,
    SyntaxNode,
)
from symconv.claims.model.vocabulary import FUNCTIONS, STEPS
from symconv.claims.readings.sigma import ACTIVATION, LOGISTIC, SIGMA, SOFTMAX

from .array_words import find_word, make_word, parse_argument, parse_arguments, parse_word
from .conditionals import parse_conditional
from .conditions import as_indicator, peek_inside
from .cursor import ClaimToken
from .sums import opens_index_list, parse_sum_over

if TYPE_CHECKING:
    from .parser import Parser

ACTIVATIONS = {"f", "g", "phi", "sigma", "a"}
WITHOUT_BRACKETS = {"relu", "exp", "log", "tanh", "sigmoid", "max", "sqrt", "ln"}
OF_ANGLES = {"sin", "cos", "tan", "sec"}
WITHOUT_BRACKETS |= {"cosh", "sinh", "sech", "sgn", "rot180"} | OF_ANGLES


def is_call(at: Parser) -> bool:
    """Whether the name that follows is a function that is applied."""
    word, ahead = at.peek().text, 1 + _count_primes(at, 1)
    # A tensor called f or a goes before the habit of calling an activation so.
    if word in at.table.letters:
        return False
    if word in FUNCTIONS:
        return is_applied(at, word, 1)
    opens = at.peek(ahead).text == "("
    if not opens:
        return False
    step = word in STEPS and _is_step(at, word, ahead)
    return step or word in ACTIVATIONS or (at.is_code and word in CODE_WORDS)


def is_applied(at: Parser, word: str, ahead: int = 0) -> bool:
    r"""Whether a function is applied to what stands some tokens ahead: `(x)`, `^2(x)`, `^2 x`."""
    if word not in FUNCTIONS or word in at.table.letters:
        return False
    ahead += _count_primes(at, ahead)
    ahead += _count_power(at, ahead)
    return at.peek(ahead).text == "(" or word in WITHOUT_BRACKETS


def _count_primes(at: Parser, ahead: int) -> int:
    count = 0
    while at.peek(ahead + count).text in {"'", "''"}:
        count += 1
    return count


def _count_power(at: Parser, ahead: int) -> int:
    """How many tokens the power of a function takes: `^2`, `^{2}`."""
    if at.peek(ahead).text != "^":
        return 0
    if at.peek(ahead + 1).kind == "number":
        return 2
    braced = at.peek(ahead + 1).text == "{" and at.peek(ahead + 3).text == "}"
    return 4 if braced and at.peek(ahead + 2).kind == "number" else 0


def _is_step(at: Parser, word: str, ahead: int) -> bool:
    """Whether H(z) is the step function: of a tensor, where the network has no size H."""
    own = {str(s).replace("_", "") for s, _ in at.table.context.sizes}
    inside = peek_inside(at, ahead)
    return word not in own and any(t in at.table.letters for t in inside)


def parse_call(at: Parser) -> SyntaxNode:
    """A function of arguments; without brackets, of the next factor."""
    return parse_call_of(at, at.take())


def parse_call_of(at: Parser, token: ClaimToken) -> SyntaxNode:
    """The function that a token names, applied to what follows."""
    word = find_word(at, token) if at.peek().text == "(" else ""
    if word:
        return parse_word(at, word, token, None)
    function = FUNCTIONS.get(token.text, "activation")
    if token.text == "sigma":
        function = _name_sigma(at)
    if token.text in STEPS and token.text not in FUNCTIONS:
        at.table.note(f"{token.text} is read as the step function, which is 0 at 0")
        function = "step"
    primes = len(at.primes())
    if _count_power(at, 0):
        at.take()
        power = at.group()
        applied = _parse_application(at, token, function, primes)
        return Exponentiation(applied, power, span=applied.span)
    return _parse_application(at, token, function, primes)


def _parse_application(at: Parser, token: ClaimToken, function: str, primes: int) -> SyntaxNode:
    """A function and its arguments in brackets; without brackets, the next factor."""
    if at.peek().text != "(":
        argument = at.factor()
        # cos 3 x is the cosine of 3 x: nobody multiplies by the cosine of a plain number.
        if function in OF_ANGLES and isinstance(argument, Numeral) and at.peek().kind == "name":
            inner = at.factor()
            span = argument.span[0], inner.span[1]
            argument = BinaryExpression("*", argument, inner, span=span)
        return FunctionCall(function, (argument,), primes, span=(token.start, argument.span[1]))
    if function == "sum":
        at.take()
        return parse_sum_over(at, token) if opens_index_list(at) else _parse_generator(at, token)
    arguments = [_as_option(at, argument) for argument in parse_arguments(at, token)]
    span = (token.start, at.last.stop)
    if function == "array":
        return arguments[0]
    if function == "where" and len(arguments) == 3:
        mask = arguments[0]
        condition = mask.branches[0][1] if isinstance(mask, Cases) else None
        branches = (arguments[1], condition or mask), (arguments[2], None)
        return Cases(branches, span=span)
    return FunctionCall(function, tuple(arguments), primes, span=span)


def _name_sigma(at: Parser) -> str:
    """The function that a sigma stands for: softmax, the one activation, or the logistic."""
    context = at.table.context
    # Of logits it is softmax; in front of the values of another layer it is something else.
    possible, of = ((SOFTMAX,), "logits") if _stands_before_logits(at) else ((), "")
    known = context.activations
    if len(known) != 1:
        return at.table.choose(SIGMA, of, (*possible, LOGISTIC))
    if known == {LOGISTIC}:
        return at.table.choose(SIGMA, of, (*possible, ACTIVATION))
    return at.table.choose(SIGMA, of, (*possible, ACTIVATION, LOGISTIC))


def _stands_before_logits(at: Parser) -> bool:
    """Whether what follows is the tensor whose softmax is taken, with its layer if it has one."""
    texts = [at.peek(n).text for n in range(2 * MOST_MARKS)]
    if "'" in texts[:1]:
        return False
    for letter, layer in at.table.context.logits:
        if letter in texts[:MOST_MARKS]:
            start = texts.index(letter)
            return layer is None or str(layer) in texts[start : start + MOST_MARKS]
    return False


def _as_option(at: Parser, argument: SyntaxNode) -> SyntaxNode:
    """The option of a function that is no word of NumPy: a mode, with its name or without."""
    if not isinstance(argument, KeywordArgument):
        return argument
    if argument.name != "mode":
        at.fail(f"the option '{argument.name}' is not read", "mode='full'", argument.span)
    return argument.value


def _parse_generator(at: Parser, token: ClaimToken) -> SyntaxNode:
    """`sum(a[i]*b[i] for i in range(4))`, or `sum(array)`."""
    with at.inside_brackets():
        body = as_indicator(parse_conditional(at))
        more, limits = [], []
        while at.peek().text == "," and at.is_code:
            at.take()
            more += [a for a in [parse_argument(at)] if a is not None]
        while at.peek().text == "for":
            at.take()
            limits.append(_parse_loop(at))
        stop = at.expect(")")
    span = (token.start, stop.stop)
    if limits:
        return Summation(tuple(limits), body, span=span)
    if at.is_code:
        return make_word(at, "sum", token, [body, *more], span)
    return FunctionCall("sum", (body,), span=span)


def _parse_loop(at: Parser) -> SumRange:
    """`i in range(4)` or `i in range(1, 5)`; the end is not counted."""
    name = at.take().text + at.primes()
    at.expect("in")
    word = at.take()
    if word.text != "range":
        at.fail("'range' is expected here", "for i in range(4)", word.span)
    at.expect("(")
    end = at.sum_of_terms()
    low: SyntaxNode = Numeral(Fraction(0))
    if at.peek().text == ",":
        at.take()
        low, end = end, at.sum_of_terms()
    at.expect(")")
    high = BinaryExpression("-", end, Numeral(Fraction(1)), span=end.span)
    return SumRange(name, low, high, span=word.span)


MOST_MARKS = 4
"""Behind a sigma its argument begins within so many tokens, and the layer of that behind it."""

TRANSPOSE_MARKS = {"T", "{T}", "{styleT}", "{style{T}}", "styleT", "style{T}"}
LONGEST_MARK = 7
r"""One more than the tokens of the longest mark, `{\mathsf{T}}`."""


def count_transpose_tokens(at: Parser) -> int:
    r"""How many tokens after the next one make `T`, `{T}` or `{\mathsf{T}}`; 0 where none do."""
    for count in range(1, LONGEST_MARK):
        if "".join(at.peek(n).text for n in range(1, count + 1)) in TRANSPOSE_MARKS:
            return count
    return 0


def is_method(at: Parser) -> bool:
    """Whether a dot and a method or an attribute follow."""
    word, opens = at.peek(1).text, at.peek(2).text == "("
    return at.peek().text == "." and (word in ATTRIBUTES or (opens and word in METHODS))
