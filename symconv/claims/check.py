"""Am I right? One statement in, a verdict with its reasons out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from symconv.claims.diagnosis.correct_formula import name_subject
from symconv.claims.evaluation.assign import GivenEntries, Values, assign_values, parse_numbers
from symconv.claims.evaluation.comparison import Question
from symconv.claims.evaluation.evaluator import Definitions, Options
from symconv.claims.evaluation.index_expressions import UntiedError
from symconv.claims.evaluation.index_lint import lint_indices, locate_error
from symconv.claims.evaluation.layer_values import describe_layers
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.judging.best_reading import SETTLED, rank_reading, state_condition
from symconv.claims.judging.claimed_notation import (
    IndexEvidence,
    RenotedNetwork,
    name_notation,
    weigh_indices,
)
from symconv.claims.judging.interpretations import choose_interpretation, enumerate_interpretations
from symconv.claims.judging.irrational_factors import try_irrational_factors
from symconv.claims.judging.judge import Judge, Tests
from symconv.claims.judging.memory import VerdictMemory
from symconv.claims.judging.own_cost import take_own_cost
from symconv.claims.judging.path_derivatives import choose_paths
from symconv.claims.judging.probability_names import (
    differentiates_by,
    find_named_output,
    find_probability_names,
    name_probabilities,
    say_probabilities,
)
from symconv.claims.judging.probability_targets import judge_with_probabilities
from symconv.claims.judging.second_chances import (
    accept_layout,
    judge_misfit,
    judge_positioned_bias,
    try_other_layout,
    try_whole_update,
)
from symconv.claims.judging.size_choices import reading_context
from symconv.claims.judging.statement_kinds import classify_statement
from symconv.claims.model.budget import (
    DIAGNOSIS_STEPS,
    READING_STEPS,
    STATEMENT_STEPS,
    STEPS_PER_SECOND,
    VERDICT_STEPS,
    OverBudget,
    limit_work,
    spend,
    steps_left,
)
from symconv.claims.model.context import DifferentiableNetwork, NetworkContext
from symconv.claims.model.errors import ClaimError, NotChecked, ShapeMismatchError, TooMuchWork
from symconv.claims.model.substitution import (
    name_kernel_extent,
    part_index_from_extent,
)
from symconv.claims.model.syntax_tree import Statement, SumRange, TensorReference
from symconv.claims.model.verdict import Cause, Verdict
from symconv.claims.parsing.labelled_entries import sum_labelled_entries
from symconv.claims.parsing.labelled_rows import (
    sum_labelled_rows,
    take_at_labels,
    take_logarithms_inside,
)
from symconv.claims.parsing.parser import parse_statement
from symconv.claims.parsing.symbol_table import SymbolTable, describe_unknown_word
from symconv.claims.parsing.tensor_indices import OutOfRangeError
from symconv.claims.parsing.unparse import unparse
from symconv.claims.readings.ambiguity import MOST_READINGS, Choices, Reading, list_changes
from symconv.core.errors import SymconvError

from .model import verdict as v

MOST_ECHOED = 400
"""How many characters of a text are repeated in its verdict; the longest real claim has 303."""

OVER_BUDGET = (
    f"it takes more than {VERDICT_STEPS // STEPS_PER_SECOND} s to decide: smaller sums, a smaller "
    "network or fewer free indices say the same"
)

MOST_READING = 2_000
"""How many characters of the reading are shown.

