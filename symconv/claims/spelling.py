"""A tree as one line of text: the reading that is echoed."""

from __future__ import annotations

from .facts import Facts
from .syntax import (
    Apply,
    Binary,
    Cases,
    Compare,
    Differential,
    Entry,
    Matrix,
    Negative,
    Node,
    Number,
    Power,
    Symbol,
    Total,
)

SIGNS = {"": "*", "*": "*", "conv": " ∗ ", "corr": " ⋆ ", "had": " ⊙ ", "@": " @ "}


def spell(node: Node, facts: Facts, delta: str = "") -> str:  # noqa: PLR0911 - one line a node
    """The node as text."""
    s = lambda n: spell(n, facts, delta)  # noqa: E731 - shorter below
    if isinstance(node, Number):
        return _number(node)
    if isinstance(node, Symbol):
        return node.name
    if isinstance(node, Entry):
        return _entry(node, facts, delta)
    if isinstance(node, Differential):
        of = s(node.of)
        simple = isinstance(node.of, Entry)
        return f"∂{of}/∂{s(node.by)}" if simple else f"∂/∂{s(node.by)} ({of})"
    if isinstance(node, Negative):
        return f"-{_tight(node.body, s(node.body))}"
    if isinstance(node, Power):
        return f"({s(node.base)})^{_tight(node.exponent, s(node.exponent))}"
    if isinstance(node, Binary):
        if node.operator in {"+", "-"}:
            right = s(node.right)
            if (
                node.operator == "-"
                and isinstance(node.right, Binary)
                and node.right.operator in {"+", "-"}
            ):
                right = f"({right})"
            return f"{s(node.left)} {node.operator} {right}"
        sign = SIGNS.get(node.operator, node.operator)
        right = _tight(node.right, s(node.right))
        if node.operator == "/" and isinstance(node.right, Binary):
            right = f"({s(node.right)})"
        return f"{_tight(node.left, s(node.left))}{sign}{right}"
    if isinstance(node, Total):
        names = ", ".join(x.name for x in node.limits)
        return f"Σ_{{{names}}} {_tight(node.body, s(node.body))}"
    if isinstance(node, Apply):
        return f"{node.function}{chr(39) * node.primes}({', '.join(map(s, node.arguments))})"
    if isinstance(node, Matrix):
        return "[" + "; ".join(", ".join(map(s, row)) for row in node.rows) + "]"
    if isinstance(node, Compare):
        return f"{s(node.left)} {node.relation} {s(node.right)}"
    assert isinstance(node, Cases)
    return (
        "{" + "; ".join(s(v) if c is None else f"{s(v)} if {s(c)}" for v, c in node.branches) + "}"
    )


def _tight(node: Node, text: str) -> str:
    loose = isinstance(node, Binary) and node.operator in {"+", "-"}
    return f"({text})" if loose or isinstance(node, Negative) else text


def _number(node: Number) -> str:
    value, unit = node.value, node.unit
    if value.denominator == 1:
        return str(value)
    places = 0
    while unit is not None and unit * 10**places < 1 and places < 60:
        places += 1
    if places and (value * 10**places).denominator == 1:
        digits = str(abs(int(value * 10**places))).rjust(places + 1, "0")
        return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
    return str(value)


def _entry(node: Entry, facts: Facts, delta: str) -> str:
    sub = ",".join(spell(i, facts, delta) for i in node.indices or ())
    body = node.letter
    if node.kind:
        body = f"∂{facts.cost}/∂{node.letter or delta}"
    if sub:
        body += f"_{{{sub}}}" if len(sub) > 1 else f"_{sub}"
    if node.layer is not None and (node.kind or facts.layers.get(node.letter, [None]) != [None]):
        layer = spell(node.layer, facts, delta)
        body += f"^{{{layer}}}" if len(layer) > 1 else f"^{layer}"
    return body + ("(new)" if node.fresh else "")
