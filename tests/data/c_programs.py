"""Executables that call many C files, by any compiler: every array has its own memory, to the byte.

A program reads what is given from a file and writes what it computed to another one. What the
sanitizers see, or the processor of another machine, is then what the C files do and nothing else.
"""

import os
import platform
import runpy
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path

import numpy as np
from c_style import TOLERANCES, error, measure_rounding
from paths import ROOT

from symconv import Network
from symconv.codegen.c import build, equations
from symconv.codegen.c.nests import nest as nests
from symconv.codegen.c.winograd.tile_plan import WinogradPlan, choose_tiles
from symconv.core.errors import SymconvError
from symconv.docs.layer_pages import typical_text
from symconv.layers import catalogue
from symconv.semantics.sizes import pick_sizes
from symconv.verify.entries import draw_float_point
from symconv.verify.generated_module import input_arrays, list_module_uses

WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Werror")
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g")
FLAGS = tuple(flag for flag in build.FLAGS if flag not in {"-fPIC", "-shared"})
SHIFT = 1
"""How many numbers every other array begins behind a multiple of 16 bytes."""

DRIVER = """#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
{includes}

typedef struct {{
  size_t size, count;
  int given, passes; /* whether it is given, and which passes write it: 1, 2, 4, 8 */
}} field;

{tables}

static void read_all(void *to, size_t bytes)
{{
  if (bytes && fread(to, bytes, 1, stdin) != 1) exit(3);
}}

static void *make_workspace(size_t bytes)
{{
  void *made = NULL;
  if (posix_memalign(&made, 64, bytes)) exit(4);
  memset(made, 0xff, bytes);
  return made;
}}

static void run(const field *f, int count, size_t bytes, void (*call)(void *const *, int, void *))
{{
  void *places[{most}], *begin[{most}], *kept[{most}], *seen[{most}];
  for (int k = 0; k < count; k++) {{
    const size_t shift = k % 2 ? {shift} * f[k].size : 0, all = f[k].size * f[k].count;
    begin[k] = malloc(all + shift);
    kept[k] = malloc(all + 1);
    places[k] = (char *)begin[k] + shift;
    if (f[k].given) read_all(places[k], all);
    if (f[k].given) memcpy(kept[k], places[k], all);
  }}
  /* forward and backward, step, predict: each begins with nothing but what is given. */
  for (int pass = 0; pass < 4; pass++) {{
    void *space = make_workspace(bytes);
    const int writes = pass < 2 ? 3 : 1 << pass;
    for (int k = 0; k < count; k++) {{
      seen[k] = f[k].given || f[k].passes & writes ? places[k] : NULL;
      if (f[k].passes & 1 << pass) memset(places[k], 0xff, f[k].size * f[k].count);
    }}
    call(seen, pass, space);
    /* What is left in a workspace means nothing to the next call. */
    call(seen, pass, space);
    for (int k = 0; k < count; k++)
      if (f[k].passes & 1 << pass) fwrite(places[k], f[k].size, f[k].count, stdout);
    free(space);
  }}
  for (int k = 0; k < count; k++) {{
    if (f[k].given && memcmp(kept[k], places[k], f[k].size * f[k].count)) exit(5);
    free(begin[k]);
    free(kept[k]);
  }}
}}

int main(int argc, char **argv)
{{
  switch (argc > 1 ? atoi(argv[1]) : -1) {{
{cases}
  }}
  return 0;
}}
"""
CALL = """static void call_{prefix}(void *const *places, int pass, void *workspace)
{{
  {prefix}_arrays arrays;
  memcpy(&arrays, places, sizeof arrays);
{calls}
}}

static const field fields_{prefix}[] = {{
{rows}
}};
"""


