"""A network as one page: its entries as grids, every gradient and claim over them, in numbers."""

from __future__ import annotations

from .page import write_page

__all__ = ["write_page"]
