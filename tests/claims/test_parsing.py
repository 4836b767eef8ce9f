"""What the reader reads: LaTeX, Unicode, NumPy, arrays, cases, updates, formulas over lines."""

import pytest

from symconv import Network
from symconv.claims import check_claim, check_post
from symconv.claims.judging.size_choices import reading_context
from symconv.claims.model.errors import ClaimError
from symconv.claims.parsing.parser import parse_statement
from symconv.claims.parsing.statements import find_statements
from symconv.claims.parsing.symbol_table import SymbolTable

SIGMOID = Network.parse("input x 3x3 | conv w 2x2 -> z | sigmoid -> a | half_sse t -> E", "ij0")
RELU = Network.parse("input x 3x3 | conv w 2x2 -> z | relu -> y | sse t -> C", "ij0")
DENSE = Network.parse("input x 3 | dense W 2 bias b -> z | sigmoid -> a | half_sse t -> E", "ij1")
FLIPPED = Network.parse("input x 3x3 | conv w 2x2 flip -> z | sse t -> C", "ij0")
TWO = Network.example("two-convs")

ARRAYS = [
    (SIGMOID, "dE/dz = (a - t) ⊙ σ'(z)", "dE/dz = (a - t) ⊙ σ(z)"),
    (SIGMOID, r"\frac{\partial E}{\partial z} = (a-t) \odot a \odot (1-a)",
     r"dE/dz = a \odot (1-a)"),
    (SIGMOID, r"dE/dw = x * ((a - t) \odot a \odot (1 - a))",
     r"dE/dw = x * ((t - a) \odot \sigma'(z))"),
    (SIGMOID, "dE/dw = correlate2d(x, delta_z, 'valid')",
     "dE/dw = convolve2d(x, delta_z, 'valid')"),
    (SIGMOID, "dE/dx = np.convolve2d(delta_z, w, mode='full')",
     "dE/dx = np.correlate2d(delta_z, w, mode='full')"),
    (SIGMOID, "dE/dx = scipy.signal.correlate2d(delta_z, np.rot90(w, 2), mode='full')",
     "dE/dx = scipy.signal.correlate2d(delta_z, np.rot90(w, 1), mode='full')"),
    (SIGMOID, r"dE/dx = correlate2d(\delta^z, \text{rot180}(w), 'full')",
     r"dE/dx = correlate2d(\delta^z, \text{transpose}(w), 'full')"),
    (DENSE, r"dE/dx = W^T \delta^z", r"dE/dx = W \delta^z"),
    (DENSE, r"dE/dx = W^{\mathsf{T}} ((a-t) \odot \sigma'(z))", r"dE/dx = W^{\top} (a-t)"),
    (DENSE, "dE/dx = Wᵀ·δᶻ", "dE/dx = -Wᵀ·δᶻ"),
    (DENSE, "dE/dx = W.T @ ((a - t) * a * (1 - a))", "dE/dx = W.T @ ((a - t) * a)"),
    (DENSE, "dE/dx = W.T.dot(delta_z)", "dE/dx = W.T.dot(delta_a)"),
    (DENSE, "dE/dx = np.dot(W.T, delta_z)", "dE/dx = np.dot(W.T, z)"),
    (DENSE, r"\frac{\partial E}{\partial W} = \delta^z x^T",
     r"\frac{\partial E}{\partial W} = \delta^a x^T"),
    (DENSE, "dE/dW = np.outer(delta_z, x)", "dE/dW = np.outer(delta_z, x**2)"),
    (SIGMOID, r"E = \frac12 \sum_{i,j} (t_{i,j} - a_{i,j})^2",
     r"E = \frac13 \sum_{i,j} (t_{i,j} - a_{i,j})^2"),
    (SIGMOID, "E = 0.5 * ((t - a)**2).sum()", "E = 0.5 * (t - a).sum()**2"),
    (SIGMOID, r"a = \frac{1}{1 + e^{-z}}", r"a = \frac{1}{1 + e^{z}}"),
    (SIGMOID, r"\sigma'(z) = \sigma(z)(1-\sigma(z))", r"\sigma'(z) = \sigma(z)(1+\sigma(z))"),
    (SIGMOID, "∂E/∂w₀₁ = ∑ᵢ ∑ⱼ δᶻᵢⱼ xᵢ,ⱼ₊₁", "∂E/∂w₀₁ = ∑ᵢ ∑ⱼ δᶻᵢⱼ xᵢ₊₁,ⱼ"),
    (SIGMOID, r"\nabla_w E = x \star \delta^z", r"\nabla_w E = x \star \delta^a"),
    (SIGMOID, "dw = correlate2d(x, delta_z)", "dw = correlate2d(x, delta_a)"),
    (SIGMOID, "grad_w = correlate2d(x, delta_z)", "grad_w = correlate2d(x, delta_a)"),
    (SIGMOID, "dE_dw[0, 1] = sum(delta_z[i, j] * x[i, j+1] for i in range(2) for j in range(2))",
     "dE_dw[1, 0] = sum(delta_z[i, j] * x[i, j+1] for i in range(2) for j in range(2))"),
    (SIGMOID, "dE/dz[i,j] = (a[i,j]-t[i,j]) * np.exp(-z[i,j]) / (1+np.exp(-z[i,j]))**2",
     "dE/dz[i,j] = (a[i,j]-t[i,j]) * np.exp(-z[i,j]) / (1+np.exp(-z[i,j]))"),
    (SIGMOID, "dE/dz = (a - t)*(1 - np.tanh(z/2)**2)/4", "dE/dz = (a - t)*(1 - np.tanh(z)**2)/4"),
    (SIGMOID, "dE/dw[m, n] = np.sum((a - t) * a * (1 - a) * x[m:m+2, n:n+2])",
     "dE/dw[m, n] = np.sum((a - t) * a * (1 - a) * x[n:n+2, m:m+2])"),
    (SIGMOID, "z[i, j] = np.sum(w * x[i:i+2, j:j+2])", "z[i, j] = np.sum(w * x[j:j+2, i:i+2])"),
    (SIGMOID, "dE/dw[0, 0] = np.sum(delta_z * x[:2, :2])",
     "dE/dw[0, 0] = np.sum(delta_z * x[:2, 1:])"),
    (SIGMOID, "z[0, 0] = w[0, :] @ x[0, 0:2] + w[1, :] @ x[1, :2]",
     "z[0, 0] = w[0, :] @ x[0, 1:] + w[1, :] @ x[1, :2]"),
    (FLIPPED, r"z = x \ast w", r"z = x \star w"),
]  # fmt: skip


