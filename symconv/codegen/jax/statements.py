"""Statements as JAX text: arrays cannot be written to, so that names are bound again."""

from __future__ import annotations

from dataclasses import replace

from symconv.codegen.python.layout import TAB, WIDTH, fits, wrap_call
from symconv.codegen.python.module import Code, make_code
from symconv.codegen.readable.index_items import index_items
from symconv.codegen.readable.statements import StatementPrinter
from symconv.lower.ir import Let, Local, MaximumInto, Statement, Store


class JaxStatements(StatementPrinter):
    """Prints statements with a new array wherever an old one would change."""

    def code(self, statement: Statement, indent: int = 1) -> list[Code]:
        """One statement; the padding of open sizes stands on lines of its own."""
        found = super().code(statement, indent)
        return [replace(c, lines=tuple(p for line in c.lines for p in _break(line))) for c in found]

    def stored(self, store: Store, indent: int) -> list[Code]:
        """`target = target.at[items].set(value)`, or `.add(value)`."""
        target = self.arrays(store.target)
        inside = ", ".join(index_items(store.items, self.arrays.size))
        how = "add" if store.add else "set"
        head, value = f"{target} = {target}.at[{inside}].{how}", self.arrays(store.value)
        tail = self._number(store.finishes)
        if fits(f"{head}({value}){tail}", indent) or isinstance(store.value, Local):
            return [make_code(wrap_call(head, [value], tail, indent))]
        part = self.part(store.target)
        shorter = replace(store, value=part)
        return [*self.code(Let(part, store.value), indent), *self.code(shorter, indent)]

    def raised(self, statement: MaximumInto, indent: int) -> Code:
        """`target = jnp.maximum(target, value)`."""
        target, value = self.arrays(statement.target), self.arrays(statement.value)
        name, tail = self.arrays.function("maximum"), self._number(statement.finishes)
        return make_code(wrap_call(f"{target} = {name}", [target, value], tail, indent))

    def places(self, extents: list[str]) -> str:
        """What runs over all places of a shape in row-major order."""
        self.arrays.calls.add("product")
        return f"product({', '.join(f'range({n})' for n in extents)})"


def _break(line: str) -> list[str]:
    """A line with the pairs of a padding, one pair a line where they do not fit."""
    head, _, pairs = line.partition("padding=(")
    if len(line) <= WIDTH or head.strip() or not pairs:
        return [line]
    inner = pairs.removesuffix("),").removesuffix(",").removeprefix("(").removesuffix(")")
    parts = [f"{head}{TAB}({pair})," for pair in inner.split("), (")]
    return [f"{head}padding=(", *parts, f"{head}),"]
