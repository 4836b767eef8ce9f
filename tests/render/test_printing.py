"""Formulas print the way people write them: exact strings in LaTeX, Unicode and ASCII."""

import pytest
from sympy import KroneckerDelta, Rational, Sum, Symbol, exp, pi, sqrt, symbols, tanh

from symconv.core.nodes import (
    Box,
    Equals,
    LogSumExp,
    MaxOver,
    OneHot,
    Partial,
    absolute,
    limits,
    relu,
    sigmoid,
)
from symconv.core.tensor import Name, Tensor, amount, index, size
from symconv.notation.presets import FLAT1, IJ0, IJ1
from symconv.render.formula.arrange import arrange
from symconv.render.formula.latex import Latex
from symconv.render.formula.names import DisplayNames
from symconv.render.formula.plain import PlainText, print_ascii
from symconv.render.formula.scalars import parse_left_side, scalar_latex, scalar_text
from symconv.render.formula.tree import DisplayDecimal, DisplayProduct
from symconv.render.formula.tree_helpers import negate

b, c, f, i, j, m, n, u, v = map(index, "bcfijmnuv")
bq, cq, fq, iq, jq, mq, nq = (index(f"{letter}'") for letter in "bcfijmn")
B, C, F, H, W, k1, k2, s, d = map(size, ["B", "C", "F", "H", "W", "k1", "k2", "s", "d"])
Ho, Wo = size("H_o"), size("W_o")
p = amount("p")


def tensor(letter, *shape, role="value", layer=None, kind=""):
    return Tensor(Name(letter, layer, kind), shape, role)


x = tensor("x", B, C, H, W, role="input")
w = tensor("w", F, C, k1, k2, role="parameter")
beta = tensor("beta", F, role="parameter")
delta = tensor("z", B, F, Ho, Wo, kind="delta", role="delta")
mask = tensor("M", B, C, Ho, Wo, k1, k2, role="mask")
grid = tensor("x", H, W, role="input")
kernel = tensor("w", k1, k2, role="parameter")
scalar_bias = tensor("beta", 1, role="parameter")
flat_delta = tensor("o", Ho, Wo, kind="delta", role="delta", layer=1)
cost = tensor("C", 1, role="cost")

ROLES = {"x": "input", "w": "parameter", "beta": "parameter", "M": "mask", "C": "cost"}


def names(notation=IJ0, *, short=True):
    return DisplayNames(notation, ROLES, ROLES, short_deltas=short)


def latex(e, notation=IJ0, *, short=True):
    return Latex().write(arrange(e, names(notation, short=short)))


def unicode(e, notation=IJ0):
    return PlainText().write(arrange(e, names(notation)))


def ascii_text(e, notation=IJ0):
    return print_ascii(arrange(e, names(notation)))


def total(body, *ranges):
    return Sum(body, *limits(reversed(ranges)))


conv = total(kernel[m, n] * grid[i + m, j + n], (m, k1), (n, k2)) + scalar_bias[0]
strided = total(
    delta[b, f, (u + p - d * m) / s, (v + p - d * n) / s] * w[f, c, m, n], (f, F), (m, k1), (n, k2)
)


def test_convolution_in_the_plane():
    assert latex(conv) == (r"\sum_{m=0}^{k_1-1}\sum_{n=0}^{k_2-1} w_{m,n}\,x_{i+m,j+n} + \beta")
    assert unicode(conv) == "Σ_{m,n} w[m,n] x[i+m, j+n] + β"
    assert ascii_text(conv) == "sum_{m,n} w[m,n] x[i+m, j+n] + beta"


def test_convolution_counted_from_one():
    assert latex(conv, IJ1) == (
        r"\sum_{m=1}^{k_1}\sum_{n=1}^{k_2} w_{m,n}\,x_{i+m-1,j+n-1} + \beta"
    )
    assert latex(conv, FLAT1) == latex(conv, IJ1)


def test_strided_convolution():
    e = total(
        w[f, c, m, n] * x[b, c, s * i + d * m - p, s * j + d * n - p], (c, C), (m, k1), (n, k2)
    )
    assert latex(e + beta[f]) == (
        r"\sum_{c=0}^{C-1}\sum_{m=0}^{k_1-1}\sum_{n=0}^{k_2-1} "
        r"w_{f,c,m,n}\,x_{b,c,s i+d m-p,s j+d n-p} + \beta_{f}"
    )
    assert ascii_text(e) == "sum_{c,m,n} w[f,c,m,n] x[b, c, s i+d m-p, s j+d n-p]"
    assert r"x_{b,c,s(i-1)+d(m-1)-p+1,s(j-1)+d(n-1)-p+1}" in latex(e, IJ1)


