"""Submissions get the points that the exercise says, and words that do not give it away."""

import csv
import io
import json
import sys
from types import SimpleNamespace

import pytest
from command import symconv
from paths import ROOT
from submissions import EXERCISE, RIGHT, WRONG, write_script

import symconv as package
from symconv.core.errors import SymconvError
from symconv.marking.exercise import parse_exercise, read_exercise
from symconv.marking.folder import find_submissions, mark_submissions
from symconv.marking.grade import grade
from symconv.marking.sheets import guard_cell, name_pages

TRUTH = "i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2"


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exercise.toml").write_text(EXERCISE)
    (tmp_path / "answers").mkdir()
    return tmp_path


def mark_scripts(course, seeds):
    """Pairs of what was written and what it got."""
    scripts = {f"s{n:03d}": write_script(n) for n in seeds}
    for name, script in scripts.items():
        (course / "answers" / f"{name}.md").write_text(script.text)
    exercise = read_exercise(course / "exercise.toml")
    marked = mark_submissions(exercise, find_submissions(course / "answers"), jobs=2)
    assert [m.student for m in marked] == list(scripts)
    return [(scripts[m.student], m) for m in marked]


def compare(pairs):
    for script, marked in pairs:
        assert {m.question: m.points for m in marked.marks} == script.points, script.text
        for mark in marked.marks:
            wanted = script.mistakes[mark.question]
            assert not wanted or wanted in mark.mistakes, (wanted, mark)
            assert TRUTH not in " ".join(mark.feedback)


def test_submissions_get_what_the_exercise_says(course):
    compare(mark_scripts(course, range(12)))


@pytest.mark.rest
def test_two_hundred_submissions_get_what_the_exercise_says(course):
    compare(mark_scripts(course, range(200)))


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("question", RIGHT)
def test_every_right_answer_is_full(question):
    for answer in RIGHT[question]:
        got = grade("exercise.toml", answer, question)
        assert (bool(got), got.score, got.feedback) == (True, 1.0, "right"), answer


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("question", WRONG)
def test_every_mistake_has_its_points(question):
    for answer, points, mistake in WRONG[question]:
        got = package.grade("exercise.toml", answer, question)
        assert (bool(got), got.points) == (False, points), answer
        assert not mistake or mistake in got.mistakes
        assert got.partial_score()["score"] == points / got.most
        assert got.feedback


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("", "not found"), ("I do not know.", "not found"),
        ("dC/do_2^1 = 2(o_1^2 - y_1) w_2^2", "not found"),
        ("dC/do_1^1 = \\fracc{1}{2}", "unread"), ("dC/do_1^1 = 1/(w_1^2 - w_1^2)", "open"),
        ("dC/do_1^1 = dC/do_1^1 + 0", "zero"),
        ("dC/do_1^1 = 2(o_1^2 - y_1) w_1^2\n\ndC/do_1^1 = 0", "zero"),
        ("dC/do_1^1 = 0\n\ndC/do_1^1 = 2(o_1^2 - y_1) w_1^2", "full"),
        ("<!-- symconv: question c -->\nx = 3\n\ndC/do_1^1 = 2(o_1^2 - y_1) w_1^2", "full"),
        ("<!-- symconv: question a -->\ndC/do_1^1 = 2(o_1^2 - y_1) w_1^2", "full"),
    ],
)  # fmt: skip
def test_an_answer_is_found_by_its_marker_or_its_left_side(answer, status):
    assert grade("exercise.toml", answer, "c").status == status


@pytest.mark.parametrize(
    ("answer", "share", "said"),
    [
        (RIGHT["a"][1].partition("= ")[2], 1, "right"),
        (WRONG["a"][0][0].partition("= ")[2], 0.75, "Which way round is the difference?"),
    ],
)
def test_the_question_of_a_server_that_is_shown_gives_its_share(
    course, monkeypatch, answer, share, said
):
    """The code of the page, with the one function of the server that it calls."""
    page = (ROOT / "templates" / "site" / "marking.md").read_text("utf-8")
    (code,) = (b.split("```")[0] for b in page.split("```python\n") if "import prairielearn" in b)
    server = SimpleNamespace(set_weighted_score_data=lambda data: data.update(score="weighted"))
    monkeypatch.setitem(sys.modules, "prairielearn", server)
    names = {"__file__": str(course / "server.py")}
    exec(compile(code, "server.py", "exec"), names)
    data = {"submitted_answers": {"gradient": answer}, "partial_scores": {}, "feedback": {}}
    names["grade"](data)
    assert data["partial_scores"]["gradient"]["score"] == share
    assert data["feedback"]["gradient"].startswith(said)
    assert data["score"] == "weighted"


