"""The C style with an open batch: chunks of samples, parts of a batch, threads."""

import inspect
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from c_style import NEEDS_COMPILER, QUICK, WHOLE, draw_text
from grids import REST

from symconv import Network
from symconv.codegen.c import build
from symconv.codegen.c.chunk_sizes import CACHE, MOST
from symconv.core.equation import class_counts
from symconv.core.errors import SymconvError

CHUNK = 4
SIZES = (1, 2, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 2)
CONV = "input x Nx2x6x5 | conv w 3x3 channels 3 padding 1 bias b -> z"
MEAN = f"{CONV} | maxpool 2x1 -> p | flatten -> v | dense W 4 bias c -> h | cross_entropy t labels"
SPLIT = (
    MEAN,
    CONV,
    f"{CONV} | relu -> a | sse t -> C",
    f"{CONV} | softmax -> y | mse t -> C",
    f"{CONV} | layernorm -> y | half_sse t -> C",
    "input x Nx7 | dense w 3 -> h | l1 t -> C",
    "input x Nx4 | embedding w 5x3 -> y | sse t -> C",
    "input x Nx3 | y[n,i] = exp(x[n,i])*w[i] for n<N | mse t -> C",
)


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("CC", raising=False)
        patch.setattr(build, "FLAGS", QUICK)
        yield patch


def arrays(network, batch, seed=0):
    """Random arrays by their names in the module."""
    random, names = np.random.default_rng(seed), network._module_names.tensors
    given = [t for t in network.program.tensors if network.program.equation(t.key) is None]
    given += [network.backward().seed] if network.backward().seed else []
    classes, found = class_counts(network.backward().program.equations), {}
    for t in given:
        shape = [int(n) if n.is_Integer else batch for n in t.shape]
        if t.key in classes:
            made = random.integers(int(classes[t.key]), size=shape)
        else:
            made = random.standard_normal(shape)
        found[names[t.key]] = made
    return found


def call(function, given):
    """What a function answers to those of the arrays that it takes."""
    wanted = inspect.signature(function).parameters
    return function(**{n: a for n, a in given.items() if n in wanted})


def both(module, given):
    """Both passes, one after the other."""
    values = call(module.forward, given)
    return values, call(module.backward, given | {"values": values})


def gradients(answer):
    return getattr(answer, "gradients", answer)


def built(network, **options):
    """The module, which hands parts over whether it is worth it or not."""
    options = {"dtype": "float64", "chunk": CHUNK} | options
    module = network.compile("c", **options).module
    module.HANDOVER = -(10**12)
    return module


def check(text, sizes=SIZES, tolerance=1e-12, **options):
    network = Network.parse(text)
    module, right = built(network, **options), network.compile("readable").module
    for batch in sizes:
        given = arrays(network, batch)
        found, wanted = both(module, given), both(right, given)
        steps = [module.step(**given, threads=n) for n in (1, 2, 3)]
        spaces = [{}, {}]
        steps += [module.step(**given, threads=2, workspaces=spaces) for _ in range(2)]
        pairs = [*zip(found[0], wanted[0], strict=True)]
        for some in (found[1], *map(gradients, steps)):
            pairs += zip(some, wanted[1], strict=True)
        if hasattr(steps[0], "gradients"):
            pairs += [(step[0], getattr(wanted[0], step._fields[0])) for step in steps]
        for one, other in pairs:
            assert one.dtype == np.dtype(options.get("dtype", "float64"))
            assert np.shape(one) == np.shape(other)
            scale = np.abs(other).max(initial=1)
            np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * scale)


@NEEDS_COMPILER
@pytest.mark.parametrize("text", SPLIT[:1])
def test_a_batch_of_every_size_agrees_with_the_readable_module(text):
    check(text)


@NEEDS_COMPILER
@pytest.mark.rest
@pytest.mark.long
@pytest.mark.parametrize("text", SPLIT[1:])
def test_more_networks_agree_at_every_size(text):
    check(text)


@NEEDS_COMPILER
@pytest.mark.long
@pytest.mark.parametrize("isa", ["scalar", "native"])
@pytest.mark.parametrize("text", SPLIT)
def test_the_chunk_of_the_plan_agrees_at_every_size(text, isa, monkeypatch):
    """In single precision, with the flags of users, and vectors where the machine has any."""
    monkeypatch.setattr(build, "FLAGS", WHOLE)
    vectors = {} if isa == "native" else {"isa": isa}
    chunk = Network.parse(text).generate_c(**vectors).parts.sizes[0]
    sizes = (1, 2, chunk - 1, chunk, chunk + 1, 3 * chunk + 2)
    check(text, [n for n in sizes if n], 2e-5, chunk=None, dtype="float32", **vectors)


