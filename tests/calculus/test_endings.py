"""Derivations end as textbooks end them, in networks of the form, and in no others."""

import dataclasses

import pytest
from grids import slice_of

from symconv import Network
from symconv.calculus.endings.end_derivations import end_derivations
from symconv.core.tensor import key_of
from symconv.verify.endings import TRIALS, check_endings

MEAN = "m[b] = 1/5 sum(r) x[b,r] for b<4"
POWER = "v[b] = 1/5 sum(r) (x[b,r] - m[b])^2 for b<4"
BY_SAMPLE = "y[b,r] = (x[b,r] - m[b])/sqrt(v[b] + 1/8) for b<4, r<5"
BY_FEATURE = "y[b,r] = (x[b,r] - m[b])/sqrt(v[r] + 1/8) for b<4, r<5"
NORMS = [
    f"input x {shape} | {layer}{tail}"
    for layer in ("batchnorm", "layernorm", "rmsnorm", "batchnorm weight g bias h -> y")
    for shape, tail in (("NxK", ""), ("4xK", " | half_sse t -> C"), ("NxFxHxW", ""))
] + [
    "input x NxCxHxW | instancenorm weight g -> y",
    "input x Nx4xHxW | groupnorm groups 2 weight g bias h -> y",
    "input x Nx6xH | groupnorm groups 3 -> y",
    "input x NxTxE | layernorm last 1 weight g -> y | add x -> z",
    "input x NxTxE | rmsnorm last 1 weight g -> y | add x -> z",
    "input x NxTxE | layernorm last 2 -> y | layernorm last 1 -> z",
    f"input x 4x5 | {MEAN} | {POWER} | {BY_SAMPLE}",
    "input x 5 | v[i] = 1/5 sum(r) x[r]^2 for i<1 | y[r] = x[r]/sqrt(v[0] + 1/8) for r<5",
]
SOFTMAXES = [
    f"input x {shape} | {layer}"
    for layer in ("softmax -> y", "log_softmax -> y", "softmax -> y | half_sse t -> C")
    for shape in ("K", "NxK", "3x4", "NxFxHxW")
] + [
    "input x NxK | cross_entropy t -> C",
    "input x NxK | cross_entropy t labels -> C",
    "input x NxK | cross_entropy t reduction sum -> C",
    "input x NxK | cross_entropy t labels smoothing 0.1 -> C",
    "input x NxK | cross_entropy t labels ignore -100 -> C",
    "input x NxFxHxW | cross_entropy t labels -> C",
    "input x N | y[q] = exp(x[q])/sum(r) exp(x[r]) for q<N",
    "input x N | y[q] = exp(2 x[q])/sum(r) exp(2 x[r]) for q<N | half_sse t -> C",
]
ATTENTIONS = [
    f"input x {shape} | attention wq wk wv wo{options}"
    for shape in ("NxTxE", "NxTx4", "3x4", "2x3x4", "TxE")
    for options in ("", " causal", " -> y | half_sse t -> C")
] + [
    "input x NxTx4 | attention wq wk wv wo heads 2",
    "input x NxTx4 | attention wq wk wv wo heads 2 causal",
    "input x NxTxE | input m NxSxE | attention wq wk wv wo keys m",
    "input x NxTxE | attention wq wk wv wo mask a",
    "input x NxTxE | attention wq wk wv wo padding_mask a",
]
OTHERS = [
    "input x NxK | dense w 3 -> z | half_sse t -> C",
    "input x NxK | dense w 3 bias b -> z | tanh -> a | mse t -> C",
    "input x NxCxHxW | conv w 3x3 channels 2 -> z | relu -> a",
    "input x NxK | sigmoid -> a | bce t -> C",
    "input x NxK | batchnorm inference mean m variance v -> y",
    # The variance is taken over other entries than the mean.
    f"input x 4x5 | {MEAN} | v[r] = 1/4 sum(b) (x[b,r] - m[b])^2 for r<5 | {BY_FEATURE}",
    # The mean divides by another number.
    f"input x 4x5 | m[b] = 1/2 sum(r) x[b,r] for b<4 | {POWER} | {BY_SAMPLE}",
    # What is divided is not what is squared.
    f"input x 4x5 | {MEAN} | {POWER} | y[b,r] = (x[b,r] + m[b])/sqrt(v[b] + 1/8) for b<4, r<5",
    # What is added up are other numbers than exponentials, or more than these.
    "input x N | y[q] = exp(x[q])/(1 + sum(r) exp(x[r])) for q<N",
    "input x N | y[q] = x[q]/sum(r) x[r] for q<N",
    "input x N | y[q] = exp(x[q])/sum(r) x[r] exp(x[r]) for q<N",
    "input x N | y[q] = exp(x[q]) for q<N | half_sse t -> C",
]


