"""An index that counts layers: the layers that have everything that a statement speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symconv.claims.model.context import NetworkContext
from symconv.claims.model.errors import ClaimError
from symconv.claims.model.syntax_tree import Identifier, SyntaxNode, TensorReference

from .index_expressions import Environment, evaluate_index, resolve_key


def span_layers(
    name: str, parts: Iterable[SyntaxNode], context: NetworkContext, delta: str
) -> range | None:
    """The layers in which all entries exist that have the index above them; None if none has it.

    `W^{l+1}` has no value in the last layer, so a claim that has it is about the layers before. If
    no layer has everything, all layers are answered, and the entry that is missing is then named.
    """
    entries = [e for part in parts for e in layered_references(part) if _names(e) == {name}]
    if not entries:
        return None
    numbers = [n for ns in context.layers.values() for n in ns if n is not None]
    counted = any(e.counted for e in entries)
    if not numbers and not counted:
        return range(1, 2)
    every = range(min(numbers, default=1), context.last_layer + 1)
    found = [n for n in every if all(_exists(e, name, n, context, delta) for e in entries)]
    if not found or found != list(range(found[0], found[-1] + 1)):
        return every
    return range(found[0], found[-1] + 1)


def describe_layers(choices: Iterable[Environment]) -> Iterator[str]:
    """A remark on every index that counts layers: which layers the claim was tried for."""
    found: dict[str, list[int]] = {}
    for layers in choices:
        for name, layer in layers.items():
            found.setdefault(name, []).append(layer)
    for name, tried in found.items():
        said = ", ".join(map(str, sorted(set(tried))))
        yield f"{name} counts the layers that have everything: {name} = {said}"


def layered_references(part: SyntaxNode) -> Iterator[TensorReference]:
    """The entries of a formula with something above them that counts layers."""
    return (n for n in part.walk() if isinstance(n, TensorReference) and n.layer is not None)


def _names(entry: TensorReference) -> set[str]:
    nodes = entry.layer.walk() if entry.layer is not None else ()
    return {n.name for n in nodes if isinstance(n, Identifier)}


def _exists(
    entry: TensorReference, name: str, layer: int, context: NetworkContext, delta: str
) -> bool:
    env = {name: layer}
    if entry.layer is None or evaluate_index(entry.layer, env, context) is None:
        return False
    try:
        return resolve_key(entry, env, context, delta) in context.tensors
    except ClaimError:
        return False
