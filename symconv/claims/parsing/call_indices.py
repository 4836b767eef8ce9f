r"""An index behind a function of an array: `softmax(z)_i`, `\sigma(z)[i]`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeGuard

from symconv.claims.model.syntax_tree import FunctionCall, SyntaxNode, TensorReference

from .scripts import parse_index_list, parse_subscript
from .tensor_indices import normalize_indices

if TYPE_CHECKING:
    from .parser import Parser

INDEXED = frozenset({"softmax", "log_softmax", "sigmoid", "tanh", "relu", "activation"})
"""The functions whose result has the indices of what they are taken of."""


def has_call_index(base: SyntaxNode, at: Parser) -> TypeGuard[FunctionCall]:
    """Whether an index follows a function of a whole tensor, right behind its bracket."""
    if not isinstance(base, FunctionCall) or base.function not in INDEXED:
        return False
    plain = len(base.arguments) == 1 and isinstance(base.arguments[0], TensorReference)
    follows = at.peek()
    return (
        plain
        and base.arguments[0].indices is None  # type: ignore[attr-defined]
        and follows.kind == "op"
        and follows.text in {"_", "["}
        and follows.start == at.last.stop
    )


def parse_call_index(at: Parser, call: FunctionCall) -> FunctionCall:
    """The call with the index on its argument: f(z)_i is f(z_i), and an entry of softmax(z)."""
    (inner,) = call.arguments
    assert isinstance(inner, TensorReference)
    if at.peek().text == "_":
        at.take()
        indices = parse_subscript(at)
    else:
        indices = parse_index_list(at, "]")
    entry = normalize_indices(at.table, replace(inner, indices=indices), at)
    return replace(call, arguments=(entry,), span=(call.span[0], at.last.stop))
