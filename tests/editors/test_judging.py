"""What is said of a text while it is written: the verdicts of `check`, and what corrects them."""

import random
from pathlib import Path

import pytest
from attacks import TEXTS
from paths import ROOT

from symconv.documents.check_file import CheckTask, check_file
from symconv.editors.findings import ERROR, INFORMATION, JudgeTask, TextPosition
from symconv.editors.judge import TextJudge
from symconv.editors.text_lines import TextLines, count_characters, count_units
from symconv.editors.wording import describe_in_markdown, place_range

BOOK = ROOT / "tests/data/book"
CHAPTERS = sorted(p for p in BOOK.rglob("*.*") if p.suffix not in {".net", ".json"})
NET = "input x 4 | dense W 3 -> z | relu -> y | half_sse t -> E"
MARK = f"<!-- symconv: {NET} -->\n"


def judge(text, *, explain=True, file="a.md", by=None):
    return (by or TextJudge(explain)).judge(JudgeTask("a", 1, file, text))


def underlined(text, found):
    lines = TextLines(text)
    return [lines.cut(f.where) for f in found.findings if f.severity]


@pytest.mark.parametrize(
    "path",
    [
        p if p.name[:2] in {"09", "10"} else pytest.param(p, marks=pytest.mark.rest)
        for p in CHAPTERS
    ],
    ids=lambda p: p.name,
)
def test_a_chapter_has_the_verdicts_of_check(path):
    report = check_file(CheckTask(), str(path))
    found = judge(path.read_text("utf-8"), file=str(path)).findings
    assert [(f.statement, f.severity == ERROR) for f in found] == [
        (v.text, v.verdict == "wrong") for v in report.verdicts
    ]


def test_what_is_underlined_is_the_statement():
    text = f"{MARK}Here $dE/dW_{{qr}} = (t_q - y_q) x_r$, and\n$$\ndE/dx_r = 0\n$$\n"
    assert underlined(text, judge(text)) == ["dE/dW_{qr} = (t_q - y_q) x_r", "dE/dx_r = 0"]


# What a person wrote, the letters around it, and what stands there after the correction.
@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("$dE/dy_i = t_i - y_i$", "$dE/dy_i = y_i - t_i$"),
        ("dE/dW[i,j] = y[i] x[j].", "dE/dW[i,j] = delta_z[i] x[j]."),
        (
            r"\(\frac{\partial E}{\partial x_q} = z_q\)",
            r"\(\frac{\partial E}{\partial x_q} = \sum_m \frac{\partial E}{\partial z_m} W_{m,q}\)",
        ),
        (r"$$z_j = \sum_i W_{ij} x_i ,$$", r"$$z_j = \sum_r W_{j,r} x_r ,$$"),
        ("It is ∂E/∂y₀ = 3y₀ there", "It is ∂E/∂y₀ = y₀ - t₀ there"),
    ],
)
def test_a_correction_keeps_the_left_side_and_the_letters(wrong, right):
    text = MARK + wrong
    (found,) = [f for f in judge(text).findings if f.severity == ERROR]
    corrected = TextLines(text).put_in([found.correction])
    assert corrected == MARK + right
    assert not underlined(corrected, judge(corrected, explain=False))


@pytest.mark.rest
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.name)
def test_every_correction_of_the_book_is_right(path):
    text = path.read_text("utf-8")
    found = [f for f in judge(text, file=str(path)).findings if f.correction]
    corrected = TextLines(text).put_in(f.correction for f in found)
    left = judge(corrected, file=str(path), explain=False).findings
    before = judge(text, file=str(path), explain=False).findings
    wrong = [sum(f.severity == ERROR for f in fs) for fs in (before, left)]
    conditions = sum(f.severity != ERROR for f in found)
    assert wrong[1] in {wrong[0] - len(found), wrong[0] - len(found) + conditions}


def test_what_has_no_correction_is_left_alone():
    """A step of descent, a line of code: no right side is put in their place."""
    lines = ("$W_{qr} = W_{qr} + \\eta x_r$", "`dx = W @ dz`")
    found = judge(MARK + "\n\n".join(lines)).findings
    assert [f.correction for f in found if f.severity == ERROR] == [None, None]


def test_after_one_keystroke_one_statement_is_judged():
    lines = [f"$dE/dy_{n} = {c}(y_{n} - t_{n})$" for n in range(3) for c in (1, 2, 3)]
    text = MARK + "\n\n".join(lines)
    quick, thorough = TextJudge(explain=False), TextJudge()
    assert judge(text, by=quick).judged == len(lines)
    judge(text, by=thorough)
    changed = text.replace("3(y_1 - t_1)", "4(y_1 - t_1)")
    assert judge(changed, by=quick).judged == 1
    # The statement, the same without reasons, and its correction.
    assert judge(changed, by=thorough).judged <= 3
    assert judge("A word more.\n" + changed, by=quick).judged == 0
    assert judge(changed, by=quick).judged == 0


