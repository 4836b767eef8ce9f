"""The text of a module: filled into the one template, then held against an allow-list."""

from __future__ import annotations

from symconv.output.templates import render_template

from .allowlist import AllowList
from .lint_exemptions import lint_exemptions
from .module import Module


def render_module(module: Module, allowed: AllowList) -> str:
    """The text; SymconvError where a part of it is not on the list of its style."""
    exempt = lint_exemptions(module)
    return allowed.audit(render_template("numpy", "module.py.j2", module=module, exempt=exempt))