@dataclass(frozen=True)
class CCase:
    """A network as a C file, and what it is given, by the keys of its tensors.

    Where its batch is open there are so many `samples` in a call.
    """

    network: object
    given: dict
    isa: str = "scalar"
    dtype: str = "float64"
    samples: int = 0
    tiles: str = ""

    @cached_property
    def made(self):
        options = {"tiles": self.tiles} if self.tiles else {}
        return self.network.generate_c(isa=self.isa, dtype=self.dtype, **options)

    @cached_property
    def is_tiled(self):
        """Whether an equation is computed from Winograd's tiles."""
        plans = (e.plan for part in self.made.parts.equations for e in part)
        return any(isinstance(plan, WinogradPlan) for plan in plans)

    @cached_property
    def fields(self):
        return self.made.parts.fields

    @cached_property
    def rounded(self):
        """What is given, in the numbers of the file."""
        return {
            k: v.astype(self.dtype) if v.dtype.kind == "f" else v for k, v in self.given.items()
        }

    @cached_property
    def passes(self):
        """The keys of what forward, backward, step and predict write."""
        program, predicted = self.made.parts.program, self.made.parts.predicted
        results = {t.key for t in program.results}
        cost = {program.cost.key} if program.cost else set()
        return (
            {t.key for t in program.values},
            results,
            results | cost,
            {predicted.key} if predicted else set(),
        )

    def is_given(self, tensor):
        return tensor in self.made.parts.program.given

    def shape(self, tensor):
        batched = tensor.key in self.made.parts.batched
        return (self.samples, *tensor.shape[1:]) if batched else tensor.shape

    def element(self, tensor):
        return np.dtype(np.int64 if tensor.kind == "label" else self.dtype)

    def input(self):
        """The bytes that the program reads."""
        known = (t for t in self.fields if self.is_given(t))
        return b"".join(self.rounded[t.key].astype(self.element(t)).tobytes() for t in known)

    def read(self, answer):
        """What every pass found, by key."""
        found, at = [], 0
        for written in self.passes:
            found.append({})
            for t in self.fields:
                if t.key in written:
                    shape = self.shape(t)
                    array = np.frombuffer(answer, self.element(t), prod(shape), at)
                    at += array.nbytes
                    found[-1][t.key] = array.reshape(shape)
        assert at == len(answer)
        return found

    def driver(self):
        """Its part of the driver."""
        prefix = self.made.files.prefix
        rows, words = [], ("forward", "backward", "step", "predict")
        for t in self.fields:
            bits = sum(1 << n for n, some in enumerate(self.passes) if t.key in some)
            size, count = self.element(t).itemsize, prod(self.shape(t))
            rows.append(f"  {{ {size}, {count}, {int(self.is_given(t))}, {bits} }},")
        samples = f"{self.samples}, " if self.made.parts.batched else ""
        calls = [
            f"  if (pass == {n}) {prefix}_{word}(&arrays, {samples}workspace);"
            for n, word in enumerate(words)
            if n < 3 or self.passes[3]
        ]
        return CALL.format(prefix=prefix, rows="\n".join(rows), calls="\n".join(calls))


def list_open(samples):
    """The networks of the catalogue whose batch can stay open, with numbers for so many samples."""
    found = []
    for keyword in sorted(catalogue()):
        whole = Network.parse(typical_text(catalogue()[keyword]))
        program = whole.backward().program
        sizes = pick_sizes(program, seed=3)
        others = {str(s): sizes[s] for s in program.free_sizes if str(s) != "N"}
        network = whole.fixed(**others) if others else whole
        try:
            _ = network.generate_c().parts
        except SymconvError:
            continue
        if network.backward().program.free_sizes:
            found.append((network, give_floats(network.fixed(N=samples)), samples))
    return found


def plan_everything(patch):
    """Small sums have register tiles, too, and Winograd's where those are asked for."""
    patch.setattr(nests, "LEAST_PRODUCTS", LEAST_PRODUCTS)
    patch.setattr(
        equations, "choose_tiles", lambda nest, machine, _: choose_tiles(nest, machine, np.inf)
    )


def give_floats(network, seed=0):
    """Random numbers for a network whose sizes are numbers."""
    return input_arrays(draw_float_point(network.backward().program, {}, seed), float)


def fix_sizes(network, seed=3):
    """The network at small sizes that are numbers."""
    program = network.backward().program
    sizes = pick_sizes(program, seed=seed) if program.free_sizes else {}
    return network.fixed(**{str(s): sizes[s] for s in program.free_sizes}) if sizes else network


def tell_machine(isa, compiler):
    """The flags for the instructions of vectors, where this machine has them.

    Elsewhere a compiler makes vectors of what there is, and says that they are passed otherwise.
    """
    has = platform.machine() in {"x86_64", "AMD64"} and "aarch64" not in compiler
    known = has and (isa not in build.FEATURES or build.find_isa() in WIDER[isa])
    return build.MACHINE[isa] if isa == "scalar" or known else ("-Wno-psabi",)


