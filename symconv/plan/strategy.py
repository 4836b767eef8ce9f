"""The cost model: which form a contraction over windows takes, and why.

`batch_last` folds rows into blocks whose innermost run is the batch: one product a block of places,
all phases of a tile at once. It needs a batch that fills a product and few enough channels that the
field of a block stays small. `folded` copies an image once for every tap along its rows, in blocks
that fit in the cache; a tap along its columns is then a shift of a view that is multiplied without
a copy. `columns` copies the windows of one image at a time and multiplies once an image. `gathered`
fetches the columns of a small batch by a table of places, phase by phase, and keeps them. `matrix`
writes the kernel as the full matrix between an image and all places: more multiplications, but few
calls. `winograd2` and `winograd4` compute 2 x 2 or 4 x 4 places at a time from as few products as
there are points: four times fewer, but with more rounding in float32, so they are taken only where
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
FULL_BATCH = 12
GATHERED = 40_000
"""The most numbers that are fetched by a table."""

TABLE = 4_096
"""The most entries of a full matrix between an image and its places."""

FIELD = 2_000
"""The most entries of a field for which the products of `batch_last` stay in the cache."""

RUN = 24
"""The fewest channels times taps of a row that fill the products of `folded`."""

WIDE = 16
"""The fewest channels and filters that fill the products of a tile."""


@dataclass(frozen=True)
class Choice:
    """A form, and the reason for it in words."""

    form: Form
    reason: str


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


def choose(made: Contraction, wishes: Wishes | None = None, key: str = "") -> Choice:
    """The form that was asked for, else the one with the lower cost."""
    wishes, known = wishes or Wishes(), forms_of(made)
    if key in wishes.forms:
        form = wishes.forms[key]
        if form not in known:
            raise SymconvError(f"'{key}' has no form '{form}'", help=f"it has {', '.join(known)}")
        return Choice(form, "it was asked for")
    tiled = TILED.get(wishes.tiles or "")
    if tiled in known and min(made.channels, made.filters) >= WIDE:
        return Choice(tiled, f"{made.channels} channels repay the transforms of a tile")
    return _few(made) if batch_of(made) < FULL_BATCH else _many(made)


def _few(made: Contraction) -> Choice:
    """The batch is no axis to run along."""
    batch, (first, second) = batch_of(made), made.axes
    copied = batch * made.channels * first.taps * second.taps * first.places * second.places
    if made.batch.is_Integer and copied <= GATHERED:
        return Choice("gathered", f"{copied} numbers are fetched faster than cut into windows")
    return _wide(made, f"a batch of {batch} is too short to be the innermost axis")


def _many(made: Contraction) -> Choice:
    """The batch fills a product by itself."""
    first, second = made.axes
    pixels = made.channels * first.extent * second.extent
    table = pixels * made.filters * first.places * second.places
    if table <= TABLE:
        return Choice("matrix", f"a full matrix of {table} entries costs less than its calls")
    if any(a.dilation != 1 for a in made.axes):
        return _wide(made, "dilated windows have gaps: a row block would hold zeros")
    window = made.channels * first.taps * second.taps
    if window > FIELD or min(made.channels, made.filters) >= 32:
        return _wide(made, f"{window} entries a window fill the products of single images")
    return Choice("batch_last", f"{made.channels} channels: the batch is the longest run")


def _wide(made: Contraction, reason: str) -> Choice:
    """Image by image: copies of rows where a shift does the rest, else copies of windows."""
    run = made.channels * made.axes[1].taps
    if "folded" in forms_of(made) and min(run, made.filters * made.axes[1].taps) >= RUN:
        return Choice("folded", f"{reason}; {run} rows at stride 1 need no copy along columns")
    return Choice("columns", reason)
