"""The words of NumPy have NumPy's own semantics: every word, with axes, shapes and modes.

Each text is judged as a claim against what NumPy makes of it for random whole numbers, and against
that with one number changed. SciPy's windows are compared with their definition.
"""

import json
import re
from itertools import product

import numpy as np
import pytest
from grids import slice_of

from symconv import Network
from symconv.claims.arrays.table import RULES
from symconv.claims.model.array_words import WORDS

NETWORK = Network.parse("input u 2 | relu -> v")
RANDOM = np.random.default_rng(7)
ARRAYS = {
    "A": RANDOM.integers(-5, 6, (3, 4)),
    "B": RANDOM.integers(-5, 6, (4, 2)),
    "D": RANDOM.integers(-5, 6, (2, 3, 4)),
    "M": RANDOM.integers(-5, 6, (2, 4, 3)),
    "Q": RANDOM.integers(-5, 6, (3, 3)),
    "P": RANDOM.integers(-5, 6, (1, 3, 1)),
    "a": RANDOM.integers(-5, 6, 5),
    "b": RANDOM.integers(-5, 6, 3),
    "w": RANDOM.integers(-5, 6, 4),
    "z": np.array([-2, 0, 0, 3, 1]),
    "h": np.array([1, 2, -3, 5]),
    "F": RANDOM.integers(1, 6, (2, 3, 2, 2)),
}
AXES = ("", ", axis=0", ", axis=1", ", axis=-1", ", axis=(0, 2)", ", axis=(-1, 0)", ", 1")
AXES = (*AXES, ", axis=2, keepdims=True", ", keepdims=True", ", axis=(0, 1), keepdims=True")
TEXTS = [
    *(f"np.{word}(D{axes})" for word in ("sum", "max", "min", "prod") for axes in AXES),
    *(f"48*np.mean(D[:, :2]{axes})" for axes in ("", ", axis=0", ", axis=(0, 2)", ", axis=-1")),
    "D.sum(axis=(0, 2))", "D.max(0)", "D.min(axis=1, keepdims=True)", "4*D.mean(axis=2)",
    "16*np.var(D, axis=2)", "9*np.var(A, axis=0)", "np.var(A[:2], axis=0, ddof=1)*2",
    "np.cumsum(A)", "np.cumsum(D, axis=1)", "np.std(A[:2], axis=0)*2",
    "np.linalg.norm(a)**2",
    "A.reshape(2, 6)", "A.reshape((6, -1))", "np.reshape(A, (-1,))", "np.reshape(D, (4, 3, 2))",
    "A.ravel()", "D.flatten()", "A.T", "D.T", "a.T", "np.transpose(D, (1, 2, 0))",
    "D.transpose(2, 0, 1)", "np.swapaxes(D, 0, 2)", "np.squeeze(P)", "np.squeeze(P, axis=0)",
    "np.expand_dims(A, 0)", "np.expand_dims(A, axis=-1)", "np.expand_dims(A, axis=(0, 2))",
    "np.flip(D)", "np.flip(D, 0)", "np.flip(D, axis=(1, 2))", "np.fliplr(A)", "np.flipud(A)",
    "np.fliplr(D)", "np.rot90(A)", "np.rot90(A, 2)", "np.rot90(A, 3)", "np.rot90(A, k=-1)",
    "np.rot90(D)", "np.rot90(D, 3)", "np.rot90(A, 5)",
    "np.repeat(A, 2)", "np.repeat(A, 3, axis=0)", "np.repeat(D, 2, axis=-1)", "a.repeat(2)",
    "np.tile(A, 2)", "np.tile(A, (2, 1))", "np.tile(a, (2, 2))", "np.tile(A, (2, 1, 2))",
    "np.pad(A, 1)", "np.pad(A, (1, 2))", "np.pad(A, ((1, 0), (2, 1)))", "np.pad(a, (2, 0))",
    "np.pad(A, 1, mode='constant', constant_values=3)", "np.pad(D, ((0, 0), (1, 1), (1, 1)))",
    "np.diag(a)", "np.diag(A)", "np.diag(A, 1)", "np.diag(a, -2)", "np.diag(A, k=-1)",
    "np.roll(a, 2)", "np.roll(A, -1, axis=1)", "np.roll(A, 3)", "np.broadcast_to(b, (2, 3))",
    "np.ones((2, 3)) * b", "np.zeros((3, 4)) + A", "np.full((2, 3), 7) - b", "np.eye(3) * Q",
    "np.eye(3, 4, 1) * A", "np.eye(3, k=-1) + Q", "np.identity(3) @ Q", "np.ones_like(A) + A",
    "np.zeros_like(D) + A", "np.ones(4) * A", "np.ones(A.shape) - A", "np.ones(A.shape[1]) + A",
    "A / A.shape[0] * 3", "a * len(A)", "a - A.size", "np.zeros(D.shape[1:]) + A",
    "np.dot(A, B)", "np.dot(a, a)", "np.dot(A, w)", "np.dot(b, A)", "np.dot(D, B)", "A.dot(B)",
    "np.dot(D, M)", "np.dot(3, A)", "A @ B", "b @ A", "A @ w", "D @ M", "D @ B", "w @ M",
    "A @ M", "D @ w", "np.matmul(A, B)", "np.inner(A, w)", "np.inner(D, A)", "np.outer(a, b)",
    "np.outer(A, b)", "np.kron(a, b)", "np.kron(A, Q)", "np.kron(b, A)", "np.kron(D, A)",
    "np.einsum('ij,jk->ik', A, B)", "np.einsum('ij,jk', A, B)", "np.einsum('ij->j', A)",
    "np.einsum('ij', A)", "np.einsum('ji', A)", "np.einsum('ii->i', Q)", "np.einsum('ii', Q)",
    "np.einsum('nij,nkl->nijkl', D, M)", "np.einsum('nij,nji->n', D, M)",
    "np.einsum('i,j->ij', a, b)", "np.einsum('i,i', a, a)", "np.einsum('nij, jk -> nik', D, B)",
    "np.einsum('ij,j,jk->ki', A, w, B)",
    *(f"np.convolve({x}, {y}{mode})" for x, y in product("abw", repeat=2)
      for mode in ("", ", 'full'", ", 'valid'", ", mode='same'")),
    *(f"np.correlate({x}, {y}{mode})" for x, y in product("abw", repeat=2)
      for mode in ("", ", 'full'", ", mode='valid'", ", 'same'")),
    "np.take(A, [2, 0, 1], axis=0)", "np.take(A, np.array([[3, 0], [1, 1]]), axis=1)",
    "np.take(A, [5, 0, 11])", "np.take(D, [1, -1], axis=-1)", "np.take(w, [3, 3, 0])",
    "np.take_along_axis(A, np.array([[0], [2], [-1]]), axis=1)",
    "np.take_along_axis(A, np.array([[0, 2, 1, 0]]), axis=0)",
    "np.sign(z)", "np.heaviside(z, 1)", "np.heaviside(z, 0)", "np.abs(a)", "np.square(a)",
    "np.power(a, 3)", "np.maximum(A, w)", "np.minimum(D, A)", "np.maximum(0, a)",
    "np.clip(a, -1, 2)", "np.clip(a, None, 1)", "a.clip(0, None)", "np.clip(A, 0, w)",
    "np.add(A, w)", "np.subtract(D, A)", "np.multiply(Q, b)", "np.divide(4*A, 4)", "np.negative(a)",
    "np.where(z > 0, z, 0)", "np.where(z == 0, 5, z)", "np.where(A > w, A, w)",
    "np.where(z != 0, z, -1)", "np.where(Q >= Q.T, 1, 0)", "(z > 0) * a", "(z == 0).astype(int)",
    "(A >= 0).astype(float) * A", "np.greater(z, 0) * a", "np.not_equal(z, 0) * 2",
    "A[:] + w", "A[:] * w", "A - b[:, None]", "D[:] / h * h", "D[:] + P", "A * P[:]",
    "a[:, None] * b[None, :]",
    "a[:, np.newaxis] - b", "Q[:] * b", "Q * b[:, None]", "F + b[None, :, None, None]",
    "F.sum(axis=(0, 2, 3))", "F.mean(axis=(2, 3)) * 4", "F.transpose(0, 2, 3, 1)",
    "a[::-1]", "A[::-1, ::-1]", "A[::2]", "A[:, 1::2]", "A[-1]", "A[-2:, :-1]", "A[1]", "D[1]",
    "D[1, 2]", "D[..., 0]", "D[0, ..., 1:3]", "A[1:, -1]", "D[:, ::-1, 1]", "A[2::-1]",
    "A[:, None, :]", "a[-3:-1]", "A.T[1]", "(A @ B)[0]", "(A + w)[:, ::-1]", "np.sum(A, axis=0)[1]",
    "D[1][2]", "D[1][2][0]", "A.sum(0)[::-1]", "np.array([[1, 2], [3, 4]]) @ B.T[:, :2]",
    "np.flip(A, 1)[:, :2].T", "2 if 3 > 1 else 4", "sum(a * a)", "max(3, -a[0])", "a[3 // 2]",
    "a[7 % 4]",
    "sliding_window_view(A, (2, 3))", "sliding_window_view(a, 2)", "sliding_window_view(a, 5)",
    "sliding_window_view(D, (2, 2), axis=(1, 2))", "sliding_window_view(D, 3, axis=-1)",
    "sliding_window_view(D, (2, 2), axis=(2, 1))[:, ::2, 1:]",
    "sliding_window_view(A, (3, 2), (0, 1))[..., ::-1]", "np.full_like(A, 3) - A",
    "np.tensordot(A, B, axes=1)", "np.tensordot(D, M, axes=([2, 0], [1, 0]))",
    "np.tensordot(D, A, 2)", "np.tensordot(D, A, axes=((1, 2), (0, 1)))", "np.tensordot(a, b, 0)",
    "np.argmax(a)", "np.argmax(D, axis=1)", "A.argmax(axis=-1)", "np.argmax(A, 0)",
    "np.argmax(D, axis=2, keepdims=True)", "np.arange(5) * a", "np.arange(1, 4) - b",
    "np.arange(8, 0, -2) + w", "np.copy(A).T", "A.copy() - w",
]  # fmt: skip


