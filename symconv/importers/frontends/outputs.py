"""Which of several outputs of a model is meant."""

from __future__ import annotations

from collections.abc import Sequence

from symconv.core.errors import SymconvError
from symconv.importers.graph.refusals import quote_name

Chosen = int | str | None
"""An output by its name or by its number, counted from 0; None where there is one."""


def choose_output(names: Sequence[str], chosen: Chosen) -> int:
    """The number of the output that is asked for; SymconvError where that is none, or not said."""
    wanted = str(chosen)
    if chosen is None and len(names) == 1:
        return 0
    if wanted in names:
        return names.index(wanted)
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 9 and int(wanted) < len(names):
        return int(wanted)
    listed = ", ".join(f"{k} is {quote_name(n)}" for k, n in enumerate(names[:20]))
    more = " and more" if len(names) > 20 else ""
    if chosen is None:
        raise SymconvError(
            f"the model has {len(names)} outputs, and a network has one",
            help=f"choose it by its number or its name (--result 0, result=0): {listed}{more}"
            if names
            else "a model with an output",
        )
    raise SymconvError(f"the model has no output {quote_name(wanted)}", help=f"{listed}{more}")
