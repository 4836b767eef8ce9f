"""A network as one page: its entries as grids, every gradient and claim over them, in numbers."""

from __future__ import annotations

from .notebook import draw_picture
from .page import write_page

__all__ = ["draw_picture", "write_page"]