def run_numpy(text):
    """What NumPy makes of a text."""
    view = np.lib.stride_tricks.sliding_window_view
    return eval(text, {"np": np, "sliding_window_view": view, **ARRAYS})


def as_exact(value):
    """Whole numbers as a literal; what is no array as a number."""
    array = np.asarray(value)
    rounded = np.array(np.rint(array), int)
    assert np.allclose(array, rounded), "choose a text whose numbers are whole"
    return rounded


def judge(text, expected):
    values = {name: array.tolist() for name, array in ARRAYS.items() if name in text}
    literal = json.dumps(expected.tolist())
    return NETWORK.check(f"{text} = {literal}", values=values)


@pytest.mark.parametrize("text", slice_of(TEXTS, 3))
def test_a_word_is_worth_what_numpy_says(text):
    expected = as_exact(run_numpy(text))
    verdict = judge(text, expected)
    assert verdict.verdict in {"right", "right to the printed digits"}, str(verdict)
    changed = expected.copy()
    changed[np.unravel_index(RANDOM.integers(expected.size), expected.shape)] += 1
    assert judge(text, changed).verdict == "wrong"


def test_another_order_of_the_axes_is_wrong():
    for text in ("A.T", "D.transpose(2, 0, 1)", "np.outer(a, b)", "D @ M", "np.rot90(A)"):
        expected = as_exact(run_numpy(text))
        assert judge(text, np.swapaxes(expected, -1, -2)).verdict == "wrong", text


