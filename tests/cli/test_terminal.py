"""What a person sees: lines as wide as a terminal, its colours, and what a shell completes."""

import io
import os
import re
import sys
from dataclasses import replace
from unittest.mock import patch

import pytest
from command import symconv, symconv_process
from typer.testing import CliRunner

from symconv.api import Network
from symconv.claims.model.verdict import Cause, Verdict, format_verdict
from symconv.cli.commands import app
from symconv.cli.completion import NOTATIONS, complete_network
from symconv.cli.console import say_error
from symconv.cli.line_wrapping import OPERATORS, count_columns, wrap_line
from symconv.cli.terminal import Colour, Terminal, find_terminal
from symconv.cli.verdict_layout import lay_out_verdict
from symconv.layers import catalogue
from symconv.network.examples import EXAMPLES
from symconv.notation.presets import PRESETS

CLAIM = "dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2) 2(o_1^2 - y_1)"
CODES = re.compile(r"\033\[[0-9;]*m")
COMMANDS = [c.name or c.callback.__name__ for c in app.registered_commands]


class _Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def wrong():
    return Network.example("two-convs").check(CLAIM)


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_h_is_help_everywhere(command):
    short, long = symconv(*command, "-h"), symconv(*command, "--help")
    assert (short.returncode, short.stderr) == (0, "")
    assert short.stdout == long.stdout
    assert "Usage: symconv" in short.stdout


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_verdict_fits_a_width_and_loses_nothing(wrong, width):
    lines = "\n".join(lay_out_verdict(wrong, Terminal(width))).split("\n")
    assert max(map(len, lines)) <= width
    joined = " ".join(line.strip() for line in lines)
    assert joined.replace(" ", "") == format_verdict(wrong).replace("\n", " ").replace(" ", "")
    assert not [line for line in lines if line.split()[-1] in OPERATORS]


def test_the_rows_of_a_verdict_hang_below_their_beginning(wrong):
    lines = "\n".join(lay_out_verdict(wrong, Terminal(80))).split("\n")
    first = next(n for n, line in enumerate(lines) if line.startswith("  cause: "))
    assert lines[first + 1].startswith(" " * len("  cause: ") + "belongs: ")


def test_formulas_are_broken_outside_of_brackets_where_a_line_is_half_full():
    formula = "2(o_1 - y_1)(i_1 w_1 + i_2 w_2 + i_4 w_3 + i_5 w_4)"
    assert wrap_line(formula, 44, 4) == [
        "2(o_1 - y_1)(i_1 w_1 + i_2 w_2 + i_4 w_3",
        "    + i_5 w_4)",
    ]
    assert wrap_line("a_1 a_2 a_3 (b_1 + b_2 + b_3) c", 20, 2) == [
        "a_1 a_2 a_3",
        "  (b_1 + b_2 + b_3)",
        "  c",
    ]


def test_a_word_longer_than_a_line_is_not_cut():
    word = "x" * 70
    assert wrap_line(f"so {word} is", 40, 2) == ["so", f"  {word}", "  is"]


def test_wide_and_combining_characters_are_counted_as_they_are_shown():
    assert [count_columns(text) for text in ("abc", "e\u0301", "畳み", "δ₁²")] == [3, 1, 4, 3]


def test_a_line_with_a_caret_below_it_is_not_broken():
    done = symconv("check", "two-convs", f"dC/dw_9^1 = {'i_1 + ' * 30}i_2")
    lines = done.stdout.splitlines()
    place = next(n for n, line in enumerate(lines) if line.strip().endswith("^"))
    assert lines[place - 1][lines[place].index("^")] == "9"


@pytest.mark.parametrize("columns", ["", "50", "120"])
def test_every_line_of_what_is_said_fits(columns, tmp_path):
    width = int(columns or 80)
    with patch.dict(os.environ, {"COLUMNS": columns} if columns else {}):
        for command in (
            ("examples",),
            ("derive", "relu-filter"),
            ("check", "two-convs", CLAIM),
            ("verify", "relu-filter"),
            ("generate", "conv-pool-sigmoid-dense", "--explain"),
            ("run", "relu-filter", "-o", str(tmp_path / "out")),
        ):
            found = symconv(*command).stdout.splitlines()
            assert max(map(count_columns, found)) <= width, command


def test_what_is_written_to_a_file_is_80_columns_wide(tmp_path):
    file = tmp_path / "derivation.txt"
    with patch.dict(os.environ, {"COLUMNS": "50"}):
        symconv("derive", "relu-filter", "-o", str(file))
    assert file.read_text() == symconv("derive", "relu-filter").stdout.rstrip("\n") + "\n"


@pytest.mark.parametrize("form", ["--lines", "--json", "--sarif"])
def test_what_programs_read_is_not_broken(form):
    with patch.dict(os.environ, {"COLUMNS": "50", "FORCE_COLOR": "1"}):
        narrow = symconv("check", "two-convs", CLAIM, form)
    assert narrow.stdout == symconv("check", "two-convs", CLAIM, form).stdout


