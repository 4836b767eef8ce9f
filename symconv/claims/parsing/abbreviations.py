r"""Short forms: `e^{-z}`, `\nabla_w E`, and the names of code, `dw` and `grad_w`, for gradients."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    FunctionCall,
    Identifier,
    Numeral,
    Statement,
    Subscript,
    SyntaxNode,
    TensorReference,
)
from symconv.claims.model.vocabulary import RATES
from symconv.claims.readings.gradient_name import GRADIENT, GRADIENT_NAME, PRODUCT

from .brackets import parse_brackets
from .gradient_operators import as_error_signal, parse_gradient_operator, takes_cost
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
    if name.kind != "name" or name.start != at.peek().stop:
        return None
    if at.table.find_letter(name.text) is None:
        return None
    own = "d" in at.table.letters and not at.starts_statement()
    possible = (PRODUCT, GRADIENT) if own else (GRADIENT,)
    if at.table.choose(GRADIENT_NAME, "", possible) == PRODUCT:
        return None
    start = at.take()
    return _differentiate_by(at, at.base(), start.start)


def _differentiate_by(at: Parser, found: SyntaxNode, start: int) -> SyntaxNode:
    """The derivative by a tensor, which may be transposed or have indices behind it."""
    if isinstance(found, FunctionCall) and found.function == "transpose":
        return replace(found, arguments=(as_error_signal(at, found.arguments[0], start),))
    if isinstance(found, Subscript):
        return replace(found, base=as_error_signal(at, found.base, start))
    return as_error_signal(at, found, start)


OUTPUT_GRADIENTS = ("dout", "dOut", "d_out", "grad_out", "grad_output", "gradOutput", "upstream")


def parse_output_gradient(at: Parser) -> SyntaxNode | None:
    """`dout`, as programs call the derivative of the cost by the network's output."""
    output = at.table.context.before_cost
    if output is None:
        return None
    token = at.take()
    said = at.table.bind(output.key.partition("^")[0], parse_scripts(at, token), at)
    if isinstance(said, TensorReference) and said.layer is None and output.name.layer is not None:
        said = replace(said, layer=Numeral(Fraction(output.name.layer)))
    return as_error_signal(at, said, token.start)


def parse_nabla(at: Parser) -> SyntaxNode | None:
    r"""`\nabla_w E`, `grad_w`, `\nabla_{w} E`; None where it is something else."""
    place = at.place
    token = at.take()
    found = parse_scripts(at, token)
    names = [n.name for n in found.sub or () if isinstance(n, Identifier)]
    if len(names) != 1 or at.table.find_letter(names[0]) is None:
        at.place = place
        return parse_gradient_operator(at)
    if not takes_cost(at) and at.starts_factor():
        at.place = place
        return parse_gradient_operator(at)
    found.sub = found.sub[1:] or None if found.sub else None
    layers = at.table.context.layers.get(names[0], [])
    if len(layers) > 1 and found.sup is None and found.tail is None:
        # What a cost is differentiated by without saying which is the network's output.
        found.sup = Numeral(Fraction(at.table.context.last_layer))
    return as_error_signal(at, at.table.bind(names[0], found, at), token.start)


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
    elif not _reads(right, target):
        return statement
    elif mark not in ARROWS and not isinstance(left, Identifier) and not _is_step(right, target):
        # As an equation, `w = w - eta g` would only hold where the gradient is 0.
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


def _is_step(right: SyntaxNode, target: TensorReference) -> bool:
    """Whether a side is a weight and, added or taken away, something with a learning rate."""
    if not isinstance(right, BinaryExpression) or right.operator not in {"+", "-"}:
        return False
    rates = any(isinstance(n, Identifier) and n.name in RATES for n in right.right.walk())
    return right.left == target and rates


def _reads(right: SyntaxNode, target: TensorReference) -> bool:
    return any(n == target for n in right.walk())
