"""A window that lies wholly beyond the border has no maximum, and is refused where sizes tell."""

import pytest

from symconv import Network
from symconv.core.errors import Unsupported


@pytest.mark.parametrize(
    "text",
    [
        "input x 4 | maxpool 2 padding 3 -> p",
        "input x 4x9 | maxpool 2x2 padding 0x2 -> p",
        "input x 4 | y[i] = max(m<2) x[i + m - 9] for i<3",
    ],
)
def test_a_window_beyond_the_border_is_refused(text):
    with pytest.raises(Unsupported, match="lies wholly beyond the border of x"):
        Network.parse(text)


@pytest.mark.parametrize(
    "text", ["input x 4 | maxpool 2 padding 1 -> p", "input x H | maxpool 2 padding 1 -> p"]
)
def test_a_window_that_sees_an_entry_is_not_refused(text):
    assert Network.parse(text).program.by_key["p"]
