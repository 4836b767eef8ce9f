"""Exercises: solutions are right and distractors wrong by name, by the judge of claims alone."""

from dataclasses import replace

import pytest
from command import symconv

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.documents.model.records import NetworkMark
from symconv.exercises.folder import build_exercise, list_file_names, write_variants
from symconv.exercises.values import (
    choose_numbers,
    find_fraction,
    has_kink,
    list_values,
    write_number,
)
from symconv.exercises.variant import make_variants
from symconv.marking.exercise import read_exercise
from symconv.marking.folder import find_submissions, mark_submissions
from symconv.marking.grade import grade
from symconv.marking.sheets import write_csv

TINY = "input x 3 | conv w 2 -> z | half_sse t -> C"
FIVE = {
    "two-convs": "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C",
    "strided": "input x 5x5 | conv w 2x2 stride 2 -> z | half_sse t -> C",
    "max-pool": "input x 4x4 | conv w 1x1 -> z | maxpool 2 -> p | half_sse t -> C",
    "softmax": "input x 2 | dense w 3 -> z | cross_entropy t -> C",
    "channels": "input x 2x3x3 | conv w 2x2 channels 2 bias b -> z | half_sse t -> C",
}


@pytest.fixture(scope="module")
def tiny():
    """A network, its one variant, and its files."""
    network = Network.parse(TINY)
    variants = make_variants(network, 1, 7)
    return network, variants, write_variants(network, NetworkMark(TINY), variants)


def judge(network, variant):
    """Every answer of a variant through `check`; how many wrong ones there were."""
    numbers, wrong = list_values(variant.tables), 0
    assert not has_kink(network, variant.tables)
    for question in variant.questions:
        symbols = question.formula is not None or question.derivation
        assert network.check(question.claim, None if symbols else numbers), question.claim
        values = {write_number(question.value)}
        for one in question.wrong:
            verdict = network.check(one.claim, None if one.formula is not None else numbers)
            assert (verdict.verdict, verdict.names[0]) == ("wrong", one.mistake), one.claim
            assert write_number(one.value) not in values
            values.add(write_number(one.value))
            wrong += 1
        chosen = [w for _, w in question.options]
        assert chosen.count(None) == bool(chosen)
        assert len(chosen) == 0 or 3 <= len(chosen) <= 5
    assert [bool(q.options) for q in variant.questions[:3]] in (
        [True, True, False],
        [True, False, False],
    )
    assert sum(q.derivation is not None for q in variant.questions) == 2
    return wrong


def grade_all(network, variant):
    """What the exercise of a variant gives for each of its answers."""
    exercise = build_exercise(network, NetworkMark(FIVE.get(network.title, TINY)), variant)
    for question in variant.questions:
        name = f"{variant.name}.{question.id}"
        marker = f"<!-- symconv: question {name} -->\n"
        got = grade(exercise, marker + question.claim, name)
        assert (got.points, got.most) == (2, 2), question.claim
        for one in question.wrong:
            got = grade(exercise, marker + one.claim, name)
            assert (got.points, got.status) == ((0, "zero") if question.options else (1, "part"))
            said = one.feedback[:1].upper() + one.feedback[1:]
            assert got.feedback.startswith(f"{said}.")
        assert grade(exercise, f"{marker}{question.wanted} =\n", name).points == 0


def test_a_small_exercise_is_right_and_marked_as_it_says(tiny):
    network, variants, _ = tiny
    assert judge(network, variants[0]) >= 6
    grade_all(network, variants[0])


@pytest.mark.rest
@pytest.mark.parametrize("name", FIVE)
def test_one_variant_of_each_is_right_and_marked_as_it_says(name):
    network = Network.parse(FIVE[name]).titled(name)
    (variant,) = make_variants(network, 1, 1)
    assert judge(network, variant) >= 5
    grade_all(network, variant)


@pytest.mark.long
@pytest.mark.parametrize("name", FIVE)
def test_thirty_variants_are_right_and_have_wrong_answers_by_name(name):
    network = Network.parse(FIVE[name]).titled(name)
    variants = make_variants(network, 30, 7)
    for variant in variants:
        assert judge(network, variant) >= 3
        gradients = [k for k in variant.trace.values if k.startswith(("gradient", "delta"))]
        numbers = [v for k in gradients for v in variant.trace.values[k].values()]
        assert all(find_fraction(v) is not None for v in numbers)
    assert len({len(v.questions) for v in variants}) == 1
    tables = [v.tables for v in variants]
    assert all(t not in tables[:n] for n, t in enumerate(tables))


def test_the_same_seed_makes_the_same_bytes(tiny, tmp_path):
    _, _, files = tiny
    done = symconv("exercise", TINY, "--seed", "7", "-o", str(tmp_path / "out"))
    assert (done.returncode, done.stdout) == (0, "")
    written = {p.name: p.read_text() for p in (tmp_path / "out").iterdir()}
    assert written == files
    assert sorted(written) == sorted(list_file_names(1))
    exercise = read_exercise(tmp_path / "out" / "exercise-01.toml")
    assert exercise.points == 2 * len(exercise.questions)


