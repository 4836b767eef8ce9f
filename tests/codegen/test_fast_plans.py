"""Plans are made from the shape of index expressions, and say why."""

import pytest

import symconv
from symconv.codegen.fast.plan.batch_split import plan_batch_split
from symconv.codegen.fast.plan.plan_report import report_plan
from symconv.codegen.fast.plan.planner import Pool, Unplanned, plan_network
from symconv.codegen.fast.plan.recognise import recognize_contraction
from symconv.codegen.fast.plan.stages import find_stages

CONV = "input x 16x3x9x8 | conv w 3x2 channels 5 stride 2 padding 1{} -> z"


def found(text):
    backward = symconv.Network.parse(text).backward()
    made = {e.key: recognize_contraction(backward.program, e) for e in backward.program.equations}
    return {key: c for key, c in made.items() if c is not None}


def test_a_convolution_and_its_gradients_are_three_sides_of_one_geometry():
    made = found(CONV.format(" bias b"))
    roles = {key: c.computes for key, c in made.items()}
    assert roles == {"z": "places", "gradient w": "kernel", "gradient x": "image"}
    assert len({c.axes for c in made.values()}) == 1
    first, second = made["z"].axes
    assert (first.extent, first.places, first.taps, first.stride, first.before) == (9, 5, 3, 2, 1)
    assert (second.extent, second.places, second.taps) == (8, 5, 2)


def test_a_flipped_kernel_is_known_by_its_index():
    assert all(c.kernel.flipped == (True, True) for c in found(CONV.format(" flip")).values())


def test_an_equation_of_ones_own_is_planned_like_a_layer():
    own = found("input x 8x9 | y[i,j] = sum(m<3, n<2) w[m,n] x[2*i+m, j+n] | sse t -> C")
    assert {c.computes for c in own.values()} == {"places", "kernel", "image"}
    assert own == found("input x 8x9 | conv w 3x2 stride 2x1 -> y | sse t -> C")


@pytest.mark.parametrize(
    ("tail", "count"),
    [
        (" | maxpool 2 -> p", 1),
        (" | relu -> a | maxpool 2 -> p", 1),
        (" | tanh -> a | maxpool 2 -> p", 0),
        (" | relu -> a | maxpool 2 stride 1 -> p", 0),
        (" | relu -> a | maxpool 3 -> p", 0),
        (" | relu -> a", 0),
        (" | p[b,f,u,v] = max(m<2, n<2) z[b,f,2*u+m,2*v+n] for u<4, v<4", 1),
        (" | p[b,f,u,v] = max(m<2, n<2) z[b,f,2*u+m,2*v+n] for u<4, v<3", 0),
        (" | p[b,f,u,v] = max(m<2, n<2) z[b,f,2*u+m,2*v+n] for u<4, v<1", 0),
    ],
)
def test_a_stage_needs_relu_at_most_and_a_tile_without_a_rest(tail, count):
    text = "input x 16x3x8x8 | conv w 3x3 channels 5 padding 1 bias b -> z" + tail
    assert len(find_stages(symconv.Network.parse(text).backward().program)) == count


def test_a_value_that_others_read_is_written():
    text = "input x 16x3x8x8 | conv w 3x3 channels 3 padding 1 -> z | relu -> a | maxpool 2 -> p"
    backward = symconv.Network.parse(text + " | sse t -> C").backward()
    assert [s.key for s in find_stages(backward.program)] == ["p"]


def test_every_equation_has_its_place_in_the_plan_or_is_hidden_in_a_stage():
    net = symconv.Network.example("lenet5")
    made = plan_network(net.program, net.backward())
    assert sum(isinstance(s, Pool) for s in made.forward) == 2
    assert made.hidden >= {"z^1", "a^1", "M^1", "delta a^1", "delta z^1"}
    plain = {s.equation.key for s in made.forward if isinstance(s, Unplanned)}
    assert plain == {"v", "h^1", "r^1", "h^2", "r^2", "h^3", "C"}


def test_the_explanation_names_forms_reasons_and_costs():
    net = symconv.Network.example("lenet5")
    text = report_plan(plan_network(net.program, net.backward()), {"z^1": "1"})
    assert "(1) z^1, a^1, p^1: one stage" in text
    assert "batch_last" in text
    assert "338688*N FLOP, 1.44 times" in text
    assert text.count("as in the readable style") > 10


@pytest.mark.parametrize(
    ("term", "apart"),
    [
        ("y[b,i]^2", True),
        ("y[b,i]*y[b,2-i]", True),
        ("y[b,i]*y[0,i]", False),
        ("y[b,i]*y[N-1-b,i]", False),
    ],
)
def test_a_cost_whose_terms_read_other_samples_is_not_split(term, apart):
    text = f"input x Nx3 | y[b,i] = x[b,i]^2 | C = sum(b<N, i<3) {term}"
    assert (plan_batch_split(symconv.Network.parse(text).program) is not None) == apart
