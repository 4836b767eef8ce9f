"""Whether the samples of a batch can be computed apart, and how many repay a thread."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Add, Expr, Integer, Mul, Sum, Symbol, ceiling
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.core.proof import Backward

from .operations import count_operations

GRAIN = 100_000_000
"""The fewest operations that repay another thread: it waits for the interpreter at every call.
LeNet-5, with 3 million operations a sample, takes half the time in two parts of 128 samples and no
less in two of 16; a smaller number splits such batches for nothing, a larger one leaves cores
idle."""


ROLES = ("input", "target")
"""What has a batch of its own, the first of them that a network has."""


@dataclass(frozen=True)
class BatchSplit:
    """A batch whose parts can be computed apart.

    The cost of the whole is the sum of the costs of the parts, each times its share of the samples
    where the cost is a `mean` over them.
    """

    batch: Symbol
    mean: bool


def plan_batch_split(forward: Program) -> BatchSplit | None:
    """How the batch of a network falls into parts; None where its samples depend on each other.

    Side conditions: the batch is the first axis of every tensor that has one and a symbol, every
    value of a sample is computed from that sample and from parameters, and the cost is a sum of one
    term a sample, divided by the number of samples or not.
    """
    batch = find_batch(forward)
    if batch is None:
        return None
    if any(batch in n.free_symbols for t in forward.tensors for n in t.shape[1:]):
        return None
    kinds = [_classify(forward, e, batch) for e in forward.equations]
    if not kinds or None in kinds:
        return None
    # The last equation is that of the cost. Where there is none, the delta of the output is given,
    # and the gradients of parts are simply added.
    return BatchSplit(batch, kinds[-1] == "mean")


def find_batch(forward: Program) -> Symbol | None:
    """The batch of all inputs, where it is a symbol; that of the targets where there are none.

    An input of class numbers, such as words to embed, has the role of a target.
    """
    roles = {
        r: {t.shape[0] for t in forward.tensors if t.batch == 1 and t.role == r} for r in ROLES
    }
    batches = next(filter(None, roles.values()), set())
    batch = batches.pop() if len(batches) == 1 else None
    return batch if isinstance(batch, Symbol) else None


def find_meeting(forward: Program) -> str | None:
    """The key of the first value in which samples meet; None where there is none."""
    batch = find_batch(forward)
    if batch is None:
        return None
    return next((e.key for e in forward.equations if not _classify(forward, e, batch)), None)


def _classify(forward: Program, e: Equation, batch: Symbol) -> str | None:
    """How an equation treats samples; None where they meet.

    "value": every sample is computed from itself; "sum" or "mean": a cost over all of them.
    """
    if forward.tensor(e.key).role == "cost":
        return _classify_cost(forward, e.rhs, batch)
    own = e.lhs.indices[0] if forward.tensor(e.key).shape[0] == batch else None
    if own is None or dict(e.ranges).get(own) != batch:
        return None
    return "value" if _is_per_sample(forward, e.rhs, own, batch) else None


def _is_per_sample(forward: Program, e: Expr, own: Expr, batch: Symbol) -> bool:
    """Whether every entry that a formula reads belongs to the sample `own` or to none."""
    extents = {s for b in e.atoms(Sum) for _, _, high in b.limits for s in high.free_symbols}
    # Batch normalisation, for one, sums over the batch and divides by its size in the middle of a
    # network: its samples are not apart.
    if batch in extents or batch in _list_symbols(e):
        return False
    entries = [a for a in e.atoms(Indexed) if forward.tensor(a).shape[0] == batch]
    return all(a.indices[0] == own and own not in _list_inner_symbols(a) for a in entries)


def _list_symbols(e: Expr) -> set[Symbol]:
    """The symbols of a formula, those of the shapes of tensors aside."""
    if isinstance(e, Indexed):
        # The label of an array carries its shape, in which the batch is a symbol, too.
        return set[Symbol]().union(*(i.free_symbols for i in e.indices))
    found = {e} if isinstance(e, Symbol) else set[Symbol]()
    return found.union(*(_list_symbols(a) for a in e.args))  # type: ignore[arg-type]


def _list_inner_symbols(a: Indexed) -> set[Symbol]:
    return set[Symbol]().union(*(i.free_symbols for i in a.indices[1:]))


def _classify_cost(forward: Program, e: Expr, batch: Symbol) -> str | None:
    """One sum over samples, with a factor of 1 or 1/N in front."""
    sums = [f for f in Mul.make_args(e) if isinstance(f, Sum)]
    if isinstance(e, Add) or len(sums) != 1:
        return None
    over = [v for v, low, high in sums[0].limits if low == 0 and high + 1 == batch]
    left = [high for v, _, high in sums[0].limits if v not in over]
    # With c / N in front, a part of n samples counts n / N of its own mean. Other
    # powers of N are left alone.
    factor = e / sums[0]
    if len(over) != 1 or any(batch in high.free_symbols for high in left):
        return None
    if not _is_per_sample(forward, sums[0].function, over[0], batch):
        return None
    if batch not in factor.free_symbols:
        return "sum"
    return None if batch in (factor * batch).free_symbols else "mean"


def smallest_part(backward: Backward, split: BatchSplit, grain: int = GRAIN) -> int:
    """The fewest samples of a part that repay a thread: `grain` over the operations of one sample.

    1 where other sizes than the batch are symbols, too: then nothing can be counted.
    """
    work = Add(*(count_operations(e) for e in backward.program.equations))
    work = work.xreplace({split.batch: Integer(1)})
    return int(ceiling(Integer(grain) / work)) if work.is_Integer and work > 0 else 1
