"""Gauss-Newton products: the curvature of the cost seen through the linearised network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from symconv.core.equation import Equation, Program
from symconv.core.errors import SymconvError
from symconv.core.tensor import Name, Tensor

from .derivative import visible
from .forward_mode import tangents
from .renaming import renamed
from .reverse import derivative_tensor, reverse
from .second import direction_of, hessian_vector_product


def gauss_newton_product(forward: Program, wrt: tuple[Tensor, ...]) -> Program:
    """G v = J' H J v as a program: J of the network up to its cost, H the Hessian of the cost.

    The direction of `w^1` is the input `vw^1`, and the product is the tensor `gradient w^1`
    (Schraudolph, Fast curvature matrix-vector products for second-order gradient descent, 2002).
    Raises SymconvError unless the cost reads exactly one value of the network.
    """
    network, output = _network(forward)
    directions = {t.key: direction_of(t) for t in wrt}
    moving, moves = tangents(network, directions)
    cost = _curvature(forward, output, moving[output.key])
    back = reverse(network, wrt)
    tensors = (*forward.tensors, *directions.values(), *moving.values())
    equations = (*network.equations, *moves, *cost.equations, *back.equations)
    return Program(
        _unique((*tensors, *cost.tensors, *back.program.tensors), equations),
        _once(equations),
        back.results[0].key,
        forward.sizes,
    )


def _network(forward: Program) -> tuple[Program, Tensor]:
    """The network without its cost, and the one value that the cost reads."""
    *inside, last = forward.equations
    read = [forward.tensor(k) for k in sorted(visible(last.rhs))]
    values = [t for t in read if t.role == "value"]
    if not forward.tensor(forward.output).scalar or len(values) != 1:
        raise SymconvError("a Gauss-Newton product needs a cost that reads one value")
    return replace(forward, equations=tuple(inside), output=values[0].key), values[0]


def _curvature(forward: Program, output: Tensor, direction: Tensor) -> Program:
    """The equations of H v for the cost alone; the product is the delta of the output."""
    alone = replace(output, role="input")
    last = forward.equations[-1]
    read = visible(last.rhs) | {last.key}
    tensors = tuple(alone if t.key == output.key else t for t in forward.tensors if t.key in read)
    alone_program = Program(tensors, (last,), last.key)
    product = hessian_vector_product(alone_program, (alone,)).passes.program
    names: dict[str, Name] = {
        direction_of(alone).key: direction.name,
        derivative_tensor(alone).key: derivative_tensor(output).name,
    }
    kept = [e for e in product.equations if e.key != product.output]
    return renamed(replace(product, equations=tuple(kept)), names)


def _once(equations: Iterable[Equation]) -> tuple[Equation, ...]:
    """Each equation once: a mask serves tangents and deltas."""
    found: dict[str, Equation] = {}
    for equation in equations:
        found.setdefault(equation.key, equation)
    return tuple(found.values())


def _unique(tensors: Iterable[Tensor], equations: Iterable[Equation]) -> tuple[Tensor, ...]:
    """Each tensor once, as far as equations read or define it."""
    used = {k for e in equations for k in (*visible(e.rhs), e.key)}
    found: dict[str, Tensor] = {}
    for tensor in tensors:
        known = found.setdefault(tensor.key, tensor)
        if known.shape != tensor.shape:
            raise SymconvError(f"'{tensor.key}' would name two tensors", help="rename it")
    return tuple(t for k, t in found.items() if k in used or t.role in {"target", "parameter"})
