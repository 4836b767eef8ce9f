"""Images, kernels and deltas in the order in which a form reads them, copied where it must be."""

from __future__ import annotations

from dataclasses import dataclass, field

from symconv.codegen.fast.forms.contraction import Contraction

from .constants import Constants
from .function_writer import Scribe
from .role_axes import seen
from .saved_arrays import Kept

Pair = tuple[int, int]
TABLED = {"gathered", "matrix"}
COPIES = {"batch_last": "patches_batch_last", "columns": "padded", "gathered": "columns_gathered"}
TILES = {"winograd2": 2, "winograd4": 4}


def family(form: str) -> str:
    """The helper functions of a form; tiles of any size share them."""
    return "winograd" if form in TILES else form


@dataclass
class Copies:
    """Writes the statements that copy, each of them once."""

    constants: Constants = field(default_factory=Constants)
    kept: Kept = field(default_factory=Kept)

    def image(self, scribe: Scribe, made: Contraction, form: str, phases: Pair) -> str:
        """The patches of an image; kept from the forward pass."""
        self.help(scribe, form)
        if form in {"matrix", "folded"}:
            return seen(scribe, made.image)
        key = self._images(made, form, phases)
        if known := self.kept.read(scribe, key):
            return known
        image, name = seen(scribe, made.image), self._patches(scribe, made)
        if form in TILES:
            head = f"{name} = tiles_winograd"
            how = [self.constants.geometry(scribe, made, phases)]
            how.append(self.transforms(scribe, made, form))
        else:
            head, how = f"{name} = {COPIES[form]}", [self._places(scribe, made, form, phases)]
        scribe.call(head, [image, *how, "workspace", f'"{name}"'])
        return self.kept.keep(key, name)

    def kernel(self, scribe: Scribe, made: Contraction, form: str, phases: Pair) -> str:
        """The kernel, or what it is written as; that is kept from the forward pass."""
        plain = seen(scribe, made.kernel)
        if form == "matrix":
            table = self.constants.table(scribe, made, form, phases)[0]
            return self._written(scribe, made, "matrix", "matrix_of", [plain, table])
        if form == "batch_last":
            window = self.constants.geometry(scribe, made, phases)
            return self._written(scribe, made, "taps", "spread_batch_last", [plain, window])
        return plain

    def delta(self, scribe: Scribe, made: Contraction, form: str) -> str:
        """The delta of the places; tiles read it twice, so its maps are put last once."""
        plain = seen(scribe, made.places)
        if form not in TILES:
            return plain
        key = ("last", made.places.key, made.places.order)
        if known := self.kept.names.get(key):
            return known
        name = scribe.names.namer.claim(f"{scribe.names.tensors[made.places.key]}_last")
        self.help(scribe, form)
        scribe.line(f"{name} = maps_last({plain})")
        self.kept.names[key] = name
        return name

    def tiles(self, scribe: Scribe, made: Contraction, form: str, phases: Pair) -> str:
        """The name of the transformed tiles, which the gradient of the kernel reads again."""
        if not self.kept.forward:
            return "_"
        key = self._images(made, form, phases)
        return self.kept.keep(key, self._patches(scribe, made))

    def transforms(self, scribe: Scribe, made: Contraction, form: str) -> str:
        """The matrices of the tiles."""
        return self.constants.transforms(scribe, TILES[form], made.axes[0].taps)

    def help(self, scribe: Scribe, form: str) -> None:
        """Note which helper functions the module needs."""
        scribe.helpers |= {"common", family(form)} | ({"inverse"} if form in TABLED else set())

    def _places(self, scribe: Scribe, made: Contraction, form: str, phases: Pair) -> str:
        """Where windows stand: a table, or the geometry."""
        if form == "gathered":
            return self.constants.table(scribe, made, form, phases)[0]
        return self.constants.geometry(scribe, made, phases)

    def _written(
        self, scribe: Scribe, made: Contraction, suffix: str, function: str, arguments: list[str]
    ) -> str:
        """A kernel in the order that a form reads it in."""
        kernel, shape = made.kernel, scribe.tensors[made.kernel.key].shape
        order = tuple(None if a is None or shape[a] == 1 else a for a in kernel.order)
        key = (kernel.key, order, kernel.flipped, arguments[1])
        if key not in self.kept.names:
            name = scribe.names.namer.claim(f"{scribe.names.tensors[kernel.key]}_{suffix}")
            scribe.call(f"{name} = {function}", arguments)
            self.kept.keep(key, name)
        return self.kept.read(scribe, key) or ""

    def _images(self, made: Contraction, form: str, phases: Pair) -> object:
        """What tells copies of images apart: another order of axes makes another copy."""
        image = made.image
        return (image.key, image.order, image.flipped, made.axes, form, phases)

    def _patches(self, scribe: Scribe, made: Contraction) -> str:
        return scribe.names.namer.claim(f"{scribe.names.tensors[made.image.key]}_patches")
