"""Every option of costs, norms and activations, in every style of module, against PyTorch."""

from itertools import product

import numpy as np
import pytest

from symconv.codegen.styles import STYLES

torch = pytest.importorskip("torch")
torch_layers = pytest.importorskip("torch_layers")
options = pytest.importorskip("torch_layers.options")
Draw, compared = torch_layers.Draw, torch_layers.compared
TOLERANCES = {np.float64: torch_layers.TOLERANCE, np.float32: 5e-5}
"""24 bits are 6e-8; a mean of both signs loses two or three digits, in either library."""

SLICE = 3
"""How many cases of a layer every run compares: one a style."""


def check(keyword, seed, styles, worst):
    made, arrays, reference = options.OPTIONS[keyword](Draw(f"{keyword} options {seed}"))
    for style in styles:
        compiled = made.compile(style)
        output = compiled.arrays[made.program.output]
        for dtype, tolerance in TOLERANCES.items():
            errors = compared(compiled, arrays, reference, {}, seed, dtype=dtype, output=output)
            for quantity, error in errors.items():
                worst(f"{keyword}, {dtype.__name__}", quantity, error)
            assert max(errors.values()) <= tolerance, (style, dtype, errors, made.spec)


@pytest.mark.parametrize("keyword", sorted(options.OPTIONS))
def test_options_agree_with_pytorch(keyword, worst):
    for seed, style in zip(range(SLICE), sorted(STYLES), strict=True):
        check(keyword, seed, [style], worst)


@pytest.mark.long
@pytest.mark.parametrize(("keyword", "part"), [*product(sorted(options.OPTIONS), range(5))])
def test_options_agree_with_pytorch_in_many_cases(keyword, part, worst):
    for seed in range(1000 + part * 10, 1010 + part * 10):
        check(keyword, seed, sorted(STYLES), worst)
