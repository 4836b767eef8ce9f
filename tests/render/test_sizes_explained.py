"""Why the sizes are so: every sentence is counted out before it is said."""

from dataclasses import replace

import pytest
from kept_networks import parse_once
from sympy import Integer

from symconv.api import Network
from symconv.render.document.markup_settings import TEXT
from symconv.semantics.sizes import SizeDraws
from symconv.structure import sampled_sizes as claims
from symconv.structure.sampled_sizes import claim_holds, random_sizes, sample_axis
from symconv.structure.sliding_window import find_sliding_windows

STRIDED = "general-conv-strided"


def of(text):
    return parse_once(text)


def said(text, detail="full"):
    return [TEXT.mixed(s) for s in of(text).derivation().why_sizes.get(detail, ())]


def reaches(text):
    program = of(text).program
    found = tuple(r for e in program.equations for s in find_sliding_windows(e) for r in s.reaches)
    return found, random_sizes(SizeDraws(program), found)


def true(reach, sizes, claim):
    return claim_holds(reach, tuple(sample_axis(reach, at) for at in sizes), claim)


def test_the_region_that_a_pixel_touches():
    """The claim of the post: top left (i'-k1+1, j'-k2+1), bottom right (i', j')."""
    (line,) = [s for s in said("general-conv") if s.startswith("The entry x[")]
    assert line.startswith(
        "The entry x[i′,j′] touches a region of outputs with its top left at "
        "(i′ − k₁ + 1, j′ − k₂ + 1) and its bottom right at (i′, j′)"
    )


@pytest.mark.parametrize(("height", "kernel"), [(5, 2), (6, 3), (3, 3)])
def test_the_region_by_brute_force(height, kernel):
    network = Network.parse(
        f"input x {height}x{height} | conv w {kernel}x{kernel} -> z | sse y -> C"
    )
    outputs = height - kernel + 1
    for place, gradient in network.gradients("x").items():
        touched = {
            (i, j)
            for i in range(outputs)
            for j in range(outputs)
            if gradient.has(*(s for s in gradient.free_symbols if s.name == f"z_{{{i},{j}}}"))
        }
        region = [range(p - kernel + 1, p + 1) for p in place]
        full = {(i, j) for i in region[0] for j in region[1]}
        assert touched == {q for q in full if all(0 <= n < outputs for n in q)}


def test_a_strided_convolution_is_explained():
    words = " ".join(said(STRIDED))
    assert (
        "i ≤ (H + 2p − d(k₁ − 1) − 1)/s, which makes H_z = ⌊(H + 2p − d(k₁ − 1) − 1)/s⌋ + 1"
        in words
    )
    assert "(i′ + p − d(k₁ − 1))/s ≤ i ≤ (i′ + p)/s" in words
    assert "with i′ + p − s i a multiple of d" in words
    assert "divided by s leaves a remainder greater than p, the entries of x beyond" in words
    assert "Terms other than 0 have (p − d m′)/s ≤ i ≤ (H + p − 1 − d m′)/s" in words
    assert "at most one output belongs that reads an entry: i = (i′ + p − d m)/s" in words


def test_a_flipped_kernel_is_met_backwards():
    words = " ".join(said("general-conv-flipped"))
    assert "it meets x at (i + k₁ − m′ − 1, j + k₂ − n′ − 1)" in words


def test_what_a_remainder_leaves_unread_has_no_derivative():
    text = "input x 7 | conv w 2 stride 3 -> z | sse y -> C"
    (line,) = [s for s in said(text) if s.startswith("No window")]
    assert "at r′ = 2, 5, 6: the cost does not depend on them" in line
    zero = {place for place, e in of(text).gradients("x").items() if e == 0}
    assert zero == {(2,), (5,), (6,)}
    assert "Every entry of x is read." in said("input x 8 | maxpool 2 -> z")


