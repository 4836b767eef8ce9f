"""Sizes that a file states, and what follows from them."""

from __future__ import annotations

from symconv.importers.graph.records import Shape
from symconv.importers.graph.refusals import NotImportedError


def find_scale(old: Shape, new: Shape) -> Shape:
    """By how much the axes of space grow; NotImportedError where that is no whole number."""
    if len(old) != len(new) or any(m % n for n, m in zip(old, new, strict=True)):
        raise NotImportedError(f"upsampling of {old} to {new}, which is by no whole number")
    if old[:2] != new[:2]:
        raise NotImportedError(f"upsampling of the batch or of channels, {old} to {new}")
    return tuple(m // n for n, m in zip(old[2:], new[2:], strict=True))
