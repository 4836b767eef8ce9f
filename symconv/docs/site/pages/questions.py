"""Questions as addresses: the live page takes the network and the claim from its fragment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from symconv.docs.gallery_cases import CASES
from symconv.network.examples import BY_NAME

LIVE_PAGE = "live.html"


def address_question(
    network: str, claim: str = "", notation: str = "", values: Mapping[str, object] | None = None
) -> str:
    """The address of a question, from the top of the site; the fragment never reaches a server.

    The fragment is what a browser's URLSearchParams reads: network, notation, claim, and values as
    JSON; what is empty is left out.
    """
    written = json.dumps(values, ensure_ascii=False, separators=(",", ":")) if values else ""
    fields = {"network": network, "notation": notation, "claim": claim, "values": written}
    kept = {name: text for name, text in fields.items() if text}
    return f"{LIVE_PAGE}#{urlencode(kept, quote_via=quote, safe='')}"


def address_gallery() -> dict[str, str]:
    """The address of the question of every case of the gallery, by the name of its example."""
    return {
        case.example: address_question(
            BY_NAME[case.example].text,
            case.asked,
            BY_NAME[case.example].notation,
            {**case.values, **case.known},
        )
        for case in CASES
    }
