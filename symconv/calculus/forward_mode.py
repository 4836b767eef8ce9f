"""Forward mode: tangents along given directions, and Gauss-Newton products made of them.

The tangent of y[i] = f(T) is the sum over T's entries of (df/dT[q]) times the tangent of T[q].
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sympy import Add, Expr, S

from symconv.core.equation import Equation, Program
from symconv.core.errors import SymconvError
from symconv.core.nodes import Partial
from symconv.core.tensor import Name, Tensor, index

from .binders import fresh_symbol, index_symbols, sum_over
from .derivative import active_tensors
from .forward_reuse import ForwardReuse, find_masks
from .reverse_mode import derivative_tensor, reverse_mode
from .rewrite_chain import RewriteChain
from .second_order import direction_tensor, hessian_vector_product, rename_tensors


def propagate_tangents(
    forward: Program, directions: dict[str, Tensor]
) -> tuple[dict[str, Tensor], tuple[Equation, ...]]:
    """The tangents of all values that depend on the tensors with a direction, and their equations.

    `directions` holds the direction of a tensor by the tensor's key. The equations of masks that
    tangents read come first.
    """
    moving, equations = dict(directions), list[Equation]()
    masks = find_masks(forward)
    for equation in forward.equations:
        read = sorted(active_tensors(equation.rhs) & set(moving))
        if not read:
            continue
        own = tuple(m.equation for m in masks.get(equation.key, ()))
        tangent = tangent_tensor(forward.tensor(equation.key))
        pairs = [(forward.tensor(k), moving[k]) for k in read]
        equations += [*own, _tangent_equation(equation, tangent, pairs, own)]
        moving[equation.key] = tangent
    return moving, tuple(equations)


def tangent_tensor(tensor: Tensor) -> Tensor:
    """The tensor of tangents: `z^1` moves by `tz^1`."""
    name = replace(tensor.name, letter="t" + tensor.name.letter)
    return replace(tensor, name=name, role="value")


def _tangent_equation(
    equation: Equation,
    tangent: Tensor,
    pairs: list[tuple[Tensor, Tensor]],
    masks: tuple[Equation, ...],
) -> Equation:
    """The equation of one tangent, by the rules of the calculus."""
    recognition = ForwardReuse((equation,), masks)
    terms = [_tangent_term(equation, tensor, direction) for tensor, direction in pairs]
    chain = RewriteChain(Add(*terms))
    chain.differentiate(recognition)
    chain.collapse((), equation.ranges)
    chain.tidy(recognition)
    return Equation(tangent[equation.lhs.indices], chain.formula, equation.ranges, "tangent")


def _tangent_term(equation: Equation, tensor: Tensor, direction: Tensor) -> Expr:
    """sum_q (tangent of T[q]) df/dT[q]."""
    taken = index_symbols(equation.rhs) | index_symbols(equation.lhs)
    axes = () if tensor.scalar else tensor.axes
    places = tuple(fresh_symbol(index(f"{v}'"), taken) for v in axes)
    ranges = tuple(zip(places, tensor.shape, strict=False))
    place = places or (S.Zero,)
    return sum_over(direction[place] * Partial(equation.rhs, tensor[place]), ranges)


def gauss_newton_product(forward: Program, wrt: tuple[Tensor, ...]) -> Program:
    """G v = J' H J v as a program: J of the network up to its cost, H the Hessian of the cost.

    The direction of `w^1` is the input `vw^1`, and the product is the tensor `gradient w^1`
    (Schraudolph, Fast curvature matrix-vector products for second-order gradient descent, 2002).
    Raises SymconvError unless the cost reads exactly one value of the network.
    """
    network, output = _drop_cost(forward)
    directions = {t.key: direction_tensor(t) for t in wrt}
    moving, moves = propagate_tangents(network, directions)
    cost = _cost_curvature(forward, output, moving[output.key])
    back = reverse_mode(network, wrt)
    tensors = (*forward.tensors, *directions.values(), *moving.values())
    equations = (*network.equations, *moves, *cost.equations, *back.equations)
    return Program(
        _deduplicate_tensors((*tensors, *cost.tensors, *back.program.tensors), equations),
        _deduplicate_equations(equations),
        back.results[0].key,
        forward.sizes,
    )


def _drop_cost(forward: Program) -> tuple[Program, Tensor]:
    """The network without its cost, and the one value that the cost reads."""
    *inside, last = forward.equations
    read = [forward.tensor(k) for k in sorted(active_tensors(last.rhs))]
    values = [t for t in read if t.role == "value"]
    if not forward.tensor(forward.output).scalar or len(values) != 1:
        raise SymconvError("a Gauss-Newton product needs a cost that reads one value")
    return replace(forward, equations=tuple(inside), output=values[0].key), values[0]


def _cost_curvature(forward: Program, output: Tensor, direction: Tensor) -> Program:
    """The equations of H v for the cost alone; the product is the delta of the output."""
    alone = replace(output, role="input")
    last = forward.equations[-1]
    read = active_tensors(last.rhs) | {last.key}
    tensors = tuple(alone if t.key == output.key else t for t in forward.tensors if t.key in read)
    alone_program = Program(tensors, (last,), last.key)
    product = hessian_vector_product(alone_program, (alone,)).passes.program
    names: dict[str, Name] = {
        direction_tensor(alone).key: direction.name,
        derivative_tensor(alone).key: derivative_tensor(output).name,
    }
    kept = [e for e in product.equations if e.key != product.output]
    return rename_tensors(replace(product, equations=tuple(kept)), names)


def _deduplicate_equations(equations: Iterable[Equation]) -> tuple[Equation, ...]:
    """Each equation once: a mask serves tangents and deltas."""
    found: dict[str, Equation] = {}
    for equation in equations:
        found.setdefault(equation.key, equation)
    return tuple(found.values())


def _deduplicate_tensors(
    tensors: Iterable[Tensor], equations: Iterable[Equation]
) -> tuple[Tensor, ...]:
    """Each tensor once, as far as equations read or define it."""
    used = {k for e in equations for k in (*active_tensors(e.rhs), e.key)}
    found: dict[str, Tensor] = {}
    for tensor in tensors:
        known = found.setdefault(tensor.key, tensor)
        if known.shape != tensor.shape:
            raise SymconvError(f"'{tensor.key}' would name two tensors", help="rename it")
    return tuple(t for k, t in found.items() if k in used or t.role in {"target", "parameter"})
