"""The command line: what goes where, how a mistake looks, and that nothing is half-written."""

import errno
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from command import symconv, symconv_process

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.notation.presets import IJ0
from symconv.output import files

TWO = "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C"


def test_help_names_every_command():
    done = symconv_process("--help")
    assert done.returncode == 0
    for command in ("examples", "derive", "generate", "verify", "trace", "page", "run"):
        assert command in done.stdout


def test_examples_are_listed():
    done = symconv("examples", "--json")
    assert [e["name"] for e in json.loads(done.stdout)["examples"]][:2] == [
        "two-convs",
        "conv-pool-sigmoid-dense",
    ]
    assert "two-convs" in symconv("examples").stdout


def test_a_derivation_goes_to_standard_output():
    done = symconv_process("derive", "two-convs", "--wrt", "w^2")
    assert done.returncode == 0
    assert "∂C/∂w₁² = 2(o₁² − y₁) o₁¹" in done.stdout
    assert done.stderr == ""


def test_a_process_answers_what_a_call_does():
    for arguments in (
        ("check", "two-convs", "dC/dw_1^2 = o_1^1 (o_1^2 - y_1)"),
        ("derive", "input x 3x3 | convv w"),
        ("trace", "relu-filter"),
    ):
        one, other = symconv(*arguments), symconv_process(*arguments)
        assert (one.returncode, one.stdout, one.stderr) == (
            other.returncode, other.stdout, other.stderr
        )  # fmt: skip


def test_a_network_text_and_a_file_are_networks(tmp_path):
    file = tmp_path / "mine.txt"
    file.write_text("# my network\ninput i 3x3\n| conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C\n")
    from_file = symconv("derive", str(file), "--notation", "flat1", "--format", "markdown")
    from_text = symconv("derive", TWO, "--notation", "flat1", "--format", "markdown")
    assert from_file.returncode == from_text.returncode == 0
    assert from_file.stdout.splitlines()[1:] == from_text.stdout.splitlines()[1:]


@pytest.mark.parametrize("form", ["text", "latex", "markdown", "html", "json"])
def test_every_format_is_written_to_a_file(tmp_path, form):
    path = tmp_path / "derivation"
    done = symconv("derive", "relu-filter", "--format", form, "-o", str(path))
    assert done.returncode == 0
    assert done.stdout == ""
    assert len(path.read_text(encoding="utf-8")) > 500


def test_a_fragment_has_no_preamble_and_the_width_that_is_asked_for():
    asked = ("derive", "general-conv-strided", "--wrt", "x", "--format", "latex", "--fragment")
    wide, narrow = symconv(*asked).stdout, symconv(*asked, "--width", "230").stdout
    assert "documentclass" not in wide + narrow
    assert len(narrow.splitlines()) > len(wide.splitlines())
    done = symconv(*asked, "--width", "20")
    assert done.returncode == 2
    assert done.stderr.startswith("error: a line of 20 points is too narrow for formulas\n")
    other = symconv("derive", "relu-filter", "--fragment")
    assert (other.returncode, other.stderr) == (
        2,
        "error: --fragment and --width are for --format latex\n",
    )


@pytest.mark.parametrize("form", ["text", "latex", "markdown", "html", "json"])
def test_a_derivation_in_letters_of_ones_own_is_the_one_from_python(form):
    own = replace(IJ0, letters={"i": "r", "m": "u"}, deltas="partial")
    written = getattr(Network.example("general-conv").in_notation(own).derivation("w"), form)
    given = ("--letter", "i=r", "--letter", "m=u", "--deltas", "partial", "--format", form)
    done = symconv("derive", "general-conv", "--wrt", "w", *given)
    document = {"latex": {"document": True}, "text": {"width": 80}}.get(form, {})
    assert done.stdout == written(**document, detail="normal").rstrip("\n") + "\n"
    assert done.stderr == ""


def test_a_width_belongs_to_a_fragment():
    done = symconv("derive", "relu-filter", "--format", "latex", "--width", "230")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: --width belongs to --fragment\n  = help: add --fragment\n"