def test_gradient_puts_the_error_signal_first():
    e = total(delta[b, fq, i, j] * x[b, cq, i + mq, j + nq], (b, B), (i, Ho), (j, Wo))
    assert latex(e) == (
        r"\sum_{b=0}^{B-1}\sum_{i=0}^{H_o-1}\sum_{j=0}^{W_o-1} "
        r"\delta_{b,f',i,j}\,x_{b,c',i+m',j+n'}"
    )
    assert unicode(e) == "Σ_{b,i,j} δ[b,f′,i,j] x[b, c′, i+m′, j+n′]"
    assert ascii_text(e) == "sum_{b,i,j} delta[b,f',i,j] x[b, c', i+m', j+n']"


@pytest.mark.parametrize("written", [strided, strided.expand()])
def test_rational_index_is_one_fraction(written):
    assert latex(written, short=False) == (
        r"\sum_{f=0}^{F-1}\sum_{m=0}^{k_1-1}\sum_{n=0}^{k_2-1} "
        r"\delta^{z}_{b,f,\tfrac{u+p-d m}{s},\tfrac{v+p-d n}{s}}\,w_{f,c,m,n}"
    )
    assert ascii_text(written) == ("sum_{f,m,n} delta[b, f, (u+p-d m)/s, (v+p-d n)/s] w[f,c,m,n]")


def test_rational_index_counted_from_one():
    assert r"\tfrac{u+p-d(m-1)-1}{s}+1" in latex(strided, IJ1)
    assert ascii_text(grid[(i + m) / 2, 0], IJ1) == "x[(i+m)/2, 1]"


def test_index_order():
    accesses = [
        (i + m - p, "i+m-p"),
        (k1 - 1 - m, "k1-1-m"),
        (s * i + d * m - p, "s i+d m-p"),
        (c * H * W + i * W + j, "c H W+i W+j"),
        (2 * i + m, "2i+m"),
        (-m + iq + p, "i'+p-m"),
        (m - i + 1, "m-i+1"),
        (F * u + f, "u F+f"),
    ]
    for place, expected in accesses:
        assert ascii_text(tensor("y", H)[place]) == f"y[{expected}]"


def test_error_signals_are_named_as_shortly_as_the_program_allows():
    assert latex(flat_delta[i, j]) == r"\delta^{1}_{i,j}"
    assert latex(flat_delta[i, j], short=False) == r"\delta^{o^{1}}_{i,j}"
    assert latex(delta[b, f, i, j], short=False) == r"\delta^{z}_{b,f,i,j}"
    assert unicode(flat_delta[i, j]) == "δ¹[i,j]"


def test_gradients_are_derivatives_of_the_cost():
    gradient = tensor("w", 2, 2, layer=1, kind="gradient", role="gradient")
    assert latex(gradient[mq, nq]) == r"\frac{\partial C}{\partial w^{1}_{m',n'}}"
    assert unicode(gradient[mq, nq]) == "∂C/∂w¹[m′,n′]"
    assert ascii_text(gradient[mq, nq]) == "dC/dw^1[m',n']"
    assert latex(cost[0]) == "C"


def test_numbers_stand_in_front():
    o, y = tensor("o", H, layer=2), tensor("y", H, role="target")
    assert ascii_text(2 * o[i] - 2 * y[i]) == "2(o^2[i] - y[i])"
    assert latex(2 * o[i] - 2 * y[i]) == r"2(o^{2}_{i} - y_{i})"
    assert latex((o[i] - y[i]) / 2) == r"\frac{1}{2} (o^{2}_{i} - y_{i})"
    assert ascii_text(y[i] - o[i]) == "y[i] - o^2[i]"
    assert ascii_text(-2 * o[i] - 4 * y[i]) == "-2(o^2[i] + 2 y[i])"
    assert ascii_text(3 * (2 * o[i] - 2 * y[i]) ** 2) == "12(o^2[i] - y[i])^2"


