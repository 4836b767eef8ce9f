"""The batch split over threads: a `step` for networks that treat every sample by itself."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from sympy import Add, Expr, Integer, Mul, Sum, Symbol, ceiling
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor
from symconv.emit.code.layout import call_lines
from symconv.emit.code.names import Names
from symconv.emit.environment import rendered
from symconv.plan.operations import operations

from .audit import audited_fast
from .exempt import exempt
from .unrolled import _unpacking

LOCALS = (
    "costs", "found", "gradients", "part", "parts", "run", "share", "space",
    "threads", "total", "waiting", "whole", "workspaces",
)  # fmt: skip


GRAIN = 100_000_000
"""The fewest operations that repay another thread: it waits for the interpreter at every call."""


@dataclass(frozen=True)
class Split:
    """A batch whose parts can be computed apart.

    The cost of the whole is the sum of the costs of the parts, each times its share of the samples
    where the cost is a `mean` over them.
    """

    batch: Symbol
    mean: bool


def split_of(forward: Program) -> Split | None:
    """How the batch of a network falls into parts; None where its samples depend on each other.

    Side conditions: the batch is the first axis of every tensor that has one and a symbol, every
    value of a sample is computed from that sample and from parameters, and the cost is a sum of one
    term a sample, divided by the number of samples or not.
    """
    batches = {t.shape[0] for t in forward.tensors if t.batch == 1 and t.role == "input"}
    batch = batches.pop() if len(batches) == 1 else None
    if not isinstance(batch, Symbol):
        return None
    if any(batch in n.free_symbols for t in forward.tensors for n in t.shape[1:]):
        return None
    kinds = [_kind(forward, e, batch) for e in forward.equations]
    if not kinds or None in kinds:
        return None
    return Split(batch, kinds[-1] == "mean")


def _kind(forward: Program, e: Equation, batch: Symbol) -> str | None:
    """Whether an equation computes samples apart, or a sum or mean of them."""
    if forward.tensor(e.key).role == "cost":
        return _cost(forward, e.rhs, batch)
    own = e.lhs.indices[0] if forward.tensor(e.key).shape[0] == batch else None
    if own is None or dict(e.ranges).get(own) != batch:
        return None
    return "value" if _apart(forward, e.rhs, own, batch) else None


def _apart(forward: Program, e: Expr, own: Expr, batch: Symbol) -> bool:
    """Whether every entry that a formula reads belongs to the sample `own` or to none."""
    extents = {s for b in e.atoms(Sum) for _, _, high in b.limits for s in high.free_symbols}
    if batch in extents or batch in _outside(e):
        return False
    entries = [a for a in e.atoms(Indexed) if forward.tensor(a).shape[0] == batch]
    return all(a.indices[0] == own and own not in _rest(a) for a in entries)


def _outside(e: Expr) -> set[Symbol]:
    """The symbols of a formula, those of the shapes of tensors aside."""
    if isinstance(e, Indexed):
        return set[Symbol]().union(*(i.free_symbols for i in e.indices))
    found = {e} if isinstance(e, Symbol) else set[Symbol]()
    return found.union(*(_outside(a) for a in e.args))  # type: ignore[arg-type]


def _rest(a: Indexed) -> set[Symbol]:
    return set[Symbol]().union(*(i.free_symbols for i in a.indices[1:]))


def _cost(forward: Program, e: Expr, batch: Symbol) -> str | None:
    """One sum over samples, with a factor of 1 or 1/N in front."""
    sums = [f for f in Mul.make_args(e) if isinstance(f, Sum)]
    if isinstance(e, Add) or len(sums) != 1:
        return None
    over = [v for v, low, high in sums[0].limits if low == 0 and high + 1 == batch]
    left = [high for v, _, high in sums[0].limits if v not in over]
    factor = e / sums[0]
    if len(over) != 1 or any(batch in high.free_symbols for high in left):
        return None
    if not _apart(forward, sums[0].function, over[0], batch):
        return None
    if batch not in factor.free_symbols:
        return "sum"
    return None if batch in (factor * batch).free_symbols else "mean"


def least_part(backward: Backward, split: Split) -> int:
    """The fewest samples that repay a thread; 1 where other sizes are open, too."""
    work = Add(*(operations(e) for e in backward.program.equations))
    work = work.xreplace({split.batch: Integer(1)})
    return int(ceiling(Integer(GRAIN) / work)) if work.is_Integer and work > 0 else 1


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
        alone=_passes(functions, dict(zip(given, given, strict=True)) | own, words["found"]),
        parted=_passes(functions, parts | own, ", ".join(results)),
        samples=next(n for n in given if n in samples),
        least=least_part(backward, split),
        given=given,
        cost=cost,
        mean=split.mean,
        apart=call_lines(f"{words['found']} = ", apart, "", 2, "[]"),
        unpacked=_unpacking(apart, words["found"]),
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
