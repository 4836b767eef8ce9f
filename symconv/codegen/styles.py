"""The styles of modules: the same functions from the same equations, written in several ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from symconv.codegen.fast.plan.overrides import PlanOverrides
from symconv.codegen.python.allowlist import ALLOW_LISTS
from symconv.codegen.python.module import Module
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.python.render_module import render_module
from symconv.codegen.python.stable_forms import use_stable_forms
from symconv.codegen.readable.module import generate_readable, module_names
from symconv.codegen.readable.tests import module_tests
from symconv.core.errors import SymconvError, did_you_mean
from symconv.semantics.sizes import pick_sizes
from symconv.semantics.work import count_range_values, count_terms

if TYPE_CHECKING:
    from symconv.codegen.fast.strategy import Strategy
    from symconv.codegen.readable.prediction import WrittenPrediction

LOOPS = 20_000
"""The most terms of a forward pass in loops whose gradients are tested entry by entry. Central
differences run the pass twice for every entry of every array: with a larger number the tests of a
module take minutes, with a smaller one a failure names fewer entries that are wrong."""

Style = Literal["loops", "readable", "fast", "jax", "torch", "c"]


@dataclass(frozen=True)
class GeneratedModule:
    """The module of a network in a style: made once, whatever is asked of it.

    `overrides` overrule the plan of the fast style. SymconvError where there is no such style.
    """

    spec: ModuleSpec
    style: str
    overrides: PlanOverrides | None = None

    def __post_init__(self) -> None:
        if self.style not in {**STYLES, **LIBRARY_STYLES}:
            known = did_you_mean(self.style, (*STYLES, *LIBRARY_STYLES))
            if self.style == "c":
                known = "the C style makes no NumPy module: see generate_c and compile"
            raise SymconvError(f"no style is called '{self.style}'", help=known)

    @cached_property
    def stable(self) -> ModuleSpec:
        """What the module is written from: no exponential overflows."""
        return use_stable_forms(self.spec)

    @cached_property
    def strategy(self) -> Strategy:
        """Which way the network goes in the fast style, with its plan."""
        from symconv.codegen.fast.strategy import choose_strategy

        return choose_strategy(self.stable.forward, self.stable.backward, self.overrides)

    @cached_property
    def module(self) -> Module:
        """The record of the module, which everything else reads."""
        from symconv.codegen.readable.training import add_training

        module = {**STYLES, **LIBRARY_STYLES}[self.style](self)
        whole = add_training(module, self.stable, PREDICTIONS[self.style](self.stable))
        if self.style == "jax":
            from symconv.codegen.jax.module import compile_training

            return compile_training(whole)
        return whole

    @cached_property
    def source(self) -> str:
        """Its text, which has passed the allow-list of the style."""
        return render_module(self.module, ALLOW_LISTS[self.style])

    def tests(self, stem: str) -> str:
        """The tests of the module, which look for it in the file `stem`."""
        # One seed, so that a module has the same tests whenever it is written; a multiple of 3
        # keeps clear of strides and paddings that hide mistakes.
        spec, sizes = self.spec, pick_sizes(self.spec.backward.program, seed=3)
        equations = spec.forward.equations
        work = sum(
            count_range_values(e.ranges, sizes) * count_terms(e.rhs, sizes) for e in equations
        )
        names = module_names(spec.forward, spec.backward.program)
        if self.style == "torch":
            from symconv.codegen.torch.tests import torch_tests

            return torch_tests(stem, self.module, spec, names, sizes)
        along = self.style == "loops" and work > LOOPS
        templates = "jax" if self.style == "jax" else "numpy"
        return module_tests(stem, self.module, spec, names, sizes, along=along, templates=templates)

    def plan_text(self) -> str:
        """What becomes of the equations, in words: strategies and why, operations, bytes."""
        from symconv.codegen.fast.explain import explain_as_written, explain_strategy

        if self.style != "fast":
            return explain_as_written(self.stable, self.style)
        return explain_strategy(self.stable, self.strategy)


def parse_overrides(style: str, given: Mapping[str, Any]) -> PlanOverrides | None:
    """What the caller wants of the fast style; SymconvError where another style is asked."""
    if style != "c" and {"isa", "dtype", "chunk"} & set(given):
        raise SymconvError(
            f"the style '{style}' takes any type of numbers, and knows no instructions",
            help="isa, dtype and chunk are for the style c",
        )
    if given and style != "fast":
        raise SymconvError(
            f"the style '{style}' has no plan to overrule", help="ask for the style fast"
        )
    return PlanOverrides(**given) if given else None


def _readable(generated: GeneratedModule) -> Module:
    """Vectorised, reads like good code written by hand."""
    return generate_readable(generated.stable)


def _loops(generated: GeneratedModule) -> Module:
    """The formula, index by index."""
    from symconv.codegen.loops.module import generate_loops

    return generate_loops(generated.stable)


def _fast(generated: GeneratedModule) -> Module:
    """A planned program."""
    from symconv.codegen.fast.module import generate_fast

    return generate_fast(generated.stable, generated.strategy)


def _torch(generated: GeneratedModule) -> Module:
    """On tensors of PyTorch, with one operation that it differentiates by the derivation."""
    from symconv.codegen.torch.module import generate_torch

    return generate_torch(generated.stable)


def _jax(generated: GeneratedModule) -> Module:
    """For JAX, with its convolutions, and differentiable there."""
    from symconv.codegen.jax.module import generate_jax

    return generate_jax(generated.stable)


STYLES: Mapping[str, Callable[[GeneratedModule], Module]] = {
    "loops": _loops,
    "readable": _readable,
    "fast": _fast,
}
"""The styles of NumPy."""

LIBRARY_STYLES: Mapping[str, Callable[[GeneratedModule], Module]] = {"jax": _jax, "torch": _torch}
"""The styles of other libraries of arrays, which need not be installed to write them."""


def _predict(spec: ModuleSpec) -> WrittenPrediction | None:
    """What the network predicts, vectorised."""
    from symconv.codegen.readable.prediction import write_prediction

    return write_prediction(spec)


def _predict_in_loops(spec: ModuleSpec) -> WrittenPrediction | None:
    """What the network predicts, index by index."""
    from symconv.codegen.loops.prediction import write_loops_prediction

    return write_loops_prediction(spec)


def _predict_on_tensors(spec: ModuleSpec) -> WrittenPrediction | None:
    """What the network predicts, on tensors of PyTorch."""
    from symconv.codegen.readable.prediction import write_prediction
    from symconv.codegen.torch.target import TORCH

    return write_prediction(spec, TORCH)


def _predict_in_jax(spec: ModuleSpec) -> WrittenPrediction | None:
    """What the network predicts, in JAX."""
    from symconv.codegen.jax.target import JAX
    from symconv.codegen.readable.prediction import write_prediction

    return write_prediction(spec, JAX)


PREDICTIONS: Mapping[str, Callable[[ModuleSpec], WrittenPrediction | None]] = {
    "loops": _predict_in_loops,
    "readable": _predict,
    "fast": _predict,
    "torch": _predict_on_tensors,
    "jax": _predict_in_jax,
}
