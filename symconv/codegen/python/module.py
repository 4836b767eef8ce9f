"""A NumPy module as a record: the styles return it, everything else reads it, one template prints.

Statements stay lines of text. What has to be known of them (which functions they call, which
parameters they read, what a linter counts) was noted by those who wrote them: nothing is searched
for in the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from .layout import TAB, wrap_call

CodeKind = Literal["statement", "loop", "branch", "definition", "return", "none"]


@dataclass(frozen=True)
class Code:
    """A statement, or the head of one whose body follows, as lines of text.

    `kind` is what a linter counts it as; comments and empty lines are "none". `assigns` is the
    array of an equation that it makes, where loops fill one.
    """

    lines: tuple[str, ...]
    kind: CodeKind = "statement"
    assigns: str = ""


BLANK = Code(("",), "none")


def make_code(lines: Iterable[str], kind: CodeKind = "statement") -> Code:
    """One statement, or the head of one."""
    return Code(tuple(lines), kind)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function as it is written: its annotation and its default are text."""

    name: str
    annotation: str = ""
    default: str = ""
    keyword_only: bool = False

    def __str__(self) -> str:
        annotation = f": {self.annotation}" if self.annotation else ""
        return self.name + annotation + (f" = {self.default}" if self.default else "")


@dataclass(frozen=True)
class FunctionMetrics:
    """What a linter counts in a function; `unread` are the parameters that it does not read."""

    positional: int
    parameters: int
    statements: int
    branches: int
    nested: int = 0
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Function:
    """A function: `reads` are the parameters that it reads, `calls` the functions that it calls.

    `result` is the annotation of what it answers, `docstring` its lines as they are printed.
    `exempt` are rules of the linter that its statements break on purpose; `depth` is how many
    blocks it stands in.
    """

    name: str
    parameters: tuple[Parameter, ...]
    docstring: str
    body: tuple[Code, ...]
    result: str
    reads: frozenset[str]
    calls: frozenset[str]
    decorators: tuple[str, ...] = ()
    exempt: frozenset[str] = frozenset()
    depth: int = 0

    kind = "function"

    @property
    def signature(self) -> str:
        """The lines down to the colon."""
        plain = [str(p) for p in self.parameters if not p.keyword_only]
        keywords = [str(p) for p in self.parameters if p.keyword_only]
        given = [*plain, *(["*", *keywords] if keywords else [])]
        lines = wrap_call(f"def {self.name}", given, f" -> {self.result}:", self.depth)
        return "\n".join([*(f"{TAB * self.depth}@{d}" for d in self.decorators), *lines])

    @property
    def lines(self) -> list[str]:
        """The lines of the body."""
        return [line for part in self.body for line in part.lines]

    @property
    def blocks(self) -> list[list[Code]]:
        """The body, cut at empty lines."""
        found: list[list[Code]] = [[]]
        for part in self.body:
            if part == BLANK:
                found.append([])
            else:
                found[-1].append(part)
        return found

    @property
    def metrics(self) -> FunctionMetrics:
        """What a linter counts; a docstring is a statement, a loop and a return are none."""
        kinds = [part.kind for part in self.body]
        nested, branches = kinds.count("definition"), kinds.count("branch")
        names = {p.name for p in self.parameters if p.annotation}
        return FunctionMetrics(
            positional=sum(not p.keyword_only for p in self.parameters),
            parameters=len(self.parameters),
            statements=1 + kinds.count("statement") + branches + nested,
            branches=branches + kinds.count("loop"),
            nested=nested,
            unread=frozenset(names - self.reads),
        )


@dataclass(frozen=True)
class TupleField:
    """One entry of a named tuple."""

    name: str
    annotation: str


@dataclass(frozen=True)
class Class:
    """A named tuple; `properties` are computed when they are asked for."""

    name: str
    docstring: str
    fields: tuple[TupleField, ...]
    properties: tuple[Function, ...] = ()

    kind = "class"

    @property
    def attributes(self) -> tuple[str, ...]:
        """What may follow the dot behind an instance."""
        return (*(f.name for f in self.fields), *(f.name for f in self.properties))


@dataclass(frozen=True)
class Helper:
    """Definitions as they stand in a template: their text, and what is known of them.

    `defines` are the names that they bring, `calls` the functions that they call.
    """

    name: str
    text: str
    defines: tuple[str, ...]
    calls: frozenset[str]
    metrics: tuple[FunctionMetrics, ...]

    kind = "text"


@dataclass(frozen=True)
class ConstantLines:
    """Constants of a module, one under the other."""

    text: str

    kind = "text"


Definition: TypeAlias = Function | Class | Helper | ConstantLines


@dataclass(frozen=True)
class Module:
    """A module: `imports` in groups, `aliases` of types, and its definitions in their order."""

    docstring: str
    imports: tuple[tuple[str, ...], ...]
    aliases: tuple[str, ...]
    definitions: tuple[Definition, ...]

    @property
    def helpers(self) -> tuple[Helper, ...]:
        return tuple(d for d in self.definitions if isinstance(d, Helper))

    @property
    def classes(self) -> tuple[Class, ...]:
        return tuple(d for d in self.definitions if isinstance(d, Class))

    @property
    def functions(self) -> tuple[Function, ...]:
        return tuple(d for d in self.definitions if isinstance(d, Function))

    def function(self, name: str) -> Function | None:
        """The function of that name, if the module has one."""
        return next((f for f in self.functions if f.name == name), None)

    def takes(self, parameter: str) -> bool:
        """Whether a function has a parameter of that name."""
        return any(p.name == parameter for f in self.functions for p in f.parameters)

    def extend(self, *definitions: Definition) -> Module:
        """The module with more definitions at its end."""
        return replace(self, definitions=(*self.definitions, *definitions))
