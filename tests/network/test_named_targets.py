"""A cost takes what stands before it as its target: an input, a constant, or a value."""

import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError

TAKEN = {
    "input x 3 | input t 2 | dense U 2 of x -> h | sse t -> C": ("input", ["gradient t"]),
    "input x 3 | constant t 2 | dense U 2 of x -> h | sse t -> C": ("target", []),
    "input x 3 | dense U 2 -> t | dense V 2 of x -> h | sse t -> C": ("value", ["delta t"]),
    "input t 3 | dense U 2 -> h | dense V 3 -> y | half_sse t -> C": ("input", ["gradient t"]),
    "input x 3 | input t 2 | dense U 2 of x -> h | sse -> C": ("input", ["gradient t"]),
    "input x Nx3 | constant t N | cross_entropy t labels of x": ("target", []),
    "input x Nx3 | input t Nx3 | cross_entropy t of x": ("input", ["gradient t"]),
    "input x 3 | dense U 2 -> a | relu -> h | sse t": ("target", []),
    # A letter that symconv would have given is the person's, as ever.
    "input x 3 | relu | sse a": ("target", []),
}


@pytest.mark.parametrize("text", TAKEN)
def test_a_target_is_what_has_its_name(text):
    network = Network.parse(text)
    name = "a" if text.endswith("sse a") else "t"
    role, derivatives = TAKEN[text]
    assert network.program.tensor(name).role == role
    found = [t.key for t in network.backward().program.tensors if t.is_derivative]
    assert [k for k in found if k.endswith(f" {name}")] == derivatives
    assert [c.line for c in network.verify(draws=1) if not c.passed] == []


def test_a_value_is_named_with_its_layer_where_several_have_its_letter():
    network = Network.parse("input x 3 | dense w 3 -> a | dense w 3 -> a | sse a^1 -> C")
    assert str(network.program.equations[-1].rhs).startswith("Sum((-a^1[q] + a^2[q])**2")


REFUSED = {
    "input x 3 | input t 3 | sse t": ("takes 't' as its input and as its target", "'sse ... of a'"),
    "input x 3 | dense w 3 -> y | mse y": (
        "takes 'y' as its input and as its target", "'mse ... of a'",
    ),
    "input 3 | l1 x": ("takes 'x' as its input and as its target", "'l1 ... of a'"),
    "input x 3 | input t 4 | sse t of x": ("'t' has the shape 4, where 3 is needed", ""),
    "input x Nx3 | input t N | cross_entropy t labels of x": (
        "'t' holds class numbers, which have no gradient", "'constant t ...'",
    ),
    "input x 3 | dense w 3 -> a | dense w 3 -> a | sse a": ("called 'a'", "a^1"),
    "input x Nx3 | input v 3 | nll_loss t weights v": (
        "takes 'v' as its input and as its weights", "'nll_loss ... of a'",
    ),
    "input x Nx3 | input m 3 | input v 3 | batchnorm inference mean m variance v": (
        "takes 'v' as its input and as its variance", "'batchnorm ... of a'",
    ),
    "input x Nx3 | input p 3 | bce_logits t pos_weight p": (
        "takes 'p' as its input and as its pos_weight", "'bce_logits ... of a'",
    ),
    "input x 3 | dense t 3 | sse t": ("the name 't' is given twice", "another letter"),
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_a_target_that_cannot_be_meant_is_refused_with_its_place(text):
    message, help_ = REFUSED[text]
    with pytest.raises(SymconvError) as caught:
        Network.parse(text)
    assert message in caught.value.message
    assert help_ in (caught.value.help or "")
    start, stop = caught.value.position
    assert text[start:stop] in text.split(" | ")[-1]


CLAIMS = {
    "dC/dt_1 = -2 (h_1 - t_1)": "right",
    "dC/dt_2 = 2 (t_2 - h_2)": "right",
    "dC/dt = -dC/dh": "right",
    "dC/dt_1 = 2 (h_1 - t_1)": "wrong",
    "dC/dt_1 = -(h_1 - t_1)": "right under a condition",
    "dC/dt_1 = -3 (h_1 - t_1)": "wrong",
    "dC/dt = dC/dh": "wrong",
    "dC/dt_1 = 0": "wrong",
    "dC/dh_1 = 2 (h_1 - t_1)": "right",
}


def test_claims_about_the_gradient_by_a_target_are_judged():
    network = Network.parse("input x 3 | input t 2 | dense U 2 of x -> h | sse t -> C")
    assert {c: network.check(c).verdict for c in CLAIMS} == CLAIMS


BY_BOTH = {
    "dC/dy_1 = y_1 - t_1": "right",
    "dC/dt_1 = -(y_1 - t_1)": "wrong",
    "dC/dt_1 = U_{1,1} dC/dh_1 + U_{2,1} dC/dh_2 - (y_1 - t_1)": "right",
    "dC/dt_1 = U_{1,1} dC/dh_1 + U_{2,1} dC/dh_2": "wrong",
}


def test_an_input_that_is_its_own_target_is_seen_on_both_paths():
    network = Network.parse("input t 3 | dense U 2 -> h | dense V 3 -> y | half_sse t -> C")
    assert {c: network.check(c).verdict for c in BY_BOTH} == BY_BOTH
