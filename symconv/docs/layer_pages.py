"""A page for every layer: forward equation, gradients, derivation, conventions and NumPy.

Everything on a page is computed from the layer's definition, for sizes that are symbols where the
layer allows it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.layers import catalogue
from symconv.layers.base import Layer
from symconv.network.spec import LayerOption, layer_options

INPUTS = ("NxCxHxW", "D batch N", "NxTxD", "NxCxHxH", "Nx6x8x8", "8 batch N")
SEQUENCES = {"attention": "NxTxE", "embedding": "NxT"}
"""The layers whose input is a sequence: their pages show one rather than an image."""

WORDS = {
    "name": ("w",),
    "given": ("t",),
    "value": ("x",),
    "size": ("F", "2"),
    "sizes": ("k1xk2", "2"),
    "amounts": ("p", "1"),
    "offsets": ("p", "1"),
}
TYPICAL = {
    "channels": "F",
    "stride": "s",
    "padding": "p",
    "dilation": "d",
    "weight": "gamma",
    "bias": "beta",
}


def derive_markdown(network: Network) -> str:
    """The derivation of a network without its title, as Markdown."""
    return network.derivation().markdown().split("\n", 1)[1].strip()


def layer_page(keyword: str, derive: Callable[[Network], str] = derive_markdown) -> str:
    """The page of one layer, as Markdown; `derive` writes the derivation of its network."""
    layer = catalogue()[keyword]
    net = typical_network(layer)
    return "\n".join(
        [
            f"# {keyword}: {layer.title}",
            "",
            inspect.cleandoc(layer.__doc__ or ""),
            "",
            f"In a network text: `{usage(layer)}`. This page shows `{typical_text(layer)}`.",
            "",
            derive(net),
            "",
            "## NumPy",
            "",
            "```python",
            net.numpy_source().strip(),
            "```",
            "",
        ]
    )


def usage(layer: type[Layer]) -> str:
    """The keyword, what the layer needs, and its options."""
    options = layer_options(layer)
    required = [o.name.upper() for o in options if o.required]
    optional = [
        f"[{o.name}]" if o.kind == "flag" else f"[{o.name} ...]" for o in options if not o.required
    ]
    return " ".join([layer.keyword, *required, *optional])


def typical_network(layer: type[Layer]) -> Network:
    """A network of the layer alone, with symbols for its sizes where that is possible."""
    _, network = _find_typical(layer)
    return network


def typical_text(layer: type[Layer]) -> str:
    """The network text of the layer alone."""
    text, _ = _find_typical(layer)
    return text


@cache
def _find_typical(layer: type[Layer]) -> tuple[str, Network]:
    """The first text whose network can be derived, and the network, which is then derived."""
    for text in _candidate_texts(layer):
        try:
            network = Network.parse(text).titled(layer.keyword)
            network.backward()
        except SymconvError:
            continue
        return text, network
    raise SymconvError(f"no network of the layer '{layer.keyword}' alone was found")


def _candidate_texts(layer: type[Layer]) -> Iterator[str]:
    """Texts to try, the most general first."""
    for choice in (0, -1):
        words = [_option_word(o, choice) for o in layer_options(layer) if o.required]
        options = [w for o in layer_options(layer) for w in _typical_option(o)]
        for size in (*filter(None, [SEQUENCES.get(layer.keyword)]), *INPUTS):
            yield " ".join(["input x", size, "|", layer.keyword, *words, *options, "->", "y"])
            yield " ".join(["input x", size, "|", layer.keyword, *words, "->", "y"])


def _option_word(option: LayerOption, choice: int) -> str:
    if option.kind == "name" and option.name != "weight":
        return option.name[0].upper()
    return WORDS[option.kind][choice]


def _typical_option(option: LayerOption) -> tuple[str, ...]:
    """The options that show what a layer can do, where it has them."""
    shown = option.name in TYPICAL and not option.required
    return (option.name, TYPICAL[option.name]) if shown else ()