def draw_open_text(seed):
    """A network at random whose batch is a name; of one whose samples meet, the next."""
    text = re.sub(r"^input x \d+x", "input x Nx", draw_text(seed))
    try:
        _ = Network.parse(text).generate_c().parts
    except SymconvError:
        return draw_open_text(seed + 1000)
    return text


@NEEDS_COMPILER
@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_networks_at_random_agree_at_every_size(part):
    """Behind a norm of nearly equal numbers rounding is large, whatever the chunk."""
    for seed in range(10 * part, 10 * part + 10):
        check(draw_open_text(seed), (1, 2, 3, 5, 8), 1e-9, chunk=2 + seed % 2)


@NEEDS_COMPILER
def test_parts_are_added_in_their_order_whoever_is_done_first():
    network = Network.parse(MEAN)
    module, given = built(network), arrays(network, 3 * CHUNK + 2)
    for threads in (1, 2, 3):
        first = module.step(**given, threads=threads)
        with ThreadPoolExecutor(4) as pool:
            again = list(pool.map(lambda n: module.step(**given, threads=n), [threads] * 12))
        for found in again:
            assert found[0] == first[0]
            for a, b in zip(found.gradients, first.gradients, strict=True):
                np.testing.assert_array_equal(a, b)


@NEEDS_COMPILER
def test_the_gradient_of_a_sample_is_the_same_in_any_number_of_threads():
    """Chunks hold the same samples where every part has four of them: only sums are rounded."""
    network = Network.parse(MEAN)
    module, given = built(network), arrays(network, 24 * CHUNK)
    one, two, three = (module.step(**given, threads=n).gradients for n in (1, 2, 3))
    np.testing.assert_array_equal(two.dx, one.dx)
    np.testing.assert_array_equal(three.dx, one.dx)
    assert np.abs(two.dw - one.dw).max() < 1e-13


@NEEDS_COMPILER
def test_what_is_bound_in_threads_computes_from_what_the_arrays_hold():
    network = Network.parse(MEAN)
    module, given = built(network), arrays(network, 3 * CHUNK + 2)
    run, found = module.bind(**given, threads=2)
    for _ in range(3):
        run()
        wanted = module.step(**given, threads=2)
        np.testing.assert_array_equal(found[0], wanted[0])
        for a, b in zip(found.gradients, wanted.gradients, strict=True):
            np.testing.assert_array_equal(a, b)
        given["w"] *= 2


@NEEDS_COMPILER
def test_arrays_of_unlike_batches_are_refused():
    network = Network.parse(MEAN)
    module, given = built(network), arrays(network, 3)
    wrong = {
        "t has the shape": given | {"t": given["t"][:2]},
        r"x has the shape .*, not \(.*\) for each sample": given | {"x": given["x"][0]},
        "x has the shape .0, .*: there is no sample": {
            n: a[:0] if n in "xt" else a for n, a in given.items()
        },
        "z has the shape": given | {"x": given["x"][:2], "t": given["t"][:2]},
        "x has the shape": given | {"x": given["x"][:, :1]},
        "t has the class 4": given | {"t": np.array([0, 1, 4])},
    }
    values = module.forward(**given)
    for words, some in wrong.items():
        functions = (module.backward,) if words[0] == "z" else (module.step, module.forward)
        for function in functions:
            with pytest.raises(ValueError, match=words):
                call(function, some | {"values": values})
    for more in ({"threads": 0}, {"threads": 2, "workspaces": [{}]}):
        with pytest.raises(ValueError, match="workspaces"):
            module.step(**given, **more)


WHOLE_BATCH = {
    f"{CONV} | batchnorm -> y | sse t -> C": r"equation \(2\), mu, takes more than one sample",
    # The mean divides by the weights of all samples.
    f"{CONV} | flatten -> v | dense W 4 -> h | cross_entropy t labels weights u -> C": "takes more",
    "input x Nx3 | C = (sum(n<N, i<3) x[n,i]^2)^(1/2)": "C, is neither a sum nor a mean",
    "input x NxK | relu -> y": "has fixed sizes but for a batch, and K is open",
    "input x NxCxH | relu -> y": "and C, H are open",
    "input x K | relu -> y": "and K is open",
}


@pytest.mark.parametrize("text", WHOLE_BATCH)
def test_a_batch_that_does_not_fall_into_parts_is_refused_with_its_reason(text):
    with pytest.raises(SymconvError, match=WHOLE_BATCH[text]) as caught:
        _ = Network.parse(text).generate_c().source
    assert "--size" in str(caught.value.help)
    assert ("=8" in str(caught.value.help)) == ("C, H are" not in WHOLE_BATCH[text])


