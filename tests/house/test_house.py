"""The house stays one to live in: names once, verbs, folders in one order, files of one idea.

Counted over the source of the package. A *folder* is a directory that holds modules. It imports
another one where any module in it names a module of the other in an import statement, wherever that
statement stands: at the top, in a function, or under TYPE_CHECKING. A folder and its own subfolder
are two folders. An `__init__.py` that only re-exports (a docstring, imports, `__all__`) is the door
of its folder and imports nothing on the folder's behalf.
"""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path
from statistics import median

import symconv

HOUSE = Path(symconv.__file__).parent

REPEATED_CLASSES: frozenset[str] = frozenset()
"""Class names that may stand in two files. This list only shrinks: nothing is ever added."""

EXTENSION_POINTS = {
    "algorithms", "ambiguities", "layers", "mistakes", "readings", "rules", "targets",
}  # fmt: skip
"""Folders where one file adds one thing, however short it is."""

PARTICIPLES = {
    "built", "drawn", "found", "given", "held", "kept", "known", "left", "made", "met", "read",
    "seen", "shown", "split", "taken", "told", "written",
}  # fmt: skip
ALSO_VERBS = {"left", "read", "split"}
"""Participles that are verbs as well where more words follow: `read_file`, `split_batch`."""

ENDING_LIKE_ONE = {"embed", "exceed", "feed", "need", "seed", "speed"}


@cache
def sources():
    """Every file of the package by its path below it."""
    files = sorted(HOUSE.rglob("*.py"))
    return {f.relative_to(HOUSE.parent): f.read_text(encoding="utf-8") for f in files}


@cache
def trees():
    return {path: ast.parse(text) for path, text in sources().items()}


def top_level(kind):
    """(name, file) of every definition of a kind that stands at the top of its file."""
    return [(n.name, f) for f, tree in trees().items() for n in tree.body if isinstance(n, kind)]


def repeated(definitions):
    """The names that stand in two files or more, with these files."""
    files = defaultdict(set)
    for name, file in definitions:
        files[name].add(str(file))
    return {name: sorted(found) for name, found in files.items() if len(found) > 1}


def test_a_class_name_stands_in_one_file():
    twice = repeated(top_level(ast.ClassDef))
    assert {n: f for n, f in twice.items() if n not in REPEATED_CLASSES} == {}
    assert {n for n in REPEATED_CLASSES if n not in twice} == set(), "take them off the list"
    assert len(REPEATED_CLASSES) <= 10


def test_few_public_functions_share_their_name():
    public = [(n, f) for n, f in top_level(ast.FunctionDef) if not n.startswith("_")]
    twice = repeated(public)
    assert len(twice) <= 0.08 * len({n for n, _ in public}), twice


def is_participle(name):
    """Whether a function is named by what was done (`folded`), not by what it does (`fold`)."""
    first, _, rest = name.strip("_").partition("_")
    if rest and first in ALSO_VERBS:
        return False
    return first in PARTICIPLES or (first.endswith("ed") and first not in ENDING_LIKE_ONE)


def test_functions_are_named_by_verbs():
    named = [n for n, _ in top_level(ast.FunctionDef)]
    participles = sorted(filter(is_participle, named))
    assert len(participles) <= 0.03 * len(named), participles


def module_of(path):
    """The dotted name of a file; that of its folder for an `__init__.py`."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if path.name == "__init__.py" else parts)


@cache
def folders():
    """The folder of every module, by the module's dotted name."""
    return {module_of(path): str(path.parent) for path in sources()}


def imported(path, node):
    """The modules of the package that an import statement in a file names."""
    if isinstance(node, ast.Import):
        return [a.name for a in node.names if a.name in folders()]
    above = path.parent.parts[: len(path.parent.parts) - node.level + 1] if node.level else ()
    start = ".".join((*above, *([node.module] if node.module else [])))
    names = [f"{start}.{a.name}" for a in node.names]
    return [name if name in folders() else start for name in names if start in folders()]


def only_reexports(path, tree):
    """Whether a file is an `__init__.py` of nothing but a docstring, imports and `__all__`."""

    def harmless(node):
        if isinstance(node, ast.Assign):
            return [getattr(t, "id", "") for t in node.targets] == ["__all__"]
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        return docstring or isinstance(node, ast.Import | ast.ImportFrom)

    return path.name == "__init__.py" and all(map(harmless, tree.body))


def arrows():
    """A file as witness for every (folder, folder) of which the first imports the second."""
    found = {}
    for path, tree in trees().items():
        # `python -m symconv` opens the door from outside; nothing imports it.
        if only_reexports(path, tree) or path.name == "__main__.py":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for module in imported(path, node):
                    if folders()[module] != str(path.parent):
                        found.setdefault((str(path.parent), folders()[module]), str(path))
    return found


def test_no_two_folders_import_each_other():
    found = arrows()
    pairs = {(a, b): (found[a, b], found[b, a]) for a, b in found if a < b and (b, a) in found}
    assert pairs == {}


def test_files_have_the_size_of_one_idea():
    lines = {path: text.count("\n") for path, text in sources().items()}
    assert 95 <= median(lines.values()) <= 115
    short = [
        str(path)
        for path, count in lines.items()
        if count < 15
        and path.name not in {"__init__.py", "__main__.py"}
        and not EXTENSION_POINTS & set(path.parts)
    ]
    assert short == []
