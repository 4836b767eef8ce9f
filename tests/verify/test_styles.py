"""`verify` checks the module that was asked for: its style, with and without a workspace, its step.

A fault in the module of one style is found where that style is verified, and there alone.
"""

import json

import pytest
from typer.testing import CliRunner

from symconv.api import Network
from symconv.cli import app
from symconv.codegen.compiled import Compiled
from symconv.codegen.styles import STYLES
from symconv.verify.module_checks import check_module

PLANNED = (
    "input x Nx1x4x4 | conv w 3x3 padding 1 -> z | relu -> a | maxpool 2 -> p | half_sse t -> C"
)
SMALL = "input x 2 | y[q] = x[q] w[q] | half_sse t -> C"
NETWORKS = (
    PLANNED,
    "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C",
    "input x Nx2x6x6 | conv w 3x3 channels 4 stride 2 groups 2 bias b -> z | tanh -> a",
    "input x Nx2x2x2 | batchnorm weight g -> y | softmax -> s | mse t -> C",
    "input x Nx1x3x3 | conv w 3x3 padding 1 | flatten | dense U 3 | cross_entropy t labels",
    "input x 6 | y[q] = sum(r<3) x[q+r] A[r] for q<4 | half_sse t -> C",
)


def module_checks(network, style, **options):
    """The checks of the module alone: those of the derivation are the same for every style."""
    sizes, uses = network._module_uses(style, **options)
    program = network.backward().program
    return [c for use in uses for c in check_module(program, sizes, use)]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("text", NETWORKS)
def test_the_module_of_each_style_passes_and_says_which_it_is(text, style):
    network = Network.parse(text)
    checks = module_checks(network, style)
    assert [c.line for c in checks if not c.passed] == []
    assert {c.style for c in checks} == {style}
    assert all(c.name.startswith(f"{style} module") for c in checks)
    assert any("with a workspace" in c.name for c in checks) == (
        network.generate(style).module.takes("workspace")
    )
    assert any("step" in c.name for c in checks) == (
        network.generate(style).module.function("step") is not None
    )


def test_what_overrules_the_plan_is_verified_too():
    checks = module_checks(Network.parse(PLANNED), "fast", forms={"z": "im2col"})
    assert len(checks) == 8
    assert all(c.passed for c in checks)


FAULTS = {
    "the forward pass": ("a = np.maximum(z, 0)", "a = np.maximum(z, 1)"),
    "the backward pass": ("delta_p = values.p - t", "delta_p = t - values.p"),
    "a workspace": (
        "    return Gradients(dw, dx)",
        "    dw *= 1 + (workspace is not None)\n    return Gradients(dw, dx)",
    ),
    "the step": ("(dw,) = sums", "dw = -sums[0]"),
    "the parts of the step": ("samples * k // threads, samples", "0, samples"),
}
"""Changes of the fast module of `PLANNED`, and the checks that look there."""


@pytest.fixture
def fault(request, monkeypatch):
    """The fast modules of networks have a fault."""
    old, new = FAULTS[request.param]
    whole = Network.compile

    def compile_changed(self, style="readable", **overrides):
        made = whole(self, style, **overrides)
        if style != "fast":
            return made
        # The prediction has the lines of the forward pass, too, and comes after it.
        assert made.source.count(old) in {1, 2}
        return Compiled(made.source.replace(old, new, 1), made.arrays, made.allowed)

    monkeypatch.setattr(Network, "compile", compile_changed)
    return request.param


@pytest.mark.parametrize("fault", FAULTS, indirect=True)
def test_a_fault_in_the_fast_module_is_found_where_it_is_verified(fault):
    network = Network.parse(PLANNED)
    assert all(c.passed for style in ("readable", "loops") for c in module_checks(network, style))
    found = {c.name for c in module_checks(network, "fast") if not c.passed}
    assert found
    assert all("with a workspace" in name for name in found) == (fault == "a workspace")
    if "step" in fault:
        assert found == {"fast module's step", "fast module's step with a workspace"}
    else:
        assert {name for name in found if "step" not in name}


def test_a_network_is_verified_with_the_module_of_the_style():
    checks = Network.parse(NETWORKS[1]).verify("fast", draws=1)
    assert {c.style for c in checks} == {"", "fast"}
    assert all(c.passed for c in checks)


def run(*arguments):
    return CliRunner().invoke(app, arguments)


def test_the_command_says_which_style_it_verified():
    for style in STYLES:
        lines = run("verify", SMALL, "--style", style).stdout.splitlines()
        assert sum(f"{style} module" in line for line in lines) >= 4
        assert lines[-1].endswith(" 0 failed")
    checks = json.loads(run("verify", SMALL, "--style", "fast", "--json").stdout)["checks"]
    assert {c["style"] for c in checks} == {"", "fast"}
    plain = run("verify", SMALL).stdout
    assert "readable module" in plain
    assert "fast module" not in plain


def test_run_verifies_the_module_that_it_writes(tmp_path):
    for style in STYLES:
        done = run("run", SMALL, "-o", str(tmp_path / style), "--style", style)
        assert f"{style} module on floats" in done.stdout
        assert not any(f"{s} module" in done.stdout for s in set(STYLES) - {style})


def test_a_style_that_is_none_and_a_style_of_a_derivation_are_refused():
    assert "'quick' is not one of" in run("verify", "two-convs", "--style", "quick").output
    error = run("verify", "--replay", "-", "--style", "fast").exception
    assert "--style is for a network" in str(error)
    with pytest.raises(Exception, match="no style is called 'quick'"):
        Network.parse(PLANNED).verify("quick")