@pytest.mark.parametrize(("network", "right", "wrong"), ARRAYS)
def test_formulas_between_arrays(network, right, wrong):
    assert check_claim(network, right), str(check_claim(network, right))
    verdict = check_claim(network, wrong, explain=False)
    assert verdict.verdict == "wrong", str(verdict)


CASES = [
    r"\begin{cases} 2(y_{i,j} - t_{i,j}) & \text{if } z_{i,j} > 0 \\ 0 & otherwise \end{cases}",
    r"\begin{cases} 0 & z_{i,j} \le 0 \\ 2(y_{i,j} - t_{i,j}) & z_{i,j} > 0 \end{cases}",
    r"2(y_{i,j} - t_{i,j}) \mathbb{1}[z_{i,j} > 0]",
    r"2(y_{i,j} - t_{i,j}) \mathbf{1}_{z_{i,j} > 0}",
    "2 (y[i, j] - t[i, j]) 1[z[i, j] > 0]",
    "2 * (y[i, j] - t[i, j]) * (z[i, j] > 0)",
    "np.where(z[i, j] > 0, 2 * (y[i, j] - t[i, j]), 0)",
]


@pytest.mark.parametrize("text", CASES)
def test_a_derivative_by_cases(text):
    left = r"\frac{\partial C}{\partial z_{i,j}} = "
    assert check_claim(RELU, left + text), str(check_claim(RELU, left + text))
    turned = text.replace(r"\le", "LESS").replace(">", "<").replace("LESS", r"\ge")
    assert turned != text
    assert check_claim(RELU, left + turned, explain=False).verdict == "wrong"


def test_cases_of_whole_arrays():
    assert check_claim(RELU, "dC/dz = np.where(z > 0, 2*(y - t), 0)")
    assert check_claim(RELU, "y = np.maximum(0, z)")
    assert check_claim(RELU, "dC/dz = np.where(z > 0, 0, 2*(y - t))").verdict == "wrong"


