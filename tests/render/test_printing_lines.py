"""Long formulas break where a reader expects it, and no line is wider than its room."""

from dataclasses import replace

from sympy import Add, Sum, Symbol

from symconv.core.nodes import Partial
from symconv.core.tensor import Name, Tensor, index
from symconv.notation.presets import FLAT1, IJ0
from symconv.render.document.markup_settings import TEXT
from symconv.render.formula.arrange import arrange
from symconv.render.formula.escape import escape_latex, escape_markdown
from symconv.render.formula.latex import Latex
from symconv.render.formula.line_breaking import break_lines, join_text, line_text, total_width
from symconv.render.formula.mathml import MathMl
from symconv.render.formula.names import DisplayNames
from symconv.render.formula.plain import PlainText
from symconv.render.formula.scalars import arrange_scalar
from symconv.render.formula.tree import DisplaySymbol

NAMES = DisplayNames(FLAT1, {}, {"i": "input", "w": "parameter"})
LONG = Add(*(Symbol(f"i_{n}") * Symbol(f"w_{n}^2") for n in range(1, 60)))


def lines(form, room, *, loose=False):
    strips = break_lines(PlainText(loose=loose).strip(form), room, room)
    return [line_text(strip, continued=k > 0) for k, strip in enumerate(strips)]


def test_lines_stay_in_their_room():
    for room in (20, 37, 80):
        assert max(map(len, lines(arrange_scalar(LONG, NAMES), room))) <= room


def test_nothing_is_lost_in_breaking():
    form = arrange_scalar(LONG, NAMES)
    joined = " ".join(lines(form, 40))
    assert joined == join_text(PlainText().strip(form))


def test_sums_break_before_a_sign():
    first, second, *_ = lines(arrange_scalar(LONG, NAMES), 40)
    assert first.startswith("i₁w₁² + i₂w₂²")
    assert second.startswith("+ ")


def test_a_product_breaks_between_its_factors_before_inside_them():
    o, y = Symbol("o_1^2"), Symbol("y_1")
    form = arrange_scalar((o - y) * Add(*(Symbol(f"i_{n}") for n in range(1, 6))), NAMES)
    assert lines(form, 30) == ["(o₁² − y₁)", "· (i₁ + i₂ + i₃ + i₄ + i₅)"]


def test_a_short_formula_is_one_line():
    form = arrange_scalar(Symbol("i_1") + Symbol("i_2"), NAMES)
    assert lines(form, 80) == ["i₁ + i₂"]


def test_latex_lines_keep_their_delimiters_balanced():
    strips = break_lines(Latex().strip(arrange_scalar(2 * Symbol("y_1") * LONG, NAMES)), 400, 380)
    text = "".join(line_text(strip, continued=k > 0) for k, strip in enumerate(strips))
    assert len(strips) > 2
    assert text.count("(") == text.count(")")


def derivative_of_a_convolution():
    """d/dw[n] (sum_m w[m] x[i + m])."""
    i, m, n = map(index, "imn")
    w, x = (Tensor(Name(letter), (3,), "value") for letter in "wx")
    return arrange(Partial(Sum(w[m] * x[i + m], (m, 0, 2)), w[n]), DisplayNames(IJ0, {}))


def test_a_line_breaks_behind_an_opening_only_where_it_must():
    form = derivative_of_a_convolution()
    assert lines(form, 24) == ["∂/∂w[n] (Σ_{m} w[m]", "· x[i+m])"]
    assert lines(form, 24, loose=True) == lines(form, 24)
    assert lines(form, 18) == lines(form, 24)  # wider than its room
    assert lines(form, 18, loose=True) == ["∂/∂w[n] (", "Σ_{m} w[m] x[i+m])"]
    assert lines(form, 9, loose=True) == ["∂/∂w[n] (", "Σ_{m}", "w[m]", "· x[i+m])"]


def test_the_sums_of_a_line_come_apart_sign_by_sign():
    m, n, w = index("m"), index("n"), Tensor(Name("w"), (3, 3), "value")
    form = arrange(Sum(w[m, n], (n, 0, 2), (m, 0, 2)), DisplayNames(IJ0, {}))
    assert len(Latex().strip(form)) == 1
    pieces = Latex(loose=True).strip(form)
    assert [piece.text.strip() for piece in pieces] == [
        r"\sum_{m=0}^{2}",
        r"\sum_{n=0}^{2}",
        "w_{m,n}",
    ]


def test_a_page_breaks_there_only_where_nothing_else_fits():
    form = derivative_of_a_convolution()
    wide, narrow = (replace(TEXT, room=room + TEXT.margin) for room in (24, 18))
    assert wide.lines(form, 0, numbered=False) == ("∂/∂w[n] (Σ_{m} w[m]", "· x[i+m])")
    assert narrow.lines(form, 0, numbered=False)[0] == "∂/∂w[n] ("


def test_old_parts_are_as_wide_as_unmarked_ones_and_new_ones_wider():
    plain = total_width(Latex().strip(DisplaySymbol("w")))
    assert total_width(Latex().strip(DisplaySymbol("w", mark="old"))) == plain
    assert total_width(Latex().strip(DisplaySymbol("w", mark="new"))) > plain
    assert total_width(MathMl().strip(DisplaySymbol("w", mark="old"))) > plain, (
        "browsers need more room"
    )


def test_words_are_escaped():
    assert escape_latex(r"50% of $x_1$ & \input{a}") == (
        r"50\% of \$x\_1\$ \& \textbackslash{}input\{a\}"
    )
    assert escape_latex("δ ≤ ∂ 漢\x00") == r"$\delta$ $\le$ $\partial$ ?"
    assert escape_markdown("<b> [a](x) `c` $x$ @me") == (
        r"&lt;b&gt; \[a\](x) \`c\` &#36;x&#36; &#64;me"
    )
    assert escape_markdown("# not a heading\n- no list") == r"\# not a heading - no list"
    assert escape_markdown("see https://x.y and www.x.y") == ("see https&#58;//x.y and www&#46;x.y")
