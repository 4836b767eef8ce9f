"""Plant one fault at a time in the rules, the lowering, the templates or a generated module.

    python benchmarks/planted_faults.py

prints every fault and which check caught it; exit code 1 if one gets away. Each fault is a small
change of text, made in memory in a process of its own.
"""

# ruff: noqa: E501 - the text of a fault stands on one line

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import multiprocessing
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent.parent
WORKERS = 2
SECONDS = 120

NETWORKS = (
    "input x Nx2xHxW | conv w k1xk2 channels 2 stride s padding p dilation d bias beta -> z",
    (
        "input x 4x5 | conv w 2x2 flip bias b -> z | maxpool 2 stride 1 padding 1 -> p | relu -> a "
        "| half_sse t -> C"
    ),
    (
        "input x Nx4x4x4 | conv w 3x2 channels 4 groups 2 stride 2 padding 1 "
        "| avgpool 2 stride 1 padding 1 exclude_padding"
    ),
    "input x Nx2x2x3 | sigmoid -> a | flatten -> v | dense w 2 bias b | sse t -> C",
    (
        "input x 4x3 | tanh -> a | add x -> y | upsample 2 -> u | transposed_conv w 2x2 stride 2 "
        "-> z | mse t -> C"
    ),
    "input x 4 batch N | layernorm weight g -> y | leaky_relu -> r | cross_entropy t -> C",
    "input x 5 | y[i] = sum(m<3) w[i]*x[m] + sum(k<3) x[i]*x[i+1] for i<2 | sse t -> C",
    "input x 4x4 | conv w 1x2 -> z | silu -> q | avgpool 2x1 -> p | sse t -> C",
    "input x 3x4 | maxpool 2 stride 1 padding 1 -> p | transposed_conv w 3x2 stride 2 bias b -> z",
    "input x H | maxpool 1 padding p -> y",
)
"""Small networks that together use every rule and every way of lowering."""


C_NETWORKS = (
    (
        "input x 2x2x5x11 | conv w 3x3 channels 3 padding 1 stride 2 bias b -> z "
        "| maxpool 2 stride 1 padding 1 -> p | sse t -> C"
    ),
    "input x 11 batch 5 | dense w 9 bias b -> h | softmax -> a | dense v 3 bias c -> k | sse t -> C",
    "input x 35 | dense w 3 bias b -> h | tanh -> a | half_sse t -> C",
    "input x 3x2x6x13 | conv w 2x3 channels 3 padding 0x2 -> z | conv v 3x3 channels 5 -> y",
    "input x 2x1x5x9 | conv w 1x2 channels 7 padding 1 -> z",
    "input x 7 batch N | dense w 5 bias b -> h | relu -> a | cross_entropy t labels -> C",
)
"""Small networks that together have every part of a C file, vectors for the smallest sums."""


@dataclass(frozen=True)
class Fault:
    """A change of one text: `old` becomes `new` in a module, in a template, or in generated code.

    `where` is the name of a module, `template NAME`, or `generated N` for the module of network N.
    """

    what: str
    where: str
    old: str
    new: str


