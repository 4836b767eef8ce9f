"""Programs as people post them: every line is a definition or is judged as NumPy would run it.

Each right program stands beside wrong twins in `tests/data/posts/programs.json`: a stride that is
forgotten, `=` for `+=`, letters of an einsum exchanged, a kernel that is turned, bounds off by one.
"""

import json

import pytest
from grids import slice_of
from kept_networks import parse_once
from paths import DATA

from symconv.claims.posts import report_post

RECORDS = json.loads((DATA / "posts" / "programs.json").read_text("utf-8"))
DEFINITION = "definition"


def squeeze(text):
    return "".join(text.split())


def name_verdict(found):
    defined = found.verdict == "not checked" and found.kind == DEFINITION
    return DEFINITION if defined else found.verdict


@pytest.mark.parametrize("record", slice_of(RECORDS, 2), ids=range(len(RECORDS)))
def test_a_program_is_judged_line_by_line(record):
    text = f"```python\n{record['code']}\n```\n"
    verdicts = report_post(parse_once(record["network"]), text, seconds=60).verdicts
    for wanted in record["wanted"]:
        found = [v for v in verdicts if squeeze(v.text).startswith(squeeze(wanted["find"]))]
        said = [(name_verdict(v), v.notes) for v in found]
        assert [s[0] for s in said[-1:]] == [wanted["verdict"]], (wanted, said)


HOSTILE = [
    "dx = np.zeros((6, 6))\nfor i in range(10**9):\n    dx[0, 0] += 1\n",
    "dx = np.zeros((6, 6))\n" + "".join(f"{'    ' * n}for i{n} in range(300):\n" for n in range(3))
    + "            dx[0, 0] += 1\n",
    "a = np.zeros((100000, 100000))\ndx = a[:6, :6]\n",
    "a = np.zeros((-1, 2))\ndx = a\n",
    "dx = " + "-" * 3000 + "w\n",
    "dx = " + "(" * 80 + "w" + ")" * 80 + "\n",
    "dx = " + "*".join(["w"] * 2000) + "\n",
    "dx = w" + ".T" * 2000 + "\n",
    "n = 9\n" + "n *= n\n" * 40 + "dx = np.zeros(n)\n",
    "a1 = x @ x\n" + "".join(f"a{i + 1} = a{i} @ a{i}\n" for i in range(1, 30)) + "dx = a30\n",
    "dx = w\0\n", "dx = (lambda: w)()\n", "dx = (y := w)\n", "dx = 3j * x\n", "dx = 1e400 * x\n",
    "dx = " + "9" * 5000 + " * x\n", "a = x[:]\na[0] = 3\ndx = a\n", "dx = x[::0]\n",
    "dx = np.zeros((6, 6))\nfor i in range(0, 5, 0):\n    dx[i] = 1\n", "a, (b, c) = x\ndx = a\n",
    "a = a + 1\ndx = a\n", "dx = np.full((6, 6), -np.inf)\ndx[0] += 1\n", "dx = np.empty((6, 6))\n",
    "with a as b:\n    dx = b\n", "def f(*c, **d):\n    dx = d\n", "n = 5 // 0\ndx = x[n:]\n",
]  # fmt: skip


@pytest.mark.parametrize("code", HOSTILE, ids=range(len(HOSTILE)))
def test_no_program_is_right_by_accident_or_ends_in_a_traceback(code):
    network = parse_once("input x 6x6 | conv w 3x3 -> z")
    text = f"```python\nimport numpy as np\n{code}\n```\n"
    verdicts = report_post(network, text, seconds=5).verdicts
    assert verdicts
    assert not any(v.verdict == "right" for v in verdicts)
