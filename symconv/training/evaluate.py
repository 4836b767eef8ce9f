"""How good parameters are: the share of samples whose class is predicted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def count_right(prediction: Array, target: Array) -> int | None:
    """How many samples are predicted rightly; None where the target names no class.

    Class numbers are right where the largest entry along the second axis stands; rows of the shape
    of the prediction where their largest entry does; numbers 0 and 1, entry by entry, where both
    are on the same side of a half. Of several entries a sample, all must be right.
    """
    if target.dtype.kind in "iu" and prediction.ndim == target.ndim + 1:
        same = prediction.argmax(axis=1) == target
    elif prediction.shape != target.shape:
        return None
    elif prediction.ndim == 2 and prediction.shape[1] > 1 and (target.sum(axis=1) == 1).all():
        same = prediction.argmax(axis=1) == target.argmax(axis=1)
    elif np.isin(target, (0, 1)).all() and ((prediction >= 0) & (prediction <= 1)).all():
        same = (prediction >= 0.5) == (target == 1)
    else:
        return None
    return int(same.reshape(len(same), -1).all(axis=1).sum())
