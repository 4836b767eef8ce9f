"""Small networks on which mistakes are made and rules are seen, the simplest first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from symconv.api import Network

TEXTS = (
    "input x 3x3 | conv w 2x2 -> z | half_sse t -> C",
    "input x 3x3 | conv w 2x2 -> z | conv v 2x2 -> y | half_sse t -> C",
    "input x 3 | dense w 2 -> z | half_sse t -> C",
    "input x 2x2 | dense w 1 bias b -> z | half_sse t -> C",
    "input x 2x2 | conv w 2x2 -> z | relu -> a | half_sse t -> C",
    "input x 2x2 | conv w 1x2 bias b -> z | sigmoid -> a | half_sse t -> C",
    "input x 2x2x2 | conv w 1x2 channels 2 -> z | half_sse t -> C",
    "input x 5x5 | conv w 2x2 stride 2 -> z | half_sse t -> C",
    "input x 3x3 | conv w 3x3 padding 1 -> z | half_sse t -> C",
    "input x 5x5 | conv w 2x2 dilation 2 -> z | half_sse t -> C",
    "input x 4x4 | maxpool 2 -> p | half_sse t -> C",
    "input x 4x4 | conv w 1x1 -> z | maxpool 2 -> p | half_sse t -> C",
    "input x 4x4 | avgpool 2 -> p | half_sse t -> C",
    "input x 3 | softmax -> p | half_sse t -> C",
    "input x 2 | dense w 3 -> z | cross_entropy t -> C",
    "input x 2 | dense w 3 -> z | cross_entropy t labels -> C",
    "input x 3x2 | layernorm -> y | half_sse t -> C",
    "input x 2 | dense w 2 -> z | relu -> a | dense v 2 -> h | add x -> s | half_sse t -> C",
    "input x 2x2 | conv w 1x2 -> z | flatten -> f | dense v 2 -> h | half_sse t -> C",
    "input x 2x2x2 | flatten -> f | dense v 2 -> h | half_sse t -> C",
    "input x 3 | layernorm -> y",
    "input x 3 | y[i] = x[i] sigmoid(x[i]) for i<3 | half_sse t -> C",
)


@cache
def parse_example(text: str) -> Network:
    """The network of a text; it is parsed and differentiated once."""
    return Network.parse(text)


def list_networks() -> Iterator[tuple[str, Network]]:
    """Every text with its network."""
    for text in TEXTS:
        yield text, parse_example(text)
