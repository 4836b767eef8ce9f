"""Layers with many options in every style of module and both precisions, against PyTorch."""

import pytest

from symconv.codegen.styles import STYLES

pytest.importorskip("torch")
torch_layers = pytest.importorskip("torch_layers")
CASES, Draw, compared = torch_layers.CASES, torch_layers.Draw, torch_layers.compared
TOLERANCES = torch_layers.TOLERANCES
KEYWORDS = ("conv", "transposed_conv", "pad", "maxpool", "avgpool")
KEYWORDS += ("upsample", "dense", "dropout", "embedding", "attention")


def check(keyword, seed):
    made, arrays, reference = CASES[keyword](Draw(f"{keyword} in styles {seed}"))
    for style in STYLES:
        compiled = made.compile(style)
        output = compiled.arrays[made.program.output]
        for dtype, tolerance in TOLERANCES.items():
            errors = compared(compiled, arrays, reference, {}, seed, dtype=dtype, output=output)
            assert max(errors.values()) <= tolerance, (style, dtype, errors, made.spec)


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_every_style_agrees_with_pytorch(keyword):
    check(keyword, 0)


@pytest.mark.long
@pytest.mark.parametrize("part", range(5))
@pytest.mark.parametrize("keyword", KEYWORDS)
def test_every_style_agrees_with_pytorch_on_many_cases(keyword, part):
    for seed in range(1 + part * 30, 1 + (part + 1) * 30):
        check(keyword, seed)
