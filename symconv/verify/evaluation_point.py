"""A program at concrete sizes with entries for what is given, and all that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sympy import Expr, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor, key_of
from symconv.semantics.autodiff import Tape, TapeNode
from symconv.semantics.index_arithmetic import Place
from symconv.semantics.interpret import interpret
from symconv.semantics.protocol import Algebra
from symconv.semantics.run import Tables, run_program
from symconv.semantics.work import count_range_values, count_terms, list_places

EntrySource = Callable[[Tensor, Place], Any]
"""The entry of a given tensor at a place."""


def forward_equations(program: Program) -> tuple[Equation, ...]:
    """The equations that compute no derivative, those of masks included."""
    return tuple(e for e in program.equations if not program.tensor(e.key).is_derivative)


@dataclass(frozen=True)
class EvaluationPoint:
    """Sizes, entries of what is given, and the forward pass as `nodes` on a tape.

    The tape knows every derivative without a rule. A delta without an equation is given: it is in
    `seeds`, and weights the entries of its tensor in the scalar that is differentiated.
    """

    program: Program
    sizes: dict[Symbol, int]
    algebra: Algebra
    tape: Tape
    nodes: Tables
    seeds: Tables

    @cached_property
    def forward(self) -> Program:
        """The equations that compute no derivative."""
        return replace(self.program, equations=forward_equations(self.program))

    @cached_property
    def forward_cost(self) -> int:
        """The leaves that one forward pass visits."""
        return sum(
            count_range_values(e.ranges, self.sizes) * count_terms(e.rhs, self.sizes)
            for e in self.forward.equations
        )

    @cached_property
    def values(self) -> Tables:
        """The entries of everything that holds no derivative."""
        return {k: {p: self.tape.value(n) for p, n in t.items()} for k, t in self.nodes.items()}

    @cached_property
    def objective(self) -> dict[tuple[str, Place], Any]:
        """The weight of each entry in the scalar that is differentiated.

        The weights are the given deltas; without any, 1 for the cost.
        """
        if self.seeds:
            return {
                (self.program.tensor(key).name.plain.key, place): weight
                for key, table in self.seeds.items()
                for place, weight in table.items()
            }
        costs = [k for k in self.nodes if self.program.tensor(k).role == "cost"]
        if len(costs) != 1:
            raise SymconvError(f"the program has {len(costs)} costs and no given delta")
        return {(costs[0], (0,)): self.algebra.number(1)}

    @cached_property
    def slopes(self) -> Tables:
        """d(objective)/d(entry) for every entry of every tensor of the forward pass."""
        seeds = {self.nodes[k][p]: weight for (k, p), weight in self.objective.items()}
        return self._read(self.tape.adjoints(seeds))

    @cached_property
    def derivatives(self) -> Tables:
        """The true entries of deltas and gradients, under their keys."""
        true = {
            t.key: self.slopes[t.name.plain.key]
            for t in self.program.tensors
            if t.is_derivative and t.name.plain.key in self.slopes
        }
        return {**true, **self.seeds}

    @cached_property
    def tables(self) -> Tables:
        """Everything: forward values and true derivatives."""
        return {**self.values, **self.derivatives}

    def derivative(self, of: Expr) -> Tables:
        """d of / d(entry) for every entry of the forward pass, through all equations.

        The name of a cost that the program does not compute stands for the objective.
        """
        key = key_of(of) if isinstance(of, Indexed) else ""
        if key and (key not in self.nodes or self.objective.keys() == {(key, (0,))}):
            return self.slopes
        tables = {**self.nodes, **self.seeds}
        result = interpret(of, (), self.sizes, tables, self.tape)(())
        return self._read(self.tape.adjoints({result: 1} if isinstance(result, TapeNode) else {}))

    def _read(self, adjoints: Sequence[Any]) -> Tables:
        return {
            key: {place: adjoints[node.order] for place, node in table.items()}
            for key, table in self.nodes.items()
        }


def evaluate_program(
    program: Program, sizes: dict[Symbol, int], algebra: Algebra, entry: EntrySource
) -> EvaluationPoint:
    """The point at which what no equation computes has the entries that `entry` gives."""
    computed, tape = {e.key for e in program.equations}, Tape(algebra)
    nodes, seeds = Tables(), Tables()
    for tensor in program.tensors:
        if tensor.key not in computed and tensor.role != "cost":
            table = {p: entry(tensor, p) for p in list_places(tensor, sizes)}
            if tensor.is_derivative:
                seeds[tensor.key] = table
            else:
                # Given deltas stay off the tape: they are weights, and nothing is differentiated by
                # them.
                nodes[tensor.key] = {p: tape.entry(x) for p, x in table.items()}
    part = replace(program, equations=forward_equations(program))
    nodes |= run_program(part, sizes, nodes, tape)
    return EvaluationPoint(program, sizes, algebra, tape, nodes, seeds)