CALCULUS, LOWER, C = "symconv.calculus", "symconv.lower", "symconv.codegen.c"
FAULTS: tuple[Fault, ...] = (
    Fault("product rule: a sum becomes a product", f"{CALCULUS}.derivative",
          "return Add(\n        *(\n            Mul(*parts[:n]", "return Mul(\n        *(\n            Mul(*parts[:n]"),
    Fault("product rule: only the first factor", f"{CALCULUS}.derivative",
          "if depends(a, node.by)\n        )\n    )", "if depends(a, node.by) and n < 1\n        )\n    )"),
    Fault("linearity: a constant factor is dropped", f"{CALCULUS}.derivative",
          "return constant * Partial(variable, by)", "return Partial(variable, by)"),
    Fault("linearity: the sign of a constant", f"{CALCULUS}.derivative",
          "return constant * Partial(variable, by)", "return -constant * Partial(variable, by)"),
    Fault("selection: the whole window instead of the maximum", f"{CALCULUS}.derivative",
          "return sum_over(OneHot(inner, *outer.variables) * Partial", "return sum_over(Partial"),
    Fault("log-sum-exp: not normalised", f"{CALCULUS}.derivative",
          "exp(outer.function - inner) * Partial", "exp(outer.function) * Partial"),
    Fault("pointwise: f' is dropped", f"{CALCULUS}.derivative",
          "Mul(*(f.xreplace(back) for f in product_factors(scalar.diff(d))), Partial(a, node.by))", "Partial(a, node.by)"),
    Fault("an entry: the bracket of the last axis is dropped", f"{CALCULUS}.derivative",
          "for a, q in pairs))", "for a, q in list(pairs)[:-1]))"),
    Fault("chain rule: without the delta", f"{CALCULUS}.reverse_mode",
          "sum_over(consumer.delta[equation.lhs.indices] * inner", "sum_over(inner"),
    Fault("chain rule: the first consumer only", f"{CALCULUS}.reverse_mode",
          "(chain_rule(c, by) for c in consumers)", "(chain_rule(c, by) for c in consumers[:1])"),
    Fault("sifting: the sign of the solution", f"{CALCULUS}.affine",
          "return expand(-rest / c)", "return expand(rest / c)"),
    Fault("sifting: the division is dropped", f"{CALCULUS}.affine",
          "return expand(-rest / c)", "return expand(-rest)"),
    Fault("sifting: the bracket of the range is dropped", f"{CALCULUS}.sifting",
          "return SumTerm(Mul(body, Box(value, extent)), ranges)", "return SumTerm(body, ranges)"),
    Fault("sifting: a bound too high by one", f"{CALCULUS}.sifting",
          "Box(value, extent)), ranges)", "Box(value, extent + 1)), ranges)"),
    Fault("absorb: any entry absorbs", f"{CALCULUS}.sifting",
          "return any(expand(e - box.place) == 0 and n == box.extent for e, n in axes)", "return bool(list(axes))"),
    Fault("always inside: the end is off by one", f"{CALCULUS}.affine",
          "room = expand(extent - 1 - high)", "room = expand(extent + 2 - high)"),
    Fault("a sum loses its last value", f"{CALCULUS}.binders",
          "return Sum(body, *limits(reversed(ranges)))", "return Sum(body, *limits((v, n - 1 if n.is_Symbol else n) for v, n in reversed(ranges)))"),
    Fault("sum over one value: the index is put at 1", f"{CALCULUS}.sums",
          "single = {v: S.Zero for v, n", "single = {v: S.One for v, n"),
    Fault("split: two digits are swapped", f"{CALCULUS}.affine",
          "weights = {expand(place).coeff(v): v for v in free_indices(place)}",
          "weights = dict(zip((w for w, _ in digits.digits), sorted(free_indices(place), key=str), strict=False))"),
    Fault("recognise: the value of another entry", f"{CALCULUS}.forward_reuse",
          "return substitute_indices(equation.lhs, places)\n    return rebuild",
          "return substitute_indices(equation.lhs, {v: e + 1 for v, e in places.items()})\n    return rebuild"),
    Fault("reverse: a fork is not added up", f"{CALCULUS}.reverse_mode",
          "consumers = tuple(self._consumers(tensor, deltas))", "consumers = tuple(self._consumers(tensor, deltas))[-1:]"),
    Fault("gather: padding off by one", f"{LOWER}.gather",
          "a.start + before)", "a.start + before + (1 if before != 0 else 0))"),
    Fault("gather: padding behind off by one", f"{LOWER}.gather",
          "short(a.start + _span(a) - a.length + 1)", "short(a.start + _span(a) - a.length)"),
    Fault("gather: a flipped index starts at the wrong end", f"{LOWER}.gather",
          "start += c * (extent - 1)", "start += c * extent"),
    Fault("gather: a flip is forgotten", f"{LOWER}.gather",
          "return NamedArray(index_array(cut, reverse_items(falls)), labels)", "return NamedArray(cut, labels)"),
    Fault("gather: the stride is dropped", f"{LOWER}.gather",
          "step = axis.reaches[0][1] if len(axis.reaches) == 1 else S.One", "step = S.One"),
    Fault("scatter: stores instead of adding", f"{LOWER}.scatter",
          "add=bool(loops))", "add=False)"),
    Fault("scatter: the first place off by one", f"{LOWER}.scatter",
          "start = place.constant + falling + before", "start = place.constant + falling + before + 1"),
    Fault("labelled: the sign of a coefficient is dropped", f"{LOWER}.named_array",
          "return NamedArray(Negate(scale_array(value, -coefficient).array), value.axes)",
          "return scale_array(value, -coefficient)"),
    Fault("scatter: the room behind off by one", f"{LOWER}.scatter",
          "after = bench.sizes.shortfall(high - target.extent + 1)", "after = bench.sizes.shortfall(high - target.extent)"),
    Fault("maximum: padding counts as 0", f"{LOWER}.maximum",
          'return read_access(bench, body, "lowest")', 'return read_access(bench, body, "zero")'),
    Fault("sums: an idle index is not counted", f"{LOWER}.expressions",
          "coefficient = Mul(term.coefficient, *(bench.extents[v] for v in idle))", "coefficient = term.coefficient"),
    Fault("transposition: the axes stay where they are", f"{LOWER}.named_array",
          "return NamedArray(Transpose(value.array, order), axes)", "return NamedArray(value.array, axes)"),
    Fault("brackets: the end of a range is included", f"{LOWER}.iverson_brackets",
          'Comparison("<", entry', 'Comparison("<=", entry'),
    Fault("template: sigmoid without its sign", "template sigmoid.py.j2",
          "decay = np.exp(-np.abs(x))", "decay = np.exp(np.abs(x))"),
    Fault("template: softmax is not normalised", "template softmax.py.j2",
          "weights / weights.sum(axis=axis, keepdims=True)", "weights"),
    Fault("wrong tie: the last maximum wins", "generated 8",
          "in np.ndindex(2, 2):\n        M_part", "in ((1, 1), (1, 0), (0, 1), (0, 0)):\n        M_part"),
    Fault("wrong tie: every maximum wins", "generated 8", "M_open & M_part", "M_part"),
    Fault("generated: relu also lets 0 through", "generated 1", "<= 0", "< 0"),
    Fault("generated: the factor of a gradient", "generated 3", "2 * ", "1 * "),
    Fault("generated: a matrix product with the wrong side transposed", "generated 3", " @ w", " @ w[::-1]"),
    Fault("generated: a wrong number of samples", "generated 5", "/ N", "/ (N + 1)"),
)  # fmt: skip
C_FAULTS = (
    Fault("C: a halo of zeros is too short behind", f"{C}.nests.packing",
          "-(-most // form.divisor) - n + 1))", "-(-most // form.divisor) - n))"),
    Fault("C: a halo of zeros is too short in front", f"{C}.nests.packing",
          "low.append(max(0, -(least // form.divisor)))", "low.append(max(0, -(least // form.divisor) - 1))"),
    Fault("C: the phases change places", f"{C}.nests.write_nest",
          "a.put(v, plan.phases[v], r) for", 'a.put(v, plan.phases[v], plan.phases[v] - 1 - r if k == "target" else r) for'),
    Fault("C: a phase has an entry too many", f"{C}.nests.vector_axis",
          "-(-(n - rest.get(v, 0)) // phases.get(v, 1))", "-(-n // phases.get(v, 1))"),
    Fault("C: an entry is looked for in the wrong plane", f"{C}.nests.packing",
          "start += constant % self.planes * self.row", "start += (constant + 1) % self.planes * self.row"),
    Fault("C: the end tile goes beyond the end", f"{C}.nests.write_nest",
          "{name} = {first} < {n - t} ? {first} : {n - t};", "{name} = {first};"),
    Fault("C: a tile that is added to is met twice at the end", f"{C}.nests.planner",
          "if not (axis.dot or nest.accumulates) or (", "if True or ("),
    Fault("C: partial sums are not zeroed", f"{C}.nests.write_nest",
          "sums[k] = ({self.vector}){{0}};", "(void)sums;"),
    Fault("C: lanes beyond the end of a row are added", f"{C}.nests.vector_axis",
          "slack = -extent % lanes if v in nest.inner else 0", "slack = 0"),
    Fault("C: a copy is set to zero up to its last entry alone", f"{C}.nests.write_copies",
          "k < {packing.total}; k++)", "k < {packing.total} / 2; k++)"),
    Fault("C: a bias is forgotten where lanes are added", f"{C}.nests.write_tile",
          """{f' + {text}' if bias else ''};""", ";"),
    Fault("C: an entry beyond the border is read", f"{C}.model.index_form",
          "if high >= end else []", "if high > end else []"),
    Fault("C: an entry in front of the border is read", f"{C}.model.index_form",
          "if low < 0 else []", "if low < -1 else []"),
    Fault("C: arrays of the workspace overlap", f"{C}.passes",
          "places[e.key] = end", "places[e.key] = end // 2"),
    Fault("C: the largest entry is subtracted, and not added again", f"{C}.reductions",
          "return top, log\n", 'return "0", log\n'),
    Fault("C: the share of a chunk of samples is forgotten", "template module.c.j2",
          "total[k] += share * part[k]", "total[k] += part[k]"),
    Fault("C: the second chunk of a batch is lost", f"{C}.chunks",
          "if (at != first) {self._results", "if (at < first) {self._results"),
)  # fmt: skip
"""Of these every one is looked for in `C_NETWORKS`, where there is a compiler."""
if any(map(shutil.which, ("cc", "gcc", "clang"))):
    FAULTS = (*FAULTS, *C_FAULTS)


