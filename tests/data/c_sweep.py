"""The whole sweep of C files: every layer and random ones, each built in many ways on one commit.

What costs is compiling: a layer takes gcc 0.4 s, its sanitizers as long, clang less than half of
either. So each layer is derived once for all ways, both sanitizers are in one program and it is
that of clang, and what was found of a text with the same numbers, by the same compiler with the
same flags, is read from a record.
"""

import hashlib
import json
import subprocess
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
from c_programs import (
    BATCH,
    FLAGS,
    SAMPLES,
    SANITIZERS,
    SHARE,
    WARNINGS,
    Setting,
    list_networks,
    list_open,
    make_cases,
    measure_errors,
    run_made,
    run_readable,
)
from c_style import error, measure_rounding
from random_layers import draw_layer

from symconv.verify.entries import draw_float_point
from symconv.verify.generated_module import input_arrays

WHOLE = (*FLAGS, *WARNINGS)
CHECKED = ("-std=c99", "-O0", *WARNINGS, *SANITIZERS)
LETTER = ("-std=c99", "-O1", "-pedantic-errors", *WARNINGS)
ARM = {"compiler": "aarch64-linux-gnu-gcc", "runner": ("qemu-aarch64",), "flags": WHOLE}
WAYS = {
    "gcc, AVX-512": Setting("avx512", "float32", "gcc", WHOLE),
    "gcc, AVX-512, tiles": Setting("avx512", "float32", "gcc", WHOLE, tiles="f4"),
    "gcc, AVX-512, double": Setting("avx512", "float64", "gcc", WHOLE),
    "gcc, AVX2, double": Setting("avx2", "float64", "gcc", WHOLE),
    "gcc, AVX2, double, tiles": Setting("avx2", "float64", "gcc", WHOLE, tiles="f2"),
    "gcc, no vectors": Setting("scalar", "float32", "gcc", WHOLE),
    "sanitizers, AVX-512": Setting("avx512", "float32", "clang", CHECKED),
    "sanitizers, AVX-512, tiles": Setting("avx512", "float32", "clang", CHECKED, tiles="f4"),
    "sanitizers, AVX-512, double": Setting("avx512", "float64", "clang", CHECKED),
    "sanitizers, AVX2": Setting("avx2", "float32", "clang", CHECKED),
    "sanitizers, AVX2, double, tiles": Setting("avx2", "float64", "clang", CHECKED, tiles="f2"),
    "sanitizers, no vectors": Setting("scalar", "float64", "clang", CHECKED),
}
"""Every vector length and type of numbers, as gcc builds it and as clang and its sanitizers do."""

SAMPLED = {
    "clang, AVX-512": Setting("avx512", "float32", "clang", WHOLE),
    "clang, AVX-512, tiles": Setting("avx512", "float32", "clang", WHOLE, tiles="f4"),
    "clang, AVX2, double": Setting("avx2", "float64", "clang", WHOLE),
    "gcc, AVX2": Setting("avx2", "float32", "gcc", WHOLE),
    "gcc, no vectors, double": Setting("scalar", "float64", "gcc", WHOLE),
    "gcc, sanitizers, AVX-512": Setting("avx512", "float32", "gcc", CHECKED),
    "gcc, C99 to the letter": Setting("scalar", "float32", "gcc", LETTER),
    "tcc": Setting("scalar", "float64", "tcc", ("-std=c99", "-Wall")),
    "ARM, Neon": Setting("neon", "float32", **ARM),
    "ARM, Neon, double": Setting("neon", "float64", **ARM),
}
"""What differs from those in the compiler alone, and other machines: a sample of the layers."""

ALL = {**WAYS, **SAMPLED}
EVERY = 8
"""One layer of so many is in the sample."""

CALLED = frozenset({"memset", "memcpy", "memmove"})
"""What a file may call beside the functions of mathematics."""

MATHEMATICS = frozenset(
    f"{name}{end}"
    for name in ("exp", "expm1", "log", "log1p", "sqrt", "pow", "tanh", "sin", "cos", "tan", "erf",
                 "fmax", "fmin", "fabs", "atan", "asin", "acos", "sinh", "cosh", "floor", "rint",
                 "fma")
    for end in ("", "f")
)  # fmt: skip


READABLE = "readable, by definition"
"""The way of what the others are compared with: the readable module against derivatives of the
oracle, which are taken without a rule."""

EXACT = 1e-10
"""How far these may be apart in doubles: each adds up to thousands of products in its own order."""


@dataclass(frozen=True)
class Finding:
    """What was found of a layer in a way: its worst error and where, or what a tool `said`.

    `numpy` is the error of the readable module in such numbers, where that was asked for.
    """

    way: str
    layer: str
    tolerance: float
    error: float = 0.0
    array: str = ""
    numpy: float = 0.0
    said: str = ""
    planned: bool = False

    @property
    def fails(self):
        """Whether the file is wrong: above its tolerance and four times what NumPy makes."""
        return bool(self.said) or self.error > max(self.tolerance, 4 * self.numpy)


class Record:
    """Findings by what they hang on, one to a line of a file: a sweep goes on where it stopped."""

    def __init__(self, path=None):
        self.path, self.known = Path(path) if path else None, {}
        if self.path and self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                key = row.pop("key")
                self.known[key] = Finding(**row)

    def add(self, key, finding):
        self.known[key] = finding
        if self.path:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, **asdict(finding)}) + "\n")


