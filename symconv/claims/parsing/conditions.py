r"""Conditions: `x > 0`, `0 \le i - a < 3`, `i = j \text{ and } z_i > 0`, and what has them.

In square brackets, or behind the one of an indicator, a condition is 1 where it holds and 0
elsewhere; before a question mark it chooses between two values.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    ONE,
    ZERO,
    Cases,
    Condition,
    Identifier,
    JoinedConditions,
    SyntaxNode,
    TensorReference,
    join_spans,
)

if TYPE_CHECKING:
    from .parser import Parser

COMPARISONS = {"<", ">", "<=", ">=", "!=", "=", "=="}
OPENING = {"[": "]", "{": "}", "(": ")", "⌊": "⌋", "⌈": "⌉"}
JOINED = (Condition, JoinedConditions)


def parse_condition(at: Parser, *, equal: bool = False, commas: bool = False) -> SyntaxNode:
    """A formula, or conditions joined by `and` and `or`.

    `equal` says that `=` compares, and `commas` that a comma joins, too.
    """
    found = parse_comparison(at, equal=equal)
    choices = [[found]]
    while isinstance(found, JOINED) and (word := _find_joining_word(at, commas=commas)):
        at.take()
        found = parse_comparison(at, equal=equal)
        if not isinstance(found, JOINED):
            at.fail("a condition is expected here", "x > 0", found.span)
        if word == "or":
            choices.append([])
        choices[-1].append(found)
    return _join([_join(x, "and") for x in choices], "or")


def _join(found: list[SyntaxNode], word: str) -> SyntaxNode:
    if len(found) == 1:
        return found[0]
    return JoinedConditions(word, tuple(found), span=join_spans(found[0], found[-1]))


def _find_joining_word(at: Parser, *, commas: bool) -> str:
    """`and`, `or` or a comma, if a condition follows; the comma is an `and`."""
    word = at.peek().text
    if word in {"and", "or"}:
        return word
    ends = at.peek(1).kind in {"row", "end"} or at.peek(1).text.startswith(("end ", *CLOSERS))
    return "and" if commas and word in {",", ";"} and not ends else ""


CLOSERS = ("}", ")", "]")


def parse_comparison(at: Parser, *, equal: bool) -> SyntaxNode:
    r"""A formula, or a chain of comparisons: `0 \le i - a < 3` is two conditions."""
    sides, signs = [at.sum_of_terms()], []
    while _is_comparison(at, equal=equal):
        signs.append(at.take().text)
        sides.append(at.sum_of_terms())
    found = [
        _as_condition(at, s, a, b) for s, a, b in zip(signs, sides[:-1], sides[1:], strict=True)
    ]
    return _join(list(found), "and") if found else sides[0]


def _as_condition(at: Parser, sign: str, left: SyntaxNode, right: SyntaxNode) -> Condition:
    """A comparison; in code `==` compares whole arrays, entry by entry."""
    relation = "=" if sign == "==" else sign
    found = Condition(relation, left, right, span=join_spans(left, right))
    return found if at.is_code else as_index_condition(at, found)


def _is_comparison(at: Parser, *, equal: bool) -> bool:
    sign = at.peek()
    return sign.kind == "op" and sign.text in COMPARISONS and (sign.text != "=" or equal)


def as_index_condition(at: Parser, node: Condition) -> Condition:
    """The condition with letters as indices where they cannot be tensors.

    A tensor of several entries is not compared with `=`, nor added to an index: its letter is an
    index then, as in [a = i + b].
    """
    sides = (node.left, node.right)
    bare = [n for s in sides for n in s.walk() if _is_bare_array(at, n)]
    names = any(
        isinstance(n, Identifier) and n.name not in at.table.context.size_names
        for s in sides
        for n in s.walk()
    )
    indexed = all(n.letter in at.subscripts for n in bare if isinstance(n, TensorReference))
    if not bare or not (node.relation in {"=", "!="} or (names and indexed)):
        return node
    left, right = (at.table.as_index(s) for s in sides)
    return Condition(node.relation, left, right, span=node.span)


def _is_bare_array(at: Parser, node: SyntaxNode) -> bool:
    """Whether a node is the letter of a tensor of several entries, without an index."""
    if not isinstance(node, TensorReference) or node.indices is not None or node.kind:
        return False
    context = at.table.context
    found = [t for t in context.tensors.values() if t.name.letter == node.letter]
    return bool(found) and all(prod(context.shape(t)) > 1 for t in found)


def as_indicator(node: SyntaxNode) -> SyntaxNode:
    """A condition as 1 where it holds and 0 elsewhere; other nodes as they are."""
    if not isinstance(node, JOINED):
        return node
    return Cases(((ONE, node), (ZERO, None)), span=node.span)


def parse_indicator(at: Parser) -> SyntaxNode:
    r"""What follows the one of an indicator: `[x > 0]`, `_{x > 0}`, `(x > 0)`, `_{\{x > 0\}}`."""
    if at.peek().text == "_":
        at.take()
    opening = at.take()
    if opening.text not in OPENING:
        at.fail("the condition of the indicator is missing", "1[x > 0]", opening.span)
    with at.within():
        found = as_indicator(parse_condition(at, equal=True, commas=True))
        at.expect(OPENING[opening.text])
    if not isinstance(found, Cases):
        at.fail("a condition is expected here", "1[x > 0]", found.span)
    at.closed = True
    return found


def holds_relation(at: Parser, ahead: int = 0) -> bool:
    """Whether the bracket that opens so many tokens ahead holds a relation of its own."""
    return any(t in COMPARISONS for t in peek_inside(at, ahead))


def peek_inside(at: Parser, ahead: int = 0) -> list[str]:
    """The signs and names directly inside the bracket that opens so many tokens ahead."""
    depth = 0
    found: list[str] = []
    while (token := at.peek(ahead)).kind != "end":
        if token.text in OPENING:
            depth += 1
        elif token.text in OPENING.values():
            depth -= 1
            if not depth:
                return found
        elif depth == 1:
            found.append(token.text)
        ahead += 1
    return []


def parse_choice(at: Parser, condition: SyntaxNode) -> SyntaxNode:
    """`x > 0 ? a : b`, read from the question mark on; other formulas as they are."""
    if at.peek().text != "?":
        return condition
    if not isinstance(condition, JOINED):
        at.fail("a condition is expected before '?'", "x > 0 ? 1 : 0", condition.span)
    at.take()
    with at.within():
        yes = parse_choice(at, parse_condition(at))
        at.expect(":")
        no = parse_choice(at, parse_condition(at))
    return Cases(((yes, condition), (no, None)), span=join_spans(condition, no))