COLOURS = [
    ({}, True, True),
    ({}, False, False),
    ({"NO_COLOR": "1"}, True, False),
    ({"NO_COLOR": ""}, True, True),
    ({"FORCE_COLOR": "1"}, False, True),
    ({"FORCE_COLOR": "0"}, False, False),
    ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
    ({"TERM": "dumb"}, True, False),
]


@pytest.mark.parametrize(("environment", "terminal", "coloured"), COLOURS)
def test_colours_are_for_terminals_and_for_who_wants_them(environment, terminal, coloured):
    stream = _Screen() if terminal else io.StringIO()
    with patch.dict(os.environ, environment):
        assert find_terminal(stream=stream).coloured is coloured
        assert find_terminal(Colour.always, stream).coloured
        assert not find_terminal(Colour.never, stream).coloured


@pytest.mark.parametrize("answer", ["right", "wrong", "right under a condition", "unreadable"])
def test_the_colour_says_what_the_words_say(answer):
    plain = Verdict(answer, line=3)
    (line,) = lay_out_verdict(plain, Terminal(80, coloured=True))
    assert CODES.sub("", line) == str(plain)
    others = {"right": "32", "wrong": "31", "right under a condition": "33", "unreadable": "35"}
    assert CODES.findall(line) == [f"\033[{others[answer]}m", "\033[0m"]


def test_a_claim_cannot_colour_anything():
    hostile = Verdict("wrong", reading="\033[32m✓ right", causes=(Cause("\033[2Jx", "y\033]0;"),))
    for line in lay_out_verdict(hostile, Terminal(80)):
        assert "\033" not in line
    coloured = "\n".join(lay_out_verdict(hostile, Terminal(80, coloured=True)))
    assert set(CODES.findall(coloured)) == {"\033[31m", "\033[2m", "\033[0m"}
    assert "\033" not in CODES.sub("", coloured)


def test_check_has_colours_where_they_are_asked_for():
    plain = symconv("check", "two-convs", CLAIM)
    assert "\033" not in plain.stdout
    painted = symconv("check", "two-convs", CLAIM, "--color", "always")
    assert painted.stdout.startswith("\033[31m✗ wrong\033[0m")
    assert CODES.sub("", painted.stdout) == plain.stdout


def test_a_message_is_laid_out_on_a_terminal_alone():
    said = f"error: {'a long word ' * 12}\n  | {'x ' * 60}\n  |   ^\n  = help: no"
    with patch("sys.stderr", _Screen()) as screen:
        say_error(said)
    lines = screen.getvalue().splitlines()
    assert lines[0].startswith("\033[31merror: \033[0ma long")
    assert lines[1].startswith("       ")
    assert f"  | {'x ' * 60}" in lines
    with patch("sys.stderr", io.StringIO()) as file:
        say_error(said)
    assert file.getvalue() == said + "\n"


def complete(line, word):
    """What bash is answered when this line is completed at a word."""
    environment = {"_SYMCONV_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": word}
    return CliRunner().invoke(app, prog_name="symconv", env=environment).stdout.split("\n")


def test_a_shell_completes_names():
    assert complete("symconv deri", "1") == ["derive", ""]
    assert complete("symconv derive relu", "2") == ["relu-filter", ""]
    assert complete("symconv derive two-convs --wrt w", "4") == ["w^1", "w^2", ""]
    assert complete("symconv generate two-convs --style l", "4") == ["loops", ""]
    assert complete("symconv check two-convs --notation i", "4") == ["ij0", "ij1", ""]


def test_a_shell_completes_the_layers_of_a_network_text():
    assert complete_network("input x 3x3 | conv w 2x2 | rel") == ["input x 3x3 | conv w 2x2 | relu"]
    assert complete('symconv derive "input x 3x3 | half', "2") == ["input x 3x3 | half_sse", ""]
    assert complete_network("input x 3x3 |") == [f"input x 3x3 | {k}" for k in catalogue()]
    assert complete_network("") == [e.name for e in EXAMPLES]


def test_what_is_completed_is_what_there_is():
    assert set(NOTATIONS) == set(PRESETS)
    assert complete("symconv derive nonsense --wrt w", "4") == ["", ""]


def test_completion_ends_as_it_should():
    done = symconv_process(
        env={**os.environ, "_SYMCONV_COMPLETE": "complete_bash", "COMP_WORDS": "symconv tra",
             "COMP_CWORD": "1"}
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "trace\n", "")


def test_the_module_is_the_command():
    from subprocess import run

    done = run(
        [sys.executable, "-m", "symconv", "--version"], capture_output=True, text=True, check=False
    )
    assert done.stdout == symconv("--version").stdout


def test_texts_have_the_width_that_is_asked_for():
    document = Network.example("two-convs").derivation()
    for width in (60, 80, 140):
        assert max(map(count_columns, document.text(width=width).splitlines())) <= width
    assert document.text() == document.text(width=100)
    with pytest.raises(Exception, match="a text of 20 columns has no room for formulas"):
        document.text(width=20)
    assert replace(document, title="x").text(width=60).startswith("x\n=\n")
