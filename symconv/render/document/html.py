"""HTML: its scribe, its style, and the policy that lets a page load nothing but that style."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256

from symconv.output.templates import template_environment
from symconv.render.formula.escape import clean_text
from symconv.render.formula.mathml import MathMl

from .markup_settings import MarkupSettings


def escape_html(text: str) -> str:
    """Plain words as HTML: every character is written, none is markup."""
    return html.escape(clean_text(text), quote=True)


def inline_math(formula: str) -> str:
    """A formula inside a sentence."""
    return f"<math>{formula}</math>"


def keep_together(page: str) -> str:
    """No line ends between a formula and the parenthesis or the comma beside it."""
    beside = re.compile(r"\(?<math>(?:(?!</math>).)*</math>[),.;:]*")
    return beside.sub(r'<span class="kept">\g<0></span>', page)


HTML = MarkupSettings(
    MathMl(),
    escape_html,
    inline_math,
    500,
    24,
    24,
    shows_limits=True,
    stacked=False,
    marks=True,
    small_word=0,
)


@cache
def style_sheet() -> str:
    """The style sheet of every page."""
    return template_environment("html").get_template("style.css").render()


def security_policy() -> str:
    """Nothing may be loaded or run; the one style sheet is known by its hash."""
    digest = b64encode(sha256(style_sheet().encode()).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
