"""The catalogue with NaN or an infinity at one entry: all styles agree with each other and PyTorch.

Where they do not, a sentence says why.
"""

import numpy as np
import pytest
from c_style import COMPILER, QUICK

from symconv.codegen.c import build
from symconv.codegen.c.nests import nest as nests
from symconv.layers import catalogue

torch = pytest.importorskip("torch")
torch_layers = pytest.importorskip("torch_layers")
CASES, Draw = torch_layers.CASES, torch_layers.Draw
FIXED = torch_layers.compared.__globals__["FIXED"]
STYLES = ("loops", "readable", "fast")
USUAL = ("relu", "global_maxpool", "l1")

REFUSED = {"bce"}
"""PyTorch refuses numbers that are no probabilities."""

OWN_RULES = {
    "elu": "PyTorch gives NaN the slope 1, where the formula has NaN",
    "leaky_relu": "PyTorch gives NaN the slope of negative numbers, and relu that of positive ones",
    "huber": "PyTorch has a branch where the formula is a difference of infinities",
    "smooth_l1": "as huber",
    "bce_logits": "at an infinite logit PyTorch has infinity times 0",
    "softmax": "over one class it is 1, whatever the logit; PyTorch divides",
    "log_softmax": "over one class it is 0, whatever the logit; PyTorch subtracts",
    "attention": "PyTorch's scores of one place are not computed",
    "upsample": "PyTorch adds pixels with the weight 0",
    "layernorm": "PyTorch groups products otherwise: 0 times infinity is where it is not here",
    "groupnorm": "as layernorm",
    "instancenorm": "as layernorm",
    "transposed_conv": "PyTorch adds products that fall beyond the border, and cuts them off",
}
SPREAD = {
    "conv": "the zeros of a border times an infinite weight are NaN where arrays are multiplied",
    "local": "as conv",
    "embedding": "PyTorch and loops read a row; arrays of brackets are multiplied with all rows",
    "transposed_conv": "as conv",
    "groupnorm": "products of the same factors are grouped otherwise",
}
GROUPED = {"groupnorm", "instancenorm"}
"""Where C computes products in another order: infinity times 0 is there, or is not."""

ISAS = ("scalar", "avx2") if COMPILER else ()


@pytest.fixture(autouse=True)
def everything_planned(tmp_path, monkeypatch):
    """C files have vectors for the smallest sums, on every machine."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(build, "FLAGS", (*QUICK, "-Wno-psabi"))
    monkeypatch.setattr(build, "MACHINE", dict.fromkeys(build.MACHINE, ()))
    monkeypatch.setattr(nests, "LEAST_PRODUCTS", 1)


def planted(arrays, seed):
    """The arrays with NaN or an infinity at an entry of one of them."""
    for name in (n for n, a in arrays.items() if a.dtype.kind == "f" and a.size):
        for bad in (np.nan, np.inf, -np.inf):
            given = {n: a.copy() for n, a in arrays.items()}
            place = np.random.default_rng(seed + 1).integers(given[name].size)
            given[name].reshape(-1)[place] = bad
            yield name, bad, given


def run_torch(reference, arrays, seed):
    """The output and the gradients of PyTorch, and the cotangent that they are for."""
    given = {
        n: torch.tensor(a, requires_grad=a.dtype.kind == "f" and n not in FIXED)
        for n, a in arrays.items()
    }
    output = reference(**given)
    cotangent = torch.tensor(np.random.default_rng(seed).normal(size=tuple(output.shape)))
    (output * cotangent if output.ndim else output).sum().backward()
    found = {f"d{n}": t.grad.numpy() for n, t in given.items() if t.grad is not None}
    return {"output": output.detach().numpy(), **found}, cotangent.numpy()


def run_module(module, name, arrays, cotangent, wanted):
    """The same of a module, in the same shapes; `name` is that of the output."""
    taken = module.module.forward.__code__.co_varnames
    values = module.forward(**{n: a for n, a in arrays.items() if n in taken})
    output = np.asarray(getattr(values, name))
    known = {**arrays, "values": values}
    if cotangent.ndim:
        known[f"delta_{name}"] = cotangent.reshape(output.shape)
    taken = module.module.backward.__code__.co_varnames
    slopes = module.backward(**{n: a for n, a in known.items() if n in taken})._asdict()
    return {n: np.reshape(a, wanted[n].shape) for n, a in {"output": output, **slopes}.items()}


def agree(one, other):
    close = {"rtol": 1e-6, "atol": 1e-8, "equal_nan": True}
    return all(np.allclose(one[n], other[n], **close) for n in one)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "keyword",
    [pytest.param(k, marks=[] if k in USUAL else [pytest.mark.long]) for k in sorted(CASES)],
)
def test_all_styles_agree_with_each_other_and_with_torch(keyword):
    compared = 0
    for seed in range(2):
        made, arrays, reference = CASES[keyword](Draw(f"{keyword} {seed}"))
        modules = {style: made.compile(style) for style in STYLES}
        modules |= {isa: made.compile("c", dtype="float64", isa=isa) for isa in ISAS}
        for name, bad, given in planted(arrays, seed):
            if keyword in REFUSED:
                continue
            wanted, cotangent = run_torch(reference, given, seed)
            output = modules["loops"].module.Forward._fields[-1]
            found = {s: run_module(m, output, given, cotangent, wanted) for s, m in modules.items()}
            if keyword not in SPREAD:
                assert agree(found["readable"], found["loops"]), (seed, name, bad)
                assert agree(found["fast"], found["loops"]), (seed, name, bad)
            for isa in ISAS:
                # Without vectors nothing beyond a border is read, as in the loops.
                if keyword not in GROUPED and (isa == "scalar" or keyword not in SPREAD):
                    assert agree(found[isa], found["loops"]), (seed, name, bad, isa)
            if keyword not in {*OWN_RULES, *SPREAD}:
                assert agree(found["loops"], wanted), (seed, name, bad)
            compared += 1
    assert compared >= 6 or keyword in {*REFUSED, *(k for k in CASES if not has_numbers(k))}


def has_numbers(keyword):
    _, arrays, _ = CASES[keyword](Draw(f"{keyword} 0"))
    return any(a.dtype.kind == "f" and a.size for a in arrays.values())


def test_the_exceptions_are_layers():
    assert {*REFUSED, *OWN_RULES, *SPREAD} <= set(catalogue())
