"""The page of mistakes and rules, each with its example."""

from __future__ import annotations

from symconv.explanations import explain_name, list_topics
from symconv.output.templates import capitalize_first


def list_mistakes() -> str:
    """Every mistake that has a name, with the claim in which it is made and what is right."""
    return "\n\n".join(map(_describe_mistake, list_topics("mistake")))


def _describe_mistake(name: str) -> str:
    topic = explain_name(name)
    numbers = f"with the numbers {topic.numbers}\n" if topic.numbers else ""
    shown = f"{topic.network}\n{numbers}{topic.claim}\n\n{topic.verdict}"
    return f"## {name}\n\n{capitalize_first(topic.words)}.\n\n```text\n{shown}\n```"


def list_rules() -> str:
    """A table of the rules of the derivation, each with a step that it takes."""
    rows = ["| rule | why | for example |", "|---|---|---|"]
    for name in list_topics("rule"):
        topic = explain_name(name)
        example = topic.claim.replace("|", "\\|")
        rows.append(f"| {name} | {topic.words} | `{example}` |")
    return "\n".join(rows)
