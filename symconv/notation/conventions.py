"""The conventions of a network, read off its equations: what a reader has to know to compare."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Sum, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.core.nodes import MaxOver
from symconv.core.tensor import Tensor

from .cost_words import cost_words


def conventions(program: Program) -> tuple[str, ...]:
    """One sentence for each choice that a formula or a number depends on."""
    said = [
        *(line for e in program.equations for line in _kernel(e, program)),
        *layout(program),
        *(line for e in program.equations for line in _absent(e)),
        *(line for e in program.equations for line in _cost(e, program)),
    ]
    return tuple(dict.fromkeys(said))


def _kernel(equation: Equation, program: Program) -> Iterator[str]:
    """Correlation or convolution: the direction in which a window and its kernel are read."""
    for summed in sorted(equation.rhs.atoms(Sum), key=str):
        accesses = sorted(summed.function.atoms(Indexed), key=str)
        kernels = [a for a in accesses if program.tensor(a).role == "parameter"]
        others = [a for a in accesses if a not in kernels]
        signs = {
            _direction(kernel, v) * window
            for kernel in kernels
            for v in summed.variables
            for window in _window_directions(others, v)
        }
        if 1 in signs:
            yield "Convolution means cross-correlation: the kernel is read forwards (not flipped)."
        if -1 in signs:
            yield "Convolution is that of mathematics: the kernel is read backwards (flipped)."


def _direction(access: Indexed, v: Symbol) -> int:
    """The sign with which an index moves through an access; 0 where it does not."""
    return next((_sign(expand(e).coeff(v)) for e in access.indices if e.has(v)), 0)


def _window_directions(accesses: list[Indexed], v: Symbol) -> Iterator[int]:
    """The same for accesses in which the index shares its axis with another one: windows."""
    for access in accesses:
        for e in access.indices:
            if any(not s.is_nonnegative for s in e.free_symbols - {v}) and e.has(v):
                yield _sign(expand(e).coeff(v))


def _sign(coefficient: Expr) -> int:
    return 1 if coefficient.is_positive else -1 if coefficient.is_negative else 0


def layout(program: Program) -> Iterator[str]:
    """The order of the axes of the first input, and of the kernels."""
    for tensor in program.tensors:
        if tensor.role in {"input", "parameter"} and len(tensor.shape) > 2:
            yield f"The axes of {tensor.key} are {', '.join(axis_words(tensor))}."


def axis_words(tensor: Tensor) -> list[str]:
    """The axes of an image or a kernel in words."""
    lead = len(tensor.shape) - 2
    if tensor.role == "input":
        words = (["batch"] if tensor.batch else []) + ["channel"] * (lead - tensor.batch)
    else:
        words = ["output channel", "input channel"][:lead] if lead == 2 else ["channel"] * lead
    return [*words, "row", "column"]


def _absent(equation: Equation) -> Iterator[str]:
    """What stands for the entries beyond the border."""
    if equation.rhs.has(MaxOver):
        yield "Padding never wins a maximum: entries beyond the border count as minus infinity."
    elif equation.rhs.has(Sum):
        yield "Every tensor is 0 beyond its border and at indices that are no integers."


def _cost(equation: Equation, program: Program) -> Iterator[str]:
    """Sum or mean, over what, and the factor in front of the cost."""
    tensor = program.tensor(equation.key)
    words = cost_words(equation, program) if tensor.role == "cost" else ""
    if words:
        yield f"The cost {tensor.key} is {words}."
