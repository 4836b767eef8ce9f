"""The printer of array expressions: a table from kinds of nodes to functions that print them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Expr

from symconv.codegen.python.sizes import SizePrinter
from symconv.codegen.python.text import ATOM, PythonText
from symconv.core.errors import Unsupported
from symconv.lower.ir import Array, Local, Ref

Call = tuple[str, tuple[str, ...]]


class ArrayPrinter:
    """Prints array expressions; `name` gives the identifier of a tensor or a local array.

    `calls` collects the functions that the expressions call.
    """

    def __init__(self, name: Callable[[Ref | Local], str], size: SizePrinter) -> None:
        self.name = name
        self.size = size
        self.calls: set[str] = set()

    def __call__(self, array: Array) -> str:
        return self.text(array).text

    def text(self, array: Array) -> PythonText:
        """The text of an array expression and how tightly it binds."""
        if isinstance(array, Ref | Local):
            return PythonText(self.name(array), ATOM)
        if type(array) in PRINTS:
            return PRINTS[type(array)](array, self)
        name, arguments = self.call(array)
        return PythonText(f"{name}({', '.join(arguments)})", ATOM)

    def call(self, array: Array) -> Call:
        """The name and the arguments of a node that is written as a call."""
        if type(array) not in CALLS:
            raise Unsupported(f"no NumPy form is known for {type(array).__name__}")
        name, arguments = CALLS[type(array)](array, self)
        self.calls.add(name)
        return name, arguments

    def owner(self, array: Array) -> str:
        """The text of an array in front of a dot or a bracket."""
        return self.text(array).within(ATOM)

    def axes(self, axes: tuple[int, ...]) -> str:
        """One axis, or several as a tuple."""
        return str(axes[0]) if len(axes) == 1 else str(axes)

    def shape(self, shape: tuple[Expr, ...]) -> str:
        """A shape as a tuple."""
        return tuple_literal([self.size(n) for n in shape])


PRINTS: dict[type, Callable[[Any, ArrayPrinter], PythonText]] = {}
CALLS: dict[type, Callable[[Any, ArrayPrinter], Call]] = {}


def prints(kind: type) -> Callable[[Callable[[Any, ArrayPrinter], PythonText]], None]:
    """Registers the function that prints one kind of node."""
    return lambda function: PRINTS.update({kind: function})


def calls(kind: type) -> Callable[[Callable[[Any, ArrayPrinter], Call]], None]:
    """Registers the function that gives name and arguments of one kind of node."""
    return lambda function: CALLS.update({kind: function})


def tuple_literal(parts: list[str]) -> str:
    """`(a, b)`, and `(a,)` for one."""
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"
