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

ROUNDED = {"gelu"}
"""Pages whose code has decimals for irrational numbers, which are not those numbers."""

QUICK = ("avgpool", "concat", "dense", "relu", "scale", "softmax", "upsample")
NETWORKS = ("relu-filter/relu_filter.md", "two-convs/two_convs.md")


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
        if v.verdict != "right" and (v.verdict, v.kind) != ("not checked", "definition")
    ]
    assert not open_, "\n".join(open_)
    assert sum(v.verdict == "right" for v in verdicts) >= 2


def require_page(keyword):
    path = GENERATED / "layers" / f"{keyword}.md"
    require_judged(judge_page(typical_network(catalogue()[keyword]), path))


@pytest.mark.parametrize("keyword", QUICK)
def test_every_line_of_the_code_of_a_layer_is_judged(keyword):
    require_page(keyword)


@pytest.mark.long
@pytest.mark.parametrize("keyword", sorted(catalogue().keys() - ROUNDED))
def test_every_line_of_the_code_of_every_layer_is_judged(keyword):
    require_page(keyword)


@pytest.mark.long
@pytest.mark.parametrize("page", NETWORKS)
def test_every_line_of_the_code_of_a_network_is_judged(page):
    path = GENERATED / page
    require_judged(judge_page(Network.example(path.parent.name), path))


WRONG = {
    "window_stride_forgotten": ("avgpool", "[:, :, ::s, ::s]", "[:, :, ::s]"),
    "sum_for_mean": ("avgpool", ".mean(axis=(4, 5))", ".sum(axis=(4, 5))"),
    "set_for_add": ("avgpool", "s] += dx_share", "s] = dx_share"),
    "padding_cut": ("avgpool", "p : p + H, p : p + W", "0 : H, p : p + W"),
    "loop_too_short": ("avgpool", "np.ndindex(k1, k2)", "np.ndindex(k1, k2 - 1)"),
    "halves_exchanged": ("concat", "delta_y[:, :C] + delta_y[:, C:]", "2 * delta_y[:, :C]"),
    "mask_turned": ("relu", "x > 0", "x < 0"),
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
