"""An allow-list for generated Python: what is not known to be harmless is refused."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from symconv.core.errors import SymconvError


@dataclass(frozen=True)
class Allowed:
    """All that the modules of one style may hold, beside the names that they bind themselves.

    `imports` are whole lines; `numpy` follows `np.`; what follows an owner's dot are the fields of
    the module's own classes, and `methods` what follows any other; `decorators` are of functions.
    """

    nodes: tuple[type[ast.AST], ...]
    imports: frozenset[str]
    numpy: frozenset[str]
    methods: frozenset[str]
    builtins: frozenset[str]
    owners: frozenset[str] = frozenset({"values"})
    decorators: frozenset[str] = frozenset()

    def audit(self, text: str) -> str:
        """The text itself, if every part of it is on the list; SymconvError names what is not."""
        tree = ast.parse(text)
        names, fields = self.builtins | _bound(tree), _fields(tree)
        for node in ast.walk(tree):
            if not self._holds(node, names, fields):
                what = f"{type(node).__name__} `{ast.unparse(node)}`"
                line = getattr(node, "lineno", 0)
                raise SymconvError(f"generated code is not allowed: {what} (line {line})")
        return text

    def _holds(self, node: ast.AST, names: frozenset[str], fields: frozenset[str]) -> bool:  # noqa: PLR0911 - one case a kind
        """Whether one node is harmless, its children aside."""
        if not isinstance(node, self.nodes):
            return False
        match node:
            case ast.Import() | ast.ImportFrom():
                return ast.unparse(node) in self.imports
            case ast.Name(id=name):
                return name in names and "__" not in name
            case ast.Attribute(value=owner, attr=name, ctx=ast.Load()):
                return name in self._attributes(owner, fields) and "__" not in name
            case ast.Attribute():
                return False
            case ast.Call(func=function):
                return isinstance(function, ast.Name | ast.Attribute)
            case ast.Constant(value=value):
                return value is ... or isinstance(value, str | int | float | None)
            case ast.FunctionDef(decorator_list=[ast.Name(id=name)]):
                return name in self.decorators
            case ast.FunctionDef() | ast.ClassDef():
                return not node.decorator_list
        return True

    def _attributes(self, owner: ast.expr, fields: frozenset[str]) -> frozenset[str]:
        """What may follow the dot."""
        name = owner.id if isinstance(owner, ast.Name) else ""
        if name == "np":
            return self.numpy
        return fields if name in self.owners else self.methods


def _bound(tree: ast.Module) -> frozenset[str]:
    """Every name that the module itself brings in or binds."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.alias(name=name, asname=other):
                found.add(other or name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
    return frozenset(found)


def _fields(tree: ast.Module) -> frozenset[str]:
    """What the bodies of the classes annotate, and what they compute as a property."""
    found: set[str] = set()
    for statement in (s for c in tree.body if isinstance(c, ast.ClassDef) for s in c.body):
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.FunctionDef(name=name, decorator_list=[_]):
                found.add(name)
    return frozenset(found)
