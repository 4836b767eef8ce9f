"""The batch split over threads: a `step` for networks that treat every sample by itself."""

from __future__ import annotations

import ast
import re

from symconv.core.equation import Program
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor
from symconv.emit.code.layout import call_lines
from symconv.emit.code.names import Names
from symconv.emit.environment import rendered
from symconv.plan.split import Split, least_part, split_of

from .audit import audited_fast
from .exempt import exempt
from .lines import unpacking

LOCALS = (
    "costs", "found", "gradients", "part", "parts", "run", "share", "space",
    "threads", "total", "waiting", "whole", "workspaces",
)  # fmt: skip


def threaded(text: str, forward: Program, backward: Backward, names: Names) -> str:
    """The module with a `step` that splits the batch; as it is where the samples do not split."""
    split, functions = split_of(forward), _functions(text)
    if split is None or "step" in functions or "workspace" not in functions["forward"]:
        return text
    known = {names.tensors[t.key]: t for t in (*forward.tensors, *backward.program.tensors)}
    words = {w: names.namer.branch().claim(w) for w in LOCALS}
    passed = dict.fromkeys((*functions["forward"], *functions["backward"]))
    given = [n for n in passed if n in known]
    samples = {n for n in given if _splits(known[n], split)}
    results = {names.tensors[g.key]: t for g, t in zip(backward.results, backward.wrt, strict=True)}
    wholes = {n: f"{n}_{words['whole']}" for n, t in results.items() if _splits(t, split)}
    apart = [n for n in results if n not in wholes]
    cost = None if backward.seed else names.tensors[backward.cost.key]
    signature = [f"{n}: Array" for n in given]
    signature += ["*", f"{words['threads']}: int = 1"]
    signature += [f"{words['workspaces']}: list[Workspace] | None = None"]
    own = {"values": "values", "workspace": words["space"]}
    parts = {n: f"{n}[{words['part']}]" if n in samples else n for n in given}
    kinds = ", ".join(n for n in given if known[n] in results.values())

    def room(n: str, whole: str) -> list[str]:
        """An array for the parts of a gradient."""
        arguments = [f"{names.tensors[results[n].key]}.shape", f"np.result_type({kinds})"]
        return call_lines(f"{whole} = np.empty", arguments, "", 1)

    made = rendered(
        "numpy_fast",
        "threads.py.j2",
        w=words,
        signature=call_lines("def step", signature, f" -> {'Step' if cost else 'Gradients'}:", 0),
        alone=_passes(functions, dict(zip(given, given, strict=True)) | own, words["gradients"]),
        parted=_passes(functions, parts | own, ", ".join(results)),
        samples=next(n for n in given if n in samples),
        least=least_part(backward, split),
        given=given,
        cost=cost,
        mean=split.mean,
        apart=call_lines(f"{words['found']} = ", apart, "", 2, "[]"),
        unpacked=unpacking(apart, words["found"]) if apart else [],
        wholes=wholes,
        rooms=[line for n, whole in wholes.items() for line in room(n, whole)],
        joined=call_lines(
            f"{words['gradients']} = Gradients", [wholes.get(n, n) for n in results], "", 1
        ),
    )
    return audited_fast(_exempted(text + made))


def _passes(functions: dict[str, list[str]], passed: dict[str, str], found: str) -> list[str]:
    """Both passes with these arguments."""
    first, second = ([passed[n] for n in functions[f]] for f in ("forward", "backward"))
    lines = call_lines("values = forward", first, "", 2)
    return lines + call_lines(f"{found} = backward", second, "", 2)


def _exempted(text: str) -> str:
    """The text with the linter's rules that it runs against as a whole."""
    bare = re.sub(r"^# ruff: noqa: .*\n\n", "", text, count=1, flags=re.MULTILINE)
    rules = exempt(bare)
    if not rules:
        return bare
    start = bare.index("\nfrom typing import") + 1
    return f"{bare[:start]}# ruff: noqa: {', '.join(rules)}\n\n{bare[start:]}"


def _functions(text: str) -> dict[str, list[str]]:
    """The parameters of the functions of a module, by name."""
    found = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)]
    return {f.name: [a.arg for a in f.args.args] for f in found}


def _splits(tensor: Tensor, split: Split) -> bool:
    """Whether a tensor has the batch as its first axis."""
    return tensor.shape[0] == split.batch
