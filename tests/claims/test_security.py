"""Nothing that a claim says is run, nothing hangs, and every refusal is the reader's own."""

import ast
import json
import os
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from attacks import STATEMENTS
from paths import DATA

import symconv
from symconv import Network
from symconv.claims import ClaimError, check_claim, check_post
from symconv.claims.check import validate_values
from symconv.claims.judging.size_choices import reading_context
from symconv.claims.parsing.parser import parse_statement
from symconv.claims.parsing.symbol_table import SymbolTable
from symconv.core.errors import SymconvError

NETWORK = Network.example("two-convs")
CASES = json.loads((DATA / "forum_cases.json").read_text("utf-8"))
SEEDS = [record["claim"] for record in CASES] + [
    r"\begin{pmatrix}1 & 2\\ 3 & 4\end{pmatrix} = w^1",
    r"f'(x) = \begin{cases} 1 & x > 0 \\ 0 & otherwise \end{cases}",
    "∂C/∂w₁¹ = 2(o₁² − y₁)(i₁w₁² + i₂w₂²)",
    "sum(i[m]*w1[m] for m in range(1, 5)) = o1[1]",
]


def one(text):
    """The verdict, which is never an exception."""
    return check_claim(NETWORK, text)


@pytest.mark.parametrize("number", range(len(STATEMENTS)))
def test_an_attack_is_refused_or_judged(number, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    verdict = one(STATEMENTS[number])
    assert not verdict
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_there_are_enough_attacks():
    assert len(STATEMENTS) >= 40


@pytest.mark.parametrize(
    "values",
    [
        {"i": "__import__('os')"},
        {"i": [[1, 2], [3]]},
        {"i": [["1e999999999"] * 3] * 3},
        {"i": [[None] * 3] * 3},
        {"i": {"a": 1}},
        {"i": [["9" * 400] * 3] * 3},
        {"__class__": 1, "i": [[float("nan")] * 3] * 3},
        {"i": [[float("inf")] * 3] * 3},
        {"w^1": [1, 2, 3]},
    ],
)
def test_values_of_any_kind_are_refused_in_words(values):
    with pytest.raises(SymconvError) as refused:
        validate_values(NETWORK, values)
    assert str(refused.value)
    with suppress(SymconvError):
        assert not check_claim(NETWORK, "dC/dw_1^1 = 4", values)


def test_a_post_that_is_too_long_is_refused():
    with pytest.raises(ClaimError, match="too long"):
        check_post(NETWORK, "x = 1\n" * 100_000)


PIECES = [
    "\\frac", "{", "}", "(", ")", "[", "]", "^", "_", "=", "+", "-", "*", "/", "&", "\\\\",
    "\\sum", "\\partial", "d", "w", "i", "o", "C", "y", "1", "2", "0", "9", ".", "e", "'", ",",
    ";", "|", "\\begin{pmatrix}", "\\end{pmatrix}", "\\begin{cases}", "\\delta", "∂", "₁", "²",
    "Σ", "≤", "relu", "sum", "for", "in", "range", "max", "np.", " ", "\n", "\\", "$", "~", "ᵀ",
    "ﬁ", "\ud800", "10.58", "1e5", "\\left", "\\right", "\\mathbf", "\\hat", "if", "t", "\\cdot",
    "⊙", "rot180", ">", ".T", ".dot(", ".sum()", "1[", "mode=", "'full'", "+=", "<-", "np.where(",
    "\\nabla_w", "dw", "\\Delta ", "^+", "e^{", "\\frac12", "\\mathbb{1}", "^{\\mathsf{T}}", "δᶻ",
    "delta_z[", "rot90(", ":",
]  # fmt: skip


def fuzzed(random):
    """A random string, or a known claim with pieces inserted, removed and doubled."""
    if random.random() < 0.3:
        return "".join(random.choice(PIECES) for _ in range(random.randrange(1, 40)))
    text = random.choice(SEEDS)
    for _ in range(random.randrange(1, 5)):
        place, stop = sorted(random.randrange(len(text) + 1) for _ in range(2))
        way = random.randrange(4)
        if way == 0:
            text = text[:place] + random.choice(PIECES) + text[place:]
        elif way == 1:
            text = text[:place] + text[min(stop, place + 6) :]
        elif way == 2:
            text = text[:stop] + text[place:stop] + text[stop:]
        else:
            text = text[:place] + text[place:stop][::-1] + text[stop:]
    return text[:400]


def fuzz(count, seed):
    context = reading_context(NETWORK)
    random, accepted = Random(seed), 0
    for _ in range(count):
        text = fuzzed(random)
        try:
            parse_statement(text, SymbolTable(context, 1))
            accepted += 1
        except ClaimError as error:
            assert str(error)  # noqa: PT017 - the message is what is tested
    return accepted


def test_the_reader_refuses_in_its_own_words_only():
    assert fuzz(2000, 11) > 50


def test_judging_what_was_read_never_fails():
    random = Random(12)
    for _ in range(150):
        check_claim(NETWORK, fuzzed(random), explain=False)


@pytest.mark.long
def test_the_long_fuzz():
    assert fuzz(20_000, 13) > 500
    random = Random(14)
    for _ in range(3000):
        check_claim(NETWORK, fuzzed(random))


MODULES = {"pickle", "marshal", "shelve", "yaml", "dill", "imp", "code"}
ALLOWED = {
    ("compiled.py", "exec"),
    ("compiled.py", "compile"),
    ("face.py", "Function"),
    ("transcripts.py", "exec"),
    ("transcripts.py", "compile"),
    ("compile_modules.py", "compile"),
    ("compile_modules.py", "marshal"),
}
"""The one door of generated code; a record of a module's function, which is none of SymPy's; and
two of the build of the documentation, which no wheel holds: the examples that its pages run, and
the modules that it compiles for a browser."""


def calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            yield node, name, isinstance(function, ast.Attribute)


def complaints(path, text):
    tree = ast.parse(text)
    for node, name, attribute in calls(tree):
        builtin = name in {"eval", "exec", "compile", "__import__"} and not attribute
        reader = name in {"parse_expr", "lambdify", "parse_latex"}
        strict = any(k.arg == "strict" for k in node.keywords)
        literal = (
            node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        )
        textual = (
            name in {"sympify", "S", "Matrix", "Function", "diff", "subs", "xreplace"}
            and literal
            and not strict
        )
        pickled = any(
            k.arg == "allow_pickle" and getattr(k.value, "value", True) for k in node.keywords
        )
        if (builtin or reader or textual or pickled) and (path.name, name) not in ALLOWED:
            yield f"{path.name}:{node.lineno}: {name}"
    for node in ast.walk(tree):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        for name in names:
            if name.split(".")[0] in MODULES and (path.name, name) not in ALLOWED:
                yield f"{path.name}:{node.lineno}: import {name}"


PACKAGE = sorted(Path(symconv.__file__).parent.rglob("*.py"))


def test_the_package_evaluates_no_text():
    found = [c for path in PACKAGE for c in complaints(path, path.read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    "line",
    ["eval('1')", "exec(x)", "sympify('x')", "parse_expr(s)", "import pickle", "__import__('os')",
     "np.load(f, allow_pickle=True)", "e.subs('x', 1)", "from yaml import load", "lambdify(x, y)"],
)  # fmt: skip
def test_the_lint_finds_what_it_forbids(line):
    assert list(complaints(Path("other.py"), line))


def test_claims_hand_no_text_to_sympy():
    for path in PACKAGE:
        if "claims" in path.parts:
            names = {name for _, name, _ in calls(ast.parse(path.read_text("utf-8")))}
            assert not names & {"sympify", "Function", "parse_expr"}, path


def test_a_network_too_large_to_try_a_claim_on_is_never_run(monkeypatch):
    monkeypatch.setattr("symconv.semantics.run.run_program", None)
    verdict = Network.example("lenet5").check("dC/dx = 3 x")
    assert verdict.verdict == "undetermined"
    assert "products a pass, too many to try a claim on" in str(verdict)
