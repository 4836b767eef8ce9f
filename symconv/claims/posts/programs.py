"""Programs in a text: what their names stand for line after line, and what they claim."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from symconv.claims.check import MOST_ECHOED, Checker
from symconv.claims.model import verdict as v
from symconv.claims.model.budget import STATEMENT_STEPS, spend
from symconv.claims.model.code_nodes import (
    CodeAssignment,
    CodeRun,
    CodeStep,
    LocalName,
    choose_steps,
    list_assignments,
)
from symconv.claims.model.errors import ClaimError
from symconv.claims.model.syntax_tree import (
    Differential,
    Identifier,
    Statement,
    Subscript,
    SyntaxNode,
    TensorReference,
)
from symconv.claims.model.verdict import Verdict
from symconv.claims.model.vocabulary import RATES
from symconv.claims.parsing.abbreviations import as_update
from symconv.claims.parsing.code_blocks import PlacedCode, find_code, list_simple
from symconv.claims.parsing.code_calls import HOLDERS, MODULES
from symconv.claims.parsing.code_expressions import (
    CodeScope,
    CodeTranslator,
    resolve_in_network,
)
from symconv.claims.parsing.code_statements import (
    MARKS,
    find_written_array,
    list_assigned_names,
    list_changed_names,
    translate_step,
)
from symconv.claims.parsing.lexer import tokenize_claim
from symconv.claims.parsing.parser import Parser
from symconv.claims.parsing.statements import CODE, Excerpt
from symconv.claims.parsing.symbol_table import SymbolTable

MOST_STEPS = 400
"""How many steps of one program are kept; a longer one is left as it is read line by line."""

Plainly = Callable[[], Verdict]


@dataclass
class ScopeState:
    """What is known in one function: its names, and the steps that gave them their values.

    `building` are names of the network whose arrays the code makes bit by bit; until that is done
    they are the code's own.
    """

    names: set[str] = field(default_factory=set)
    unknown: dict[str, str] = field(default_factory=dict)
    steps: list[CodeStep] = field(default_factory=list)
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    building: set[str] = field(default_factory=set)

    def copy(self) -> ScopeState:
        """The same names for a function that is written below them."""
        return ScopeState(
            set(self.names), dict(self.unknown), list(self.steps), dict(self.groups), set()
        )

    def share(self, step: CodeStep) -> None:
        """Note which names may be views of one array."""
        for assignment in list_assignments(step):
            if not isinstance(assignment, CodeAssignment) or len(assignment.targets) != 1:
                continue
            source = assignment.value
            while isinstance(source, Subscript):
                source = source.base
            if isinstance(source, LocalName):
                (name,) = assignment.targets
                together = self.groups.get(source.name, frozenset({source.name})) | {name}
                for other in together:
                    self.groups[other] = together


@dataclass
class ProgramReader:
    """Judges the lines of a text's programs, one after another."""

    checker: Checker
    text: str
    fenced: frozenset[int]
    done: int = 0
    scopes: dict[int, ScopeState] = field(default_factory=dict)
    errors: dict[int, ClaimError] = field(default_factory=dict)
    claims: dict[int, tuple[str, tuple[CodeStep, ...]]] = field(default_factory=dict)
    """Names that are done being built, by the line of the statement that is the last one to do so,
    each with its steps."""

    unfinished: set[int] = field(default_factory=set)
    """The lines that change an array of the network in a statement that is not read."""

    def __post_init__(self) -> None:
        self.code: Sequence[PlacedCode] = find_code(self.text, self.fenced)
        self.lines: dict[int, tuple[PlacedCode, ast.stmt]] = {}
        for code in self.code:
            for node in list_simple(code.node):
                for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                    self.lines.setdefault(line, (code, node))
        # What is changed below every statement of a function, from its end to its start.
        self.changed_later: dict[int, frozenset[str]] = {}
        below: dict[int, frozenset[str]] = {}
        for number in range(len(self.code) - 1, -1, -1):
            code = self.code[number]
            known = below.get(code.owner, frozenset())
            self.changed_later[number] = known
            below[code.owner] = known | list_changed_names(code.node)

    def list_unsigned(self) -> list[Excerpt]:
        """Statements that give a name of the network its value without a sign: `out=y`."""
        lines = self.text.split("\n")
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        found = []
        for code in self.code:
            for node in list_simple(code.node):
                if find_written_array(node):
                    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
                    said = "\n".join(lines[first : last + 1])
                    inner = said.split("#", maxsplit=1)[0].strip()
                    column = len(lines[first]) - len(lines[first].lstrip())
                    start = starts[first] + column
                    place = (node.lineno, column + 1)
                    found.append(Excerpt(*place, inner, start, start + len(inner), CODE))
        return found

    def judge(self, piece: Excerpt, plainly: Plainly) -> Verdict | None:
        """The verdict on a line of a program; None where a line without a sign says nothing."""
        found = self.lines.get(piece.line)
        if found is None:
            return plainly()
        code, node = found
        self._learn_before(code)
        state = self._state(code)
        before = replace(state.copy(), building=set(state.building))
        if self.done < len(self.code) and self.code[self.done] is code:
            self._learn(code)
            self.done += 1
        return self._judge_learned(piece, code, node, before, plainly)

    def _judge_learned(
        self,
        piece: Excerpt,
        code: PlacedCode,
        node: ast.stmt,
        before: ScopeState,
        plainly: Plainly,
    ) -> Verdict | None:
        """The verdict on a line whose statement is learned; `before` is what was known above it."""
        targets = _list_targets(node)
        own = {t for t in targets if self._is_own(t, before)}
        defines = code.node is not node or bool(own and not own & before.building)
        if node.lineno in self.unfinished:
            found: Verdict | None = self._refuse(piece, node)
        elif piece.line in self.claims:
            found = self._judge_built(piece.text, *self.claims[piece.line])
        elif find_written_array(node):
            found = self._refuse(piece, node) if node.lineno in self.errors else None
        elif self._is_helper(code):
            found = Verdict(v.NOT_CHECKED, "definition", piece.text[:MOST_ECHOED])
        elif _unpacks(node):
            found = self._define(piece, node, plainly, own=True)
        elif defines:
            found = self._define(piece, node, plainly, own=bool(own))
        else:
            found = self._judge_line(piece, code, node, before, plainly)
        return found

    def _state(self, code: PlacedCode) -> ScopeState:
        """What is known where a statement stands: in a function, what is known before it, too."""
        outer = self.scopes.setdefault(0, ScopeState())
        if code.owner not in self.scopes:
            state = outer.copy()
            hidden = {n for n in code.parameters if n in state.names}
            state.unknown |= {n: f"'{n}' is a parameter, and has no value here" for n in hidden}
            state.names -= hidden
            state.names |= {n for n in code.parameters if not self._is_own_elsewhere(n, state)}
            self.scopes[code.owner] = state
        return self.scopes[code.owner]

    def _is_helper(self, code: PlacedCode) -> bool:
        """Whether a function is about its own arguments: none of them is one of the network's."""
        names = code.parameters - {"self", "cls"} - HOLDERS
        found = (resolve_in_network(n, self.checker.table(0)) for n in names)
        return bool(names) and not any(isinstance(x, TensorReference | Differential) for x in found)

    def _is_own_elsewhere(self, name: str, state: ScopeState) -> bool:
        """Whether a parameter needs no entry: the network has it, or it is known already."""
        held = name in HOLDERS | MODULES
        return held or name in state.unknown or not self._is_own(name, state)

    def _learn_before(self, code: PlacedCode) -> None:
        while self.done < len(self.code) and self.code[self.done] is not code:
            if self.code[self.done].line > code.line:
                return
            self._learn(self.code[self.done])
            self.done += 1

    # What names stand for ------------------------------------------------------------------------

    def _learn(self, code: PlacedCode) -> None:
        """Keep the steps of a statement, or why it has none."""
        if self._is_helper(code):
            return
        state, node = self._state(code), code.node
        spend(STATEMENT_STEPS)
        changed_later = self.changed_later[self.done]
        changed = list_changed_names(node)
        for name in _list_targets(node):
            if name in changed_later and not self._is_own(name, state):
                state.building.add(name)
        at = CodeTranslator(code.source, self.checker.table(0), self._scope(state))
        try:
            steps = translate_step(at, node, lambda name: self._is_own(name, state))
        except (ClaimError, RecursionError) as error:
            self._forget(state, code, error)
            return
        if len(state.steps) + len(steps) > MOST_STEPS:
            self._forget(state, code, ClaimError(f"a program of more than {MOST_STEPS} steps"))
            return
        state.names, state.unknown = set(at.scope.names), dict(at.scope.unknown)
        for step in steps:
            state.steps.append(step)
            state.share(step)
        for name in sorted(changed & state.building - changed_later):
            line = _find_last_change(node, name)
            chosen = choose_steps(state.steps, LocalName(name), state.groups)
            self.claims[line] = name, chosen
            state.building.discard(name)
            state.names.discard(name)

    def _forget(self, state: ScopeState, code: PlacedCode, error: Exception) -> None:
        """What a statement that is not read would have changed is not known any more."""
        said = error if isinstance(error, ClaimError) else ClaimError("this is nested too deep")
        for node in list_simple(code.node):
            self.errors[node.lineno] = said
        for name in list_assigned_names(code.node):
            if self._is_own(name, state):
                for other in state.groups.get(name, frozenset({name})):
                    state.names.discard(other)
                    state.unknown[other] = f"'{other}' is not known: line {code.line} is not read"
            if name in state.building:
                changing = (n for n in list_simple(code.node) if name in list_assigned_names(n))
                self.unfinished |= {n.lineno for n in changing}
                state.building.discard(name)
                state.names.discard(name)
                state.unknown.pop(name, None)

    def _scope(self, state: ScopeState) -> CodeScope:
        outer = frozenset(self.checker.definitions) | frozenset(self.checker.values)
        return CodeScope(frozenset(state.names), dict(state.unknown), outer)

    def _is_own(self, name: str, state: ScopeState) -> bool:
        """Whether a name is the code's own, and none of the network's."""
        if name in state.names or name in state.unknown or name in state.building:
            return True
        if name in RATES:
            return False
        found = resolve_in_network(name, self.checker.table(0))
        if isinstance(found, TensorReference):
            # Code has no entries below a line: out_h is a name, and not the entry h of the output.
            lettered = any(isinstance(i, Identifier) for i in found.indices or ())
            known = found.kind or found.letter in self.checker.context.layers
            return not known or (lettered and not found.kind)
        context = self.checker.context
        return found is None or (
            isinstance(found, Identifier)
            and found.name not in context.size_names
            and found.name not in context.constants
        )

    # Verdicts ------------------------------------------------------------------------------------

    def _define(self, piece: Excerpt, node: ast.stmt, plainly: Plainly, *, own: bool) -> Verdict:
        """The verdict on a line that defines something, or changes what was defined."""
        if not own:
            return plainly()
        simple = isinstance(node, ast.Assign) and not list_changed_names(node)
        if simple:
            found = plainly()
            open_ = found.verdict == v.NOT_CHECKED and found.kind in {"definition", "given value"}
            if open_:
                return found
        if node.lineno in self.errors:
            return self._refuse(piece, node)
        return Verdict(v.NOT_CHECKED, "definition", piece.text[:MOST_ECHOED])

    def _refuse(self, piece: Excerpt, node: ast.stmt) -> Verdict:
        """The verdict on a line that is not read."""
        notes = (str(self.errors[node.lineno]),)
        return Verdict(v.UNREADABLE, "prose", piece.text[:MOST_ECHOED], notes=notes)

    def _judge_line(
        self,
        piece: Excerpt,
        code: PlacedCode,
        node: ast.stmt,
        state: ScopeState,
        plainly: Plainly,
    ) -> Verdict:
        """The verdict on a line that gives a name of the network its value."""
        used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        plain = None
        built = set(_list_targets(node)) & self._state(code).building
        # Code counts from 0, and a notation that counts from 1 would read x[1] as another entry.
        counted = any(isinstance(n, ast.Subscript) for n in ast.walk(node))
        counted = counted and bool(self.checker.network.notation.index_base)
        if not counted and not used & (state.names | state.unknown.keys()):
            plain = plainly()
            unread = plain.verdict == v.UNREADABLE or (
                plain.verdict == v.NOT_CHECKED and plain.kind not in {"definition", "given value"}
            )
            if not unread:
                return self._as_start(piece, plain) if built else plain
        found = self._judge_assignment(piece, code, node, state)
        if found is None:
            return plain if plain is not None else plainly()
        return self._as_start(piece, found) if built else found

    def _as_start(self, piece: Excerpt, found: Verdict) -> Verdict:
        """What a name starts with is no claim, unless it is right already."""
        if found:
            return found
        return Verdict(v.NOT_CHECKED, "definition", piece.text[:MOST_ECHOED])

    def _judge_assignment(
        self, piece: Excerpt, code: PlacedCode, node: ast.stmt, state: ScopeState
    ) -> Verdict | None:
        """The verdict on `dw = formula` with the code's own names; None for other statements."""
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, mark = node.targets[0], "="
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            target, mark = node.target, "="
        elif isinstance(node, ast.AugAssign) and type(node.op) in MARKS:
            target, mark = node.target, f"{MARKS[type(node.op)]}="
        else:
            return None
        if isinstance(target, ast.Subscript) and self.checker.network.notation.index_base:
            return None
        if not isinstance(target, ast.Name | ast.Attribute | ast.Subscript):
            return None
        assert node.value is not None
        value = node.value
        left_text = ast.get_source_segment(code.source.text, _unplace(target, code)) or ""
        left_text = left_text.rpartition(".")[2] if isinstance(target, ast.Attribute) else left_text
        scope, steps, groups = self._scope(state), state.steps, state.groups

        def read(text: str, table: SymbolTable) -> Statement:
            at = Parser(left_text, tokenize_claim(left_text, table.vocabulary), table)
            at.is_code = True
            left = at.side()
            if at.peek().kind != "end":
                at.fail(f"'{at.peek().text}' was not expected here", "dw = ...")
            found = CodeTranslator(code.source, table, scope).translate(value)
            said = Statement(text, (left, found), (mark,), tuple(table.take_notes()), is_code=True)
            said = as_update(said, table)
            run = CodeRun(choose_steps(steps, said.parts[1], groups), said.parts[1])
            return replace(said, parts=(said.parts[0], run))

        return self._check(read, piece.text, piece.line)

    def _judge_built(self, text: str, name: str, steps: tuple[CodeStep, ...]) -> Verdict:
        """The verdict on an array that was made bit by bit, when it is done."""

        def read(said: str, table: SymbolTable) -> Statement:
            left = resolve_in_network(name, table)
            if left is None:
                raise ClaimError(f"'{name}' is no name of the network")
            value: SyntaxNode = CodeRun(steps, LocalName(name))
            notes = tuple(table.take_notes())
            return Statement(said, (left, value), ("=",), notes, is_code=True)

        return self._check(read, text, -1)

    def _check(
        self, read: Callable[[str, SymbolTable], Statement], text: str, line: int
    ) -> Verdict:
        """The verdict on a line that is read so; it depends on all lines of the programs."""
        program = self.whole if self.checker.memory else ""
        first = self.code[0].line if self.code else 0
        checker = replace(self.checker, reads=read, program=(line - first, program))
        return checker.verdict(text)

    @cached_property
    def whole(self) -> str:
        """The statements of all programs, each with its distance from the first one."""
        first = self.code[0].line if self.code else 0
        return "\n".join(f"{c.line - first} {c.owner} {ast.dump(c.node)}" for c in self.code)


def _unplace(node: ast.expr, code: PlacedCode) -> ast.expr:
    """A node with its lines counted from the start of its source."""
    moved = ast.copy_location(ast.Name("", ast.Load()), node)
    moved.lineno -= code.source.first - 1
    moved.end_lineno = (node.end_lineno or node.lineno) - code.source.first + 1
    return moved


def _list_targets(node: ast.stmt) -> list[str]:
    """The names that a statement assigns to, whole or in part."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = list(node.targets)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    found = []
    for target in targets:
        items = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        for item in items:
            base = item
            while isinstance(base, ast.Subscript):
                base = base.value
            if isinstance(base, ast.Name):
                found.append(base.id)
    return found


def _unpacks(node: ast.stmt) -> bool:
    """Whether a statement gives several names their values at once."""
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple | ast.List)


def _find_last_change(node: ast.stmt, name: str) -> int:
    """The line of the last statement that changes an array."""
    lines = [s.lineno for s in list_simple(node) if name in list_changed_names(s)]
    return max(lines, default=node.lineno)
