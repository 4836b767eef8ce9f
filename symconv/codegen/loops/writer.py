"""Where the lines of one function are written: indentation, identifiers, and what is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sympy import Expr, Symbol

from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.layout import TAB, WIDTH, wrap_call
from symconv.codegen.python.module import BLANK, Code, make_code
from symconv.codegen.python.sizes import SizePrinter
from symconv.codegen.python.text import ATOM, PythonText
from symconv.core.equation import Ranges
from symconv.core.tensor import Tensor
from symconv.lower.affine import SizeBounds
from symconv.notation.index_order import IndexOrder


class LoopIndexPrinter(SizePrinter):
    """Prints places: in a product, sizes stand before indices, as in s * i."""

    def _product(self, parts: list[Expr]) -> PythonText:
        return super()._product(sorted(parts, key=lambda f: not f.is_number and not f.is_positive))


@dataclass
class LoopWriter:
    """Writes one function.

    `stored` are the tensors that are read from `values`. `order` is that of index letters in a sum.
    `derives` says whether a derivative is being written, where NaN goes through steps.
    `used` collects the keys of all tensors that were read, `mentioned` the size symbols, `read` the
    indices, `calls` the helper functions. `memory` holds what has a name in the block that is being
    written, `true` the conditions that hold there.
    """

    names: Identifiers
    tensors: Mapping[str, Tensor]
    stored: frozenset[str]
    sizes: SizeBounds
    order: IndexOrder = field(default_factory=dict)
    body: list[Code] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    mentioned: set[Symbol] = field(default_factory=set)
    read: set[Symbol] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    extents: dict[Symbol, Expr] = field(default_factory=dict)
    memory: dict[object, str] = field(default_factory=dict)
    true: frozenset[str] = frozenset()
    depth: int = 1
    derives: bool = False

    def __post_init__(self) -> None:
        self.namer = self.names.namer.branch()
        self.pool: dict[str, str] = {}
        self.taken: set[str] = set()
        self.indices: dict[Symbol, str] = {}

    def begin(self) -> None:
        """Start an equation: its indices and local names are its own."""
        self.taken, self.indices, self.extents, self.memory = set(), {}, {}, {}
        self.read, self.true = set(), frozenset()

    def fresh(self, wanted: str) -> str:
        """An identifier that nothing else in this equation has; equations share them.

        Otherwise the hundredth block would begin with `total_100`.
        """
        name, number = wanted, 2
        while name in self.taken:
            name, number = f"{wanted}_{number}", number + 1
        self.taken.add(name)
        if name not in self.pool:
            self.pool[name] = self.namer.claim(name)
        return self.pool[name]

    def index(self, symbol: Symbol, extent: Expr) -> str:
        """The identifier of an index that a loop runs over."""
        self.extents[symbol] = extent
        self.indices[symbol] = self.fresh(symbol.name.rstrip("'"))
        return self.indices[symbol]

    def size(self, expression: Expr) -> PythonText:
        """An expression of sizes and indices."""
        symbols = expression.atoms(Symbol)
        self.mentioned |= symbols - set(self.indices)
        self.read |= symbols & set(self.indices)
        printer = LoopIndexPrinter({**self.names.sizes, **self.indices}, self.order)
        return printer.text(expression)

    def tensor(self, key: str) -> str:
        """The identifier of a tensor's array, which is thereby read."""
        self.used.add(key)
        return (
            f"values.{self.names.tensors[key]}" if key in self.stored else self.names.tensors[key]
        )

    def here(self, index: Symbol) -> str:
        """The identifier of an index, which is thereby read."""
        self.read.add(index)
        return self.indices[index]

    def line(self, text: str) -> None:
        """One statement on a line."""
        self.body.append(make_code([f"{TAB * self.depth}{text}"]))

    def comment(self, text: str) -> None:
        """A comment on a line of its own."""
        self.body.append(make_code([f"{TAB * self.depth}# {text}"], "none"))

    def assign(self, left: str, right: PythonText) -> None:
        """`left right`, with a name for the right side where the line would be too long."""
        if len(TAB) * self.depth + len(left) + 1 + len(right.text) > WIDTH:
            right = self.named("part", right)
        self.line(f"{left} {right.text}")

    def named(self, wanted: str, value: PythonText) -> PythonText:
        """A name for a value."""
        name = self.fresh(wanted)
        self.line(f"{name} = {value.text}")
        return PythonText(name, ATOM)

    @contextmanager
    def block(self, head: Code, true: frozenset[str] = frozenset()) -> Iterator[None]:
        """A block under its head; what it names and knows ends with it."""
        memory, known = dict(self.memory), self.true
        self.body.append(head)
        self.depth += 1
        self.true |= true
        yield
        self.depth -= 1
        # A name that a branch or a loop gave is unbound where that did not run.
        self.memory, self.true = memory, known

    @contextmanager
    def loop(self, ranges: Ranges) -> Iterator[None]:
        """A loop over all values of some indices; no loop where there is none."""
        if not ranges:
            yield
            return
        extents = [self.size(n).text for _, n in ranges]
        names = {v: self.index(v, n) for v, n in ranges}
        over = "np.ndindex" if len(ranges) > 1 else "range"
        start, depth = len(self.body), self.depth
        self.read -= set(names)
        with self.block(BLANK):
            yield
        read = [name if v in self.read else f"_{name}" for v, name in names.items()]
        # Only when the body stands it is known which indices it reads; the others begin with an
        # underscore, as linters want it.
        head = wrap_call(f"for {', '.join(read)} in {over}", extents, ":", depth)
        self.body[start] = make_code(head, "loop")

    @contextmanager
    def guard(self, conditions: list[str]) -> Iterator[None]:
        """A block that runs where the conditions hold; no block where there are none."""
        conditions = [c for c in dict.fromkeys(conditions) if c not in self.true]
        if not conditions:
            yield
            return
        margin = TAB * self.depth
        head = [f"{margin}if {' and '.join(conditions)}:"]
        if len(head[0]) > WIDTH:
            rest = [f"{margin}{TAB}and {c}" for c in conditions[1:]]
            head = [f"{margin}if (", f"{margin}{TAB}{conditions[0]}", *rest, f"{margin}):"]
        with self.block(make_code(head, "branch"), frozenset(conditions)):
            yield

    @contextmanager
    def aside(self, conditions: list[str]) -> Iterator[list[Code]]:
        """Lines that are caught instead of written, as if the conditions held; then forgotten.

        So it is known what a formula would need before anything of it stands in the function.
        """
        before = self.body, self.true, dict(self.memory), set(self.taken), set(self.read)
        self.body, self.true = [], self.true | frozenset(conditions)
        yield self.body
        self.body, self.true, self.memory, self.taken, self.read = before