UPDATES = [
    (DENSE, r"W_{k,j}^{(t+1)} = W_{k,j}^{(t)} - \eta \frac{\partial E}{\partial W_{k,j}}"),
    (DENSE, r"W^{(t+1)} = W^{(t)} - \eta \frac{\partial E}{\partial W}"),
    (DENSE, r"W_{k,j}^{new} = W_{k,j} - \alpha \delta^z_k x_j"),
    (DENSE, r"W_{1,2}^{+} = W_{1,2} - \eta (a_1 - t_1) a_1 (1 - a_1) x_2"),
    (DENSE, r"W_{k,j} \leftarrow W_{k,j} - \eta \delta^z_k x_j"),
    (DENSE, r"W := W - \eta \, dE/dW"),
    (DENSE, r"W -= \eta * dE/dW"),
    (DENSE, r"W' = W - 0.1 dE/dW"),
    (DENSE, r"\Delta W_{k,j} = -\eta \delta^z_k x_j"),
    (DENSE, r"b_k \gets b_k - \alpha (a_k - t_k) a_k (1 - a_k)"),
    (TWO, r"w_1^{1(t+1)} = w_1^{1(t)} - \eta \frac{\partial C}{\partial w_1^1}"),
]


@pytest.mark.parametrize(("network", "text"), UPDATES)
def test_a_step_of_gradient_descent(network, text):
    verdict = check_claim(network, text)
    assert (verdict.kind, verdict.verdict) == ("update", "right"), str(verdict)
    left, minus, right = text.rpartition("-=") if "-=" in text else text.rpartition("- ")
    if not minus:
        left, minus, right = text.rpartition("-")
    up = left + {"-=": "+=", "- ": "+ ", "-": ""}[minus] + right
    if r"(1 - a_" not in text:
        assert check_claim(network, up, explain=False).verdict == "wrong", up


def test_two_rates_are_not_one():
    text = r"W_{k,j} \leftarrow W_{k,j} - \eta \alpha \delta^z_k x_j"
    assert check_claim(DENSE, text, explain=False).verdict != "right"


POST = r"""The derivatives are

dE/dw_{0,0} = (a_{0,0} - t_{0,0}) a_{0,0} (1 - a_{0,0}) x_{0,0}
    + (a_{0,1} - t_{0,1}) a_{0,1} (1 - a_{0,1}) x_{0,1}
    + (a_{1,0} - t_{1,0}) a_{1,0} (1 - a_{1,0}) x_{1,0}
    + (a_{1,1} - t_{1,1}) a_{1,1} (1 - a_{1,1}) x_{1,1}

dE/dw_{0,1} = sum(delta_z[i, j] *
x[i, j+1] for i in range(2) for j in range(2))

dE/dz_{0,0}
= (a_{0,0} - t_{0,0}) f'(z_{0,0})
= (a_{0,0} - t_{0,0}) a_{0,0}

- dE/da_{0,0} = a_{0,0} - t_{0,0}

\begin{align}
\frac{\partial E}{\partial w_{1,0}} &= \sum_{i,j} \delta^z_{i,j} x_{i+1,j} \\
\frac{\partial E}{\partial w_{1,1}} &= \delta^z_{0,0} x_{1,1} + \delta^z_{0,1} x_{1,2} \\
  &\quad + \delta^z_{1,0} x_{2,1} + \delta^z_{1,1} x_{2,2}
\end{align}

These formulas are what = means here.
======================================
"""


def test_formulas_over_several_lines_are_one_statement():
    found = check_post(SIGMOID, POST)
    assert [(v.line, v.verdict) for v in found] == [
        (3, "right"),
        (8, "right"),
        (11, "wrong"),
        (15, "right"),
        (18, "right"),
        (19, "right"),
        (23, "unreadable"),
    ]
    assert "part 3 of the chain" in " ".join(found[2].notes)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a = b\nc = d", [(1, "a = b"), (2, "c = d")]),
        ("a = b +\nc", [(1, "a = b +\nc")]),
        ("a = f(b,\n  c)\nd = e", [(1, "a = f(b,\n  c)"), (3, "d = e")]),
        ("a = b  # comment +\nc = d", [(1, "a = b"), (2, "c = d")]),
        ("a = b\n- c = d", [(1, "a = b"), (2, "c = d")]),
        ("a = b\n1. -c = d", [(1, "a = b"), (2, "-c = d")]),
        ("a = b\n  - c", [(1, "a = b\n  - c")]),
        ("a = b\n\n  +c = d", [(1, "a = b"), (3, "+c = d")]),
        ("Title = x\n=========\n", [(1, "Title = x")]),
        ("$a = b$ and $c = d$", [(1, "a = b"), (1, "c = d")]),
    ],
)
def test_where_a_statement_ends(text, found):
    assert [(p.line, p.text) for p in find_statements(text)] == found


LIMITS = [
    ("dC/dw_1^1 = " + " ".join(["i_1"] * 150), "more than 100 factors"),
    ("dC/dw_1^1 = np.rot90(w^1, 2, axis=1)", "the option 'axis' is not read"),
    (r"dC/dw_1^1 = \mathbb{1} i_1", "the condition of the indicator is missing"),
    (r"dC/dw_1^1 = 1[i_1]", "a condition is expected here"),
]


