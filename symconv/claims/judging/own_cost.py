"""A network whose last equation of its own is a number called L, C, E or J: that is its cost.

Without this, dC/dw in such a network is the derivative of any cost that depends on L.
"""

from __future__ import annotations

from dataclasses import replace
from weakref import WeakKeyDictionary

from symconv.calculus.reverse_mode import reverse_mode
from symconv.claims.model.context import DerivedNetwork, DifferentiableNetwork
from symconv.claims.model.vocabulary import COSTS

OWN_EQUATION = "equation"
DIFFERENTIATED = {"input", "parameter"}


_KNOWN: WeakKeyDictionary[DifferentiableNetwork, DerivedNetwork | None] = WeakKeyDictionary()


def take_own_cost(network: DifferentiableNetwork) -> DerivedNetwork | None:
    """The network with its last value as its cost; None where it is no number, or has no such name.

    A text may speak of the derivative by that value all the same, so this is tried second.
    """
    if network not in _KNOWN:
        _KNOWN[network] = _take(network)
    return _KNOWN[network]


def _take(network: DifferentiableNetwork) -> DerivedNetwork | None:
    program = network.program
    last = program.by_key[program.output]
    equation = program.equation(last.key)
    if equation is None or equation.kind != OWN_EQUATION or last.role != "value":
        return None
    if last.name.letter not in COSTS or [n for n in last.shape if n != 1] or len(last.shape) != 1:
        return None
    cost = replace(last, role="cost")
    named = replace(program, tensors=tuple(cost if t is last else t for t in program.tensors))
    wrt = [t for t in named.tensors if t.role in DIFFERENTIATED]
    derived = reverse_mode(named, tuple(sorted(wrt, key=lambda t: t.role == "input")))
    return DerivedNetwork(network.notation, named, derived)
