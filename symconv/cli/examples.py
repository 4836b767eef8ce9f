"""`symconv examples`: the networks that come with symconv."""

from __future__ import annotations

import json

from .console import JsonOption, show


def examples(*, as_json: JsonOption = False) -> None:
    """List the example networks."""
    from symconv.network.examples import EXAMPLES

    if as_json:
        fields = ("name", "text", "notation", "question")
        show(json.dumps([{f: getattr(e, f) for f in fields} for e in EXAMPLES], indent=1))
        return
    for example in EXAMPLES:
        show(f"{example.name}\n    {example.question}\n    {example.text}\n")
