"""The examples that are written in the fast style, too, next to their readable modules."""

from __future__ import annotations

from symconv.api import Network
from symconv.codegen.readable.module import module_names
from symconv.codegen.styles import module_text, tests_text
from symconv.output.templates import rendered

FAST = ("conv-pool-sigmoid-dense", "lenet5")
"""One that is tiny and unrolled, and one that is large and planned."""


def fast_files(name: str) -> dict[str, str]:
    """The fast module of an example and its tests, by file name.

    The tests compare it with the readable module, which they look for in the same folder.
    """
    readable = name.replace("-", "_")
    stem, order = f"{readable}_fast", Network.example(name).order
    names = module_names(order.forward, order.backward.program)
    twin = rendered("numpy", "test_twin.py.j2", twin=readable)
    return {
        f"{stem}.py": module_text(order, "fast"),
        f"test_{stem}.py": tests_text(order, "fast", stem, names) + twin,
    }
