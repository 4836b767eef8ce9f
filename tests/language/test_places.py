"""Letters in places: an index that is forgotten is refused, and a padding is one at both ends."""

import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError

FORGOTTEN = {
    "input x 5 | y[i] = sum(r<3) w[q,r] x[i]": "q",
    "input x 5 | y[i] = w[i,r,q] x[i]": "r",
    "input x 5 | y[i] = w[j] x[i]": "j",
    "input x 5 | y[i] = x[i+m] w[m] for i<3": "m",
    "input x 5 | y[i] = x[i-m] for i<3": "m",
    "input x 5 | y[i] = x[2*i + j] for i<2": "j",
    "input x 5 | y[i] = x[i] [i = k]": "k",
    "input x 5 | y[i] = x[i] [i < 2*k]": "k",
    "input x 5x5 | y[i] = sum(j) x[i,j] w[j,k]": "k",
    "input x 5x5 | y[i] = max(j) x[k,j] for i<2": "k",
    "input x H | y[i] = x[i] w[K]": "K",
    "input x 4 | s = sum(m) x[m] [j < k]": "j",
}


@pytest.mark.parametrize("text", FORGOTTEN)
def test_an_index_that_is_bound_nowhere_is_refused_in_its_place(text):
    with pytest.raises(SymconvError, match=f"index {FORGOTTEN[text]} is bound nowhere") as caught:
        Network.parse(text)
    start, stop = caught.value.position
    assert text[start:stop] == FORGOTTEN[text]
    assert f"sum({FORGOTTEN[text]}<3)" in caught.value.help


@pytest.mark.parametrize(
    "text",
    [
        "input x 5 | y[i] = sum(m<3) x[s*i + m - p] w[m] for i<2",
        "input x 5 | y[i] = sum(m<3) x[i + d*m] w[m] for i<2",
        "input x 5 | y[i] = sum(m<k) x[i + k - 1 - m] w[m] for i<2",
        "input x H | y[i] = x[H - 1 - i] for i<H",
        "input x H | y[i] = x[i] w[H - 1]",
        "input x 5 | y[i] = x[i] w[2]",
        "input x 5 | y[i] = x[i] [i < n] for i<n",
    ],
)
def test_strides_paddings_and_sizes_that_are_known_are_no_forgotten_indices(text):
    assert Network.parse(text).program.equations


PADDED = {
    "input x NxN | y[i] = sum(m<3) x[i+m-N, 0] w[m] for i<N": False,
    "input x H | y[i] = sum(m<k) x[i+m-p] w[m] for i<H": False,
    "input x H | y[i] = sum(m<k) x[i+m-H] w[m] for i<2*H": False,
    "input x H | y[i] = sum(m<k) x[i+m-p] w[m] for i<H+2*p-k+1": True,
    "input x HxW | conv w axb padding p -> z": True,
    "input x HxW | conv w axb padding p stride s -> z": True,
    "input x HxW | conv w axb padding p padding_after q -> z": False,
    "input x HxW | maxpool 3x3 padding p -> z": True,
}


@pytest.mark.parametrize("text", PADDED)
def test_a_padding_is_called_so_only_where_both_borders_have_it(text):
    said = Network.parse(text).derivation().text().replace("\n", " ")
    assert ("is the padding" in " ".join(said.split())) == PADDED[text]


DOUBLE = {
    "input x 3 | softmax | cross_entropy t": "takes the softmax twice",
    "input x Nx3 | softmax -> p | cross_entropy t labels -> C": "takes the softmax twice",
    "input x 3 | sigmoid | bce_logits t": "takes the sigmoid twice",
    "input x 3 | cross_entropy t": "",
    "input x 3 | log_softmax | sse t": "",
    "input x 3 | softmax | sse t": "",
    "input x 3 | sigmoid | bce t": "",
}


@pytest.mark.parametrize("text", DOUBLE)
def test_a_softmax_that_is_taken_twice_is_warned_of(text):
    remarks = Network.parse(text).remarks
    assert any(DOUBLE[text] in r for r in remarks) if DOUBLE[text] else not remarks


def test_an_index_of_a_sum_means_something_in_its_own_sum_only():
    text = "input x 2 | constant a 3 | s = sum(j) x[j] + sum(j) a[j]"
    assert str(Network.parse(text).program.equations[0].rhs) == (
        "Sum(a[j], (j, 0, 2)) + Sum(x[j], (j, 0, 1))"
    )


@pytest.mark.parametrize("equation", ["s = sum(j) x[j] a[j]", "s[j] = x[j] a[j]"])
def test_an_index_along_axes_of_two_lengths_is_refused(equation):
    with pytest.raises(SymconvError, match="the index j runs along axes of 2 and 3 entries"):
        Network.parse(f"input x 2 | constant a 3 | {equation}")
    assert Network.parse("input x 2 | constant a 3 | s = sum(j<2) x[j] a[j]").program.equations
