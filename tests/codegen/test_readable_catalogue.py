"""Modules of every layer and option: right, without warnings, and float32 stays float32."""

import inspect

import numpy as np
import pytest
from grids import slice_of
from kept_networks import parse_once
from sympy import Product, Sum, Symbol

from symconv.codegen.python.allowlist import READABLE
from symconv.codegen.python.render_module import render_module
from symconv.codegen.readable.module import readable_module
from symconv.core.equation import Equation, Program
from symconv.core.errors import Unsupported
from symconv.core.nodes import LogSumExp, MaxOver, relu
from symconv.core.tensor import Name, Tensor, index, size
from symconv.docs.layer_pages import typical_text
from symconv.layers import catalogue
from symconv.lower.equations import lower_equations
from symconv.semantics.sizes import pick_sizes
from symconv.verify.entries import draw_float_point
from symconv.verify.generated_module import ModuleUnderTest, input_arrays
from symconv.verify.module_checks import check_module

ATTENTION = (
    "input x 4x3 | q[i,a] = sum(c<3) Q[a,c] x[i,c] for a<2"
    " | k[i,a] = sum(c<3) K[a,c] x[i,c] for a<2 | s[i,j] = sum(a<2) q[i,a] k[j,a]"
    " | p[i,j] = exp(s[i,j] - logsumexp(r<4) s[i,r]) | y[i,c] = sum(j<4) p[i,j] x[j,c] | sse t -> C"
)
VARIANTS = [
    "input x Nx6x7x6 | conv w 3x2 channels 4 groups 2 bias b",
    "input x Nx6x7x6 | conv w 3x2 channels 3 groups 3 stride 2 padding 1",
    "input x 2x4x6x6 | conv w 3x3 channels 4 groups 4 padding 1 bias b",
    "input x 2x4x6x6 | conv w 3x3 channels 8 groups 4 padding 1 stride 2 flip",
    "input x 2x3x5x6 | conv w 3x2 channels 2 padding same bias b untied | relu | sse t",
    "input x 2x3x7x7 | conv w 2x3 channels 2 padding 1x0 padding_after 0x2 dilation 2 stride 2x1",
    "input x 2x3x6x6 | conv w 1x1 channels 5 bias b",
    "input x 6x1x9 batch 2 | conv w 1x1 channels 6 stride 4x3 padding 3x3 groups 3",
    "input x 2x3x9x9 | conv w 5x5 channels 2 dilation 2 padding 4",
    "input x 3x8x8 | conv w 3x3 channels 2 -> z | relu -> a | conv w 1x1 channels 2 -> z",
    "input x 9 batch N | conv w 4 stride 3 padding 2 bias b",
    "input x 2x3x3x4 | transposed_conv w 3x2 channels 2 stride 2x3 padding 1 output_padding 1x2",
    "input x NxCxHxW | transposed_conv w k1xk2 channels F stride s padding p dilation d bias b",
    "input x 2x2x5x5 | local w 3x2 channels 3 stride 2 padding 1",
    "input x 2x3x7x8 | maxpool 3x2 stride 2 padding 1",
    "input x 2x3x7x8 | maxpool 2 stride 1",
    "input x 2x3x7x8 | maxpool 2x3 dilation 2x1 stride 3x2 padding 1x0 ceil",
    "input x 2x3x7x8 | maxpool 5 stride 3",
    "input x 2x3x7x8 | avgpool 3 stride 2 padding 1 ceil",
    "input x 2x3x7x8 | avgpool 3 stride 2 padding 1 exclude_padding",
    "input x 2x3x7x8 | avgpool 2x3 divisor 5 | sse t",
    "input x Nx3x4x4 | global_maxpool | softmax | sse t",
    "input x 4x4 | global_avgpool",
    "input x 4x4 | global_maxpool",
    "input x Nx3x4x2 | batchnorm weight g bias b | relu | sse t",
    "input x Nx3x4x2 | layernorm weight g bias b epsilon 0.001",
    "input x 5 batch N | layernorm weight g | sse t",
    "input x Nx4x3x3 | groupnorm weight g bias b groups 2",
    "input x Nx4x3x3 | instancenorm weight g bias b",
    "input x Nx4x3x3 | rmsnorm weight g",
    "input x Nx4x3x3 | softmax -> p | half_sse t",
    "input x 5 | log_softmax",
    "input x 5 batch 3 | cross_entropy t labels",
    "input x 5 batch N | cross_entropy t labels reduction none",
    "input x Nx5x2x3 | cross_entropy t labels reduction sum",
    "input x Nx5x2x3 | cross_entropy t reduction mean",
    "input x 5 | dense w 4 bias b | cross_entropy t labels",
    "input x 5 batch N | bce_logits t reduction sum",
    "input x 5 batch N | l1 t reduction none",
    "input x 5x4 | smooth_l1 t beta 2 -> C",
    "input x Nx2x3x3 | conv w 3x3 channels 2 padding 1 -> z | relu -> a | add x -> s | sse t",
    "input x Nx2x3x3 | conv w 3x3 channels 3 padding 1 -> z | relu -> a | concat x -> s | sse t",
    "input x Nx2x3x4 | tanh -> a | matmul x transposed -> y | softmax -> p | matmul x -> y",
    "input x 3x3 | sigmoid -> a | matmul a -> y | sse t",
    ATTENTION,
    "input x 6 | y[i] = logsumexp(m<3) x[i + m - 1] for i<6",
    "input x 6 | y[i] = logsumexp(m<3, n<2) x[i + n] for i<5",
    "input x 6x4 | y[i] = logsumexp(m<4) (x[i,m] * w[m]) | sse t",
    "input x 6x5 | y[i,j] = max(k<5) (x[i,k] + w[k,j]) for j<2",
    "input x 6 | y[i] = abs(x[i]) * softplus(-x[i]) + log(1 + exp(x[i])) | sse t",
]