class Changed(importlib.machinery.SourceFileLoader):
    """Loads a module with one text changed."""

    fault: Fault

    def get_code(self, fullname: str) -> object:  # noqa: ARG002 - the protocol's
        """The code of the changed module."""
        return compile(changed(Path(self.path).read_text("utf-8"), self.fault), self.path, "exec")


class Finder(importlib.abc.MetaPathFinder):
    """Finds the one module that is changed."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - the protocol's
        target: ModuleType | None = None,  # noqa: ARG002 - the protocol's
    ) -> importlib.machinery.ModuleSpec | None:
        """The changed module, or None to look further."""
        if fullname != self.fault.where:
            return None
        file = str(FOLDER / f"{fullname.replace('.', '/')}.py")
        loader = Changed(fullname, file)
        loader.fault = self.fault
        return importlib.util.spec_from_file_location(fullname, file, loader=loader)


def changed(text: str, fault: Fault) -> str:
    """The text with the fault; an error where there is no place for it."""
    if fault.old not in text:
        raise SystemExit(f"stale: {fault.what}: no {fault.old!r} in {fault.where}")
    return text.replace(fault.old, fault.new)


def plant(fault: Fault) -> None:
    """Make the change that concerns code which is imported later, or templates."""
    kind, _, name = fault.where.partition(" ")
    if kind == "template":
        import jinja2

        plain = jinja2.FileSystemLoader.get_source

        def get_source(self, environment, template):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            text, *rest = plain(self, environment, template)
            return (changed(text, fault) if template == name else text, *rest)

        jinja2.FileSystemLoader.get_source = get_source  # type: ignore[method-assign]
    elif not name:
        sys.meta_path.insert(0, Finder(fault))


def first_failure(fault: Fault | None) -> str:
    """The first check that fails, or the error that shows; empty where all is well."""
    warnings.simplefilter("ignore")
    try:
        if fault is None or fault not in C_FAULTS:
            for number, text in enumerate(NETWORKS):
                error = failure(number, text, fault)
                if error:
                    return f"network {number}: {error}"
        if fault in {None, *C_FAULTS} and fault in {None, *FAULTS}:
            return run_apart(c_failure)
    except Exception as error:  # noqa: BLE001 - whatever a fault brings about
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return ""


def failure(number: int, text: str, fault: Fault | None) -> str:
    """The first check of one network that fails."""
    from symconv.api import Network
    from symconv.codegen.compiled import Compiled
    from symconv.semantics.sizes import pick_sizes
    from symconv.verify.all_checks import check_backward_pass
    from symconv.verify.generated_module import ModuleUnderTest
    from symconv.verify.module_checks import check_module

    network = Network.parse(text)
    generated = fault is not None and fault.where.startswith("generated")
    if generated and fault is not None and fault.where != f"generated {number}":
        return ""
    backward = network.backward()
    for check in () if generated else check_backward_pass(backward, draws=2):
        if not check.passed:
            return check.line.removeprefix("FAILED  ")
    source = network.numpy_source()
    if generated and fault is not None:
        source = changed(source, fault)
    names = network._module_names  # noqa: SLF001 - as Network.verify does
    for seed in (3, 4):
        sizes = pick_sizes(backward.program, seed=seed)
        options = {names.sizes[s]: n for s, n in sizes.items() if s in names.sizes}
        module = ModuleUnderTest(
            vars(Compiled(source, names.tensors).module), names.tensors, options
        )
        for check in check_module(backward.program, sizes, module):
            if not check.passed:
                return check.line.removeprefix("FAILED  ")
    return ""


def run_apart(function: Callable[[], str]) -> str:
    """What a function answers in a process of its own, or which signal has ended that."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(write, function().encode())
        except SystemExit as stale:
            os.write(write, str(stale).encode())
        except Exception as error:  # noqa: BLE001 - whatever a fault brings about
            os.write(write, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, encoding="utf-8", errors="replace") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return said or (f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "")