def test_every_word_is_tried():
    spelled = {
        "empty",
        "empty_like",
        "signal_convolve",
        "signal_correlate",
        "convolve2d",
        "correlate2d",
        "dilate",
        "add_by_label",
    }
    tried = {w for text in TEXTS for w in re.findall(r"[a-z_0-9]+", text)} | spelled
    same = {"ravel": "flatten", "size": "size", "len": "len", "shape": "shape", "eye": "eye"}
    assert {w for w in WORDS if same.get(w, w) not in tried} == set()
    assert RULES.keys() == WORDS.keys()


def convolve_by_definition(x, y):
    """All overlaps, for arrays with as many axes."""
    found = np.zeros([m + n - 1 for m, n in zip(x.shape, y.shape, strict=True)], int)
    for place in np.ndindex(*x.shape):
        found[tuple(slice(i, i + n) for i, n in zip(place, y.shape, strict=True))] += x[place] * y
    return found


def cut_middle(full, shape):
    """The part in the middle that has a shape; SciPy's `_centered`."""
    starts = [(m - n) // 2 for m, n in zip(full.shape, shape, strict=True)]
    return full[tuple(slice(s, s + n) for s, n in zip(starts, shape, strict=True))]


def slide_by_definition(x, y, mode, *, turn):
    full = convolve_by_definition(x, y[tuple([slice(None, None, -1)] * y.ndim)] if turn else y)
    if mode == "same":
        return cut_middle(full, x.shape)
    valid = [abs(m - n) + 1 for m, n in zip(x.shape, y.shape, strict=True)]
    return cut_middle(full, valid) if mode == "valid" else full


@pytest.mark.parametrize("pair", ["A Q", "Q A", "A A", "F F", "D D", "a w", "w a"])
@pytest.mark.parametrize("mode", ["", "full", "valid", "same"])
def test_windows_of_scipy_are_their_definition(pair, mode):
    x, y = pair.split()
    shapes = [ARRAYS[n].shape for n in (x, y)]
    if mode == "valid" and not (shapes[0] >= shapes[1] or shapes[0] <= shapes[1]):
        return
    words = [
        "convolve",
        "correlate",
        *(["convolve2d", "correlate2d"] if len(shapes[0]) == 2 else []),
    ]
    for word in words:
        option = f", mode='{mode}'" if mode else ""
        expected = slide_by_definition(ARRAYS[x], ARRAYS[y], mode, turn="correlate" in word)
        text = f"signal.{word}({x}, {y}{option})"
        assert judge(text, expected).verdict == "right", text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A[:] + b", "the shapes (3, 4) and (3,) do not broadcast"),
        ("A @ b", "the shapes (3, 4) and (3,) do not fit into '@'"),
        ("A @ Q", "the shapes (3, 4) and (3, 3) do not fit into '@'"),
        ("np.sum(A, axis=2)", "the shape (3, 4) has no axis 2"),
        ("A.reshape(5, 2)", "(3, 4) has 12 entries"),
        ("np.convolve(A, b)", "'convolve' takes arrays with 1 axis"),
        ("np.negative(A)[4]", "an axis of 3 entries has no entry 4"),
        ("np.einsum('ij,jk->ik', A, Q)", "the letter 'j' is 4 and 3"),
    ],
)
def test_a_shape_that_does_not_fit_is_said_in_one_line(text, said):
    verdict = judge(text, np.zeros((3, 4), int))
    assert verdict.verdict == "wrong"
    assert said in " ".join(c.text for c in verdict.causes), str(verdict)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("np.sum(A, where=1)", "the option 'where' is not read"),
        ("np.sum(A, 0, keepdims=True, axis=1)", "'axis'"),
        ("np.flip(A, axis=0, k=1)", "the option 'k' is not read"),
        ("np.sum()", "nothing stands in the brackets"),
        ("np.repeat(A)", "'repeats' is missing"),
        ("np.einsum('i->ij', a)", "every letter of the result"),
        ("np.pad(A, 1, mode='edge')", "only the mode 'constant' is read"),
        ("np.convolve(a, b, 'wrap')", "the mode is 'full', 'valid' or 'same'"),
        ("np.ones((3000, 3000))", "an array of 9,000,000 entries"),
        ("a.astype(int)", "'astype' is not read here"),
    ],
)
def test_what_is_not_read_is_said_in_one_line(text, said):
    verdict = judge(text, np.zeros(2, int))
    assert verdict.verdict in {"unreadable", "not checked"}
    assert said in str(verdict)


