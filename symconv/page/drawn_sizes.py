"""The sizes at which a network with open sizes is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.structure.smallest_sizes import choose_smallest_sizes

if TYPE_CHECKING:
    from symconv.api import Network


def choose_drawn_sizes(network: Network) -> dict[str, int]:
    """A number for every open size: the smallest that still show everything; {} if none is open.

    SymconvError where no sizes fit.
    """
    free = network.program.free_sizes
    found = choose_smallest_sizes(network.program) if free else {}
    return {s.name: found[s] for s in free}
