"""The verdicts as plain data, each with its file, and the cell of a notebook."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from symconv.documents.model.records import FileReport, PlacedVerdict
from symconv.schemas import with_format


def write_json(reports: Sequence[FileReport]) -> str:
    """JSON: the verdicts of all files in order."""
    found = [_list_data(p, r.file) for r in reports for p in r.found]
    return json.dumps(with_format("verdicts", {"verdicts": found}), indent=1, ensure_ascii=False)


def _list_data(placed: PlacedVerdict, file: str) -> dict[str, Any]:
    """The data of a verdict; of a claim that stands in no file they are all that there is."""
    if not file:
        return placed.verdict.data()
    place = placed.place
    cell = {"cell": place.cell} if place.cell else {}
    return {"file": place.file, **cell, "network": placed.network, **placed.verdict.data()}
