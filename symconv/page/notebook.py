"""The page of a network as a picture that a notebook shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from symconv.output.picture import Picture

from .page import write_page

if TYPE_CHECKING:
    from symconv.api import Network


def draw_picture(
    network: Network, claim: str | None = None, values: Mapping[str, Any] | None = None
) -> Picture:
    """The page of `symconv page`, with a claim drawn over the truth where there is one.

    SymconvError where a size is open.
    """
    return Picture(network.title, write_page(network, claim, values))
