"""A layer of one's own, from one equation in the network text."""

from .layer import EquationLayer

__all__ = ["EquationLayer"]