def test_half_the_sum_of_squares():
    o, y = tensor("o", H), tensor("y", H, role="target")
    half = Sum((o[i] - y[i]) ** 2, (i, 0, H - 1)) / 2
    assert latex(half) == r"\frac{1}{2} \sum_{i=0}^{H-1} (o_{i} - y_{i})^{2}"
    assert unicode(half) == "1/2 Σ_{i} (o[i] − y[i])²"


def test_average_pooling_divides_in_front():
    e = total(grid[s * i + m, s * j + n], (m, k1), (n, k2)) / (k1 * k2)
    assert latex(e) == (r"\frac{1}{k_1 k_2} \sum_{m=0}^{k_1-1}\sum_{n=0}^{k_2-1} x_{s i+m,s j+n}")
    assert unicode(e) == "1/(k₁ k₂) Σ_{m,n} x[s i+m, s j+n]"


def test_maximum_and_its_mask():
    largest = MaxOver(grid[s * i + mq, s * j + nq], *limits([(mq, k1), (nq, k2)]))
    first = OneHot(largest, m, n)
    assert latex(largest) == (
        r"\max_{\substack{0 \le m' < k_1 \\ 0 \le n' < k_2}} x_{s i+m',s j+n'}"
    )
    assert latex(first) == (
        r"\Bigl[(m,n) = \operatorname*{arg\,max}_{\substack{0 \le m' < k_1 \\ 0 \le n' < k_2}} "
        r"x_{s i+m',s j+n'}\Bigr]"
    )
    assert r"1 \le m' \le k_1" in latex(largest, IJ1)
    assert unicode(first) == "[(m, n) = argmax_{m′,n′} x[s i+m′, s j+n′]]"


def test_brackets():
    e = grid[i, j] * KroneckerDelta(i, iq) * Box((i + p - m) / s, Ho)
    assert unicode(e) == "x[i,j] [0 ≤ (i + p − m)/s < H_o] [i = i′]"
    assert ascii_text(e, IJ1) == "x[i,j] [1 <= (i + p - m)/s + 1 <= H_o] [i = i']"


def test_derivative_still_to_be_done():
    e = delta[b, f, i, j] * Partial(conv, kernel[mq, nq])
    assert latex(e) == (
        r"\delta_{b,f,i,j}\,\frac{\partial}{\partial w_{m',n'}}\biggl("
        r"\sum_{m=0}^{k_1-1}\sum_{n=0}^{k_2-1} w_{m,n}\,x_{i+m,j+n} + \beta\biggr)"
    )
    assert unicode(Partial(grid[i, j], kernel[m, n]) * grid[i, j]) == "x[i,j] ∂x[i,j]/∂w[m,n]"
    assert unicode(Partial(cost[0], grid[i, j]) * grid[i, j]) == "∂C/∂x[i,j] · x[i,j]"


def test_functions():
    assert latex(sigmoid(grid[i, j])) == r"\sigma(x_{i,j})"
    assert latex(relu(grid[i, j])) == r"\operatorname{relu}(x_{i,j})"
    assert latex(1 - tanh(grid[i, j]) ** 2) == r"1 - \tanh(x_{i,j})^{2}"
    assert latex(1 / (1 + exp(-grid[i, j]))) == r"\frac{1}{1 + \exp(-x_{i,j})}"
    assert unicode(1 / (1 + exp(-grid[i, j]))) == "1/(1 + exp(−x[i,j]))"


def test_a_reduction_that_is_not_last_stands_in_parentheses():
    first, second = total(grid[i, 0], (i, H)), total(grid[0, j], (j, W))
    assert ascii_text(first * second) == "(sum_{i} x[i,0]) sum_{j} x[0,j]"
    assert ascii_text(total(grid[i, 0] + grid[0, i], (i, H))) == "sum_{i} (x[0,i] + x[i,0])"


def test_an_index_as_a_number_moves_with_the_origin():
    assert ascii_text(i * grid[i, 0]) == "i x[i,0]"
    assert ascii_text(i * grid[i, 0], IJ1) == "(i - 1) x[i,1]"


def test_long_names_are_upright_and_hostile_names_harmless():
    assert latex(tensor("bias", H)[i]) == r"\mathrm{bias}_{i}"
    assert latex(tensor("w2", H)[i]) == r"\mathrm{w2}_{i}"
    assert latex(size("H_in")) == r"H_{\mathrm{in}}"
    assert latex(size("k1")) == "k_1"
    hostile = latex(Symbol(r"\input{x}"))
    assert r"\input" not in hostile
    assert hostile == r"\mathrm{\text{\textbackslash{}input\{x\}}}"


