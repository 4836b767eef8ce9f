"""A run through all that a page may be asked: which modules it imports, and the first answers.

Run as a script it reads /tree and /questions, and writes /out/used.json and /out/answers.json. What
it does not import is not shipped: so it asks for every layer, every kind of claim, every level.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

WHOLE_ROOMS = (
    "claims", "core", "layers", "language", "network", "notation", "page", "render", "structure",
)  # fmt: skip

LEVELS = ("terse", "normal", "full")


def answer_offered() -> dict[str, dict[str, str]]:
    """The answers to the questions that the page offers, by their keys."""
    from symconv.docs.site.browser.answers import answer
    from symconv.docs.site.browser.questions import OFFERED

    found = {}
    for asked in OFFERED:
        network, notation, values = asked.network, asked.notation, asked.values
        found[asked.key] = {
            "check": answer("check", network, notation, asked.claim, values) if asked.claim else "",
            "draw": answer("draw", network, notation, values),
            "derive": answer("derive", network, notation, "normal"),
            "explore": answer("explore", network, notation),
        }
    return found


def ask_networks(texts: Iterable[str]) -> Iterator[str]:
    """The answers about networks: pictures, derivations, code."""
    from symconv.docs.site.browser.answers import answer

    for number, text in enumerate(texts):
        yield answer("draw", text, "", "")
        yield answer("derive", text, "", LEVELS[number % len(LEVELS)])
        yield answer("explore", text, "")
        yield answer("code", text, "")


def ask_claims(claims: Iterable[dict[str, object]]) -> Iterator[str]:
    """The verdicts on claims, and what is said of those that are broken."""
    from symconv.docs.site.browser.answers import answer

    for claim in claims:
        network, text = str(claim["network"]), str(claim["claim"])
        notation = str(claim.get("notation") or "")
        values = json.dumps(claim["values"]) if claim.get("values") else ""
        yield answer("check", network, notation, text, values)
        yield answer("check", network, notation, f"{text} (", "")


def list_used(tree: str) -> list[str]:
    """The modules that are loaded by now, and those that other questions may load.

    Of the rooms that read and judge what people write everything is kept, of others what is used.
    """
    loaded = {name for name, module in sys.modules.items() if module is not None}
    root = Path(tree)
    files = [p for room in WHOLE_ROOMS for p in (root / "symconv" / room).rglob("*.py")]
    paths = (p.relative_to(root).with_suffix("") for p in files)
    return sorted(loaded | {".".join(p.parts).removesuffix(".__init__") for p in paths})


def main() -> None:
    """Run through everything, and write down what was used and answered."""
    sys.path.insert(0, "/tree")
    sys.dont_write_bytecode = True
    questions = json.loads(Path("/questions/questions.json").read_text())
    start = time.process_time()
    answers = answer_offered()
    Path("/out/answers.json").write_text(json.dumps(answers, ensure_ascii=False))
    asked = [*ask_networks(questions["networks"]), *ask_claims(questions["claims"])]
    # What only fails: the message itself may need a module.
    with suppress(ValueError):
        json.loads("{")
    refused = sum(not json.loads(found)["ok"] for found in asked)
    Path("/out/used.json").write_text(json.dumps(list_used("/tree")))
    seconds = time.process_time() - start
    print(f"{len(asked)} questions, {refused} refused, {seconds:.0f} s")  # noqa: T201 - a script


if __name__ == "__main__":
    main()