def test_an_entry_with_another_reader_keeps_its_derivative():
    text = "input x 5 | scale g -> a | conv w 1 stride 2 -> z | sse y -> C"
    program = of(text).program
    twice = replace(program, equations=(*program.equations, program.equations[-2]))
    from symconv.render.document.size_words import describe_sizes
    from symconv.render.formula.names import collect_names

    network = of(text)
    names = collect_names(program, network.backward().items, network.notation)
    words = [TEXT.mixed(s) for s in describe_sizes(network.backward(), twice, names)["full"]]
    assert any("nothing reaches their derivative through this equation" in s for s in words)
    assert any("the cost does not depend on them" in s for s in said(text))


def test_indices_from_one_are_counted_from_one():
    network = Network.parse("input x 7 | conv w 2 stride 3 -> z", notation="ij1")
    words = [TEXT.mixed(s) for s in network.derivation().why_sizes["full"]]
    assert "at r′ = 3, 6, 7:" in " ".join(words)
    assert "covers x from 3i − 2 to 3i − 1" in words[0]


def test_a_ceiled_window_is_not_given_the_usual_size():
    assert not any("which makes" in s for s in said("input x 8x8 | maxpool 3 stride 2 ceil -> z"))


@pytest.mark.parametrize("part", ["padding", "stride", "dilation", "kernel", "outputs", "inputs"])
def test_a_wrong_part_is_found_out(part):
    """Of the four claims, at least one fails whatever part of the window is read off wrong."""
    found, sizes = reaches(STRIDED)
    every = (claims.output_size, claims.window_ends, claims.outputs_touched, claims.outputs_met)
    for reach in found:
        assert all(true(reach, sizes, claim) for claim in (*every, claims.remainder))
        wrong = replace(reach, **{part: getattr(reach, part) + Integer(1)})
        assert not all(true(wrong, sizes, claim) for claim in every)


def test_levels_and_markups_have_their_part():
    explanation = parse_once("general-conv").derivation()
    assert len(said("general-conv", "normal")) == 2
    title = "Why the sizes are so"
    for written in (explanation.text, explanation.markdown, explanation.latex, explanation.html):
        assert title in written()
        assert len(written(detail="full")) > len(written())
        assert title not in written(detail="terse")
    assert "its top left at ($i' - k_1 + 1$, $j' - k_2 + 1$)" in explanation.latex()


def test_networks_without_windows_say_nothing():
    assert said("input x 4 | dense W 2 -> h | sse t -> C") == []


def test_an_index_that_a_log_sum_exp_binds_is_always_in_range():
    text = Network.parse("input x 5 batch N | cross_entropy t labels").derivation("x").text()
    assert "Terms count only where" not in text
    strided = Network.parse("input x 9 | conv w 3 stride 2 -> z").derivation("x").text()
    assert "Terms count only where" in strided


def test_a_window_without_padding_stays_inside():
    text = "input x NxCxHxW | conv w 3x2 channels F stride s dilation d {} -> z | sse t -> E"
    inside, padded = (
        Network.parse(text.format(more)).derivation("w").text() for more in ("", "padding p")
    )
    assert "Terms count only where" not in inside
    assert "Terms count only where 0 ≤ s i + d m′ − p < H" in padded


@pytest.mark.parametrize(
    ("text", "said_of_it"),
    [
        ("input x 5 | conv w 1 stride 2 -> z | sse y -> C", "covers x from 2i to 2i"),
        ("input x 6 | conv w 1 stride 2 -> z | sse y -> C", "No window reaches the entries of x"),
        ("input x 5x5 | conv w 1x1 stride 3 -> z | sse y -> C", "touches the outputs with"),
        ("input x HxW | maxpool 1 stride s -> z", "covers x from (s u, s v) to (s u, s v)"),
    ],
)
def test_a_window_of_one_entry_is_explained_where_it_skips_some(text, said_of_it):
    assert any(said_of_it in s for s in said(text)), said(text)
