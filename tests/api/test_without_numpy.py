"""symconv without NumPy, typer and rich, as a page of a browser runs it."""

import json
import subprocess
import sys

from paths import ROOT

BLOCKED = ("numpy", "typer", "click", "rich", "torch", "jax", "onnx", "matplotlib")
RUNS = """
import json, sys
blocked = set(sys.argv[1].split(","))

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in blocked:
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Block())
import symconv
net = symconv.Network.example("two-convs")
page = net.derivation("w^1")
wrong = "dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2) 2(o_1^2 - y_1)"
pool = symconv.Network.parse("input x 4x4 | conv w 3x3 -> z | relu -> a | sse t -> C")
values = {"x": [[1, 2, 0, 1], [0, 1, 1, 2], [2, 1, 0, 1], [1, 0, 1, 1]],
          "w": [[1, 0, 1], [0, 1, 0], [1, 0, 1]], "t": [[1, 2], [3, 4]]}

def refused(text):
    try:
        symconv.Network.parse(text).verify()
    except symconv.SymconvError as error:
        return str(error).splitlines()[0]

print(json.dumps({
    "pages": [len(page.html()), len(page.text()), len(page.latex()), len(page.markdown())],
    "json": len(page.json()),
    "verdicts": [net.check(wrong).names, net.check("dC/do^2 = 2(o^2 - y)").verdict],
    "post": [v.verdict for v in net.check_post("I get $dC/do_1^2 = o_1^2 + y_1$. Right?")],
    "numbers": pool.check("z_{0,0} = 4", values=values).verdict,
    "modules": [len(net.numpy_source(s)) for s in ("readable", "loops", "fast")],
    "files": sorted(net.files()),
    "checks": [[c.passed, c.line] for c in net.verify(draws=1)],
    "large": refused("input x 99999x99999 | conv w 3x3 -> z | sse t -> C"),
    "loaded": sorted(blocked & set(sys.modules)),
}))
"""


def test_everything_but_running_a_module_works_without_numpy():
    done = subprocess.run(
        [sys.executable, "-c", RUNS, ",".join(BLOCKED)],
        capture_output=True, text=True, cwd=ROOT, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["loaded"] == []
    assert min(*found["pages"], found["json"], *found["modules"]) > 500
    assert found["verdicts"] == [["product_of_sums"], "right"]
    assert found["post"] == ["wrong"]
    assert found["numbers"] == "right"
    assert "too large" in found["large"] or "more than" in found["large"]
    assert "two_convs.py" in found["files"]
    *checks, (passed, line) = found["checks"]
    assert all(p for p, _ in checks)
    assert len(checks) > 10
    assert not passed
    assert line.startswith("open    readable module: not checked")
    assert "NumPy" in line
