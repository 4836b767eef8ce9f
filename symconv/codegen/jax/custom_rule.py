"""The function of a JAX module that is differentiated, and its rule: `jax.custom_vjp`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from symconv.codegen.python.array_conversion import write_conversion
from symconv.codegen.python.function_docstring import function_docstring
from symconv.codegen.python.helpers import load_helper
from symconv.codegen.python.layout import TAB, wrap_call
from symconv.codegen.python.long_lines import unpacking_targets
from symconv.codegen.python.module import (
    Code,
    ConstantLines,
    Definition,
    Function,
    Module,
    Parameter,
    make_code,
)
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.readable.module import module_names
from symconv.core.equation import class_counts

KEPT = "tuple[Array, tuple[Any, ...]]"
PLAIN = "jax.custom_vjp"
SIZED = 'partial(jax.custom_vjp, nondiff_argnames=("sizes",))'


class RuleWriter:
    """Writes what JAX differentiates, from a module that has `forward` and `backward`.

    A tuple or a list that somebody passes is no array, and the types of gradients must be those of
    the arrays: `network` converts, and `primal`, which has the rule, gets arrays of one type.
    """

    def __init__(self, spec: ModuleSpec, module: Module) -> None:
        self.spec = spec
        self.names = module_names(spec.forward, spec.backward.program).tensors
        self.passes = {f.name: f for f in module.functions}
        both = [p for f in self.passes.values() for p in f.parameters]
        self.sizes = tuple(dict.fromkeys(p.name for p in both if p.keyword_only))
        self.gradients = {
            self.names[t.key]: self.names[g.key]
            for t, g in zip(spec.backward.wrt, spec.backward.results, strict=True)
        }
        read = {p.name for p in both} | set(self.gradients)
        self.given = tuple(t for t in spec.forward.given if self.names[t.key] in read)
        self.arrays = tuple(self.names[t.key] for t in self.given)
        self.labels = frozenset(class_counts(spec.forward.equations))

    def definitions(self) -> tuple[Definition, ...]:
        """The functions, each before it is called at the top of the module."""
        return (
            *([load_helper("jax", "constant")] if self.targets else []),
            self._primal(),
            self._keep(),
            self._pull_back(),
            ConstantLines("primal.defvjp(keep, pull_back)"),
            self._network(),
        )

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """The arrays of numbers that nothing is derived by."""
        numbers = [self.names[t.key] for t in self.given if t.key not in self.labels]
        return tuple(name for name in numbers if name not in self.gradients)

    @property
    def output(self) -> str:
        """The name of what the network computes."""
        return self.names[self.spec.forward.output]

    def _primal(self) -> Function:
        """What has the rule; sizes that no array shows are numbers, which have no gradient."""
        made = self._function(
            "primal",
            "Compute the output, which has the gradients of this module.",
            [*(Parameter(n, "Array") for n in self.arrays), *self._all_sizes()],
            [
                *self._unpacked(),
                self._call("forward", "values = "),
                make_code([f"{TAB}return values.{self.output}"], "return"),
            ],
        )
        return replace(made, decorators=(SIZED if self.sizes else PLAIN,))

    def _all_sizes(self) -> list[Parameter]:
        """The sizes as one parameter, where there are any."""
        return [Parameter("sizes", "tuple[int, ...]")] if self.sizes else []

    def _unpacked(self) -> list[Code]:
        """The sizes, each by its name."""
        if not self.sizes:
            return []
        return [make_code([f"{TAB}{unpacking_targets(list(self.sizes))} = sizes"])]

    @property
    def _read(self) -> tuple[str, ...]:
        """What the backward pass reads: arrays, and the values of the forward pass."""
        seed = self.spec.backward.seed
        given = [p.name for p in self.passes["backward"].parameters if not p.keyword_only]
        return tuple(n for n in given if seed is None or n != self.names[seed.key])

    def _keep(self) -> Function:
        """The forward pass of the rule: the output, and what the other pass reads."""
        saved = f"({', '.join(_as_tuple(self._read))})"
        returned = wrap_call("return ", [f"values.{self.output}", saved], "", 1)
        return self._function(
            "keep",
            "Compute the output, and keep what its gradients are made of.",
            [*(Parameter(n, "Array") for n in self.arrays), *self._all_sizes()],
            [*self._unpacked(), self._call("forward", "values = "), make_code(returned, "return")],
            KEPT,
        )

    def _pull_back(self) -> Function:
        """The backward pass of the rule: a gradient for each array, None for one without."""
        seed = self.spec.backward.seed
        above = {} if seed is None else {self.names[seed.key]: "cotangent"}
        factor = "cotangent * " if seed is None else ""
        found = [
            f"{factor}gradients.{self.gradients[n]}" if n in self.gradients else "None"
            for n in self.arrays
        ]
        returned = make_code(wrap_call("return ", _as_tuple(found), "", 1), "return")
        read = list(self._read)
        return self._function(
            "pull_back",
            "Compute the gradients, given that of the output.",
            [
                *self._all_sizes(),
                Parameter("saved", "tuple[Any, ...]"),
                Parameter("cotangent", "Array"),
            ],
            [
                *self._unpacked(),
                *([make_code([f"{TAB}{unpacking_targets(read)} = saved"])] if read else []),
                self._call("backward", "gradients = ", **above),
                returned,
            ],
            "tuple[Array | None, ...]",
        )

    def _network(self) -> Function:
        """What people call and differentiate."""
        body = write_conversion(self.given, self.names, self.labels, asarray="jnp.asarray")
        body += [make_code([f"{TAB}{n} = constant({n})"]) for n in self.targets]
        sizes = [f"({', '.join(_as_tuple(self.sizes))})"] if self.sizes else []
        body.append(make_code(wrap_call("return primal", [*self.arrays, *sizes], "", 1), "return"))
        parameters = [Parameter(n, "Array") for n in self.arrays]
        parameters += [Parameter(n, "int", keyword_only=True) for n in self.sizes]
        words = f"Compute {self.output}, to be differentiated by JAX, transformed and compiled."
        return self._function("network", words, parameters, body)

    def _call(self, name: str, head: str, **others: str) -> Code:
        """A statement that calls a pass with what it takes, by the names that these have here."""
        given = self.passes[name].parameters
        arrays = [others.get(p.name, p.name) for p in given if not p.keyword_only]
        sizes = [f"{p.name}={p.name}" for p in given if p.keyword_only]
        return make_code(wrap_call(f"{head}{name}", [*arrays, *sizes], "", 1))

    def _function(
        self,
        name: str,
        words: str,
        parameters: Sequence[Parameter],
        body: Sequence[Code],
        result: str = "Array",
    ) -> Function:
        """A function of the module, which reads all that it gets."""
        return Function(
            name=name,
            parameters=tuple(parameters),
            docstring=function_docstring(words, {}),
            body=tuple(body),
            result=result,
            reads=frozenset(p.name for p in parameters),
            calls=frozenset(),
        )


def _as_tuple(parts: Sequence[str]) -> list[str]:
    """The parts of a tuple in brackets: one of them alone has a comma."""
    return [f"{parts[0]},"] if len(parts) == 1 else list(parts)
