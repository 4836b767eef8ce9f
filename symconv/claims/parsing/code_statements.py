"""Statements of Python as steps of a program of arrays: assignments, loops, choices, calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from symconv.claims.model.code_nodes import (
    CodeAssignment,
    CodeBranch,
    CodeLoop,
    CodeStep,
    ItemAssignment,
    LocalName,
    LoopRange,
)
from symconv.claims.model.syntax_tree import (
    ArrayLiteral,
    Condition,
    FunctionCall,
    FurtherAxes,
    JoinedConditions,
    Numeral,
    Subscript,
    SyntaxNode,
    TensorReference,
)

from .code_expressions import CodeTranslator, read_indices
from .labelled_rows import change_at_labels, find_label_mask

MARKS: Mapping[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/",
}  # fmt: skip
ZERO, ONE = Numeral(Fraction(0)), Numeral(Fraction(1))
"""Where a range starts, and by what it goes on, if it does not say so."""

WHOLE: tuple[SyntaxNode, ...] = (FurtherAxes(),)
NOTHING_SAID = (
    ast.Pass | ast.Return | ast.Raise | ast.Import | ast.ImportFrom | ast.Assert | ast.Global
    | ast.Nonlocal
)  # fmt: skip
"""Statements that give no name a value; what follows a `return` is not followed."""


def translate_step(
    at: CodeTranslator, node: ast.stmt, is_own: Callable[[str], bool]
) -> list[CodeStep]:
    """The steps of a statement; those to names that are not the code's own are left out."""
    rule = RULES.get(type(node))
    if isinstance(node, NOTHING_SAID):
        return []
    if rule is None:
        word = type(node).__name__.lower()
        at.refuse(node, f"this kind of statement is not read ({word})", "for i in range(n):")
    return list(rule(at, node, is_own))


Own = Callable[[str], bool]


def _assign(at: CodeTranslator, node: ast.Assign, is_own: Own) -> Iterator[CodeStep]:
    for target in node.targets:
        yield from _assign_one(at, target, node.value, is_own)


def _annotate(at: CodeTranslator, node: ast.AnnAssign, is_own: Own) -> Iterator[CodeStep]:
    """`name: type = value`."""
    if node.value is not None:
        yield from _assign_one(at, node.target, node.value, is_own)


def _assign_one(
    at: CodeTranslator, target: ast.expr, value: ast.expr, is_own: Own
) -> Iterator[CodeStep]:
    line = target.lineno
    if isinstance(target, ast.Tuple | ast.List):
        yield from _unpack(at, target, value, is_own)
    elif isinstance(target, ast.Name):
        if is_own(target.id):
            found = at.translate(value)
            at.scope = at.scope.having(target.id)
            yield CodeAssignment(line, (target.id,), found, span=at.span(target))
    elif isinstance(target, ast.Subscript):
        yield from _change_item(at, target, value, "", is_own)


def _unpack(
    at: CodeTranslator, target: ast.Tuple | ast.List, value: ast.expr, is_own: Own
) -> Iterator[CodeStep]:
    """`N, C, H, W = x.shape`; names that nobody reads, or that the network has, are left out."""
    if not all(isinstance(x, ast.Name) for x in target.elts):
        at.refuse(target, "names alone are read on this side", "N, C, H, W = x.shape")
    names = [x.id if isinstance(x, ast.Name) and x.id != "_" else "" for x in target.elts]
    kept = tuple(n if n and is_own(n) else "" for n in names)
    if any(kept):
        found = at.translate(value)
        if isinstance(found, ArrayLiteral) and len(found.shape) > 1:
            at.refuse(value, "these values for several names are not read", "a, b = 1, 2")
        at.scope = at.scope.having(*filter(None, kept))
        yield CodeAssignment(target.lineno, kept, found, span=at.span(target))


def _change_item(
    at: CodeTranslator, target: ast.Subscript, value: ast.expr, mark: str, is_own: Own
) -> Iterator[CodeStep]:
    """`a[i] = value`, `a[i][j] += value`."""
    base, indices = target.value, [target.slice]
    while isinstance(base, ast.Subscript):
        indices.insert(0, base.slice)
        base = base.value
    if not isinstance(base, ast.Name):
        if not isinstance(base, ast.Attribute):
            at.refuse(target, "an array with a name is changed here", "a[i, j] = 0")
        return
    if not is_own(base.id):
        return
    if len(indices) > 1 and any(_holds_slice(x) for x in indices):
        at.refuse(target, "slices of slices are not changed here", "a[i, j] = 0")
    at.resolve(base.id, base)
    places = tuple(i for x in indices for i in read_indices(at, x))
    found = at.translate(value)
    array = LocalName(base.id, span=at.span(base))
    mask = find_label_mask(array, places, at.table.context)
    # An array in place of a number has one entry a row, which is not what a mask is multiplied by.
    plain = not any(isinstance(n, TensorReference | LocalName) for n in found.walk())
    if mask is not None and plain:
        places, mark, found = WHOLE, "", change_at_labels(array, mask, found, mark)
    yield ItemAssignment(target.lineno, base.id, places, found, mark, span=at.span(target))


