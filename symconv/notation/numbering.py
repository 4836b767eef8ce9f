"""The number of every equation: the same in every document and in the generated code."""

from __future__ import annotations

from collections.abc import Sequence

from symconv.core.equation import Equation, Program
from symconv.core.proof import Derivation, equation_of


def equation_numbers(program: Program, backward: Sequence[Derivation | Equation]) -> dict[str, int]:
    """Key of the defined tensor -> number: forward equations, then backward ones in order."""
    numbers: dict[str, int] = {}
    for equation in (*program.equations, *map(equation_of, backward)):
        numbers.setdefault(equation.key, len(numbers) + 1)
    return numbers
