"""Long formulas break where a reader expects it, and no line is wider than its room."""

from sympy import Add, Symbol

from symconv.emit.formula.latex import Latex
from symconv.emit.formula.names import Names
from symconv.emit.formula.plain import Plain
from symconv.emit.formula.scalars import scalar_form
from symconv.emit.formula.strip import broken, line_text, text_of
from symconv.emit.pages.escape import escape_latex, escape_markdown
from symconv.notation.presets import FLAT1

NAMES = Names(FLAT1, {}, {"i": "input", "w": "parameter"})
LONG = Add(*(Symbol(f"i_{n}") * Symbol(f"w_{n}^2") for n in range(1, 60)))


def lines(form, room):
    strips = broken(Plain().strip(form), room, room)
    return [line_text(strip, continued=k > 0) for k, strip in enumerate(strips)]


def test_lines_stay_in_their_room():
    for room in (20, 37, 80):
        assert max(map(len, lines(scalar_form(LONG, NAMES), room))) <= room


def test_nothing_is_lost_in_breaking():
    form = scalar_form(LONG, NAMES)
    joined = " ".join(lines(form, 40))
    assert joined == text_of(Plain().strip(form))


def test_sums_break_before_a_sign():
    first, second, *_ = lines(scalar_form(LONG, NAMES), 40)
    assert first.startswith("i₁w₁² + i₂w₂²")
    assert second.startswith("+ ")


def test_a_product_breaks_between_its_factors_before_inside_them():
    o, y = Symbol("o_1^2"), Symbol("y_1")
    form = scalar_form((o - y) * Add(*(Symbol(f"i_{n}") for n in range(1, 6))), NAMES)
    assert lines(form, 30) == ["(o₁² − y₁)", "· (i₁ + i₂ + i₃ + i₄ + i₅)"]


def test_a_short_formula_is_one_line():
    form = scalar_form(Symbol("i_1") + Symbol("i_2"), NAMES)
    assert lines(form, 80) == ["i₁ + i₂"]


def test_latex_lines_keep_their_delimiters_balanced():
    strips = broken(Latex().strip(scalar_form(2 * Symbol("y_1") * LONG, NAMES)), 400, 380)
    text = "".join(line_text(strip, continued=k > 0) for k, strip in enumerate(strips))
    assert len(strips) > 2
    assert text.count("(") == text.count(")")


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
