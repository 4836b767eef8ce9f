"""One equation as a function in C: loops over the entries of what it defines."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from math import prod

from sympy import Expr

from symconv.core.equation import Equation
from symconv.core.nodes import OneHot
from symconv.core.tensor import key_of

from .blocks import BlockWriter
from .joined_axes import join_axes
from .model.index_form import place_text
from .model.names import NESTED, CNames
from .model.sized_program import SizedProgram, SizedTensor
from .nests.machine import Machine
from .nests.nest import find_nest
from .nests.planner import NestPlan, describe_plan, plan_nest
from .nests.write_nest import NestWriter
from .reductions import write_winner
from .scalars import write_scalar
from .winners import write_small_window
from .winograd.tile_plan import WinogradPlan, choose_tiles, describe_tiles
from .winograd.write_tiles import WinogradWriter

TYPES = {"real": "real", "label": "int64_t", "mask": "unsigned char"}
"""What the entries of an array are in C."""


@dataclass(frozen=True)
class EquationCode:
    """The function of an equation: the keys of the arrays that it takes, in order, and its text.

    `words` are the identifiers of its indices and of what it computes on the way, `plan` is how it
    is computed where that was planned, with room for so many numbers in `scratch`. `count` is what
    its last parameter is, the number of samples or a multiple of it, where it serves several.
    `serves` are the numbers and keys of its equations where it computes several.
    """

    name: str
    key: str
    arguments: tuple[str, ...]
    number: str
    lines: tuple[str, ...]
    words: frozenset[str]
    plan: NestPlan | WinogradPlan | None = None
    count: str = ""
    serves: tuple[tuple[str, str], ...] = ()

    @property
    def scratch(self) -> int:
        """How many numbers it needs room for beside its arrays."""
        return self.plan.scratch if self.plan else 0

    @property
    def explanation(self) -> str:
        """The plan in words."""
        if isinstance(self.plan, WinogradPlan):
            return describe_tiles(self.plan)
        return describe_plan(self.plan) if self.plan else ""


def plan_equation(
    e: Equation, program: SizedProgram, machine: Machine
) -> NestPlan | WinogradPlan | None:
    """The plan of a nest, perhaps from tiles; None where the equation is none."""
    nest = find_nest(e, program.tensors)
    plan = plan_nest(nest, machine) if nest else None
    if nest is None or plan is None:
        return None
    return choose_tiles(nest, machine, plan.cycles) or plan


def write_planned(  # noqa: PLR0913 - what a function is written from
    e: Equation,
    plan: NestPlan | WinogradPlan,
    program: SizedProgram,
    names: Mapping[str, str],
    namer: CNames,
    *,
    looped: bool,
) -> EquationCode:
    """The function of a planned nest; where it is `looped`, its tiles are loops."""
    nest = plan.product.nest if isinstance(plan, WinogradPlan) else plan.nest
    local = namer.branch(NESTED)
    read = {a.key for a in (*nest.operands, *([nest.bias] if nest.bias else []))}
    arguments = (*sorted(read, key=list(program.tensors).index), e.key)
    name = namer.claim(f"compute_{names[e.key]}")
    given = _declare(arguments, program, names)
    given += ", reals_out scratch" if plan.scratch else ""
    writer: NestWriter | WinogradWriter
    if isinstance(plan, WinogradPlan):
        writer = WinogradWriter(plan, names, namer, name)
        lines = writer.write(given)
    else:
        writer = NestWriter(plan, names, local, looped=looped)
        lines = [f"static void {name}({given})", "{", *writer.write(), "}"]
        if plan.meets_zeros:
            again = write_equation(e, program, names, namer, first=False, again=f"{name}_again")
            call = f"{again.name}({', '.join(f'{names[k]}_' for k in again.arguments)});"
            lines = [*again.lines, "", *lines[:-1], f"  {call}", "}"]
            local.claimed |= again.words
    return EquationCode(
        name,
        e.key,
        arguments,
        program.spec.numbers.get(e.key, ""),
        tuple(lines),
        frozenset({*writer.words, *local.claimed, *(f"{names[k]}_" for k in arguments)}),
        plan,
    )


def _declare(
    arguments: tuple[str, ...],
    program: SizedProgram,
    names: Mapping[str, str],
    viewed: Collection[str] | None = None,
) -> str:
    """The parameters of a function; the last one is written.

    Those of the keys in `viewed`, or all, have an underscore: their names are those of views.
    """
    return ", ".join(
        f"{_type_array(program.tensors[k].kind, written=k == arguments[-1])}"
        f"{names[k]}{'_' if viewed is None or k in viewed else ''}"
        for k in arguments
    )


def _type_array(kind: str, *, written: bool) -> str:
    """The type of a parameter that is an array."""
    if kind == "real":
        return "reals_out " if written else "reals_in "
    return f"{'' if written else 'const '}{TYPES[kind]} *restrict "


def write_equation(  # noqa: PLR0913 - what a function is written from
    e: Equation,
    program: SizedProgram,
    names: Mapping[str, str],
    namer: CNames,
    *,
    first: bool,
    again: str = "",
) -> EquationCode:
    """The function that computes one equation; `first` where no other has written to its array.

    With a name for it, a function that computes those entries `again` that are no finite numbers.
    Unsupported where a formula has no form in C.
    """
    name = namer.claim(again or f"compute_{names[e.key]}")
    e, arrays = join_axes(e, program.tensors)
    writer = BlockWriter(arrays, names, namer.branch())
    target = arrays[e.key]
    writer.derives = target.tensor.is_derivative
    if first and not _covers(e, target):
        _write_zeros(target, names[e.key], writer)
    if isinstance(e.rhs, OneHot) and set(e.rhs.position) <= set(e.lhs.indices):
        _write_mask(e, e.rhs, names[e.key], writer)
    else:
        _write_entries(e, names[e.key], writer, again=bool(again))
    read = sorted(writer.read - {e.key}, key=list(program.tensors).index)
    arguments = (*read, e.key)
    number = program.spec.numbers.get(e.key, "")
    # A mask or a label is no number, and is read where its conditions hold.
    guarded = "GUARDED " if writer.guarded else ""
    head = f"static {guarded}void {name}("
    viewed = [k for k in arguments if len(arrays[k].shape) > 1]
    views = [_view(arrays[k], names[k], written=k == e.key) for k in viewed]
    given = _declare(arguments, program, names, viewed)
    return EquationCode(
        name,
        e.key,
        arguments,
        number,
        (f"{head}{given})", "{", *views, *writer.root.text(1), "}"),
        frozenset({*writer.namer.claimed, *(f"{names[k]}_" for k in arguments)}),
    )


def _view(tensor: SizedTensor, name: str, *, written: bool) -> str:
    """The array with its axes: `const real (*x)[3][8] = (const real (*)[3][8])x_;`."""
    kind = f"{'' if written else 'const '}{TYPES[tensor.kind]}"
    axes = "".join(f"[{n}]" for n in tensor.shape[1:])
    return f"  {kind} (*{name}){axes} = ({kind} (*){axes}){name}_;"


def _pointer(tensor: SizedTensor, name: str) -> str:
    """The identifier of the first entry: that of the array where it has no view."""
    return f"{name}_" if len(tensor.shape) > 1 else name


def _covers(e: Equation, target: SizedTensor) -> bool:
    """Whether an equation writes every entry: no entry is written twice, so that counting does."""
    return prod(int(n) for _, n in e.ranges) == target.entries


def _write_zeros(tensor: SizedTensor, name: str, writer: BlockWriter) -> None:
    writer.line(f"for (int k = 0; k < {tensor.entries}; k++) {{")
    writer.line(f"  {_pointer(tensor, name)}[k] = 0;")
    writer.line("}")


def _target(name: str, e: Equation, writer: BlockWriter, known: Mapping[Expr, str]) -> str:
    """The entry that is written."""
    places = "".join(
        f"[{known[i] if i in known else place_text(writer.place(i), writer.letters)}]"
        for i in e.lhs.indices
    )
    return f"{name}{places}"


def _write_entries(e: Equation, name: str, writer: BlockWriter, *, again: bool) -> None:
    if again:
        writer.line(
            "/* Zeros behind rows make NaN of what is no number there: not all of these are. */"
        )
    with ExitStack() as stack:
        for v, n in e.ranges:
            stack.enter_context(writer.loop(v, int(n)))
        target = _target(name, e, writer, {})
        if again:
            head = f"if (!({target} - {target} == 0))"
            # All of the sum stands within the condition.
            stack.enter_context(writer.block(head, *(v for v, _ in e.ranges)))
        value = write_scalar(e.rhs, writer)
        writer.read.add(key_of(e.lhs))
        writer.line(f"{target} = {value.text};")


def _write_mask(e: Equation, right: OneHot, name: str, writer: BlockWriter) -> None:
    """A mask: the winner of each window is looked for once, and all else stays 0."""
    with ExitStack() as stack:
        for v, n in e.ranges:
            if v not in right.position:
                stack.enter_context(writer.loop(v, int(n)))
        if write_small_window(e, right, writer):
            return
        size = writer.arrays[e.key].entries
        zeros = f"for (int k = 0; k < {size}; k++) {_pointer(writer.arrays[e.key], name)}[k] = 0;"
        writer.root.lines.insert(0, zeros)
        best = write_winner(right.maximum, writer)
        known = dict(zip(right.position, best, strict=True))
        target = _target(name, e, writer, known)
        with writer.block(f"if ({best[0]} >= 0)"):
            writer.line(f"{target} = 1;")
