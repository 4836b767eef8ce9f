"""The letter k is an index where an entry has it, and the kernel's extent elsewhere."""

import pytest

from symconv import Network
from symconv.claims import check_claim

PLAIN = "input u 4x9 | conv w 2x3 -> z | half_sse t -> E"
OPEN = "input u NxQxHxW | conv w AxB channels F bias c -> z | relu -> a | half_sse t -> E"
SQUARE = "input u 5x5 | conv w 3x3 -> z | half_sse t -> E"
RIGHT = (
    (PLAIN, r"dE/dw_{k,l} = \sum_{i=0}^{2} \sum_{j=0}^{6} \delta^z_{i,j} u_{i+k,j+l}"),
    (PLAIN, r"dE/dw_{l,k} = \sum_{i,j} \delta^z_{i,j} u_{i+l,j+k}"),
    (PLAIN, r"dE/du_{k,l} = \sum_{m,n} \delta^z_{k-m,l-n} w_{m,n}"),
    (PLAIN, r"z_{k,l} = \sum_{m,n} w_{m,n} u_{k+m,l+n}"),
    (PLAIN, r"\delta^z_{k,l} = z_{k,l} - t_{k,l}"),
    (PLAIN, r"dz_{i,j}/dw_{k,l} = u_{i+k,j+l}"),
    (PLAIN, r"w_{k,l} \leftarrow w_{k,l} - \eta \sum_{i,j} \delta^z_{i,j} u_{i+k,j+l}"),
    (PLAIN, r"z_{i,j} = \sum_{k,l} w_{k,l} u_{i+k,j+l}"),
    (OPEN, r"dE/dw_{f,q,k,l} = \sum_{n,i,j} \delta^z_{n,f,i,j} u_{n,q,i+k,j+l}"),
    (OPEN, r"\delta^z_{n,k,i,j} = \delta^a_{n,k,i,j} step(z_{n,k,i,j})"),
    (SQUARE, r"z_{i,j} = \sum_{m=0}^{k-1} \sum_{n=0}^{k-1} w_{m,n} u_{i+m,j+n}"),
    (SQUARE, r"dE/dw_{m,n} = \sum_{i=0}^{H-k} \sum_{j=0}^{W-k} \delta^z_{i,j} u_{i+m,j+n}"),
)
WRONG = (
    (PLAIN, r"dE/dw_{k,l} = \sum_{i,j} \delta^z_{i,j} u_{i+l,j+k}"),
    (PLAIN, r"dE/dw_{k,l} = 0"),
    (PLAIN, r"dz_{i,j}/dw_{k,l} = u_{i-k,j+l}"),
    (SQUARE, r"dE/dw_{m,n} = \sum_{i=0}^{H-k-1} \sum_{j=0}^{W-k} \delta^z_{i,j} u_{i+m,j+n}"),
)


@pytest.mark.parametrize(("text", "claim"), RIGHT)
def test_k_is_read_as_it_is_used(text, claim):
    verdict = check_claim(Network.parse(text), claim, explain=False)
    assert verdict.verdict == "right", str(verdict)


@pytest.mark.parametrize(("text", "claim"), WRONG)
def test_a_wrong_claim_with_k_stays_wrong(text, claim):
    verdict = check_claim(Network.parse(text), claim, explain=False)
    assert verdict.verdict == "wrong", str(verdict)
