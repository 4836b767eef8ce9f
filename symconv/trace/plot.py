"""The loss per step as a picture, where matplotlib is installed."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symconv.core.errors import SymconvError

MOST_DOTS = 40
"""So many steps are drawn as dots; more would hide the line."""

if TYPE_CHECKING:
    from .record import Trace


def plot_losses(trace: Trace, path: Path) -> None:
    """Write the picture to a file; its ending says in which format."""
    if trace.descent is None:
        raise SymconvError("there are no steps to plot", help="ask for steps")
    try:
        figure_module: Any = importlib.import_module("matplotlib.figure")
    except ImportError:
        raise SymconvError(
            "matplotlib was not found, so nothing can be plotted", help="pip install matplotlib"
        ) from None
    figure = figure_module.Figure(figsize=(5, 3), layout="constrained")
    axes = figure.subplots()
    losses = [float(loss) for loss in trace.descent.losses]
    axes.plot(range(len(losses)), losses, marker="o" if len(losses) <= MOST_DOTS else None)
    axes.set(xlabel="step", ylabel=trace.descent.cost, ylim=(0, None))
    figure.savefig(path)
