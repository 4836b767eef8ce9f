"""The work of every form, as its file in `counts` tells it.

The counts follow the helper functions of the form in `templates/numpy_fast`.
"""

from __future__ import annotations

from collections.abc import Callable

from .contraction import Contraction
from .counts.batch_last import batch_last
from .counts.columns import columns
from .counts.folded import folded
from .counts.gathered import gathered
from .counts.matrix import matrix
from .counts.shared import Roles
from .counts.tiles import tiled
from .forms import Form
from .sizes import Pair, Sizes, sizes_of
from .work import Work

FORMS: dict[Form, Callable[[Sizes], Roles]] = {
    "batch_last": batch_last,
    "folded": folded,
    "columns": columns,
    "gathered": gathered,
    "matrix": matrix,
    "winograd2": tiled(2),
    "winograd4": tiled(4),
}


def cost(made: Contraction, form: Form, phases: Pair = (1, 1)) -> Work:
    """The work of computing one of the three tensors, in terms of the batch."""
    return FORMS[form](sizes_of(made, made.batch, phases))[made.computes]
