"""How many samples of an open batch are computed at once."""

from __future__ import annotations

from symconv.codegen.fast.plan.batch_split import BatchSplit
from symconv.codegen.python.module_spec import ModuleSpec

from .model.open_batch import fix_batch
from .model.sized_program import SizedProgram

MOST = 64
"""The most samples of a chunk: the forum network, the smallest of all, takes 0.42 us a sample one
by one, 0.14 in chunks of 8, 0.06 in chunks of 32 and 0.05 in chunks of 64."""

CACHE = 3 * 2**20
"""The bytes that the values of a chunk may have. The second cache of a core holds a megabyte, but
what a chunk costs at all (zeros around copies, gradients added up) is a tenth of what it computes
there: LeNet-5 takes 29 us a sample in chunks of 8, whose values have a megabyte, 26 in chunks of 16
or 32, and 31 with all of 256 samples at once; larger ones would leave no part for a second thread
where 32 samples are given."""


def choose_chunk(spec: ModuleSpec, split: BatchSplit, number: int) -> int:
    """The samples of a chunk: as many as the cache allows, a power of two.

    `number` are the bytes of a number.
    """
    room = number * _count_entries(SizedProgram(fix_batch(spec, split.batch, 1)), spec, split)
    size = 1
    while size < MOST and 2 * size * room <= CACHE:
        size *= 2
    return size


def _count_entries(program: SizedProgram, spec: ModuleSpec, split: BatchSplit) -> int:
    """The numbers that belong to one sample: inputs, values, deltas, gradients by inputs."""
    whole = spec.backward.program.by_key
    return sum(
        t.entries
        for t in program.tensors.values()
        if t.kind == "real" and t.key in whole and whole[t.key].shape[0] == split.batch
    )
