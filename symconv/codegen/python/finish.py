"""The last steps of a fast module's text: filled in, exempted from rules of style, audited."""

from __future__ import annotations

from symconv.output.templates import rendered

from .fast_allowlist import audited_fast
from .lint_exemptions import exempt


def finished(template: str, **values: object) -> str:
    """The text of the module."""
    plain = rendered("numpy_fast", template, exempt=[], **values)
    return audited_fast(rendered("numpy_fast", template, exempt=exempt(plain), **values))
