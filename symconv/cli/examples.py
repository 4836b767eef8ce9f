"""`symconv examples`: the networks that come with symconv."""

from __future__ import annotations

import json

from symconv.schemas import with_format

from .console import JsonOption, show, show_laid_out
from .terminal import find_terminal


def examples(*, as_json: JsonOption = False) -> None:
    """List the example networks."""
    from symconv.network.examples import EXAMPLES

    if as_json:
        fields = ("name", "text", "notation", "question")
        found = [{f: getattr(e, f) for f in fields} for e in EXAMPLES]
        show(json.dumps(with_format("examples", {"examples": found}), indent=1))
        return
    terminal = find_terminal()
    for example in EXAMPLES:
        rows = [terminal.lay_out(said, head="    ") for said in (example.question, example.text)]
        show_laid_out([example.name, *rows, ""])
