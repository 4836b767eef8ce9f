"""`w[-1]`: an entry that does not exist, which is 0, or the last one, as in programs."""

from __future__ import annotations

from .ambiguity import Ambiguity

ABSENT, FROM_BEHIND = "absent", "from behind"

NEGATIVE_INDEX = Ambiguity(
    "negative index",
    {ABSENT: "", FROM_BEHIND: "negative indices are counted from behind, as in programs"},
)
