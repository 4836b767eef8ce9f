"""Which of the linter's rules a generated module breaks, counted as the linter counts."""

from __future__ import annotations

from .module import Class, Module


def lint_exemptions(module: Module) -> list[str]:
    """The rules that long formulas, many arrays and the names of people run against, in order."""
    properties = [f for c in module.classes for f in c.properties]
    functions = [*module.functions, *properties]
    counted = [f.metrics for f in functions] + [m for h in module.helpers for m in h.metrics]
    # The numbers are the limits that ruff has where nobody sets them; generated modules are checked
    # with those.
    found = {
        "ARG001": any(m.unread for m in counted),
        "C901": max(1 + m.nested + m.branches for m in counted) > 10,
        "N815": any(map(_mixes_cases, module.classes)),
        "PLR0912": max(m.branches for m in counted) > 12,
        "PLR0913": max(m.parameters for m in counted) > 5,
        "PLR0915": max(m.statements for m in counted) > 50,
        "PLR0917": max(m.positional for m in counted) > 5,
    }
    on_purpose = {rule for f in functions for rule in f.exempt}
    return sorted({rule for rule, broken in found.items() if broken} | on_purpose)


def _mixes_cases(made: Class) -> bool:
    """Whether an attribute is named like dW: small letters and capitals, no underscore."""
    names = made.attributes
    return any(n[0].islower() and n != n.lower() and "_" not in n for n in names)
