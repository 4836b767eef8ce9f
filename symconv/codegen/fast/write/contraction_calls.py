"""Contractions over windows as calls of the helper functions of their algorithm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from symconv.codegen.fast.algorithms.base import Algorithm, CorrelatedGradient
from symconv.codegen.fast.algorithms.contraction import Contraction
from symconv.codegen.fast.algorithms.layout import MAPS, PLANES, Layout
from symconv.codegen.fast.algorithms.sizes import Pair
from symconv.codegen.fast.plan.cost_model import Choice
from symconv.codegen.fast.plan.gradient_as_correlation import rewrite_as_correlation
from symconv.codegen.fast.plan.stages import PoolingStage

from .function_writer import FunctionWriter
from .helper_calls import CallSite, CallWriter
from .layouts import axis_lengths, relayout
from .role_axes import broadcast_addend, from_role_axes


@dataclass
class ContractionWriter:
    """Writes the statements of one module's contractions."""

    choices: Mapping[str, Choice]
    calls: CallWriter = field(default_factory=CallWriter)

    def algorithm_of(self, contraction: Contraction) -> Algorithm:
        """The algorithm that a contraction takes."""
        return self.choices[contraction.result.key].algorithm

    def correlate(
        self,
        scribe: FunctionWriter,
        contraction: Contraction,
        phases: Pair,
        *keys: str,
        image: str = "",
    ) -> tuple[str, Layout]:
        """Write the sum of kernel * image; answers its name and in which order its axes are.

        `keys` are those of the equations that are complete with it. `image` is the text of the
        image where that is not the tensor itself.
        """
        algorithm = self.algorithm_of(contraction)
        call, layout = algorithm.calls.correlate, algorithm.layout_of(phases)
        suffix = "planes" if layout == PLANES else "product"
        result = scribe.names.tensors[contraction.result.key]
        name = scribe.names.namer.claim(f"{result}_{suffix}")
        site = CallSite(contraction, algorithm, phases, image=image, name=name)
        arguments, target = self.calls.spell(scribe, site, call), name
        if call.answers_patches:
            target = f"{name}, {self.calls.receive_patches(scribe, site)}"
        scribe.call(f"{target} = {call.function}", arguments, "", *keys)
        return name, layout

    def write_places(self, scribe: FunctionWriter, contraction: Contraction) -> None:
        """Write z = sum of kernel * image, and what is added."""
        name = scribe.names.tensors[contraction.result.key]
        found, layout = self.correlate(scribe, contraction, (1, 1))
        # Without a maximum behind it there is one phase, and the axes a and b have length 1.
        plain = f"{found}[0, 0]" if layout == PLANES else found
        if layout != PLANES:
            scribe.chain(found, found, relayout(layout, MAPS, axis_lengths(contraction, (1, 1))))
        addends = (broadcast_addend(scribe, a, contraction) for a in contraction.addends)
        whole, back = " + ".join([plain, *addends]), from_role_axes(contraction.places)
        # Views turn the whole sum back to the axes of the tensor, addends included.
        whole = f"({whole}){back}" if back and contraction.addends else whole + back
        scribe.line(f"{name} = {whole}", contraction.result.key)

    def delta_layout(self, stage: PoolingStage) -> Layout:
        """In which order the axes of the delta of a stage's planes are."""
        return self.algorithm_of(stage.contraction).layout_of(stage.phases)

    def write_kernel_gradient(
        self, scribe: FunctionWriter, contraction: Contraction, stage: PoolingStage | None
    ) -> None:
        """Write dw = sum of delta * image over batch and places."""
        key, site = contraction.result.key, self._site(scribe, contraction, stage)
        call = site.algorithm.calls.kernel_gradient
        site = replace(site, delta=self._read_delta(scribe, site, stage))
        arguments, back = self.calls.spell(scribe, site, call), from_role_axes(contraction.kernel)
        scribe.call(f"{site.name} = {call.function}", arguments, back, key)

    def write_image_gradient(
        self, scribe: FunctionWriter, contraction: Contraction, stage: PoolingStage | None
    ) -> None:
        """Write dx = sum of kernel * delta, added to every place that a window sees."""
        key, site = contraction.result.key, self._site(scribe, contraction, stage)
        call = site.algorithm.calls.image_gradient
        if isinstance(call, CorrelatedGradient):
            self._correlate_delta(scribe, site, stage, call)
            return
        self.calls.copy_kernel(scribe, site)  # stands before the views of delta
        site = replace(site, delta=self._read_delta(scribe, site, stage))
        arguments, back = self.calls.spell(scribe, site, call), from_role_axes(contraction.image)
        scribe.call(f"{site.name} = {call.function}", arguments, back, key)

    def _correlate_delta(
        self,
        scribe: FunctionWriter,
        site: CallSite,
        stage: PoolingStage | None,
        how: CorrelatedGradient,
    ) -> None:
        """Write dx as the correlation of delta with the kernel turned around."""
        around = rewrite_as_correlation(site.contraction)
        if around is None:
            raise ValueError(f"{site.algorithm.name} has no gradient of an image at this stride")
        if stage:
            image = scribe.spell_call(how.images, self._read_delta(scribe, site, stage))
        else:
            image = self.calls.copy_delta(scribe, site)
        found, _ = self.correlate(scribe, around, (1, 1), image=image)
        back = from_role_axes(around.places)
        scribe.line(f"{site.name} = {found}[0, 0]{back}", site.contraction.result.key)

    def _site(
        self, scribe: FunctionWriter, contraction: Contraction, stage: PoolingStage | None
    ) -> CallSite:
        """Where a gradient is written."""
        name, phases = scribe.names.tensors[contraction.result.key], (1, 1)
        if stage:
            phases = stage.phases
        return CallSite(contraction, self.algorithm_of(contraction), phases, name=name)

    def _read_delta(
        self, scribe: FunctionWriter, site: CallSite, stage: PoolingStage | None
    ) -> str:
        """The delta of the places, or of a stage's planes, in the order that is read."""
        made, saved = site.contraction, self.calls.saved
        given = self.delta_layout(stage) if stage else MAPS
        wanted = site.algorithm.layout_of(site.phases)
        text = scribe.names.tensors[stage.delta] if stage else self.calls.copy_delta(scribe, site)
        views = relayout(given, wanted, axis_lengths(made, site.phases))
        # [None, None] is free. Other views may copy: they get a name, which both gradients read.
        if not views or wanted == PLANES:
            return text + "".join(views)
        key = ("product", made.places.key, made.places.order, site.algorithm.name)
        if key not in saved.names:
            base = scribe.names.tensors[made.places.key]
            saved.names[key] = scribe.names.namer.claim(f"{base}_product")
            scribe.chain(saved.names[key], text, views)
        return saved.names[key]