@dataclass
class Layer:
    """A layer of the sweep: what it is called, and what is called with an open batch, `samples`.

    What it is `given`, and what the readable module makes of that, is found once for all ways.
    """

    name: str
    network: object
    given: dict | None = None
    samples: tuple = ()

    wanted: dict = field(default_factory=dict)
    cases: dict = field(default_factory=dict)

    def find_wanted(self, case):
        """What is right for the numbers that the file of a case is given."""
        if case.dtype not in self.wanted:
            some = case.rounded.items()
            given = {k: v.astype(float) if v.dtype.kind == "f" else v for k, v in some}
            self.wanted[case.dtype] = run_readable(case.network, given)
        return self.wanted[case.dtype]

    def find_cases(self, setting):
        """The case of a setting, whatever compiles it; none where tiles are asked for in vain."""
        key = (setting.isa, setting.dtype, setting.tiles)
        if key not in self.cases:
            point = (self.network, self.given, *self.samples)
            self.cases[key] = make_cases([point], setting)
        return self.cases[key]


def list_layers(count):
    """The catalogue with its variants, so many random layers, and those whose batch is open."""
    known = [Layer(f"catalogue {n}", network) for n, network in enumerate(list_networks())]
    drawn = [Layer(f"random {seed}", draw_layer(seed)) for seed in range(count)]
    opened = [
        Layer(f"open batch {n}", network, given, tuple(samples))
        for n, (network, given, *samples) in enumerate(list_open(SAMPLES))
    ]
    return [*known, *drawn, *opened]


def sweep(layers, record, ways=ALL, folder=None):
    """Every finding of the layers, batch by batch: what was derived is forgotten with its batch."""
    for first in range(0, len(layers), BATCH):
        some = []
        for number, layer in enumerate(layers[first : first + BATCH]):
            made = replace(layer, network=layer.network.titled(f"n{number}"), wanted={}, cases={})
            if made.given is None:
                yield _check_readable(made)
            some.append(made)
        for way in ways:
            asked = [layer for layer in some if way in WAYS or _is_sampled(layer.name)]
            yield from _try_way(way, asked, record, folder)


def _is_sampled(name):
    return hashlib.sha256(name.encode()).digest()[0] % EVERY == 0


def _check_readable(layer):
    """Draw what a layer is given; the readable module, in doubles, against the oracle."""
    point = draw_float_point(layer.network.backward().program, {}, 0)
    layer.given, right = input_arrays(point, float), point.tables
    found = run_readable(layer.network, layer.given)
    layer.wanted["float64"] = found
    kept = [k for k in right.keys() & found.keys() if k not in layer.given]
    sizes = [np.abs(found[k]).max(initial=0) for k in kept if k.startswith("gradient")]
    least = SHARE * max(sizes, default=0.0)
    pairs = [(_as_array(right[k], found[k]), np.asarray(found[k]), k) for k in kept]
    if "exclude_padding=True" in str(layer.network.spec):
        # A mean of nothing, which PyTorch has not, is no number here and 0 for the oracle.
        pairs = [(one[~np.isnan(other)], other[~np.isnan(other)], k) for one, other, k in pairs]
    errors = [(error(one, other, least), k) for one, other, k in pairs]
    worst, key = max(errors)
    return Finding(READABLE, layer.name, EXACT, worst, key)


def _as_array(table, like):
    """The entries of a table in the order of their places."""
    return np.array([table[place] for place in sorted(table)], float).reshape(np.shape(like))


def _try_way(way, layers, record, folder):
    setting, new = ALL[way], {}
    for layer in layers:
        for case in layer.find_cases(setting):
            key = _hash_case(layer.name, case, setting)
            if key in record.known:
                yield record.known[key]
            else:
                new[case.made.stem] = (key, layer, case)
    for case, answer, symbols in run_made([c for *_, c in new.values()], setting, folder):
        key, layer, _ = new[case.made.stem]
        start = Finding(way, layer.name, setting.tolerance)
        found = _judge(start, layer, case, answer, symbols)
        record.add(key, found)
        yield found


def _judge(found, layer, case, answer, symbols):
    if isinstance(answer, str):
        return replace(found, said=answer)
    planned = any(e.plan for part in case.made.parts.equations for e in part)
    setting = ALL[found.way]
    strange = sorted(symbols - CALLED - MATHEMATICS) if setting.flags is not CHECKED else []
    off, array = measure_errors(case, answer, SHARE, layer.find_wanted(case))
    own = 0.0
    if off > setting.tolerance:
        own = measure_rounding(case.network, setting.dtype, SHARE, case.given)
    said = f"it calls {', '.join(strange)}" if strange else ""
    return replace(found, error=off, array=array, numpy=own, said=said, planned=planned)


@cache
def _tell_tool(compiler):
    """The version of a compiler."""
    word = "-v" if compiler == "tcc" else "--version"
    return subprocess.run([compiler, word], capture_output=True, text=True, check=False).stdout


def _hash_case(name, case, setting):
    """A name for all that a finding hangs on: the texts, the numbers, the tool and the flags."""
    files = case.made.files
    parts = [name, _tell_tool(setting.compiler), *setting.flags, setting.isa, *setting.runner]
    parts += [case.driver(), case.made.source, files.header, str(setting.tolerance)]
    found = hashlib.sha256("\0".join(parts).encode())
    found.update(case.input())
    return found.hexdigest()
