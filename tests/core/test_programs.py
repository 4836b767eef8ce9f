"""What a program answers about itself: what is given, what is required, what is derived."""

import re

import pytest
from paths import ROOT

from symconv import Network
from symconv.calculus.second_order import hessian_vector_product
from symconv.core.tensor import key_of, normalize_name

PACKAGE = ROOT / "symconv"
TEXT = "input x 6x6 | conv w 3x3 bias b -> z | relu -> a | maxpool 2 -> p | sse t -> C"
NET = Network.parse(TEXT)


def keys(equations):
    return [e.key for e in equations]


def test_given_is_what_the_caller_passes_in_the_order_of_parameters():
    assert [t.key for t in NET.program.given] == ["x", "w", "b", "t"]
    assert NET.backward().program.given == NET.program.given


def test_the_delta_of_an_open_output_is_not_given_to_the_forward_pass():
    net = Network.parse("input x 6 | dense W 2 -> y")
    assert [t.key for t in net.backward().program.given] == ["x", "W"]
    assert net.backward().seed.key == "delta y"


def test_required_are_the_equations_that_a_result_depends_on():
    assert keys(NET.program.required(["a"])) == ["z", "a"]
    assert keys(NET.program.required(["C"], known=["a"])) == ["p", "C"]
    assert keys(NET.program.required(["x"])) == []


def test_required_of_the_backward_pass_leaves_out_what_no_result_needs():
    backward = NET.backward()
    forward = keys(NET.program.equations)
    needed = keys(backward.program.required(["gradient w"], forward))
    assert needed == ["delta p", "M", "delta a", "delta z", "gradient w"]


@pytest.mark.parametrize("wrt", [(), ("w",), ("x",)])
def test_the_equations_of_a_backward_pass_are_what_it_adds_to_the_program(wrt):
    backward = NET.backward(*wrt)
    assert backward.program.equations == NET.program.equations + backward.equations
    masks = [e for e in backward.equations if backward.program.tensor(e.key).role == "mask"]
    assert [e for e in backward.equations if e not in masks] == list(backward.program.derivatives)


def test_the_same_holds_for_second_derivatives():
    net = Network.parse("input x 4 | dense W 2 -> y | tanh -> a | sse t -> C")
    second = hessian_vector_product(net.program, (net.tensor("W"),))
    passes = second.passes
    assert passes.program.equations == second.forward.equations + passes.equations


def test_an_equation_says_what_it_reads():
    z = NET.program.equation("z")
    assert z.reads == {"x", "w", "b"}
    assert key_of(z.lhs) == z.key == "z"


@pytest.mark.parametrize(
    ("name", "plain"), [("w^1", "w1"), ("w_1", "w1"), ("delta o^1", "deltao1"), ("δ_o", "deltao")]
)
def test_marks_that_people_leave_out(name, plain):
    assert normalize_name(name) == plain


def test_a_tensor_is_found_without_its_marks():
    net = Network.example("two-convs")
    assert {net.tensor(name).key for name in ("w^1", "w_1", "w1")} == {"w^1"}


def test_the_key_of_an_access_is_asked_in_one_place():
    for path in sorted(PACKAGE.rglob("*.py")):
        found = re.search(r"str\([\w.]+\.base\.(label|name)\)", path.read_text(encoding="utf-8"))
        assert not found or path.name == "tensor.py", path
