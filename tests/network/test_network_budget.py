"""A network text has a budget: what is too much work is refused in one line, and not begun."""

import pytest
from sympy import preorder_traversal

from symconv import Network
from symconv.calculus import reverse_mode
from symconv.calculus.derivation_work import NetworkWork
from symconv.core.errors import SymconvError
from symconv.structure.array_operations import match_difference
from symconv.structure.sampled_sizes import AxisSample


def product(count, factor):
    return " * ".join(factor.format(n=n) for n in range(1, count + 1))


FACTORS = product(12, "(u[i]+u[i+{n}])")
TOO_LARGE = {
    f"y[i] = {'(' * 4}9{'^16)' * 4}*u[i]": "a number of about",
    f"y[i] = ({'(' * 3}3/7{')^16' * 3})^16*u[i]": "a number of about",
    "y[i] = exp(exp(exp(2)))*u[i]": "beyond all floating point numbers",
    "y[i] = u[i]*exp(-2000)": "beyond all floating point numbers",
    f"y[i] = sum(m<{product(10, '(M+N+K{n})')}) w[m]*u[i]": "terms, multiplied out",
    f"y[i] = u[i*{product(10, '(M+N+K{n})')}] for i<3": "terms, multiplied out",
    f"y[i] = ({' + '.join(f'u[i+{n}]' for n in range(99))})^2 for i<9": "too much work",
    "y[i] = u[i]^17": "an exponent is a small number",
    f"y[i] = {'tanh(' * 30}u[i]{')' * 30}": "nested deeper",
    f"y[i] = u[i] + {' + '.join(f'w{n}[i]' for n in range(200))}": "longer than 1000 characters",
}


@pytest.mark.parametrize("equation", TOO_LARGE)
def test_what_is_too_large_is_refused_with_what_would_be_right(equation):
    with pytest.raises(SymconvError, match=TOO_LARGE[equation]) as refused:
        Network.parse(f"input u 200 | {equation} | sse t -> C").backward()
    assert refused.value.help
    assert len(refused.value.message) < 200


@pytest.mark.parametrize(
    "equation",
    [
        f"y[i] = {FACTORS} for i<9",
        f"y[i] = {product(12, '(u[i]+w{n}[i]*u[i+{n}])')} for i<9",
        "y[i] = (u[i]+u[i+1]+u[i+2]+u[i+3])^16*(u[i]+u[i+1])^16 for i<9",
        f"y[i] = {product(40, 'exp(u[i+{n}])')} for i<9",
        f"y[i] = log({product(30, '(u[i+{n}]+1)')}) for i<9",
        f"y[i] = {' + '.join(f'w{n}[i]*u[i]' for n in range(50))}",
        "y[i] = exp(exp(2))*u[i]",
        "y[i] = u[i]*(9^16)^16",
        "y[i] = sum(m<(M+1)*(N+1)*(M+2)) w[m]*u[i]",
    ],
)
def test_what_is_large_and_can_be_done_is_done(equation):
    net = Network.parse(f"input u 200 | {equation} | sse t -> C")
    assert net.backward().derivation("u") is not None


def test_a_product_of_sums_is_never_multiplied_out():
    net = Network.parse(f"input u 40 | y[i] = {FACTORS} for i<20 | sse t -> C")
    derivation = net.backward().derivation("u")
    assert match_difference(derivation.equation) is None
    # Multiplied out, it would have 2^12 terms.
    assert all(_parts(step.after) < 5000 for step in derivation.steps)


def _parts(formula):
    return sum(1 for _ in preorder_traversal(formula))


def test_work_is_counted_and_the_same_every_time(monkeypatch):
    def spent(text):
        work = NetworkWork()
        monkeypatch.setattr(reverse_mode, "NetworkWork", lambda: work)
        Network.parse(text).backward()
        return work.spent

    text = "input u 8 | conv w 3 -> z | relu | sse t -> C"
    assert spent(text) == spent(text) > 0
    deep = [spent("input u 4 | " + "relu | " * n + "sse t -> C") for n in (10, 20, 40)]
    assert deep[2] - deep[1] == 2 * (deep[1] - deep[0])


@pytest.mark.parametrize("side", [60, 600])
def test_the_outputs_of_an_axis_are_found_in_one_pass(side):
    places = tuple(tuple(range(i, i + 3)) for i in range(side - 2))
    sample = AxisSample({}, side - 2, 3, side, places)
    assert sample.readers[1] == {0, 1}
    assert sum(map(len, sample.readers.values())) == 3 * (side - 2)
    assert sample.unread == []


@pytest.mark.parametrize(
    "text",
    [
        "input u 100000x100000 | relu | sse t -> C",
        "input u 999999x999999 | conv w 99999x99999 | sse t -> C",
        "input u 99999x99999 | maxpool 3 | sse t -> C",
        "input u 9999x999 | conv w 3x3 stride 999999 padding 999999 | sse t -> C",
        "input u 999999 | conv w 3 dilation 99999 | sse t -> C",
        "input u 4x99999x9x9 | conv w 3x3 channels 99999 groups 99999 | sse t -> C",
        "input u 999999 | dense w 999999 bias b | softmax | cross_entropy t labels -> C",
        "input u 99x99 | transposed_conv w 99x99 stride 99 | sse t -> C",
        "input x 9000x9000 | conv w 3x3 | sse t -> C",
    ],
)
def test_huge_sizes_are_only_numbers(text):
    """Nothing goes through the entries: the page says what it can without them."""
    net = Network.parse(text)
    assert net.derivation().text()
    assert net.numpy_source("readable")


@pytest.mark.parametrize("axes", [8, 25, 400])
def test_many_axes_are_refused(axes):
    with pytest.raises(SymconvError, match=f"an input of {axes} axes"):
        Network.parse(f"input u {'x'.join(['2'] * axes)} | relu | sse t -> C")


def test_a_mistake_in_a_long_text_is_shown_with_what_is_around_it():
    text = "input u 4 | " + "relu | " * 200 + "rely | " + "relu | " * 200 + "sse t -> C"
    with pytest.raises(SymconvError) as refused:
        Network.parse(text)
    shown, caret = str(refused.value).splitlines()[1:3]
    assert len(shown) < 250
    start = caret.index("^")
    assert shown[start : start + 4] == "rely"
    assert caret.count("^") == 4


def test_a_long_list_of_names_is_cut():
    text = "input u 4 | " + "".join(f"relu -> q{n}z | " for n in range(300)) + "add xxxxxxx"
    with pytest.raises(SymconvError) as refused:
        Network.parse(text)
    assert "and 261 more" in str(refused.value)
