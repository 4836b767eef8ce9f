"""What the functions of an unrolled module share: identifiers, and what is read and answered."""

from __future__ import annotations

from itertools import product

from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.readable.module import module_names
from symconv.core.equation import Program, class_counts
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor

from .scalar_program import Compound, Entry, Winner, list_assignments
from .unrolled_program import UnrolledProgram


class ScalarNames:
    """Names of entries, winners and parts."""

    def __init__(self, forward: Program, backward: Backward, plan: UnrolledProgram) -> None:
        self.forward, self.plan = forward, plan
        self.names: Identifiers = module_names(forward, backward.program)
        self.identifiers: dict[Entry | Winner | Compound, str] = {}
        self.given = list(forward.given)
        self.labels = frozenset(class_counts(forward.equations))
        self.fits = self.names.namer.claim("fits")

    def array(self, tensor: Tensor) -> str:
        """The identifier of an array."""
        return self.names.tensors[tensor.key]

    def name(self, item: Entry | Winner | Compound) -> str:
        """The identifier of one entry, one choice or one part of a formula."""
        if item not in self.identifiers:
            if isinstance(item, Winner):
                wanted = f"winner_{item.serial}"
            elif isinstance(item, Compound):
                wanted = f"part_{sum(isinstance(i, Compound) for i in self.identifiers)}"
            else:
                wanted = "_".join((self.names.tensors[item.key], *map(str, item.place)))
            self.identifiers[item] = self.names.namer.claim(wanted)
        return self.identifiers[item]

    def passed_on(self) -> list[Entry]:
        """The entries of given arrays that are entries of a value as they are."""
        written = set(list_assignments(self.plan.forward))
        found = [self.plan.planner.plain(e) for t in self.values() for e in list_entries_in(t)]
        return [e for e in dict.fromkeys(found) if e not in written]

    def values(self) -> list[Tensor]:
        """What the forward pass computes, in the order of the equations."""
        return [self.forward.tensor(e.key) for e in self.forward.equations]

    def typed(self) -> str:
        """The array whose type is that of the results: the first parameter, if there is one."""
        first = next((t for t in self.given if t.role == "parameter"), self.given[0])
        return self.array(first)


def list_entries_in(tensor: Tensor) -> list[Entry]:
    """All entries of a tensor, row by row."""
    return [Entry(tensor.key, p) for p in product(*(range(int(n)) for n in tensor.shape))]
