"""About how long a step takes in C: the cycles of its tiles, and of the equations without any."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from math import prod

from symconv.codegen.fast.plan.operations import count_operations
from symconv.core.equation import Equation

from .equations import EquationCode
from .nests.planner import NestPlan
from .passes import FileParts

MICROSECOND = 3800
"""The cycles of a microsecond, on the machine of the constants."""

OPERATION, CALL = 0.3, 50
"""The cycles of an operation in loops without a tile, and of the call of an equation."""

HANDOVER = 4000
"""The cycles that it costs to hand over a part of a batch: a third of it in C, and the rest as
threads are not done at the same time. With less, batches of a microsecond would be split for
nothing; with more, 16 samples of the forum network, which take 2.7 us, would not be split, and they
take 2.0 in two parts."""


@dataclass(frozen=True)
class ChunkTimes:
    """About how long the samples of a batch take: a chunk of so many, and one alone, in cycles."""

    chunk: int
    cycles: int
    alone: int

    def count_cycles(self, samples: int) -> int:
        """About how many cycles so many samples take, one after the other."""
        return samples // self.chunk * self.cycles + samples % self.chunk * self.alone

    def find_least_batch(self) -> int:
        """The fewest samples that are computed faster in two parts."""
        return next(n for n in count(2) if self._halve(n) < self.count_cycles(n))

    def _halve(self, samples: int) -> int:
        """The cycles of both parts at the same time, in the better of two places to cut."""
        middles = (-(-samples // unit) // 2 * unit for unit in (self.chunk, 1))
        return HANDOVER + min(
            max(self.count_cycles(n), self.count_cycles(samples - n)) for n in middles
        )


def estimate_cycles(parts: FileParts, shared: int = 1) -> float:
    """About how many cycles both passes take: by half too few where arrays leave the caches.

    Functions that serve several numbers of samples were planned for `shared` times as many.

    What they are of two numbers of samples is told better than what they are: it is within a third
    of the ratio that was measured, for LeNet-5 and the forum network, whose chunks gain most.
    """
    program = parts.program
    equations = {e.key: e for e in (*program.forward, *program.backward)}
    codes = (code for part in parts.equations for code in part)
    return sum(CALL + _count_cycles(code, equations[code.key], shared) for code in codes)


def _count_cycles(code: EquationCode, e: Equation, shared: int) -> float:
    # Winograd's tiles are only planned where they are asked for.
    if not isinstance(code.plan, NestPlan):
        return float(OPERATION * count_operations(e))
    wanted = code.plan.nest.products / prod(code.plan.phases.values())
    return code.plan.cycles * wanted / (shared if code.count else 1)