def _holds_slice(node: ast.expr) -> bool:
    return any(isinstance(n, ast.Slice | ast.Constant) and _is_slice(n) for n in ast.walk(node))


def _is_slice(node: ast.AST) -> bool:
    return isinstance(node, ast.Slice) or getattr(node, "value", 0) in {None, Ellipsis}


def _augment(at: CodeTranslator, node: ast.AugAssign, is_own: Own) -> Iterator[CodeStep]:
    """`a += value`, `a[i] += value`."""
    mark = MARKS.get(type(node.op))
    if mark is None:
        at.refuse(node, "this assignment is not read", "+= -= *= /=")
    if isinstance(node.target, ast.Subscript):
        yield from _change_item(at, node.target, node.value, mark, is_own)
    elif isinstance(node.target, ast.Name) and is_own(node.target.id):
        at.resolve(node.target.id, node.target)
        found = at.translate(node.value)
        name = node.target.id
        yield CodeAssignment(node.lineno, (name,), found, mark, span=at.span(node.target))


def _loop(at: CodeTranslator, node: ast.For, is_own: Own) -> Iterator[CodeStep]:
    """`for i in range(n):`, `for m, n in np.ndindex(k1, k2):`; its names end with it."""
    if node.orelse:
        at.refuse(node, "an 'else' of a loop is not read", "for i in range(n):")
    names = _name_counters(at, node.target)
    ranges = tuple(_read_ranges(at, node.iter, names))
    at.scope = at.scope.having(*filter(None, names))
    body = tuple(
        s for inner in node.body for s in translate_step(at, inner, is_own_in(is_own, names))
    )
    left = {n: f"'{n}' is left over from the loop of line {node.lineno}" for n in names}
    at.scope = replace(
        at.scope, names=at.scope.names - {*names}, unknown={**at.scope.unknown, **left}
    )
    yield CodeLoop(node.lineno, ranges, body, span=at.span(node.target))


def is_own_in(is_own: Own, names: Collection[str]) -> Own:
    """The names that are the code's own inside of a loop, its counters among them."""
    return lambda name: name in names or is_own(name)


def _name_counters(at: CodeTranslator, target: ast.expr) -> list[str]:
    items = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    if not all(isinstance(x, ast.Name) for x in items):
        at.refuse(target, "names alone count a loop", "for m, n in np.ndindex(k1, k2):")
    return [x.id if x.id != "_" else "" for x in items if isinstance(x, ast.Name)]


def _read_ranges(at: CodeTranslator, node: ast.expr, names: list[str]) -> Iterator[LoopRange]:
    """What the counters of a loop run over."""
    hint = "range(n), np.ndindex(k1, k2)"
    if not isinstance(node, ast.Call) or node.keywords:
        at.refuse(node, "a loop over this is not read", hint)
    function = node.func
    word = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    if word == "range" and len(names) == 1:
        yield _read_range(at, node, names[0])
    elif word == "product" and len(node.args) == len(names):
        for name, inner in zip(names, node.args, strict=True):
            called = isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name)
            if not called or inner.func.id != "range":  # type: ignore[attr-defined]
                at.refuse(inner, "a loop over this is not read", hint)
            yield _read_range(at, inner, name)  # type: ignore[arg-type]
    elif word == "ndindex":
        extents = [*_read_extents(at, node, len(names))]
        if len(extents) != len(names):
            at.refuse(node, f"{len(extents)} extents for {len(names)} names", hint)
        for name, extent in zip(names, extents, strict=True):
            yield LoopRange(name, ZERO, extent, ONE)
    else:
        at.refuse(node, "a loop over this is not read", hint)


def _read_range(at: CodeTranslator, node: ast.Call, name: str) -> LoopRange:
    said = [at.translate(x) for x in node.args]
    if not 1 <= len(said) <= 3:
        at.refuse(node, "a range has one to three numbers", "range(0, n, 2)")
    low, high = (ZERO, said[0]) if len(said) == 1 else (said[0], said[1])
    return LoopRange(name, low, high, said[2] if len(said) == 3 else ONE, span=at.span(node))


