"""The layer of an error signal's tensor: delta^{h^2}, where several tensors have that letter."""

import pytest

from symconv import Network
from symconv.claims import check_claim

NETWORK = Network.parse(
    "input x 3 batch N | dense w 4 -> h | relu -> r | dense v 2 -> h | relu -> a | half_sse t -> C"
)
RIGHT = (
    r"\delta^{h^{2}}_{n,q} = \frac{\partial C}{\partial h^{2}_{n,q}}",
    r"\delta^{h^2}_{n,q} = \delta^a_{n,q} step(h^2_{n,q})",
    r"dC/dv_{q,d} = \sum_n \delta^{h^{2}}_{n,q} r_{n,d}",
    r"dC/dw_{q,d} = \sum_n \delta^{h^{1}}_{n,q} x_{n,d}",
    r"\delta^{h^{1}}_{n,q} = \delta^{r}_{n,q} \operatorname{step}(h^{1}_{n,q})",
    r"\delta^{r}_{n,d} = \sum_q \delta^{h^{2}}_{n,q} v_{q,d}",
    r"\delta^{h^{1}}_{n,q} = \sum_{b,p} \delta^{r}_{b,p} \frac{dr_{b,p}}{dh^{1}_{n,q}}",
)
SLIPS = (
    (r"\delta^{h^{2}}_{n,q}", r"\delta^{h^{1}}_{n,q}"),
    (r"\delta^{h^2}_{n,q}", r"\delta^{h^1}_{n,q}"),
    (r"\delta^{h^{1}}_{n,q}", r"\delta^{h^{2}}_{n,q}"),
)


@pytest.mark.parametrize("claim", RIGHT)
def test_the_layer_above_the_letter_is_read(claim):
    verdict = check_claim(NETWORK, claim, explain=False)
    assert verdict.verdict == "right", str(verdict)


@pytest.mark.parametrize(
    ("claim", "old", "new"), [(c, a, b) for c in RIGHT for a, b in SLIPS if a in c]
)
def test_another_layer_is_another_tensor(claim, old, new):
    verdict = check_claim(NETWORK, claim.replace(old, new), explain=False)
    assert verdict.verdict != "right", str(verdict)


@pytest.mark.parametrize("layer", ["3", "7"])
def test_a_layer_that_the_network_has_not_is_no_tensor(layer):
    claim = rf"dC/dv_{{q,d}} = \sum_n \delta^{{h^{layer}}}_{{n,q}} r_{{n,d}}"
    verdict = check_claim(NETWORK, claim)
    assert verdict.verdict == "unreadable"
    assert f"h^{layer}" in " ".join(verdict.notes)
