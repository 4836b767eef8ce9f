"""Derivation documents: complete, numbered alike, escaped, within their margins, and compilable."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sympy import KroneckerDelta, Symbol

from symconv.api import Network
from symconv.calculus.reverse_mode import reverse_mode
from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.errors import SymconvError
from symconv.core.nodes import MaxOver, OneHot, Partial, limits
from symconv.core.proof import Derivation, Step, number_equations
from symconv.core.tensor import Name, Tensor, amount, index, size
from symconv.layers.support.ranges import sum_over_ranges
from symconv.network.parser import parse_network
from symconv.notation.presets import FLAT1, IJ0, IJ1
from symconv.render.document.documents import derivation_latex, derivation_markdown, derivation_text
from symconv.render.document.json_form import derivation_json
from symconv.render.document.pdf import compile_pdf

NETWORKS = {
    "two": ("input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C", FLAT1),
    "strided": (
        "input x NxCxHxW | conv w k1xk2 channels F stride s padding p dilation d bias b -> z",
        IJ0,
    ),
    "pooled": (
        (
            "input x BxGxHxW | conv w k1xk2 channels F stride s padding p bias b -> z | relu -> a"
            " | maxpool k stride t -> r | flatten -> v | dense U Q bias c -> h | mse y -> L"
        ),
        IJ1,
    ),
}
needs_pdflatex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is missing")
HOSTILE = r"\input{/etc/passwd} $x_1^2$ & % # ~ {} <script> `rm` [a](b) δ 漢"


def subject(name):
    text, notation = NETWORKS[name]
    program = parse_network(text).program()
    wrt = tuple(t for t in program.tensors if t.role in {"input", "parameter"})
    return program, reverse_mode(program, wrt).items, notation


def unrolled():
    o, y = Symbol("o_1^2"), Symbol("y_1")
    terms = sum(Symbol(f"i_{n}") * Symbol(f"w_{n}^2") for n in range(1, 80))
    return (("dC/dw_1^1", 2 * (o - y) * terms),)


def by_hand():
    """Max-pooling with a padded, strided window: mask and delta written out by hand."""
    i, j, m, n, iq, jq, mq, nq = map(index, ["i", "j", "m", "n", "i'", "j'", "m'", "n'"])
    H, W, k, s, Hy, Wy = map(size, ["H", "W", "k", "s", "H_y", "W_y"])
    p = amount("p")
    x = Tensor(Name("x"), (H, W), "value", ("i", "j"))
    y = Tensor(Name("y"), (Hy, Wy), "value", ("i", "j"))
    dx, dy = (Tensor(Name(t.name.letter, None, "delta"), t.shape, "delta") for t in (x, y))
    mask = Tensor(Name("M"), (Hy, Wy, k, k), "mask")
    window = MaxOver(x[s * i + m - p, s * j + n - p], *limits([(m, k), (n, k)]))
    inner = MaxOver(x[s * i + mq - p, s * j + nq - p], *limits([(mq, k), (nq, k)]))
    pool = Equation(y[i, j], window, ((i, Hy), (j, Wy)), "max-pooling")
    first = Equation(mask[i, j, m, n], OneHot(inner, m, n), ((i, Hy), (j, Wy), (m, k), (n, k)))
    sums = (((i, Hy), (j, Wy)), ((m, k), (n, k)))
    start = Partial(Tensor(Name("C"), (1,), "cost")[0], x[iq, jq])
    chained = sum_over_ranges(dy[i, j] * Partial(y[i, j], x[iq, jq]), sums[0])
    bracketed = sum_over_ranges(
        dy[i, j]
        * mask[i, j, m, n]
        * KroneckerDelta(iq, s * i + m - p)
        * KroneckerDelta(jq, s * j + n - p),
        *sums,
    )
    place = ((iq + p - m) / s, (jq + p - n) / s)
    result = sum_over_ranges(dy[place] * mask[(*place, m, n)], sums[1])
    steps = (
        Step("chain rule", start, chained, "C sees x through every window"),
        Step("selection", chained, bracketed, "only the maximum counts", ("ties: the first",)),
        Step("sifting", bracketed, result, "solve for the window"),
    )
    answer = Equation(dx[iq, jq], result, ((iq, H), (jq, W)))
    sizes = tuple(SizeDefinition(out, extent + 2 * p - k, s) for out, extent in ((Hy, H), (Wy, W)))
    program = Program((x, y), (pool,), "y", sizes)
    return program, (first, Derivation(x, answer, steps, (pool,))), IJ0


def test_numbers_go_on_from_forward_to_backward():
    program, backward, _ = by_hand()
    assert number_equations(program, backward) == {"y": 1, "M": 2, "delta x": 3}


def test_text_by_hand():
    text = derivation_text(
        *by_hand(), title="Pooling", conventions=["Ties: the first wins."], detail="full"
    )
    assert "  (1) y[i,j] = max_{m,n} x[s i+m−p, s j+n−p]\n" in text
    assert "      H_y = ⌊(H + 2p − k)/s⌋ + 1\n" in text
    assert "  - Ties: the first wins.\n" in text
    assert "Mask M\n------\n" in text
    assert "Error signal δ_x" in text
    assert "    = Σ_{i,j} δ_y[i,j] ∂y[i,j]/∂x[i′,j′]\n        | chain rule: C sees x" in text
    assert "| selection: only the maximum counts; ties: the first\n" in text
    assert (
        "  (3) δ_x[i′,j′] = Σ_{m,n} δ_y[(i′+p−m)/s, (j′+p−n)/s] M[(i′+p−m)/s, (j′+p−n)/s, m, n]\n"
        "          for 0 ≤ i′ < H, 0 ≤ j′ < W\n"
        "          summed over 0 ≤ m < k, 0 ≤ n < k\n\n"
        "      - Terms count only where 0 ≤ (i′ + p − m)/s < H_y and 0 ≤ (j′ + p − n)/s < W_y"
    ) in text


def test_latex_by_hand():
    latex = derivation_latex(*by_hand(), title="Pooling", document=False)
    assert r"\subsection*{Error signal $\delta^{x}$}" in latex
    assert r"H_y = \biggl\lfloor \frac{H + 2p - k}{s} \biggr\rfloor + 1" in latex
    assert r"\delta^{x}_{i',j'} &= \sum_{m=0}^{k-1}\sum_{n=0}^{k-1}" in latex
    assert r"\tag*{(3)}" in latex
    assert "Through equation (1); sums run over $0 \\le i < H_y$" in latex
    assert r"\derivationreason{" in latex
    assert r"\sum_{i,j} \delta^{y}_{i,j}" in latex.replace(r"\derivationold", "")


@pytest.mark.parametrize("markup", ["text", "markdown", "latex"])
def test_one_equation_is_gone_through_or_several(markup):
    page = getattr(Network.parse("input x 3 | tanh -> a | add x -> y").derivation(), markup)()
    through = [line.partition(";")[0] for line in str(page).splitlines() if "Through" in line]
    assert through == ["Through equation (2)", "Through equations (1), (2)"]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_result_is_numbered_in_every_format(name):
    program, backward, notation = subject(name)
    numbers = number_equations(program, backward).values()
    latex = derivation_latex(program, backward, notation, title="t")
    markdown = derivation_markdown(program, backward, notation, title="t")
    text = derivation_text(program, backward, notation, title="t")
    for number in numbers:
        assert f"({number})}}" in latex
        assert rf"\tag{{{number}}}" in markdown
        assert re.search(rf"^ *\({number}\) ", text, re.MULTILINE)


@pytest.mark.parametrize("name", NETWORKS)
def test_text_stays_within_a_hundred_columns(name):
    text = derivation_text(*subject(name), title="long " * 40, unrolled=unrolled())
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("name", NETWORKS)
def test_no_trace_of_python_or_templates_is_left(name):
    for write in (derivation_latex, derivation_markdown, derivation_text):
        written = write(*subject(name), title="t", unrolled=unrolled())
        assert not re.search(r"\{%[^\n]|<%|%>|<<|>>|\{\{ |None|Tuple|Symbol\b|undefined", written)


def test_the_origin_of_indices_is_said():
    assert "Indices start at 1." in derivation_text(*subject("two"), title="t")
    assert "Indices start at 0." in derivation_text(*subject("strided"), title="t")


def test_a_network_without_cost_says_what_is_differentiated():
    text = derivation_text(*subject("strided"), title="t")
    assert "is any scalar that depends on the output z" in text


def test_forum_line_stands_in_every_format():
    o, y, i1, i2 = (Symbol(n) for n in ("o_1^2", "y_1", "i_1", "i_2"))
    w1, w2 = Symbol("w_1^2"), Symbol("w_2^2")
    lines = (("dC/dw_1^1", 2 * (o - y) * (i1 * w1 + i2 * w2)),)
    kwargs = {"title": "t", "unrolled": lines}
    expected = r"2(o_1^2 - y_1)(i_1 w_1^2 + i_2 w_2^2)"
    assert rf"\frac{{\partial C}}{{\partial w_1^1}} &= {expected}" in derivation_latex(
        *subject("two"), **kwargs
    )
    assert rf"\frac{{\partial C}}{{\partial w_1^1}} = {expected}" in derivation_markdown(
        *subject("two"), **kwargs
    )
    assert "∂C/∂w₁¹ = 2(o₁² − y₁)(i₁w₁² + i₂w₂²)" in derivation_text(*subject("two"), **kwargs)


def test_fragment_has_no_preamble_and_document_has():
    fragment = derivation_latex(*by_hand(), title="t", document=False)
    assert r"\documentclass" not in fragment
    assert r"\usepackage" not in fragment.split("\n", 1)[1]
    assert derivation_latex(*by_hand(), title="t").startswith(r"\documentclass[10pt,a4paper")


def test_hostile_words_are_written_and_not_obeyed():
    words = {"title": HOSTILE, "conventions": [HOSTILE], "unrolled": ((HOSTILE, Symbol("y_1")),)}
    latex = derivation_latex(*by_hand(), **words)
    assert r"\input{/etc" not in latex
    assert "$x_1" not in latex
    markdown = derivation_markdown(*by_hand(), **words)
    assert "<script>" not in markdown
    assert r"\[a\](b)" in markdown
    assert "\x1b" not in derivation_text(*by_hand(), title="a\x1b[31mb\x07")


def test_json_carries_every_step_in_every_form():
    program, backward, notation = by_hand()
    data = json.loads(json.dumps(derivation_json(program, backward, notation, title="t")))
    assert [e["number"] for e in data["forward"] + data["backward"]] == [1, 2, 3]
    steps = data["backward"][1]["steps"]
    assert [s["rule"] for s in steps] == ["chain rule", "selection", "sifting"]
    assert steps[1]["conditions"] == ["ties: the first"]
    assert steps[0]["after"]["text"] == "Σ_{i,j} δ_y[i,j] ∂y[i,j]/∂x[i′,j′]"
    tree = data["forward"][0]["right"]["tree"]
    assert tree["op"] == "MaxOver"
    assert [limit["args"][0]["name"] for limit in tree["args"][1:]] == ["m", "n"]
    assert {node["op"] for node in nodes(data)} >= {"entry", "symbol", "integer", "Partial", "Sum"}


def nodes(data):
    if isinstance(data, dict):
        yield from ([data] if "op" in data else [])
        data = list(data.values())
    for part in data if isinstance(data, list) else []:
        yield from nodes(part)


@pytest.mark.rest
@pytest.mark.long
def test_documents_do_not_depend_on_hashes():
    """Every run compares what is checked in under a seed of its own; this is under two others."""
    script = (
        "import test_documents as t\n"
        "for name in t.NETWORKS: print(t.derivation_latex(*t.subject(name), title='t'))"
    )
    folders = [*sys.path, str(Path(__file__).parent)]
    runs = [
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(folders)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]


# pdflatex


def log_of(document, folder):
    (folder / "x.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "x.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout.decode("latin-1")[-2000:]
    return (folder / "x.log").read_text(encoding="latin-1")


@needs_pdflatex
@pytest.mark.parametrize("name", NETWORKS)
def test_documents_compile_within_their_margins(name, tmp_path):
    document = derivation_latex(*subject(name), title=HOSTILE, unrolled=unrolled())
    log = log_of(document, tmp_path)
    assert "Overfull" not in log
    assert "Warning" not in log


@needs_pdflatex
def test_fragments_compile_with_amsmath_alone(tmp_path):
    fragment = derivation_latex(*subject("pooled"), title=HOSTILE, document=False)
    head = r"\documentclass{article}\usepackage{amsmath}\textwidth=160mm\begin{document}"
    assert "Overfull" not in log_of(head + fragment + r"\end{document}", tmp_path)


@needs_pdflatex
def test_pdf_is_made():
    assert compile_pdf(derivation_latex(*by_hand(), title="t")).startswith(b"%PDF-")


@needs_pdflatex
@pytest.mark.parametrize(
    "body", [r"\input{/etc/hostname}", r"\undefined", r"\immediate\openout5=/tmp/a "]
)
def test_pdf_refuses_what_it_should_not_read_or_cannot_compile(body):
    document = rf"\documentclass{{article}}\begin{{document}}a {body}\end{{document}}"
    with pytest.raises(SymconvError, match="pdflatex could not compile"):
        compile_pdf(document)


@needs_pdflatex
def test_pdf_gives_up_in_time():
    document = r"\documentclass{article}\begin{document}\def\a{\a}\a\end{document}"
    with pytest.raises(SymconvError, match="longer than 1 seconds"):
        compile_pdf(document, timeout=1)


def test_a_missing_pdflatex_is_a_clear_error(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SymconvError, match="pdflatex was not found"):
        compile_pdf("")