LABELS = Network.parse("input x NxCxHxW | embedding w k1xk2 -> y")
ROWS = (
    'dw = np.einsum("bcijq,rbcij->rq", delta_y, '
    "(np.arange(k1)[:, None, None, None, None] == x).astype(delta_y.dtype))"
)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (ROWS, "right"),
        (ROWS.replace("== x", "== x - 1"), "wrong"),
        (ROWS.replace("delta_y, (", "delta_y, 2 * ("), "wrong"),
        (ROWS.replace("==", "!="), "wrong"),
    ],
)
def test_a_comparison_of_arrays_keeps_axes_of_one_entry(claim, verdict):
    """At k1 = 1 the array of all classes has one entry, and five axes."""
    assert LABELS.check(claim).verdict == verdict


def test_what_has_several_samples_is_no_image():
    """An axis of one entry is left out only before the others: 2x1x3 are two samples."""
    network = Network.parse("input x 2x1x3 | conv w 2 -> y | sse t -> C")
    said = network.check("C = sum(convolve2d(x, w))")
    assert said.verdict == "unreadable"
    assert said.notes == ("'convolve2d' needs an array of rows and columns",)


AT_LABELS = {
    "y = w[x]": "right",
    "y = np.take(w, x, axis=0)": "right",
    "dw = add_by_label(delta_y, x, (k1, k2))": "right",
    "y = np.take_along_axis(w, x, axis=0)": "wrong",
    "y = w[:, x]": "wrong",
    "y = 2 * w[x]": "wrong",
    "y = w[x] + w[0]": "wrong",
    "dw = add_by_label(2 * delta_y, x, (k1, k2))": "wrong",
    "dw = add_by_label(delta_y, x, (k2, k1))": "wrong",
}
"""Rows at class numbers, as programs write them."""


