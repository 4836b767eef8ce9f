"""A network text means what it says, and every mistake in one is answered in place."""

from dataclasses import replace

import pytest
from sympy import Integer, Sum

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.core.nodes import MaxOver
from symconv.core.tensor import size
from symconv.layers import catalogue
from symconv.layers.conv import Conv
from symconv.layers.sse import SquaredError
from symconv.network.build import build_program
from symconv.network.examples import EXAMPLES
from symconv.network.parser import parse_network
from symconv.network.spec import Input, NetworkSpec, layer_options


def shapes(text):
    return {t.key: tuple(t.shape) for t in parse_network(text).program().tensors}


def test_a_repeated_letter_counts_layers():
    keys = [t.key for t in parse_network(EXAMPLES[0].text).program().tensors]
    assert keys == ["i", "w^1", "o^1", "w^2", "o^2", "y", "C"]


def test_python_and_text_give_the_same_program():
    text = "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C"
    conv = Conv("w", (2, 2), out="o")
    spec = NetworkSpec(Input("i", (3, 3)), (conv, conv, SquaredError("y", out="C")))
    assert parse_network(text).program() == build_program(spec)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_every_example_builds(example):
    program = parse_network(example.text).program()
    assert program.equations
    assert program.tensor(program.output)


@pytest.mark.parametrize(
    ("text", "key", "shape"),
    [
        ("input x 5x7 | conv w 3x2 -> z", "z", (3, 6)),
        ("input x 16x16 | conv w 7x7 stride 3 padding 2 -> z", "z", (5, 5)),
        ("input x 8x8 | conv w 3x3 dilation 2 -> z", "z", (4, 4)),
        ("input x 3x8x8 | conv w 3x3 channels 4 -> z", "w", (4, 3, 3, 3)),
        ("input x 2x3x8x8 | conv w 3x3 channels 4 -> z", "z", (2, 4, 6, 6)),
        ("input x 3x8x8 batch 2 | conv w 3x3 channels 4 -> z", "z", (2, 4, 6, 6)),
        ("input x 5x5 | maxpool 2 -> p", "p", (2, 2)),
        ("input x 5x5 | maxpool 3 stride 2 padding 1 -> p", "p", (3, 3)),
        ("input x 3x4x5 | flatten -> v", "v", (60,)),
        ("input x 2x3x4x5 | flatten -> v | dense W 7 -> h", "W", (7, 60)),
        ("input x 4 batch 6 | dense W 3 bias c -> h", "h", (6, 3)),
    ],
)
def test_shapes(text, key, shape):
    assert shapes(text)[key] == tuple(Integer(n) for n in shape)


def test_a_symbolic_stride_gives_an_output_size_with_a_definition():
    program = parse_network(
        "input x HxW | conv w k1xk2 stride s padding p dilation d -> z"
    ).program()
    (height, _) = program.sizes
    assert program.tensor("z").shape[0] == height.symbol
    assert height.stride == size("s")


def test_stride_one_needs_no_new_symbol():
    height, width, k1, k2 = (size(n) for n in ("H", "W", "k1", "k2"))
    found = shapes("input x HxW | conv w k1xk2 -> z")["z"]
    assert found == (height - k1 + 1, width - k2 + 1)


def test_index_letters_avoid_the_names_of_tensors():
    equation = parse_network(EXAMPLES[0].text).program().equations[0]
    assert {v.name for v, _ in equation.ranges} == {"u", "v"}


@pytest.mark.parametrize("keyword", sorted(catalogue()))
def test_every_layer_states_its_options(keyword):
    kinds = {"name", "value", "size", "sizes", "amounts", "offsets", "number", "place"}
    kinds |= {"choice", "flag", "given", "label"}
    assert {o.kind for o in layer_options(catalogue()[keyword])} <= kinds


MISTAKES = [
    ("input x 5x5 | convv w 3x3", "no layer is called 'convv'", "convv", "did you mean 'conv'"),
    (
        "input x 3x3 | conv w 5x5",
        "needs a window of 5, but its input has only 3",
        "conv w 5x5",
        "padding",
    ),
    ("input x 3x0", "a size of 0 is too small", "3x0", "at least 1"),
    ("input x 3x3 | conv w 2x2 strid 3", "no option 'strid'", "strid", "did you mean 'stride'"),
    ("input x 3x3 | conv x 2x2", "the name 'x' is given twice", "conv x 2x2", "another letter"),
    ("input x 3x3 | conv w", "'conv' needs its kernel", "w", "conv WEIGHT KERNEL"),
    ("input 3x 3x3", "'3x' is no name", "3x", "a letter"),
    ("input for 3x3", "'for' is no name", "for", "keyword"),
    ("input x 3x3 | | relu", "a stage of the network is empty", "|", "input i 3x3"),
    ("input x 3x3 | conv w 2x2 ->", "one name belongs after '->'", "->", "-> o"),
    ("input x 3x3 | conv w 2x2 stride", "'stride' needs a value", "stride", "stride 2"),
    ("input x 3x3 | conv w 2x2 stride 1 stride 2", "'stride' is given twice", "stride", "once"),
    ("input x 3x3 | conv w 2y2", "", "2y2", ""),
    ("input x 3x3 | conv w 2.5", "'2.5' is no size", "2.5", "numbers or names"),
    ("input x 3x99999999", "is no size", "3x99999999", ""),
    ("conv w 3x3", "a network starts with its input", "conv", "input i 3x3"),
    ("input x", "needs a name and a shape", "x", "input i 3x3"),
    ("input x 3x3 | sse y -> C | relu", "nothing may follow the cost", "relu", ""),
    (
        "input x 2x3x3 | dense W 2",
        "the fully connected layer gets an input",
        "dense W 2",
        "flatten",
    ),
    ("input x Wx3 | dense W 2", "names both a size and a tensor", "input x Wx3", "rename"),
    ("input x 3x3 | relu ÿ", "has no option", "ÿ", "usage"),
]


