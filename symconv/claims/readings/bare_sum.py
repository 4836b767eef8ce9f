r"""`\sum \delta`: a sum over nothing that is named, of all entries or over the samples."""

from __future__ import annotations

from .ambiguity import Ambiguity

ENTRIES, SAMPLES = "entries", "samples"

BARE_SUM = Ambiguity(
    "bare sum",
    {
        ENTRIES: "a sum without an index is read as the sum of all entries",
        SAMPLES: "a sum without an index is read as the sum over the samples",
    },
)
