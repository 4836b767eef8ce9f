"""Naming a mistake: a rule is named only if breaking it reproduces the claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.notation.presets import entry_name

from .arrays import Array, Value
from .broken import RULES, Broken
from .decide import EQUAL, Question, agree, evaluated
from .field import Undefined
from .indexing import Environment
from .syntax import Apply, Entry, Node
from .verdict import Cause
from .world import World, all_places, downstream

Judge = Callable[[Sequence[Value]], bool]
MOST_ENVIRONMENTS = 60


@dataclass(frozen=True)
class Suspect:
    """A part of a statement that is wrong, in a world where that shows.

    `judge` says whether values of the question (part `asked`) are what part `claimed` says.
    """

    question: Question
    asked: int
    claimed: int
    world: World
    envs: tuple[Environment, ...]
    judge: Judge

    def asked_in(self, world: World) -> list[Value]:
        """What the question would be in another world."""
        return [evaluated(self.question, self.asked, world, env) for env in self.envs]

    @property
    def keys(self) -> set[str]:
        """The backward tensors that the question reads."""
        found: set[str] = set()
        before = set(self.world.known)
        self.asked_in(self.world)
        found = {k for k in self.world.known if k in before or k not in before}
        return found


def causes(suspect: Suspect) -> Iterator[Cause]:
    """The mistakes that reproduce the claim, the most specific first."""
    yield from _summed(suspect)
    yield from _broken(suspect)
    yield from _multiples(suspect)
    yield from _another_question(suspect)


def _broken(suspect: Suspect) -> Iterator[Cause]:
    equations = upstream(suspect)
    for rule in RULES:
        if any(_reproduces(suspect, changes) for changes in ways(rule, equations, suspect)):
            name, text = _named(rule, suspect)
            yield Cause(name, text)


def _named(rule: Broken, suspect: Suspect) -> tuple[str, str]:
    return rule.name, rule.text


def upstream(suspect: Suspect) -> list[Equation]:
    """The backward equations that the question depends on, the last one first."""
    program = suspect.question.facts.program
    forward = set(suspect.question.facts.tensors)
    backward = [e for e in program.equations if e.key not in forward]
    asked = _asked_keys(suspect)
    return [e for e in reversed(backward) if asked & downstream(program, [e.key])]


def _asked_keys(suspect: Suspect) -> set[str]:
    """The error signals and gradients that the question names."""
    from .syntax import Differential

    facts = suspect.question.facts
    node = suspect.question.statement.parts[suspect.asked]
    found: set[str] = set()
    for n in node.walk():
        by = n.by if isinstance(n, Differential) else n
        if isinstance(by, Entry) and (isinstance(n, Differential) or by.kind or by.fresh):
            from .indexing import key_of

            for env in suspect.envs[:1]:
                key = key_of(by, env, facts, suspect.question.options.delta)
                if key in facts.deltas:
                    found.add(facts.deltas[key].key)
    return found


def ways(
    rule: Broken, equations: list[Equation], suspect: Suspect
) -> Iterator[dict[str, Equation]]:
    """The rule broken at one equation, and at all of them together."""
    everywhere: dict[str, Equation] = {}
    for equation in equations:
        for n, rhs in enumerate(rule.ways(equation, suspect.question.facts)):
            if rhs == equation.rhs:
                continue
            changed = replace(equation, rhs=rhs)
            yield {equation.key: changed}
            if n == 0:
                everywhere[equation.key] = changed
    if len(everywhere) > 1:
        yield everywhere


def _reproduces(suspect: Suspect, changes: dict[str, Equation]) -> bool:
    try:
        return suspect.judge(suspect.asked_in(suspect.world.broken(changes)))
    except (SymconvError, Undefined):
        return False


def _summed(suspect: Suspect) -> Iterator[Cause]:
    """One number where the question has several: their sum?"""
    values = suspect.asked_in(suspect.world)
    if not values or not isinstance(values[0], Array):
        return
    totals = []
    for value in values:
        total = suspect.world.algebra.number(0)
        for entry in value.entries if isinstance(value, Array) else (value,):
            total = total + entry
        totals.append(total)
    if suspect.judge(totals):
        count = len(values[0].entries)
        yield Cause(
            "summed_jacobian",
            f"the {count} components are added up to one number; the derivative has one "
            "component for each entry, and they must not be summed before the chain rule is applied",
        )


def _multiples(suspect: Suspect) -> Iterator[Cause]:
    """A constant multiple of the truth: a sign, the factor of the square, a mean."""
    facts = suspect.question.facts
    values = suspect.asked_in(suspect.world)
    for factor, cause in multiples(facts):
        scale = suspect.world.algebra.number(factor)
        scaled = [v.map(lambda e: e * scale) if isinstance(v, Array) else v * scale for v in values]
        if suspect.judge(scaled):
            yield cause


def multiples(facts: object) -> Iterator[tuple[Fraction, Cause]]:
    """The constant factors that people forget."""
    from .facts import Facts

    assert isinstance(facts, Facts)
    yield (
        Fraction(-1),
        Cause("sign", "the sign is turned round: (target - output) instead of (output - target)"),
    )
    half = any("half" in e.title for e in facts.forward.equations)
    if half:
        yield (
            Fraction(2),
            Cause(
                "extra_two",
                "there is a factor 2 too many: this cost has 1/2 in front of the square",
            ),
        )
    else:
        yield (
            Fraction(1, 2),
            Cause(
                "missing_two",
                "the 2 of the derivative of the square is missing; right if the cost has the factor 1/2",
            ),
        )
    output = facts.before_cost
    count = len(all_places(facts, output)) if output else 1
    if count > 1:
        yield (
            Fraction(count),
            Cause(
                "sum_for_mean", f"a sum stands where the cost is a mean: {count} times too large"
            ),
        )
        yield (
            Fraction(1, count),
            Cause("mean_for_sum", f"a mean stands where the cost is a sum: divided by {count}"),
        )
    for tensor in facts.forward.tensors:
        if tensor.batch:
            n = facts.shape(tensor)[0]
            if n > 1 and n != count:
                yield (
                    Fraction(n),
                    Cause("sum_for_mean", f"not divided by the {n} samples of the batch"),
                )
                yield (
                    Fraction(1, n),
                    Cause("mean_for_sum", f"divided by the {n} samples of the batch"),
                )
            break
    positions = {len(all_places(facts, t)) for t in facts.forward.tensors if t.role == "value"}
    for n in sorted(positions - {1, count}):
        yield (
            Fraction(1, n),
            Cause("mean_for_sum", f"a mean over {n} positions stands where a sum belongs"),
        )


def _another_question(suspect: Suspect) -> Iterator[Cause]:
    """The right answer to the question for another entry."""
    facts, world = suspect.question.facts, suspect.world
    node = suspect.question.statement.parts[suspect.asked]
    if len(suspect.envs) != 1 or isinstance(suspect.asked_in(world)[0], Array):
        return
    asked = suspect.asked_in(world)[0]
    for plain, tensor in sorted(facts.deltas.items()):
        try:
            table = world.table(tensor.key)
        except SymconvError:
            continue
        for place, value in sorted(table.items()):
            if value and value != asked and suspect.judge([value]):
                name = entry_name(facts.tensors[plain], place, facts.notation)
                yield Cause("another_question", f"this is d{facts.cost}/d{name}")
                return


def flips_of(node: Node) -> bool:
    """Whether a part uses a function that turns its second array."""
    return any(isinstance(n, Apply) and n.function == "convolve2d" for n in node.walk())


def agreeing(question: Question, claimed: int, world: World, envs: Sequence[Environment]) -> Judge:
    """A judge by equality of residues."""
    claims = [evaluated(question, claimed, world, env) for env in envs]
    return lambda values: agree(list(values), claims) == EQUAL
