"""The forms that a contraction over windows can take, and what the caller wants of them.

`batch_last` copies windows as matrices whose rows run along places and batch: one product a row of
blocks, all phases of a tile at once. `folded` copies an image once for every tap along its rows, in
blocks that fit in the cache; a tap along its columns is then a shift of a view that is multiplied
without a copy. `columns` copies the windows of one image at a time and multiplies once an image.
`gathered` fetches the windows of all images by a table of places and keeps them. `matrix` writes
the kernel as the full matrix between an image and all places: more multiplications, but few calls.
`winograd2` and `winograd4` compute 2 x 2 or 4 x 4 places at a time from as few products as there
are points: up to four times fewer, but with more rounding in float32, so they are taken only where
they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from symconv.core.errors import SymconvError, did_you_mean

from .contraction import Contraction

Form = Literal["batch_last", "folded", "columns", "gathered", "matrix", "winograd2", "winograd4"]
Tiles = Literal["f2", "f4"]
FORMS: tuple[Form, ...] = get_args(Form)
TILED: Mapping[str, Form] = {"f2": "winograd2", "f4": "winograd4"}
USUAL_BATCH = 32


@dataclass(frozen=True)
class Wishes:
    """What the caller wants: tiles where they pay (float32 rounds more), forms by equation."""

    tiles: Tiles | None = None
    forms: Mapping[str, Form] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.tiles is not None and self.tiles not in TILED:
            raise SymconvError(
                f"no tiles are called '{self.tiles}'", help=did_you_mean(self.tiles, TILED)
            )
        for form in self.forms.values():
            if form not in FORMS:
                raise SymconvError(f"no form is called '{form}'", help=did_you_mean(form, FORMS))


def batch_of(made: Contraction) -> int:
    """The size of the batch; a usual one where it is a symbol."""
    return int(made.batch) if made.batch.is_Integer else USUAL_BATCH


def forms_of(made: Contraction) -> tuple[Form, ...]:
    """The forms that can compute a contraction, whatever they cost."""
    known: list[Form] = ["columns", "matrix"]
    if all(a.dilation == 1 for a in made.axes):
        known.append("batch_last")
    if made.batch.is_Integer:
        known.append("gathered")
    if all(a.stride == 1 for a in made.axes):
        known.append("folded")
    if all((a.stride, a.dilation, a.taps) == (1, 1, 3) for a in made.axes):
        known += ["winograd2", "winograd4"]
    return tuple(f for f in FORMS if f in known)