def test_a_chunk_is_what_the_cache_holds():
    """Twice as many samples would not fit, or be more than repay it; `--explain` tells."""
    sides = (2, 16, 64, 512)
    chunks = []
    for side in sides:
        made = Network.parse(f"input x Nx1x{side}x{side} | relu -> y | sse t").generate_c()
        chunks.append(made.parts.sizes[0])
        # x, y, the target, and two derivatives.
        room = 5 * 4 * side**2 * chunks[-1]
        assert room <= CACHE or chunks[-1] == 1
        assert chunks[-1] == MOST or 2 * room > CACHE
        how = f"{chunks[-1]} samples at a time" if chunks[-1] > 1 else "one sample at a time"
        assert f"batch N: {how}" in made.plan_text()
    assert chunks == sorted(chunks, reverse=True)
    assert chunks[0] == MOST
    assert chunks[-1] == 1


SANITIZED = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-Wall", "-Wextra",
             "-Wpedantic", "-Werror")  # fmt: skip
MAIN = """#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "{prefix}.h"
enum {{ N = {batch} }};
static double part_of[{parts}][{entries}];
int main(void)
{{
  {prefix}_arrays arrays;
  const size_t size = ({prefix}_workspace() + 63) / 64 * 64;
  void *workspace = aligned_alloc(64, size);
  memset(workspace, 0xff, size);
{lines}
  {prefix}_forward(&arrays, N, workspace);
  {prefix}_backward(&arrays, N, workspace);
  {prefix}_step(&arrays, N, workspace);
  double whole[{entries}], most = 0;
  memcpy(whole, arrays.dw, sizeof(whole));
  /* One workspace and one array for what is added up, for each part. */
  for (int p = 0; p < {parts}; p++) {{
    {prefix}_arrays mine = arrays;
    const size_t first = (size_t)N * p / {parts}, end = (size_t)N * (p + 1) / {parts};
    mine.dw = part_of[p];
    memset(part_of[p], 0xff, sizeof(part_of[p]));
    {prefix}_step_part(&mine, first, end - first, N, workspace);
  }}
  for (int k = 0; k < {entries}; k++) {{
    for (int p = 0; p < {parts}; p++) whole[k] -= part_of[p][k];
    if (!(whole[k] * whole[k] <= most)) most = whole[k] * whole[k];
  }}
  return !(most < 1e-20);
}}
"""


@NEEDS_COMPILER
@pytest.mark.parametrize(("batch", "parts"), [(3 * CHUNK + 2, 2), pytest.param(2, 3, marks=REST)])
def test_parts_run_under_sanitizers_and_add_up_in_c(batch, parts, tmp_path):
    """Every array is allocated to the byte, the workspace is full of NaN; a part may be empty."""
    made = Network.parse(MEAN).generate_c(dtype="float64", chunk=CHUNK)
    lines, given = [], {t.key for t in made.parts.program.given}
    for tensor in made.parts.fields:
        kind = "int64_t" if tensor.kind == "label" else "double"
        name = made.parts.names[tensor.key]
        size = tensor.entries * (batch if tensor.key in made.parts.batched else 1)
        lines.append(f"  {kind} *p_{name} = malloc(sizeof({kind}) * {size});")
        value = "k % 2" if tensor.kind == "label" else "(k * 7919 % 13 - 5) / 8.0"
        start = value if tensor.key in given else "0"
        lines.append(f"  for (int k = 0; k < {size}; k++) p_{name}[k] = {start};")
        lines.append(f"  arrays.{name} = p_{name};")
    entries = made.parts.program.tensors["gradient w"].entries
    words = {"prefix": made.stem, "batch": batch, "parts": parts, "entries": entries}
    main = MAIN.format(lines="\n".join(lines), **words)
    files = {f"{made.stem}.c": made.files.source, f"{made.stem}.h": made.files.header}
    # What is done here is what the header says of threads.
    assert "in parts by threads" in made.files.header
    for name, text in (files | {"main.c": main}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [build.find_compiler(), "-std=c11", "-O0", *SANITIZED, "-o", "run", "main.c"]
    subprocess.run([*command, f"{made.stem}.c", "-lm"], cwd=tmp_path, check=True)
    run = {"ASAN_OPTIONS": "detect_leaks=0", "PATH": "/usr/bin:/bin"}
    subprocess.run([tmp_path / "run"], cwd=tmp_path, check=True, env=run)


@NEEDS_COMPILER
def test_a_batch_is_verified_on_one_library_in_chunks_and_parts():
    network = Network.parse("input x Nx3 | dense w 2 bias b -> h | tanh -> a | mse t -> C")
    checks = network.verify("c")
    assert all(check.passed for check in checks)
    assert any("c module's step" in str(check) for check in checks)
    fixed, options = network._fix_for_c({next(iter(network.program.free_sizes)): 5})
    assert fixed is network
    assert options == {"chunk": 4}
