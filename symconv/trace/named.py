"""The tensors of a network by the names that people write, and those that a trace needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.core.equation import Program
from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.tensor import Tensor

if TYPE_CHECKING:
    from symconv.api import Network


def tensor_named(name: str, program: Program) -> Tensor:
    """The tensor of that name; `delta_h` and `delta h` are the error signal of h."""
    known = {_squeezed(key): key for key in program.by_key}
    if name in program.by_key:
        return program.by_key[name]
    if _squeezed(name) in known:
        return program.by_key[known[_squeezed(name)]]
    shown = name[:40]
    raise SymconvError(
        f"the network has no tensor '{shown}'", help=did_you_mean(shown, program.by_key)
    )


def wanted_values(network: Network) -> str:
    """What a trace needs, in words: `x (3 x 3), w (2 x 2) and t (2 x 2)`."""
    needed = [t for t in network.program.tensors if t.role in {"input", "parameter", "target"}]
    *most, last = (f"{t.key} ({' x '.join(map(str, t.shape))})" for t in needed)
    return f"{', '.join(most)} and {last}" if most else last


def _squeezed(name: str) -> str:
    return "".join(c for c in name.replace("δ", "delta") if c.isalnum())