def _read_extents(at: CodeTranslator, node: ast.Call, count: int) -> Iterator[SyntaxNode]:
    """The extents of `np.ndindex(2, 3)`, of a tuple, or of a shape."""
    (first, *rest) = node.args or [node]
    if rest or not isinstance(first, ast.Starred | ast.Tuple | ast.Attribute):
        yield from (at.translate(x) for x in node.args)
        return
    inner = first.value if isinstance(first, ast.Starred) else first
    if isinstance(inner, ast.Tuple):
        yield from (at.translate(x) for x in inner.elts)
        return
    shape = at.translate(inner)
    if not isinstance(shape, FunctionCall | LocalName):
        at.refuse(first, "a loop over this is not read", "np.ndindex(*x.shape)")
    for axis in range(count):
        yield Subscript(shape, (Numeral(Fraction(axis)),))


def _branch(at: CodeTranslator, node: ast.If, is_own: Own) -> Iterator[CodeStep]:
    """`if i + m < H:`, with a condition on whole numbers."""
    steps = [
        tuple(s for inner in part for s in translate_step(at, inner, is_own))
        for part in (node.body, node.orelse)
    ]
    if any(steps):
        condition = at.read(node.test)
        if not isinstance(condition, Condition | JoinedConditions):
            at.refuse(node.test, "a condition on whole numbers is expected here", "i + m < H")
        yield CodeBranch(node.lineno, condition, *steps, span=at.span(node.test))


def _call(at: CodeTranslator, node: ast.Expr, is_own: Own) -> Iterator[CodeStep]:
    """`np.maximum(y, part, out=y)`; other calls change nothing that is known."""
    written = find_written_array(node)
    if written and is_own(written):
        assert isinstance(node.value, ast.Call)
        kept = [k for k in node.value.keywords if k.arg != "out"]
        plain = ast.Call(node.value.func, node.value.args, kept)
        found = at.translate(ast.copy_location(plain, node.value))
        at.resolve(written, node)
        yield ItemAssignment(node.lineno, written, WHOLE, found, span=at.span(node))


def find_written_array(node: ast.stmt) -> str:
    """The name of the array that a call writes into; empty where there is none."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return ""
    out = [k.value for k in node.value.keywords if k.arg == "out"]
    return out[0].id if out and isinstance(out[0], ast.Name) else ""


RULES: Mapping[type[ast.stmt], Callable[..., Iterator[CodeStep]]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotate,
    ast.AugAssign: _augment,
    ast.For: _loop,
    ast.If: _branch,
    ast.Expr: _call,
}


def list_changed_names(node: ast.stmt) -> set[str]:
    """The names that a statement changes: items, `+=`, `out=`, `y = np.maximum(y, x)`."""
    found: set[str] = set()
    for here in ast.walk(node):
        targets: list[ast.expr] = []
        if isinstance(here, ast.Assign):
            used = {n.id for n in ast.walk(here.value) if isinstance(n, ast.Name)}
            targets = [
                t
                for t in here.targets
                if isinstance(t, ast.Subscript) or (isinstance(t, ast.Name) and t.id in used)
            ]
        elif isinstance(here, ast.AugAssign):
            targets = [here.target]
        elif isinstance(here, ast.Expr):
            found |= {find_written_array(here)} - {""}
        for target in targets:
            base = target
            while isinstance(base, ast.Subscript):
                base = base.value
            if isinstance(base, ast.Name):
                found.add(base.id)
    return found


def list_assigned_names(node: ast.stmt) -> set[str]:
    """Every name that a statement gives a value, or changes."""
    found = {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    return found | list_changed_names(node) | _list_called_names(node)


INTO_FIRST = {"at", "copyto", "put", "place", "fill_diagonal", "put_along_axis"}
"""Functions of NumPy that change their first argument."""

CHANGING = {
    "fill", "sort", "append", "extend", "insert", "resize", "itemset", "put", "partition", "pop",
    "add_", "sub_", "mul_", "div_", "zero_", "fill_", "copy_", "clamp_", "update",
}  # fmt: skip
"""Methods that change what they are called on."""


def _list_called_names(node: ast.stmt) -> set[str]:
    """Names of arrays that a call alone may change: `a.fill(0)`, `np.add.at(a, i, b)`."""
    found: set[str] = set()
    for here in ast.walk(node):
        if isinstance(here, ast.Expr) and isinstance(here.value, ast.Call):
            function = here.value.func
            if isinstance(function, ast.Attribute):
                root: ast.expr = function
                while isinstance(root, ast.Attribute | ast.Subscript):
                    root = root.value
                first = here.value.args[:1] if function.attr in INTO_FIRST else []
                own = [root] if function.attr in CHANGING else []
                found |= {x.id for x in [*own, *first] if isinstance(x, ast.Name)}
    return found
