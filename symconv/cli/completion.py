"""What a shell completes: the names of examples, layers, tensors and notations."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import typer

from symconv.core.errors import SymconvError

NOTATIONS = ("ij0", "ij1", "flat1")
"""The presets of `notation/presets.py`, which takes a moment to import; a test compares the two."""

Complete = Callable[[str], list[str]]


def complete_network(incomplete: str) -> list[str]:
    """The examples; behind a bar of a network text, the layers."""
    before, bar, word = incomplete.rpartition("|")
    if bar:
        from symconv.layers import catalogue

        typed = word.lstrip()
        return [f"{before}| {k}" for k in catalogue() if k.startswith(typed)]
    from symconv.network.examples import BY_NAME

    return [name for name in BY_NAME if name.startswith(incomplete)]


def complete_words(*words: str) -> Complete:
    """Completes one of a few words."""

    def complete(incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete)]

    return complete


complete_notation = complete_words(*NOTATIONS)


def complete_tiles(incomplete: str) -> list[str]:
    """Completes the tiles of wide layers, which the algorithms know."""
    from symconv.codegen.fast.algorithms.table import list_tiles

    return complete_words(*list_tiles())(incomplete)


def complete_tensor(context: typer.Context, incomplete: str) -> list[str]:
    """The tensors of the network that stands before; nothing where it is none, or a stream."""
    return [key for key in _list_tensors(context) if key.startswith(incomplete)]


def _list_tensors(context: typer.Context) -> Iterable[str]:
    # Behind an option that has no value yet, what stands before it was not given to its argument.
    given = context.params.get("network") or next(iter(context.args), None)
    if not isinstance(given, str) or given == "-":
        return ()
    from .network_argument import load_network

    try:
        return [t.key for t in load_network(given, None, told=False).program.tensors]
    except SymconvError:
        return ()
