"""Class numbers are read and written as places, not as arrays of all classes."""

import numpy as np
import pytest

from symconv.api import Network

GIVEN = "input x 5x4 | constant t 5 | constant s 5 | input u 5 | "
FORMS = {
    "input k NxT | embedding w 6x3 -> y": ("y = w[k]", "dw = add_by_label(delta_y, k, (6, 3))"),
    "input k N | embedding w 6x3 -> y": ("y = w[k]", "dw = add_by_label(delta_y, k, (6, 3))"),
    f"{GIVEN}y[b] = sum(q) [t[b] = q] x[b,q]": ("np.take_along_axis(x, t[:, None], axis=1)[:, 0]",),
    f"{GIVEN}y[b] = sum(q<4) [t[b] = q] v[q] u[b]": ("v[t]", "dv = add_by_label("),
    f"{GIVEN}y[b,j] = sum(q<4) [t[b] = q] w[j,q] u[b] for j<3": ("w[:, t]", "add_by_label("),
    f"{GIVEN}y[q] = sum(b) [t[b] = q] u[b] for q<4": ("y = add_by_label(u, t, (4,))", "delta_y[t]"),
    f"{GIVEN}y[j,q] = sum(b) [t[b] = q] x[b,j] u[b] for q<4": ("add_by_label(", "(4, 4)"),
    f"{GIVEN}y[b] = sum(q<4) [t[b] = q] v[q] x[b,q]": ("v[t]", "np.take_along_axis(x, t[:, None]"),
    f"{GIVEN}y[b] = sum(q<4) [t[b] = q] [q <= 2] v[q] u[b]": ("[t]",),
    f"{GIVEN}y[b,q] = [t[b] = q] u[b] for q<4": ("np.take_along_axis(delta_y, t[:, None]",),
    "input x Nx4 | cross_entropy t labels -> y": ("np.take_along_axis(log_softmax(x, axis=1), t",),
    "input x Nx4 | nll_loss t labels weights v -> y": ("v[t]", "np.take_along_axis(x, t[:, None]"),
}  # fmt: skip
"""Networks with class numbers, and what stands in their modules."""

ONE_HOT = [
    f"{GIVEN}y[b] = sum(q<4) [t[b] = q] [s[b] = q] x[b,q]",
    f"{GIVEN}y[b] = sum(q<4) [t[b] = q] u[b]",
    "input x Nx4 | nll_loss t labels ignore -100 -> y",
    "input x Nx4 | constant t N | v[b] = t[b] | y[b] = sum(q) [v[b] = q] x[b,q]",
]
"""Where an entry is not meant, or a label may be none of the classes."""


@pytest.mark.parametrize("text", FORMS)
def test_an_entry_at_a_label_is_taken_and_added_to(text):
    network = Network.parse(text)
    for style in ("readable", "fast"):
        source = network.numpy_source(style).replace("values.", "")
        assert [form for form in FORMS[text] if form not in source] == []
        assert [c.line for c in network.verify(style, draws=1) if not c.passed] == []


@pytest.mark.parametrize("text", ONE_HOT)
def test_what_is_no_entry_at_a_label_is_compared_with_every_class(text):
    network = Network.parse(text)
    source = network.numpy_source()
    assert [word for word in ("take_along_axis", "add_by_label", "[t]") if word in source] == []
    assert [c.line for c in network.verify(draws=1) if not c.passed] == []


def test_a_row_that_is_read_twice_gets_both_gradients():
    network = Network.parse("input k 4 batch 2 | embedding w 3x2 -> y")
    k = np.array([[0, 2, 2, 0], [1, 2, 0, 2]])
    w = np.arange(6, dtype=np.float32).reshape(3, 2)
    for style in ("readable", "fast", "loops"):
        compiled = network.compile(style)
        values = compiled.forward(k=k, w=w)
        assert values.y.dtype == np.float32
        assert (values.y == w[k]).all()
        known = {"k": k, "w": w, "values": values, "delta_y": np.ones((2, 4, 2), np.float32)}
        taken = compiled.module.backward.__code__.co_varnames
        dw = compiled.backward(**{n: a for n, a in known.items() if n in taken}).dw
        assert dw.dtype == np.float32
        assert (dw == np.array([[3, 3], [1, 1], [4, 4]])).all()
