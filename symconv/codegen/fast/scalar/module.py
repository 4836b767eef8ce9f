"""The module of a tiny network: straight-line scalar code, no array inside."""

from __future__ import annotations

from collections.abc import Mapping

from symconv.codegen.python.array_conversion import CONVERSION
from symconv.codegen.python.layout import TAB
from symconv.codegen.python.module import (
    Class,
    Module,
    TupleField,
)
from symconv.codegen.python.result_classes import gradients_class, step_class
from symconv.codegen.readable.target import NUMPY, STANDARD_IMPORTS, numpy_imports
from symconv.core.equation import Program
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor

from .scalar_functions import ScalarFunctions
from .scalar_names import ScalarNames
from .unrolled_program import UnrolledProgram

FORWARD = "Every value of the forward pass; the arrays share memory with each other alone."
GRADIENTS = "The gradients of the backward pass, each an array of its own."
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
        values = tuple(map(self._field, self.names.values()))
        gradients = map(self.names.array, self.backward.results)
        return Module(
            docstring,
            (standard, numpy_imports(frozenset())),
            ALIASES,
            (
                Class("Forward", f'{TAB}"""{FORWARD}"""', values),
                gradients_class(GRADIENTS, gradients),
                *NUMPY.load_helpers(
                    frozenset({CONVERSION, "check_shape"}), labels=bool(self.names.labels)
                ),
                *([] if self.backward.seed else [step_class(self.names.array(self.backward.cost))]),
                *functions,
            ),
        )

    def _field(self, tensor: Tensor) -> TupleField:
        kind = "Number" if tensor.role == "cost" else "Array"
        return TupleField(self.names.array(tensor), kind)
