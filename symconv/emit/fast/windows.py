"""Contractions over windows as calls of the helper functions of their form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symconv.plan.contraction import Contraction
from symconv.plan.strategy import Choice
from symconv.plan.turn import turned

from .constants import Constants
from .scribe import Scribe
from .views import aligned, placed, seen

Pair = tuple[int, int]
TABLED = {"gathered", "matrix"}
COPIES = {"batch_last": "patches_batch_last", "columns": "padded", "gathered": "columns_gathered"}
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

    def planes(self, scribe: Scribe, made: Contraction, phases: Pair, *keys: str) -> str:
        """The sum of kernel * image as planes; answers their name."""
        form = self.choices[made.result.key].form
        if family(form) in {"folded", "winograd"}:
            return self.correlated(scribe, made, seen(scribe, made.image), phases, *keys)
        arguments = [
            self.folded(scribe, made, form, phases),
            *self._kernel(scribe, made, form, phases, made.filters),
            self.constants.geometry(scribe, made, phases),
        ]
        name = scribe.names.namer.claim(f"{scribe.names.tensors[made.result.key]}_planes")
        if form != "gathered":
            arguments += ["workspace", f'"{name}"']
        scribe.call(f"{name} = correlate_{form}", arguments, "", *keys)
        return name

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
        name, planes = scribe.names.tensors[made.result.key], self.planes(scribe, made, (1, 1))
        whole = " + ".join([f"{planes}[0, 0]", *(aligned(scribe, a, made) for a in made.addends)])
        back = placed(made.places)
        whole = f"({whole}){back}" if back and made.addends else whole + back
        scribe.line(f"{name} = {whole}", made.result.key)

    def kernel(self, scribe: Scribe, made: Contraction, planes: str, phases: Pair) -> None:
        """dw = sum of delta * image over batch and places."""
        key, form = made.result.key, self.choices[made.result.key].form
        name = scribe.names.tensors[key]
        arguments = [planes, self.folded(scribe, made, form, phases)]
        if form == "matrix":
            arguments.append(self.constants.table(scribe, made, form, phases)[1])
        if form in TABLED:
            arguments.append(str((made.axes[0].taps, made.axes[1].taps)))
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

    def image(self, scribe: Scribe, made: Contraction, planes: str, phases: Pair) -> None:
        """dx = sum of kernel * delta, added to every place that a window sees."""
        key, form = made.result.key, self.choices[made.result.key].form
        self.help(scribe, form)
        around = turned(made)
        if family(form) in {"folded", "winograd"} and around is not None:
            staged = phases != (1, 1)
            image = f"images_{family(form)}({planes})" if staged else self.delta(scribe, made)
            found = self.correlated(scribe, around, image, (1, 1))
            name = scribe.names.tensors[key]
            scribe.line(f"{name} = {found}[0, 0]{placed(around.places)}", key)
            return
        name, shape = scribe.names.tensors[key], (made.axes[0].extent, made.axes[1].extent)
        kernel = self._kernel(scribe, made, form, phases, made.channels)
        arguments = [planes, *kernel, str(shape)]
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

    def _kernel(
        self, scribe: Scribe, made: Contraction, form: str, phases: Pair, maps: int
    ) -> list[str]:
        """The kernel as an argument, and what it is written as; that is kept for the backward."""
        plain = seen(scribe, made.kernel)
        if form == "matrix":
            table = self.constants.table(scribe, made, form, phases)[0]
            return [self._written(scribe, made, "matrix", "matrix_of", [plain, table]), str(maps)]
        if form == "batch_last":
            window = self.constants.geometry(scribe, made, phases)
            return [self._written(scribe, made, "taps", "spread_batch_last", [plain, window])]
        return [plain]

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
