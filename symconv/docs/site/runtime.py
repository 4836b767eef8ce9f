"""The Python of the page: Pyodide, the standard library and the packages, cut and compiled.

A broad run in Pyodide says which modules are used; Pyodide compiles them. Both run in Node, each in
a process of its own, so that the same sources make the same bytes.
"""

from __future__ import annotations

import json
import runpy
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from symconv.core.errors import SymconvError

from .pinned import fetch_parts, list_pinned, unpack_pyodide
from .sources import SiteSources, compress_bytes
from .tree import lay_out_packages, lay_out_symconv, list_texts

STACK = "--stack-size=6000"
"""Kilobytes of calls in Node, below the 8000 of a process: one call of Python takes many."""

SECONDS = 1500
"""How long a run in Node may take: ten times what it needs, so that a hang ends."""

CLAIMS_PER_FILE = 4
"""How many claims of each file of the tests are asked: each file is about one kind."""

HERE = Path(__file__).parent


@dataclass(frozen=True)
class PageRuntime:
    """What a page needs to run Python; all but the two scripts are compressed.

    `answers` are those to the offered questions, by their keys; `lock` is what Pyodide wants to
    know of itself; `licences` are the texts of the packages, by package and file.
    """

    loader: bytes
    engine: bytes
    wasm: bytes
    library: bytes
    packages: bytes
    lock: Mapping[str, Any]
    answers: Mapping[str, Mapping[str, str]]
    licences: Mapping[str, Mapping[str, str]]


@cache
def build_runtime(sources: SiteSources) -> PageRuntime:
    """Fetch the parts, look what is used, compile it; SymconvError where that is not possible."""
    parts = fetch_parts(sources.tools)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        pyodide = unpack_pyodide(parts["pyodide"], work / "npm")
        tree, out, questions = (_make_folder(work / n) for n in ("tree", "out", "questions"))
        wheels = [parts[p.name] for p in list_pinned() if p.index == "python"]
        licences = lay_out_packages(wheels, tree)
        lay_out_symconv(sources.root, tree)
        (questions / "questions.json").write_text(json.dumps(collect_questions(sources.root)))
        mounted = {"tree": tree, "out": out, "questions": questions}
        for script in ("broad_run", "compile_modules"):
            run_in_pyodide(pyodide, HERE / "browser" / f"{script}.py", mounted)
        return _read_runtime(pyodide, tree, out, licences)


def _read_runtime(
    pyodide: Path, tree: Path, out: Path, licences: Mapping[str, Mapping[str, str]]
) -> PageRuntime:
    """What the two runs have left in their folders."""
    lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))["info"]
    modules = out / "modules"
    compiled = {
        p.relative_to(modules).as_posix(): p.read_bytes() for p in sorted(modules.rglob("*.pyc"))
    }
    return PageRuntime(
        # The maps that they name are for those who mend Pyodide, and are not shipped.
        loader=_drop_map((pyodide / "pyodide.mjs").read_bytes()),
        engine=_drop_map((pyodide / "pyodide.asm.mjs").read_bytes()),
        wasm=compress_bytes((pyodide / "pyodide.asm.wasm").read_bytes()),
        library=(out / "library.zip").read_bytes(),
        packages=compress_bytes(pack_files(compiled | dict(list_texts(tree)))),
        lock={"info": lock, "packages": {}},
        answers=json.loads((out / "answers.json").read_text(encoding="utf-8")),
        licences=licences,
    )


def _make_folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def _drop_map(script: bytes) -> bytes:
    """A script without its last line, where that names a map."""
    kept, mark, name = script.rstrip().rpartition(b"//# sourceMappingURL=")
    return kept if mark and b"\n" not in name else script


def run_in_pyodide(pyodide: Path, script: Path, folders: Mapping[str, Path]) -> str:
    """What a script prints in the Python of WebAssembly, with folders mounted by name."""
    mounts = [f"{name}={path}" for name, path in folders.items()]
    command = ["node", STACK, str(HERE / "run_python.mjs"), str(pyodide), str(script), *mounts]
    done = subprocess.run(  # noqa: S603 - ours
        command, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "no answer")[-2000:]
        raise SymconvError(f"{script.name} fails in the Python of the page: {said}")
    return done.stdout


def collect_questions(root: Path) -> dict[str, Any]:
    """Networks of every layer, and claims of every kind, as the tests of the clone have them."""
    networks = runpy.run_path(str(root / "benchmarks" / "mutant_networks.py"))["NETWORKS"]
    return {"networks": list(networks), "claims": list(_pick_claims(root))}


def _pick_claims(root: Path) -> Iterator[dict[str, Any]]:
    """A few claims of every file, from its beginning to its end."""
    for file in sorted((root / "tests" / "data" / "claims_of_people").glob("*.json")):
        found = json.loads(file.read_text(encoding="utf-8"))
        known = [c for c in found if {"network", "claim"} <= c.keys()]
        step = max(1, len(known) // CLAIMS_PER_FILE)
        yield from known[::step][:CLAIMS_PER_FILE]


def pack_files(files: Mapping[str, bytes]) -> bytes:
    """Files as one: four bytes with the length of an index, the index as JSON, and their bytes.

    The index has `path: [where it begins after the index, length]`; the worker unpacks it.
    """
    index, first = {}, 0
    for path, content in files.items():
        index[path] = (first, len(content))
        first += len(content)
    head = json.dumps(index, separators=(",", ":")).encode()
    return b"".join((struct.pack("<I", len(head)), head, *files.values()))
