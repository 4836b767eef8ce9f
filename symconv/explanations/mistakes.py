"""A mistake made on purpose: the smallest claim in which it is made, and what is said to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sympy import Expr

from symconv.api import Network
from symconv.claims.judging.size_choices import reading_context
from symconv.claims.mistakes import Mutation
from symconv.claims.mistakes.window_sums import sum_over_window
from symconv.claims.model.verdict import Verdict
from symconv.core.errors import SymconvError
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor
from symconv.notation.presets import entry_name
from symconv.render.formula.scalars import format_gradient
from symconv.semantics.entrywise import EntrywiseGradients

from .networks import list_networks

LONGEST_CLAIM = 240
"""A claim of more characters is more than three lines of a terminal: no example of one thing."""

MOST_ENTRIES = 2
"""How many entries are tried for one change: another one makes the same mistake."""

SMALL_IMAGE = {"x": [[1, 2, 0], [0, 1, 1], [1, 0, 2]], "w": [[1, 0], [0, 1]]}
TARGETS = {"t": [[1, 0], [0, 1]]}
NUMBERS = SMALL_IMAGE | TARGETS
"""For the one mistake whose formula is 0, which no letters contradict: it is shown in numbers."""


@dataclass(frozen=True)
class MistakeExample:
    """A network, a claim in which one rule is broken, and the verdict on it."""

    text: str
    network: Network
    claim: str
    verdict: Verdict
    values: Mapping[str, Any] | None = None

    @property
    def numbers(self) -> str:
        """The values in words; nothing where the claim holds for none."""
        return ", ".join(f"{name} = {table}" for name, table in (self.values or {}).items())


def find_mistake_example(mistake: Mutation) -> MistakeExample:
    """The first claim with this mistake that is called by its name; SymconvError where none is.

    Nothing of it is typed: the rule is broken in the derived program, whose gradient is the claim.
    """
    # What is said to be 0 is shown in numbers, and only where nothing else shows the mistake.
    for values in (None, NUMBERS):
        for text, network in list_networks():
            for claim in _make_claims(mistake, network):
                if claim.endswith("= 0") is (values is None):
                    continue
                found = _check(network, claim, values)
                if found is not None and found.names[:1] == (mistake.name,):
                    return MistakeExample(text, network, claim, found, values)
    raise SymconvError(f"no small network shows the mistake '{mistake.name}'")


def _check(network: Network, claim: str, values: Mapping[str, Any] | None) -> Verdict | None:
    """The verdict; None where the numbers are not those of the network."""
    try:
        return network.check(claim, values=values)
    except SymconvError:
        return None


def _make_claims(mistake: Mutation, network: Network) -> Iterator[str]:
    """The gradients of single entries that the broken program has, where they are others."""
    true = EntrywiseGradients(network.backward(), network.notation)
    for broken in break_rule(mistake, network):
        wrong = EntrywiseGradients(broken, network.notation)
        for tensor in network.backward().wrt:
            for place in islice(_list_differences(true, wrong, tensor), MOST_ENTRIES):
                name = entry_name(tensor, place, network.notation)
                claim = format_gradient(name, wrong, network.program)
                if len(claim) <= LONGEST_CLAIM:
                    yield claim


def _list_differences(
    true: EntrywiseGradients, wrong: EntrywiseGradients, tensor: Tensor
) -> Iterator[tuple[int, ...]]:
    """The places at which a gradient is another one; none where it has no value."""
    try:
        expected, found = true.entries(tensor), wrong.entries(tensor)
    except (SymconvError, ZeroDivisionError, ValueError):
        return
    yield from (place for place in expected if found[place] != expected[place])


def break_rule(mistake: Mutation, network: Network) -> Iterator[Backward]:
    """The backward pass with the rule broken at one equation, in every way."""
    passes, context = network.backward(), reading_context(network)
    for equation in passes.equations:
        other = sum_over_window(equation, context)
        for form in (equation, *([] if other is None else [other])):
            for right in mistake(form, context):
                if right not in {equation.rhs, form.rhs}:
                    yield _replace_right_side(passes, equation.key, right)


def _replace_right_side(passes: Backward, key: str, right: Expr) -> Backward:
    """The backward pass whose program computes one tensor otherwise."""
    program = passes.program
    changed = tuple(replace(e, rhs=right) if e.key == key else e for e in program.equations)
    return replace(passes, program=replace(program, equations=changed))
