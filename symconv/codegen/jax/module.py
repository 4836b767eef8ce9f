"""The JAX style: the array program with convolutions as such, and one differentiable function.

`forward` and `backward` are those of the readable style. `network` computes the cost (or the
output) and is differentiated by `backward`: JAX asks for no derivative of what stands in between.
"""

from __future__ import annotations

from dataclasses import replace

from symconv.codegen.python.allowlist import COMPILE
from symconv.codegen.python.module import Definition, Function, Module
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.readable.module import readable_module

from .custom_rule import RuleWriter
from .target import JAX

NOTE = (
    "`network` is differentiated by `backward`, in reverse mode only: `jax.jvp`, `jax.jacfwd` and"
    " `jax.hessian` raise a TypeError. Class numbers are not checked, as traced arrays have no"
    " entries."
)


TRAINING = frozenset({"predict", "cost_and_gradients"})


def compile_training(module: Module) -> Module:
    """The module with compiled functions for training, as these are called again and again.

    A size that no array shows would be traced there, so that with one they stay as they are.
    """
    return replace(module, definitions=tuple(map(_compile, module.definitions)))


def _compile(part: Definition) -> Definition:
    if not isinstance(part, Function) or part.name not in TRAINING:
        return part
    sized = any(p.keyword_only and p.annotation == "int" for p in part.parameters)
    return part if sized else replace(part, decorators=(COMPILE,))


def generate_jax(spec: ModuleSpec) -> Module:
    """The module of a network for JAX."""
    module = readable_module(
        spec.forward,
        spec.backward.program,
        returned=spec.backward.results,
        seed=spec.backward.seed,
        title=spec.title,
        notes=(*spec.notes, NOTE),
        numbers=spec.numbers,
        target=JAX,
    )
    rule = RuleWriter(spec, module)
    standard, *others = module.imports
    imports = (("from functools import partial", *standard) if rule.sizes else standard, *others)
    return replace(module, imports=imports).extend(*rule.definitions())
