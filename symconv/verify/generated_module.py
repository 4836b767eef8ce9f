"""A generated NumPy module, called by the names of its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.core.errors import SymconvError
from symconv.semantics.index_arithmetic import Place
from symconv.semantics.node_compiler import Table

from .entries import count_label_classes
from .evaluation_point import EvaluationPoint

Arrays = dict[str, Any]

PARTS = 2
"""Into how many parts a step splits the batch: the fewest, as samples are few in a check."""

BROKEN = (SymconvError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What happens where generated code is not what it should be."""


@dataclass(frozen=True)
class ModuleUnderTest:
    """What a generated module offers: `forward` and `backward`, and what its names stand for.

    `names` lead from the key of a tensor (`w^1`, `gradient w^1`) to the Python name of the
    parameter or of the result, `sizes` from the Python name of a hyper-parameter to its value. Both
    functions take any of these names. They answer a mapping from names to arrays, an object with
    these names as attributes, or a plain tuple of arrays in the order of `forward_results` and
    `backward_results` (keys). A parameter of `backward` that is no known name and has no default
    receives what `forward` answered. `kept` are values for parameters of any other name, the same
    ones at every call, such as a workspace. `title`, `style` and `setting` say in a check what
    was checked; `exact` says that the code runs on rationals and symbols, too, not on floats alone.
    """

    namespace: Mapping[str, Any]
    names: Mapping[str, str]
    sizes: Mapping[str, int] = field(default_factory=dict)
    forward_results: tuple[str, ...] = ()
    backward_results: tuple[str, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)
    title: str = "module"
    style: str = ""
    setting: str = ""
    exact: bool = True

    def takes(self, parameter: str) -> bool:
        """Whether a pass has a parameter of that name."""
        passes = (self.namespace["forward"], self.namespace["backward"])
        return any(parameter in signature(function).parameters for function in passes)

    def run(self, given: Arrays) -> Arrays:
        """Every array by the key of its tensor: `given` ones, then forward, then backward."""
        answer = self._call("forward", given, None)
        arrays = {**given, **self._read(answer, self.forward_results)}
        found = self._call("backward", arrays, answer)
        return {**arrays, **self._read(found, self.backward_results)}

    def step(self, given: Arrays) -> Arrays:
        """What `step` answers, by key: the gradients, and the cost where there is one.

        A step that splits the batch has two options, the number of threads (1 where it is left out)
        and a list of workspaces (None); it gets as many as there are `PARTS`.
        """
        parameters = signature(self.namespace["step"]).parameters.values()
        options = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}
        spaces: list[Arrays] | None = [{} for _ in range(PARTS)] if self.kept else None
        split = {n: PARTS if v == 1 else spaces for n, v in options.items() if v in (1, None)}
        answer = self._call("step", given, None, split)
        gradients = getattr(answer, "gradients", answer)
        return {**given, **self._read(answer, ()), **self._read(gradients, ())}

    def forward(self, given: Arrays) -> Arrays:
        """What `forward` answers, by key."""
        return self._read(self._call("forward", given, None), self.forward_results)

    def _call(
        self, name: str, known: Arrays, answer: Any, kept: Mapping[str, Any] | None = None
    ) -> Any:
        function: Callable[..., Any] = self.namespace[name]
        arrays = {self.names[k]: v for k, v in known.items() if k in self.names}
        values = {**(self.kept if kept is None else kept), **self.sizes, **arrays}
        arguments = {}
        for parameter in signature(function).parameters.values():
            if parameter.name in values:
                arguments[parameter.name] = values[parameter.name]
            elif parameter.default is not parameter.empty:
                continue
            elif answer is not None and parameter.name not in self.names.values():
                arguments[parameter.name] = answer
            else:
                raise SymconvError(
                    f"nothing is known for the parameter '{parameter.name}' of {name}"
                )
        return function(**arguments)

    def _read(self, answer: Any, order: tuple[str, ...]) -> Arrays:
        if isinstance(answer, Mapping):
            return {k: answer[n] for k, n in self.names.items() if n in answer}
        if order:
            parts = (answer,) if len(order) == 1 and not isinstance(answer, tuple) else answer
            return dict(zip(order, parts, strict=True))
        return {k: getattr(answer, n) for k, n in self.names.items() if hasattr(answer, n)}


def list_module_uses(
    namespace: Mapping[str, Any],
    names: Mapping[str, str],
    sizes: Mapping[str, int],
    style: str,
    *,
    exact: bool = True,
) -> tuple[ModuleUnderTest, ...]:
    """The ways to call a generated module: as it is and, where it takes one, with a workspace.

    The workspace is one for all calls, so that what a call leaves in it meets the next one.
    """
    plain = ModuleUnderTest(
        namespace, names, sizes, title=f"{style} module", style=style, exact=exact
    )
    if not plain.takes("workspace"):
        return (plain,)
    return plain, replace(plain, kept={"workspace": {}}, setting=" with a workspace")


def table_to_array(table: Table, kind: type) -> NDArray[Any]:
    """The entries of a tensor as an array."""
    shape = tuple(max(axis) + 1 for axis in zip(*table, strict=True))
    array = np.empty(shape, dtype=kind)
    for place, value in table.items():
        array[place] = value
    return array


def array_to_table(array: Any) -> dict[Place, Any]:
    """The entries of an array; a number on its own is the one entry of a scalar."""
    values = np.asarray(array)
    flat = values.reshape(1) if values.ndim == 0 else values
    return {place: flat[place] for place in np.ndindex(*flat.shape)}


def input_arrays(trial: EvaluationPoint, kind: type) -> Arrays:
    """The input tensors of a point as arrays of a kind; class numbers are integers in any kind."""
    computed = {e.key for e in trial.program.equations}
    tables, labels = (
        {**trial.values, **trial.seeds},
        count_label_classes(trial.program, trial.sizes),
    )
    given = sorted(tables.keys() - computed)
    return {k: table_to_array(tables[k], int if k in labels else kind) for k in given}
