"""Run a program at concrete sizes, entry by entry, in any algebra; unroll it into symbols."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from sympy import Expr

from symconv.core.equation import Equation, Program
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor

from .derivatives import list_writes
from .index_arithmetic import Place, Sizes
from .interpret import NODES
from .node_compiler import EvaluationScope, Table, compile_formula
from .protocol import Algebra, Scalar
from .symbolic import Symbolic
from .work import SCALARS, check_limit, count_entries, list_places

assert NODES, "the nodes have a meaning"

Tables = dict[str, dict[Place, Scalar]]
Namer = Callable[[Tensor, Place], Expr]


def run_program(  # noqa: PLR0913 - a run depends on exactly these
    program: Program,
    sizes: Sizes,
    values: Mapping[str, Table],
    algebra: Algebra,
    *,
    wanted: Iterable[str] | None = None,
    limit: int = SCALARS,
) -> Tables:
    """The entries of the `wanted` tensors (all of them without a choice) and of what they need.

    A tensor in `values` is taken from there, even where an equation would compute it, so that a run
    may start in the middle. Entries that an equation's affine left side skips are 0.
    """
    computed, read = select_equations(program, values, wanted)
    check_limit(program, computed, read, sizes, limit)
    tables: Tables = {t.key: _take_values(t, values, sizes) for t in read}
    for equation in computed:
        _compute_entries(equation, program, sizes, tables, algebra)
    return tables


def refuse_large(program: Program, sizes: Sizes) -> None:
    """Raise a SymconvError where a program is too large to evaluate entry by entry."""
    check_limit(program, *select_equations(program, (), None), sizes, SCALARS)


def select_equations(
    program: Program, given: Collection[str], wanted: Iterable[str] | None
) -> tuple[tuple[Equation, ...], list[Tensor]]:
    """The equations to compute, in order, and the tensors to take from outside."""
    keys = {e.key for e in program.equations} if wanted is None else set(wanted)
    computed = program.required(keys, given)
    outside = keys.union(*(e.reads for e in computed)) - {e.key for e in computed}
    missing = sorted(outside - set(program.by_key))
    if missing:
        raise SymconvError(f"the program has no tensor '{missing[0]}'")
    return computed, [program.tensor(k) for k in sorted(outside)]


def _take_values(tensor: Tensor, values: Mapping[str, Table], sizes: Sizes) -> dict[Place, Scalar]:
    """The entries of a tensor that is given from outside, all of them."""
    if tensor.key not in values:
        raise SymconvError(f"the tensor '{tensor.key}' has no values and no equation")
    table = dict(values[tensor.key])
    missing = [p for p in list_places(tensor, sizes) if p not in table]
    if missing or len(table) != count_entries(tensor, sizes):
        shape = " x ".join(str(n) for n in tensor.shape)
        where = f"entry {missing[0]} has no value" if missing else "there are entries out of bounds"
        raise SymconvError(f"the values of '{tensor.key}' do not fit its shape {shape}: {where}")
    return table


def _compute_entries(
    equation: Equation, program: Program, sizes: Sizes, tables: Tables, algebra: Algebra
) -> None:
    """Add the entries that an equation writes to the tables."""
    scope = EvaluationScope(sizes, tables, algebra).bind([v for v, _ in equation.ranges])
    evaluate, environment = compile_formula(equation.rhs, scope), scope.environment
    tensor = program.tensor(equation.key)
    # Entries that no equation writes are 0, and several equations may write one tensor, block by
    # block.
    if equation.key not in tables:
        tables[equation.key] = {p: algebra.entry(scope.zero) for p in list_places(tensor, sizes)}
    table = tables[equation.key]
    for place, values in list_writes(equation, scope):
        if place not in table:
            raise SymconvError(f"the equation of '{equation.key}' writes out of bounds at {place}")
        environment[: len(values)] = values
        table[place] = algebra.entry(evaluate(environment))


def unroll(  # noqa: PLR0913 - a run depends on exactly these
    program: Program,
    sizes: Sizes,
    wanted: Iterable[str],
    name: Namer,
    *,
    keep: Collection[str] = (),
    limit: int = SCALARS,
) -> Tables:
    """The entries of the `wanted` tensors as SymPy expressions in the symbols that `name` gives.

    Tensors without an equation are symbols; so are those in `keep` wherever they are read.
    """
    keys = list(wanted)
    given = {t.key for t in program.tensors if program.equation(t.key) is None or t.key in keep}
    open_program = replace(
        program,
        equations=tuple(e for e in program.equations if e.key in keys or e.key not in given),
    )
    found: Tables = {}
    for key in keys:
        # A tensor to be kept as symbols is itself unrolled where it is what is asked for.
        inside = given - {key} if program.equation(key) is not None else given
        computed, read = select_equations(open_program, inside, [key])
        check_limit(open_program, computed, read, sizes, limit)
        symbols = {t.key: {p: name(t, p) for p in list_places(t, sizes)} for t in read}
        found[key] = run_program(
            open_program, sizes, symbols, Symbolic(), wanted=[key], limit=limit
        )[key]
    return found
