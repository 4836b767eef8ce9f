"""Recursive descent over the tokens of a claim: chains, sums, products, powers.

Each method reads one rule of the grammar and answers a node with its place in the text; the rules
of brackets, calls, scripts, sums and derivatives have a module each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symconv.claims.model.errors import MOST_FACTORS
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Exponentiation,
    FunctionCall,
    Identifier,
    Statement,
    SumRange,
    SyntaxNode,
    UnaryMinus,
    join_spans,
)
from symconv.claims.model.vocabulary import INDICATORS

from .abbreviations import (
    OUTPUT_GRADIENTS,
    as_update,
    parse_exponential,
    parse_gradient,
    parse_nabla,
    parse_output_gradient,
    parse_weight_step,
)
from .array_literals import parse_array
from .array_words import is_code, parse_method, refuse_unknown_word
from .brackets import (
    parse_brackets,
    parse_number_or_indicator,
)
from .call_indices import has_call_index, parse_call_index
from .calls import count_transpose_tokens, is_call, is_method, parse_call
from .commands import parse_command
from .conditionals import parse_conditional
from .conditions import holds_relation, parse_indicator, peek_inside
from .cursor import ClaimCursor, ClaimToken
from .derivatives import parse_differential
from .gradient_operators import parse_gradient_operator
from .lexer import tokenize_claim
from .macros import expand_macros
from .maxima import is_maximum, parse_maximum
from .measures import parse_magnitude, parse_norm, parse_rounded
from .numerals import parse_number
from .operators import make_product, parse_dilation, raise_sum
from .scripts import parse_scripts, parse_trailing_indices
from .sum_conditions import bind_sum_conditions, parse_lower_limits
from .symbol_table import SymbolTable
from .window_signs import WINDOW_SIGNS, as_window, parse_window_mode

RELATIONS = {"=", ":=", "~", "<-", "=>", "-=", "+=", "=="}
PRODUCTS = {"*", "/", "conv", "corr", "had", "@", "mod", "//", "%", "otimes"}
CHOOSING = {"<", ">", "<=", ">=", "!=", "?", "if"}
"""What may stand behind a side that is a comparison, or the first of two values."""

OPPOSITE_SIGN = {"+": "-", "-": "+"}
LONG_SUM = 40
"""Sums of more terms are cut in halves.