def module_of(network):
    """The loaded module of a network at sizes that are small."""
    program, names = network.backward().program, network._module_names
    sizes = pick_sizes(program, seed=3)
    options = {names.sizes[s]: n for s, n in sizes.items() if s in names.sizes}
    return program, sizes, ModuleUnderTest(vars(network.compile().module), names.tensors, options)


def typical(keyword):
    return typical_text(catalogue()[keyword])


@pytest.mark.parametrize("text", slice_of([*map(typical, sorted(catalogue())), *VARIANTS], 3))
def test_modules_are_right_and_keep_their_type(text):
    program, sizes, module = module_of(parse_once(text))
    checks = check_module(program, sizes, module)
    assert [c.line for c in checks if not c.passed] == []
    given = input_arrays(draw_float_point(program, sizes, 0), float)
    short = {k: a.astype(np.float32) if a.dtype == float else a for k, a in given.items()}
    found = module.run(short)
    for key in found.keys() - given.keys():
        wanted = bool if program.tensor(key).role == "mask" else np.float32
        assert np.asarray(found[key]).dtype == wanted, key


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize(
    "layer",
    ["softmax", "log_softmax", "cross_entropy t", "cross_entropy t labels", "bce_logits t",
     "softplus", "sigmoid", "silu", "tanh", "gelu", "elu"],
)  # fmt: skip
def test_large_numbers_neither_overflow_nor_warn(layer, kind):
    module = parse_once(f"input x 4 batch 3 | {layer} -> y").compile()
    x = np.array([[1e4, -1e4, 0, 1e4], [-1e4, -1e4, -1e4, 2e4], [0, 0, 1, -1]], kind)
    labels = "labels" in layer
    known = {"x": x, "t": np.array([1, 3, 0]) if labels else np.full((3, 4), 0.25, kind)}
    values = called(module.module.forward, known)
    known |= {"values": values, "delta_y": np.ones((3, 4), kind)}
    gradients = called(module.module.backward, known)
    for array in (*values, *gradients):
        assert np.all(np.isfinite(array))
        assert array.dtype == kind


def called(function, known):
    return function(**{k: known[k] for k in inspect.signature(function).parameters})


def test_softmax_of_large_logits_is_that_of_the_shifted_ones():
    module = parse_once("input x 3 batch 2 | softmax -> p").compile()
    x = np.array([[1.0, 2.0, 3.0], [0.5, 0.5, -4.0]], np.float32)
    np.testing.assert_allclose(
        module.forward(x=x + np.float32(8192)).p, module.forward(x=x).p, rtol=1e-6
    )


class Unknown(MaxOver):
    """A reducer that nobody has taught the lowering."""


X, Y = Tensor(Name("x"), (size("H"),), "input"), Tensor(Name("y"), (size("K"),), "value")
I, M = index("i"), index("m")


class strange(relu):  # noqa: N801
    """A function that nobody has taught the lowering."""


