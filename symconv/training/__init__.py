"""Training of generated modules: batches, updates, checkpoints."""

from __future__ import annotations

from .optimizers import SGD, Adam
from .run import EpochRecord
from .train import Trained, train

__all__ = ["SGD", "Adam", "EpochRecord", "Trained", "train"]
