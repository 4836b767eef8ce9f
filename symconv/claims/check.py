"""Am I right? One statement in, a verdict with its reasons out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

from symconv.core.errors import SymconvError
from symconv.core.nodes import MaxOver, absolute, relu

from . import numeric
from . import verdict as v
from .counter import counterexample
from .decide import (
    DIFFERENT,
    EQUAL,
    Question,
    agree,
    evaluated,
    is_constant,
    leading_factor,
    mentions,
    values_of,
)
from .diagnose import Suspect, agreeing, causes
from .evaluate import Definitions, Options
from .facts import Facts, Network, facts_of
from .field import Undefined
from .indexing import Environment, Untied, delta_letters
from .kinds import kind_of
from .limits import ClaimError, NotChecked
from .lint import index_remarks, unsummed
from .naming import OutOfRange, Table
from .parser import read
from .points import Values, field_world, numbers
from .spelling import spell
from .syntax import Differential, Entry, Limit, Statement, Total
from .termdiff import term_difference
from .together import positioned
from .truth import correct_formula, pointer
from .verdict import Cause, Verdict
from .world import World

_FACTS: WeakKeyDictionary[Any, list[Facts]] = WeakKeyDictionary()
_WORLDS: dict[int, tuple[Facts, list[World]]] = {}
Reading = tuple[Options, tuple[str, ...]]
DEAD = Cause("dead_relu", "right where the ReLU is off (its input is not positive)")
UNTIED = Cause(
    "untied_bias",
    "right if every position has a bias of its own; this network shares one bias, and its "
    "gradient is the sum over all positions",
)
COINS = 24
LONG = 600
CONDITIONS = {"missing_two", "extra_two", "mean_for_sum", "sum_for_mean"}


def check_claim(
    network: Network,
    text: str,
    values: Values | None = None,
    definitions: Definitions | None = None,
    *,
    explain: bool = True,
) -> Verdict:
    """The verdict on one statement about a network, in the notation of the network.

    `explain` says whether a wrong claim is diagnosed, too.
    """
    try:
        return Checker(network, values or {}, definitions or {}, explain=explain).verdict(text)
    except RecursionError:
        return Verdict(v.UNREADABLE, "prose", text[:200], notes=("the formula is nested too deep",))


def facts_for(network: Network) -> list[Facts]:
    """The facts at one choice of sizes, or at several where sizes are symbols; kept for next time."""
    if network not in _FACTS:
        first = facts_of(network)
        more = [facts_of(network, seed) for seed in (3, 5)] if first.sizes else []
        _FACTS[network] = [first, *more]
    return _FACTS[network]


def worlds_for(facts: Facts) -> list[World]:
    """Random worlds; kept for next time."""
    if id(facts) not in _WORLDS:
        if len(_WORLDS) > 64:
            _WORLDS.clear()
        more = (3, 4, 5, 6) if any(e.rhs.has(MaxOver) for e in facts.forward.equations) else ()
        _WORLDS[id(facts)] = (facts, [field_world(facts, seed) for seed in (1, 2, *more)])
    return _WORLDS[id(facts)][1]


def switched(facts: Facts) -> Iterator[World]:
    """Worlds with switches of 0 and 1: all open, all shut, and coins."""
    if any(e.rhs.has(relu) or e.rhs.has(absolute) for e in facts.forward.equations):
        yield field_world(facts, 3, "open")
        yield field_world(facts, 4, "shut")
        for seed in range(COINS):
            yield field_world(facts, 20 + seed, "coins")


@dataclass
class Checker:
    """Judges statements about one network."""

    network: Network
    values: Values
    definitions: Definitions
    explain: bool = True

    @property
    def facts(self) -> Facts:
        return facts_for(self.network)[0]

    def verdict(self, text: str) -> Verdict:
        base = self.network.notation.index_base
        try:
            statement, read_base, notes = self.parsed(text, base)
        except ClaimError as error:
            return Verdict(v.UNREADABLE, "prose", text[:400], notes=(str(error),))
        found = self.settled(statement, read_base)
        if found.verdict == v.WRONG and found.kind in {"claim", "update"}:
            found = self.other_base(text, read_base, found)
        if found and read_base != base:
            cause = Cause("index_base", f"right if the indices start at {read_base}")
            found = replace(found, verdict=v.CONDITION, causes=(cause,))
        remarks = index_remarks(statement, self.facts, frozenset(self.definitions))
        said = tuple(dict.fromkeys((*statement.notes, *notes, *found.notes, *remarks)))
        reading = found.reading or self.spelled(statement)
        return replace(found, text=text[:400], notes=said, reading=reading)

    def settled(self, statement: Statement, read_base: int) -> Verdict:
        """The verdict on a statement that was read."""
        try:
            return self.judged(statement, read_base)
        except NotChecked as error:
            kind = kind_of(statement, self.facts, self.definitions)
            return Verdict(v.NOT_CHECKED, kind, notes=(error.message,))
        except Untied as error:
            return self.untied(statement, read_base, error)
        except SymconvError as error:
            return Verdict(v.UNREADABLE, "claim", notes=(str(error),))
        except Undefined as error:
            return Verdict(v.UNDETERMINED, "claim", notes=(f"{error} appears",))

    def spelled(self, statement: Statement, delta: str = "") -> str:
        parts = [spell(p, self.facts, delta) for p in statement.parts]
        return " = ".join(parts)[:2000]

    def table(self, base: int) -> Table:
        extra = {n: numbers(n, x)[0] for n, x in self.values.items()}
        return Table(self.facts, base, {n: s for n, s in extra.items() if s and n.isalnum()})

    def parsed(self, text: str, base: int) -> tuple[Statement, int, list[str]]:
        """The statement, with indices from the other end of the numbering if only that fits."""
        try:
            return read(text, self.table(base)), base, []
        except OutOfRange:
            with suppress(ClaimError):
                note = f"the indices are read as starting at {1 - base}"
                return read(text, self.table(1 - base)), 1 - base, [note]
            raise

    def other_base(self, text: str, base: int, found: Verdict) -> Verdict:
        """Right if the indices start elsewhere?"""
        with suppress(SymconvError, Undefined):
            statement = read(text, self.table(1 - base))
            if any(isinstance(n, Entry) and n.indices for p in statement.parts for n in p.walk()):
                again = self.judged(statement, 1 - base, brief=True)
                if again.verdict in {v.RIGHT, v.PRINTED}:
                    cause = Cause("index_base", f"right if the indices start at {1 - base}")
                    return replace(found, verdict=v.CONDITION, causes=(cause, *found.causes))
        return found

    def judged(self, statement: Statement, base: int, *, brief: bool = False) -> Verdict:
        """The verdict over all readings; the first reading that is right wins."""
        kind = kind_of(statement, self.facts, self.definitions)
        if kind in {"definition", "given value"} and not self.values:
            return Verdict(v.NOT_CHECKED, kind)
        readings = list(self.readings(statement, base))
        options, note = readings[0] if len(readings) == 1 else self.best(statement, readings, kind)
        answer = self.one_reading(statement, options, kind, brief=brief)
        reading = self.spelled(statement, options.delta)
        return replace(answer, kind=kind, notes=(*answer.notes, *note), reading=reading)

    def best(self, statement: Statement, readings: list[Reading], kind: str) -> Reading:
        """The first reading that is right, or else the first one that makes sense."""
        sensible: Reading | None = None
        for reading in readings:
            with suppress(SymconvError, Undefined):
                if self.one_reading(statement, reading[0], kind, brief=True):
                    return reading
                sensible = sensible or reading
        return sensible or readings[0]

    def readings(self, statement: Statement, base: int) -> Iterator[Reading]:
        """The choices of what a bare delta and a star mean."""
        bare = [
            n for p in statement.parts for n in p.walk()
            if isinstance(n, Entry) and n.kind and not n.letter
        ]  # fmt: skip
        letters: list[str] = [""]
        if bare:
            sets = [delta_letters(n, self.facts) for n in bare]
            letters = [x for x in sets[0] if all(x in s for s in sets)] or list(sets[0]) or [""]
        rate = None
        if any(isinstance(n, Entry) and n.fresh for p in statement.parts for n in p.walk()):
            rate = next((r for p in statement.parts if (r := leading_factor(p)) is not None), None)
        for letter in letters:
            note = (f"delta is read as the error signal of {letter}",) if letter else ()
            for star in ("window", "entries"):
                yield Options(base, letter, star, rate, self.definitions), note
                if "*" not in statement.text:
                    break

    def one_reading(
        self, statement: Statement, options: Options, kind: str, *, brief: bool
    ) -> Verdict:
        question = Question(statement, self.facts, options)
        constants = [is_constant(p) for p in statement.parts]
        if all(constants):
            return numeric.constants(question)
        if any(constants) and self.is_identity(question):
            return Verdict(v.RIGHT)
        names = {n.letter for p in statement.parts for n in p.walk() if isinstance(n, Entry)}
        if any(constants) or kind == "given value" or names & set(self.table(options.base).extra):
            return self.mixed(question, constants, brief=brief)
        return self.symbolic(question, brief=brief)

    def mixed(self, question: Question, constants: list[bool], *, brief: bool) -> Verdict:
        """A chain of formulas and numbers: the formulas first, then the numbers."""
        statement = question.statement
        formulas = tuple(p for p, c in zip(statement.parts, constants, strict=True) if not c)
        with suppress(NotChecked):
            if len(formulas) > 1:
                local = replace(question, statement=replace(statement, parts=formulas))
                found = self.symbolic(local, brief=brief)
                if found.verdict == v.WRONG or (found.verdict == v.CONDITION and not self.values):
                    return found
        found = numeric.judged(question, self.values, brief=brief)
        if found.verdict == v.NOT_CHECKED and self.dead(question):
            return Verdict(v.CONDITION, causes=(DEAD,), notes=found.notes)
        return found

    def untied(self, statement: Statement, base: int, error: Untied) -> Verdict:
        """A bias with a position: right for one bias at each position?"""
        facts = self.facts
        changed = replace(statement, parts=tuple(positioned(p, facts) for p in statement.parts))
        with suppress(SymconvError, Undefined):
            found = self.judged(changed, base, brief=True)
            if found.verdict in {v.RIGHT, v.PRINTED}:
                return replace(found, verdict=v.CONDITION, causes=(UNTIED,))
        return Verdict(v.UNREADABLE, "claim", notes=(str(error),))

    def is_identity(self, question: Question) -> bool:
        """Whether all parts agree whatever the numbers are."""
        with suppress(NotChecked, Undefined):
            return all(
                self.part_holds(question, n, [])[0] == EQUAL
                for n in range(1, len(question.statement.parts))
            )
        return False

    def part_holds(self, question: Question, n: int, notes: list[str]) -> tuple[str, World | None]:
        """Whether part n agrees with the first one in every world; the first world in which not."""
        tried = 0
        for facts in facts_for(self.network):
            local = replace(question, facts=facts)
            envs = local.environments()
            outcome, world, seen = self.in_worlds(local, n, worlds_for(facts), envs, notes)
            if outcome == DIFFERENT:
                more = list(switched(facts))
                if more:
                    outcome, world, seen = self.in_worlds(local, n, more, envs, notes)
            tried += seen
            if outcome != EQUAL:
                return outcome, world
        if not tried:
            raise Undefined("1/0 or log(0)")
        return EQUAL, None

    def in_worlds(
        self,
        question: Question,
        n: int,
        worlds: list[World],
        envs: list[Environment],
        notes: list[str],
    ) -> tuple[str, World | None, int]:
        """Part n against the first one; the first world in which they differ, and how many count."""
        tried = 0
        for world in worlds:
            with suppress(Undefined):
                for env in envs:
                    a = evaluated(question, 0, world, env, notes)
                    b = evaluated(question, n, world, env, notes)
                    outcome = agree([a], [b])
                    if outcome != EQUAL:
                        return outcome, world, tried
                tried += 1
        return EQUAL, None, tried

    def symbolic(self, question: Question, *, brief: bool) -> Verdict:
        """A claim in letters."""
        notes: list[str] = []
        for n in range(1, len(question.statement.parts)):
            outcome, world = self.part_holds(question, n, notes)
            if outcome == EQUAL:
                continue
            assert world is not None
            if brief:
                return Verdict(v.WRONG, notes=tuple(notes))
            if not self.explain:
                return self.unexplained(question, n, outcome, world, notes)
            return self.explained(question, n, outcome, world, notes)
        remark = question.sampled()
        return Verdict(v.RIGHT, notes=(*notes, remark) if remark else tuple(notes))

    def unexplained(
        self, question: Question, n: int, outcome: str, world: World, notes: list[str]
    ) -> Verdict:
        """Wrong, if exact numbers show it."""
        local = replace(question, facts=world.facts)
        asked, claimed = (0, n) if any(mentions(question.statement.parts[0])) else (n, 0)
        envs = local.environments(60)
        shown = (
            "" if outcome != DIFFERENT else counterexample(local, asked, claimed, envs, small=False)
        )
        verdict = v.UNDETERMINED if outcome == DIFFERENT and not shown else v.WRONG
        return Verdict(verdict, counterexample=shown, notes=tuple(notes))

    def explained(
        self, question: Question, n: int, outcome: str, world: World, notes: list[str]
    ) -> Verdict:
        """Why a part is wrong; what is only different modulo the prime stays undetermined."""
        local = replace(question, facts=world.facts)
        asked, claimed = (0, n) if any(mentions(question.statement.parts[0])) else (n, 0)
        envs = tuple(local.environments(60))
        found: list[Cause] = []
        with suppress(Undefined, NotChecked):
            judge = agreeing(local, claimed, world, envs)
            found = list(_unique(causes(Suspect(local, asked, claimed, world, envs, judge))))
            found = [*self.sums_missing(local, asked, claimed, world), *found]
        short = sum(1 for _ in local.statement.parts[claimed].walk()) < LONG
        shown = (
            "" if outcome != DIFFERENT
            else counterexample(local, asked, claimed, envs, small=short)
        )  # fmt: skip
        if outcome == DIFFERENT and not shown:
            return Verdict(v.UNDETERMINED, notes=(*notes, "no example shows a difference"))
        missing, spurious, counts = term_difference(local, asked, claimed, envs, outcome)
        truth = correct_formula(self.network, local, asked, envs)
        step = pointer(local, asked, found)
        verdict = v.WRONG
        if found and found[0].name in CONDITIONS:
            verdict = v.CONDITION
        elif not found and outcome == DIFFERENT and self.dead(question):
            verdict = v.CONDITION
            found = [DEAD]
        if not found and outcome != DIFFERENT:
            found = [Cause("shapes", "one side has several components, the other side has not")]
        if len(question.statement.parts) > 2:
            notes.append(f"part {n + 1} of the chain is not equal to the first one")
        return Verdict(
            verdict, truth=truth, causes=tuple(found), counterexample=shown, missing=missing,
            spurious=spurious, terms=counts, notes=tuple(notes), step=step,
        )  # fmt: skip

    def sums_missing(
        self, question: Question, asked: int, claimed: int, world: World
    ) -> Iterator[Cause]:
        """An index that only the claim has: right if it were summed over?"""
        parts, known = list(question.statement.parts), frozenset(self.definitions)
        names = unsummed(question.statement, question.facts, known, claimed)
        if not names:
            return
        total = Total(tuple(Limit(n) for n in names), parts[claimed])
        pair = replace(question.statement, parts=(parts[asked], total))
        local = replace(question, statement=pair)
        envs = local.environments(60)
        if agree(values_of(local, 0, world, envs), values_of(local, 1, world, envs)) == EQUAL:
            node = parts[asked]
            by = node.by if isinstance(node, Differential) else node
            tensor = question.facts.tensors.get(getattr(by, "letter", ""))
            bias = tensor is not None and tensor.role == "parameter" and len(tensor.shape) == 1
            said = f"the sum over {', '.join(names)} is missing"
            yield Cause("bias_not_summed" if bias else "missing_sum", said)

    def dead(self, question: Question) -> bool:
        """Whether the statement holds where all switches are shut."""
        if not any(switched(question.facts)):
            return False
        shut = field_world(question.facts, 4, "shut")
        with suppress(Undefined, SymconvError):
            envs = question.environments()
            return all(
                agree(values_of(question, 0, shut, envs), values_of(question, n, shut, envs))
                == EQUAL
                for n in range(1, len(question.statement.parts))
            )
        return False


def _unique(found: Iterator[Cause]) -> Iterator[Cause]:
    seen: set[str] = set()
    for cause in found:
        if cause.name not in seen:
            seen.add(cause.name)
            yield cause