HOSTILE = (
    "<!-- symconv: input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | half_sse y -> C -->\n{}",
    "w_1^2 = 0\n\nw_2^2 = 0\n\nw_3^2 = 0\n\nw_4^2 = 0\n\n{}",
    "$w^2 = \\begin{{pmatrix}}0&0\\\\0&0\\end{{pmatrix}}$, $y = 0$\n\n{}",
    "\\newcommand{{\\x}}{{0}}\n{}",
)


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("claim", ["dC/do_1^1 = 0", "dC/do_1^1 = (o_1^2 - y_1) w_1^2"])
def test_a_submission_does_not_choose_what_it_is_judged_by(text, claim):
    got = grade("exercise.toml", text.format(claim), "c")
    assert not got
    assert got.points == 0


def test_a_course_is_marked_by_the_command(course):
    answers = course / "answers"
    (answers / "=cmd()").mkdir()
    (answers / "=cmd()" / "one.md").write_text(RIGHT["a"][0])
    (answers / "=cmd()" / "two.tex").write_text(f"{RIGHT['b'][1]}\n\n{RIGHT['c'][0]}")
    (answers / "<b>.md").write_text("dC/dw_1^1 = <script>alert(1)</script>\n\ndC/do_1^1 = 0")
    (answers / "broken.ipynb").write_text("{")
    (answers / "empty").mkdir()
    done = symconv("mark", "exercise.toml", "answers", "-o", "out")
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert done.stdout.startswith("4 submissions: 10 of 40 points")
    rows = list(csv.reader(io.StringIO((course / "out" / "marks.csv").read_text())))
    assert rows[0] == ["student", "a", "b", "c", "points", "of", "look at"]
    assert rows[2] == ["'=cmd()", "4", "4", "2", "10", "10", ""]
    data = json.loads((course / "out" / "marks.json").read_text())
    assert [s["points"] for s in data["submissions"]] == [0, 10, 0, 0]
    assert "no notebook" in data["submissions"][2]["troubles"][0]
    pages = sorted(p.name for p in (course / "out").glob("*.html"))
    assert pages == ["b.html", "broken.html", "cmd.html", "empty.html"]
    written = "".join((course / "out" / p).read_text() for p in [*pages, "marks.json"])
    assert "<script" not in written.partition("marks.json")[0].replace(
        '"answer": "dC/dw_1^1 = <script', ""
    )
    assert "correct" not in written
    again = symconv("mark", "exercise.toml", "answers", "-o", "out", "--show-answers")
    assert again.returncode == 2
    again = symconv("mark", "exercise.toml", "answers", "-o", "out", "--show-answers", "--force")
    assert again.returncode == 0
    assert "correct: " in (course / "out" / "b.html").read_text()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "has questions"), ({"question": [{}]}, "'wanted' is"), ({"qestion": []}, "'qestion'"),
        ({"question": [{"wanted": "C", "points": -1}]}, "'points' is a number"),
        ({"question": [{"wanted": "C", "partial": "some"}]}, "'partial' is one of"),
        ({"question": [{"wanted": "C", "id": "x"}, {"wanted": "C", "id": "x"}]}, "two questions"),
        ({"question": [{"wanted": "C", "mistakes": 3}]}, "'mistakes' is a table"),
        ({"question": [{"wanted": "C", "mistakes": {"sign": {"pts": 1}}}]}, "'pts'"),
        ({"question": [{"wanted": "C"}]}, "'network' is missing"),
        ({"network": "two-conv", "question": [{"wanted": "C"}]}, "two-convs"),
        ({"network": 3, "question": [{"wanted": "C"}]}, "wrong kind"),
    ],
)  # fmt: skip
def test_an_exercise_that_is_none_is_one_message(tmp_path, table, said):
    with pytest.raises(SymconvError) as error:
        parse_exercise(table, tmp_path / "exercise.toml")
    assert said in str(error.value)


@pytest.mark.usefixtures("course")
def test_misuse_ends_in_2():
    for arguments in (
        ("none.toml", "answers"),
        ("exercise.toml", "none"),
        ("exercise.toml", "answers"),
    ):
        done = symconv("mark", *arguments, "-o", "out")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("error: ")
    with pytest.raises(SymconvError, match="which question"):
        grade("exercise.toml", "C = 1")
    with pytest.raises(SymconvError, match="no question 'z'"):
        grade("exercise.toml", "C = 1", "z")


def test_names_of_students_are_no_paths_and_no_formulas():
    class One:
        def __init__(self, student):
            self.student = student

    names = ["../../x", "a b", "a-b", "", "ü", "A-B"]
    assert name_pages([One(n) for n in names]) == [
        "x.html", "a-b.html", "a-b-3.html", "submission-4.html", "submission-5.html", "A-B-6.html",
    ]  # fmt: skip
    assert [guard_cell(t) for t in ("=1+1", "@x", "a=1")] == ["'=1+1", "'@x", "a=1"]
