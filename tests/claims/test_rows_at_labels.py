"""Programs that change the entry of every row at its label: `dz[np.arange(N), t] -= 1`."""

import pytest

from symconv import Network
from symconv.claims import check_post

NET = Network.parse("input z 3 batch N | cross_entropy t labels -> C")
PROGRAM = """```python
N = z.shape[0]
p = np.exp(z)
p /= p.sum(axis=1, keepdims=True)
dz = p.copy()
{change}
dz /= N
```
"""


def last_verdict(change):
    return check_post(NET, PROGRAM.format(change=change))[-1].verdict


@pytest.mark.parametrize(
    "change",
    [
        "dz[np.arange(N), t] -= 1",
        "dz[range(z.shape[0]), t] -= 1.0",
        "dz -= np.eye(3)[t]",
        "y = np.zeros((N, 3))\ny[range(N), t] = 1\ndz -= y",
    ],
)
def test_a_program_that_changes_entries_at_labels_is_right(change):
    assert last_verdict(change) == "right"


@pytest.mark.parametrize(
    "change",
    [
        "dz[range(N), t] += 1",
        "dz[range(N), t] = 1",
        "dz[range(3), t] -= 1",
        "dz[np.arange(N), t] -= N",
        "y = np.ones((N, 3))\ny[range(N), t] = 0\ndz -= y",
    ],
)
def test_a_program_that_changes_them_otherwise_is_wrong(change):
    assert last_verdict(change) == "wrong"


@pytest.mark.parametrize("change", ["dz[range(N), t] -= z[:, 0]", "dz[t, range(N)] -= 1"])
def test_what_is_not_followed_is_not_judged(change):
    assert last_verdict(change) == "unreadable"


@pytest.mark.parametrize("ignored", [-1, -100])
def test_a_label_that_is_no_class_chooses_no_entry(ignored):
    """NumPy takes the last entry for -1, and the network leaves the sample out."""
    text = f"input z 3 batch 2 | cross_entropy t labels ignore {ignored} reduction sum -> C"
    said = Network.parse(text).check("C = -np.log(softmax(z)[range(2), t]).sum()")
    assert said.verdict == "not checked"
