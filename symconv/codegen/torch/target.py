"""PyTorch as a library of arrays: its printers, its functions, its imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import ClassVar

from symconv.codegen.python.layout import wrap_call
from symconv.codegen.python.module import Code, make_code
from symconv.codegen.readable.printer import ArrayPrinter, PrintNode, WriteCall
from symconv.codegen.readable.statements import StatementPrinter
from symconv.codegen.readable.target import Target
from symconv.lower.ir import (
    ApplyFunction,
    IndexView,
    Let,
    Local,
    MaximumInto,
    Ref,
    Statement,
    Store,
)

from .calls import LIKE, TORCH_CALLS, ZERO_LIKE
from .methods import TORCH_NODES, split_turns

HELPERS = (
    *("as_floats", "check_axes", "check_shape", "check_classes", "check_size", ZERO_LIKE),
    *("softmax", "log_softmax", "add_by_label"),
)
"""The functions that a module brings itself, in their order."""


class TorchPrinter(ArrayPrinter):
    """Prints every kind of node of an array program as operations on tensors."""

    library: ClassVar[str] = "torch"
    nodes: ClassVar[Mapping[type, PrintNode]] = TORCH_NODES
    node_calls: ClassVar[Mapping[type, WriteCall]] = TORCH_CALLS


class TorchStatements(StatementPrinter):
    """Prints statements; no tensor has two names, as a Function must not return it twice."""

    def code(self, statement: Statement, indent: int = 1) -> list[Code]:
        """One statement, with what has to be computed on lines of its own before it."""
        if isinstance(statement, Let) and isinstance(statement.value, Ref | Local):
            statement = replace(statement, value=ApplyFunction("copy", statement.value))
        return super().code(statement, indent)

    def viewed(self, left: str, statement: Let | Store, view: IndexView, indent: int) -> list[Code]:
        """A long view that turns axes around in two statements: first what it takes, then that."""
        forwards, turned = split_turns(view.items)
        if turned is None:
            return super().viewed(left, statement, view, indent)
        taken = self.part(statement.target)
        last = replace(statement, value=IndexView(taken, turned))
        return [
            *self.code(Let(taken, replace(view, items=forwards)), indent),
            *self.code(last, indent),
        ]

    def raised(self, statement: MaximumInto, indent: int) -> Code:
        """`target = torch.maximum(target, value)`."""
        target, value = self.arrays(statement.target), self.arrays(statement.value)
        tail = self._number(statement.finishes)
        return make_code(wrap_call(f"{target} = torch.maximum", [target, value], tail, indent))

    def places(self, extents: list[str]) -> str:
        """What runs over all places of a shape; the compiler of PyTorch knows no `ndindex`."""
        self.arrays.calls.add("product")
        return f"product({', '.join(f'range({n})' for n in extents)})"


def _prepare(read: Sequence[str], calls: AbstractSet[str]) -> list[Code]:
    """`like = zero_like(x, w)`, where tensors are made anew."""
    if ZERO_LIKE not in calls:
        return []
    return [make_code(wrap_call(f"{LIKE} = {ZERO_LIKE}", list(read), "", 1))]


def _import_lines(calls: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """The imports of a module that calls these functions."""
    loops = ["from itertools import product"] if "product" in calls else []
    compiler = ", ".join(["disable", *(["is_compiling"] if "check_classes" in calls else [])])
    functions = any(name.startswith("functional.") for name in calls)
    return (
        ("from inspect import signature", *loops, "from typing import Any, NamedTuple, TypeAlias"),
        (
            "import torch",
            "from torch.autograd import Function",
            f"from torch.compiler import {compiler}",
            *(["from torch.nn import functional"] if functions else []),
        ),
    )


TORCH = Target(
    TorchPrinter,
    TorchStatements,
    dict.fromkeys(HELPERS, "torch"),
    _import_lines,
    {
        "Array": "Array: TypeAlias = torch.Tensor",
        "Mask": "Mask: TypeAlias = torch.Tensor",
        "Labels": "Labels: TypeAlias = torch.Tensor",
        "Number": "Number: TypeAlias = torch.Tensor",
    },
    prepare=_prepare,
)
"""PyTorch, on whatever device its tensors are."""
