r"""Short forms: `e^{-z}`, `\nabla_w E`, and the names of code, `dw` and `grad_w`, for gradients."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    FunctionCall,
    Identifier,
    Statement,
    SyntaxNode,
    TensorReference,
)

from .brackets import parse_brackets
from .scripts import parse_scripts

if TYPE_CHECKING:
    from .parser import Parser
    from .symbol_table import SymbolTable


def parse_exponential(at: Parser) -> SyntaxNode | None:
    """`e^{-z}`, `e**(-z)`; None where e is something else."""
    if at.peek(1).text not in {"^", "power"}:
        return None
    start = at.take()
    at.take()
    exponent = parse_brackets(at) if at.peek().text in {"{", "("} else at.factor()
    return FunctionCall("exp", (exponent,), span=(start.start, exponent.span[1]))


def parse_gradient(at: Parser) -> SyntaxNode | None:
    """`dw`, as programs call dC/dw; None where d is something else."""
    name = at.peek(1)
    if name.text == at.table.context.cost:
        return None
    # `dw` without a space in between; `d w` may be a product.
    if name.kind != "name" or name.start != at.peek().stop or name.text not in at.table.letters:
        return None
    if not at.starts_statement():
        return None
    start = at.take()
    found = at.base()
    if not isinstance(found, TensorReference):
        return at.fail("a derivative is dC/dw", "dC/dw", found.span)
    return _as_error_signal(at, replace(found, span=(start.start, found.span[1])))


def parse_nabla(at: Parser) -> SyntaxNode | None:
    r"""`\nabla_w E`, `grad_w`, `\nabla_{w} E`; None where it is something else."""
    place = at.place
    token = at.take()
    found = parse_scripts(at, token)
    names = [n.name for n in found.sub or () if isinstance(n, Identifier)]
    if len(names) != 1 or names[0] not in at.table.letters:
        at.place = place
        return None
    cost = at.peek()
    if cost.kind == "name" and at.table.alias(cost.text) == at.table.context.cost:
        at.take()
    found.sub = found.sub[1:] or None if found.sub else None
    entry = at.table.bind(names[0], found, at)
    if not isinstance(entry, TensorReference):
        return at.fail("a gradient is dC/dw", "\\nabla_w C", found.whole)
    return _as_error_signal(at, replace(entry, span=(token.start, at.last.stop)))


def _as_error_signal(at: Parser, entry: TensorReference) -> TensorReference:
    at.table.note(f"read as the derivative of {at.table.context.cost} by {entry.letter}")
    return replace(entry, kind="delta")


ARROWS = {"<-", ":="}
STEPS = {"-=": "-", "+=": "+"}
NOTE = "read as one step of gradient descent"


def parse_weight_step(at: Parser) -> SyntaxNode:
    r"""`\Delta w`: the weight after the step less the weight before."""
    mark = at.take()
    entry = at.base()
    if not isinstance(entry, TensorReference):
        at.fail("the name of a weight is expected here", "\\Delta w_1", entry.span)
    new = replace(entry, fresh=True)
    return BinaryExpression("-", new, entry, span=(mark.start, entry.span[1]))


def as_update(statement: Statement, table: SymbolTable) -> Statement:
    """The statement with its left side after the step, if it is an assignment to a weight."""
    left, mark = statement.parts[0], statement.marks[0]
    target = _weight_of(left, table)
    if len(statement.parts) != 2 or target is None or target.fresh:
        return statement
    right = statement.parts[1]
    if mark in STEPS:
        right = BinaryExpression(STEPS[mark], target, right, span=right.span)
    elif not _reads(right, target) or (mark not in ARROWS and not isinstance(left, Identifier)):
        return statement
    new = replace(target, fresh=True)
    notes = (*statement.notes, NOTE)
    return replace(statement, parts=(new, right), marks=("=",), notes=notes)


def _weight_of(left: SyntaxNode, table: SymbolTable) -> TensorReference | None:
    """The entry of a tensor on the left; `w'` stands for the new w, too."""
    if isinstance(left, Identifier) and left.name.rstrip("'") in table.context.layers:
        return TensorReference(left.name.rstrip("'"), span=left.span)
    known = (
        isinstance(left, TensorReference) and not left.kind and left.letter in table.context.layers
    )
    return left if isinstance(left, TensorReference) and known else None


def _reads(right: SyntaxNode, target: TensorReference) -> bool:
    return any(n == target for n in right.walk())
