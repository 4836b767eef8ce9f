"""Forward mode: tangents along given directions, and Gauss-Newton products made of them.

The tangent of y[i] = f(T) is the sum over T's entries of (df/dT[q]) times the tangent of T[q].
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sympy import Add, Expr, S

from symconv.core.equation import Equation, Program, count_labels
from symconv.core.errors import SymconvError
from symconv.core.nodes import Partial
from symconv.core.tensor import Name, Tensor, index

from .binders import fresh_symbol, index_symbols, sum_over
from .derivation_work import NetworkWork
from .derivative import active_tensors
from .forward_reuse import ForwardReuse, find_masks
from .reverse_mode import reverse_mode
from .rewrite_chain import RewriteChain
from .second_order import (
    SecondOrder,
    all_different,
    directions_of,
    free_scalar,
    inner_product,
    plain_derivative,
    refuse_computed,
    value_equation,
)


def propagate_tangents(
    forward: Program, directions: dict[str, Tensor]
) -> tuple[dict[str, Tensor], tuple[Equation, ...]]:
    """The tangents of all values that depend on the tensors with a direction, and their equations.

    `directions` holds the direction of a tensor by the tensor's key. The equations of masks that
    tangents read come first.
    """
    moving, equations = dict(directions), list[Equation]()
    work = NetworkWork()
    masks, labels = find_masks(forward), count_labels(forward.equations)
    for equation in forward.equations:
        read = sorted(active_tensors(equation.rhs) & set(moving))
        if not read:
            continue
        own = tuple(m.equation for m in masks.get(equation.key, ()))
        tangent = tangent_tensor(forward.tensor(equation.key))
        pairs = [(forward.tensor(k), moving[k]) for k in read]
        known = ForwardReuse((equation,), own, labels)
        equations += [*own, _tangent_equation(equation, tangent, pairs, known, work)]
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
    recognition: ForwardReuse,
    work: NetworkWork,
) -> Equation:
    """The equation of one tangent, by the rules of the calculus."""
    terms = [_tangent_term(equation, tensor, direction) for tensor, direction in pairs]
    chain = RewriteChain(Add(*terms), work.derivation(equation.key))
    chain.differentiate(recognition)
    chain.collapse((), equation.ranges)
    chain.tidy(recognition)
    left = tangent[equation.lhs.indices]
    return Equation(left, chain.formula, equation.ranges, "tangent", averaged=equation.averaged)


def _tangent_term(equation: Equation, tensor: Tensor, direction: Tensor) -> Expr:
    """sum_q (tangent of T[q]) df/dT[q]."""
    taken = index_symbols(equation.rhs) | index_symbols(equation.lhs)
    axes = () if tensor.scalar else tensor.axes
    # One prime more than the letters of the tensor: q runs over all its entries, beside the one
    # entry that the forward equation reads.
    places = tuple(fresh_symbol(index(f"{v}'"), taken) for v in axes)
    ranges = tuple(zip(places, tensor.shape, strict=False))
    place = places or (S.Zero,)
    return sum_over(direction[place] * Partial(equation.rhs, tensor[place]), ranges)


def gauss_newton_product(
    forward: Program, wrt: tuple[Tensor, ...], names: Sequence[Name] = ()
) -> SecondOrder:
    """The products G v for the tensors `wrt`: the gradients of Q by the directions v.

    `names` are those of the directions, one a tensor; without them that of `w^1` is `vw^1`.
    Raises SymconvError unless the cost reads exactly one value of the network, or where a name
    would mean two tensors.
    """
    network, output = _before_cost(forward)
    refuse_computed(wrt)
    directions = directions_of(wrt, names)
    moving, moves = propagate_tangents(network, directions)
    if output.key not in moving:
        raise SymconvError("the cost does not depend on the tensors that are moved")
    slope = _slope(forward, output)
    bent, bends = propagate_tangents(slope, {output.key: moving[output.key]})
    if slope.output not in bent:
        raise SymconvError("the cost has no curvature: a Gauss-Newton product is 0 everywhere")
    half = free_scalar((*forward.tensors, *moving.values()), ("Q", "Curvature"))
    product = inner_product(moving[output.key], bent[slope.output]) / 2
    ending = Equation(half[0], product, (), "half of the curvature along the tangent")
    masks = (m.tensor for some in find_masks(network).values() for m in some)
    equations = (*network.equations, *moves, *slope.equations, *bends, ending)
    new = (*moving.values(), *masks, slope.tensor(slope.output), bent[slope.output], half)
    tensors = all_different(_find_used_tensors((*forward.tensors, *new), equations))
    program = Program(tensors, equations, half.key, forward.sizes)
    return SecondOrder(program, directions, reverse_mode(program, tuple(directions.values())))


def _before_cost(forward: Program) -> tuple[Program, Tensor]:
    """The network without its cost, and the one value that the cost reads."""
    *inside, last = forward.equations
    read = [forward.tensor(k) for k in sorted(active_tensors(last.rhs))]
    values = [t for t in read if t.role == "value"]
    if not forward.tensor(forward.output).scalar or len(values) != 1:
        raise SymconvError("a Gauss-Newton product needs a cost that reads one value")
    return replace(forward, equations=tuple(inside), output=values[0].key), values[0]


def _slope(forward: Program, output: Tensor) -> Program:
    """The derivative of the cost by the value that it reads, as a program that ends in it."""
    alone = replace(output, role="input")
    last = forward.equations[-1]
    tensors = tuple(alone if t.key == output.key else t for t in forward.tensors)
    first = reverse_mode(Program(tensors, (last,), last.key), (alone,))
    plain = {t.key: plain_derivative(t) for t in first.program.tensors}
    equations = tuple(value_equation(e, plain, last.key) for e in first.equations)
    return Program(tuple(plain.values()), equations, equations[-1].key)


def _find_used_tensors(
    tensors: Iterable[Tensor], equations: Iterable[Equation]
) -> tuple[Tensor, ...]:
    """The tensors that equations read or define."""
    used = {key for e in equations for key in (e.key, *e.reads)}
    return tuple(t for t in tensors if t.key in used)
