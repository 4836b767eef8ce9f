"""The module of a tiny network: straight-line scalar code, no array inside."""

from __future__ import annotations

from collections.abc import Mapping

from symconv.codegen.python.layout import TAB, WIDTH
from symconv.codegen.python.long_lines import shape_literal, wrap_tuple
from symconv.codegen.python.module import (
    Class,
    Code,
    Function,
    Module,
    Parameter,
    TupleField,
    make_code,
)
from symconv.codegen.python.result_classes import gradients_class, step_class
from symconv.codegen.readable.module import STANDARD_IMPORTS, numpy_imports
from symconv.core.equation import Program
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor

from .scalar_functions import ScalarFunctions
from .scalar_names import ScalarNames, list_entries_in
from .unrolled_program import UnrolledProgram

FORWARD = "Every value of the forward pass, kept as numbers; an array is made when it is asked for."
GRADIENTS = "The gradients of the backward pass, each an array of its own."
KEPT = (TupleField("kept", "tuple[Any, ...]"), TupleField("dtype", "np.dtype[Any]"))
ALIASES = ("Array: TypeAlias = NDArray[np.floating[Any]]", "Number: TypeAlias = np.floating[Any]")


class UnrolledModule:
    """Puts an unrolled module together."""

    def __init__(
        self,
        forward: Program,
        backward: Backward,
        plan: UnrolledProgram,
        numbers: Mapping[str, str],
    ) -> None:
        self.backward, self.plan, self.numbers = backward, plan, numbers
        self.names = ScalarNames(forward, backward, plan)
        self.functions = ScalarFunctions(backward, self.names, numbers)

    def module(self, docstring: str) -> Module:
        """The module; a network with a cost has both passes in one, too."""
        functions = [self.functions.forward_pass(), self.functions.backward_pass()]
        functions += [] if self.backward.seed else [self.functions.step()]
        tanh = any("tanh" in f.calls for f in functions)
        standard = (*(["from math import tanh"] if tanh else []), *STANDARD_IMPORTS)
        values = tuple(map(self._value, self.names.values()))
        gradients = map(self.names.array, self.backward.results)
        return Module(
            docstring,
            (standard, numpy_imports(frozenset())),
            ALIASES,
            (
                Class("Forward", f'{TAB}"""{FORWARD}"""', KEPT, values),
                gradients_class(GRADIENTS, gradients),
                *([] if self.backward.seed else [step_class(self.names.array(self.backward.cost))]),
                *functions,
            ),
        )

    def _value(self, tensor: Tensor) -> Function:
        """How an array is made of the numbers that were kept."""
        places = {e: k for k, e in enumerate(self.names.kept)}
        found = [places[self.plan.planner.plain(e)] for e in list_entries_in(tensor)]
        number = self.numbers.get(tensor.key)
        # A scalar of the type of the parameters: a float of Python would be of double precision.
        if tensor.role == "cost":
            body = [
                make_code([f"{TAB * 2}number: Number = self.dtype.type(self.kept[{found[0]}])"])
            ]
            answer = "number"
        else:
            body, answer = _take_saved_numbers(found), f"array.reshape({shape_literal(tensor)})"
        words = f" of equation ({number})" if number else ""
        return Function(
            name=self.names.array(tensor),
            parameters=(Parameter("self"),),
            docstring=f'{TAB * 2}"""Make the array{words}."""',
            body=(*body, make_code([f"{TAB * 2}return {answer}"], "return")),
            result="Number" if tensor.role == "cost" else "Array",
            reads=frozenset({"self"}),
            calls=frozenset(),
            decorators=("property",),
            depth=1,
        )


def _take_saved_numbers(found: list[int]) -> list[Code]:
    """The statements that make an array of the kept numbers at some places, in that order."""
    # An equation writes its entries one after another, so that most values are one slice.
    if found == list(range(found[0], found[0] + len(found))):
        return [make_code([_make_array_line(f"self.kept[{found[0]}:{found[-1] + 1}]")])]
    items = [f"self.kept[{k}]" for k in found]
    flat = _make_array_line(f"[{', '.join(items)}]")
    if len(flat) <= WIDTH:
        return [make_code([flat])]
    return [wrap_tuple("numbers", items, 2, "[]"), make_code([_make_array_line("numbers")])]


def _make_array_line(numbers: str) -> str:
    """The statement that makes an array of numbers."""
    return f"{TAB * 2}array: Array = np.array({numbers}, dtype=self.dtype)"
