"""The printer of array expressions: a table from kinds of nodes to functions that print them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias

from sympy import Expr

from symconv.codegen.python.sizes import SizePrinter
from symconv.codegen.python.text import ATOM, PythonText
from symconv.core.errors import Unsupported
from symconv.lower.ir import Array, Local, Ref

Call = tuple[str, tuple[str, ...]]
PrintNode: TypeAlias = "Callable[[Any, ArrayPrinter], PythonText]"
WriteCall: TypeAlias = "Callable[[Any, ArrayPrinter], Call]"


class ArrayPrinter:
    """Prints array expressions; `name` gives the identifier of a tensor or a local array.

    `nodes` and `node_calls` are the tables of the kinds that it knows: those that are printed, and
    those that are written as calls; `library` is what the functions of the library of arrays stand
    behind. `calls` collects the functions that the expressions call.
    """

    library: ClassVar[str] = "np"

    nodes: ClassVar[Mapping[type, PrintNode]] = {}
    node_calls: ClassVar[Mapping[type, WriteCall]] = {}

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
        if type(array) in self.nodes:
            return self.nodes[type(array)](array, self)
        name, arguments = self.call(array)
        return PythonText(f"{name}({', '.join(arguments)})", ATOM)

    def call(self, array: Array) -> Call:
        """The name and the arguments of a node that is written as a call."""
        if type(array) not in self.node_calls:
            raise Unsupported(f"no form in {self.library} is known for {type(array).__name__}")
        name, arguments = self.node_calls[type(array)](array, self)
        self.calls.add(name)
        return name, arguments

    def function(self, name: str) -> str:
        """A function of the library by its name."""
        return f"{self.library}.{name}"

    @property
    def infinity(self) -> str:
        """Infinity as the library has it."""
        return f"{self.library}.inf"

    def owner(self, array: Array) -> str:
        """The text of an array in front of a dot or a bracket."""
        return self.text(array).within(ATOM)

    def axes(self, axes: tuple[int, ...]) -> str:
        """One axis, or several as a tuple."""
        return str(axes[0]) if len(axes) == 1 else str(axes)

    def shape(self, shape: tuple[Expr, ...]) -> str:
        """A shape as a tuple."""
        return tuple_literal([self.size(n) for n in shape])


def tuple_literal(parts: list[str]) -> str:
    """`(a, b)`, and `(a,)` for one."""
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"