def test_each_submission_is_marked_by_its_own_variant(tiny, tmp_path):
    network, (first, *_), files = tiny
    second = replace(first, name="02")
    both = write_variants(network, NetworkMark(TINY), (first, second))
    assert both.items() >= (files.items() - {("exercise.toml", files["exercise.toml"])})
    (tmp_path / "answers").mkdir()
    for name, content in both.items():
        (tmp_path / name).write_text(content)
    for variant in (first, second):
        text = both[f"answers-{variant.name}.md"]
        for question in variant.questions[:1]:
            text = text.replace(f"{question.wanted} =", question.claim, 1)
        (tmp_path / "answers" / f"s{variant.name}.md").write_text(text)
    (tmp_path / "answers" / "none.md").write_text(first.questions[0].claim)
    exercise = read_exercise(tmp_path / "exercise.toml")
    assert exercise.points == 2 * len(first.questions)
    marked = mark_submissions(exercise, find_submissions(tmp_path / "answers"), jobs=1)
    assert [(m.student, m.points) for m in marked] == [("none", 0), ("s01", 2), ("s02", 2)]
    assert [m.marks[0].question for m in marked] == ["a", "01.a", "02.a"]
    assert "names no question of a variant" in marked[0].troubles[0]
    assert write_csv(exercise, marked).startswith("student,a,b,c")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[variants]\n", "table of files"), ("variants = 3\n", "wrong kind"),
        ('[variants]\n01 = "../x.toml"\n', "no file beside"),
        ('[variants]\n01 = "exercise.toml"\n', "no file beside"),
        ('[variants]\n01 = "a.toml"\n02 = "b.toml"\n', "other questions"),
        ('[variants]\n01 = "a.toml"\n02 = "a.toml"\n', "of the same id"),
        ('network = "two-convs"\n[variants]\n01 = "a.toml"\n', "'network' is no option"),
    ],
)  # fmt: skip
def test_variants_that_are_none_are_one_message(tmp_path, text, said):
    for name, points in (("a", 1), ("b", 2)):
        question = f"[[question]]\nid = '{name}'\nwanted = 'dC/dw_1^2'\npoints = {points}\n"
        (tmp_path / f"{name}.toml").write_text(f"network = 'two-convs'\n{question}")
    (tmp_path / "exercise.toml").write_text(text)
    with pytest.raises(SymconvError) as error:
        read_exercise(tmp_path / "exercise.toml")
    assert said in str(error.value)


@pytest.mark.parametrize("given", ["-", "small.txt"])
def test_a_network_of_a_file_or_a_stream_stands_in_the_exercise(tmp_path, monkeypatch, given):
    monkeypatch.chdir(tmp_path)
    text = "input x 2 | dense w 1 -> z | half_sse t -> C"
    (tmp_path / "small.txt").write_text(text)
    done = symconv("exercise", given, "-o", "out", input=text if given == "-" else "")
    assert done.returncode == 0, done.stderr
    exercise = read_exercise(tmp_path / "out" / "exercise-01.toml")
    assert exercise.network.network == text
    assert exercise.title == ("small, variant 01" if given == "small.txt" else "variant 01")


def test_other_seeds_make_other_numbers():
    network = Network.parse(TINY)
    drawn = [choose_numbers(network, seed, []) for seed in ("1", "2", "3")]
    assert drawn[0] != drawn[1] != drawn[2] != drawn[0]
    assert choose_numbers(network, "1", drawn[:1]) != drawn[0]
    assert choose_numbers(network, "1", []) == drawn[0]


def test_a_sheet_does_not_give_away_what_its_solution_says(tiny):
    _, variants, files = tiny
    for form, pattern in (("md", ": {}. "), ("tex", "textit{{{}}}"), ("html", "<em>{}</em>")):
        sheet, solution = files[f"sheet-01.{form}"], files[f"solution-01.{form}"]
        for wrong in (w for q in variants[0].questions for w in q.wrong):
            said = pattern.format(wrong.mistake.replace("_", " "))
            assert (said in sheet, said in solution) == (False, True)
        assert "Right: " not in sheet
        assert len(solution) > 2 * len(sheet)
    ids = [part.split('"')[0] for part in files["solution-01.html"].split(' id="')[1:]]
    assert len(ids) == len(set(ids))


BAD = (
    ((TINY, "--variants", "0"), "0 variants cannot be made"),
    ((TINY, "--variants", "501"), "501 variants"),
    ((TINY, "--seed", "-1"), "-1 is no seed"),
    (("two-conv",), "is no example"),
    (("general-conv",), "needs numbers for the sizes H, W, k1, k2"),
    (("input x 3 | conv w 2 -> z",), "needs a cost at its end"),
    (("input x 20x20 | avgpool 2 -> p | half_sse t -> C",), "500 given numbers"),
)


@pytest.mark.parametrize(("arguments", "said"), BAD)
def test_misuse_is_one_message_and_nothing_is_written(tmp_path, arguments, said):
    done = symconv("exercise", *arguments, "-o", str(tmp_path / "out"))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr.split("\n")[0]
    assert not (tmp_path / "out").exists()


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    done = symconv("exercise", TINY, "-o", str(tmp_path))
    assert (done.returncode, "holds other files" in done.stderr) == (2, True)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]
