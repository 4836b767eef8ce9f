"""Posts and documents: every equation with its line, judged in order and then together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

from symconv.claims.check import MOST_ECHOED, Checker
from symconv.claims.evaluation.assign import Values
from symconv.claims.judging.memory import VerdictMemory
from symconv.claims.judging.numeric import AGREE
from symconv.claims.judging.statement_kinds import add_given_values, find_definition
from symconv.claims.model import verdict as v
from symconv.claims.model.budget import POST_SECONDS, STEPS_PER_SECOND, OverBudget, limit_work
from symconv.claims.model.context import DifferentiableNetwork
from symconv.claims.model.errors import MOST_LINES, MOST_POST, ClaimError
from symconv.claims.model.substitution import replace_nodes
from symconv.claims.model.syntax_tree import Differential, Statement, SyntaxNode
from symconv.claims.model.verdict import WRONG, Verdict
from symconv.claims.parsing.labelled_matrices import LabelledMatrix, find_labelled_matrices
from symconv.claims.parsing.left_out import blank_left_out, find_left_out
from symconv.claims.parsing.macros import expand_macros
from symconv.claims.parsing.parser import parse_statement
from symconv.claims.parsing.printed_arrays import PrintedArray, find_printed_arrays
from symconv.claims.parsing.relation_signs import LineTable
from symconv.claims.parsing.stated_ranges import find_stated_ranges, read_stated_ranges
from symconv.claims.parsing.stated_sizes import StatedSize, find_stated_sizes
from symconv.claims.parsing.statements import CODE, REST, Excerpt, split_text
from symconv.claims.parsing.unparse import unparse
from symconv.core.errors import SymconvError

from .accounting import SignFate, account_for_signs
from .code_names import CodeNames
from .conventions import PostConventions
from .label_verdicts import LabelJudge
from .output_names import judge_cost
from .own_derivatives import judge_own_derivative
from .programs import ProgramReader
from .size_verdicts import judge_size

Piece = Excerpt | LabelledMatrix | PrintedArray | StatedSize
ARITHMETIC = "arithmetic"
CHANGED_NAME = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:\[[^\]=]*\]\s*)*(?:[-+*/]=|=(?!=))")
"""A name that a statement gives another value, or a part of it: what it was defined as is over."""

NO_SIDES = "this is not read: there is no formula on both sides of the sign"


@dataclass(frozen=True)
class PostReport:
    """The verdicts on the statements of a text, and what became of each of its relation signs.

    `ends` are the lines and columns of the last characters of the statements, counted from 1; what
    follows from several statements has none, and stands behind them.
    """

    verdicts: tuple[Verdict, ...]
    signs: tuple[SignFate, ...]
    ends: tuple[tuple[int, int], ...] = ()


def check_post(
    network: DifferentiableNetwork,
    text: str,
    values: Values | None = None,
    *,
    seconds: float = POST_SECONDS,
) -> tuple[Verdict, ...]:
    """The verdicts on every equation of a post, with line numbers."""
    return report_post(network, text, values, seconds=seconds).verdicts


def report_post(  # noqa: PLR0913 - what a post is judged by
    network: DifferentiableNetwork,
    text: str,
    values: Values | None = None,
    *,
    seconds: float = POST_SECONDS,
    explain: bool = True,
    memory: VerdictMemory | None = None,
) -> PostReport:
    """The verdicts on every equation of a post with their places, and the account of its signs.

    Values and definitions that the post states feed the statements after them. What is not read is
    reported. `seconds` is what all of it may take, in units of work (`STEPS_PER_SECOND`);
    statements beyond it are undetermined. `explain` says whether what is wrong is diagnosed, too;
    `memory` recalls what was judged before.
    """
    if len(text) > MOST_POST or text.count("\n") > MOST_LINES:
        raise ClaimError("the text is too long", help=f"at most {MOST_POST:,} characters")
    expanded = expand_macros(text)
    reader = PostReader(network, expanded, values or {}, seconds, explain=explain, memory=memory)
    return reader.report()


@dataclass
class PostReader:
    """Judges one statement of a text after another, and keeps what each gives to the later ones."""

    network: DifferentiableNetwork
    text: str
    values: Values
    seconds: float
    explain: bool = True
    memory: VerdictMemory | None = None
    judged: list[tuple[Piece, Verdict]] = field(default_factory=list)
    programs: ProgramReader | None = None

    @cached_property
    def checker(self) -> Checker:
        return Checker(
            self.network, dict(self.values), {}, explain=self.explain, memory=self.memory
        )

    @cached_property
    def labels(self) -> LabelJudge:
        return LabelJudge(self.checker)

    @cached_property
    def conventions(self) -> PostConventions:
        return PostConventions(self.checker)

    @cached_property
    def names(self) -> CodeNames:
        return CodeNames(self.checker)

    def report(self) -> PostReport:
        """Every statement in order, then what follows from several together."""
        whole, left_out = self.text, tuple(find_left_out(self.text))
        self.text = blank_left_out(whole, left_out)
        split = split_text(self.text, frozenset(self.checker.context.layers))
        matrices = find_labelled_matrices(self.text, split.fenced)
        spans = [(e.start, e.stop) for e in split.excerpts]
        printed = find_printed_arrays(self.text, spans)
        sizes = find_stated_sizes(self.text)
        self.programs = ProgramReader(self.checker, self.text, split.fenced)
        lines = {e.line for e in split.excerpts}
        unsigned = [e for e in self.programs.list_unsigned() if e.line not in lines]
        found: list[Piece] = [*split.excerpts, *unsigned, *matrices, *printed, *sizes]
        pieces = sorted(found, key=lambda p: p.start)
        joined: list[Verdict] = []
        with limit_work(int(self.seconds * STEPS_PER_SECOND)):
            for n, piece in enumerate(pieces):
                self.learn_ranges(piece.line)
                try:
                    self.take(piece)
                except OverBudget:
                    self.judged += [(p, _leave_open(p, self.seconds)) for p in pieces[n:]]
                    break
            else:
                with suppress(OverBudget):
                    joined.extend(combine_statements(self.checker, [v for _, v in self.judged]))
        excerpts = [(p, v) for p, v in self.judged if isinstance(p, Excerpt)]
        signs = account_for_signs(whole, excerpts, (*split.no_formulas, *left_out))
        table = LineTable(self.text)
        ends = tuple(table.locate(max(p.start, p.stop - 1)) for p, _ in self.judged)
        return PostReport((*(v for _, v in self.judged), *joined), signs, ends)

    @cached_property
    def stated(self) -> list[tuple[int, str]]:
        """What the text says its sums run over, line by line, as far as it is not yet learned."""
        return list(find_stated_ranges(self.text))

    def learn_ranges(self, line: int) -> None:
        """Keep what was said up to a line of what sums run over."""
        while self.stated and self.stated[0][0] <= line:
            formula = self.stated.pop(0)[1]
            table = self.checker.table(self.network.notation.index_base)
            found = read_stated_ranges(formula, table)
            self.checker.ranges = {**self.checker.ranges, **found}

    def take(self, piece: Piece) -> None:
        """Judge a statement, and learn what it gives."""
        if not isinstance(piece, Excerpt):
            found = self.judge_unsigned(piece)
            self.judged += [] if found is None else [(piece, found)]
            return
        try:
            judged = self.judge_statement(piece)
        # As in `check_claim`: trees that are deep in a way that no limit counts.
        except RecursionError:
            notes = ("the formula is nested too deep",)
            judged = Verdict(v.UNREADABLE, "prose", piece.text[:MOST_ECHOED], notes=notes)
        if judged is None:
            return
        verdict = judged
        verdict = self.conventions.settle(piece.text, verdict)
        verdict = judge_own_derivative(self.checker, piece.text, verdict)
        verdict = judge_cost(self.checker, piece.text, verdict)
        plain = verdict
        verdict = self.names.verdict(piece.text, judge_arithmetic(verdict))
        self.judged.append((piece, replace(verdict, line=piece.line, column=piece.column)))
        _learn(self.checker, piece, plain)
        self.names.learn(piece.text, verdict)

    def judge_statement(self, piece: Excerpt) -> Verdict | None:
        """The verdict on a statement; on a line of a program, after the lines before it."""
        if piece.role == CODE and self.programs is not None:
            return self.programs.judge(piece, lambda: judge_excerpt(self.checker, piece))
        return judge_excerpt(self.checker, piece)

    def judge_unsigned(self, piece: LabelledMatrix | PrintedArray | StatedSize) -> Verdict | None:
        """The verdict on what has no relation sign: numbers under words, sizes in sentences."""
        match piece:
            case LabelledMatrix():
                return self.labels.verdict(piece)
            case PrintedArray():
                return self.names.judge_printed(piece)
            case StatedSize():
                found = judge_size(self.checker, piece)
                return None if found.verdict == v.NOT_CHECKED else found


def judge_excerpt(checker: Checker, piece: Excerpt) -> Verdict:
    """The verdict on a statement where it stands."""
    if piece.role == REST:
        return Verdict(v.UNREADABLE, "prose", piece.text[:MOST_ECHOED], notes=(NO_SIDES,))
    found = checker.verdict(piece.text)
    if found.verdict == v.WRONG and piece.condition:
        # What a condition says is not read, and the statement may well be right under it.
        note = f"it stands under a condition, which is not read: {piece.condition}"
        return replace(found, verdict=v.UNDETERMINED, causes=(), notes=(note, *found.notes))
    return found


def judge_arithmetic(found: Verdict) -> Verdict:
    """A chain of numbers that agree is right as arithmetic, whatever they are said to be."""
    if found.verdict != v.NOT_CHECKED or AGREE not in found.notes:
        return found
    notes = tuple(n for n in found.notes if n != AGREE)
    note = "the arithmetic is checked, and not what the result is said to be"
    return replace(found, verdict=v.RIGHT, kind=ARITHMETIC, notes=(note, *notes))


def _leave_open(piece: Piece, seconds: float) -> Verdict:
    """The verdict on a statement that the budget left no work for."""
    said = f"the {seconds:g} s for the whole text are used up; --budget SECONDS gives it more"
    text = _quote(piece)[:MOST_ECHOED]
    found = Verdict(v.UNDETERMINED, "claim", text, notes=(said,))
    return replace(found, line=piece.line, column=piece.column)


def _quote(piece: Piece) -> str:
    """What is repeated of a piece in its verdict."""
    match piece:
        case Excerpt():
            return piece.text
        case LabelledMatrix():
            return f"{piece.label} {piece.literal}"
        case PrintedArray():
            return piece.literal
        case StatedSize():
            return piece.text


def _learn(checker: Checker, piece: Excerpt, verdict: Verdict) -> None:
    """Keep what a statement defines or gives; a value that was judged is no longer given."""
    changed = CHANGED_NAME.match(piece.text)
    if changed and changed[1] in checker.definitions:
        kept = {name: x for name, x in checker.definitions.items() if name != changed[1]}
        checker.definitions = kept
    given = verdict.kind == "given value" and verdict.verdict == v.NOT_CHECKED
    if not given and verdict.kind != "definition":
        return
    base = checker.network.notation.index_base
    try:
        statement = parse_statement(piece.text, checker.table(base))
    except SymconvError:
        return
    values = add_given_values(checker.values, statement, checker.context, base)
    if values != checker.values:
        checker.values = values
        return
    named = find_definition(statement)
    if named is not None and verdict.kind == "definition":
        (name, parameters), body = named
        checker.definitions = {**checker.definitions, name: (parameters, body)}


def combine_statements(checker: Checker, found: Sequence[Verdict]) -> Iterator[Verdict]:
    """What follows when the derivatives of a chain are replaced by what the post says they are."""
    statements = [(v, s) for v in found if (s := _parse_again(checker, v)) is not None]
    wrong: dict[SyntaxNode, tuple[int, SyntaxNode]] = {}
    for verdict, statement in statements:
        left = statement.parts[0]
        if verdict.verdict == WRONG and isinstance(left, Differential):
            wrong[left] = verdict.line, statement.parts[-1]
    last = {s.parts[0]: (v, s) for v, s in statements if v and isinstance(s.parts[0], Differential)}
    for left, (verdict, statement) in last.items():
        used = [wrong[n][0] for n in statement.parts[-1].walk() if n in wrong]
        right = replace_nodes(statement.parts[-1], {k: n for k, (_, n) in wrong.items()})
        if not used or right == statement.parts[-1]:
            continue
        joined = Statement("", (left, right), ("=",))
        again = checker.settled(joined, checker.network.notation.index_base)
        lines = sorted({verdict.line, *used})
        text = " = ".join(unparse(p, checker.context) for p in joined.parts)
        note = f"lines {', '.join(map(str, lines))} put together"
        yield replace(again, text=text, line=verdict.line, notes=(note, *again.notes))


def _parse_again(checker: Checker, verdict: Verdict) -> Statement | None:
    try:
        return parse_statement(verdict.text, checker.table(checker.network.notation.index_base))
    except SymconvError:
        return None