def test_what_rests_on_a_changed_definition_is_judged_again():
    text = MARK + "$q_i = y_i - t_i$\n\n$dE/dy_i = q_i$\n\n$dE/dy_i = y_i - t_i$"
    by = TextJudge(explain=False)
    assert not underlined(text, judge(text, by=by))
    changed = text.replace("$q_i = y_i - t_i$", "$q_i = t_i - y_i$")
    assert underlined(changed, judge(changed, by=by)) == ["dE/dy_i = q_i"]


def test_code_is_judged_again_where_its_program_changes_only():
    code = "```python\nd = y - t\ndy = d\n```\n"
    by = TextJudge(explain=False)
    judge(MARK + code, by=by)
    assert judge(f"{MARK}Some words.\n{code}", by=by).judged == 0
    changed = MARK + code.replace("y - t", "t - y")
    assert underlined(changed, judge(changed, by=by)) == ["dy = d"]


@pytest.mark.rest
@pytest.mark.parametrize("seed", range(3))
def test_a_text_has_the_same_verdicts_however_often_it_was_changed(seed):
    """Lines are taken out, put in and changed at random; what is recalled is what is found."""
    rng = random.Random(seed)
    path = BOOK / "part1/02-two-convolutions.md"
    lines = path.read_text("utf-8").split("\n")
    by = TextJudge()
    for _ in range(4):
        place = rng.randrange(len(lines))
        match rng.randrange(3):
            case 0:
                lines.insert(place, rng.choice(lines))
            case 1:
                lines[place] = lines[place].replace("2", "3", 1)
            case _:
                lines.append("$dC/do_1^2 = o_1^2 - y_1$")
        text = "\n".join(lines)
        assert judge(text, by=by, file=str(path)).findings == judge(text, file=str(path)).findings


def test_a_budget_that_is_used_up_is_said(tmp_path):
    (tmp_path / "symconv.toml").write_text('budget = 0.01\nnetwork = "two-convs"\n')
    text = "\n\n".join(f"$dC/dw_1^1 = {n}(o_1^2 - y_1)$" for n in range(2, 9))
    by = TextJudge()
    for _ in range(2):
        found = judge(text, file=str(tmp_path / "a.md"), by=by).findings
        assert found[-1].severity == INFORMATION
        assert "used up" in found[-1].message


def test_a_text_without_a_network_is_left_alone():
    assert judge("$dE/dy = 3$").findings == ()


def test_options_that_are_none_are_one_line(tmp_path):
    (tmp_path / "symconv.toml").write_text("netwrok = 3\n")
    (found,) = judge("$dE/dy = 3$", file=str(tmp_path / "a.md")).findings
    assert "netwrok" in found.message
    assert "\n" not in found.message


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_texts_end_in_findings(name):
    by = TextJudge()
    for text in (TEXTS[name], f"{MARK}${TEXTS[name]}$", f"<!-- symconv: {TEXTS[name]} -->\n$x=1$"):
        for file in ("a.md", "a.tex", "a.ipynb"):
            for found in judge(text, by=by, file=file).findings:
                for encoding in ("utf-16", "utf-8", "utf-32"):
                    place_range(TextLines(text), found.where, encoding)


def test_a_text_that_is_too_long_is_one_line():
    (found,) = judge(MARK + "$dE/dy_0 = 1$ " * 80_000).findings
    assert "at most" in found.message


@pytest.mark.parametrize("before", ["𝐰 ", "é", "\ud800", "\f\x0b\u2028\x1c", "👩‍👩‍👧 𝒙"])
def test_columns_are_counted_in_units(before):
    """A character beyond the first 65,536 is two units; what Python takes for a line's end is one
    character of a line."""
    text = f"{MARK}{before}$dE/dy_0 = t_0 - y_0$ and"
    (found,) = [f for f in judge(text, explain=False).findings if f.severity]
    start, stop = place_range(TextLines(text), found.where, "utf-16")
    raw = (text.split("\n")[1]).encode("utf-16-le", "surrogatepass")
    said = raw[2 * start[1] : 2 * stop[1]].decode("utf-16-le")
    assert (start[0], said) == (1, "dE/dy_0 = t_0 - y_0")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_units_lead_back_to_characters(encoding):
    text = "a𝐰é\ud800語"
    for place in range(len(text) + 1):
        units = count_units(text[:place], encoding)
        assert count_characters(text, units, encoding) == place


def test_lines_end_as_editors_count_them():
    lines = TextLines("a\r\nb\rc\u2028d\n")
    assert lines.lines == ["a", "b", "c\u2028d", ""]
    assert lines.find_line(9).start == TextPosition(3, 0)


def test_no_formula_ends_the_block_that_shows_it():
    said = describe_in_markdown(["a ~~~~ b\n\x1b[31m"])
    assert said.split("\n")[0] == "~~~~~text"
    assert "\x1b" not in said


def test_the_room_needs_no_library_but_for_its_server():
    sources = [p for p in (ROOT / "symconv/editors").glob("*.py") if p.name != "server.py"]
    assert len(sources) > 5
    assert not [p.name for p in sources if "pygls" in Path(p).read_text("utf-8")]
