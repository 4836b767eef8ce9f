"""An entry of an array that was made without values: to read it before it is set is a mistake."""

from __future__ import annotations

from typing import Any, NoReturn

from symconv.claims.model.errors import ClaimError


class Unset:
    """What stands in `np.empty(shape)` until something else does."""

    def _refuse(self, *_: Any) -> NoReturn:
        raise ClaimError("an entry is read that was never set", help="np.zeros(shape)")

    __add__ = __radd__ = __mul__ = __rmul__ = __bool__ = _refuse
