"""Contractions over windows as calls of the helper functions of their form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symconv.codegen.fast.forms.contraction import Contraction
from symconv.codegen.fast.plan.cost_model import Choice
from symconv.codegen.fast.plan.gradient_as_correlation import turned
from symconv.codegen.fast.plan.stages import Stage

from .function_writer import Scribe
from .layouts import MAPS, PLANES, Layout, layout_of, lengths, steps
from .operand_layouts import TABLED, TILES, Copies, family
from .role_axes import aligned, placed, seen

Pair = tuple[int, int]
FROM_IMAGES = {"folded", "winograd"}
"""Families that read an image as it is, and compute the gradient of one as a correlation."""


@dataclass
class Windows:
    """Writes the statements of one module's contractions.

    `results` are the tensors that no workspace may hold.
    """

    choices: Mapping[str, Choice]
    results: frozenset[str] = frozenset()
    copies: Copies = field(default_factory=Copies)

    def form(self, made: Contraction) -> str:
        """The form that a contraction takes."""
        return self.choices[made.result.key].form

    def correlation(
        self, scribe: Scribe, made: Contraction, phases: Pair, *keys: str
    ) -> tuple[str, Layout]:
        """The sum of kernel * image; answers its name and in which order its axes are."""
        form, staged = self.form(made), phases != (1, 1)
        layout = layout_of(form, phases)
        if family(form) in FROM_IMAGES:
            return self.correlated(scribe, made, seen(scribe, made.image), phases, *keys), layout
        arguments = [self.copies.image(scribe, made, form, phases)]
        arguments.append(self.copies.kernel(scribe, made, form, phases))
        suffix = "planes" if layout == PLANES else "product"
        name = scribe.names.namer.claim(f"{scribe.names.tensors[made.result.key]}_{suffix}")
        if form not in TABLED:
            arguments.append(self.copies.constants.geometry(scribe, made, phases))
        if form != "gathered":
            held = staged or made.result.key not in self.results
            arguments += ["workspace" if held else "None", f'"{name}"']
        scribe.call(f"{name} = correlate_{form}", arguments, "", *keys)
        return name, layout

    def correlated(
        self, scribe: Scribe, made: Contraction, image: str, phases: Pair, *keys: str
    ) -> str:
        """The planes straight from an image; answers their name."""
        form, result = self.form(made), made.result.key
        self.copies.help(scribe, form)
        name = scribe.names.namer.claim(f"{scribe.names.tensors[result]}_planes")
        window = self.copies.constants.geometry(scribe, made, phases)
        arguments, target = [image, seen(scribe, made.kernel), window], name
        if form in TILES:
            arguments.append(self.copies.transforms(scribe, made, form))
            target = f"{name}, {self.copies.tiles(scribe, made, form, phases)}"
        arguments += ["workspace", f'"{name}"', f"kept={result not in self.results}"]
        scribe.call(f"{target} = correlate_{family(form)}", arguments, "", *keys)
        return name

    def places(self, scribe: Scribe, made: Contraction) -> None:
        """z = sum of kernel * image, and what is added."""
        name = scribe.names.tensors[made.result.key]
        found, layout = self.correlation(scribe, made, (1, 1))
        plain = f"{found}[0, 0]" if layout == PLANES else found
        if layout != PLANES:
            scribe.chain(found, found, steps(layout, MAPS, lengths(made, (1, 1))))
        whole = " + ".join([plain, *(aligned(scribe, a, made) for a in made.addends)])
        back = placed(made.places)
        whole = f"({whole}){back}" if back and made.addends else whole + back
        scribe.line(f"{name} = {whole}", made.result.key)

    def written(self, stage: Stage) -> Layout:
        """In which order the axes of the delta of a stage's planes are."""
        return layout_of(self.form(stage.contraction), stage.phases)

    def reaching(self, scribe: Scribe, made: Contraction, stage: Stage | None) -> str:
        """The delta of the places, or of a stage's planes, in the order that the form reads."""
        form, phases = self.form(made), stage.phases if stage else (1, 1)
        given = self.written(stage) if stage else MAPS
        text = scribe.names.tensors[stage.delta] if stage else self.copies.delta(scribe, made, form)
        views = steps(given, layout_of(form, phases), lengths(made, phases))
        if not views or layout_of(form, phases) == PLANES:
            return text + "".join(views)
        key, kept = ("product", made.places.key, made.places.order, form), self.copies.kept
        if key not in kept.names:
            wanted = f"{scribe.names.tensors[made.places.key]}_product"
            kept.names[key] = scribe.names.namer.claim(wanted)
            scribe.chain(kept.names[key], text, views)
        return kept.names[key]

    def kernel(self, scribe: Scribe, made: Contraction, stage: Stage | None) -> None:
        """dw = sum of delta * image over batch and places."""
        key, form = made.result.key, self.form(made)
        name, phases = scribe.names.tensors[key], stage.phases if stage else (1, 1)
        taps = (made.axes[0].taps, made.axes[1].taps)
        arguments = [
            self.reaching(scribe, made, stage),
            self.copies.image(scribe, made, form, phases),
        ]
        if form == "matrix":
            arguments.append(self.copies.constants.table(scribe, made, form, phases)[1])
        if form in TABLED:
            arguments.append(str((made.filters, made.channels, *taps)))
        else:
            window = self.copies.constants.geometry(scribe, made, phases)
            how = self.copies.transforms(scribe, made, form) if form in TILES else window
            arguments += [how, "workspace", f'"{name}"']
        call = f"{name} = kernel_gradient_{family(form)}"
        scribe.call(call, arguments, placed(made.kernel), key)

    def image(self, scribe: Scribe, made: Contraction, stage: Stage | None) -> None:
        """dx = sum of kernel * delta, added to every place that a window sees."""
        key, form = made.result.key, self.form(made)
        self.copies.help(scribe, form)
        phases, around = stage.phases if stage else (1, 1), turned(made)
        if family(form) in FROM_IMAGES and around is not None:
            if stage:
                image = f"images_{family(form)}({self.reaching(scribe, made, stage)})"
            else:
                image = self.copies.delta(scribe, made, form)
            found = self.correlated(scribe, around, image, (1, 1))
            name = scribe.names.tensors[key]
            scribe.line(f"{name} = {found}[0, 0]{placed(around.places)}", key)
            return
        name, shape = scribe.names.tensors[key], (made.axes[0].extent, made.axes[1].extent)
        kernel = self.copies.kernel(scribe, made, form, phases)
        arguments = [self.reaching(scribe, made, stage), kernel]
        arguments += [str(made.channels)] if form == "matrix" else []
        arguments.append(str(shape))
        if form == "gathered":
            arguments.append(self.copies.constants.table(scribe, made, form, phases)[1])
        elif form != "matrix":
            arguments.append(self.copies.constants.geometry(scribe, made, phases))
        if form != "matrix":
            arguments += ["workspace", f'"{name}"']
        scribe.call(f"{name} = image_gradient_{form}", arguments, placed(made.image), key)
