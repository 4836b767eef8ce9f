"""What a person may choose: the name of a module, and numbers that are drawn at random."""

import json
import keyword
from fractions import Fraction

import pytest
from command import symconv, symconv_process

from symconv.api import Network
from symconv.codegen.python.module_name import LONGEST_NAME, check_module_name
from symconv.core.errors import SymconvError
from symconv.trace import draw_values, trace_network

TEXT = "input x 3x3 | conv w 2x2 -> z | relu -> y | half_sse t -> C"
STYLES = ("loops", "readable", "fast", "jax", "torch", "c")


@pytest.mark.parametrize("style", STYLES)
def test_a_module_has_the_name_that_is_asked_for(tmp_path, style):
    done = symconv("generate", TEXT, "-o", str(tmp_path), "--style", style, "--name", "lenet")
    assert done.returncode == 0, done.stderr
    wanted = {"lenet.py", "test_lenet.py", "lenet.tex", "lenet.md"}
    assert {p.name for p in tmp_path.iterdir()} == wanted | (
        {"lenet.c", "lenet.h"} if style == "c" else set()
    )
    assert "lenet" in (tmp_path / "test_lenet.py").read_text()
    assert set(Network.parse(TEXT).files(style, name="lenet")) == {
        p.name for p in tmp_path.iterdir()
    }


def test_run_takes_a_name(tmp_path):
    done = symconv("run", TEXT, "-o", str(tmp_path), "--name", "my_net")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "my_net.py").is_file()


HOSTILE = [
    "", " ", "a b", "a/b", "../x", "a.b", "a\n", "a\0", "é", "1a", "_a", "a_", "__init__", "-a",
    "a" * (LONGEST_NAME + 1), "ａ", "test_a", "conftest", "numpy", "torch", "os", "re", "CON",
    "nul", "com1", "a;b", "$(a)", "\033[2J", "x" * 100_000, *keyword.kwlist,
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_no_module_should_have_is_one_line(name):
    with pytest.raises(SymconvError) as caught:
        check_module_name(name)
    first, second = str(caught.value).split("\n")
    assert " cannot name a module: " in first
    assert len(first) < 200
    assert second.startswith("  = help: letters")


def test_a_refused_name_leaves_nothing_behind(tmp_path):
    done = symconv("generate", TEXT, "-o", str(tmp_path / "out"), "--name", "class")
    assert (done.returncode, done.stdout) == (2, "")
    said = "error: 'class' cannot name a module: it is a word of Python's own\n"
    assert done.stderr.startswith(said)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["lenet", "my_net", "A", "net2", "match", "a" * LONGEST_NAME])
def test_other_names_are_taken(name):
    assert check_module_name(name) == name


def test_random_numbers_are_the_same_in_every_run():
    arguments = ("trace", TEXT, "--values", "random:7", "--format", "json")
    one, again = symconv(*arguments), symconv_process(*arguments, env={"PYTHONHASHSEED": "3"})
    assert one.returncode == again.returncode == 0, one.stderr
    assert one.stdout == again.stdout
    values = draw_values(Network.parse(TEXT), 7).values
    assert values["x"] == [[-1, -2, 1], [-3, 0, -1], [-3, 0, -3]]
    assert values == draw_values(Network.parse(TEXT), "random:7").values
    assert values != draw_values(Network.parse(TEXT), 8).values


def test_a_text_says_how_its_numbers_were_chosen():
    for form in ("text", "markdown", "html", "latex"):
        done = symconv("trace", TEXT, "--values", "random:7", "--format", form)
        said = " ".join(done.stdout.replace("\\", "").split())
        assert "Drawn at random (seed 7): whole numbers from" in said, form
    assert (
        "Drawn"
        not in trace_network(Network.parse(TEXT), draw_values(Network.parse(TEXT), 7).values).text()
    )


def test_random_numbers_are_those_at_which_there_are_values():
    roots = Network.parse("input x 4 | y[i] = sqrt(x[i]) for i<4 | sse t -> C")
    assert set(draw_values(roots, 3).values["x"]) <= {1, 2, 3}
    labels = Network.parse("input x 5x3 | dense W 4 -> z | cross_entropy t labels -> C")
    drawn = draw_values(labels, 3)
    assert set(drawn.values["t"]) <= set(range(4))
    assert drawn.words.endswith("; labels are classes.")
    found = trace_network(labels, "random:3")
    assert found.chosen == drawn.words
    assert not found.missing
    small = Network.parse("input x 3 | y[i] = sqrt(1 - x[i]^2) for i<3 | sse t -> C")
    assert all(0 < Fraction(n) < 1 for n in draw_values(small, 0).values["x"])


@pytest.mark.parametrize(
    "request_", ["random:", "random:x", "random:-1", "random:1e9", "random:12345678901"]
)
def test_a_seed_that_is_none_is_one_message(request_):
    done = symconv("trace", TEXT, "--values", request_)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: '{request_}' has no seed\n  = help: a number of up to nine digits, as random:7\n"
    )


def test_open_sizes_have_no_random_numbers():
    done = symconv("trace", "general-conv", "--values", "random:7")
    assert done.returncode == 2
    assert "random numbers need numbers for the sizes H, W, k1, k2\n" in done.stderr


def test_a_page_begins_with_random_numbers(tmp_path):
    file = tmp_path / "page.html"
    done = symconv("page", TEXT, "--values", "random:7", "-o", str(file))
    assert done.returncode == 0, done.stderr
    assert file.read_text() != symconv("page", TEXT).stdout


def test_trace_names_the_way_to_numbers():
    assert "random:7" in symconv("trace", TEXT).stderr
    assert json.loads(symconv("trace", TEXT, "--values", "random:1", "--format", "json").stdout)
