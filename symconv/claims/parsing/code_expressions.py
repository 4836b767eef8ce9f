"""Formulas in Python's own grammar, as the nodes that formulas of claims are made of.

What a name means is decided as everywhere: by what the code gave it, or by the network. Nothing is
run: the text becomes Python's tree, and that one of ours.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from typing import NoReturn

from symconv.claims.model.code_nodes import LocalName
from symconv.claims.model.errors import MOST_DEPTH, ClaimError
from symconv.claims.model.syntax_tree import (
    ONE,
    BinaryExpression,
    Cases,
    Condition,
    Differential,
    Exponentiation,
    ExtraAxis,
    FunctionCall,
    FurtherAxes,
    Identifier,
    IndexSlice,
    JoinedConditions,
    Numeral,
    Span,
    Subscript,
    SyntaxNode,
    TensorReference,
    UnaryMinus,
)
from symconv.claims.model.vocabulary import RATES

from .array_literals import stack_items
from .code_calls import HOLDERS, MODULES, translate_call
from .conditions import as_indicator
from .cursor import ClaimCursor
from .labelled_rows import pick_at_labels
from .lexer import tokenize_claim
from .numerals import parse_number
from .operators import make_product
from .parser import Parser, build_sum
from .symbol_table import SymbolTable

SIGNS: Mapping[type[ast.operator], str] = {
    ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.FloorDiv: "//", ast.Mod: "%",
}  # fmt: skip
COMPARISONS: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=", ast.NotEq: "!=",
}  # fmt: skip
ATTRIBUTES = {"T": "transpose", "shape": "shape", "size": "size"}
LOWEST = "-inf"
"""What the least number of all is called in a tree."""

SHOWN = 80
"""How many characters of a line are shown with a mistake in it."""


@dataclass(frozen=True)
class CodeSource:
    """A piece of code, and the number of its first line."""

    text: str
    first: int = 1


@dataclass(frozen=True)
class CodeScope:
    """The names of a stretch of code: those with a value, and those of which it is not known why.

    `outer` are names that the text has given a meaning elsewhere.
    """

    names: frozenset[str] = frozenset()
    unknown: Mapping[str, str] = field(default_factory=dict)
    outer: frozenset[str] = frozenset()

    def having(self, *names: str) -> CodeScope:
        """The same scope with some names more that have a value."""
        left = {n: why for n, why in self.unknown.items() if n not in names}
        return CodeScope(self.names | set(names), left, self.outer)


class CodeTranslator(ClaimCursor):
    """Makes nodes of Python's trees; refuses what is not read, at its place."""

    def __init__(self, source: CodeSource, table: SymbolTable, scope: CodeScope) -> None:
        super().__init__(source.text, [])
        self.lines = source.text.split("\n")
        self.starts = [0, *accumulate(len(line) + 1 for line in self.lines)]
        self.first = source.first
        self.table = table
        self.scope = scope

    def refuse(self, node: ast.AST, message: str, hint: str) -> NoReturn:
        """Refuse a part of the code, with a caret under it."""
        number = max(0, getattr(node, "lineno", 1) - self.first)
        line = self.lines[number] if number < len(self.lines) else ""
        start = _count_characters(line, getattr(node, "col_offset", 0))
        stop = _count_characters(line, getattr(node, "end_col_offset", 0))
        same = getattr(node, "end_lineno", None) == getattr(node, "lineno", None)
        stop = stop if same else len(line)
        left = max(0, start - SHOWN // 2)
        shown = line[left : left + SHOWN]
        place = (start - left, max(start - left + 1, min(stop - left, len(shown))))
        raise ClaimError(message, text=shown, position=place, help=hint)

    def span(self, node: ast.AST) -> Span:
        """The place of a node in the source."""
        found = []
        for row, column in (
            (getattr(node, "lineno", 1), getattr(node, "col_offset", 0)),
            (getattr(node, "end_lineno", 1), getattr(node, "end_col_offset", 0)),
        ):
            number = max(0, min(row - self.first, len(self.lines) - 1))
            found.append(self.starts[number] + _count_characters(self.lines[number], column))
        return found[0], found[1]

    def translate(self, node: ast.expr) -> SyntaxNode:
        """A formula; a condition is 1 where it holds and 0 elsewhere."""
        return as_indicator(self.read(node))

    def read(self, node: ast.expr) -> SyntaxNode:
        """A formula or a condition."""
        rule = RULES.get(type(node))
        if rule is None:
            word = type(node).__name__.lower()
            self.refuse(node, f"this kind of code is not read ({word})", "formulas of arrays")
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.refuse(node, f"brackets are nested more than {MOST_DEPTH} deep", "fewer brackets")
        try:
            return rule(self, node)
        finally:
            self.depth -= 1

    def resolve(self, word: str, node: ast.AST) -> SyntaxNode:
        """What a name stands for: what the code gave it, else what it is in the network."""
        span = self.span(node)
        if word in self.scope.unknown:
            self.refuse(node, self.scope.unknown[word], "a name with a value")
        if word in self.scope.names:
            return LocalName(word, span=span)
        found = resolve_in_network(word, self.table)
        if isinstance(found, Identifier | TensorReference) and not self._means_something(found):
            found = None
        if found is None:
            self.refuse(
                node, f"'{word[:SHOWN]}' has no value here", "a name that was given one before"
            )
        return found

    def _means_something(self, node: Identifier | TensorReference) -> bool:
        """Whether a name is one of the network or of the text."""
        context = self.table.context
        if isinstance(node, TensorReference):
            return bool(node.kind) or node.letter in self.table.letters | self.scope.outer
        known = (context.size_names, context.constants, RATES, self.scope.outer)
        return any(node.name in names for names in known)


def resolve_in_network(word: str, table: SymbolTable) -> SyntaxNode | None:
    """What a word alone means in a formula; None where it is no one name."""
    try:
        at = Parser(word, tokenize_claim(word, table.vocabulary), table)
        at.is_code = True
        found = at.factor()
    except ClaimError:
        return None
    whole = at.peek().kind == "end"
    single = isinstance(found, TensorReference | Differential | Identifier)
    return found if whole and single else None


def _count_characters(line: str, column: int) -> int:
    """How many characters stand before a column, which Python counts in bytes."""
    return len(line.encode("utf-8", "replace")[:column].decode("utf-8", "ignore"))


def _read_constant(at: CodeTranslator, node: ast.Constant) -> SyntaxNode:
    value, span = node.value, at.span(node)
    if value is None or isinstance(value, bool):
        return Identifier(str(value), span=span)
    if isinstance(value, str):
        return Identifier(f"'{value}'", span=span)
    if value is Ellipsis:
        return FurtherAxes(span=span)
    if not isinstance(value, int | float):
        at.refuse(node, "a number of this kind is not read", "1, 0.5, 1e-5")
    text = at.text[span[0] : span[1]].replace("_", "").strip("+")
    with at.refusing(ClaimError):
        number = Parser(text, tokenize_claim(text, at.table.vocabulary), at.table)
        if number.peek().kind != "number" or number.peek(1).kind != "end":
            at.refuse(node, "a number of this kind is not read", "1, 0.5, 1e-5")
        found = parse_number(number)
    return Numeral(found.value, found.unit, span=span)


def _read_name(at: CodeTranslator, node: ast.Name) -> SyntaxNode:
    return at.resolve(node.id, node)


def _read_attribute(at: CodeTranslator, node: ast.Attribute) -> SyntaxNode:
    """`x.T`, `x.shape`, `np.pi`, and what holds tensors: `cache.x`, `self.W`."""
    base, span = node.value, at.span(node)
    if isinstance(base, ast.Name) and base.id not in at.scope.names:
        if base.id in MODULES and node.attr in {"pi", "newaxis", "inf", "NINF"}:
            return _read_constant_of_module(at, node)
        if base.id in HOLDERS:
            return at.resolve(node.attr, node)
    if node.attr == "mT":
        last, before = (UnaryMinus(Numeral(Fraction(n))) for n in (1, 2))
        return FunctionCall("np.swapaxes", (at.translate(base), last, before), span=span)
    if node.attr not in ATTRIBUTES:
        at.refuse(node, f"the attribute '{node.attr[:SHOWN]}' is not read", "x.T, x.shape")
    return FunctionCall(f"np.{ATTRIBUTES[node.attr]}", (at.translate(base),), span=span)


def _read_constant_of_module(at: CodeTranslator, node: ast.Attribute) -> SyntaxNode:
    span = at.span(node)
    if node.attr == "inf":
        at.refuse(node, "infinity is read with its minus alone", "-np.inf")
    names = {"newaxis": "None", "NINF": LOWEST}
    return Identifier(names.get(node.attr, node.attr), span=span)


def _read_subscript(at: CodeTranslator, node: ast.Subscript) -> SyntaxNode:
    """Indices as NumPy reads them; a text in brackets names what a dictionary holds."""
    holder = isinstance(node.value, ast.Name) and node.value.id not in at.scope.names
    if holder and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return at.resolve(node.slice.value, node)
    base, indices = at.translate(node.value), read_indices(at, node.slice)
    chosen = pick_at_labels(base, indices, at.table.context)
    return chosen or Subscript(base, indices, span=at.span(node))


def read_indices(at: CodeTranslator, node: ast.expr) -> tuple[SyntaxNode, ...]:
    """The indices between square brackets."""
    items = node.elts if isinstance(node, ast.Tuple) else [node]
    return tuple(_read_index(at, item) for item in items)


def _read_index(at: CodeTranslator, node: ast.expr) -> SyntaxNode:
    span = at.span(node)
    if isinstance(node, ast.Slice):
        parts = (node.lower, node.upper, node.step)
        low, high, step = (None if p is None else at.translate(p) for p in parts)
        return IndexSlice(low, high, step, span=span)
    found = at.translate(node)
    return ExtraAxis(span=span) if found == Identifier("None") else found


def _read_binary(at: CodeTranslator, node: ast.BinOp) -> SyntaxNode:
    if isinstance(node.op, ast.Add | ast.Sub):
        return _read_terms(at, node)
    if isinstance(node.op, ast.BitAnd | ast.BitOr):
        return _join_masks(at, node)
    left, right = at.translate(node.left), at.translate(node.right)
    if isinstance(node.op, ast.Pow):
        return Exponentiation(left, right, span=at.span(node))
    sign = SIGNS.get(type(node.op))
    if sign is None:
        at.refuse(node, "this sign between two formulas is not read", "+ - * / // % ** @ & |")
    return make_product(at.table, sign, left, right)


def _read_terms(at: CodeTranslator, node: ast.BinOp) -> SyntaxNode:
    """A sum of any length, which leans to the left."""
    terms: list[tuple[str, SyntaxNode]] = []
    here: ast.expr = node
    while isinstance(here, ast.BinOp) and isinstance(here.op, ast.Add | ast.Sub):
        sign = "+" if isinstance(here.op, ast.Add) else "-"
        terms.append((sign, at.translate(here.right)))
        here = here.left
    terms.append(("+", at.translate(here)))
    return build_sum(terms[::-1])


def _join_masks(at: CodeTranslator, node: ast.BinOp) -> SyntaxNode:
    """`a & b` is the product of masks, `a | b` what is left of 1 by that of their opposites."""
    left, right = (_read_mask(at, side) for side in (node.left, node.right))
    if isinstance(node.op, ast.BitAnd):
        return BinaryExpression("*", left, right, span=at.span(node))
    both = BinaryExpression("*", _oppose(left), _oppose(right))
    return _oppose(both, at.span(node))


def _oppose(mask: SyntaxNode, span: Span = (0, 0)) -> SyntaxNode:
    return BinaryExpression("-", ONE, mask, span=span)


def _read_mask(at: CodeTranslator, node: ast.expr) -> SyntaxNode:
    """A formula that may be a mask; numbers and tensors of other kinds are none."""
    found = at.translate(node)
    roles = {t.role for t in at.table.context.tensors.values() if _is_of(t.name.letter, found)}
    if isinstance(found, Numeral) or roles - {"mask"}:
        at.refuse(node, "masks alone are joined by & and |", "(x > 0) & (y > 0)")
    return found


def _is_of(letter: str, node: SyntaxNode) -> bool:
    return isinstance(node, TensorReference) and node.letter == letter


def _read_unary(at: CodeTranslator, node: ast.UnaryOp) -> SyntaxNode:
    span = at.span(node)
    if isinstance(node.op, ast.Invert | ast.Not):
        return _oppose(_read_mask(at, node.operand), span)
    inner = node.operand
    if isinstance(node.op, ast.USub) and isinstance(inner, ast.Attribute) and inner.attr == "inf":
        return Identifier(LOWEST, span=span)
    body = at.translate(inner)
    return UnaryMinus(body, span=span) if isinstance(node.op, ast.USub) else body


def _read_comparison(at: CodeTranslator, node: ast.Compare) -> SyntaxNode:
    sides = [at.translate(x) for x in (node.left, *node.comparators)]
    found: list[SyntaxNode] = []
    for sign, left, right in zip(node.ops, sides[:-1], sides[1:], strict=True):
        relation = COMPARISONS.get(type(sign))
        if relation is None:
            at.refuse(node, "this comparison is not read", "< <= == != >= >")
        found.append(Condition(relation, left, right, span=at.span(node)))
    return found[0] if len(found) == 1 else JoinedConditions("and", tuple(found))


def _read_joined(at: CodeTranslator, node: ast.BoolOp) -> SyntaxNode:
    found = tuple(at.read(x) for x in node.values)
    if not all(isinstance(x, Condition | JoinedConditions) for x in found):
        at.refuse(node, "conditions alone are joined by 'and' and 'or'", "a > 0 and b > 0")
    word = "and" if isinstance(node.op, ast.And) else "or"
    return JoinedConditions(word, found, span=at.span(node))


def _read_choice(at: CodeTranslator, node: ast.IfExp) -> SyntaxNode:
    condition = at.read(node.test)
    if not isinstance(condition, Condition | JoinedConditions):
        at.refuse(node.test, "a condition is expected here", "1 if x > 0 else 0")
    branches = (at.translate(node.body), condition), (at.translate(node.orelse), None)
    return Cases(branches, span=at.span(node))


def _read_list(at: CodeTranslator, node: ast.List | ast.Tuple) -> SyntaxNode:
    items = [at.translate(x) for x in node.elts]
    if not items:
        at.refuse(node, "a list without entries is not read", "[1, 2]")
    return stack_items(at, items, at.span(node))


RULES: Mapping[type[ast.expr], Callable[..., SyntaxNode]] = {
    ast.Constant: _read_constant,
    ast.Name: _read_name,
    ast.Attribute: _read_attribute,
    ast.Subscript: _read_subscript,
    ast.BinOp: _read_binary,
    ast.UnaryOp: _read_unary,
    ast.Compare: _read_comparison,
    ast.BoolOp: _read_joined,
    ast.IfExp: _read_choice,
    ast.List: _read_list,
    ast.Tuple: _read_list,
    ast.Call: translate_call,
}
