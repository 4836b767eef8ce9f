"""Plans are made from the shape of index expressions, and say why."""

from dataclasses import replace

import pytest
from sympy import Mul, tanh
from sympy.tensor.indexed import Indexed

import symconv
from symconv.codegen.fast.plan.batch_last_dense import match_dense_product
from symconv.codegen.fast.plan.batch_split import plan_batch_split
from symconv.codegen.fast.plan.plan_report import report_plan
from symconv.codegen.fast.plan.planner import Pool, Unplanned, plan_network
from symconv.codegen.fast.plan.recognise import recognize_contraction
from symconv.codegen.fast.plan.stages import find_stages
from symconv.core.nodes import step

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


CHANGED = {
    "delta a": [
        lambda e: 2 * e.rhs,
        lambda e: tanh(e.rhs),
        lambda e: e.rhs.args[0],
        lambda e: Mul(*(a * a for a in e.rhs.args)),
    ],
    "delta b": [
        lambda e: 2 * e.rhs,
        lambda e: e.rhs.replace(step, tanh),
        lambda e: e.rhs.replace(step, lambda a: a**2),
        lambda e: e.rhs.replace(step, lambda a: step(a + 1)),
        lambda e: e.rhs.replace(step, lambda a: step(a.func(a.base, *a.indices[::-1]))),
        lambda e: e.rhs.xreplace({a: a.args[0] for a in e.rhs.atoms(step)}),
        lambda e: Mul(*(tanh(a) if isinstance(a, Indexed) else a for a in e.rhs.args)),
        lambda e: Mul(*(e.lhs if isinstance(a, Indexed) else a for a in e.rhs.args)),
        lambda e: e.rhs.xreplace({a.args[0]: e.lhs for a in e.rhs.atoms(step)}),
    ],
}


@pytest.mark.parametrize(("key", "change"), [(k, c) for k, some in CHANGED.items() for c in some])
def test_a_stage_is_what_its_equations_say(key, change):
    """The mask times a delta, then the step of the same entry times that: nothing near it."""
    text = "input x 4x3x8x8 | conv w 3x3 channels 3 -> b | relu -> a | maxpool 2 -> p"
    program = symconv.Network.parse(text).backward().program
    assert len(find_stages(program)) == 1
    equations = tuple(replace(e, rhs=change(e)) if e.key == key else e for e in program.equations)
    assert equations != program.equations
    assert find_stages(replace(program, equations=equations)) == ()


@pytest.mark.parametrize("text", ["2x4x8x9 | conv w 3x2 channels 6 -> y", "9x7 | conv w 2x3 -> y"])
def test_the_multiplications_are_those_of_the_sums(text):
    """One for each value of every index, of the result and of the sum."""
    net = symconv.Network.parse(f"input x {text}")
    equation = net.program.equation("y")
    counts = [n for _, n in equation.ranges] + [high + 1 for _, _, high in equation.rhs.limits]
    made = found(f"input x {text}").values()
    assert [c.multiplications for c in made] == [Mul(*counts)] * 3


@pytest.mark.parametrize(
    ("readers", "taken"),
    [
        ("z[b,i,j] = y[b,2*i+j] for b<4, i<2, j<2", True),
        (
            "z[b,i,j] = y[b,2*i+j] for b<4, i<2, j<2 | q[b,k] = z[b,k,0] + y[b,k] for b<4, k<2",
            False,
        ),
        ("z[b,k] = tanh(y[b,k]) for b<4, k<4", False),
        ("z[b,i,j] = 2*y[b,2*i+j] for b<4, i<2, j<2", False),
    ],
)
def test_rows_lie_with_the_batch_last_where_they_are_read_as_pictures_alone(readers, taken):
    product = "y[b,k] = sum(q) x[b,q] w[q,k] for b<4, k<4"
    program = symconv.Network.parse(f"input x 4x3 | {product} | {readers}").program
    assert bool(match_dense_product(program, program.equations[0])) == taken
    alone = symconv.Network.parse(f"input x 4x3 | {product}").program
    assert match_dense_product(alone, alone.equations[0]) is None


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
