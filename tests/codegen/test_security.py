"""What the allow-lists of generated modules hold, style by style: all else is refused."""

import pytest

from symconv.api import Network
from symconv.codegen.python.allowlist import ALLOW_LISTS
from symconv.codegen.styles import STYLES
from symconv.core.errors import SymconvError

NETWORK = "input i 4x4 | conv w 2x2 -> o | tanh -> h | sse t -> C"
FORBIDDEN = {
    "imports": (
        "import os", "import numpy", "import numpy as np, os", "from numpy import load",
        "from numpy import *", "from os import path as np", "from math import exp",
        "import numpy.ctypeslib as np", "from . import secret",
    ),
    "names": (
        "x = open('f')", "x = eval", "x = __import__('os')", "x = __builtins__", "x = globals()",
        "x = getattr(1, 'T')", "__x = 1\n__x", "x = type", "x = object",
        "def __f(): return 1\n__f()",
    ),
    "attributes": (
        "x = np.load", "x = np.save", "x = np.ctypeslib", "x = np.lib.npyio", "x = np.exp.__self__",
        "x = ().__class__", "x = np.zeros.__class__", "x = values.__class__", "x = values.T",
        "x = values._replace", "x = 'a'.format", "x = [].append", "x = np.zeros(1).tofile",
        "x = np.zeros(1).ctypes", "x = np.zeros(1).base", "x = (1).real",
        "class A:\n    __class__: int = 1\nx = values.__class__",
        "class A:\n    @property\n    def __class__(self):\n        return 1\nx = values.__class__",
        "np.exp = 1", "values.C = 1", "np.zeros(1).shape = (1, 1)",
    ),
    "calls": (
        "x = forward()()", "x = (lambda: 1)()", "x = (str)(1)()", "x = (1, str)[1]('a')",
        "x = 'a'()", "x = (np.exp if 1 else np.log)(1)", "x = str(1)(2)",
    ),
    "decorators": (
        "@np.where\ndef f():\n    return 1", "@str\ndef f():\n    return 1",
        "@str\nclass A:\n    x: int", "@property\nclass A:\n    x: int",
        "@property\n@property\ndef f():\n    return 1", "@str(1)\ndef f():\n    return 1",
    ),
    "statements": (
        "while True:\n    pass", "global x", "del np", "assert 1", "with np.exp as x:\n    x = 1",
        "try:\n    x = 1\nexcept ValueError:\n    x = 2", "async def f():\n    return 1",
        "def f():\n    yield 1", "def f():\n    nonlocal_ = 1\n    nonlocal nonlocal_",
        "match 1:\n    case x:\n        x = 1",
    ),
    "expressions": (
        "x = b'1'", "x = 1j", "(x := 1)", "x = {1}", "x = {1 for y in (1, 2)}",
        "x = {y: y for y in (1, 2)}", "def f():\n    x = yield",
    ),
}  # fmt: skip
LINES = [line for lines in FORBIDDEN.values() for line in lines]
PLAIN = (
    "x = lambda: 1", "x = [1]", "x = {1: 1}", "x = (y for y in (1, 2))", "x = [y for y in (1, 2)]",
    "x = (*(1, 2), 3)", "x = len('a')", "x = np.empty(1)", "x = np.zeros(1).tolist()",
    "class A:\n    x: int\nself = (1, 2)\ny = self.x",
    "class A:\n    x: int\nwindow = 1\ny = window.x",
    "@property\ndef f():\n    return 1", "from concurrent.futures import ThreadPoolExecutor",
)  # fmt: skip
"""What fast modules need, and no others."""

MODULES = {style: Network.parse(NETWORK).numpy_source(style) for style in STYLES}


def refused(style, line):
    audit, text = ALLOW_LISTS[style].audit, MODULES[style]
    assert audit(text) == text
    with pytest.raises(SymconvError, match="generated code is not allowed") as caught:
        audit(f"{text}\n{line}\n")
    return str(caught.value)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("line", LINES)
def test_no_style_allows_it(style, line):
    refused(style, line)


@pytest.mark.parametrize("line", PLAIN)
def test_only_the_fast_style_allows_it(line):
    refused("readable", line)
    refused("loops", line)
    text = f"{MODULES['fast']}\n{line}\n"
    assert ALLOW_LISTS["fast"].audit(text) == text


@pytest.mark.parametrize("line", ["x = np.einsum", "x = np.zeros(1).T", "x = np.zeros(1).sum()"])
def test_loops_hold_no_array_operation(line):
    refused("loops", line)
    text = f"{MODULES['readable']}\n{line}\n"
    assert ALLOW_LISTS["readable"].audit(text) == text


def test_a_property_is_a_field_and_a_method_is_none():
    body = "class A:\n    {}def m(self):\n        return 1\nvalues.m\n"
    text = MODULES["fast"] + "\nvalues = 1\n" + body.format("@property\n    ")
    assert ALLOW_LISTS["fast"].audit(text) == text
    assert "values.m" in refused("fast", body.format(""))


def test_the_refusal_names_the_kind_the_text_and_the_line():
    place = MODULES["readable"].count("\n") + 2
    assert refused("readable", "x = np.load") == (
        f"generated code is not allowed: Attribute `np.load` (line {place})"
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("body", ["x = open('f')", "import os", "x = np.ctypeslib", "x = 1j"])
def test_what_one_trains_with_has_a_list_of_its_own(style, body):
    refused(style, "x = np.savez")
    audit, head = ALLOW_LISTS[style].audit, "import numpy as np\ndef save():\n    "
    assert audit(f"{head}x = np.savez")
    with pytest.raises(SymconvError, match="generated code is not allowed"):
        audit(f"{head}{body}")
