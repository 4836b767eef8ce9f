"""Compiled modules: what a page imports, made by the Python that imports it.

Run as a script it reads /tree and /out/used.json and writes /out/modules and /out/library; it needs
the standard library of Pyodide, which is a zip file.
"""

from __future__ import annotations

import ast
import importlib.util
import io
import json
import marshal
import sys
import zipfile
from pathlib import Path
from types import CodeType

UNCHECKED = (1).to_bytes(4, "little")
"""The flags of a compiled file that is not compared with its source, which is not there."""

RULES = "symconv/calculus/"
"""Where docstrings are read."""

OLDEST = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip file knows: always the same one."""


DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def empty_docstrings(tree: ast.AST) -> None:
    """Make docstrings empty: a third of the bytes, and nobody asks a page for help()."""
    for node in ast.walk(tree):
        first = node.body[0] if isinstance(node, DOCUMENTED) and node.body else None
        value = first.value if isinstance(first, ast.Expr) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            value.value = ""


def compile_module(source: bytes, path: str, *, docstrings: bool) -> bytes:
    """The bytes of a `.pyc` file that Python loads without a look at its source (PEP 552)."""
    tree = ast.parse(source)
    if not docstrings:
        empty_docstrings(tree)
    code = drop_lines(compile(tree, path, "exec", dont_inherit=True))
    head = importlib.util.MAGIC_NUMBER + UNCHECKED + importlib.util.source_hash(source)
    return head + marshal.dumps(code)


def drop_lines(code: CodeType) -> CodeType:
    """The code with a table that knows no line: half of the bytes, for tracebacks alone.

    An entry of the table stands for up to eight instructions; 15 says that they have no place in a
    source (Objects/locations.md of CPython).
    """
    constants = tuple(drop_lines(c) if isinstance(c, CodeType) else c for c in code.co_consts)
    eights, rest = divmod(len(code.co_code) // 2, 8)
    table = b"\xff" * eights + (bytes([0xF8 | rest - 1]) if rest else b"")
    return code.replace(co_linetable=table, co_consts=constants)


def name_module(path: str) -> str:
    """`sympy/core/__init__.py` is `sympy.core`."""
    name = path.removesuffix(".py").replace("/", ".")
    return name.removesuffix(".__init__")


def compile_tree(tree: Path, used: set[str]) -> dict[str, bytes]:
    """The used modules of a folder, by the path of their `.pyc`.

    The rules keep their docstrings: a rule's is its formula, and is read.
    """
    found = {}
    for file in sorted(tree.rglob("*.py")):
        path = file.relative_to(tree).as_posix()
        if name_module(path) in used:
            kept = path.startswith(RULES)
            found[f"{path}c"] = compile_module(file.read_bytes(), path, docstrings=kept)
    return found


def compile_library(library: bytes, used: set[str]) -> bytes:
    """A zip of the standard library: the modules that are used, compiled, and what is no module."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(library)) as given, zipfile.ZipFile(made, "w") as cut:
        for name in sorted(given.namelist()):
            source = given.read(name)
            if name.endswith("/") or (name.endswith(".py") and name_module(name) not in used):
                continue
            if name.endswith(".py"):
                name, source = f"{name}c", compile_module(source, name, docstrings=False)  # noqa: PLW2901
            info = zipfile.ZipInfo(name, OLDEST)
            cut.writestr(info, source, zipfile.ZIP_DEFLATED, compresslevel=9)
    return made.getvalue()


def main() -> None:
    """Compile what a broad run has used."""
    out = Path("/out")
    used = set(json.loads((out / "used.json").read_text()))
    for path, content in compile_tree(Path("/tree"), used).items():
        target = out / "modules" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    archive = next(Path(p) for p in sys.path if p.endswith(".zip"))
    (out / "library.zip").write_bytes(compile_library(archive.read_bytes(), used))


if __name__ == "__main__":
    main()
