"""An open batch: its samples are computed in chunks of a size that is a number."""

from __future__ import annotations

from dataclasses import replace

from sympy import Integer, Symbol

from symconv.codegen.fast.plan.batch_split import (
    BatchSplit,
    find_batch,
    find_meeting,
    plan_batch_split,
)
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.core.errors import SymconvError
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor
from symconv.network.specialize import specialize_sizes


def find_open_batch(spec: ModuleSpec) -> BatchSplit | None:
    """How the open batch of a network falls into chunks; None where every size is a number.

    SymconvError where a size is open that is no batch, or where samples are not computed apart.
    """
    sizes = spec.backward.program.free_sizes
    if not sizes:
        return None
    batch = find_batch(spec.forward)
    others = [s for s in sizes if s != batch]
    if others:
        names = ", ".join(map(str, others))
        raise SymconvError(
            f"C code has fixed sizes but for a batch, and {names} "
            f"{'is' if len(others) == 1 else 'are'} open",
            help=_tell_how_to_fix(others),
        )
    split = plan_batch_split(spec.forward)
    if split is None:
        raise SymconvError(
            f"C code computes an open batch a few samples at a time, and {_tell_why(spec)}",
            help=_tell_how_to_fix([*sizes]),
        )
    return split


def _tell_why(spec: ModuleSpec) -> str:
    """Which equation keeps the samples together."""
    key = find_meeting(spec.forward)
    if key is None:
        return "the batch is not the first axis alone"
    number = spec.numbers.get(key, "")
    place = f"equation ({number}), {key}," if number else key
    if spec.forward.tensor(key).role == "cost":
        return f"{place} is neither a sum nor a mean of one term a sample"
    return f"{place} takes more than one sample together"


def _tell_how_to_fix(sizes: list[Symbol]) -> str:
    if len(sizes) == 1:
        return f"fix it, such as with --size {sizes[0]}=8, or .fixed({sizes[0]}=8) in Python"
    # No number fits all of them: a kernel is smaller than its image, a stride smaller than both.
    options = " ".join(f"--size {s}=NUMBER" for s in sizes)
    return f"fix them with {options}, or .fixed({sizes[0]}=NUMBER, ...) in Python"


def fix_batch(spec: ModuleSpec, batch: Symbol, samples: int) -> ModuleSpec:
    """Both passes for a chunk of so many samples; the numbers of the equations stay."""
    sizes, number = {str(batch): samples}, {batch: Integer(samples)}

    def fix(tensor: Tensor) -> Tensor:
        return replace(tensor, shape=tuple(n.xreplace(number) for n in tensor.shape))

    forward, whole = spec.forward, spec.backward
    program = specialize_sizes(whole.program, sizes)
    backward = Backward(
        program.equations[len(forward.equations) :],
        tuple(map(fix, whole.wrt)),
        tuple(map(fix, whole.results)),
        fix(whole.seed) if whole.seed else None,
        whole.cost,
        program,
    )
    return replace(spec, forward=specialize_sizes(forward, sizes), backward=backward)