A tree that leans to the left would be as deep as it has terms, and everything that walks it calls
itself.
"""

SENTENCE = {"for", "if", "where", "otherwise", "in", "else", "when"}


def parse_statement(text: str, table: SymbolTable) -> Statement:
    """The statement that a text makes; ClaimError with a caret where it is not read."""
    text = expand_macros(text)
    named = table.signs.replace_signs(text)
    tokens = table.signs.replace_letters(tokenize_claim(named, table.vocabulary), text)
    # A person is shown what they wrote, at the place that it has there.
    return Parser(text if len(text) == len(named) else named, tokens, table).statement()


def parse_range(text: str, table: SymbolTable) -> list[SumRange]:
    r"""The limits that a text states, as in `0 \le i < N`; ClaimError for others."""
    text = f"{{{text}}}"
    at = Parser(text, tokenize_claim(text, table.vocabulary), table)
    limits, condition = parse_lower_limits(at)
    whole = condition is None and all(x.low and x.high for x in limits)
    if not whole or at.peek().kind != "end":
        at.fail("no range of an index", "0 \\le i < N")
    return limits


class Parser(ClaimCursor):
    """One pass over one statement."""

    def __init__(self, text: str, found: list[ClaimToken], table: SymbolTable) -> None:
        super().__init__(text, found)
        self.table = table
        self.is_code = is_code(text, found)
        table.indices = self.subscripts

    def statement(self) -> Statement:
        """`part = part = ...` up to the end, a final comma or full stop left out."""
        parts, marks = [self.side()], []
        while self.peek().text in RELATIONS and self.peek().kind == "op":
            marks.append(self.take().text)
            parts.append(self.side())
        while self.peek().kind == "row" or self.peek().text in {".", ",", ";"}:
            self.take()
        if self.peek().kind != "end":
            self.fail(f"'{self.peek().text}' was not expected here", "an operator, '=' or the end")
        if not marks:
            self.fail("this is no statement: there is no '='", "dC/dw_1 = ...")
        notes = tuple(self.table.take_notes())
        found = Statement(self.text, tuple(parts), tuple(marks), notes, self.is_code)
        return as_update(bind_sum_conditions(found, self.table), self.table)

    def side(self) -> SyntaxNode:
        """One part of a chain."""
        while self.peek().text in {"&", ","} or self.peek().kind == "row":
            self.take()
        if self.peek().kind == "end":
            self.fail("a side of the equation is empty", "dC/dw_1 = ...")
        place, found = self.place, self.sum_of_terms()
        if self.peek().text in CHOOSING and self.peek().kind in {"op", "name"}:
            self.place = place
            return self.conditional()
        return found

    def conditional(self) -> SyntaxNode:
        """A formula, a comparison, or a choice between two."""
        return parse_conditional(self)

    def sum_of_terms(self) -> SyntaxNode:
        """`-a + b - c`."""
        with self.deeper():
            terms = [("+", self.term())]
            while True:
                self.skip_layout()
                if self.peek().text not in {"+", "-"} or self.peek().kind != "op":
                    return build_sum(terms)
                terms.append((self.take().text, self.term()))

    def index_sum(self) -> SyntaxNode:
        """A sum of terms whose letters are indices."""
        with self.table.reading_indices():
            return self.table.as_index(self.sum_of_terms())

    def term(self) -> SyntaxNode:
        """Factors, with or without a sign between them."""
        left, start = self.factor(), self.peek()
        # A product leans to the left, too: its length is limited instead.
        for _ in range(MOST_FACTORS):
            self.skip_layout_before(PRODUCTS)
            token = self.peek()
            sign = token.text if token.kind == "op" and token.text in PRODUCTS else ""
            if sign:
                self.take()
            elif not self.starts_factor():
                return left
            mode = parse_window_mode(self) if sign in WINDOW_SIGNS else None
            right = self.factor()
            left = make_product(self.table, sign, left, right)
            if mode is not None:
                left = as_window(self.table, left, mode)
        return self.fail(f"more than {MOST_FACTORS} factors in one term", "powers", start.span)

    def starts_factor(self) -> bool:
        """Whether a factor follows without a sign before it."""
        token = self.peek()
        if token.kind == "name" and token.text in SENTENCE:
            return False
        if token.kind == "command":
            return not token.text.startswith("end")
        if token.text in {"|", "||"}:
            return token.kind == "op" and (token.text, self.inside) not in self.bars
        if token.text == "[":
            return self.starts_group()
        return token.kind in {"number", "name"} or token.text in {"(", "{", "⌊", "⌈"}

    def starts_group(self) -> bool:
        """Whether the square bracket that follows is a factor: no list, index or citation."""
        if holds_relation(self):
            return True
        inside = peek_inside(self)
        known = any(t in self.table.letters or t in {"partial", "frac", "delta"} for t in inside)
        return not self.lists and known and len(inside) > 1 and not {",", ";"} & {*inside}

    def factor(self) -> SyntaxNode:
        """A sign, a base and what stands after it: powers, transposes."""
        token = self.peek()
        if token.kind == "op" and token.text in {"+", "-"}:
            self.take()
            with self.deeper():
                body = self.factor()
            return UnaryMinus(body, span=(token.start, body.span[1])) if token.text == "-" else body
        base = self.base()
        while True:
            if self.peek().text in {"^", "power", "T", "'"} and self.peek().kind == "op":
                base = self.raised(base)
            elif self.peek().text == "up" and self.peek().kind == "op":
                base = parse_dilation(self, base)
            elif is_method(self):
                base = parse_method(self, base)
            elif self.opens_subscript():
                base = parse_trailing_indices(self, base)
            elif has_call_index(base, self):
                base = parse_call_index(self, base)
            else:
                return base

    def opens_subscript(self) -> bool:
        """Whether indices follow a bracket or an attribute right away, as in code."""
        token, last = self.peek(), self.last
        adjacent = token.text == "[" and token.kind == "op" and token.start == last.stop
        return self.is_code and adjacent and last.text in {")", "]", "T", "shape"}

    def raised(self, base: SyntaxNode) -> SyntaxNode:
        """A base with one exponent, or transposed."""
        count = count_transpose_tokens(self) if self.peek().text == "^" else 0
        bare = base.span[1] == self.last.stop
        mark = self.take()
        if mark.text == "T" or count:
            self.place += count
            return FunctionCall("transpose", (base,), span=(base.span[0], self.last.stop))
        if mark.text == "'":
            self.fail("a prime belongs to a function or to an index", "f'(x), m'", mark.span)
        if isinstance(base, Exponentiation) and mark.text == "^" and not self.closed:
            self.fail("two superscripts in a row", "(o_1^2)^2", mark.span)
        if self.peek().text in {"circ", "had"}:
            self.fail("this exponent is not read", "a number")
        exponent = self.group() if mark.text == "^" else self.factor()
        if bare and isinstance(base, FunctionCall) and base.function == "sum" and not self.is_code:
            return raise_sum(self, base, exponent)
        return Exponentiation(base, exponent, span=join_spans(base, exponent))

    def group(self) -> SyntaxNode:
        """What follows `^`: one token, or braces."""
        token = self.peek()
        if token.text in {"{", "("}:
            return parse_brackets(self)
        if token.text == "-":
            self.take()
            body = self.group()
            return UnaryMinus(body, span=(token.start, body.span[1]))
        if token.kind == "number":
            return parse_number(self)
        if token.kind == "name":
            self.take()
            return Identifier(token.text + self.primes(), span=token.span)
        return self.fail("a superscript is missing", "x^2, w^{(1)}")

    def base(self) -> SyntaxNode:
        """A number, a name, brackets, or a command."""
        token = self.peek()
        self.closed = token.kind != "name"
        by_kind = {
            "number": parse_number_or_indicator,
            "name": parse_name,
            "command": parse_command,
        }
        rule = by_kind.get(token.kind) or BRACKETS.get(token.text)
        if rule is not None:
            return rule(self)
        said = f"'{token.text}' was not expected here"
        said = "the formula stops here" if token.kind == "end" else said
        return self.fail(said, "a number, a name or a bracket")


BRACKETS: dict[str, Callable[[Parser], SyntaxNode]] = {
    "(": parse_brackets, "{": parse_brackets, "[": parse_array, "|": parse_magnitude,
    "||": parse_norm, "⌊": parse_rounded, "⌈": parse_rounded,
}  # fmt: skip


def build_sum(terms: Sequence[tuple[str, SyntaxNode]]) -> SyntaxNode:
    """Terms with their signs as a tree; long sums are cut in halves, so that it stays flat."""
    if len(terms) > LONG_SUM:
        half = len(terms) // 2
        sign = terms[half][0]
        # a - b + c - d = (a - b) + (c - d), and a + b - c + d = (a + b) - (c - d).
        rest = terms[half:] if sign == "+" else [(OPPOSITE_SIGN[s], n) for s, n in terms[half:]]
        left, right = build_sum(terms[:half]), build_sum(rest)
        return BinaryExpression(sign, left, right, span=join_spans(left, right))
    found = terms[0][1]
    for sign, node in terms[1:]:
        found = BinaryExpression(sign, found, node, span=join_spans(found, node))
    return found


def parse_name(at: Parser) -> SyntaxNode:
    """A name with its scripts; a function with its arguments; a differential quotient."""
    word = at.peek().text
    if word == "d" and (found := parse_differential(at, "d")) is not None:
        return found
    if is_maximum(at):
        return parse_maximum(at)
    if is_call(at):
        return parse_call(at)
    refuse_unknown_word(at)
    rule = ABBREVIATIONS.get(word)
    if rule is not None and word not in at.table.letters and (found := rule(at)):
        return found
    if is_indicator(at):
        at.take()
        return parse_indicator(at)
    token = at.take()
    return at.table.bind(token.text, parse_scripts(at, token), at)


def is_indicator(at: Parser) -> bool:
    r"""Whether an indicator follows: `\chi_{x > 0}`, `I[x > 0]`."""
    if at.peek().text not in INDICATORS or at.peek().text in at.table.letters:
        return False
    return holds_relation(at, 2 if at.peek(1).text == "_" else 1)


ABBREVIATIONS = {
    "e": parse_exponential, "d": parse_gradient, "Delta": parse_weight_step, "nabla": parse_nabla,
    "grad": parse_nabla, **dict.fromkeys(OUTPUT_GRADIENTS, parse_output_gradient),
    "D": parse_gradient_operator,
}  # fmt: skip
