"""What a statement is: a claim, a given value, an architecture, an update or a definition."""

from __future__ import annotations

from symconv.claims.evaluation.comparison import is_constant
from symconv.claims.evaluation.evaluate import Definitions
from symconv.claims.model.facts import Facts
from symconv.claims.model.printed_numbers import literal
from symconv.claims.model.tree import Binary, Differential, Entry, Matrix, Node, Statement, Symbol


def kind_of(statement: Statement, facts: Facts, definitions: Definitions) -> str:
    """The kind of a statement."""
    left, right = statement.parts[0], statement.parts[-1]
    nodes = [n for p in statement.parts for n in p.walk()]
    if ":=" in statement.marks or _is_new(left, facts, definitions):
        return "definition"
    if any(isinstance(n, Entry) and n.fresh for n in nodes):
        return "update"
    derivative = any(
        isinstance(n, Differential) or (isinstance(n, Entry) and n.kind) for n in nodes
    )
    if not derivative and _gives(left, facts) and is_constant(right):
        return "given value"
    if not derivative and _is_forward(statement, facts):
        return "architecture"
    return "claim"


def _is_new(left: Node, facts: Facts, definitions: Definitions) -> bool:
    """A name that the network does not have, on the left of a formula."""
    if isinstance(left, Symbol):
        return left.name not in facts.size_names and left.name not in definitions
    known = isinstance(left, Entry) and (left.kind or left.letter in facts.layers)
    return isinstance(left, Entry) and not known and left.letter not in definitions


def _gives(left: Node, facts: Facts) -> bool:
    if isinstance(left, Symbol):
        return left.name in facts.size_names
    if isinstance(left, Matrix):
        return literal(left) is None and all(_gives(e, facts) for row in left.rows for e in row)
    return isinstance(left, Entry) and left.letter in facts.layers


def _is_forward(statement: Statement, facts: Facts) -> bool:
    """`image * kernel = image`, or a value by its formula."""
    if any(isinstance(p, Matrix) and literal(p) is None for p in statement.parts):
        return any(isinstance(p, Binary) for p in statement.parts)
    left = statement.parts[0]
    if not isinstance(left, Entry) or left.kind:
        return False
    return left.letter in facts.layers and not is_constant(statement.parts[-1])
