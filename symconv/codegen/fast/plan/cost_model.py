"""The cost model: which form a contraction over windows takes, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass

from symconv.codegen.fast.forms.base import TILED, Form, Tiles, Wishes, batch_of, forms_of
from symconv.codegen.fast.forms.contraction import Contraction
from symconv.codegen.fast.forms.sizes import Pair, sizes_of
from symconv.codegen.fast.forms.table import FORMS
from symconv.codegen.fast.forms.work import microseconds
from symconv.core.errors import SymconvError

TABLE = 320_000
"""The most entries of a table of places (8 bytes each), which a module makes at its first call."""


@dataclass(frozen=True)
class Choice:
    """A form, and the reason for it in words."""

    form: Form
    reason: str


def choose(
    made: Contraction, wishes: Wishes | None = None, key: str = "", phases: Pair = (1, 1)
) -> Choice:
    """The form that was asked for, else the one that takes the least time.

    The time is that of all three tensors of the contraction, so that they take the same form.
    """
    wishes, known = wishes or Wishes(), forms_of(made)
    if key in wishes.forms:
        form = wishes.forms[key]
        if form not in known:
            raise SymconvError(f"'{key}' has no form '{form}'", help=f"it has {', '.join(known)}")
        return Choice(form, "it was asked for")
    return _fastest(times(made, phases, wishes.tiles), batch_of(made))


def times(
    made: Contraction, phases: Pair = (1, 1), tiles: Tiles | None = None
) -> dict[Form, float]:
    """About how many microseconds every form takes for all three tensors, the fastest first.

    Of the tiled forms only the one that was asked for takes part.
    """
    sizes, wanted = sizes_of(made, batch_of(made), phases), TILED.get(tiles or "")
    known = [f for f in forms_of(made) if f == wanted or f not in TILED.values()]
    work = {form: FORMS[form](sizes).values() for form in known}
    found = {
        form: sum(map(microseconds, roles))
        for form, roles in work.items()
        if max(role.fetched for role in roles) <= TABLE
    }
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def _fastest(found: dict[Form, float], batch: int) -> Choice:
    """The first of the forms, and how much longer the next would take."""
    (form, least), *others = found.items()
    told = [f"{other} {time / least:.1f} times that" for other, time in others[:2]]
    samples = f"{batch} samples" if batch > 1 else "a sample"
    return Choice(form, ", ".join([f"it takes about {_told(least)} for {samples}", *told]))


def _told(time: float) -> str:
    """Microseconds with two digits."""
    digits = 1 - math.floor(math.log10(time))
    rounded = round(time, digits)
    return f"{rounded:g} us" if rounded < 1000 else f"{rounded / 1000:g} ms"
