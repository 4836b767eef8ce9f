"""Contractions over windows as calls of the helper functions of their form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symconv.plan.contraction import Contraction
from symconv.plan.stages import Stage
from symconv.plan.strategy import Choice
from symconv.plan.turn import turned

from .constants import Constants
from .layouts import MAPS, PLANES, Layout, layout_of, sizes_of, steps
from .scribe import Scribe
from .views import aligned, placed, seen

Pair = tuple[int, int]
TABLED = {"gathered", "matrix"}
COPIES = {"batch_last": "patches_batch_last", "columns": "padded", "gathered": "columns_gathered"}
MOST_VIEWS = 2
"""The most views that an argument shows; more have a statement of their own."""

TILES = {"winograd2": 2, "winograd4": 4}


def family(form: str) -> str:
    """The helper functions of a form; tiles of any size share them."""
    return "winograd" if form in TILES else form


@dataclass
class Windows:
    """Writes the statements of one module's contractions.

    `patches` are the names of copies of images, `kept` those of the helper arrays that the forward
    pass hands to the backward pass; `results` are the tensors that no workspace may hold.
    """

    choices: Mapping[str, Choice]
    results: frozenset[str] = frozenset()
    constants: Constants = field(default_factory=Constants)
    patches: dict[object, str] = field(default_factory=dict)
    kept: dict[str, None] = field(default_factory=dict)
    forward: bool = True

    def folded(self, scribe: Scribe, made: Contraction, form: str, phases: Pair) -> str:
        """The patches of an image, made once a pass and kept from the forward pass."""
        self.help(scribe, form)
        if form in {"matrix", "folded"}:
            return seen(scribe, made.image)
        key = (made.image.key, made.axes, form, phases)
        if key in self.patches:
            return self._known(scribe, self.patches[key])
        image = seen(scribe, made.image)
        name = self._patches(scribe, made)
        if form in TILES:
            window = self.constants.geometry(scribe, made, phases)
            arguments = [image, window, self._transforms(scribe, made, form)]
            scribe.call(f"{name} = tiles_winograd", [*arguments, "workspace", f'"{name}"'])
        else:
            if form == "gathered":
                how = self.constants.table(scribe, made, form, phases)[0]
            else:
                how = self.constants.geometry(scribe, made, phases)
            scribe.call(f"{name} = {COPIES[form]}", [image, how, "workspace", f'"{name}"'])
        self._keep(key, name)
        return name

    def correlation(
        self, scribe: Scribe, made: Contraction, phases: Pair, *keys: str
    ) -> tuple[str, Layout]:
        """The sum of kernel * image; answers its name and in which order its axes are."""
        form, staged = self.choices[made.result.key].form, phases != (1, 1)
        layout = layout_of(form, phases)
        if family(form) in {"folded", "winograd"}:
            return self.correlated(scribe, made, seen(scribe, made.image), phases, *keys), layout
        arguments = [self.folded(scribe, made, form, phases)]
        arguments.append(self._kernel(scribe, made, form, phases))
        name = scribe.names.namer.claim(f"{scribe.names.tensors[made.result.key]}_planes")
        if form not in TABLED:
            arguments.append(self.constants.geometry(scribe, made, phases))
        if form != "gathered":
            held = staged or made.result.key not in self.results
            arguments += ["workspace" if held else "None", f'"{name}"']
        scribe.call(f"{name} = correlate_{form}", arguments, "", *keys)
        return name, layout

    def correlated(
        self, scribe: Scribe, made: Contraction, image: str, phases: Pair, *keys: str
    ) -> str:
        """The planes straight from an image; answers their name."""
        form, result = self.choices[made.result.key].form, made.result.key
        self.help(scribe, form)
        name = scribe.names.namer.claim(f"{scribe.names.tensors[result]}_planes")
        window = self.constants.geometry(scribe, made, phases)
        arguments, target = [image, seen(scribe, made.kernel), window], name
        if form in TILES:
            arguments.append(self._transforms(scribe, made, form))
            target = f"{name}, {self._tiles(scribe, made, form, phases)}"
        arguments += ["workspace", f'"{name}"', f"kept={result not in self.results}"]
        scribe.call(f"{target} = correlate_{family(form)}", arguments, "", *keys)
        return name

    def places(self, scribe: Scribe, made: Contraction) -> None:
        """z = sum of kernel * image, and what is added."""
        name = scribe.names.tensors[made.result.key]
        found, layout = self.correlation(scribe, made, (1, 1))
        plain = f"{found}[0, 0]" if layout == PLANES else found
        if layout != PLANES:
            scribe.chain(found, found, steps(layout, MAPS, sizes_of(made, (1, 1))))
        whole = " + ".join([plain, *(aligned(scribe, a, made) for a in made.addends)])
        back = placed(made.places)
        whole = f"({whole}){back}" if back and made.addends else whole + back
        scribe.line(f"{name} = {whole}", made.result.key)

    def written(self, stage: Stage) -> Layout:
        """In which order the axes of the delta of a stage's planes are."""
        return layout_of(self.choices[stage.contraction.result.key].form, stage.phases)

    def reaching(self, scribe: Scribe, made: Contraction, stage: Stage | None) -> str:
        """The delta of the places, or of a stage's planes, in the order that the form reads."""
        form, phases = self.choices[made.result.key].form, stage.phases if stage else (1, 1)
        given = self.written(stage) if stage else MAPS
        text = scribe.names.tensors[stage.delta] if stage else self.delta(scribe, made)
        views = steps(given, layout_of(form, phases), sizes_of(made, phases))
        if len(views) <= MOST_VIEWS:
            return text + "".join(views)
        name = scribe.names.namer.claim(f"{scribe.names.tensors[made.places.key]}_turned")
        scribe.chain(name, text, views)
        return name

    def kernel(self, scribe: Scribe, made: Contraction, stage: Stage | None) -> None:
        """dw = sum of delta * image over batch and places."""
        key, form = made.result.key, self.choices[made.result.key].form
        name, phases = scribe.names.tensors[key], stage.phases if stage else (1, 1)
        taps = (made.axes[0].taps, made.axes[1].taps)
        arguments = [
            self.reaching(scribe, made, stage),
            self.folded(scribe, made, form, phases),
        ]
        if form == "matrix":
            arguments.append(self.constants.table(scribe, made, form, phases)[1])
        if form in TABLED:
            arguments.append(str((made.filters, made.channels, *taps)))
        else:
            window = self.constants.geometry(scribe, made, phases)
            how = self._transforms(scribe, made, form) if form in TILES else window
            arguments += [how, "workspace", f'"{name}"']
        call = f"{name} = kernel_gradient_{family(form)}"
        scribe.call(call, arguments, placed(made.kernel), key)

    def delta(self, scribe: Scribe, made: Contraction) -> str:
        """The delta of the places; tiles read it twice, so its maps are put last once."""
        plain, form = seen(scribe, made.places), self.choices[made.result.key].form
        if form not in TILES:
            return plain
        key = ("last", made.places.key, made.places.order)
        if key not in self.patches:
            name = scribe.names.namer.claim(f"{scribe.names.tensors[made.places.key]}_last")
            self.help(scribe, form)
            scribe.line(f"{name} = maps_last({plain})")
            self.patches[key] = name
        return self.patches[key]

    def image(self, scribe: Scribe, made: Contraction, stage: Stage | None) -> None:
        """dx = sum of kernel * delta, added to every place that a window sees."""
        key, form = made.result.key, self.choices[made.result.key].form
        self.help(scribe, form)
        phases, around = stage.phases if stage else (1, 1), turned(made)
        if family(form) in {"folded", "winograd"} and around is not None:
            if stage:
                image = f"images_{family(form)}({self.reaching(scribe, made, stage)})"
            else:
                image = self.delta(scribe, made)
            found = self.correlated(scribe, around, image, (1, 1))
            name = scribe.names.tensors[key]
            scribe.line(f"{name} = {found}[0, 0]{placed(around.places)}", key)
            return
        name, shape = scribe.names.tensors[key], (made.axes[0].extent, made.axes[1].extent)
        kernel = self._kernel(scribe, made, form, phases)
        arguments = [self.reaching(scribe, made, stage), kernel]
        arguments += [str(made.channels)] if form == "matrix" else []
        arguments.append(str(shape))
        if form == "gathered":
            arguments.append(self.constants.table(scribe, made, form, phases)[1])
        elif form != "matrix":
            arguments.append(self.constants.geometry(scribe, made, phases))
        if form != "matrix":
            arguments += ["workspace", f'"{name}"']
        scribe.call(f"{name} = image_gradient_{form}", arguments, placed(made.image), key)

    def help(self, scribe: Scribe, form: str) -> None:
        """Note which helper functions the module needs."""
        scribe.helpers |= {"common", family(form)} | ({"inverse"} if form in TABLED else set())

    def _kernel(self, scribe: Scribe, made: Contraction, form: str, phases: Pair) -> str:
        """The kernel, or what it is written as; that is kept for the backward."""
        plain = seen(scribe, made.kernel)
        if form == "matrix":
            table = self.constants.table(scribe, made, form, phases)[0]
            return self._written(scribe, made, "matrix", "matrix_of", [plain, table])
        if form == "batch_last":
            window = self.constants.geometry(scribe, made, phases)
            return self._written(scribe, made, "taps", "spread_batch_last", [plain, window])
        return plain

    def _written(
        self, scribe: Scribe, made: Contraction, suffix: str, function: str, arguments: list[str]
    ) -> str:
        """The name of a kernel in the order that a form reads it in, written once."""
        kernel, shape = made.kernel, scribe.tensors[made.kernel.key].shape
        order = tuple(None if a is None or shape[a] == 1 else a for a in kernel.order)
        key = (kernel.key, order, kernel.flipped, arguments[1])
        if key not in self.patches:
            name = scribe.names.namer.claim(f"{scribe.names.tensors[kernel.key]}_{suffix}")
            scribe.call(f"{name} = {function}", arguments)
            self._keep(key, name)
        return self._known(scribe, self.patches[key])

    def _transforms(self, scribe: Scribe, made: Contraction, form: str) -> str:
        return self.constants.transforms(scribe, TILES[form], made.axes[0].taps)

    def _tiles(self, scribe: Scribe, made: Contraction, form: str, phases: Pair) -> str:
        """The name of the transformed tiles, which the gradient of the kernel reads again."""
        if not self.forward:
            return "_"
        name = self._patches(scribe, made)
        self._keep((made.image.key, made.axes, form, phases), name)
        return name

    def _patches(self, scribe: Scribe, made: Contraction) -> str:
        return scribe.names.namer.claim(f"{scribe.names.tensors[made.image.key]}_patches")

    def _keep(self, key: object, name: str) -> None:
        self.patches[key] = name
        if self.forward:
            self.kept[name] = None

    def _known(self, scribe: Scribe, name: str) -> str:
        if self.forward or name not in self.kept:
            return name
        scribe.values = True
        return f"values.{name}"
