"""Small changes of Python source, by places of its syntax tree, and of templates, by patterns."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OPERATORS = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "+"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "//"),
    ast.Pow: ("**", "*"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
}
"""How an operator is written, and what it becomes."""

COMPARISONS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
"""How a comparison is written, and what it becomes."""

FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}
"""Functions that are taken for one another."""

TEMPLATE_CHANGES = (
    (r"(?<=[\w\])]) \+ (?=[\w\[(])", " - "),
    (r"(?<=[\w\])]) - (?=[\w\[(])", " + "),
    (r"(?<=[\w\])]) \* (?=[\w\[(])", " + "),
    (r"(?<=\w)\s//\s(?=\w)", " * "),
    (r" < ", " <= "),
    (r" > ", " >= "),
    (r" == ", " != "),
    (r" != ", " == "),
    (r"\bmin\(", "max("),
    (r"\bmax\(", "min("),
    (r"np\.maximum\b", "np.minimum"),
    (r"\band\b(?= [\w(].*(?:%\}|:$))", "or"),
    (r"\bor\b(?= [\w(].*(?:%\}|:$))", "and"),
    (r"\bnot (?=\w)", ""),
    (r"\bis None\b", "is not None"),
    (r"(?<![\w.])0(?![\w.])", "1"),
    (r"(?<![\w.])1(?![\w.])", "2"),
    (r"(?<![\w.])2(?![\w.])", "1"),
    (r"(?<=\()-(?=\w)", ""),
    (r"(\w+), (\w+)(?=\))", r"\2, \1"),
)
"""Patterns in the code of a template, and what a match becomes."""


@dataclass(frozen=True)
class Mutant:
    """One change: in a file, `old` at an offset of the text becomes `new`.

    `line` and `column` are where it stands, and `source` what stands in that line; `function` is
    the first line of the innermost function around it, 0 at the level of the module.
    """

    file: str
    kind: str
    offset: int
    old: str
    new: str
    line: int
    column: int
    source: str
    function: int = 0

    @property
    def key(self) -> str:
        """What tells it from all others, and stays where other lines of the file change."""
        parts = (self.file, self.source, str(self.column), self.kind, self.old, self.new)
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:10]

    def apply(self, text: str) -> str:
        """The text with the change; ValueError where the text is another one."""
        end = self.offset + len(self.old)
        if text[self.offset : end] != self.old:
            raise ValueError(f"{self.file} has changed")
        return text[: self.offset] + self.new + text[end:]


def is_python(mutant: Mutant, root: Path) -> bool:
    """Whether what becomes of the file is still Python, if it is."""
    if not mutant.file.endswith(".py"):
        return True
    try:
        ast.parse(mutant.apply((root / mutant.file).read_text("utf-8")))
    except SyntaxError:
        return False
    return True


def list_mutants(root: Path, file: str) -> list[Mutant]:
    """Every change that there is for a file of the checkout."""
    text = (root / file).read_text("utf-8")
    if file.endswith(".py"):
        return _SourceMutants(file, text).list()
    return list(_template_mutants(file, text))


class _SourceMutants(ast.NodeVisitor):
    """Collects the changes of a Python file; annotations, docstrings and messages stay."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.lines = text.splitlines(keepends=True)
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line))
        self.starts, self.functions = starts, [0]
        self.found: list[Mutant] = []

    def list(self) -> list[Mutant]:
        """All changes, in the order of the tree."""
        self.visit(ast.parse(self.text))
        return self.found

    def offset(self, line: int, column: int) -> int:
        """Where a place of the tree is in the text; columns count bytes."""
        encoded = self.lines[line - 1].encode()[:column]
        return self.starts[line - 1] + len(encoded.decode())

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where a node begins and ends in the text."""
        first = self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        return first, self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def add(self, kind: str, start: int, end: int, new: str) -> None:
        """Note that the text between two places becomes another one."""
        line = self.text.count("\n", 0, start) + 1
        old, source = self.text[start:end], self.lines[line - 1].strip()
        column = start - self.starts[line - 1]
        self.found.append(
            Mutant(self.file, kind, start, old, new, line, column, source, self.functions[-1])
        )

    def replace(self, kind: str, node: ast.AST, new: str) -> None:
        """Note that a node becomes another text."""
        self.add(kind, *self.span(node), new)

    def between(self, kind: str, first: ast.AST, second: ast.AST, words: tuple[str, str]) -> None:
        """Note that the operator between two operands becomes another one."""
        start, end = self.span(first)[1], self.span(second)[0]
        gap, (old, new) = self.text[start:end], words
        pattern = re.escape(old).replace(r"\ ", r"\s+")
        match = re.search(rf"\b{pattern}\b" if old[0].isalpha() else pattern, gap)
        if match and "#" not in gap:
            self.add(kind, start + match.start(), start + match.end(), new)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d)):
            self.visit(default)
        self.functions.append(first)
        for statement in node.body:
            self.visit(statement)
        self.functions.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for statement in node.body:
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None and "TypeAlias" not in ast.unparse(node.annotation):
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        first = node.targets[0]
        subscripted = isinstance(node.value, ast.Subscript) and self.functions == [0]
        if not (isinstance(first, ast.Name) and (first.id.startswith("__") or subscripted)):
            self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        """What a message says is not counted."""

    def visit_Assert(self, node: ast.Assert) -> None:
        """An assertion states what holds anyway."""

    def visit_Import(self, node: ast.Import) -> None:
        """An import has no meaning to change."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """As above."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """The places in it are not told by every version of Python."""

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        if isinstance(node.value, ast.Call):
            self.replace("statement removed", node, "pass")
        self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.replace("statement removed", node, "pass")
        words = OPERATORS.get(type(node.op))
        if words and words[0] in "+-*/|":
            self.between("operator", node.target, node.value, (f"{words[0]}=", f"{words[1]}="))
        self.visit(node.value)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        words = OPERATORS.get(type(node.op))
        literal = any(
            isinstance(e, ast.Constant) and isinstance(e.value, str)
            for e in (node.left, node.right)
        )
        if words and not literal:
            self.between("operator", node.left, node.right, words)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for first, second in zip(node.values, node.values[1:], strict=False):
            self.between("and/or", first, second, OPERATORS[type(node.op)])
        for value in node.values:
            neutral = "True" if isinstance(node.op, ast.And) else "False"
            self.replace("condition dropped", value, neutral)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        operands = [node.left, *node.comparators]
        for n, operator in enumerate(node.ops):
            words = COMPARISONS[type(operator)]
            self.between("comparison", operands[n], operands[n + 1], words)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        start, end = self.span(node.operand)[0], self.span(node)[0]
        if isinstance(node.op, ast.Not):
            self.add("not dropped", end, start, "")
        elif isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
            self.add("sign dropped", end, start, "")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self.replace("constant", node, str(not node.value))
        elif isinstance(node.value, int):
            self.replace("off by one", node, str(node.value + 1))
            if node.value > 0:
                self.replace("off by one", node, str(node.value - 1))

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in FUNCTIONS:
            self.replace("min/max", node.func, FUNCTIONS[name])
        plain = [a for a in node.args if not isinstance(a, ast.Starred)]
        if len(plain) == len(node.args) >= 2 and name not in {"isinstance", "getattr", "cast"}:
            (a, b), (c, d) = self.span(plain[0]), self.span(plain[1])
            swapped = self.text[c:d] + self.text[b:c] + self.text[a:b]
            if self.text[a:b] != self.text[c:d]:
                self.add("arguments swapped", a, d, swapped)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if "TYPE_CHECKING" in ast.unparse(node.test):
            return
        raises = isinstance(node.body[0], ast.Raise)
        self.replace("condition", node.test, "False")
        if not raises:
            self.replace("condition", node.test, "True")
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.replace("condition", node.test, "True")
        self.replace("condition", node.test, "False")
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self.replace("condition", test, "True")
        self.generic_visit(node)


def _template_mutants(file: str, text: str) -> Iterator[Mutant]:
    """The changes of a template: in lines that are no docstring and no comment."""
    code, start, inside = file.endswith(".py.j2"), 0, False
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        quoted = line.count('"""')
        plain = (
            not inside
            and not quoted
            and not line.lstrip().startswith(("#", "{#", "import", "from"))
        )
        inside ^= quoted % 2 == 1
        if plain:
            for place, old, new in _line_changes(line, code=code):
                yield Mutant(file, "template", start + place, old, new, number, place, line.strip())
        start += len(line)


def _line_changes(line: str, *, code: bool) -> Iterator[tuple[int, str, str]]:
    """Where a line of a template changes, what stands there, and what it becomes."""
    for pattern, new in TEMPLATE_CHANGES:
        for match in re.finditer(pattern, line):
            if code or _is_in_tag(line, match.start()):
                yield match.start(), match[0], match.expand(new)


def _is_in_tag(line: str, place: int) -> bool:
    """Whether a place of a document's template is in a tag: what is outside is only wording."""
    tags = re.finditer(r"\{%.*?%\}|\{\{.*?\}\}|<%.*?%>|<<.*?>>", line)
    return any(tag.start() < place < tag.end() for tag in tags)
