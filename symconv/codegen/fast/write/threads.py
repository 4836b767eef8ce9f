"""The batch split over threads: a `step` for networks that treat every sample by itself."""

from __future__ import annotations

import ast
import re

from symconv.codegen.fast.plan.batch_split import Split, least_part, split_of
from symconv.codegen.python.fast_allowlist import audited_fast
from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.layout import TAB, WIDTH, wrap_call
from symconv.codegen.python.lint_exemptions import exempt
from symconv.codegen.python.long_lines import unpacking_targets, wrap_tuple, wrap_unpacking
from symconv.core.equation import Program
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor
from symconv.output.templates import render_template

LOCALS = (
    "costs", "found", "gradients", "kind", "part", "parts", "run", "share", "space",
    "threads", "total", "waiting", "whole", "workspaces",
)  # fmt: skip

Passed = tuple[list[str], list[str]]
"""The arguments of the forward and of the backward pass."""


def threaded(text: str, forward: Program, backward: Backward, names: Identifiers) -> str:
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
    kinds = [n for n in given if known[n] in results.values()]
    kind, before = _kind(kinds, words["kind"])

    def passes(passed: dict[str, str]) -> tuple[list[str], list[str]]:
        """The arguments of both passes."""
        known = passed | own
        first, second = ([known[n] for n in functions[f]] for f in ("forward", "backward"))
        return first, second

    def room(n: str, whole: str) -> list[str]:
        """An array for the parts of a gradient."""
        arguments = [f"{names.tensors[results[n].key]}.shape", kind]
        return wrap_call(f"{whole} = np.empty", arguments, "", 1)

    made = render_template(
        "numpy_fast",
        "threads.py.j2",
        w=words,
        signature=wrap_call("def step", signature, f" -> {'Step' if cost else 'Gradients'}:", 0),
        alone=_alone(passes(dict(zip(given, given, strict=True))), words["gradients"], cost),
        parted=_parted(passes(parts), list(results), words["gradients"], cost),
        samples=next(n for n in given if n in samples),
        least=least_part(backward, split),
        given=given,
        cost=cost,
        mean=split.mean,
        answer=_answer(cost, words, [*apart], mean=split.mean),
        apart=wrap_tuple(words["found"], apart, 2, "[]") if apart else [],
        unpacked=wrap_unpacking(apart, words["found"]) if apart else [],
        wholes=wholes,
        rooms=before + [line for n, whole in wholes.items() for line in room(n, whole)],
        joined=wrap_call(
            f"{words['gradients']} = Gradients" if cost else "return Gradients",
            [wholes.get(n, n) for n in results],
            "",
            1,
        ),
    )
    return audited_fast(_exempted(text + made))


def _kind(arrays: list[str], name: str) -> tuple[str, list[str]]:
    """The type that arrays have in common, and a statement before where that is long."""
    flat = f"np.result_type({', '.join(arrays)})"
    if len(f"{TAB * 2}{flat},") <= WIDTH:
        return flat, []
    return name, wrap_call(f"{name} = np.result_type", arrays, "", 1)


def _alone(passed: Passed, gradients: str, cost: str | None) -> list[str]:
    """Both passes in the calling thread, and their answer."""
    lines = _forward(passed, cost)
    if cost is None:
        return [*lines, *wrap_call("return backward", passed[1], "", 2)]
    lines += wrap_call(f"{gradients} = backward", passed[1], "", 2)
    return [*lines, f"{TAB * 2}return Step(values.{cost}, {gradients})"]


def _forward(passed: Passed, cost: str | None) -> list[str]:
    """The forward pass, where its values are read."""
    read = cost is not None or "values" in passed[1]
    return wrap_call("values = forward", passed[0], "", 2) if read else []


def _parted(passed: Passed, results: list[str], gradients: str, cost: str | None) -> list[str]:
    """Both passes of a part, and a name for every gradient."""
    lines, names = _forward(passed, cost), unpacking_targets(results)
    if len(f"{TAB * 2}{names} = backward(") <= WIDTH:
        return [*lines, *wrap_call(f"{names} = backward", passed[1], "", 2)]
    lines += wrap_call(f"{gradients} = backward", passed[1], "", 2)
    return [*lines, *wrap_unpacking(results, gradients, 2)]


def _answer(cost: str | None, words: dict[str, str], apart: list[str], *, mean: bool) -> list[str]:
    """What a part hands on: its cost, and its gradients that are added."""
    share, found = words["share"], words["found"]
    costs = [f"values.{cost}" + (f" * {share}" if mean else "")] if cost else []
    added = f"[g * {share} for g in {found}]" if mean else found
    return [*costs, *([added] if apart else [])]


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