@pytest.mark.parametrize(("text", "message"), LIMITS)
def test_what_is_not_read_is_refused_with_its_place(text, message):
    with pytest.raises(ClaimError, match=message.replace("(", r"\(")) as caught:
        parse_statement(text, SymbolTable(reading_context(TWO), 1))
    assert caught.value.position is not None


def test_a_sum_of_nine_hundred_terms_is_read_and_judged():
    terms = " + ".join(["y_1 - o_1^2"] * 450)
    assert check_claim(TWO, f"dC/dy_1 = ({terms}) / 225")
    assert check_claim(TWO, f"dC/dy_1 = ({terms}) / 224", explain=False).verdict == "wrong"


def test_arrays_that_do_not_fit_are_wrong_and_the_missing_transpose_is_named():
    verdict = check_claim(DENSE, r"dE/dx = W \delta^z")
    assert verdict.verdict == "wrong"
    assert verdict.names == ("transposed", "shapes")
    assert check_claim(DENSE, r"dE/dx = W x x").names == ("shapes",)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_root_of_a_square_has_no_sign_of_its_own(number):
    left = f"dC/dw_{number}^2 = "
    root = rf"\sqrt{{(o_{number}^1)^2}}"
    half = f"((o_{number}^1)^2)^(1/2)"
    for text in (root, f"-{root}", half, f"-{half}"):
        claim = f"{left} 2 (o_1^2 - y_1) {text}"
        assert check_claim(TWO, claim, explain=False).verdict == "wrong", claim
    assert check_claim(TWO, f"{root} = |o_{number}^1|").verdict == "right"
    assert check_claim(TWO, f"{left} 2 (o_1^2 - y_1) o_{number}^1 {root} / |o_{number}^1|")


ODD = [
    "dE/dw = convolve2d(x, delta_z, 'same')",
    "dE/dw = convolve2d(x)",
    "dE/dw = convolve2d(1, 2)",
    "dE/dw = np.rot90(w, x)",
    "dE/dw = np.rot90(w, 7)",
    "dE/dw = np.rot90(2)",
    "dE/dw = np.dot(w)",
    "dE/dw = np.dot(2, 3)",
    "dE/dw = np.multiply(w)",
    "dE/dw = np.square(w, w)",
    "dE/dw = np.sum(1)",
    "dE/dw = np.mean(2)",
    "dE/dw = np.outer(1, w)",
    "dE/dw = rot180(1)",
    "dE/dw = transpose(3)",
    "dE/dw = sqrt(w, w)",
    "dE/dw = max(w, x, z)",
    "dE/dw = sigmoid(w, w)",
    "dE/dw = np.where(x > 0, w, w)",
    "dE/dw = np.where(w, w, w)",
    "dE/dw = np.where(w > 0, w)",
    "dE/dw = 1[w = x] w",
    "dE/dw = relu''(w)",
    "dE/dw = w^w",
    "dE/dw = w^{1/3}",
    "dE/dw = w_{x}",
    "dE/dw = [w, w]",
    "dE/dw = (w, x, (1, 2))",
    "dE/dw_{x,w} = 1",
    r"dE/dw = \Delta (w + x)",
    r"w -= x -= w",
    r"\nabla_{w + x} E = w",
    "dE = dw",
    "dE/dw = x[0:9, 0:2]",
    "dE/dw = x[2:1, 0:2]",
    "dE/dw = x[:, :, :]",
    "dE/dw[i:i+1, 0] = x[i:k, 0]",
]


@pytest.mark.parametrize("network", [SIGMOID, DENSE], ids=["grids", "vectors"])
@pytest.mark.parametrize("text", ODD)
def test_functions_of_the_wrong_things_are_refused_in_words(network, text):
    letter = "w" if network is SIGMOID else "W"
    verdict = check_claim(network, text.replace("w", letter) if letter == "W" else text)
    assert not verdict, str(verdict)
    assert verdict.notes or verdict.causes or verdict.counterexample


@pytest.mark.parametrize(
    "formula",
    [
        "∂C/∂w₁¹ = 2·(o₁² − y₁)·(i₁w₁² + i₂w₂²)", "x₁ = 2*(i₁ + b₂)*(i₁w₁ + c)", "y₁ = x₁w₁²v₁¹",
    ],
)  # fmt: skip
def test_a_product_of_names_with_small_digits_is_no_word(formula):
    (found,) = find_statements(f"So {formula}, and that is all.")
    assert found.text == formula
