"""Where the lines of one equation are written: loops in loops, and what is known in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sympy import Expr, Symbol

from symconv.codegen.python.text import ATOM, PythonText

from .model.index_form import PlaceForm, read_index
from .model.names import CNames
from .model.sized_program import SizedTensor

INDENT = "  "


@dataclass
class CodeBlock:
    """The lines behind a head, the indices that it binds, and names for what it has computed."""

    head: str = ""
    indices: frozenset[Symbol] = frozenset()
    lines: list[str | CodeBlock] = field(default_factory=list)
    memory: dict[object, str] = field(default_factory=dict)

    def text(self, depth: int) -> Iterator[str]:
        """The lines, indented; a head opens a brace."""
        inner = depth + 1 if self.head else depth
        if self.head:
            yield f"{INDENT * depth}{self.head} {{"
        for line in self.lines:
            if isinstance(line, CodeBlock):
                yield from line.text(inner)
            else:
                yield f"{INDENT * inner}{line}"
        if self.head:
            yield f"{INDENT * depth}}}"


@dataclass
class BlockWriter:
    """Writes the lines of one equation.

    What depends on outer indices alone is written in front of the inner loops: `outside`.
    `arrays` are the tensors by key, `names` their identifiers; `read` collects what is read.
    `derives` says that a derivative is written, where NaN goes through steps, and `guarded` that an
    entry is read under a condition, as it may be absent.
    """

    arrays: Mapping[str, SizedTensor]
    names: Mapping[str, str]
    namer: CNames
    read: set[str] = field(default_factory=set)
    extents: dict[Symbol, int] = field(default_factory=dict)
    letters: dict[Symbol, str] = field(default_factory=dict)
    guarded: bool = False
    derives: bool = False

    def __post_init__(self) -> None:
        self.root = CodeBlock()
        self.blocks = [self.root]

    def line(self, text: str) -> None:
        """One statement."""
        self.blocks[-1].lines.append(text)

    def bind(self, index: Symbol, extent: int) -> str:
        """The identifier of an index, whose extent is known from now on."""
        self.extents[index] = extent
        self.letters[index] = self.namer.claim(index.name.rstrip("'"))
        return self.letters[index]

    @contextmanager
    def loop(self, index: Symbol, extent: int) -> Iterator[None]:
        """A loop over all values of an index."""
        name = self.bind(index, extent)
        with self.block(f"for (int {name} = 0; {name} < {extent}; {name}++)", index):
            yield
        # A loop behind this one may have its letter.
        self.namer.taken.discard(name)

    @contextmanager
    def block(self, head: str, *indices: Symbol) -> Iterator[None]:
        """A block behind its head."""
        inner = CodeBlock(head, frozenset(indices))
        self.blocks = [*self.blocks, inner]
        yield
        self.blocks = self.blocks[:-1]
        self.blocks[-1].lines.append(inner)

    @contextmanager
    def outside(self, e: Expr) -> Iterator[None]:
        """As far outside as the indices of a formula allow."""
        here = self.blocks
        self.blocks = here[: self.depth(e) + 1]
        yield
        self.blocks = here

    def depth(self, e: Expr) -> int:
        """The number of the innermost block that binds an index of a formula."""
        symbols = e.free_symbols
        inner = (n for n, b in enumerate(self.blocks) if b.indices & symbols)
        return max(inner, default=0)

    def recall(self, e: object) -> str | None:
        """The name of what an open block has computed."""
        return next((b.memory[e] for b in self.blocks if e in b.memory), None)

    def remember(self, e: object, name: str) -> None:
        """Keep a name for the rest of the innermost block."""
        self.blocks[-1].memory[e] = name

    def name_value(
        self, wanted: str, value: str, kind: str = "const real", axes: str = ""
    ) -> PythonText:
        """A local variable; with `axes` behind its name, an array."""
        name = self.namer.claim(wanted)
        self.line(f"{kind} {name}{axes} = {value};")
        return PythonText(name, ATOM)

    def place(self, e: Expr) -> PlaceForm:
        """An index expression in the indices that are bound."""
        return read_index(e, self.extents)