Written out, a claim grows to a few times its length.
"""


def check_claim(
    network: DifferentiableNetwork,
    text: str,
    values: Values | None = None,
    definitions: Definitions | None = None,
    *,
    explain: bool = True,
) -> Verdict:
    """The verdict on one statement about a network, in the notation of the network.

    `explain` says whether a wrong claim is diagnosed, too. SymconvError where the claim is no text.
    """
    if not isinstance(text, str):
        raise ClaimError(
            f"a claim is text, and this is of type '{type(text).__name__}'",
            help='net.check("dC/dw = [[1, 2], [3, 4]]", values={"x": ...})',
        )
    try:
        return Checker(network, values or {}, definitions or {}, explain=explain).verdict(text)
    # The parser's depth is limited; this is for trees that are deep in another way, such as long
    # chains of factors. A verdict, not a traceback, is what a person gets.
    except RecursionError:
        return Verdict(v.UNREADABLE, "prose", text[:200], notes=("the formula is nested too deep",))


def validate_values(network: DifferentiableNetwork, values: Values) -> None:
    """SymconvError where the values do not have the shapes of the tensors that they are for."""
    if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
        raise SymconvError(
            "values are names, each with its numbers", help='{"x": [[1, 2]], "w": [["0.5"]]}'
        )
    context = reading_context(network)
    if values and context.sizes:
        names = ", ".join(str(s) for s, _ in context.sizes)
        raise SymconvError(
            f"values need a network with numbers; here the sizes {names} are open",
            help="write the sizes into the network text: input x 3x3 | ...",
        )
    assign_values(context, values)


@dataclass
class Checker:
    """Judges statements about one network.

    `aliases` are further names of its tensors, `ranges` what a text says its sums run over, and
    `notes` say how it was read. `conventions` are meanings that are settled; `choices` are those of
    the last statement.
    """

    network: DifferentiableNetwork
    values: Values
    definitions: Definitions
    explain: bool = True
    conventions: Reading = field(default_factory=dict)
    choices: Choices = field(default_factory=Choices)
    aliases: Mapping[str, str] = field(default_factory=dict)
    ranges: Mapping[str, SumRange] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    most_readings: int = MOST_READINGS
    confirms: bool = True
    """Whether exact numbers have to show what is wrong; else it may be right for another reason."""
    tests: Tests = field(default_factory=dict)
    reads: Callable[[str, SymbolTable], Statement] | None = None
    """Reads a line of a program, which means what the lines before it say."""

    program: tuple[int, str] | None = None
    """The program that `reads` knows, and which of its lines it reads."""

    memory: VerdictMemory | None = None

    @property
    def context(self) -> NetworkContext:
        return reading_context(self.network)

    def verdict(self, text: str) -> Verdict:
        """The verdict on a text, with the reading that it is about; one that is known is recalled.

        A statement of a program is known by the program, where one is given.
        """
        if self.memory is None or (self.reads is not None and self.program is None):
            return self.judge_anew(text)
        found, self.choices = self.memory.find(
            self.key(text), lambda: (self.judge_anew(text), self.choices)
        )
        return found

    def key(self, text: str) -> Hashable:
        """All that a verdict on a text depends on. Trees and numbers go by how they are written."""
        known = (self.values, self.definitions, self.conventions, self.aliases, self.ranges)
        switches = (self.explain, self.confirms, self.most_readings, self.notes, self.program)
        return (self.network, text, switches, *(repr(sorted(k.items(), key=str)) for k in known))

    def judge_anew(self, text: str) -> Verdict:
        """The verdict on a text that was not judged before."""
        with limit_work(VERDICT_STEPS + DIAGNOSIS_STEPS):
            found = self.in_one_notation(text)
            own = take_own_cost(self.network) if found.verdict == v.WRONG else None
            if own is not None:
                with suppress(OverBudget):
                    again = replace(self, network=own, explain=False).in_one_notation(text)
                    if again:
                        note = f"{own.program.output} is taken as the cost: the network ends in it"
                        return replace(again, notes=(note, *again.notes))
            return found

    def in_one_notation(self, text: str) -> Verdict:
        """The verdict in the notation of the network, or in that of the text where it shows one."""
        if self.network.notation.assumed and self.reads is None:
            return self.in_its_notation(text)
        return self.over_readings(text, self.network.notation.index_base)

    def in_its_notation(self, text: str) -> Verdict:
        """The verdict in the notation in which the claim is written, where its numbers show it."""
        assumed = self.network.notation
        evidence = self.weighed(text)
        numbered, bases = evidence.numbered, evidence.bases
        if not numbered and bases != (1 - assumed.index_base,):
            return self.over_readings(text, assumed.index_base)
        for base in bases:
            notation = name_notation(assumed, base, numbered=numbered)
            local = replace(self, network=RenotedNetwork(self.network, notation))
            local.explain = self.explain and base == bases[-1]
            found = local.over_readings(text, base)
            if found or base == bases[-1]:
                break
        said = f"read in the notation {notation.name}, in which the claim is written"
        return replace(found, notes=(said, *found.notes))

    def weighed(self, text: str) -> IndexEvidence:
        """What the numbers of a text say about its notation; nothing where it is not read."""
        reader = replace(self, choices=Choices(self.conventions))
        with suppress(ClaimError):
            statement, base, _ = reader.parsed(text, self.network.notation.index_base)
            found = weigh_indices(statement, self.context)
            return replace(found, beyond=found.beyond or base == 1)
        return IndexEvidence()

    def over_readings(self, text: str, base: int) -> Verdict:
        """The verdict under the likeliest reading, or under another one that makes it right.

        A claim is wrong only if it is wrong under every reading that a person could mean. What is
        not right under any of them is explained in the likeliest one that is read.
        """
        self.choices, self.tests = Choices(self.conventions), {}
        with suppress(SymconvError):
            self.parsed(text, base)
        if not list(list_changes(self.choices, {})):
            return self.under_one_reading(text, base)
        best, self.choices = self.find_best_reading(text, base)
        if best.verdict in SETTLED or not self.explain:
            return best
        if best.verdict == v.CONDITION and self.choices.find_condition():
            return best
        # Where the other readings used up the work, the verdict stands without its reasons.
        with suppress(OverBudget):
            return self.under_one_reading(text, base)
        return best

    def find_best_reading(self, text: str, base: int) -> tuple[Verdict, Choices]:
        """The best verdict over all readings, without its reasons, and the meanings it rests on.

        Most claims are right in some reading, and what is wrong in the ones before it needs no
        example: examples are looked for where none is right.
        """
        if self.most_readings > 1:
            with suppress(OverBudget), limit_work(steps_left() // 2):
                for found in self.judge_readings(text, base, confirms=False):
                    if found[0].verdict in SETTLED:
                        return found
        found_wrong: list[tuple[Verdict, Choices]] = []
        for found in self.judge_readings(text, base, confirms=self.confirms):
            if found[0].verdict in SETTLED:
                return found
            found_wrong.append(found)
        return min(found_wrong, key=lambda pair: rank_reading(*pair))

    def judge_readings(
        self, text: str, base: int, *, confirms: bool
    ) -> Iterator[tuple[Verdict, Choices]]:
        """The verdict in each reading, the likeliest first; OverBudget where not one is judged."""
        tried, waiting, seen = 0, list[Reading]([{}]), set[object]()
        while waiting and tried < self.most_readings:
            changes = waiting.pop(0)
            if (key := frozenset(changes.items())) in seen:
                continue
            seen.add(key)
            choices = Choices({**self.conventions, **changes})
            try:
                other = replace(self, explain=False, choices=choices, confirms=confirms)
                verdict = state_condition(other.under_one_reading(text, base), choices)
            except OverBudget:
                if not tried:
                    raise
                return
            tried += 1
            yield verdict, choices
            waiting += list_changes(choices, changes)

    def under_one_reading(self, text: str, base: int) -> Verdict:
        """The verdict where every notation has the meaning that is fixed, or its likeliest."""
        try:
            statement, read_base, notes = self.parsed(text, base)
        except ClaimError as error:
            return Verdict(v.UNREADABLE, "prose", text[:MOST_ECHOED], notes=(str(error),))
        if named := self.named(statement):
            return named.under_one_reading(text, base)
        judge = partial(self.judged, base=read_base)
        exact = try_irrational_factors(statement, self.context, judge)
        found = self.settled(statement, read_base) if exact is None else exact
        # Only what is known to be wrong is tried under conditions: what is right needs none.
        if found.verdict == v.WRONG and self.confirms:
            found = self.under_condition(text, statement, read_base, found)
        if found and read_base != base:
            found = replace(found, verdict=v.CONDITION, causes=(_index_base_cause(read_base),))
        if unread := self.unread(statement, found):
            return replace(found, text=text[:MOST_ECHOED], notes=(unread,), reading="")
        remarks = lint_indices(statement, self.context, frozenset(self.definitions), read_base)
        said = (*self.notes, *statement.notes, *notes, *found.notes, *remarks)
        said = tuple(dict.fromkeys(said))
        reading = found.reading or self.spelled(statement)
        return replace(found, text=text[:MOST_ECHOED], notes=said, reading=reading)

    def under_condition(
        self, text: str, statement: Statement, read_base: int, found: Verdict
    ) -> Verdict:
        """What is wrong: right with other indices, with another layout, with a word more?"""
        judge = partial(self.judged, base=read_base)
        if found.kind in {"claim", "update"}:
            found = self.other_base(text, read_base, found)
        if found.verdict == v.WRONG:
            found = try_other_layout(statement, found, self.context, judge)
            found = accept_layout(found, self.network.notation.hand.layout)
        if found.verdict == v.WRONG and found.kind == "update":
            found = try_whole_update(statement, found, self.spelled, judge)
        return found

    def named(self, statement: Statement) -> Checker | None:
        """The checker to which unknown names are those of the network's probabilities."""
        names = find_probability_names(
            statement, self.context, {*self.values, *self.definitions, *self.aliases}
        )
        other = self._with_names(statement, names) if names else None
        left = statement.parts[0]
        if other is None or getattr(left, "letter", getattr(left, "name", "")) not in names:
            return other
        # A name of its own on the left may be a definition of something else.
        with suppress(ClaimError):
            again, base, _ = other.parsed(statement.text, self.network.notation.index_base)
            return other if other.settled(again, base) else None
        return None

    def _with_names(self, statement: Statement, names: tuple[str, ...]) -> Checker | None:
        output = find_named_output(self.context)
        if output is not None:
            notes = tuple(f"{n} is read as {output}, the output of probabilities" for n in names)
            return replace(self, aliases=dict.fromkeys(names, output), notes=notes)
        name, *others = names
        base = self.network.notation.index_base
        for by in (False, True):
            network = name_probabilities(self.network, name, by=by)
            if network is None:
                return None
            notes = (say_probabilities(network, name),)
            other = replace(self, network=network, aliases=dict.fromkeys(others, name), notes=notes)
            # What a name differentiates by is seen only where it is known.
            with suppress(ClaimError):
                again, _, _ = other.parsed(statement.text, base)
                if by or not differentiates_by(again, name):
                    return other
        return None

    def settled(self, statement: Statement, read_base: int) -> Verdict:
        """The verdict on a statement that was read."""
        judge = partial(self.judged, base=read_base)
        try:
            return self.judged(statement, read_base)
        except UntiedError as error:
            return judge_positioned_bias(statement, error, self.context, judge)
        except ShapeMismatchError as error:
            found = judge_misfit(statement, error, self.context, judge)
            kind = found.kind or classify_statement(statement, self.context, self.definitions)
            return replace(found, kind=kind)
        except (SymconvError, Undefined, OverBudget) as error:
            return self.refused(statement, error)

    def refused(self, statement: Statement, error: Exception) -> Verdict:
        """The verdict on a statement that has no value, and why it has none."""
        kind = classify_statement(statement, self.context, self.definitions)
        match error:
            case NotChecked():
                return Verdict(v.NOT_CHECKED, kind, notes=(error.message,))
            case TooMuchWork():
                return Verdict(v.UNDETERMINED, kind, notes=(str(error),))
            case OverBudget():
                return Verdict(v.UNDETERMINED, kind, notes=(OVER_BUDGET,))
            case SymconvError():
                said = str(locate_error(error, statement.text))
                return Verdict(v.UNREADABLE, "claim", notes=(said,))
        return Verdict(v.UNDETERMINED, "claim", notes=(f"{error} appears",))

    def unread(self, statement: Statement, found: Verdict) -> str:
        """Which word kept a claim from being judged; nothing where it was no word."""
        if self.reads is not None:
            return ""
        premise = found.kind in {"definition", "given value"}
        if premise or found.verdict not in {v.NOT_CHECKED, v.UNREADABLE}:
            return ""
        return describe_unknown_word(statement, self.context, {*self.values, *self.definitions})

    def spelled(self, statement: Statement, delta: str = "") -> str:
        """The statement as it was understood."""
        return " = ".join(unparse(p, self.context, delta) for p in statement.parts)[:MOST_READING]

    def table(self, base: int) -> SymbolTable:
        """The names that a statement may use."""
        whole = {n: x for n, x in self.values.items() if not isinstance(x, GivenEntries)}
        extra = {n: parse_numbers(n, x)[0] for n, x in whole.items()}
        return SymbolTable(
            self.context,
            base,
            {n: s for n, s in extra.items() if s and n.isalnum()},
            choices=self.choices,
            aliases=self.aliases,
            ranges=self.ranges,
        )

    def parsed(self, text: str, base: int) -> tuple[Statement, int, list[str]]:
        """The statement, with indices from the other end of the numbering if only that fits."""
        spend(STATEMENT_STEPS + READING_STEPS * len(text))
        if self.reads is not None:
            return take_logarithms_inside(self.reads(text, self.table(0))), base, []
        try:
            return self.parsed_in(text, base), base, []
        except OutOfRangeError:
            with suppress(ClaimError):
                note = f"the indices are read as starting at {1 - base}"
                return self.parsed_in(text, 1 - base), 1 - base, [note]
            raise

    def parsed_in(self, text: str, base: int) -> Statement:
        """The statement, with the meanings that are chosen."""
        found = parse_statement(text, self.table(base))
        if found.is_code:
            found = take_logarithms_inside(sum_labelled_rows(found, self.context))
        found = take_at_labels(found, self.context)
        found = sum_labelled_entries(found, self.context, base)
        return choose_paths(found, self.context, self.choices)

    def other_base(self, text: str, base: int, found: Verdict) -> Verdict:
        """Right if the indices start elsewhere?"""
        # A right reading that costs more than is left may be missed, and the verdict stands.
        if self.reads is not None:
            return found
        with suppress(SymconvError, Undefined, OverBudget):
            statement = self.parsed_in(text, 1 - base)
            possible = weigh_indices(statement, self.context).allows(1 - base)
            if possible and any(
                isinstance(n, TensorReference) and n.indices
                for p in statement.parts
                for n in p.walk()
            ):
                again = self.judged(statement, 1 - base, brief=True)
                if again.verdict in {v.RIGHT, v.PRINTED}:
                    causes = (_index_base_cause(1 - base), *found.causes)
                    return replace(found, verdict=v.CONDITION, causes=causes)
        return found

    def judged(self, statement: Statement, base: int, *, brief: bool = False) -> Verdict:
        """The verdict over all readings; the first reading that is right wins."""
        statement = part_index_from_extent(statement, self.context)
        statement = name_kernel_extent(statement, self.context)
        kind = classify_statement(statement, self.context, self.definitions)
        if kind in {"definition", "given value"} and not self.values:
            return Verdict(v.NOT_CHECKED, kind)

        judge = Judge(
            self.network,
            self.values,
            statement,
            kind,
            explain=self.explain,
            confirms=self.confirms,
            tests=self.tests,
        )
        found = list(enumerate_interpretations(statement, self.context, base, self.definitions))
        options, note = choose_interpretation(
            found, lambda options: bool(judge.verdict(options, brief=True))
        )
        if self.context.probability_targets and _is_wrong(judge, options):
            answer, options, note = judge_with_probabilities(judge, found, brief=brief)
        else:
            answer = judge.verdict(options, brief=brief)
        reading = self.spelled(statement, options.delta)
        question = Question(statement, self.context, options)
        said = (*statement.notes, *answer.notes, *note, *describe_layers(question.layers()))
        of = answer.of or name_subject(question, {})
        return replace(answer, kind=kind, notes=said, reading=reading, of=of)


def _is_wrong(judge: Judge, options: Options) -> bool:
    return judge.verdict(options, brief=True).verdict == v.WRONG


def _index_base_cause(base: int) -> Cause:
    return Cause("index_base", f"right if the indices start at {base}")