@pytest.mark.parametrize("claim", AT_LABELS)
def test_arrays_are_indexed_by_class_numbers(claim):
    network = Network.parse("input x NxT | embedding w k1xk2 -> y")
    assert network.check(claim).verdict == AT_LABELS[claim]


AT_ONE_AXIS = {
    "C = -np.take_along_axis(x, t[:, None], axis=1)[:, 0].sum()": "right",
    "C = -np.take_along_axis(x, t[:, None], axis=1)[:, 0].mean()": "wrong",
    "C = -np.take_along_axis(2 * x, t[:, None], axis=1)[:, 0].sum()": "wrong",
}


@pytest.mark.parametrize("claim", AT_ONE_AXIS)
def test_entries_are_taken_along_an_axis_by_class_numbers(claim):
    network = Network.parse("input x NxK | nll_loss t labels reduction sum -> C")
    assert network.check(claim).verdict == AT_ONE_AXIS[claim]


AS_AN_INDEX = {
    "y[t] = 2 * z[t]": "right",
    "y[t] = 3 * z[t]": "wrong",
    "C = sum_t y[t]": "right",
    "C = 2 * sum_t y[t]": "wrong",
}


@pytest.mark.parametrize("claim", AS_AN_INDEX)
def test_a_letter_of_class_numbers_that_is_used_as_an_index_is_one(claim):
    network = Network.parse(
        "input z 3 | input x 2x3 | constant t 2 | y[i] = 2*z[i] | a[b] = sum(q) [t[b] = q] x[b,q] "
        "| C = sum(i) y[i] + sum(b) 0*a[b]"
    )
    assert network.check(claim).verdict == AS_AN_INDEX[claim]
