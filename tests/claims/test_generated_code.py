"""The programs that symconv prints are judged line by line, as NumPy would run them.

No line is left out: what gives a value or a gradient is right, everything else is a definition.
"""

import pytest
from paths import ROOT

from symconv import Network
from symconv.claims import posts
from symconv.claims.parsing.statements import CODE, Excerpt
from symconv.docs.layer_pages import typical_network
from symconv.layers import catalogue

GENERATED = ROOT / "generated"
SECONDS = 300
"""More than any page takes: that a text has a budget is not what is tested here."""

QUICK = ("avgpool", "gelu", "concat", "dense", "relu", "scale", "softmax", "upsample")
NETWORKS = (
    "conv-pool-sigmoid-dense", "general-conv", "general-conv-flipped", "general-conv-strided",
    "general-conv-strided-flipped", "relu-filter", "two-convs",
)  # fmt: skip


class CodeReader(posts.PostReader):
    """Reads the programs of a page; its formulas and its prose are other tests' matter."""

    def take(self, piece):
        if isinstance(piece, Excerpt) and piece.role == CODE and self.in_program(piece):
            super().take(piece)

    def in_program(self, piece):
        return any(c.line <= piece.line <= c.stop for c in self.programs.code)


def judge_page(network, path):
    return CodeReader(network, path.read_text("utf-8"), {}, SECONDS).report().verdicts


def require_judged(verdicts):
    open_ = [
        f"{v.line}: {v.verdict}: {v.text}: {v.notes}"
        for v in verdicts
        if not v and (v.verdict, v.kind) != ("not checked", "definition")
    ]
    assert not open_, "\n".join(open_)
    assert sum(map(bool, verdicts)) >= 2


def require_page(keyword):
    path = GENERATED / "layers" / f"{keyword}.md"
    require_judged(judge_page(typical_network(catalogue()[keyword]), path))


@pytest.mark.parametrize("keyword", QUICK)
def test_every_line_of_the_code_of_a_layer_is_judged(keyword):
    require_page(keyword)


@pytest.mark.long
@pytest.mark.parametrize("keyword", sorted(catalogue()))
def test_every_line_of_the_code_of_every_layer_is_judged(keyword):
    require_page(keyword)


@pytest.mark.long
@pytest.mark.parametrize("name", NETWORKS)
def test_every_line_of_the_module_of_a_network_is_judged(name, tmp_path):
    module = GENERATED / name / f"{name.replace('-', '_')}.py"
    page = tmp_path / "page.md"
    page.write_text(f"```python\n{module.read_text('utf-8')}\n```\n", "utf-8")
    require_judged(judge_page(Network.example(name), page))


WRONG = {
    "window_stride_forgotten": ("avgpool", "[:, :, ::s, ::s, ::d", "[:, :, ::s, :, ::d"),
    "sum_for_mean": ("avgpool", ".mean(axis=(4, 5))", ".sum(axis=(4, 5))"),
    "set_for_add": ("avgpool", "s] += dx_share", "s] = dx_share"),
    "padding_cut": ("avgpool", "p : p + H, p : p + W", "0 : H, p : p + W"),
    "loop_too_short": ("avgpool", "np.ndindex(k1, k2)", "np.ndindex(k1, k2 - 1)"),
    "halves_exchanged": ("concat", "delta_y[:, :C] + delta_y[:, C:]", "2 * delta_y[:, :C]"),
    "mask_turned": ("relu", "x <= 0", "x >= 0"),
    "axes_exchanged": ("upsample", "N, C, H, k1, W, k2)", "N, C, k1, H, W, k2)"),
    "axis_of_the_batch": ("softmax", "delta_y_product.sum(axis=1)", "delta_y_product.sum(axis=2)"),
    "twice": ("dense", "delta_y.T @ x", "delta_y.T @ (x + x)"),
}
"""A page, and what is changed in its code, by the mistake."""


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_in_the_code_of_a_layer_is_found(mistake, tmp_path):
    keyword, right, wrong = WRONG[mistake]
    text = (GENERATED / "layers" / f"{keyword}.md").read_text("utf-8")
    assert right in text
    path = tmp_path / "page.md"
    path.write_text(text.replace(right, wrong), "utf-8")
    verdicts = judge_page(typical_network(catalogue()[keyword]), path)
    assert any(v.verdict == "wrong" for v in verdicts)