@pytest.mark.parametrize(("text", "message", "place", "help_"), MISTAKES)
def test_a_mistake_is_shown_in_its_place(text, message, place, help_):
    with pytest.raises(SymconvError) as caught:
        parse_network(text).program()
    error = caught.value
    assert message in error.message
    assert help_ in (error.help or "")
    start, stop = error.position
    assert text[start:stop] == place
    caret = str(error).splitlines()[2]
    assert caret.index("^") == len("  | ") + start


def test_a_text_too_long_is_refused_before_it_is_read():
    with pytest.raises(SymconvError, match="longer than"):
        parse_network("input x 3x3" + " | relu" * 20_000)


@pytest.mark.parametrize("hostile", ["__import__('os')", "x;y", "a.b", "w[0]", "\u202ex", "x\ty=1"])
def test_hostile_names_are_refused(hostile):
    with pytest.raises(SymconvError):
        parse_network(f"input {hostile} 3x3").program()


def test_index_letters_stay_apart_when_the_usual_ones_are_taken():
    text = "input b Nx3x8x8 | conv c 3x3 channels 4 bias a -> g | relu -> e | maxpool 2 -> f"
    for equation in parse_network(text).program().equations:
        bound = [v for s in equation.rhs.atoms(Sum, MaxOver) for v in s.variables]
        letters = [v.name for v, _ in equation.ranges] + [v.name for v in bound]
        assert len(set(letters)) == len(letters)
        assert not set(letters) & set("abcefg")


def test_an_equation_of_ones_own_is_a_layer():
    own = parse_network(
        "input x 8x8 | y[i,j] = sum(m<3, n<3) w[m,n] x[i+m, j+n] | relu -> a"
    ).program()
    made = parse_network("input x 8x8 | conv w 3x3 -> y | relu -> a").program()
    assert own.equations == tuple(
        replace(e, title=o.title, kind=o.kind)
        for e, o in zip(made.equations, own.equations, strict=True)
    )


OWN_MISTAKES = [
    ("y[r] = x[r*r]", "not affine", "r*r", "factors"),
    ("y[r] = z[r] + sum(r<3) x[r]", "means something already", "r<3", "another letter"),
    ("y[r] = x[floor(r/2)] for r<4", "floor never enters", "floor(r/2)", "split"),
    ("y[r] = x[r] +", "expected a number", "", "y[i,j]"),
    ("y[r] = x[r,r]", "'x' has 1 axes", "x[r,r]", "one index"),
    ("y[r] = sum(m) w[m] x[r]", "how far the index m runs", "m", "m<3"),
    ("y[r] = x[r]^99", "a small number", "99", "up to 16"),
    ("y[r] = w[r-1] x[r]", "can be negative", "r-1", "start at 0"),
    ("y[r] = r * x[r]", "is no value", "r", "brackets"),
    ("y[r] = " + "(" * 60 + "x[r]" + ")" * 60, "nested deeper", None, "fewer"),
    ("y[r] = 1234567890123 x[r]", "more than 12 digits", "1234567890123", "fewer"),
    ("for[r] = x[r]", "is no name", "for", "keyword"),
]


@pytest.mark.parametrize(("equation", "message", "place", "help_"), OWN_MISTAKES)
def test_a_mistake_in_an_equation_is_shown_in_its_place(equation, message, place, help_):
    text = f"input x 4 | {equation} | tanh -> a"
    with pytest.raises(SymconvError) as caught:
        parse_network(text).program()
    assert message in caught.value.message
    assert help_ in caught.value.help
    if place is not None:
        start, stop = caught.value.position
        assert text[start:stop] == place


@pytest.mark.parametrize(
    ("equation", "words"),
    [
        ("y[a,b] = x[a,b]/0", "this has no value"),
        ("y[a,b] = x[a,b]/(2-1-1)", "this has no value"),
        ("y[a,b] = x[a,b] + 1/(x[a,b]-x[a,b])", "this has no value"),
        ("y[a,b] = x[a,b] log(1-1)", "this has no value"),
        ("y[a,b] = x[a,b] sqrt(-2)", "this has no value"),
        ("y[a,b] = x[a,b] ((((9^16)^16)^16)^16)^16", "a number of about 3920 digits"),
        ("y[a,b] = sum(m<4) x[a+m,b]", "the index a would run over 0 values"),
        ("y[a,b] = sum(m<999) x[a,b+m]", "the index b would run over -994 values"),
    ],
)
def test_an_equation_without_a_value_is_refused_with_its_place(equation, words):
    text = f"input x 3x4 | {equation} | sse t -> C"
    with pytest.raises(SymconvError, match=words) as refused:
        parse_network(text).program()
    assert refused.value.text == text
    assert 14 <= refused.value.position[0] < text.index("| sse")


def test_a_size_has_a_largest_value():
    network = Network.parse("input x NxW batch 2 | relu -> a")
    assert network.fixed(N=10**9).program.tensor("x").shape[1] == 10**9
    with pytest.raises(SymconvError, match="1000000000"):
        network.fixed(N=10**9 + 1)