def endings_of(text):
    net = Network.parse(text)
    passes = net.backward()
    return passes, end_derivations(net.program, passes)


def last_line(text, key):
    return str(endings_of(text)[1][key].equation.rhs)


def failures(passes, endings):
    return [c.line for c in check_endings(passes.program, endings) if not c.passed]


@pytest.mark.parametrize("text", slice_of(NORMS, 5))
def test_a_normalisation_ends_in_three_terms(text):
    passes, endings = endings_of(text)
    ending = endings["gradient x"]
    read = {key_of(a) for a in ending.equation.rhs.atoms() if hasattr(a, "indices")}
    assert not any(key.startswith("delta n") for key in read)
    assert ending.steps[-1].rule == "common factor"
    assert any(t.name.letter == "x\u0302" for t in ending.tensors)
    assert failures(passes, endings) == []


@pytest.mark.parametrize("text", slice_of(SOFTMAXES, 5))
def test_a_softmax_is_named_and_stands_in_front(text):
    passes, endings = endings_of(text)
    ending = endings["gradient x"]
    assert "exp" not in str(ending.equation.rhs)
    assert failures(passes, endings) == []


@pytest.mark.parametrize("text", slice_of(ATTENTIONS, 5))
def test_the_scores_of_attention_end_in_one_product(text):
    passes, endings = endings_of(text)
    assert str(endings["delta s"].equation.rhs).count("*p[") == 2
    assert endings["delta s"].equation.rhs.is_Mul
    assert failures(passes, endings) == []


@pytest.mark.parametrize("text", slice_of(OTHERS, 3))
def test_other_forms_are_left_as_they_were_derived(text):
    assert endings_of(text)[1] == {}


def test_softmax_and_cross_entropy_end_in_p_minus_t():
    assert last_line("input x NxK | cross_entropy t -> C", "gradient x") == (
        "(p[b', r'] - t[b', r'])/N"
    )
    labels = "input x NxK | cross_entropy t labels -> C"
    assert last_line(labels, "gradient x") == "(p[b', r'] - Equals(r', t[b']))/N"


def test_names_that_are_taken_are_not_given_again():
    _, endings = endings_of("input p NxK | cross_entropy t -> C")
    (tensor,) = endings["gradient p"].tensors
    assert tensor.name.letter == "pi"


def test_targets_need_not_add_up_where_no_step_says_so():
    _, endings = endings_of("input x NxK | cross_entropy t -> C")
    assert [(s.key, s.axis) for s in endings["gradient x"].unit_sums] == [("t", 1)]
    assert not endings_of("input x NxK | log_softmax -> y")[1]["gradient x"].unit_sums


@pytest.mark.parametrize(
    "change",
    [
        lambda e: dataclasses.replace(e, unit_sums=()),
        lambda e: dataclasses.replace(e, steps=e.steps[1:]),
        lambda e: dataclasses.replace(
            e, steps=(*e.steps[:-1], dataclasses.replace(e.steps[-1], after=-e.steps[-1].after))
        ),
        lambda e: dataclasses.replace(
            e, definitions=tuple(dataclasses.replace(d, rhs=2 * d.rhs) for d in e.definitions)
        ),
    ],
    ids=["a condition left out", "a step left out", "a sign", "a definition"],
)
def test_a_fault_in_an_ending_is_found(change):
    passes, endings = endings_of("input x NxK | cross_entropy t -> C")
    assert len(failures(passes, {"gradient x": change(endings["gradient x"])})) == 1


def test_an_ending_is_tried_at_five_choices_of_sizes():
    passes, endings = endings_of("input x NxK | layernorm -> y")
    (check,) = check_endings(passes.program, endings)
    assert len(check.sizes) == TRIALS == 5
    assert check.passed
