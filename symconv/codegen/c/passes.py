"""The functions of the file: which equations each computes, and where every array lies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from symconv.codegen.readable.module import module_names

from .equations import TYPES, EquationCode, plan_equation, write_equation, write_planned
from .model.names import CNames
from .model.sized_program import SizedProgram, SizedTensor
from .nests.machine import Machine
from .nests.planner import NestPlan
from .winograd.tile_plan import WinogradPlan

ALIGNMENT = 64
"""Where arrays of the workspace begin, in bytes: a line of the cache, and the widest vector."""

MOST_WRITTEN = 8
"""The nests of a file whose products stand in it one by one: a layer has three or four of at most
8 kB each. Of more of them the tiles are loops, which compilers write out again: LeNet-5 is as fast
so (0.98 to 1.12 times), but wide layers lose up to a tenth."""

WIDEST = 8
"""The bytes of an entry that the workspace is laid out for: it serves float and double."""


@dataclass(frozen=True)
class PassCode:
    """One function of the file: its name, and the statements of its body.

    It takes the arrays, the numbers `counts` and a workspace; `heads` say where arrays lie in it.
    `uses` are the keys of the arrays of the caller that it reads or writes, `writes` those that it
    writes.
    """

    name: str
    words: str
    lines: tuple[str, ...]
    counts: tuple[str, ...] = ()
    uses: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    heads: tuple[str, ...] = ()

    @property
    def body(self) -> tuple[str, ...]:
        """All statements of a pass over arrays in the workspace."""
        used = any("workspace" in line for line in (*self.heads, *self.lines))
        return (*(() if used else ("(void)workspace;",)), *self.heads, *self.lines)


@dataclass(frozen=True)
class HelperCode:
    """A function that passes call: what stands before its body, its comment, its statements."""

    head: str
    words: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class FileParts:
    """Everything that the file of a network is made of, in the identifiers of C.

    Nests are planned for the vectors of a machine, where it has them.
    """

    program: SizedProgram
    machine: Machine | None = None
    larger: FileParts | None = None
    """The functions for a larger number of samples, which are in the same file, or for the same
    one, of which these are made: their names and their places in the workspace are these, too."""

    made: tuple[tuple[EquationCode, ...], ...] = ()
    """The functions where they are written already: forward, prediction, backward."""

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The identifier of every tensor, by its key; the fields of the struct are called so."""
        if self.larger:
            return self.larger.names
        spec, namer = self.program.spec, self.namer
        python = module_names(spec.forward, spec.backward.program).tensors
        # The names of all styles, so that what is called w1 there is called w1 here.
        return {key: namer.claim(python.get(key, key)) for key in self.program.tensors}

    @cached_property
    def namer(self) -> CNames:
        if self.larger:
            # What the file holds already has its names first.
            _ = self.larger.passes
            return self.larger.namer
        return CNames()

    @cached_property
    def plans(self) -> Mapping[str, NestPlan | WinogradPlan]:
        """The plans of the equations that are the first ones of their arrays, by key."""
        first = {e.key: e for e in reversed((*self.program.forward, *self.program.backward))}
        found = {}
        for key, e in first.items():
            plan = plan_equation(e, self.program, self.machine) if self.machine else None
            if plan:
                found[key] = plan
        return found

    @cached_property
    def equations(self) -> tuple[tuple[EquationCode, ...], tuple[EquationCode, ...]]:
        """The functions of the forward equations, and those of the backward ones."""
        if self.made:
            return self.made[0], self.made[2]
        names, done, plans = self.names, set[str](), self.plans
        looped = len(plans) > MOST_WRITTEN
        found: list[tuple[EquationCode, ...]] = []
        for equations in (self.program.forward, self.program.backward):
            made = []
            for e in equations:
                given = (self.program, names, self.namer)
                if e.key not in done and e.key in plans:
                    made.append(write_planned(e, plans[e.key], *given, looped=looped))
                else:
                    made.append(write_equation(e, *given, first=e.key not in done))
                done.add(e.key)
            found.append(tuple(made))
        return found[0], found[1]

    @cached_property
    def probabilities(self) -> tuple[EquationCode, ...]:
        """The functions of what only a prediction needs."""
        if self.made:
            return self.made[1]
        names, namer = self.names, self.namer
        # The others first: what they claim does not depend on these.
        _ = self.equations
        return tuple(
            write_equation(e, self.program, names, namer, first=True)
            for e in self.program.probabilities
        )

    @property
    def codes(self) -> tuple[EquationCode, ...]:
        """The functions of all equations, in the order of the file."""
        forward, backward = self.equations
        return (*forward, *self.probabilities, *backward)

    @cached_property
    def predicted(self) -> SizedTensor | None:
        """What the network predicts."""
        prediction = self.program.prediction
        return self.program.tensors[prediction.output] if prediction else None

    @cached_property
    def fields(self) -> tuple[SizedTensor, ...]:
        """The arrays of the caller: given ones, values, gradients, what is predicted."""
        program, predicted = self.program, (self.predicted,) if self.predicted else ()
        return tuple(
            {
                t.key: t for t in (*program.given, *program.values, *program.results, *predicted)
            }.values()
        )

    @cached_property
    def inner(self) -> Mapping[str, int]:
        """Where the arrays of the workspace begin, in bytes: values, masks, deltas."""
        if self.larger:
            return self.larger.inner
        given = {t.key for t in (*self.program.given, *self.program.results)}
        places, end = {}, 0
        for e in (*self.program.forward, *self.program.backward):
            tensor = self.program.tensors[e.key]
            if e.key in places or e.key in given or tensor == self.program.cost:
                continue
            places[e.key] = end
            size = tensor.entries * (1 if tensor.kind == "mask" else WIDEST)
            end += size + -size % ALIGNMENT
        return places

    @cached_property
    def scratch(self) -> int:
        """Where the scratch of the equations begins, which they use one after the other."""
        if self.larger:
            return self.larger.scratch
        last = max(self.inner, key=self.inner.__getitem__, default=None)
        if last is None:
            return 0
        tensor = self.program.tensors[last]
        size = tensor.entries * (1 if tensor.kind == "mask" else WIDEST)
        return self.inner[last] + size + -size % ALIGNMENT

    @property
    def bytes(self) -> int:
        """The size of the workspace."""
        size = WIDEST * max(e.scratch for e in self.codes)
        return max(self.scratch + size + -size % ALIGNMENT, ALIGNMENT)

    @property
    def batched(self) -> frozenset[str]:
        """The keys of arrays of the caller that have a sample a row: none where all is fixed."""
        return frozenset()

    @property
    def helpers(self) -> tuple[HelperCode, ...]:
        """What the passes call that see to the arrays: none where all is fixed."""
        return ()

    @property
    def inner_passes(self) -> tuple[PassCode, ...]:
        """What the functions of the file call that others do not see."""
        return ()

    @cached_property
    def passes(self) -> tuple[PassCode, ...]:
        """forward, backward, step, which keeps the values in the workspace, and predict."""
        forward, backward = self.equations
        values = {t.key for t in self.program.values}
        cost = {self.program.cost.key} if self.program.cost else set[str]()
        given = {t.key for t in (*self.program.given, *self.program.results)}
        first = "every value of the network"
        second = "the gradients, from what forward has computed"
        both = "the cost and the gradients; values stay in the workspace"
        if not cost:
            both = "the gradients; values stay in the workspace"
        return (
            self._pass("forward", first, forward, given | values),
            self._pass("backward", second, backward, given | values),
            self._pass("step", both, (*forward, *backward), given | cost),
            *self._predict(given),
        )

    @property
    def outer_prediction(self) -> tuple[PassCode, ...]:
        """The pass that needs no target, over values of the caller; perhaps none."""
        given = {t.key for t in (*self.program.given, *self.program.results)}
        return tuple(self._predict(given | {t.key for t in self.program.values}))

    def _predict(self, given: set[str]) -> Iterator[PassCode]:
        """The pass that needs no target."""
        prediction = self.program.prediction
        if prediction is None:
            return
        wanted = {e.key for e in prediction.equations}
        codes = [e for e in (*self.equations[0], *self.probabilities) if e.key in wanted]
        words = "what the network predicts, without a target; values stay in the workspace"
        yield self._pass("predict", words, codes, given | {prediction.output})

    def _pass(
        self, name: str, words: str, equations: Iterable[EquationCode], outside: set[str]
    ) -> PassCode:
        """The calls of the equations; `outside` are the keys of the arrays of the caller."""
        calls, local, room = list[str](), set[str](), False
        uses, writes = set[str](), set[str]()
        for e in equations:
            local |= {k for k in e.arguments if k not in outside}
            uses |= outside.intersection(e.arguments)
            writes |= outside.intersection({e.key})
            arguments = ", ".join(
                f"arrays->{self.names[k]}" if k in outside else self.names[k] for k in e.arguments
            )
            arguments += ", scratch" if e.scratch else ""
            arguments += f", {e.count}" if e.count else ""
            room |= e.scratch > 0
            label = f"  /* ({e.number}) */" if e.number else ""
            calls.append(f"{e.name}({arguments});{label}")
        heads = [
            f"{TYPES[self.program.tensors[k].kind]} *{self.names[k]} = room(workspace, {place});"
            for k, place in self.inner.items()
            if k in local
        ]
        if room:
            heads.append(f"real *scratch = room(workspace, {self.scratch});")
        return PassCode(
            name, words, tuple(calls), (), frozenset(uses), frozenset(writes), tuple(heads)
        )
