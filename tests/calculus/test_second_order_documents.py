"""Products with second derivatives, as a person asks for them: `Network` and `derive --second`."""

import doctest
import json

import pytest
from command import symconv as run_command
from sympy import symbols

import symconv.api
from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.semantics.entrywise import EntrywiseGradients
from symconv.verify.all_checks import check_backward_pass
from symconv.verify.replay.replay import replay

LINEAR = "input x 3 | dense w 2 -> h | sse t -> C"
CURVED = "input x 2 | dense w 2 -> h | tanh -> a | dense W 2 -> g | sse t -> C"
PRODUCTS = ("hessian_vector_product", "gauss_newton_product")


def entries(document, key):
    """The product with the values that are named along the way put in, by place."""
    found = document.backward
    tensor = found.program.tensor(key)
    return EntrywiseGradients(found, document.notation).entries(tensor)


def test_the_examples_of_the_docstrings():
    assert doctest.testmod(symconv.api).failed == 0


def test_a_hessian_of_squares_is_known():
    """C = |w x - t|^2: H u = 2 (u x) x'."""
    document = Network.parse(LINEAR, "flat1").hessian_vector_product("w", direction="u")
    found = entries(document, "w")[0, 1]
    x, u = symbols("x_1:4"), symbols("u_1:4")
    assert (found - 2 * sum(a * b for a, b in zip(u, x, strict=True)) * x[1]).expand() == 0


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_step_is_right_and_every_format_is_written(product):
    document = getattr(Network.parse(CURVED), product)("w", "W")
    assert [c.line for c in check_backward_pass(document.backward, draws=1) if not c.passed] == []
    assert all(verdict.passed for verdict in replay(document.json()))
    assert document.steps
    for form in ("text", "markdown", "html", "latex"):
        written = getattr(document, form)().lower()
        assert "curvature" in written or "slope" in written


def test_without_a_bend_before_the_cost_both_products_agree():
    """With a network that is linear in w the Gauss-Newton matrix is the Hessian."""
    network = Network.parse(LINEAR, "flat1")
    hessian = entries(network.hessian_vector_product("w"), "w")
    document = network.gauss_newton_product("w")
    newton = entries(document, "u")
    h = {f"th_{q}": sum(symbols(f"u_{r + 3 * q - 3}") * symbols(f"x_{r}") for r in (1, 2, 3))
         for q in (1, 2)}  # fmt: skip
    h |= {f"tdh_{q}": 2 * h[f"th_{q}"] for q in (1, 2)}
    for place, e in newton.items():
        put_in = e.xreplace({s: h[s.name] for s in e.free_symbols if s.name in h})
        assert (put_in - hessian[place]).expand() == 0


def test_directions_are_numbered_or_named_one_by_one():
    network = Network.parse(CURVED)
    assert "u^1 and u^2" in network.hessian_vector_product("w", "W").title
    assert "a^1" not in network.hessian_vector_product("w", "W", direction=("p", "q")).title
    document = network.hessian_vector_product(direction=("p", "q"))
    assert document.title.endswith("times p and q")
    assert [t.key for t in document.backward.wrt] == ["w", "W"]


def test_an_index_gives_its_letter_to_a_direction():
    """The example with the input i has the indices u and v; a direction u takes the letter."""
    text = Network.example("two-convs").hessian_vector_product("w^1", direction="u").text()
    assert "o¹[r,v]" in text
    assert "[u," not in text


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize(
    ("text", "wrt", "direction", "message"),
    [
        (LINEAR, ("w",), "9", "'9' is no name for a tensor"),
        (LINEAR, ("w",), "x", "'x' cannot name a direction: it is a tensor of the network"),
        ("input x N | dense w 2 -> h | sse t", ("w",), "N", "'N' cannot name a direction: it is a"),
        (LINEAR, ("w",), ("u", "v"), "2 directions for 1 tensors"),
        (LINEAR, ("q",), "u", "the network has no tensor 'q'"),
        (LINEAR, ("h",), "u", "'h' is no input and no parameter"),
        ("input x 3 | tanh -> a", ("x",), "u", "needs a"),
        ("input x 3 | tanh -> a | sse t", (), "u", "the network has no parameter"),
    ],
)
def test_what_cannot_be_is_said(product, text, wrt, direction, message):
    with pytest.raises(SymconvError) as caught:
        getattr(Network.parse(text), product)(*wrt, direction=direction)
    assert message in str(caught.value)


def test_a_cost_of_straight_lines_has_no_gauss_newton_matrix():
    with pytest.raises(SymconvError, match="has no curvature"):
        Network.parse("input x 3 | dense w 2 -> h | l1 t -> C").gauss_newton_product()


@pytest.mark.parametrize("form", ["text", "latex", "markdown", "html", "json"])
def test_the_command_writes_second_derivatives(form):
    done = run_command("derive", LINEAR, "--wrt", "w", "--second", "u", "--format", form)
    assert (done.returncode, done.stderr) == (0, "")
    if form == "text":
        assert "The gradient of S by w is the Hessian of C times u." in done.stdout
        assert "∂S/∂w₀,₀ = 2(u₀,₀x₀ + u₀,₁x₁ + u₀,₂x₂) x₀" in done.stdout
    if form == "json":
        assert json.loads(done.stdout)["backward"][-1]["key"] == "gradient w"


def test_the_command_takes_a_direction_for_each_tensor():
    arguments = ("--wrt", "w", "--second", "p", "--wrt", "W", "--second", "q")
    done = run_command("derive", CURVED, *arguments)
    assert "The gradient of S by w and W is the Hessian of C times p and q." in done.stdout
    done = run_command("derive", CURVED, *arguments, "--second", "r")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "error: 3 directions for 2 tensors (w, W)",
        "  = help: give one name for all of them, or one for each",
    ]


def test_a_product_saved_as_json_is_replayed():
    given = run_command("derive", LINEAR, "--wrt", "w", "--second", "u", "--format", "json").stdout
    done = run_command("verify", "--replay", "-", input=given)
    assert done.returncode == 0
    assert "ok      gradient w:" in done.stdout
