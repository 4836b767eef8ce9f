"""A tree as one line of text: the reading that is echoed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from symconv.claims.model.code_nodes import CodeRun, LocalName
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.extents import spell_extent
from symconv.claims.model.syntax_tree import (
    ArrayLiteral,
    BinaryExpression,
    Cases,
    CodeFormula,
    Condition,
    Differential,
    Exponentiation,
    ExtraAxis,
    FirstMaximum,
    FunctionCall,
    FurtherAxes,
    Identifier,
    IndexSlice,
    JoinedConditions,
    KeywordArgument,
    LabelMask,
    Maximum,
    Numeral,
    Subscript,
    Summation,
    SyntaxNode,
    TensorReference,
    UnaryMinus,
)
from symconv.core.tensor import Name

SIGNS = {"": "*", "*": "*", "conv": " ∗ ", "corr": " ⋆ ", "had": " ⊙ ", "@": " @ "}
OF_ARRAYS = {"softmax", "log_softmax"}
"""Functions of which an entry is echoed with its index behind the bracket."""

MOST_PLACES = 60
"""The most decimals of a number that is echoed.

Text has at most 40 digits, and an exponent moves the point.
"""


def unparse(node: SyntaxNode, context: NetworkContext, delta: str = "") -> str:
    """The node as text; `delta` is the tensor whose error signal a bare delta is."""
    return Unparser(context, delta)(node)


@dataclass(frozen=True)
class Unparser:
    """Writes nodes with the names of one network."""

    context: NetworkContext
    delta: str = ""

    def __call__(self, node: SyntaxNode) -> str:
        return RULES[type(node)](self, node)

    def shown(self, letter: str) -> str:
        """The letter of a tensor in the hand of the notation."""
        sign = self.context.notation.hand.sign(Name(letter)) if letter else None
        return letter if sign is None else sign.ascii()

    def tight(self, node: SyntaxNode) -> str:
        """The node as a factor: in brackets if it is a sum or has a sign."""
        loose = isinstance(node, UnaryMinus) or is_sum(node)
        return f"({self(node)})" if loose else self(node)


def is_sum(node: SyntaxNode) -> bool:
    """Whether a node is a sum or a difference."""
    return isinstance(node, BinaryExpression) and node.operator in {"+", "-"}


def _number(_: Unparser, node: Numeral) -> str:
    value, unit = node.value, node.unit
    if value.denominator == 1:
        return str(value)
    places = 0
    while unit is not None and unit * 10**places < 1 and places < MOST_PLACES:
        places += 1
    if places and (value * 10**places).denominator == 1:
        digits = str(abs(int(value * 10**places))).rjust(places + 1, "0")
        return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
    return str(value)


def _identifier(s: Unparser, node: Identifier) -> str:
    own = node.name in s.context.own_size_names
    return spell_extent(node.name) if node.name in s.context.size_names and not own else node.name


def _entry(s: Unparser, node: TensorReference) -> str:
    sub = ",".join(map(s, node.indices or ()))
    letter = node.letter or s.delta
    letter, cost = s.shown(letter), s.shown(s.context.cost)
    body = (f"∂{cost}/∂{letter}" if letter else s.shown("delta")) if node.kind else letter
    if sub:
        body += f"_{{{sub}}}" if len(sub) > 1 else f"_{sub}"
    if node.layer is not None and (
        node.kind or s.context.layers.get(node.letter, [None]) != [None]
    ):
        layer = s(node.layer)
        body += f"^{{{layer}}}" if len(layer) > 1 else f"^{layer}"
    return body + ("(new)" if node.fresh else "")


def _differential(s: Unparser, node: Differential) -> str:
    of, by = s(node.of), s(node.by)
    return f"∂{of}/∂{by}" if isinstance(node.of, TensorReference) else f"∂/∂{by} ({of})"


def _binary(s: Unparser, node: BinaryExpression) -> str:
    if is_sum(node):
        bracket = node.operator == "-" and is_sum(node.right)
        right = f"({s(node.right)})" if bracket else s(node.right)
        return f"{s(node.left)} {node.operator} {right}"
    bracket = node.operator == "/" and isinstance(node.right, BinaryExpression)
    right = f"({s(node.right)})" if bracket else s.tight(node.right)
    return f"{s.tight(node.left)}{SIGNS.get(node.operator, node.operator)}{right}"


def _cases(s: Unparser, node: Cases) -> str:
    said = (s(v) if c is None else f"{s(v)} if {s(c)}" for v, c in node.branches)
    return "{" + "; ".join(said) + "}"


def _total(s: Unparser, node: Summation) -> str:
    return f"Σ_{{{', '.join(x.name for x in node.limits)}}} {s.tight(node.body)}"


def _reduce(s: Unparser, node: Summation, sign: str) -> str:
    return f"{sign}_{{{', '.join(x.name for x in node.limits)}}} {s.tight(node.body)}"


def _apply(s: Unparser, node: FunctionCall) -> str:
    first = node.arguments[0] if node.arguments else None
    if node.function in OF_ARRAYS and isinstance(first, TensorReference) and first.indices:
        sub = ",".join(map(s, first.indices))
        whole = s(replace(first, indices=None))
        return f"{node.function}({whole})_{f'{{{sub}}}' if len(sub) > 1 else sub}"
    return f"{node.function}{chr(39) * node.primes}({', '.join(map(s, node.arguments))})"


def _array(s: Unparser, node: ArrayLiteral) -> str:
    """Rows behind each other with semicolons between; arrays of more axes with more brackets."""
    texts = [s(entry) for entry in node.entries]
    for axis, extent in enumerate(reversed(node.shape)):
        sign = "; " if axis == 1 else ", "
        rows = [texts[n : n + extent] for n in range(0, len(texts), extent)]
        bare = axis == 0 and len(rows) > 1
        texts = [sign.join(row) if bare else f"[{sign.join(row)}]" for row in rows]
    return texts[0]


def _slice(s: Unparser, node: IndexSlice) -> str:
    ends = ":".join("" if x is None else s(x) for x in (node.low, node.high))
    return ends if node.step is None else f"{ends}:{s(node.step)}"


RULES: Mapping[type[SyntaxNode], Callable[..., str]] = {
    Numeral: _number,
    Identifier: _identifier,
    TensorReference: _entry,
    IndexSlice: _slice,
    FurtherAxes: lambda _, __: "…",
    ExtraAxis: lambda _, __: "None",
    LabelMask: lambda s, node: f"[k = {s(node.label)}_n]",
    Subscript: lambda s, node: f"{s.tight(node.base)}[{', '.join(map(s, node.indices))}]",
    KeywordArgument: lambda s, node: f"{node.name}={s(node.value)}",
    Differential: _differential,
    UnaryMinus: lambda s, node: f"-{s.tight(node.body)}",
    Exponentiation: lambda s, node: f"({s(node.base)})^{s.tight(node.exponent)}",
    BinaryExpression: _binary,
    Summation: _total,
    Maximum: lambda s, node: _reduce(s, node, "min" if node.smallest else "max"),
    FirstMaximum: lambda s, node: _reduce(s, node, "argmax"),
    FunctionCall: _apply,
    ArrayLiteral: _array,
    Condition: lambda s, node: f"{s(node.left)} {node.relation} {s(node.right)}",
    JoinedConditions: lambda s, node: f" {node.word} ".join(map(s, node.conditions)),
    Cases: _cases,
    CodeFormula: lambda s, node: s(node.body),
    CodeRun: lambda s, node: s(node.value),
    LocalName: lambda _, node: node.name,
}
