"""What a network predicts: its last value before a target is read, or the probabilities of that."""

from __future__ import annotations

from dataclasses import replace

from sympy import Add, Expr, exp
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.core.nodes import LogSumExp, sigmoid, softplus
from symconv.core.tensor import Name, Tensor, index, key_of

PREDICTION = "prediction"
"""The name of the probabilities, which no equation of the network computes."""


def find_prediction(forward: Program) -> Program | None:
    """The equations from the inputs to what the network predicts, which is the output of these.

    That is the last value that the equations read which depend on a target, or which compute the
    cost. Where the cost is a cross entropy, it has a term A(x) beside the one with the target: of
    logits x, log sum exp x or log(1 + exp x), whose derivatives by x are the probabilities, the
    softmax and the sigmoid of x. Of log-probabilities x, z - log sum exp z, they are exp(x). None
    where the network has no parameter or no cost, or where that reads no value.
    """
    learns = any(t.role == "parameter" for t in forward.given)
    if not learns or forward.tensor(forward.output).role != "cost":
        return None
    judged = _find_judged(forward)
    computed = {e.key for e in forward.equations if e.key not in judged}
    read = {k for key in judged for e in forward.writers[key] for k in e.reads}
    if not read & computed:
        return None
    x = forward.in_order(read & computed)[-1]
    values = forward.part(forward.required({x.key}))
    found = _find_probabilities(forward, x, judged)
    if found is None:
        return replace(values, output=x.key)
    tensor, equation = found
    return replace(
        values,
        tensors=(*values.tensors, tensor),
        equations=(*values.equations, equation),
        output=tensor.key,
    )


def _find_judged(forward: Program) -> frozenset[str]:
    """The keys of what depends on a target, and of the cost."""
    # Weights, masks and running means are given as targets are, but are for a purpose.
    found = {t.key for t in forward.given if t.role == "target" and not t.purpose}
    for e in forward.equations:
        if e.reads & found or e.key == forward.output:
            found.add(e.key)
    return frozenset(found) & set(forward.writers)


def _find_probabilities(
    forward: Program, x: Tensor, judged: frozenset[str]
) -> tuple[Tensor, Equation] | None:
    """The tensor of the probabilities that x stands for, and its equation."""
    name = next(n for n in _spell_names() if n.key not in forward.by_key)
    made = Tensor(name, x.shape, "value", x.axes, x.batch)
    axes = tuple(index(f"i{k}") for k in range(len(x.shape)))
    formula = _derive_normaliser(forward, x, axes, judged)
    if formula is None:
        return None
    return made, Equation(made[axes], formula, tuple(zip(axes, x.shape, strict=True)))


def _spell_names() -> list[Name]:
    return [Name(PREDICTION), *(Name(PREDICTION, n) for n in range(2, 100))]


def _derive_normaliser(
    forward: Program, x: Tensor, axes: tuple[Expr, ...], judged: frozenset[str]
) -> Expr | None:
    """The probability at the place `axes`."""
    here = x[axes]
    for e in (e for key in judged for e in forward.writers[key]):
        for node in e.rhs.atoms(LogSumExp):
            if _is_entry(node.function, x):
                bound = node.variables[0]
                summed = tuple(
                    bound if old == bound else i
                    for old, i in zip(node.function.indices, axes, strict=True)
                )
                return exp(here - LogSumExp(x[summed], *node.limits))
        if any(_is_entry(_drop_sign(a.args[0]), x) for a in e.rhs.atoms(softplus)):
            return sigmoid(here)
    terms = [t for e in forward.writers[x.key] for t in Add.make_args(e.rhs)]
    if any(isinstance(-t, LogSumExp) for t in terms):
        return exp(here)
    return None


def _drop_sign(e: Expr) -> Expr:
    return -e if e.could_extract_minus_sign() else e


def _is_entry(e: Expr, x: Tensor) -> bool:
    return isinstance(e, Indexed) and key_of(e) == x.key