def c_failure() -> str:
    """The first check of a C file that fails, of vectors for every sum."""
    from symconv.api import Network
    from symconv.codegen.c import build
    from symconv.codegen.c.nests import nest
    from symconv.verify.generated_module import list_module_uses
    from symconv.verify.module_checks import check_module

    nest.LEAST_PRODUCTS = 1  # type: ignore[misc]
    build.FLAGS = (*(f for f in build.FLAGS if f != "-O3"), "-O0", "-Wno-psabi")  # type: ignore[misc]
    build.MACHINE = dict.fromkeys(build.MACHINE, ())  # type: ignore[misc]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        for number, text in enumerate(C_NETWORKS):
            network = Network.parse(text)
            backward = network.backward()
            # Two chunks of samples, and one that is left.
            sizes = dict.fromkeys(backward.program.free_sizes, 5)
            options: dict[str, object] = {"chunk": 2} if sizes else {}
            module = network.compile("c", isa="avx2", dtype="float64", **options)
            uses = list_module_uses(vars(module.module), module.arrays, {}, "c", exact=False)
            for check in check_module(backward.program, sizes, uses[0]):
                if not check.passed:
                    return f"C network {number}: {check.line.removeprefix('FAILED  ')}"
    return ""


def hunted(fault: Fault | None) -> str:
    """What catches a fault, found in this process; a stale fault says so."""
    for name in [n for n in sys.modules if n.split(".")[0] == "symconv"]:
        del sys.modules[name]  # the process that this one comes from may have loaded them
    if fault is not None:
        plant(fault)
    sys.path.insert(0, str(FOLDER))
    try:
        return first_failure(fault)
    except SystemExit as stale:
        return str(stale)


def caught(faults: Sequence[Fault | None]) -> list[str]:
    """What catches each fault, one process a fault; empty where it gets away."""
    import jinja2  # noqa: F401 - loaded once, before the processes part
    import numpy as np  # noqa: F401
    import sympy  # noqa: F401

    context = multiprocessing.get_context("fork")
    with context.Pool(WORKERS, maxtasksperchild=1) as pool:
        return pool.map_async(hunted, faults, chunksize=1).get(SECONDS * len(faults))


def main() -> int:
    """Print every fault with what caught it."""
    results = caught([None, *FAULTS])
    if results[0]:
        print(f"without any fault: {results[0]}")
        return 1
    for fault, result in zip(FAULTS, results[1:], strict=True):
        verdict = "stale " if result.startswith("stale") else "caught" if result else "MISSED"
        print(f"{verdict}  {fault.what} ({fault.where})\n        {result}")
    missed = sum(not r or r.startswith("stale") for r in results[1:])
    print(f"{len(FAULTS) - missed} of {len(FAULTS)} faults caught")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
