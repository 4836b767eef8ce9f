"""The last steps of a fast module's text: filled in, exempted from rules of style, audited."""

from __future__ import annotations

from symconv.output.templates import render_template

from .fast_allowlist import audited_fast
from .lint_exemptions import exempt


def finished(template: str, **values: object) -> str:
    """The text of the module."""
    plain = render_template("numpy_fast", template, exempt=[], **values)
    return audited_fast(render_template("numpy_fast", template, exempt=exempt(plain), **values))
