"""C files against the readable modules: networks drawn at random, and the errors of every array."""

import shutil
from random import Random

import numpy as np
import pytest

from symconv import Network
from symconv.codegen.c import build
from symconv.core.errors import SymconvError
from symconv.semantics.sizes import pick_sizes
from symconv.verify.entries import draw_float_point
from symconv.verify.generated_module import input_arrays, list_module_uses

COMPILER = any(map(shutil.which, build.COMPILERS))
NEEDS_COMPILER = pytest.mark.skipif(not COMPILER, reason="no C compiler was found")
TOLERANCES = {"float64": 1e-12, "float32": 5e-6}
"""Relative to the largest entry of an array."""

WHOLE = build.FLAGS
QUICK = tuple("-O0" if flag == "-O3" else flag for flag in build.FLAGS)
"""Flags for the runs of every day: a file takes a tenth of the time."""


def small(text):
    """The network of a text at small sizes that are numbers."""
    network = Network.parse(text)
    free = network.backward().program.free_sizes
    sizes = pick_sizes(network.backward().program, seed=3)
    return network.fixed(**{str(s): sizes[s] for s in free}) if free else network


def use(network, style, **options):
    """A module of the network, to be called by the keys of tensors."""
    module = network.compile(style, **options).module
    return list_module_uses(vars(module), network._module_names.tensors, {}, style)[0]


def errors(network, dtypes=TOLERANCES, isa="scalar", share=0.0, **options):
    """The largest relative error of both passes, and of the step, by type of numbers.

    An array counts as at least a `share` as large as the largest gradient: the gradient of a shift
    in front of a norm is 0, and what is computed of it is rounding alone.
    """
    program = network.backward().program
    given = input_arrays(draw_float_point(program, {}, 0), float)
    wanted = use(network, "readable").run(given)
    sizes = [np.abs(v).max(initial=0) for k, v in wanted.items() if k.startswith("gradient")]
    least, found = share * max(sizes, default=0.0), {}
    for dtype in dtypes:
        module = use(network, "c", dtype=dtype, isa=isa, **options)
        passes, step = module.run(given), module.step(given)
        assert {k for k in passes if k.startswith("gradient")} <= step.keys()
        pairs = [
            (wanted[k], some[k]) for some in (passes, step) for k in some.keys() - given.keys()
        ]
        found[dtype] = max(error(one, other, least) for one, other in pairs)
        kinds = {np.asarray(v).dtype for k, v in passes.items() if k not in given}
        assert kinds == {np.dtype(dtype)}
    return found


def measure_rounding(network, dtype, share=0.0, given=None):
    """The error that the readable module makes in a type of numbers: the network's own, so to say.

    Behind a norm of nearly equal numbers, say, the rounding of the inputs alone is a large one.
    """
    if given is None:
        given = input_arrays(draw_float_point(network.backward().program, {}, 0), float)
    readable = use(network, "readable")
    rounded = {k: v.astype(dtype) if v.dtype.kind == "f" else v for k, v in given.items()}
    wanted, found = readable.run(given), readable.run(rounded)
    sizes = [np.abs(v).max(initial=0) for k, v in wanted.items() if k.startswith("gradient")]
    least = share * max(sizes, default=0.0)
    return max(error(wanted[k], found[k], least) for k in found.keys() - given.keys())


def error(wanted, found, least=0.0):
    """The largest difference by the largest entry; a nan anywhere is infinitely wrong."""
    wanted, found = np.asarray(wanted, float), np.asarray(found, float)
    assert wanted.shape == found.shape
    off = np.abs(wanted - found).max(initial=0) / (np.abs(wanted).max(initial=least) or 1.0)
    return off if np.isfinite(off) else np.inf


STAGES = (
    "conv w{n} {k}x{j} channels {c} padding {p} stride {s} bias b{n}",
    "conv w{n} {k}x{j} channels {c} padding {p} dilation {s}",
    "conv w{n} {k}x{k} channels {g} groups {g} padding {p} bias b{n}",
    "transposed_conv w{n} {k}x{j} channels {c} stride {s} padding {q}",
    "maxpool {k} stride {s}", "maxpool {k} stride {s} padding {q} ceil", "avgpool {k} stride {s}",
    "relu", "tanh", "sigmoid", "elu", "gelu", "softplus", "silu", "leaky_relu",
    "batchnorm weight g{n} bias b{n}", "layernorm weight g{n}", "softmax",
    "upsample 2", "pad {p} mode reflect", "global_avgpool", "flatten", "dense w{n} {c} bias b{n}",
)  # fmt: skip
COSTS = ("sse t", "half_sse t", "mse t", "l1 t", "smooth_l1 t", "cross_entropy t labels", "")


def draw_network(seed):
    """A network of a few stages."""
    return Network.parse(draw_text(seed))


def draw_text(seed):
    """The text of a network of a few stages; those that are none are drawn again."""
    random = Random(f"C {seed}")
    while True:
        channels = random.randint(1, 4)
        text = f"input x {random.randint(1, 3)}x{channels}x{random.randint(4, 9)}x7"
        for n in range(1, random.randint(2, 5)):
            words = {c: random.randint(1, 3) for c in "kjcps"} | {"q": random.randint(0, 1)}
            text += " | " + random.choice(STAGES).format(n=n, g=channels, **words)
        cost = random.choice(COSTS)
        text += f" | {cost}" if cost else ""
        try:
            Network.parse(text).backward()
        except SymconvError:
            continue
        return text
