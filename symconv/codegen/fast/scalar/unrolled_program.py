"""The scalar statements of both passes of a tiny network."""

from __future__ import annotations

from dataclasses import dataclass

from symconv.core.equation import Program
from symconv.core.proof import Backward

from .scalar_planner import ScalarPlanner
from .scalar_program import ScalarStatement


@dataclass(frozen=True)
class UnrolledProgram:
    """The statements of both passes; `planner` knows what every entry stands for."""

    program: Program
    forward: tuple[ScalarStatement, ...]
    backward: tuple[ScalarStatement, ...]
    planner: ScalarPlanner


def unroll_network(forward: Program, backward: Backward) -> UnrolledProgram:
    """Straight-line code for a network whose sizes are numbers; Unsupported where there is none."""
    planner = ScalarPlanner(backward.program, frozenset(t.key for t in backward.results))
    first = planner.run(forward.equations)
    return UnrolledProgram(backward.program, first, planner.run(backward.equations), planner)