# scalars, as the forum writes them

i1, i2, i4, i5, i10 = symbols("i_1 i_2 i_4 i_5 i_10")
w1, w2, w3, w4 = symbols("w_1^2 w_2^2 w_3^2 w_4^2")
o, y, hidden = symbols("o_1^2 y_1 o_1^1")
LETTERS = {"i": "input", "w": "parameter", "y": "target", "o": "value"}
SCALARS = DisplayNames(FLAT1, {}, LETTERS)
inner = i1 * w1 + i2 * w2 + i4 * w3 + i5 * w4


@pytest.mark.parametrize(
    "written", [2 * (o - y) * inner, (2 * o - 2 * y) * inner, inner * (o - y) * 2]
)
def test_two_convolutions_as_the_forum_writes_them(written):
    assert scalar_text(written, SCALARS, ascii_only=True) == (
        "2(o_1^2 - y_1)(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2)"
    )
    assert scalar_text(written, SCALARS) == "2(o₁² − y₁)(i₁w₁² + i₂w₂² + i₄w₃² + i₅w₄²)"
    assert scalar_latex(written, SCALARS) == (
        "2(o_1^2 - y_1)(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2)"
    )


def test_shared_factors_come_in_front():
    spread = 2 * (o - y) * i1 * w1 + 2 * (o - y) * i2 * w2
    assert scalar_text(spread, SCALARS, ascii_only=True) == "2(o_1^2 - y_1)(i_1 w_1^2 + i_2 w_2^2)"
    assert scalar_text(i1 * w1 - i1 * w2, SCALARS, ascii_only=True) == "(w_1^2 - w_2^2) i_1"


def test_terms_stand_in_the_order_of_their_numbers():
    assert scalar_text(i10 * w1 + i2 * w2, SCALARS, ascii_only=True) == "i_2 w_2^2 + i_10 w_1^2"


def test_a_layer_is_no_power():
    assert scalar_latex(o**2, SCALARS) == "(o_1^2)^{2}"
    assert scalar_text(o**2, SCALARS) == "(o₁²)²"
    assert scalar_text(y**2, SCALARS) == "y₁²"


def test_grid_scalars():
    entry = Symbol("w_{1,0}^{1}")
    assert scalar_latex(entry, SCALARS) == "w_{1,0}^{1}"
    assert scalar_text(entry, SCALARS) == "w₁,₀¹"


def test_left_sides():
    assert Latex().write(parse_left_side("dC/dw_1^1")) == r"\frac{\partial C}{\partial w_1^1}"
    assert PlainText().write(parse_left_side("dC/dw_1^1")) == "∂C/∂w₁¹"
    assert print_ascii(parse_left_side("dC/dw_1^1")) == "dC/dw_1^1"


def test_a_rational_number_in_front():
    assert scalar_text(Rational(1, 2) * hidden * i1, SCALARS, ascii_only=True) == "1/2 i_1 o_1^1"


def test_log_sum_exp_labels_and_constants():
    smooth = LogSumExp(grid[i, j], *limits([(j, W)]))
    assert ascii_text(smooth) == "log(sum_{j} exp(x[i,j]))"
    assert latex(smooth) == r"\log\biggl(\sum_{j=0}^{W-1} \exp(x_{i,j})\biggr)"
    assert ascii_text(Equals(j, grid[i, 0])) == "[j = x[i,0]]"
    assert latex(absolute(grid[i, j]) / sqrt(pi)) == (
        r"\frac{1}{\sqrt{\pi}}\,\operatorname{abs}(x_{i,j})"
    )


def test_a_wide_fraction_becomes_a_product():
    wide = sum(grid[i, n] for n in range(12)) / grid[i, j]
    assert latex(wide).startswith(r"\frac{1}{x_{i,j}} (x_{i,0} + ")
    assert ascii_text(wide).endswith(")/x[i,j]")


def test_numbers_with_digits_are_multiplied_with_a_dot():
    form = DisplayProduct(
        (DisplayDecimal("0.25"), negate(DisplayDecimal("1.5")), DisplayDecimal("2"))
    )
    assert PlainText().write(form) == "0.25·(−1.5)·2"
    assert print_ascii(form) == "0.25*(-1.5)*2"
    assert Latex().write(form) == r"0.25 \cdot (-1.5) \cdot 2"