@pytest.mark.parametrize("command", ["generate", "derive"])
@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("file", "'file' is not a folder"),
        ("file/deeper", "'file' is not a folder"),
        ("x" * 300, "too long"),
        ("loop", "cannot be made or written to"),
        ("/proc/none", "cannot be made or written to"),
    ],
)
def test_a_folder_that_cannot_be_made_is_one_message(tmp_path, command, place, words):
    if place.startswith("/proc") and not Path("/proc/self").is_dir():
        pytest.skip("there is no /proc")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "loop").symlink_to("loop")
    target = tmp_path / place if command == "generate" else tmp_path / place / "out"
    done = symconv(command, "two-convs", "-o", str(target))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: '")
    assert words in done.stderr.splitlines()[0]
    assert "Traceback" not in done.stderr
    assert {p.name for p in tmp_path.iterdir()} == {"file", "loop"}
    assert (tmp_path / "file").read_text() == "mine"


def test_files_are_all_written_or_none(tmp_path, monkeypatch):
    beside, written = files._write_beside, []

    def full(path, content):
        written.append(path)
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return beside(path, content)

    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(files, "_write_beside", full)
    with pytest.raises(SymconvError, match="No space left"):
        files.write_files(tmp_path, {"a": "new", "b": "new"}, force=True)
    assert len(written) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "old"


def test_a_mistake_in_a_letter_points_at_it():
    done = symconv("derive", "general-conv", "--letter", "i=row")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: an index is one letter, not 'row'\n"
        "  | --letter i=row\n"
        "  |            ^^^\n"
        "  = help: write it as OLD=NEW, as i=r; repeat --letter for more\n"
    )


def test_a_trace_says_which_numbers_it_needs():
    done = symconv("trace", "relu-filter")
    assert done.returncode == 2
    assert "--values FILE, with x (3 x 3), w (2 x 2) and t (2 x 2)" in done.stderr


def test_a_terse_derivation_is_shorter_than_a_full_one():
    found = [symconv("derive", "relu-filter", "--detail", d).stdout for d in ("terse", "full")]
    assert len(found[0]) < len(found[1])


def test_a_trace_shows_the_loss_of_every_step(tmp_path):
    values = tmp_path / "values.json"
    values.write_text('{"x": [[1,-1,0],[0,1,0],[0,-1,1]], "w": [[1,-1],[1,1]], "t": [[1,0],[0,1]]}')
    done = symconv("trace", "relu-filter", "--values", str(values), "--steps", "1", "--rate", "0.5")
    assert done.returncode == 0
    assert "z₀,₀ = 1·1 + (−1)·(−1) + 1·1 = 3" in done.stdout
    exact = ("trace", "relu-filter", "--values", str(values), "--steps", "1", "--rate", "-0.5")
    losses = json.loads(symconv(*exact, "--format", "json").stdout)
    assert "14.5" in json.dumps(losses) or "29/2" in json.dumps(losses)


def test_a_values_file_that_is_none_is_one_message(tmp_path):
    done = symconv("trace", "relu-filter", "--values", str(tmp_path / "none.json"))
    assert done.returncode == 2
    assert "there is no file 'none.json'" in done.stderr


@pytest.mark.parametrize(
    ("claim", "code", "words"),
    [
        ("dC/dw_1^2 = o_1^1 * 2(o_1^2 - y_1)", 0, "right"),
        (
            "dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2)2(o_1^2-y_1)",
            1,
            "product_of_sums",
        ),
        ("dC/dw_9^1 = 3", 2, "valid: 1..4"),
    ],
)
def test_a_claim_is_judged(claim, code, words):
    done = symconv("check", "two-convs", claim)
    assert done.returncode == code
    assert words in done.stdout


def test_a_post_is_judged_line_by_line(tmp_path):
    post = tmp_path / "post.md"
    post.write_text(
        "I think that\n\n$$\\frac{\\partial C}{\\partial w_1^2} = o_1^1 (o_1^2 - y_1)$$\n"
    )
    done = symconv("check", "two-convs", str(post), "--lines")
    assert done.returncode == 1
    assert f"{post}:3:" in done.stdout


def test_generate_writes_module_tests_and_derivation(tmp_path):
    done = symconv("generate", "two-convs", "-o", str(tmp_path / "out"))
    assert done.returncode == 0
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert names == {"two_convs.py", "test_two_convs.py", "two_convs.tex", "two_convs.md"}


