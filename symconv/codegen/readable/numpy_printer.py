"""Array expressions as NumPy text: the printer with every kind of node in its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from .calls import CALLS
from .methods import METHODS
from .operators import OPERATORS
from .printer import ArrayPrinter, PrintNode, WriteCall


class NumPyPrinter(ArrayPrinter):
    """Prints every kind of node of an array program; another one is told by `Unsupported`."""

    nodes: ClassVar[Mapping[type, PrintNode]] = {**OPERATORS, **METHODS}
    node_calls: ClassVar[Mapping[type, WriteCall]] = CALLS
