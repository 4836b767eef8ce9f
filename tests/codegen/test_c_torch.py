"""Every layer of the catalogue as a C file against PyTorch, with options at random."""

import numpy as np
import pytest
from c_programs import CCase, CProgram, Setting, plan_everything
from c_style import NEEDS_COMPILER, error

from symconv.codegen.c import build

torch = pytest.importorskip("torch")
torch_layers = pytest.importorskip("torch_layers")
CASES, Draw = torch_layers.CASES, torch_layers.Draw
FIXED = torch_layers.compared.__globals__["FIXED"]
pytestmark = NEEDS_COMPILER

SEEDS = 7
"""Of every layer: 308 of them altogether."""

TOLERANCES = {"float64": 1e-12, "float32": 5e-6}
SPREAD = 8
"""How much larger an error may be where PyTorch's own, in the same numbers, is that of C: of sums
of numbers that nearly cancel neither keeps more digits."""


@pytest.fixture(autouse=True, scope="module")
def everything_planned():
    with pytest.MonkeyPatch.context() as patch:
        plan_everything(patch)
        yield patch


def run_torch(reference, arrays, seed, dtype):
    """The output, the gradients by the names of arrays, and the cotangent that they are for."""
    given = {
        n: torch.tensor(
            a.astype(dtype) if a.dtype.kind == "f" else a,
            requires_grad=a.dtype.kind == "f" and n not in FIXED,
        )
        for n, a in arrays.items()
    }
    output = reference(**given)
    drawn = np.random.default_rng(seed).normal(size=tuple(output.shape)).astype(np.float32)
    (output * torch.tensor(drawn.astype(dtype)) if output.ndim else output).sum().backward()
    gradients = {n: t.grad.numpy() for n, t in given.items() if t.grad is not None}
    return output.detach().numpy(), gradients, drawn


def draw_point(keyword, seed, number, setting):
    """A case of a layer, the keys of what PyTorch computes of it, and what that is."""
    made, arrays, reference = CASES[keyword](Draw(f"{keyword} in C {seed}"))
    # What float32 cannot hold is not given.
    arrays = {n: a.astype(np.float32) if a.dtype.kind == "f" else a for n, a in arrays.items()}
    output, gradients, drawn = run_torch(reference, arrays, seed, "float64")
    keys = {n: k for k, n in made._module_names.tensors.items()}
    backward, name = made.backward(), made.program.output
    given = {keys[n]: a for n, a in arrays.items() if n in keys}
    if backward.seed is not None:
        shape = next(t.shape for t in made.program.tensors if t.key == name)
        given[backward.seed.key] = drawn.reshape([int(n) for n in shape])
    wanted = {name: output} | {keys[f"d{n}"]: g for n, g in gradients.items() if f"d{n}" in keys}
    rough = run_torch(reference, arrays, seed, setting.dtype)
    own = {name: rough[0]} | {keys[f"d{n}"]: g for n, g in rough[1].items() if f"d{n}" in keys}
    case = CCase(made.titled(f"n{number}"), {}, setting.isa, setting.dtype)
    needed = {t.key for t in case.made.parts.program.given}
    kept = {k: a.astype(float) if a.dtype.kind == "f" else a for k, a in given.items()}
    case = CCase(case.network, {k: a for k, a in kept.items() if k in needed}, *_words(setting))
    return case, wanted, own


def _words(setting):
    return setting.isa, setting.dtype


def check(keywords, seeds, setting, folder):
    """The worst error; each is below the tolerance, or about that of PyTorch in such numbers."""
    drawn = [(keyword, seed) for keyword in keywords for seed in seeds]
    points = [draw_point(k, seed, n, setting) for n, (k, seed) in enumerate(drawn)]
    program, worst = CProgram([case for case, *_ in points], folder, setting), 0.0
    program.build()
    for number, (_, wanted, own) in enumerate(points):
        forward, backward, *_ = program.answer(number)
        for key, right in wanted.items():
            found = {**forward, **backward}[key].reshape(right.shape)
            off, allowed = error(right, found), SPREAD * error(right, own[key])
            worst = max(worst, off if off > allowed else 0.0)
            assert off <= max(TOLERANCES[setting.dtype], allowed), (drawn[number], key, off)
    return worst


FEW = ("conv", "dense", "maxpool", "cross_entropy")


def test_a_few_layers_agree_with_pytorch(tmp_path):
    setting = Setting("avx2", "float64", build.find_compiler(), ("-std=c99", "-O0"))
    check(FEW, range(1), setting, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("keyword", sorted(CASES))
def test_every_layer_agrees_with_pytorch(keyword, tmp_path):
    for isa, dtype in (("scalar", "float32"), ("avx2", "float64"), ("avx512", "float32")):
        setting = Setting(isa, dtype, build.find_compiler())
        folder = tmp_path / f"{isa}-{dtype}"
        folder.mkdir()
        check([keyword], range(SEEDS), setting, folder)
