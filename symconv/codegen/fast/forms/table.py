"""The work of every form, as its file in `counts` tells it.

The counts follow the helper functions of the form in `templates/numpy_fast`.
"""

from __future__ import annotations

from collections.abc import Callable

from .base import Form
from .batch_last import batch_last
from .contraction import Contraction
from .gather import gathered
from .im2col import columns
from .shared import Roles
from .shifted_gemm import folded
from .sizes import Pair, Sizes, sizes_of
from .toeplitz import matrix
from .winograd import tiled
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