@pytest.mark.parametrize(
    "rhs",
    [
        Unknown(X[M], (M, 0, 2)),
        Unknown(X[M], (M, 0, 2)) * X[I] + 1,
        LogSumExp(Unknown(X[I + M], (M, 0, 2)) * X[I], (I, 0, 1)),
        Product(X[M], (M, 0, 2)),
        Sum(X[I] * strange(X[M]), (M, 0, 2)),
        strange(X[I]),
    ],
)
def test_what_is_not_known_is_refused(rhs):
    equation = Equation(Y[I], rhs, ((I, size("K")),))
    with pytest.raises(Unsupported, match=r"no array form is known for .*(Unknown|Prod|strange)"):
        lower_equations({"x": X, "y": Y}, (equation,))


def test_labels_are_whole_numbers_in_types_and_words():
    source = parse_once("input x 5 batch N | cross_entropy t labels").numpy_source()
    assert "Labels: TypeAlias = NDArray[np.integer[Any]]" in source
    assert "t: Labels" in source
    assert "t: target, class numbers, shape (N,)" in source
    assert "np.arange(5) == t[:, None]" in source


def test_a_log_sum_exp_is_no_maximum():
    k = size("K")
    rhs = LogSumExp(X[I + M], (M, 0, 2))
    program = Program((X, Y), (Equation(Y[I], rhs, ((I, k),)),), "y")
    text = render_module(
        readable_module(program, program, returned=(), seed=None, title="a test"), READABLE
    )
    assert "log_sum_exp(" in text
    assert "x.max(axis=axis, keepdims=True)" in text
    assert Symbol("H") not in rhs.free_symbols


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("input x Q batch N | softmax -> p", ["p = softmax(x, axis=1)"]),
        ("input x Q batch N | cross_entropy t", ["C = -(t * log_softmax(x, axis=1)).sum() / N"]),
        (
            "input x Nx3xHxW | batchnorm -> y",
            [
                "x_difference = x - mu[:, None, None]",
                "nu = (x_difference**2).mean(axis=(0, 2, 3))",
                "y = x_difference / np.sqrt(nu + 1e-05)[:, None, None]",
            ],
        ),
        ("input x NxTxD | matmul x transposed -> y", ["y = x @ x.mT", "dx = delta_y.mT @ x"]),
        ("input x HxW | relu -> a | l1 t -> C", ["= sign(values.a - t) "]),
        (
            "input x Nx4x8x8 | maxpool 2 -> p",
            [
                "for m, n in np.ndindex(2, 2):",
                "np.maximum(p, x_blocks[:, :, :, m, :, n], out=p)",
                "M_part = (x_blocks[:, :, :, m, :, n] == values.p) | ~(x_blocks[",
                "M_first[m, n] = M_open & M_part",
            ],
        ),
        (
            "input x Nx4x8x8 | conv w 1x1 channels 6 -> z",
            ["z = (w[:, :, 0, 0] @ x.reshape(N, 4, 64)).reshape(N, 6, 8, 8)"],
        ),
    ],
)
def test_modules_read_like_what_a_person_writes(text, lines):
    source = parse_once(text).numpy_source()
    for line in lines:
        assert line in source


@pytest.mark.parametrize("groups", [1, 4, 8])
def test_a_convolution_does_not_loop_over_the_image(groups):
    text = f"input x Nx8x14x14 | conv w 3x3 channels 8 padding 1 stride 2 groups {groups} -> z"
    passes = parse_once(text).numpy_source().partition("def forward")[2]
    loops = [s for s in passes.splitlines() if s.lstrip().startswith("for ")]
    assert loops in ([], ["    for m, n in np.ndindex(3, 3):"])


GIVEN = {
    "input x Nx3 | bce t weights v pos_weight p": ("v: weights, shape", "p: weights of the pos"),
    "input x Nx3 | batchnorm inference mean m variance v": ("m: running mean,", "v: running var"),
    "input x 2x2 | dropout m | sse t": ("m: mask", "t: target"),
    "input x Nx3 | constant c 3 | y[b,i] = x[b,i] c[i] | mse t": ("c: constant,", "t: target,"),
    "input x 2x2 | constant t 2x2 | mse t of x": ("t: target",),
    "input x NxT | embedding w 5x3": ("x: input, row numbers, shape (N, T)", "w: parameter"),
}


@pytest.mark.parametrize("text", GIVEN)
def test_what_is_given_is_called_what_it_is(text):
    for style in ("readable", "fast"):
        source = parse_once(text).numpy_source(style)
        assert [w for w in GIVEN[text] if w not in source] == []