def test_the_generated_tests_pass_and_notice_an_edit(tmp_path):
    symconv("generate", "conv-pool-sigmoid-dense", "-o", str(tmp_path))
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    assert subprocess.run(pytest_, capture_output=True, check=False, cwd=tmp_path).returncode == 0
    module = tmp_path / "conv_pool_sigmoid_dense.py"
    text = module.read_text()
    assert "values.h - t" in text
    module.write_text(text.replace("values.h - t", "t - values.h"))
    assert subprocess.run(pytest_, capture_output=True, check=False, cwd=tmp_path).returncode == 1


def test_generating_twice_changes_nothing_and_an_edit_is_not_lost(tmp_path):
    arguments = ("generate", "two-convs", "-o", str(tmp_path))
    assert symconv(*arguments).returncode == 0
    assert symconv(*arguments).returncode == 0
    module = tmp_path / "two_convs.py"
    module.write_text("# mine\n")
    done = symconv(*arguments)
    assert done.returncode == 2
    assert "would be overwritten" in done.stderr
    assert module.read_text() == "# mine\n"
    assert symconv(*arguments, "--force").returncode == 0
    assert module.read_text() != "# mine\n"


def test_verify_prints_a_line_for_each_check():
    done = symconv("verify", "relu-filter")
    assert done.returncode == 0
    assert "checks passed, 0 failed" in done.stdout
    # A line that goes on begins with eight spaces.
    assert {line[:8] for line in done.stdout.splitlines()[:-1]} == {"ok      ", " " * 8}
    checks = json.loads(symconv("verify", "relu-filter", "--json").stdout)["checks"]
    assert all(check["passed"] for check in checks)


def test_run_does_all_of_it(tmp_path):
    done = symconv("run", "two-convs", "-o", str(tmp_path / "out"))
    assert done.returncode == 0
    assert "2(o₁² − y₁)(i₁w₁² + i₂w₂² + i₄w₃² + i₅w₄²)" in done.stdout
    assert "a proof at this size" in done.stdout
    assert len(list((tmp_path / "out").iterdir())) == 4


MISTAKES = [
    ("two-conv", "no example, no network text and no file", "did you mean 'two-convs'"),
    ("input i 3x3 | conv w 9x9", "needs a window of 9", "smaller kernel"),
    ("input i 3x3 | con w 2x2", "no layer is called 'con'", "did you mean 'conv'"),
    ("input i 0x3 | relu", "too small", "at least 1"),
    ("input i 3x3 | conv __class__ 2x2", "is no name", "a letter"),
]


@pytest.mark.parametrize(("network", "message", "help_"), MISTAKES)
def test_a_mistake_is_one_message_and_leaves_nothing_behind(tmp_path, network, message, help_):
    done = symconv("generate", network, "-o", str(tmp_path / "out"))
    assert done.returncode == 2
    assert message in done.stderr
    assert help_ in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("derive", "two-convs", "--wrt", "v"), "has no tensor 'v'"),
        (("derive", "two-convs", "--wrt", "C"), "is the output itself"),
        (("derive", "two-convs", "--notation", "ij9"), "no notation is called 'ij9'"),
        (("derive", "two-convs", "--deltas", "parital"), "did you mean 'partial'?"),
        (("derive", "two-convs", "--letter", "q=r"), "no index is called 'q'"),
        (("derive", "general-conv", "--letter", "i=H"), "cannot be shown as H"),
        (("derive", "general-conv", "--letter", "i=x"), "cannot be shown as x"),
    ],
)
def test_wrong_options_are_one_message(arguments, message):
    done = symconv(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_a_page_of_a_claim_that_was_not_read_is_not_written(tmp_path):
    done = symconv("page", "two-convs", "--claim", "blah blah", "-o", tmp_path / "page.html")
    assert done.returncode == 2
    assert done.stderr.startswith("error: 'blah blah' was not read\nthis is no statement: ")
    assert not list(tmp_path.iterdir())


def test_a_word_that_is_no_choice_is_told_the_choices():
    done = symconv("generate", "two-convs", "--style", "cc")
    assert done.returncode == 2
    assert done.stderr.startswith("error: invalid value for '--style': 'cc' is not one of 'loops'")
