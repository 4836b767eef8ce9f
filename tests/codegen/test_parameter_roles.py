"""What parameters are for, and how far weights are spread at first: told from the equations."""

import pytest
from kept_networks import parse_once

from symconv.api import Network
from symconv.codegen.python.parameter_roles import find_parameter_role

CASES = [
    # Fan in alone before what is like a rectifier, however far behind; fan in plus fan out else.
    ("input x Nx5 | dense w 4 bias b | relu | dense v 3 | sse t", {"w": 5, "b": "bias", "v": 7}),
    ("input x Nx5 | dense w 4 | tanh | dense v 3 | relu | sse t", {"w": 9, "v": 4}),
    ("input x Nx5 | dense w 4 | sigmoid | relu | sse t", {"w": 9}),
    ("input x Nx5 | dense w 4 | silu | dense v 2 | gelu exact | sse t", {"w": 5, "v": 4}),
    ("input x Nx5 | dense w 4 | elu | dense v 2 | leaky_relu | sse t", {"w": 5, "v": 4}),
    ("input x Nx5 | dense w 4 | softplus | dense v 2 transposed | relu | sse t", {"w": 5, "v": 4}),
    ("input x Nx5 | dense w 4 | layernorm weight g bias b | relu | sse t", {"w": 5, "g": "scale"}),
    ("input x Nx5 | dense w 4 | dense v 4 | relu | sse t", {"w": 9, "v": 4}),
    ("input x Nx5 | dense w 1 | relu | dense v 3 | sse t", {"w": 5, "v": 4}),
    # A row of a table is picked, not summed: one product.
    ("input x Nx6 | embedding w 10x4 | flatten | dense v 3 | sse t", {"w": 5, "v": 27}),
    # Windows: taps times channels in, taps times filters out; groups see their own block.
    (
        "input x Nx2x8x8 | conv w 3x3 channels 6 bias b | relu | flatten | dense v 2 | sse t",
        {"w": 18, "b": "bias", "v": 218},
    ),
    ("input x Nx2x8x8 | conv w 3x3 channels 6 | sse t", {"w": 18 + 54}),
    ("input x Nx4x8x8 | conv w 3x3 channels 6 groups 2 | sse t", {"w": 18 + 27}),
    ("input x Nx4x8x8 | conv w 3x3 channels 4 groups 4 | sse t", {"w": 9 + 9}),
    ("input x Nx2x8x8 | conv w 3x3 channels 6 stride 2 padding 1 | relu | sse t", {"w": 18}),
    ("input x Nx2x9 | conv w 3 channels 6 dilation 2 flip | sse t", {"w": 6 + 18}),
    ("input x Nx2x4x4 | transposed_conv w 2x2 channels 3 stride 2 | relu | sse t", {"w": 8}),
    (
        "input x Nx2x8x8 | conv w 3x3 channels 6 | batchnorm weight g bias b | maxpool 2x2 | relu",
        {"w": 18, "g": "scale", "b": "bias"},
    ),
    ("input x Nx3 | scale g | sse t", {"g": "scale"}),
    ("input x 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C", {"w^1": 8}),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_roles_and_fans_follow_from_the_equations(text, wanted):
    program = Network.parse(text if "sse" in text else f"{text} | sse t").program
    roles = {t.key: find_parameter_role(program, t) for t in program.given if t.role == "parameter"}
    found = {k: int(r.fan) if r.kind == "weight" else r.kind for k, r in roles.items()}
    assert {k: found[k] for k in wanted} == wanted


def test_the_fan_of_an_open_size_is_a_formula():
    program = Network.parse("input x NxM | dense w Q | relu | sse t").program
    (w,) = (t for t in program.given if t.role == "parameter")
    assert str(find_parameter_role(program, w).fan) == "M"


def test_a_parameter_that_nothing_reads_begins_at_0():
    text = "input x 3x2 | y[n,d] = x[n,d] + (x[n,d] - x[n,d])*v for n<3, d<2 | sse t"
    module = parse_once(text).compile().module
    assert [p.name for p in module.PARAMETERS] == ["v"]
    assert not module.initial(0)["v"].any()