WIDER = {"avx2": ("avx2", "avx512"), "avx512": ("avx512",)}
"""Which machines have the vectors."""


@dataclass(frozen=True)
class Setting:
    """For which vectors and numbers C files are made, by which compiler, and what runs them."""

    isa: str = "scalar"
    dtype: str = "float64"
    compiler: str = "gcc"
    flags: tuple = FLAGS
    runner: tuple = ()
    tiles: str = ""

    @property
    def tolerance(self):
        """The largest error, relative to the largest entry of an array."""
        return 5e-5 if self.tiles and self.dtype == "float32" else TOLERANCES[self.dtype]

    def find_missing(self):
        """A sentence about what is not installed; empty where everything is."""
        tools = [t for t in (self.compiler, *self.runner[:1]) if not shutil.which(t)]
        return f"no {' and no '.join(tools)} was found" if tools else ""


@dataclass
class CProgram:
    """The executable of some cases, made in a folder."""

    cases: list
    folder: object
    setting: Setting = Setting()

    def build(self):
        """Compile every file on its own, and the driver."""
        for case in self.cases:
            stem = case.made.stem
            (self.folder / f"{stem}.c").write_text(case.made.source, encoding="utf-8")
            (self.folder / f"{stem}.h").write_text(case.made.files.header, encoding="utf-8")
        compiler, flags = self.setting.compiler, self.setting.flags
        for isa in {c.isa for c in self.cases}:
            some = [f"{c.made.stem}.c" for c in self.cases if c.isa == isa]
            if compiler == "tcc":  # which takes one file at a time
                for one in some:
                    self._call([compiler, *flags, "-c", one])
                continue
            self._call([compiler, *flags, *tell_machine(isa, compiler), "-c", *some])
        prefixes = [c.made.files.prefix for c in self.cases]
        text = DRIVER.format(
            includes="\n".join(f'#include "{c.made.stem}.h"' for c in self.cases),
            tables="\n".join(c.driver() for c in self.cases),
            most=max(len(c.fields) for c in self.cases),
            shift=SHIFT,
            cases="\n".join(
                f"    case {n}: run(fields_{p}, {len(c.fields)}, {p}_workspace(), call_{p}); break;"
                for n, (p, c) in enumerate(zip(prefixes, self.cases, strict=True))
            ),
        )
        (self.folder / "driver.c").write_text(text, encoding="utf-8")
        plain = [flag for flag in flags if flag not in {*WARNINGS, "-std=c99"}]
        objects = [f"{c.made.stem}.o" for c in self.cases]
        static = ["-static"] if "aarch64" in compiler else []
        self._call([compiler, *plain, *static, "-o", "run", "driver.c", *objects, "-lm"])

    def _call(self, command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        said = [line for line in done.stderr.splitlines() if "note:" not in line]
        assert done.returncode == 0, (command[:3], said[:8])

    def list_symbols(self, case):
        """What the object of a case takes from elsewhere; nothing where there is no nm."""
        tool = "aarch64-linux-gnu-nm" if "aarch64" in self.setting.compiler else "nm"
        if not shutil.which(tool):
            return frozenset()
        command = [tool, "-u", f"{case.made.stem}.o"]
        told = subprocess.run(command, cwd=self.folder, capture_output=True, check=True)
        return frozenset(told.stdout.decode().split()) - {"U"}

    def answer(self, number):
        """What one case computes: both passes, and the step."""
        done = subprocess.run(
            [*self.setting.runner, str(self.folder / "run"), str(number)],
            input=self.cases[number].input(), capture_output=True, check=False,
            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"},
        )  # fmt: skip
        assert done.returncode == 0, (done.returncode, done.stderr.decode()[:1500])
        return self.cases[number].read(done.stdout)


def run_readable(network, given):
    """The arrays of the readable module, by key, and what it predicts."""
    module = network.compile("readable").module
    names = network._module_names.tensors
    (use, *_) = list_module_uses(vars(module), names, {}, "readable")
    found = use.run(given)
    if "predict" in vars(module):
        known = {names[k]: v for k, v in given.items()}
        wanted = module.predict.__code__.co_varnames[: module.predict.__code__.co_argcount]
        parameters = {p.name: known[p.name] for p in module.PARAMETERS}
        found["predicted"] = module.predict(*(known[n] for n in wanted), parameters=parameters)
    return found


BATCH = 16
"""How many C files one program has: enough that its driver costs little."""


def make_cases(points, setting):
    """The cases of `points` as a setting has them; with tiles, those alone that are computed so.

    `points` are networks and what they are given, and the number of samples where that is open.
    """
    cases = [
        CCase(network, given, setting.isa, setting.dtype, *samples, tiles=setting.tiles)
        for network, given, *samples in points
    ]
    return [case for case in cases if case.is_tiled or not setting.tiles]


def run_cases(points, setting, folder):
    """Every case with what its program computes, or with what a compiler or the program said."""
    titled = [(network.titled(f"n{k}"), *rest) for k, (network, *rest) in enumerate(points)]
    for case, answer, _ in run_made(make_cases(titled, setting), setting, folder):
        yield case, answer


def run_made(cases, setting, folder):
    """Every case with what its program computes or what was said, and the symbols that it needs."""
    for first in range(0, len(cases), BATCH):
        some = cases[first : first + BATCH]
        with tempfile.TemporaryDirectory(dir=folder) as place:
            program = CProgram(some, Path(place), setting)
            said = _catch(program.build)
            if not said:
                for number, case in enumerate(some):
                    symbols = program.list_symbols(case)
                    yield case, _catch(program.answer, number), symbols
        if said and len(some) > 1:  # each on its own: it is not the fault of all
            for case in some:
                yield from run_made([case], setting, folder)
        elif said:
            yield some[0], said, frozenset()


def _catch(function, *arguments):
    """What a function answers; what went wrong, as a text."""
    try:
        return function(*arguments)
    except AssertionError as failed:
        return str(failed)


def check_cases(points, setting, folder):
    """The largest error, which is below the tolerance; or below what NumPy has in such numbers."""
    found = []
    for case, answer in run_cases(points, setting, folder):
        assert not isinstance(answer, str), (setting, case.network.spec, answer)
        off, key = measure_errors(case, answer, SHARE)
        # Four times what NumPy makes, where a network makes much of what is rounded.
        if off > setting.tolerance:
            allowed = 4 * measure_rounding(case.network, setting.dtype, SHARE, case.given)
            assert off <= allowed, (setting, case.network.spec, key, off)
        else:
            found.append(off)
    return max(found)


LEAST_PRODUCTS = 60
"""The fewest products that are planned in these programs: small layers have tiles, too."""

SAMPLES = 21
"""In a call with an open batch: whole chunks, and some samples that are left."""

SHARE = 0.1
"""An array counts as at least so large a share of the largest gradient."""


def list_networks():
    """Every layer of the catalogue, and the variants of the tests of the readable style."""
    variants = runpy.run_path(str(ROOT / "tests/codegen/test_readable_catalogue.py"))["VARIANTS"]
    texts = [*(typical_text(catalogue()[k]) for k in sorted(catalogue())), *variants]
    return [fix_sizes(Network.parse(text)) for text in texts]


def measure_errors(case, answer, share=0.0, wanted=None):
    """The largest relative error of every array, of both passes and of the step.

    What is right is computed in double precision of the numbers that the file was given.
    """
    given = {k: v.astype(float) if v.dtype.kind == "f" else v for k, v in case.rounded.items()}
    wanted = run_readable(case.network, given) if wanted is None else wanted
    sizes = [np.abs(v).max(initial=0) for k, v in wanted.items() if k.startswith("gradient")]
    least = share * max(sizes, default=0.0)
    *passes, predicted = answer
    found = [item for part in passes for item in part.items()]
    found += [("predicted", value) for value in predicted.values()]
    pairs = ((np.reshape(wanted[k], np.shape(v)), v, k) for k, v in found)
    return max((error(*_put_aside(one, other), least), k) for one, other, k in pairs)


def _put_aside(one, other):
    """Both without the places where both are no number, such as the mean of an empty window."""
    kept = ~(np.isnan(one) & np.isnan(other))
    return one[kept], other[kept]
