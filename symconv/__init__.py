"""symconv: gradients of convolutional networks, derived step by step from one forward equation.

>>> import symconv
>>> text = "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C"
>>> net = symconv.Network.parse(text, notation="flat1")
>>> net.gradient("w_1^2")
2*o_1^1*(o_1^2 - y_1)

`net.derivation("w^1")` has every step (`.latex()`, `.markdown()`, `.text()`, `.steps`),
`net.numpy_source()` is a NumPy module, and `net.compile()` loads it. `net.check(claim)` judges what
somebody wrote, `net.verify()` checks everything, and `net.show()` is a picture for a notebook.

>>> print(net.check("dC/dw_1^2 = o_1^1 (o_1^2 - y_1)").names)
('missing_two',)

Layers are in `symconv.layers`, worked examples in numbers in `symconv.trace`, and mistakes and
rules in words in `symconv.explanations`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symconv.core.errors import SymconvError

if TYPE_CHECKING:
    from .api import Network
    from .imports import from_keras, from_onnx, from_torch
    from .marking.grade import grade
    from .training import SGD, Adam, train

__version__ = "0.1.0"
__all__ = [
    "SGD",
    "Adam",
    "Network",
    "SymconvError",
    "__version__",
    "from_keras",
    "from_onnx",
    "from_torch",
    "grade",
    "train",
]


def __dir__() -> list[str]:
    """What there is, whether it is loaded yet or not."""
    return sorted([*__all__, "__doc__", "__file__", "__name__", "__path__"])


def __getattr__(name: str) -> Any:
    """What is loaded when it is first used: importing SymPy takes a moment."""
    if name == "Network":
        from .api import Network

        return Network
    if name in {"from_keras", "from_onnx", "from_torch"}:
        from . import imports

        return getattr(imports, name)
    if name == "grade":
        from .marking.grade import grade

        return grade
    if name in {"Adam", "SGD", "train"}:
        from . import training

        return getattr(training, name)
    raise AttributeError(f"module 'symconv' has no attribute '{name}'")
