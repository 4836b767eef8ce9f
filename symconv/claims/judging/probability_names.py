"""Names for probabilities that a network computes and does not name: p, y-hat, softmax(z).

The cross entropy of logits z takes their softmax inside. Where a claim writes p for it, it is
judged against the same network with p[i] = exp(z[i] - log sum exp z) beside the rest; where it
differentiates by p, the cost is written as -sum t log p, which is the same function of z.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from weakref import WeakKeyDictionary

from sympy import Add, Expr, Symbol, exp, log
from sympy.tensor.indexed import Indexed

from symconv.calculus.reverse_mode import reverse_mode
from symconv.claims.model.context import (
    DerivedNetwork,
    DifferentiableNetwork,
    NetworkContext,
    find_compared,
)
from symconv.claims.model.syntax_tree import (
    Differential,
    Identifier,
    Statement,
    Summation,
    SyntaxNode,
    TensorReference,
)
from symconv.claims.model.vocabulary import PROBABILITIES, hatted_name
from symconv.core.equation import Equation, Program
from symconv.core.nodes import LogSumExp, sigmoid, softplus
from symconv.core.tensor import Name, Tensor

SOFTMAX_COST, SIGMOID_COST, PROBABILITY_COST = "cross_entropy", "bce_logits", "bce"
PARAMETERS = {"input", "parameter"}


def find_probability_names(
    statement: Statement, context: NetworkContext, known: Collection[str]
) -> tuple[str, ...]:
    """The unknown names of a statement that people give to probabilities, in their order.

    Names of the network, and those that values and definitions bring, are what they are.
    """
    hats = {hatted_name(t.name.letter) for t in context.targets}
    taken = {*known, *context.layers, *context.size_names, *context.constants}
    names = (name for part in statement.parts for name in _value_names(part, frozenset()))
    return tuple(dict.fromkeys(n for n in names if n in PROBABILITIES | hats and n not in taken))


def _value_names(node: SyntaxNode, bound: frozenset[str]) -> Iterator[str]:
    """The names that stand for values, not for indices."""
    if isinstance(node, Identifier):
        if node.name not in bound:
            yield node.name
    elif isinstance(node, TensorReference):
        yield node.letter
    elif isinstance(node, Differential):
        yield from _value_names(node.of, bound)
        yield node.by.letter
    elif isinstance(node, Summation):
        yield from _value_names(node.body, bound | {x.name for x in node.limits})
    else:
        for child in node.children():
            yield from _value_names(child, bound)


def differentiates_by(statement: Statement, name: str) -> bool:
    """Whether a statement has a derivative by a tensor, or an error signal of it."""
    nodes = (n for part in statement.parts for n in part.walk())
    return any(
        (isinstance(n, Differential) and n.by.letter == name)
        or (isinstance(n, TensorReference) and bool(n.kind) and n.letter == name)
        for n in nodes
    )


def find_named_output(context: NetworkContext) -> str | None:
    """The letter of the one output that is made of probabilities, and has a name already.

    It is that of softmax, or of a sigmoid where the cost is a binary cross entropy; not one that is
    compared with such probabilities.
    """
    costs = (e for e in context.forward.equations if e.kind == SOFTMAX_COST)
    compared = frozenset[str]().union(*map(find_compared, costs))
    kinds = {e.kind for e in context.forward.equations}
    named = {"softmax", "sigmoid"} if PROBABILITY_COST in kinds else {"softmax"}
    layers = [e for e in context.forward.equations if e.kind in named and e.key not in compared]
    names = {context.tensors[e.key].name for e in layers}
    if len(names) != 1:
        return None
    (name,) = names
    return name.letter if name.layer is None else None


_NAMED: WeakKeyDictionary[DifferentiableNetwork, dict[tuple[str, bool], DerivedNetwork | None]] = (
    WeakKeyDictionary()
)


def name_probabilities(
    network: DifferentiableNetwork, name: str, *, by: bool
) -> DerivedNetwork | None:
    """The network with that name for its probabilities; None where it has none without a name.

    `by` says that they are differentiated by: then the cost is written with them.
    """
    known = _NAMED.setdefault(network, {})
    if (name, by) not in known:
        known[name, by] = _extend(network, name, by=by)
    return known[name, by]


def _extend(network: DifferentiableNetwork, name: str, *, by: bool) -> DerivedNetwork | None:
    program = network.program
    cost = program.equation(program.output)
    parts = None if cost is None else _read_cost(cost)
    if cost is None or parts is None or name in program.by_key:
        return None
    logits, log_p = parts
    p, equation = _define(program, logits, log_p, name)
    equations = (*program.equations[:-1], equation, program.equations[-1])
    # In front of the others: the output of a network is the last of its values.
    named = replace(program, tensors=(p, *program.tensors), equations=equations)
    if not by:
        derived = network.backward()
        both = replace(
            derived.program,
            tensors=(p, *derived.program.tensors),
            equations=(*derived.program.equations, equation),
        )
        return DerivedNetwork(network.notation, named, replace(derived, program=both))
    if log_p is None:
        return None
    written = replace(cost, rhs=cost.rhs.xreplace({log_p: log(p[logits.indices])}))
    named = replace(named, equations=(*equations[:-1], written))
    wrt = [t for t in named.tensors if t.role in PARAMETERS]
    derived = reverse_mode(named, tuple(sorted(wrt, key=lambda t: t.role == "input")))
    return DerivedNetwork(network.notation, named, derived)


def _read_cost(cost: Equation) -> tuple[Indexed, Expr | None] | None:
    """An entry of the logits that a cost takes, and the log softmax of it where it has one."""
    if cost.kind == SIGMOID_COST:
        # With weights of positives the cost has softplus(-x), too.
        inner = (a.args[0] for a in cost.rhs.atoms(softplus))
        found = [e for e in inner if isinstance(e, Indexed) and _plain(e)]
        return (found[0], None) if len(found) == 1 else None
    if cost.kind == SOFTMAX_COST:
        for node in sorted(cost.rhs.atoms(Add), key=str):
            entries = [a for a in node.args if isinstance(a, Indexed)]
            rest = [a for a in node.args if a.has(LogSumExp)]
            if len(node.args) == 2 and len(entries) == len(rest) == 1 and _plain(entries[0]):
                return entries[0], node
    return None


def _plain(entry: Indexed) -> bool:
    """Whether every index is a symbol of its own."""
    return all(isinstance(i, Symbol) for i in entry.indices)


def _define(
    program: Program, logits: Indexed, log_p: Expr | None, name: str
) -> tuple[Tensor, Equation]:
    """The tensor of the probabilities, of the shape of the logits, and its equation."""
    like = program.tensor(logits)
    p = replace(like, name=Name(name), role="value")
    rhs = sigmoid(logits) if log_p is None else exp(log_p)
    ranges = tuple(zip(logits.indices, like.shape, strict=True))
    kind = "sigmoid" if log_p is None else "softmax"
    return p, Equation(p[logits.indices], rhs, ranges, title="probabilities", kind=kind)


def say_probabilities(network: DerivedNetwork, name: str) -> str:
    """How a name was read: `p is read as softmax(z), the probabilities of the cross entropy`."""
    equation = network.program.equation(name)
    assert equation is not None, "the network was made with that name"
    (logits,) = equation.reads
    return f"{name} is read as {equation.kind}({logits}), the probabilities of this cost"
