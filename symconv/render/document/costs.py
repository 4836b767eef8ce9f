"""What the equations of a page cost, as formulas with sizes as names; a sentence each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Expr, S, factor

from symconv.render.formula.arrange import arrange
from symconv.render.formula.names import DisplayNames, display_entry, tensor_name
from symconv.structure.operation_counts import EquationCost

from .symbol_notes import Sentence

COUNTED = (
    "Each +, −, ×, division, power, root, comparison and function counts as one operation, entry "
    "by entry; a number is 8 bytes, and each array of an equation is read or written once."
)


def describe_costs(
    costs: Sequence[EquationCost], numbers: Mapping[str, int], names: DisplayNames
) -> tuple[Sentence, ...]:
    """Each equation by its number, then all of them, and what was counted."""
    said: list[Sentence] = []
    for cost in costs:
        key = cost.equation.key
        whole = display_entry(tensor_name(key), (), names)
        said.append(
            (f"({numbers[key]}) ", whole, ": ", *_amounts(cost.operations, cost.bytes, names))
        )
    total = [sum((c.operations for c in costs), S.Zero), sum((c.bytes for c in costs), S.Zero)]
    return (*said, ("Altogether ", *_amounts(total[0], total[1], names)), (COUNTED,))


def _amounts(operations: Expr, amount: Expr, names: DisplayNames) -> Sentence:
    """So many operations, so many bytes."""
    done, moved = (arrange(factor(e), names) for e in (operations, amount))
    return (done, " operations, ", moved, " bytes.")
